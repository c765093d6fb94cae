"""Every lever moves something, in the direction that its reason says: 20 paired seeds (slow: some minutes).

Settings and signs stand in ``experiments/levers.toml``; ``experiments/lever_signs.py`` measures them at
full size.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import incentive_model as im

LEVERS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent.parent / "experiments" / "levers.toml").read_text("utf-8")
)
SEEDS = 20


@cache
def county(name: str) -> im.Place:
    """A small sample of a place."""
    return im.load_place(name, population=3_000)


@cache
def measured(
    place: str, levers: tuple[tuple[str, Any], ...]
) -> list[dict[str, tuple[float | None, float, float]]]:
    """Indicators of each seed under some levers, a year after one of burn-in."""
    runs = (im.IncentiveModel(county(place), seed=5, replicate=r, **dict(levers)) for r in range(SEEDS))
    return [run.run(12).indicators() for run in runs]


def test_none_is_left_out() -> None:
    named = {lever for entry in LEVERS.values() for lever in entry["set"]}
    assert named == set(im.levers())


@pytest.mark.slow
@pytest.mark.parametrize("name", LEVERS)
def test_it_moves_what_it_should(name: str) -> None:
    entry = LEVERS[name]
    before = entry.get("beside", {})
    place = entry.get("place", "yongan")
    now, then = (measured(place, tuple(sorted(x.items()))) for x in (before | entry["set"], before))
    for indicator, sign in entry["expect"].items():
        pairs = [(a[indicator][0], b[indicator][0]) for a, b in zip(now, then, strict=True)]
        change = [a - b for a, b in pairs if a is not None and b is not None]
        assert len(change) == SEEDS
        half = stats.t.ppf(0.975, SEEDS - 1) * np.std(change, ddof=1) / np.sqrt(SEEDS)
        mean = float(np.mean(change)) * (1 if sign == "+" else -1)
        assert mean > half, f"{indicator} should go {sign}: {mean:+.4g} ± {half:.2g}"
