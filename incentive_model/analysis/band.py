"""A band, and whether a finding lies in it."""

from __future__ import annotations

import math
from typing import NamedTuple

from incentive_model.analysis.intervals import Interval


class Band(NamedTuple):
    """Where a value should lie.

    Attributes:
        low, high: the ends; infinite where the band is open.
        strict: the ends themselves are outside, so that "no change at all" is not "above zero".
    """

    low: float = -math.inf
    high: float = math.inf
    strict: bool = False

    @classmethod
    def around(cls, target: float, tolerance: float) -> Band:
        """From ``target − tolerance`` to ``target + tolerance``, ends included."""
        return cls(target - tolerance, target + tolerance)

    @property
    def closed(self) -> bool:
        """It has two ends."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, float | int):
            return False
        return self.low < value < self.high if self.strict else self.low <= value <= self.high

    def why_not(self, found: Interval) -> str:
        """Why the whole interval does not lie inside, in words; nothing if it does."""
        if found.mean is None:
            return "it could not be computed"
        if found.low is None or found.high is None:
            return "there is no interval: it could be computed in one replicate only"
        outside = [side for side, end in (("below", found.low), ("above", found.high)) if end not in self]
        if not outside:
            return ""
        if found.mean in self:
            return f"the mean lies inside, but the interval reaches {' and '.join(outside)} the band"
        if found.zero:
            return "nothing differs at all"
        wrong = "too low" if found.mean <= self.low else "too high"
        reaches = len(outside) == 1 or found.low <= self.low < self.high <= found.high
        return wrong + (", though the interval reaches into the band" if reaches else "")
