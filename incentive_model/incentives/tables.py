"""What instruments announce each month: the tables that the compiled loops look up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.events import Event


class Tables:
    """Terms in force this month.

    Attributes:
        rate_bp: reimbursement in basis points by (referred 0/1, insurance, tier, setting).
        certain: yuan a facility gets at the margin for an event, by (event, facility): pay that
            nobody doubts (margins, its part of the shared account).
        promised: the same for pay that is believed only as far as it has been seen, by
            (instrument, event, facility). The physician feels the part θ that is passed on.
        personal: as ``promised``, but paid to the physician in person.
        platform: coverage of the information platform (0–1).
        gate: chance that a hospital turns an unreferred patient away.
        reserved, releasable: share of slots and beds kept for referred patients, and whether what
            they do not use goes to others.
        in_force: 1 when a scheme is in force, else 0.
    """

    def __init__(self, schedule_bp: NDArray[np.int64], n_facilities: int, n_instruments: int) -> None:
        self.schedule_bp = schedule_bp
        self.rate_bp = np.empty((2, *schedule_bp.shape), np.int64)
        self.certain = np.empty((len(Event), n_facilities))
        self.promised = np.empty((n_instruments, len(Event), n_facilities))
        self.personal = np.empty((n_instruments, len(Event), n_facilities))
        self.clear()

    def clear(self) -> None:
        """Back to the insurer's own schedule and no pay at all."""
        self.rate_bp[:] = self.schedule_bp
        self.certain[:] = 0.0
        self.promised[:] = 0.0
        self.personal[:] = 0.0
        self.platform = 0.0
        self.gate = 0.0
        self.reserved = 0.0
        self.releasable = True
        self.in_force = 0
