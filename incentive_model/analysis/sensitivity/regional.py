"""Regional sensitivity (Monte Carlo filtering): which factors tell points that fail from the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from incentive_model.analysis.intervals import LEVEL
from incentive_model.analysis.sensitivity.given import ERRORS
from incentive_model.analysis.sensitivity.index import Index
from incentive_model.analysis.sensitivity.prim import check_both_kinds

#: Points of either kind that a distribution takes.
LEAST = 20
#: Times that both kinds are drawn again.
RESAMPLES = 200


def regional(
    names: tuple[str, ...], cube: NDArray[np.float64], fails: NDArray[np.bool_], seed: int
) -> list[Index]:
    """The Kolmogorov-Smirnov distance between where points fail and where they do not: ``ks``.

    The row ``ks_noise`` of the factor ``noise`` has the level of a column of pure chance, and the interval in
    which 95% of such columns lie: the distance of an inert factor is never 0.

    Args:
        names: the k factors.
        cube: (n, k); where each point lies in the unit cube.
        fails: (n,); whether it fails.

    Raises:
        InputError: fewer than 20 points fail, or fewer than 20 do not.
    """
    fails = np.asarray(fails, bool)
    check_both_kinds(fails, LEAST)
    rng = np.random.default_rng(seed)
    bad, good = cube[fails], cube[~fails]
    found = _distances(bad, good)
    drawn = [_distances(_again(bad, rng), _again(good, rng)) for _ in range(RESAMPLES)]
    # repeated points lift the distance; the spread about the mean is what holds
    half = ERRORS * np.std(drawn, axis=0, ddof=1)
    rows = [
        Index("ks", name, float(x), max(0.0, float(x - h)), min(1.0, float(x + h)))
        for name, x, h in zip(names, found, half, strict=True)
    ]
    chance = rng.random((fails.size, RESAMPLES))
    levels = _distances(chance[fails], chance[~fails])
    low, high = np.quantile(levels, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return [*rows, Index("ks_noise", "noise", float(levels.mean()), float(low), float(high))]


def _again(points: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """As many whole points, drawn with replacement."""
    return points[rng.integers(len(points), size=len(points))]


def _distances(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Factor by factor. (A test with an exact p-value, which is not wanted, would take far longer.)"""
    from scipy.stats import ks_2samp

    return np.asarray(ks_2samp(one, other, axis=0, method="asymp").statistic, np.float64)
