"""Everything the loops read and write: one array an attribute."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Choice slots of a resident: own clinic, own centre, parent hospital, other hospital, outside hospital.
SLOTS = 5
CLINIC, CENTRE, PARENT, OTHER, OUTSIDE = range(SLOTS)


class Residents(NamedTuple):
    """Residents, one row each. Two-dimensional columns have one column a choice slot."""

    id: Ints
    age: Ints  #: band 0–3
    chronic: Ints
    insurance: Ints
    urban: Ints
    contract: Ints  #: has a family doctor
    income: Floats  #: yuan a year
    price_sensitivity: Floats  #: (income/median)^−½, clipped to [½, 2]
    facility: Ints  #: (n, SLOTS) facility row, −1 where there is none
    doctor: Ints  #: (n, SLOTS) physician row, −1 where there is none
    minutes: Floats  #: (n, SLOTS) one way
    trust: Floats  #: (n, SLOTS)
    habit: Ints  #: slot used last, −1 at first
    awareness: Floats
    control: Floats  #: of a chronic condition, 0–1
    carried: Floats  #: severity carried over, 0 when healthy
    queue_slot: Ints  #: slot of the hospital waited for, −1 when none
    queue_severity: Floats
    queue_class: Ints
    queue_months: Ints
    fund_paid: Ints  #: (n, 2) fen the fund paid this year, by setting
    oop: Ints  #: fen paid since the scheme's start
    oop_year: Ints  #: fen paid this year
    time: Ints  #: worth of time spent since the scheme's start, fen
    qaly: Ints  #: billionths of a QALY since the scheme's start
    tie_start: Ints  #: (n + 1) first tie of each resident in `tie`
    tie: Ints  #: rows of the residents one listens to


class Episodes(NamedTuple):
    """This month's episode of each resident; rewritten every month."""

    state: Ints  #: see State
    severity: Floats
    perceived: Floats
    emergency: Ints
    first: Ints  #: slot of first contact, −1 when none
    at: Ints  #: slot of treatment, −1 when none
    referred: Ints  #: 1 after a completed referral this month
    bed_class: Ints  #: class of a bed demand, −1 when none
    admitted: Ints
    fate: Ints  #: of an admitted candidate: see Fate
    follow_ups: Ints
    returned: Ints
    ending: Ints  #: see rules.outcome
    heard: Floats  #: last month's trust in the own centre (what neighbours report)
    aware: Floats  #: last month's awareness


class Physicians(NamedTuple):
    """Physicians, one row each."""

    facility: Ints
    altruism: Floats
    complex: Ints  #: finds the process complex
    unaware: Ints  #: does not know the other side
    tie: Ints  #: has a personal tie to a county hospital
    target: Ints  #: hospital row to refer to
    belief: Floats  #: (k, instruments)


class Facilities(NamedTuple):
    """Facilities, one row each, and what is expected of them this month."""

    tier: Ints
    parent: Ints
    hospital: Ints  #: position among hospitals in the chain table, −1
    capability: Floats
    attractiveness: Floats
    waiting_minutes: Floats
    list_visit: Ints  #: list prices, fen
    list_admission: Ints
    stay_days: Floats
    capacity: Floats  #: visits a month, inf without limit
    beds: Floats  #: inf without limit
    pass_on: Floats  #: θ
    price_visit: Ints  #: list price × intensity of service, fen
    price_admission: Ints
    uncovered_bp: Ints
    effort: Floats
    load: Floats  #: expected visits / capacity
    days_referred: Floats
    days_other: Floats
    bed_referred: Floats  #: chances of a bed
    bed_other: Floats
    occupancy: Floats
    rehab_chance: Floats


class Terms(NamedTuple):
    """What instruments announced, as the loops read it."""

    rate: Ints  #: (2, insurance, tier, setting) basis points now
    rate_before: Ints  #: the same under the status quo
    deductible: Ints  #: (insurance, tier) fen
    cap: Ints  #: (insurance, tier, setting) fen a year
    certain: Floats
    promised: Floats
    personal: Floats
    platform: float
    gate: float
    releasable: int
    in_force: int


class Tally(NamedTuple):
    """What one chunk of residents adds up, in whole numbers."""

    counts: Ints  #: (facility, Count)
    bills: Ints  #: (facility, insurance, Kind, fund/patient)
    chain: Ints  #: (facility, hospital)


class World(NamedTuple):
    """All columns and the month's address, as every loop gets them."""

    residents: Residents
    episodes: Episodes
    physicians: Physicians
    facilities: Facilities
    terms: Terms
    p: Any  #: behavioural parameters, one field a card
    key: tuple[int, int]
    month: int
    season: float


class State:
    """States of a resident this month."""

    HEALTHY, NEW, CARRIED, WAITING, GAVE_UP, WENT_OUTSIDE = range(6)


class Fate:
    """What became of an inpatient candidate for rehabilitation."""

    NONE, RETAINED, DOWN, HOME = range(4)


def empty_episodes(n: int) -> Episodes:
    """Scratch columns for ``n`` residents."""
    floats = {"severity", "perceived", "heard", "aware"}
    return Episodes(*(np.zeros(n, np.float64 if f in floats else np.int64) for f in Episodes._fields))


def empty_tally(n_facilities: int, n_insurances: int, n_hospitals: int, n_counts: int) -> Tally:
    """A tally of zeros."""
    return Tally(
        np.zeros((n_facilities, n_counts), np.int64),
        np.zeros((n_facilities, n_insurances, 4, 2), np.int64),
        np.zeros((n_facilities, max(1, n_hospitals)), np.int64),
    )
