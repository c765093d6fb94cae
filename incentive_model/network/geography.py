"""Kilometres into minutes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def travel_minutes(
    facilities: pd.DataFrame, start: Ints, end: Ints, base_minutes: float, minutes_per_km: float
) -> NDArray[np.float64]:
    """Minutes one way between facilities, rows ``start`` to rows ``end``: base + per km · straight distance.

    A resident lives at their clinic, which is ``base_minutes`` away.
    """
    x = facilities["x_km"].to_numpy(float)
    y = facilities["y_km"].to_numpy(float)
    km = np.sqrt((x[start] - x[end]) ** 2 + (y[start] - y[end]) ** 2)
    return np.asarray(base_minutes + minutes_per_km * km, np.float64)
