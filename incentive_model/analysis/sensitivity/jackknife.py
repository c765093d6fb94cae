"""Intervals by leaving out one part of the data after the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from incentive_model.analysis.intervals import LEVEL

Floats = NDArray[np.float64]


class Estimate:
    """Some numbers that follow from sums over independent parts, and how sure they are.

    The jackknife (Quenouille 1956, Tukey 1958): the numbers without one part after the other tell how much
    they would differ between samples. Intervals are Student's t, with one degree of freedom less than parts.

    Args:
        moments: part by moment: sums over each part, or its one row.
        statistic: from sums over all parts to the numbers wanted, along the first axis.
    """

    def __init__(self, moments: Floats, statistic: Callable[[Floats], Floats]) -> None:
        parts = len(moments)
        total = moments.sum(axis=0)
        self.values = statistic(total)
        self._without = np.full((0, *self.values.shape), np.nan)
        self._t = np.nan
        if parts > 1:
            self._without = np.stack([statistic(total - part) for part in moments])
            self._t = float(stdtrit(parts - 1, 0.5 + LEVEL / 2))

    def half_widths(self, values: Floats | None = None, without: Floats | None = None) -> Floats:
        """Half the width of the interval of each number (NaN with one part alone)."""
        values = self.values if values is None else values
        without = self._without if without is None else without
        parts = len(without)
        if not parts:
            return np.full_like(values, np.nan)
        spread = without - without.mean(axis=0)
        return self._t * np.sqrt((parts - 1) / parts * (spread**2).sum(axis=0))

    def differences(self, order: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """By how much each of some numbers exceeds the next, and half the width of that interval."""
        gaps = self.values[order[:-1]] - self.values[order[1:]]
        return gaps, self.half_widths(gaps, self._without[:, order[:-1]] - self._without[:, order[1:]])


def in_blocks(moments: Floats, base: NDArray[np.int64], blocks: int) -> Floats:
    """Sums of the base rows of each block; without blocks every base row is a part of its own."""
    if not blocks:
        return moments
    numbers = base % blocks
    return np.stack([moments[numbers == block].sum(axis=0) for block in np.unique(numbers)])
