"""PRIM finds the box in which points fail, and none where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from incentive_model.analysis.sensitivity.prim import LEAST_MASS, box, boxes
from incentive_model.cards import InputError

N = 2000


def points(seed: int) -> tuple[pd.DataFrame, np.random.Generator]:
    """Five even factors, a whole one and a categorical one with blanks."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.random((N, 5)), columns=list("abcde"))
    table["beds"] = rng.integers(0, 6, N)
    table["rule"] = rng.choice(["strict", "lenient", None], N)
    return table, rng


@pytest.mark.parametrize("seed", range(3))
def test_a_corner_is_found(seed: int) -> None:
    table, _ = points(seed)
    fails = ((table.a > 0.7) & (table.b < 0.3)).to_numpy()
    found = box(table, fails)
    limits = {x.factor: x for x in found.limits}
    assert limits.keys() == {"a", "b"}
    assert limits["a"].low == pytest.approx(0.7, abs=0.01)
    assert limits["a"].high is None
    assert limits["b"].high == pytest.approx(0.3, abs=0.01)
    assert limits["b"].low is None
    assert found.coverage > 0.99
    assert found.density > 0.95
    assert all(x.chance < 1e-50 for x in found.limits)
    inside = found.holds(table)
    assert found.mass == inside.mean()
    assert found.density == fails[inside].mean()


def test_whole_and_categorical_factors_and_blanks_are_limited_by_value() -> None:
    table, _ = points(1)
    first = (table.beds >= 4) & table.rule.isna()
    second = (table.a < 0.2) & (table.b > 0.8)
    found = boxes(table, (first | second).to_numpy())
    limits = {x.factor: x for x in found[0].limits}
    assert limits["beds"].low == 4
    assert limits["rule"].values == ("as it is",)
    assert {x.factor for x in found[1].limits} == {"a", "b"}
    assert sum(x.coverage for x in found) == pytest.approx(1, abs=0.01)


def test_one_in_ten_labels_wrong_still_shows_the_corner() -> None:
    table, rng = points(2)
    fails = ((table.a > 0.7) & (table.b < 0.3)).to_numpy() ^ (rng.random(N) < 0.1)
    limits = {x.factor: x for x in box(table, fails).limits}
    assert limits.keys() == {"a", "b"}
    assert limits["a"].low == pytest.approx(0.7, abs=0.05)
    assert limits["b"].high == pytest.approx(0.3, abs=0.05)


def test_luck_alone_has_no_box() -> None:
    table, rng = points(3)
    fails = rng.random(N) < 0.3
    found = box(table, fails)
    assert found.limits == ()
    assert (found.coverage, found.mass) == (1, 1)
    assert boxes(table, fails) == []


def test_the_trajectory_starts_with_all_points_and_gives_up_coverage_for_density() -> None:
    table, _ = points(4)
    steps = box(table, ((table.a > 0.7) & (table.b < 0.3)).to_numpy()).trajectory
    assert tuple(steps.iloc[0][["coverage", "mass", "restricted"]]) == (1, 1, 0)
    assert steps["density"].is_monotonic_increasing
    assert steps["coverage"].is_monotonic_decreasing
    assert steps["mass"].min() >= LEAST_MASS


@pytest.mark.parametrize("all_or_none", [True, False])
def test_it_takes_some_of_both_kinds(all_or_none: bool) -> None:
    table, _ = points(5)
    with pytest.raises(InputError, match="of 2000 points that fail"):
        box(table, np.full(N, all_or_none))
