"""Everything the loops read and write: tables with one named column an attribute.

A table is one structured array; ``residents.trust`` is a column of it, ``residents[i]`` a row. (Sixty
separate arrays made the loops three times slower and the compiler four times: every hand-over
counts references to each of them. See docs/decisions.md.)
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.events import Count, Kind, Sum
from incentive_model.network.residents import FEWEST_TIES, TIE_SPREAD

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Row = Any  #: one row of a table


class Slot(IntEnum):
    """Choice slots of a resident."""

    CLINIC = 0  #: own village clinic
    CENTRE = 1  #: own township centre
    PARENT = 2  #: the centre's county hospital
    OTHER = 3  #: the nearest other county hospital
    OUTSIDE = 4  #: the hospital outside the county


SLOTS = len(Slot)
TIES = FEWEST_TIES + TIE_SPREAD - 1  #: at most, of a resident


class State(IntEnum):
    """States of a resident this month."""

    HEALTHY = 0
    NEW = 1  #: a new episode
    CARRIED = 2  #: an episode carried over
    WAITING = 3  #: for a bed
    GAVE_UP = 4  #: waiting, and goes without care
    WENT_OUTSIDE = 5  #: waiting, and asks for a bed outside the county


class BedClass(IntEnum):
    """Classes of demand for a bed."""

    NONE = -1
    EMERGENCY = 0
    REFERRED = 1
    OTHER = 2


class Noise(IntEnum):
    """Numbers drawn for each of the ill before they act (see ``engine.luck``)."""

    PERCEPTION = 0  #: normal
    CHOICE = 1  #: Gumbel of the first slot; those of the other four follow
    SELF_CARE = 6  #: Gumbel
    SUCCESS = 7  #: uniform
    CARRIES_ON = 8  #: uniform
    DIAGNOSIS = 9  #: normal, of the first physician


class Fate(IntEnum):
    """What became of an inpatient candidate for rehabilitation."""

    NONE = 0
    RETAINED = 1
    DOWN = 2
    HOME = 3


def table(fields: tuple[tuple[str, type, int], ...], n: int) -> np.recarray:
    """``n`` rows of zeros with one column a field: (name, type, width)."""
    columns = [(name, kind, (width,)) if width > 1 else (name, kind) for name, kind, width in fields]
    return np.zeros(n, dtype=np.dtype(columns, align=True)).view(np.recarray)


def record(values: Mapping[str, Any]) -> Any:
    """Parameters as one NumPy record: an attribute each, readable in compiled loops."""
    names = sorted(values)
    row = np.zeros(1, dtype=[(name, np.float64) for name in names])
    row[0] = tuple(values[name] for name in names)
    return row.view(np.recarray)[0]


#: Residents, one row each, in the order of their homes. Stored as small as will do, the widest first;
#: loops compute in double precision.
RESIDENT = (
    ("oop", np.int64, 1),  # fen paid since the scheme's start
    ("time", np.int64, 1),  # worth of time spent since the scheme's start, fen
    ("qaly", np.int64, 1),  # billionths of a QALY since the scheme's start
    ("id", np.uint32, 1),
    ("clinic", np.uint32, 1),  # facility row of the own village clinic
    ("oop_year", np.int32, 1),  # fen paid this year
    ("fund_paid", np.int32, 2),  # fen the fund paid this year, outpatient and inpatient
    ("deductible_paid", np.int32, 1),  # fen, in the present chain of care
    ("income", np.float32, 1),  # yuan a year
    ("price_sensitivity", np.float32, 1),  # (income/median)^−½, clipped to [½, 2]
    ("distance", np.float32, 1),  # own travel times over those of the place
    ("trust", np.float32, SLOTS),
    ("awareness", np.float32, 1),
    ("control", np.float32, 1),  # of a chronic condition, 0–1
    ("severity", np.float32, 1),  # carried over or waited with, 0 when healthy
    ("rank", np.int16, 1),  # by income among all: −32,767 the poorest, 32,767 the richest
    ("rank_within", np.int16, 1),  # the same among those of the own part
    ("age", np.uint8, 1),  # band 0–3
    ("chronic", np.int8, 1),
    ("insurance", np.uint8, 1),
    ("part", np.uint8, 1),  # group counted with in a breakdown, 0 without one
    ("habit", np.int8, 1),  # slot used last, −1 at first
    ("queue_slot", np.int8, 1),  # slot of the hospital waited for, −1 when none
    ("queue_class", np.int8, 1),
    ("queue_months", np.int8, 1),  # 127 stands for more
)

#: An episode of this month. There are as many as residents of one tile: when the tile is done, its
#: episodes are forgotten.
EPISODE = (
    ("severity", np.float64, 1),
    ("perceived", np.float64, 1),
    ("worth", np.float64, 3),  # utility of own clinic, own centre, and the parent hospital if referred there
    ("specialty", np.int64, 1),  # number of the specialty it belongs to, 0: general care
    ("row", np.int64, 1),  # the resident's, −1 for the blank episode of those who are well
    ("state", np.int64, 1),  # see State
    ("emergency", np.int64, 1),
    ("first", np.int64, 1),  # slot of first contact, −1 when none
    ("at", np.int64, 1),  # slot of treatment, −1 when none
    ("referred", np.int64, 1),  # 1 after a completed referral up this month
    ("origin", np.int64, 1),  # slot of the facility that first referred it, −1
    ("onward", np.int64, 1),  # slot of the hospital that referred it on to the one above, 0: none did
    ("within", np.int64, 1),  # 1 after a completed referral from clinic to centre
    ("bed_class", np.int64, 1),  # class of a bed demand, −1 when none
    ("admitted", np.int64, 1),
    ("fate", np.int64, 1),  # of an admitted candidate: see Fate
    ("follow_ups", np.int64, 1),
    ("returned", np.int64, 1),
    ("ending", np.int64, 1),  # see rules.outcome
)

#: Physicians, one row each (beliefs are a table of their own: one column an instrument).
PHYSICIAN = (
    ("id", np.int64, 1),  # address of draws: facility's number and number in the facility
    ("facility", np.int64, 1),
    ("altruism", np.float64, 1),
    ("complex", np.int64, 1),  # finds the process complex
    ("unaware", np.int64, 1),  # does not know the other side
    ("tie", np.int64, 1),  # has a personal tie to a county hospital
    ("target", np.int64, 1),  # hospital row to refer to
    ("cards", np.int64, 1),  # name cards of specialists outside: ties to them
)

#: Facilities, one row each, and what is expected of them this month.
FACILITY = (
    ("tier", np.int64, 1),  # place in the hierarchy
    ("grade", np.int64, 1),  # the tier whose prices, reimbursement and kind of beds it has
    ("outside", np.int64, 1),  # 1 outside the area
    ("onward", np.int64, 1),  # 1 for a hospital whose physicians refer on to the one above
    ("number", np.int64, 1),  # address of draws, from the id
    ("first_physician", np.int64, 1),  # row
    ("physicians", np.int64, 1),
    ("hospital", np.int64, 1),  # position among hospitals in the chain table, −1
    ("capability", np.float64, 1),  # in general care
    ("attractiveness", np.float64, 1),  # the same
    ("waiting_minutes", np.float64, 1),
    ("list_visit", np.int64, 1),  # list prices, fen
    ("list_admission", np.int64, 1),
    ("stay_days", np.float64, 1),
    ("capacity", np.float64, 1),  # visits a month, inf without limit
    ("beds", np.float64, 1),  # inf without limit
    ("pass_on", np.float64, 1),  # θ
    ("attention", np.float64, 1),  # κ_acc
    ("late_day_fen", np.int64, 1),  # bill of a late bed-day
    ("price_visit", np.int64, 1),  # list price × intensity of service, fen
    ("price_admission", np.int64, 1),
    ("cost_admission", np.float64, 1),  # what an admission costs over what its bill lets expect
    ("uncovered_bp", np.int64, 1),
    ("visit_yuan", np.float64, 1),  # these four as residents reckon: price of a visit,
    ("admission_yuan", np.float64, 1),  # of an admission,
    ("uncovered", np.float64, 1),  # part of a bill outside insurance,
    ("room_minutes", np.float64, 1),  # wait in the building at the expected load
    ("effort_visit", np.float64, 1),  # factors of success
    ("effort_admission", np.float64, 1),
    ("load", np.float64, 1),  # expected visits / capacity
    ("days_referred", np.float64, 1),
    ("days_other", np.float64, 1),
    ("bed_referred", np.float64, 1),  # chances of a bed
    ("bed_other", np.float64, 1),
    ("occupancy", np.float64, 1),
    ("rehab_chance", np.float64, 1),
)


#: What somebody knows or can do this month, as instruments announced it (see ``Tables``).
NOW = (
    "platform",
    "criteria",
    "channel",
    "diagnostics",
    "formulary",
    "missing_tests",
    "education",
    "publicity",
    "coverage",
    "managed",
    "audit",
    "gate",
    "continuous",
    "free",
    "in_force",
)


class Terms(NamedTuple):
    """What instruments announced, as the loops read it."""

    rate: Ints  #: basis points by (referred, insurance, tier, setting)
    share: Floats  #: the same as shares, as residents reckon
    share_before: Floats  #: under the status quo
    deductible: Ints  #: (insurance, tier) fen
    cap: Ints  #: (insurance, tier, setting) fen a year
    certain: Floats


class Tally(NamedTuple):
    """What one chunk of residents adds up, in whole numbers; a part is a group of a breakdown."""

    counts: Ints  #: (part, facility, Count)
    bills: Ints  #: (part, facility, insurance, Kind, fund/patient)
    chain: Ints  #: (facility, hospital)
    sums: Ints  #: (part, Sum)


class Tile(NamedTuple):
    """The paper on which a thread works out the month of a few residents."""

    ill: np.recarray  #: their episodes, after the last one with row −1
    blank: np.recarray  #: the episode of who is well
    who: Ints  #: ids, first of the residents, then of the ill
    luck: Floats  #: two uniform numbers for each resident: does an episode begin, of which class
    noise: Floats  #: by (Noise, one of the ill)


def make_tile(n: int) -> Tile:
    """Paper for ``n`` residents at a time."""
    blank = table(EPISODE, 1)
    for column in ("row", "first", "at", "origin", "bed_class"):
        blank[column] = -1
    return Tile(
        table(EPISODE, n + 1),
        blank,
        np.empty(n, np.int64),
        np.empty((2, n)),
        np.empty((max(Noise) + 1, n)),
    )


class World(NamedTuple):
    """All columns and the month's address, as every loop gets them."""

    residents: np.recarray
    physicians: np.recarray
    facilities: np.recarray
    reach: Ints  #: facility rows by (row of the own clinic, slot), −1 where there is none
    minutes: Floats  #: one way, by (row of the own clinic, slot)
    specialist: Ints  #: rows of the outside slot for each specialty, by (specialty, row of the own clinic)
    far: Floats  #: minutes one way to it
    specialty_ends: Floats  #: cumulated shares of residents by specialty, general care first
    skill: Floats  #: capability by (specialty, facility)
    appeal: Floats  #: attractiveness by (specialty, facility)
    tie: NDArray[np.int32]  #: rows listened to, by (resident, tie), −1 from the last one on
    heard: NDArray[np.float32]  #: last month's trust in the own centre and awareness, by resident
    said: NDArray[np.float32]  #: the same of this month, heard next month
    believed: Floats  #: yuan a physician believes one event brings, by (physician, Event)
    terms: Terms
    now: Any  #: the month's one-number terms, a record with one field each (see NOW)
    p: Any  #: behavioural parameters, one field a card
    people: tuple[int, int]  #: key of draws that belong to the population
    even: Floats  #: starts of the even sequences (see ``chance.even``)
    key: tuple[int, int]
    month: int
    season: float
    poverty_line: float  #: yuan a year


#: Bytes a resident takes: the row, ties, and what is heard and said.
RESIDENT_BYTES = table(RESIDENT, 0).itemsize + 4 * TIES + 2 * 2 * 4


def empty_tally(n_parts: int, n_facilities: int, n_insurances: int, n_hospitals: int) -> Tally:
    """A tally of zeros."""
    return Tally(
        np.zeros((n_parts, n_facilities, len(Count)), np.int64),
        np.zeros((n_parts, n_facilities, n_insurances, len(Kind), 2), np.int64),
        np.zeros((n_facilities, max(1, n_hospitals)), np.int64),
        np.zeros((n_parts, len(Sum)), np.int64),
    )
