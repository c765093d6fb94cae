"""What some residents did, paid and felt, added up over months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over some months and some residents (everybody, or a group of a breakdown).

    Attributes:
        n: how many simulated residents.
        months: how many months.
        counts: by (facility, Count). ``bills``: fen by (facility, insurance, Kind, fund/patient).
        state: sums over residents and months, by name.
    """

    n: int
    months: int
    counts: NDArray[np.int64]
    bills: NDArray[np.int64]
    state: dict[str, float]

    def __add__(self, other: Sums) -> Sums:
        """The same residents in these and in other months."""
        return Sums(
            self.n,
            self.months + other.months,
            self.counts + other.counts,
            self.bills + other.bills,
            added([self.state, other.state]),
        )


def added(states: Iterable[dict[str, float]]) -> dict[str, float]:
    """Sums by name; a name that is missing somewhere is zero there."""
    found: dict[str, float] = {}
    for state in states:
        for name, value in state.items():
            found[name] = found.get(name, 0.0) + value
    return found
