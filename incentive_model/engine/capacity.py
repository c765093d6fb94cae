"""Expected demand, remembered, and the month's congestion that follows from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.events import Count
from incentive_model.incentives.tables import Tables
from incentive_model.rules.capacity import appointment_days, bed_chances, days, expect


class Demand:
    """Expected monthly demand by facility, scaled to the real population.

    Rows of ``expected``: visits of referred patients, other visits, beds wanted by emergencies,
    by referred and by other patients, admissions, acute bed-days, late bed-days, rehabilitation days.
    """

    REFERRED_VISITS, OTHER_VISITS, EMERGENCY, REFERRED, OTHER, ADMITTED, ACUTE_DAYS, LATE_DAYS, REHAB_DAYS = range(9)

    def __init__(self, n_facilities: int) -> None:
        self.expected: NDArray[np.float64] = np.zeros((9, n_facilities))
        self.months_seen = 0

    def learn(self, p: Any, f: np.recarray, counts: NDArray[np.int64], weight: float) -> None:
        """Take in one more month of counts of simulated residents, each standing for ``weight``."""
        admitted = counts[:, [Count.ADMITTED_EMERGENCY, Count.ADMITTED_REFERRED, Count.ADMITTED_OTHER]].sum(axis=1)
        seen = weight * np.stack(
            [
                counts[:, Count.VISIT_REFERRED],
                counts[:, Count.VISIT] - counts[:, Count.VISIT_REFERRED],
                counts[:, Count.BED_EMERGENCY],
                counts[:, Count.BED_REFERRED],
                counts[:, Count.BED_OTHER],
                admitted,
                admitted * f.stay_days,
                counts[:, Count.RETAINED] * p.extra_days,
                counts[:, Count.REHAB] * p.rehab_days,
            ]
        )
        self.expected = expect(self.expected, seen, self.months_seen, p.demand_memory)  # by element
        self.months_seen += 1

    def congest(self, p: Any, f: np.recarray, tables: Tables) -> None:
        """Write this month's waits, chances of a bed and occupancy into the facilities' columns."""
        full, limit = p.appointment_days_full, p.appointment_load_limit
        for row in range(len(f.tier)):
            x = self.expected[:, row]
            hospital = f.tier[row] == 2
            reserved = tables.reserved if hospital else 0.0
            if np.isinf(f.capacity[row]):
                f.load[row] = p.outside_load
                f.days_referred[row] = f.days_other[row] = days(full, limit, p.outside_load)
            else:
                visits = x[self.REFERRED_VISITS] + x[self.OTHER_VISITS]
                f.load[row] = visits / f.capacity[row] if f.capacity[row] > 0.0 else limit
                f.days_referred[row], f.days_other[row] = appointment_days(
                    full, limit, x[self.REFERRED_VISITS], x[self.OTHER_VISITS], f.capacity[row], reserved, tables.releasable
                )
            if np.isinf(f.beds[row]):
                f.occupancy[row] = p.outside_load
                f.bed_referred[row] = f.bed_other[row] = f.rehab_chance[row] = 1.0
                continue
            self._beds(p, f, row, x, reserved, tables.releasable)

    def _beds(
        self, p: Any, f: np.recarray, row: int, x: NDArray[np.float64], reserved: float, releasable: bool
    ) -> None:
        bed_days = f.beds[row] * p.month_days
        if bed_days <= 0.0:
            f.occupancy[row] = 0.0
            f.bed_referred[row] = f.bed_other[row] = f.rehab_chance[row] = 0.0
            return
        used = x[self.ACUTE_DAYS] + x[self.LATE_DAYS] + x[self.REHAB_DAYS]
        f.occupancy[row] = used / bed_days
        stay = f.stay_days[row]
        if x[self.ADMITTED] > 0.0:  # with the late days of those who are kept
            stay = (x[self.ACUTE_DAYS] + x[self.LATE_DAYS]) / x[self.ADMITTED]
        free = bed_days - x[self.REHAB_DAYS] - x[self.EMERGENCY] * stay
        f.bed_referred[row], f.bed_other[row] = bed_chances(
            x[self.REFERRED], x[self.OTHER], free / stay, reserved, releasable
        )
        left = max(0.0, bed_days - x[self.ACUTE_DAYS] - x[self.LATE_DAYS])
        f.rehab_chance[row] = min(1.0, left / x[self.REHAB_DAYS]) if x[self.REHAB_DAYS] > 0.0 else 1.0
