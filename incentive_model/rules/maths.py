"""The little arithmetic that all rules share."""

import math
from collections.abc import Sequence


def sigma(x: float) -> float:
    """The logistic function 1 / (1 + e^-x), safe at both ends."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def clip(x: float, low: float, high: float) -> float:
    """``x`` held inside [low, high]."""
    return min(max(x, low), high)


def total(terms: Sequence[float]) -> float:
    """The sum of a rule's terms, from the first to the last (so that floats agree everywhere)."""
    s = 0.0
    for term in terms:
        s += term
    return s


def by_age(age: int, child: float, adult: float, middle: float, old: float) -> float:
    """The value for an age band: 0 is 0–14, 1 is 15–44, 2 is 45–59, 3 is 60 and over."""
    if age == 0:
        return child
    if age == 1:
        return adult
    if age == 2:
        return middle
    return old


def nano(x: float) -> int:
    """``x`` in whole billionths, so that sums are exact in any order."""
    return math.floor(x * 1e9 + 0.5)
