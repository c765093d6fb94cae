"""Where a resident lives, what is within reach from there, and what was signed at home.

Nothing of this is kept for each resident: it follows from the own clinic and the id.
"""

import numpy as np

from incentive_model.chance.draws import uniform_pair
from incentive_model.chance.even import even
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import Floats, Row, Slot, World


def facility_of(w: World, me: Row, slot: int, specialty: int) -> int:
    """Row of the facility in a choice slot, −1 where there is none.

    Only what is outside depends on the ``specialty`` of the illness (0: general care).
    """
    if slot == Slot.OUTSIDE and specialty > 0:
        return w.specialist[specialty, me.clinic]
    return w.reach[me.clinic, slot]


def minutes_to(w: World, me: Row, slot: int, specialty: int) -> float:
    """Travel time one way, in minutes."""
    if slot == Slot.OUTSIDE and specialty > 0:
        return np.float64(me.distance) * w.far[specialty, me.clinic]
    return np.float64(me.distance) * w.minutes[me.clinic, slot]


def doctor_of(w: World, me: Row, slot: int, specialty: int) -> int:
    """Row of the physician who serves this resident at the facility in a slot."""
    return doctor_at(w.people, me.id, w.facilities[facility_of(w, me, slot, specialty)])


def specialty_of(w: World, me: Row, severity: float) -> int:
    """The specialty that an illness belongs to, 0: general care.

    Each resident's serious illnesses belong to one and the same: so an illness that lasts needs no memory.
    """
    if len(w.specialty_ends) == 1 or severity < w.p.specialty_severity:
        return 0
    u, specialty = even(w.even, 6, me.id), 0
    while u >= w.specialty_ends[specialty]:
        specialty += 1
    return specialty


def doctor_at(people: tuple[int, int], who: int, facility: Row) -> int:
    """Row of the physician who serves a resident at a facility."""
    u, _ = uniform_pair(people, Purpose.DOCTOR, who, facility.number, 0)
    return facility.first_physician + int(u * facility.physicians)


def signs_at(starts: Floats, who: int, chronic: int) -> float:
    """Coverage of family doctors from which a resident has a contract; the chronically ill come first."""
    return even(starts, 4, who) / (1.0 + 0.5 * chronic)


def managed_at(starts: Floats, who: int, chronic: int) -> float:
    """Coverage of chronic management from which a resident's condition is managed; 2 without one."""
    return even(starts, 5, who) if chronic == 1 else 2.0


def contracted(w: World, me: Row) -> int:
    """1 for a resident with a family-doctor contract."""
    return 1 if signs_at(w.even, me.id, me.chronic) < w.now.coverage else 0


def under_management(w: World, me: Row) -> bool:
    """Whether this resident's chronic condition is managed."""
    return managed_at(w.even, me.id, me.chronic) < w.now.managed
