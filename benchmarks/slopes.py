"""How something grows: slopes in log-log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Slope:
    """By least squares: y grows as x to the ``slope``; ``error`` is its standard error."""

    slope: float
    error: float
    points: int


def slope(x: Sequence[float], y: Sequence[float]) -> Slope | None:
    """The slope of log y over log x; None of fewer than three points, or where there is nothing to grow."""
    if len(x) < 3 or min(*x, *y) <= 0.0:
        return None
    a, b = np.array(x, float), np.array(y, float)
    a, b = np.log(a) - np.log(a).mean(), np.log(b) - np.log(b).mean()
    found = (a * b).sum() / (a * a).sum()
    left = ((b - found * a) ** 2).sum() / (len(a) - 2)
    return Slope(float(found), float(np.sqrt(left / (a * a).sum())), len(a))
