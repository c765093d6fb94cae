"""Expected demand against real capacity (phase 5): days to an appointment, chances of a bed.

Congestion comes from *expected* demand, smoothed over months and scaled to the real population, so
that a small sample of residents meets the same queues as a large one.
"""

from typing import NamedTuple

from incentive_model.cards.short import fixed, uncertain

fixed("appointment_days_full", 5.0, "days", "days to an appointment at a load of one", "MODEL 7")
fixed("appointment_load_limit", 2.0, "ratio", "load beyond which the wait grows no more", "MODEL 7")
fixed("visit_memory", 12.0, "months", "memory of expected visits", "docs/decisions.md")
fixed("bed_memory", 24.0, "months", "memory of expected demand for beds, which is rarer", "docs/decisions.md")
fixed("clinic_days", 25.0, "days a month", "days a physician sees outpatients", "MODEL 7")
fixed("month_days", 30.4, "days", "length of a month", "MODEL 7", "D")
fixed("wait_severity", 0.02, "severity", "worsening in a month of waiting for a bed", "MODEL 7")
fixed("queue_leave", 0.35, "share", "part of those waiting for a bed who give up each month", "MODEL 7")
fixed(
    "queue_outside", 0.40, "share", "part of those who give up that goes to the outside hospital", "MODEL 7"
)
uncertain(
    "outside_priority",
    0.5,
    (0.0, 1.0),
    "share",
    "part of an outside hospital's beds for the area that goes first to those sent by somebody known there",
    "M25",
    whose="place",
)
fixed("outside_load", 1.0, "ratio", "load of a hospital without a stated capacity", "MODEL 7")


class BedChances(NamedTuple):
    """Chance of admission this month, by class."""

    referred: float
    other: float


class AppointmentDays(NamedTuple):
    """Days to an appointment, by class."""

    referred: float
    other: float


def expect(previous: float, observed: float, months_seen: int, memory: float) -> float:
    """Expected demand after one more month: a running mean at first, then a moving one.

    x̂ ← x̂ + (x − x̂)·max(1/memory, 1/(months_seen + 1)).
    """
    weight = max(1.0 / memory, 1.0 / (months_seen + 1.0))
    return previous + weight * (observed - previous)


def days(full: float, limit: float, load: float) -> float:
    """D = 5·min(2, load)³."""
    x = min(limit, load)
    return full * x * x * x


def appointment_days(
    full: float,
    limit: float,
    referred: float,
    other: float,
    capacity: float,
    reserved: float,
    releasable: bool,
) -> AppointmentDays:
    """Days to an appointment with a share ``reserved`` of capacity kept for referred patients.

    Referred patients wait for the reserved part, and those beyond it with everybody (or all with
    everybody, where that is quicker); what they do not use is lost (hard) or given to the others
    (releasable). Demands per month.
    """
    if capacity <= 0.0:
        d = days(full, limit, limit)
        return AppointmentDays(d, d)
    if reserved <= 0.0:
        d = days(full, limit, (referred + other) / capacity)
        return AppointmentDays(d, d)
    kept = reserved * capacity
    used = min(kept, referred)
    open_to_all = capacity - (used if releasable else kept)
    overflow = max(referred - kept, 0.0)
    common = days(full, limit, (other + overflow) / open_to_all if open_to_all > 0.0 else limit)
    own = days(full, limit, used / kept)
    if overflow > 0.0:
        own = (kept * own + overflow * common) / referred
    return AppointmentDays(min(own, common), common)


def bed_chances(referred: float, other: float, slots: float, reserved: float, releasable: bool) -> BedChances:
    """p_r = a + (1−a)p, p_o = p, with a = min(1, r·slots/X_r) and p = min(1, rest/(X_o + (1−a)X_r)).

    ``slots`` are admissions the beds allow this month after emergencies. Under a hard reserve the
    unused part of the reserved slots is not given to others.
    """
    slots = max(slots, 0.0)
    kept = reserved * slots
    first = min(1.0, kept / referred) if referred > 0.0 else 0.0
    used = first * referred
    rest = slots - (used if releasable else max(kept, used))
    queue = other + (1.0 - first) * referred
    p = min(1.0, rest / queue) if queue > 0.0 else 1.0
    return BedChances(first + (1.0 - first) * p, p)
