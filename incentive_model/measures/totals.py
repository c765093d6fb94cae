"""What residents and institutions did, paid and felt, added up.

Any table may have more axes in front of those that are named here: an entry a month, or an entry a
group of residents. Whatever is made of tables then has them too.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Wait(IntEnum):
    """Days waited, added up over visits (for the appointment) and over admissions (for the bed)."""

    VISIT_REFERRED = 0
    VISIT_OTHER = 1
    BED_REFERRED = 2
    BED_OTHER = 3


class Whose(IntEnum):
    """Whose accounts: a facility has one, and its physicians have one."""

    FACILITIES = 0
    PHYSICIANS = 1


class Totals(NamedTuple):
    """Of some residents: everybody, or a group of a breakdown."""

    months: Floats  #: how many
    year_ends: Floats  #: how many of these months end a year
    counts: Floats  #: by (tier, Count)
    bills: Floats  #: fen by (tier, Kind, fund/patient)
    waits: Floats  #: days by (Wait, tier)
    sums: Floats  #: by (Sum)


class CountyTotals(NamedTuple):
    """Of the county alone: no group of residents has an account or beds."""

    flows: Floats  #: fen by (purpose, paying group, paid group)
    earned: Floats  #: fen got less fen paid, by (Whose, tier)
    visits: Floats  #: by (facility)
    crowded: Floats  #: visits to facilities that were crowded, by (tier)
    bed_days: Floats  #: by (tier)
    wait_outside: Floats  #: days waited for a bed outside, and admissions, where beds there have a limit
    tied: Floats  #: hospital physicians with a tie outside, all of them, and Gini's two parts of their cards
    upgraded: Floats  #: centres graded up, added up over months
    capability: Floats  #: means over facilities by (tier), added up over months
    infrastructure: Floats  #: the same
    belief: Floats  #: physicians' mean belief in pay that was promised, added up over months
    believing: Floats  #: in how many months any was


T = TypeVar("T", Totals, CountyTotals)


def some(totals: T, months: slice) -> T:
    """Some of the months that are the first axis."""
    return type(totals)(*(table[months] for table in totals))


def together(totals: T) -> T:
    """The sum over the months that are the first axis."""
    return type(totals)(*(table.sum(axis=0) for table in totals))


class Tiers:
    """Adds facilities up by tier.

    Attributes:
        sizes: how many facilities there are in the tier of each.
    """

    def __init__(self, tier: Ints) -> None:
        """``tier`` of each facility; they are sorted by it."""
        there, self._first, n = np.unique(tier, return_index=True, return_counts=True)
        self._missing = sorted({0, 1, 2, 3} - set(there.tolist()))
        self.sizes: Ints = np.repeat(n, n)

    def add_up(self, table: NDArray, axis: int) -> NDArray:
        """A table with the four tiers in the place of facilities, which are its axis ``axis``."""
        found = np.add.reduceat(table, self._first, axis=axis)
        for tier in self._missing:
            found = np.insert(found, tier, 0, axis=axis)
        return found
