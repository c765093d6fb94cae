"""What the scheme's months brought each resident."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ResidentOutcome:
    """Sums over the scheme's months, one entry a simulated resident.

    Attributes:
        oop_fen: paid out of pocket.
        qaly_nano: QALYs in billionths, expected deaths taken off, undiscounted.
        time_fen: worth of time spent on the way and in waiting rooms.
        quintile: of income, 0 the poorest.
        part: number of the group in the run's breakdown, 0 without one.
    """

    oop_fen: NDArray[np.int64]
    qaly_nano: NDArray[np.int64]
    time_fen: NDArray[np.int64]
    quintile: NDArray[np.int8]
    part: NDArray[np.int64]
