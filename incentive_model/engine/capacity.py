"""Expected demand, remembered, and the month's congestion that follows from it."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_model.engine.columns import Row
from incentive_model.engine.compiled import compiled
from incentive_model.incentives.events import Count
from incentive_model.rules.capacity import appointment_days, bed_chances, days, expect


class Demanded(IntEnum):
    """Kinds of expected demand, a month."""

    REFERRED_VISITS = 0
    OTHER_VISITS = 1
    EMERGENCY = 2  #: beds, by class
    REFERRED = 3
    OTHER = 4
    ADMITTED = 5
    ACUTE_DAYS = 6
    LATE_DAYS = 7
    REHAB_DAYS = 8


class Queueing(NamedTuple):
    """The parameters of queues. (To hand a loop all parameters takes longer than a loop over facilities.)"""

    visit_memory: float
    bed_memory: float
    extra_days: float
    rehab_days: float
    appointment_days_full: float
    appointment_load_limit: float
    outside_load: float
    month_days: float
    outside_priority: float


class Demand:
    """Expected monthly demand by facility, scaled to the real population.

    Rows of ``expected`` are kinds of demand (:class:`Demanded`).
    """

    def __init__(self, p: Any, n_facilities: int) -> None:
        self.p = Queueing(*(float(getattr(p, name)) for name in Queueing._fields))
        self.expected: NDArray[np.float64] = np.zeros((len(Demanded), n_facilities))
        self.months_seen = 0

    def learn(self, f: np.recarray, counts: NDArray[np.int64], weight: float) -> None:
        """Take in one more month of counts of simulated residents, each standing for ``weight``."""
        compiled(learn)(self.expected, f, self.p, counts, float(weight), self.months_seen)
        self.months_seen += 1

    def congest(self, f: np.recarray, reserved: float, releasable: bool) -> None:
        """Write this month's waits, chances of a bed and occupancy into the facilities' columns."""
        compiled(congest)(self.expected, f, self.p, reserved, releasable)


def learn(
    x: NDArray[np.float64],
    facilities: np.recarray,
    p: Queueing,
    counts: NDArray[np.int64],
    weight: float,
    months_seen: int,
) -> None:
    """Move expected demand ``x`` by (kind, facility) towards what a month has shown."""
    for row in range(len(facilities)):
        seen = counts[row]
        referred = seen[Count.VISIT_REFERRED]
        visits, beds, days_in_bed = p.visit_memory, p.bed_memory, facilities[row].stay_days
        admitted = seen[Count.ADMITTED_EMERGENCY] + seen[Count.ADMITTED_REFERRED] + seen[Count.ADMITTED_OTHER]
        for kind, observed, memory in (
            (Demanded.REFERRED_VISITS, float(referred), visits),
            (Demanded.OTHER_VISITS, float(seen[Count.VISIT] - referred), visits),
            (Demanded.EMERGENCY, float(seen[Count.BED_EMERGENCY]), beds),
            (Demanded.REFERRED, float(seen[Count.BED_REFERRED]), beds),
            (Demanded.OTHER, float(seen[Count.BED_OTHER]), beds),
            (Demanded.ADMITTED, float(admitted), beds),
            (Demanded.ACUTE_DAYS, admitted * days_in_bed, beds),
            (Demanded.LATE_DAYS, seen[Count.RETAINED] * p.extra_days, beds),
            (Demanded.REHAB_DAYS, seen[Count.REHAB] * p.rehab_days, beds),
        ):
            x[kind, row] = expect(x[kind, row], weight * observed, months_seen, memory)


def congest(
    x: NDArray[np.float64], facilities: np.recarray, p: Queueing, reserved: float, releasable: bool
) -> None:
    """What expected demand ``x`` by (kind, facility) means for each facility's visits and beds."""
    full, limit = p.appointment_days_full, p.appointment_load_limit
    for row in range(len(facilities)):
        f = facilities[row]
        kept = reserved if f.tier >= 2 else 0.0
        if math.isinf(f.capacity):
            f.load = p.outside_load
            f.days_referred = days(full, limit, p.outside_load)
            f.days_other = f.days_referred
        else:
            wait = appointment_days(
                full,
                limit,
                x[Demanded.REFERRED_VISITS, row],
                x[Demanded.OTHER_VISITS, row],
                f.capacity,
                kept,
                releasable,
            )
            visits = x[Demanded.REFERRED_VISITS, row] + x[Demanded.OTHER_VISITS, row]
            f.load = visits / f.capacity if f.capacity > 0.0 else limit
            f.days_referred = wait.referred
            f.days_other = wait.other
        if math.isinf(f.beds):
            f.occupancy = p.outside_load
            f.bed_referred = 1.0
            f.bed_other = 1.0
            f.rehab_chance = 1.0
        elif f.outside == 1:
            make_room(x, f, row, p, p.outside_priority, True)
        else:
            make_room(x, f, row, p, kept, releasable)


def make_room(
    x: NDArray[np.float64], f: Row, row: int, p: Queueing, reserved: float, releasable: bool
) -> None:
    """Beds of one facility: occupancy, chances of admission by class, chance of a rehabilitation bed."""
    bed_days = f.beds * p.month_days
    acute, late, rehab = x[Demanded.ACUTE_DAYS, row], x[Demanded.LATE_DAYS, row], x[Demanded.REHAB_DAYS, row]
    if bed_days <= 0.0:
        f.occupancy = 0.0
        f.bed_referred = 0.0
        f.bed_other = 0.0
        f.rehab_chance = 0.0
        return
    f.occupancy = (acute + late + rehab) / bed_days
    stay = f.stay_days
    if x[Demanded.ADMITTED, row] > 0.0:  # with the late days of those who are kept
        stay = (acute + late) / x[Demanded.ADMITTED, row]
    free = bed_days - rehab - x[Demanded.EMERGENCY, row] * stay
    chance = bed_chances(x[Demanded.REFERRED, row], x[Demanded.OTHER, row], free / stay, reserved, releasable)
    f.bed_referred = chance.referred
    f.bed_other = chance.other
    f.rehab_chance = min(1.0, max(0.0, bed_days - acute - late) / rehab) if rehab > 0.0 else 1.0
