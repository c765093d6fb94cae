"""What is looked at: sums over some months, of residents or of the whole county."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.accounts import Group
from incentive_model.incentives.events import Count, Kind
from incentive_model.measures.sums import Sums

Ratio = tuple[float, float]

#: Columns of a bill: who pays it.
FUND, PATIENT = 0, 1


@dataclass
class Window:
    """What can be said of any group of residents.

    Attributes:
        sums: what they did, paid and felt.
        tier: tier by facility.
        p: behavioural parameters.
    """

    sums: Sums
    tier: NDArray[np.int64]
    p: Any

    @property
    def resident_years(self) -> float:
        return self.sums.n * self.sums.months / 12.0

    def count(self, *kinds: Count, tiers: Iterable[int] = (0, 1, 2, 3)) -> float:
        """How often, over all facilities of some tiers."""
        return float(sum(self._by_tier[tier][kind] for tier in tiers for kind in kinds))

    @cached_property
    def _by_tier(self) -> list[list[int]]:
        """Counts by (tier, kind), as plain whole numbers: every indicator reads some of them."""
        return [self.sums.counts[self.tier == tier].sum(axis=0).tolist() for tier in range(4)]

    def billed(
        self, *payers: int, kinds: Iterable[Kind] = tuple(Kind), tiers: Iterable[int] = (0, 1, 2, 3)
    ) -> float:
        """Yuan of some tiers' bills for some kinds of care that some payers (``FUND``, ``PATIENT``) bear."""
        bills = self.sums.bills[np.isin(self.tier, list(tiers))]
        return float(bills[:, :, list(kinds)][..., list(payers)].sum()) / 100.0

    def state(self, name: str) -> float:
        """A sum over residents and months, 0 where there was none."""
        return self.sums.state.get(name, 0.0)


@dataclass
class CountyWindow(Window):
    """What can be said of the county alone: money between accounts, institutions, physicians.

    Attributes:
        weight: real residents each simulated one stands for.
        beds, physicians, stay_days: by facility, real.
        flows: fen by (purpose, paying group, paid group). ``net``: fen by account.
        seen: sums over months of what the county is like, by name.
    """

    weight: float
    beds: NDArray[np.float64]
    physicians: NDArray[np.int64]
    stay_days: NDArray[np.float64]
    flows: NDArray[np.int64]
    net: NDArray[np.int64]
    seen: dict[str, float]

    @property
    def months(self) -> int:
        return self.sums.months

    def yuan(self, purposes: Iterable[int], payers: Iterable[Group], payees: Iterable[Group]) -> float:
        """Yuan paid for some purposes from some groups to others."""
        return float(self.flows[np.ix_(list(purposes), list(payers), list(payees))].sum()) / 100.0

    def position(self, group: Group) -> float:
        """Yuan a group got less what it paid."""
        return float(self.flows[:, :, group].sum() - self.flows[:, group, :].sum()) / 100.0


def value(ratio: Ratio) -> float | None:
    """Numerator over denominator; None where the window has no case."""
    above, below = ratio
    return above / below if below else None
