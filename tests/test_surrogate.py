"""A surrogate foretells what it was not shown, or refuses."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import qmc
from test_given import ISHIGAMI, ISHIGAMI_TOTAL, ishigami

from incentive_model.analysis.sensitivity import surrogate as module
from incentive_model.analysis.sensitivity.surrogate import FOLDS, fit, surrogate_sobol
from incentive_model.cards import InputError

NAMES = ["x1", "x2", "x3"]


def at(cube: NDArray[np.float64]) -> pd.DataFrame:
    return pd.DataFrame(cube, columns=NAMES[: cube.shape[1]])


def drawn(n: int, k: int = 3, seed: int = 1) -> NDArray[np.float64]:
    return qmc.LatinHypercube(k, rng=np.random.default_rng(seed)).random(n)


@pytest.mark.slow
def test_sobol_indices_from_512_points_are_the_exact_ones() -> None:
    cube = drawn(512)
    rows = surrogate_sobol(fit(at(cube), ishigami(cube), 0), at, NAMES, 0)
    for index, truth in (("first", ISHIGAMI), ("total", ISHIGAMI_TOTAL)):
        found = {row.factor: row for row in rows if row.index == index}
        assert found.keys() == set(NAMES)
        for name, row in found.items():
            assert row.value == pytest.approx(truth[name], abs=0.02)
            assert row.low - 0.005 <= truth[name] <= row.high + 0.005
    assert next(row.value for row in rows if row.index == "q2") > 0.98


def mixed(n: int) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """A number, a whole number and words with blanks; steps, which no smooth formula has."""
    rng = np.random.default_rng(2)
    table = pd.DataFrame(
        {
            "fee": rng.random(n) * 40,
            "beds": rng.integers(0, 5, n),
            "rule": rng.choice(["strict", "lenient", None], n),
        }
    )
    bonus = table["rule"].map({"strict": 0.0, "lenient": 30.0}).fillna(-20.0)
    return table, (table["fee"] + 10.0 * (table["beds"] >= 3) + bonus).to_numpy(np.float64)


def test_whole_numbers_words_and_blanks_are_factors_like_any_other() -> None:
    table, values = mixed(300)
    found = fit(table, values, 0)
    assert found.q2 > 0.97
    one = pd.DataFrame({"rule": ["lenient", None], "beds": [4, 0], "fee": [10.0, 30.0]})
    assert found.predict(one) == pytest.approx([50, 10], abs=3)


def test_what_was_said_of_unseen_points_is_so() -> None:
    table, values = mixed(1000)
    noisy = values + np.random.default_rng(3).normal(size=1000) * 8
    found = fit(table[:250], noisy[:250], 0)
    error = noisy[250:] - found.predict(table[250:])
    assert found.q2 == pytest.approx(1 - np.var(error) / np.var(noisy[250:]), abs=0.05)


def test_a_group_is_never_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten copies of each point, whose values are luck: only copies could foretell them."""
    monkeypatch.setattr(module, "MOST_FOR_PROCESS", 0)
    rng = np.random.default_rng(4)
    base = np.repeat(rng.random((30, 3)), 10, axis=0)
    values = np.repeat(rng.normal(size=30), 10)
    groups = [f"row {b}" for b in np.repeat(np.arange(30), 10)]
    assert fit(at(base), values, 0).q2 > 0.9
    with pytest.raises(InputError, match="Q² = -"):
        fit(at(base), values, 0, groups)


def test_luck_is_refused_with_the_figure_and_a_way_out() -> None:
    with pytest.raises(InputError, match=r"Q² = .* with 100 points and 3 factors .*; more points"):
        fit(at(drawn(100)), np.random.default_rng(1).normal(size=100), 0)


def test_it_is_the_same_each_time_and_luck_is_left_as_it_was() -> None:
    cube = drawn(120)
    values = cube @ [3.0, 1.0, 0.0]
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again = (fit(at(cube), values, 0) for _ in range(2))
    assert first.predict(at(drawn(50, seed=2))).tobytes() == again.predict(at(drawn(50, seed=2))).tobytes()
    assert surrogate_sobol(first, at, NAMES, 0)[:-1] == surrogate_sobol(again, at, NAMES, 0)[:-1]
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002
    assert len(first.parts) == FOLDS


def test_what_the_fit_never_saw_is_named() -> None:
    table, values = mixed(100)
    found = fit(table, values, 0)
    with pytest.raises(InputError, match="did you mean 'strict'"):
        found.predict(table.assign(rule="strikt"))
    with pytest.raises(InputError, match="a column beds"):
        found.predict(table.drop(columns="beds"))
    with pytest.raises(InputError, match="numbers, as in the fit"):
        found.predict(table.assign(fee="much"))


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(InputError, match=r"pip install 'incentive-model\[fit\]'"):
        fit(at(drawn(100)), drawn(100)[:, 0], 0)
