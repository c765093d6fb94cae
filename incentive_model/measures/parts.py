"""Residents in groups, so that what is measured can be said of each group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from incentive_model.cards import Fault, InputError, nearest
from incentive_model.engine.columns import Slot
from incentive_model.inputs.groups import GROUPS

if TYPE_CHECKING:
    from incentive_model.inputs import Place

#: What residents may be grouped by: fifths of income (1 the poorest), age band, insurance, home, chronic
#: condition.
BREAKDOWNS = ("quintile", "age", "insurance", "home", "chronic")
#: The one group of those who are not grouped.
EVERYBODY = "all"
#: The richest resident's rank, and less the poorest's, if there are many (:func:`whole_rank`).
RANKS = 32_767
#: Choice slots by tier.
SLOTS_OF_TIER = ([Slot.CLINIC], [Slot.CENTRE], [Slot.PARENT, Slot.OTHER], [Slot.OUTSIDE])

Rows = slice | NDArray[np.intp]


def group_names(by: str | None, place: Place) -> tuple[str, ...]:
    """The groups of a breakdown, in the order of their numbers.

    Raises:
        InputError: there is no such breakdown.
    """
    if by is None:
        return (EVERYBODY,)
    if by not in BREAKDOWNS:
        raise InputError(Fault("by", repr(by), "one of " + ", ".join(BREAKDOWNS), nearest(by, BREAKDOWNS)))
    return tuple(x.name for x in place.insurances) if by == "insurance" else GROUPS[by]


def income_rank(income: NDArray[np.floating]) -> NDArray[np.float64]:
    """Fractional rank by income, in (0, 1), mean ½; equal incomes in the order of the rows."""
    rank = np.empty(len(income))
    rank[np.argsort(income, kind="stable")] = np.arange(len(income)) + 0.5
    return rank / max(1, len(income))


def whole_rank(income: NDArray[np.floating]) -> NDArray[np.int16]:
    """Rank by income in whole numbers from −:data:`RANKS` to :data:`RANKS`, mean 0: (2r − 1)·RANKS, with r
    the fractional rank. What is added up times such a rank does not depend on the order."""
    return np.rint(RANKS * (2.0 * income_rank(income) - 1.0)).astype(np.int16)


def quintile(income: NDArray[np.floating]) -> NDArray[np.int64]:
    """Fifth of income, 0 the poorest."""
    return np.minimum((income_rank(income) * 5).astype(np.int64), 4)


@dataclass(frozen=True, eq=False)
class Parts:
    """Who belongs to which group.

    Attributes:
        by: what residents are grouped by; None when they are not.
        names: the groups.
        of: number of each resident's group.
    """

    by: str | None
    names: tuple[str, ...]
    of: NDArray[np.int64]

    @property
    def rows(self) -> list[Rows]:
        """The residents of each group."""
        if self.by is None:
            return [slice(None)]
        return [np.flatnonzero(self.of == part) for part in range(len(self.names))]


def parts(by: str | None, place: Place, residents: np.recarray) -> Parts:
    """Put every resident into their group.

    Raises:
        InputError: there is no such breakdown.
    """
    names = group_names(by, place)
    of = {
        None: lambda: np.broadcast_to(np.uint8(0), len(residents)),
        "quintile": lambda: quintile(residents["income"]),
        "age": lambda: residents["age"],
        "insurance": lambda: residents["insurance"],
        "home": lambda: place.facilities["urban"].to_numpy(np.int64)[residents["clinic"]],
        "chronic": lambda: residents["chronic"],
    }[by]()
    return Parts(by, names, of)


def sizes(groups: Parts) -> NDArray[np.int64]:
    """How many residents each group has."""
    return np.bincount(groups.of, minlength=len(groups.names))


def reach(groups: Parts, clinic: NDArray[np.integer], within: NDArray[np.int64]) -> NDArray[np.float64]:
    """Facilities within residents' reach by (group, tier), added up over residents.

    Args:
        clinic: row of each resident's own.
        within: facility rows by (clinic's row, slot), −1 where there is none.
    """
    found = np.zeros((len(groups.names), len(SLOTS_OF_TIER)))
    for part, rows in enumerate(groups.rows):
        here = np.bincount(clinic[rows], minlength=len(within))
        found[part] = [here @ (within[:, slots] >= 0).sum(axis=1) for slots in SLOTS_OF_TIER]
    return found
