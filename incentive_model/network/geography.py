"""Kilometres into minutes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def travel_minutes(
    facilities: pd.DataFrame, base_minutes: float, minutes_per_km: float
) -> NDArray[np.float64]:
    """Minutes one way between all facilities, by (from, to): base + per km · straight distance.

    A resident lives at their clinic, which is ``base_minutes`` away.
    """
    x = facilities["x_km"].to_numpy(float)
    y = facilities["y_km"].to_numpy(float)
    km = np.sqrt((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2)
    return np.asarray(base_minutes + minutes_per_km * km, np.float64)
