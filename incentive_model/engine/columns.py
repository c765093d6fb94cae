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

from incentive_model.incentives.events import Kind

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


class Fate(IntEnum):
    """What became of an inpatient candidate for rehabilitation."""

    NONE = 0
    RETAINED = 1
    DOWN = 2
    HOME = 3


def table(fields: tuple[tuple[str, type, int], ...], n: int) -> np.recarray:
    """``n`` rows of zeros with one column a field: (name, type, width)."""
    columns = [(name, kind, (width,)) if width > 1 else (name, kind) for name, kind, width in fields]
    return np.zeros(n, dtype=columns).view(np.recarray)


def record(values: Mapping[str, Any]) -> Any:
    """Parameters as one NumPy record: an attribute each, readable in compiled loops."""
    names = sorted(values)
    row = np.zeros(1, dtype=[(name, np.float64) for name in names])
    for name in names:
        row[0][name] = values[name]
    return row.view(np.recarray)[0]


#: Residents, one row each. Columns of width ``SLOTS`` have one entry a choice slot.
RESIDENT = (
    ("id", np.int64, 1),
    ("age", np.int64, 1),  # band 0–3
    ("chronic", np.int64, 1),
    ("insurance", np.int64, 1),
    ("urban", np.int64, 1),
    ("part", np.int64, 1),  # group counted with in a breakdown, 0 without one
    ("signs_at", np.float64, 1),  # coverage from which the resident has a family-doctor contract
    ("managed_at", np.float64, 1),  # coverage from which the chronic condition is managed, 2 without one
    ("income", np.float64, 1),  # yuan a year
    ("price_sensitivity", np.float64, 1),  # (income/median)^−½, clipped to [½, 2]
    ("facility", np.int64, SLOTS),  # facility row, −1 where there is none
    ("doctor", np.int64, SLOTS),  # physician row, −1 where there is none
    ("minutes", np.float64, SLOTS),  # one way
    ("trust", np.float64, SLOTS),
    ("habit", np.int64, 1),  # slot used last, −1 at first
    ("awareness", np.float64, 1),
    ("control", np.float64, 1),  # of a chronic condition, 0–1
    ("carried", np.float64, 1),  # severity carried over, 0 when healthy
    ("queue_slot", np.int64, 1),  # slot of the hospital waited for, −1 when none
    ("queue_severity", np.float64, 1),
    ("queue_class", np.int64, 1),
    ("queue_months", np.int64, 1),
    ("fund_paid", np.int64, 2),  # fen the fund paid this year, outpatient and inpatient
    ("deductible_paid", np.int64, 1),  # fen, in the present chain of care
    ("oop", np.int64, 1),  # fen paid since the scheme's start
    ("oop_year", np.int64, 1),  # fen paid this year
    ("time", np.int64, 1),  # worth of time spent since the scheme's start, fen
    ("qaly", np.int64, 1),  # billionths of a QALY since the scheme's start
)

#: This month's episode of each resident; rewritten every month.
EPISODE = (
    ("state", np.int64, 1),  # see State
    ("severity", np.float64, 1),
    ("perceived", np.float64, 1),
    ("worth", np.float64, 3),  # utility of own clinic, own centre, and the parent hospital if referred there
    ("emergency", np.int64, 1),
    ("first", np.int64, 1),  # slot of first contact, −1 when none
    ("at", np.int64, 1),  # slot of treatment, −1 when none
    ("referred", np.int64, 1),  # 1 after a completed referral up this month
    ("origin", np.int64, 1),  # slot of the primary facility it came from, −1
    ("within", np.int64, 1),  # 1 after a completed referral from clinic to centre
    ("bed_class", np.int64, 1),  # class of a bed demand, −1 when none
    ("admitted", np.int64, 1),
    ("fate", np.int64, 1),  # of an admitted candidate: see Fate
    ("follow_ups", np.int64, 1),
    ("returned", np.int64, 1),
    ("ending", np.int64, 1),  # see rules.outcome
    ("heard", np.float64, 1),  # last month's trust in the own centre (what neighbours report)
    ("aware", np.float64, 1),  # last month's awareness
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
)

#: Facilities, one row each, and what is expected of them this month.
FACILITY = (
    ("tier", np.int64, 1),
    ("hospital", np.int64, 1),  # position among hospitals in the chain table, −1
    ("capability", np.float64, 1),
    ("attractiveness", np.float64, 1),
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
    "in_force",
)


class Terms(NamedTuple):
    """What instruments announced, as the loops read it."""

    rate: Ints  #: (referred, insurance, tier, setting) basis points now
    rate_before: Ints  #: the same under the status quo
    deductible: Ints  #: (insurance, tier) fen
    cap: Ints  #: (insurance, tier, setting) fen a year
    certain: Floats


class Tally(NamedTuple):
    """What one chunk of residents adds up, in whole numbers; a part is a group of a breakdown."""

    counts: Ints  #: (part, facility, Count)
    bills: Ints  #: (part, facility, insurance, Kind, fund/patient)
    chain: Ints  #: (facility, hospital)


class World(NamedTuple):
    """All columns and the month's address, as every loop gets them."""

    residents: np.recarray
    episodes: np.recarray
    physicians: np.recarray
    facilities: np.recarray
    believed: Floats  #: yuan a physician believes one event brings, by (physician, Event)
    tie_start: Ints  #: (n + 1) first tie of each resident in `tie`
    tie: Ints  #: rows of the residents one listens to
    terms: Terms
    now: Any  #: the month's one-number terms, a record with one field each (see NOW)
    p: Any  #: behavioural parameters, one field a card
    key: tuple[int, int]
    month: int
    season: float


def empty_tally(n_parts: int, n_facilities: int, n_insurances: int, n_hospitals: int, n_counts: int) -> Tally:
    """A tally of zeros."""
    return Tally(
        np.zeros((n_parts, n_facilities, n_counts), np.int64),
        np.zeros((n_parts, n_facilities, n_insurances, len(Kind), 2), np.int64),
        np.zeros((n_facilities, max(1, n_hospitals)), np.int64),
    )
