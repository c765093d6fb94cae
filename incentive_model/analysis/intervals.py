"""The mean over replicates, and how sure it is: a 95% Student-t interval."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from scipy.special import stdtrit

#: Coverage of every interval this project prints.
LEVEL = 0.95


class Interval(NamedTuple):
    """A mean over replicates with its 95% interval.

    Attributes:
        mean: the mean; None when no replicate has a value.
        low, high: the interval; None with fewer than two replicates, which say nothing about spread.
        n: the number of replicates that entered.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int

    @property
    def positive(self) -> bool:
        """The whole interval lies above zero."""
        return self.low is not None and self.low > 0

    @property
    def negative(self) -> bool:
        """The whole interval lies below zero."""
        return self.high is not None and self.high < 0

    @property
    def zero(self) -> bool:
        """Exactly zero in every replicate, not merely close to it."""
        return self.mean == 0 and (self.low is None or self.low == self.high == 0)

    @property
    def not_negative(self) -> bool:
        """The whole interval is zero or more."""
        return self.zero or (self.low is not None and self.low >= 0)

    def __neg__(self) -> Interval:
        """The same finding with its sign turned: what is less becomes more."""
        mean, low, high = (None if x is None else 0.0 - x for x in (self.mean, self.high, self.low))
        return Interval(mean, low, high, self.n)


def interval(values: Iterable[float | None]) -> Interval:
    """Mean and 95% Student-t interval of the mean; None and NaN are left out.

    Values that are all alike keep that exact value, with an interval of no width: rounding must not
    turn "nothing happened" into "almost nothing happened". Sums are exact, so order does not matter.
    """
    kept = [float(x) for x in values if x is not None and not math.isnan(x)]
    n = len(kept)
    if n == 0:
        return Interval(None, None, None, 0)
    alike = min(kept) == max(kept)
    mean = kept[0] if alike else math.fsum(kept) / n
    if n == 1:
        return Interval(mean, None, None, 1)
    if alike:
        return Interval(mean, mean, mean, n)
    deviation = math.sqrt(math.fsum((x - mean) ** 2 for x in kept) / (n - 1))
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * deviation / math.sqrt(n)
    return Interval(mean, mean - half, mean + half, n)


def paired(values: Mapping[int, float | None], baseline: Mapping[int, float | None]) -> Interval:
    """Interval of the difference ``values - baseline``, replicate by replicate.

    Both map a replicate's number to its value. A replicate enters only where both have one: the same
    replicate meets the same luck, and that is what the difference must not contain.
    """
    differences: list[float | None] = []
    for replicate in sorted(values.keys() & baseline.keys()):
        value, base = values[replicate], baseline[replicate]
        if value is not None and base is not None:
            differences.append(value - base)
    return interval(differences)
