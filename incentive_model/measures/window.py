"""What is looked at: sums over a window of months, and the measures taken from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from incentive_model.cards import Card, declare
from incentive_model.cards.card import Family
from incentive_model.incentives.accounts import Group
from incentive_model.incentives.events import Count

Ratio = tuple[float, float]

#: Thresholds of catastrophic spending, per cent of income.
CATASTROPHIC = (10, 25, 40)


@dataclass
class Record:
    """One month, as counted: whole numbers by facility, money by group and account, and sums of state."""

    month: int
    counts: NDArray[np.int64]
    flows: NDArray[np.int64]
    net: NDArray[np.int64]
    state: dict[str, float] = field(default_factory=dict)


@dataclass
class Window:
    """Sums over some months, with what is needed to make rates of them.

    Attributes:
        months: how many.
        n: simulated residents; ``weight`` real ones each stands for.
        tier: tier by facility. ``beds``, ``physicians``, ``stay_days``: by facility, real.
    """

    months: int
    n: int
    weight: float
    tier: NDArray[np.int64]
    beds: NDArray[np.float64]
    physicians: NDArray[np.int64]
    stay_days: NDArray[np.float64]
    p: Any
    counts: NDArray[np.int64]
    flows: NDArray[np.int64]
    net: NDArray[np.int64]
    state: dict[str, float]

    @property
    def resident_years(self) -> float:
        return self.n * self.months / 12.0

    def count(self, *kinds: Count, tiers: Iterable[int] = (0, 1, 2, 3)) -> float:
        """How often, over all facilities of some tiers."""
        return float(sum(self._by_tier[tier][kind] for tier in tiers for kind in kinds))

    @cached_property
    def _by_tier(self) -> list[list[int]]:
        """Counts by (tier, kind), as plain whole numbers: every indicator reads some of them."""
        return [self.counts[self.tier == tier].sum(axis=0).tolist() for tier in range(4)]

    def yuan(self, purposes: Iterable[int], payers: Iterable[Group], payees: Iterable[Group]) -> float:
        """Yuan paid for some purposes from some groups to others."""
        return float(self.flows[np.ix_(list(purposes), list(payers), list(payees))].sum()) / 100.0

    def position(self, group: Group) -> float:
        """Yuan a group got less what it paid."""
        return float(self.flows[:, :, group].sum() - self.flows[:, group, :].sum()) / 100.0


def window(records: list[Record], **place: Any) -> Window:
    """The sums over ``records``."""
    state: dict[str, float] = {}
    for record in records:
        for name, value in record.state.items():
            state[name] = state.get(name, 0.0) + value
    return Window(
        months=len(records),
        counts=np.sum([r.counts for r in records], axis=0),
        flows=np.sum([r.flows for r in records], axis=0),
        net=np.sum([r.net for r in records], axis=0),
        state=state,
        **place,
    )


#: Every indicator: its name to the function that takes numerator and denominator from a window.
MEASURES: dict[str, Callable[[Window], Ratio]] = {}


def measure(
    name: str,
    family: Family,
    unit: str,
    meaning: str,
    good: Literal["up", "down", "none"] = "none",
    source: str = "MODEL 16",
) -> Callable[[Callable[[Window], Ratio]], Callable[[Window], Ratio]]:
    """Declare an indicator: the card and the formula together."""

    def enter(function: Callable[[Window], Ratio]) -> Callable[[Window], Ratio]:
        declare(Card(name, "indicator", family, unit, meaning, source, "D", good=good, distribution="none"))
        MEASURES[name] = function
        return function

    return enter


def per_tier(
    stem: str,
    tiers: Iterable[int],
    family: Family,
    unit: str,
    meaning: str,
    good: Literal["up", "down", "none"] = "none",
) -> Callable[[Callable[[Window, int], Ratio]], Callable[[Window, int], Ratio]]:
    """Declare one indicator a tier; ``{tier}`` in the stem and the meaning is replaced."""
    words = {0: "village clinics", 1: "centres", 2: "county hospitals", 3: "the outside hospital"}

    def enter(function: Callable[[Window, int], Ratio]) -> Callable[[Window, int], Ratio]:
        for tier in tiers:
            measure(stem.format(tier=f"T{tier}"), family, unit, meaning.format(tier=words[tier]), good)(
                lambda w, tier=tier: function(w, tier)  # type: ignore[misc]
            )
        return function

    return enter


def value(ratio: Ratio) -> float | None:
    """Numerator over denominator; None where the window has no case."""
    above, below = ratio
    return above / below if below else None
