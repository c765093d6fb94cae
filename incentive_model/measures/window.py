"""What is looked at: residents, or the whole county, over some months."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.accounts import Group
from incentive_model.incentives.events import Count, Kind, Sum
from incentive_model.measures.totals import CountyTotals, Totals, Wait, Whose, some, together

Amount = Any  #: a number; or an array of numbers, one a month or one a group
Ratio = tuple[Amount, Amount]

#: Columns of a bill: who pays it.
FUND, PATIENT = 0, 1


@dataclass(frozen=True, eq=False)
class Window:
    """What can be said of any group of residents.

    All that is said is one number, or one a month or one a group: as ``totals`` have it.

    Attributes:
        totals: what they did, paid and felt.
        n: how many simulated residents.
        reach: facilities within their reach by (tier), added up over residents.
        p: behavioural parameters.
        outside_above: whether hospitals of the highest tier lie outside the area.
    """

    totals: Totals
    n: Amount
    reach: NDArray[np.float64]
    p: Any
    outside_above: bool

    @property
    def months(self) -> Amount:
        return self.totals.months

    @property
    def resident_years(self) -> Amount:
        return self.n * self.months / 12.0

    @property
    def household_years(self) -> Amount:
        """Residents' years that ended."""
        return self.n * self.totals.year_ends

    def count(self, *kinds: Count, tiers: Iterable[int] = (0, 1, 2, 3)) -> Amount:
        """How often, over all facilities of some tiers."""
        return sum(self.totals.counts[..., tier, kind] for tier in tiers for kind in kinds)

    def billed(
        self, *payers: int, kinds: Iterable[Kind] = tuple(Kind), tiers: Iterable[int] = (0, 1, 2, 3)
    ) -> Amount:
        """Yuan of some tiers' bills for some kinds of care that some payers (``FUND``, ``PATIENT``) bear."""
        return _picked(self.totals.bills, tiers, kinds, payers) / 100.0

    def waited(self, what: Wait, tier: int) -> Amount:
        """Days."""
        return self.totals.waits[..., what, tier]

    def sum(self, what: Sum) -> Amount:
        """A sum over residents and months, in its own unit."""
        return self.totals.sums[..., what]


@dataclass(frozen=True, eq=False)
class CountyWindow(Window):
    """What can be said of the county alone: money between accounts, institutions, physicians.

    Attributes:
        county: what institutions earned and had to work with.
        weight: real residents each simulated one stands for.
        tier, outside, physicians: by facility, real.
        beds: by tier, real, where they have a limit.
    """

    county: CountyTotals
    weight: float
    tier: NDArray[np.int64]
    outside: NDArray[np.bool_]
    physicians: NDArray[np.int64]
    beds: NDArray[np.float64]

    @property
    def purposes(self) -> range:
        """What anything was paid for, by number: every ``Purpose``, then instruments' own."""
        return range(self.county.flows.shape[-3])

    def yuan(self, purposes: Iterable[int], payers: Iterable[Group], payees: Iterable[Group]) -> Amount:
        """Yuan paid for some purposes from some groups to others."""
        return _picked(self.county.flows, purposes, payers, payees) / 100.0

    def position(self, group: Group) -> Amount:
        """Yuan a group got less what it paid."""
        flows = self.county.flows
        return (flows[..., group].sum(axis=(-2, -1)) - flows[..., group, :].sum(axis=(-2, -1))) / 100.0

    def earned(self, whose: Whose, tier: int) -> Amount:
        """Yuan the accounts of a tier's facilities, or of their physicians, got less what they paid."""
        return self.county.earned[..., whose, tier] / 100.0

    def physicians_at(self, tier: int) -> int:
        """How many physicians work at a tier."""
        return int(self.physicians[self.tier == tier].sum())

    def some(self, months: slice) -> CountyWindow:
        """Some of the months, still one by one."""
        return dataclasses.replace(self, totals=some(self.totals, months), county=some(self.county, months))

    def together(self) -> CountyWindow:
        """All of its months as one."""
        return dataclasses.replace(self, totals=together(self.totals), county=together(self.county))


def _picked(table: NDArray, *choices: Iterable[int]) -> Amount:
    """The sum over the entries chosen on each of the last axes."""
    chosen: Any = (..., *np.ix_(*(list(choice) for choice in choices)))
    return table[chosen].sum(axis=tuple(range(-len(choices), 0)))


def value(ratio: Ratio) -> float | None:
    """Numerator over denominator; None where the window has no case."""
    above, below = ratio
    return above / below if below else None
