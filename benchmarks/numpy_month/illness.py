"""Phase 2: fall ill."""

import numpy as np

from benchmarks.numpy_month.draws import uniform_pair
from benchmarks.numpy_month.month import Month
from benchmarks.numpy_month.people import Column, Ill, Ints, People
from benchmarks.numpy_month.tallies import add
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import State, Tally
from incentive_model.incentives.events import Count


def fall_ill(m: Month, people: People, block: slice, tally: Tally) -> Ill:
    """Phase 2: who waits, who still carries an illness, who falls ill anew, and how badly."""
    p, lo = m.p, block.start
    ill = people.severity[block] > 0.0
    waits = ill & (people.queue_slot[block] >= 0)
    goes_on = ill & ~waits
    well = lo + np.flatnonzero(~ill)
    u, v = uniform_pair(m, Purpose.ONSET, people.id.take(well))
    falls = np.flatnonzero(u < onset_probability(m, people, well))
    new, v = well[falls], v[falls]
    u, z = uniform_pair(m, Purpose.SEVERITY, people.id.take(new))
    s = severity(m, people, new, v, u)
    add(tally, people.part.take(new), people.clinic.take(new), Count.NEW_EPISODE)

    old, queue = lo + np.flatnonzero(goes_on), lo + np.flatnonzero(waits)
    emergency = np.zeros(len(new) + len(old) + len(queue), bool)
    emergency[: len(new)] = (s >= 0.70) & (z < p.emergency_share)
    return Ill(
        people,
        block,
        np.concatenate([new, old, queue]),
        len(new) + len(old),
        np.repeat([State.NEW, State.CARRIED, State.WAITING], [len(new), len(old), len(queue)]),
        np.concatenate([s, people.severity.take(old), people.severity.take(queue)]),
        emergency,
        m.reach,
        m.minutes,
    )


def onset_probability(m: Month, people: People, who: Ints) -> Column:
    """Chance of a new episode (see rules.illness)."""
    base = m.p.illness_rate * m.by_age("onset") * m.season
    uncontrolled = (
        m.p.chronic_onset * people.chronic.take(who) * (1.0 - people.control.take(who).astype(float))
    )
    return base.take(people.age.take(who)) * (1.0 + uncontrolled)


def severity(m: Month, people: People, who: Ints, u_class: Column, u_within: Column) -> Column:
    """Severity of new episodes (see rules.illness)."""
    age, p = people.age.take(who), m.p
    worse = 1.0 + p.chronic_severe * people.chronic.take(who) * (0.5 - people.control.take(who).astype(float))
    severe = (p.severe_scale * m.by_age("severe_share")).take(age) * worse
    moderate = m.by_age("moderate_share").take(age)
    return np.where(
        u_class < severe,
        0.70 + 0.30 * u_within,
        np.where(u_class < severe + moderate, 0.40 + 0.30 * u_within, 0.05 + 0.35 * u_within),
    )
