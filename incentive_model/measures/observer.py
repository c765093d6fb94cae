"""Looks at the model at the end of each month, and keeps what indicators are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from incentive_model.engine.columns import Slot
from incentive_model.incentives.events import Count
from incentive_model.measures.outcome import ResidentOutcome
from incentive_model.measures.window import CATASTROPHIC, MEASURES, Record, Window, value, window

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel

#: Choice slots by tier.
SLOTS_OF_TIER = ([Slot.CLINIC], [Slot.CENTRE], [Slot.PARENT, Slot.OTHER], [Slot.OUTSIDE])


class Observer:
    """Keeps one :class:`Record` a month and makes windows of them. It changes nothing it looks at."""

    def __init__(self, model: IncentiveModel) -> None:
        self.model = model
        self.records: list[Record] = []
        self._balances = np.zeros_like(model.ledger.balances)
        self._latest: Window | None = None
        order = np.argsort(np.argsort(model.residents.income, kind="stable"), kind="stable")
        self.income_rank: NDArray[np.float64] = (order + 0.5) / len(order)

    def observe(self) -> None:
        """Keep the month that has just ended."""
        model = self.model
        state = {"months": 1.0, "qaly_nano": float(model.month_qaly)}
        state |= self._opinions() | self._waits()
        if model.month % 12 == 0:
            state |= self._household_year()
        net = model.ledger.balances - self._balances
        self._balances = model.ledger.balances.copy()
        flows = model.ledger.between(model.month, model.month)
        self.records.append(Record(model.month, model.county.counts, flows, net, state))
        self._latest = None

    def _opinions(self) -> dict[str, float]:
        """Means over residents of trust and awareness, over physicians of belief in pay promised now."""
        model, residents = self.model, self.model.residents
        state = {}
        for tier, slots in enumerate(SLOTS_OF_TIER):
            reach = residents.facility[:, slots] >= 0
            state[f"trust_T{tier}"] = float(residents.trust[:, slots][reach].sum())
            state[f"trusting_T{tier}"] = float(reach.sum())
        state["awareness"] = float(residents.awareness.mean())
        promising = [k for k in range(len(model.instruments)) if model.promises(k)]
        if promising:
            state["believing_months"] = 1.0
            state["belief"] = float(model.belief[:, promising].mean())
        return state

    def _waits(self) -> dict[str, float]:
        """Days waited by tier and class, summed over visits (appointments) and admissions (beds)."""
        county, f = self.model.county, self.model.facilities
        counts = county.counts
        referred = counts[:, Count.VISIT_REFERRED]
        days = {
            "wait_referred": f.days_referred * referred,
            "wait_other": f.days_other * (counts[:, Count.VISIT] - referred),
            "bed_wait_referred": 30.0 * counts[:, Count.WAITED_REFERRED]
            + 15.0 * (1.0 - f.bed_referred) * counts[:, Count.ADMITTED_REFERRED],
            "bed_wait_other": 30.0 * counts[:, Count.WAITED_OTHER]
            + 15.0 * (1.0 - f.bed_other) * counts[:, Count.ADMITTED_OTHER],
        }
        return {
            f"{name}_T{tier}": float(by_facility[county.tier == tier].sum())
            for name, by_facility in days.items()
            for tier in range(4)
        }

    def _household_year(self) -> dict[str, float]:
        """What residents paid this year, against their income and by its rank."""
        residents = self.model.residents
        paid = residents.oop_year / 100.0
        mean = float(paid.mean())
        covariance = float((paid * self.income_rank).mean()) - mean * 0.5
        state = {"years": 1.0, "oop_concentration": 2.0 * covariance / mean if mean > 0.0 else 0.0}
        for percent in CATASTROPHIC:
            state[f"catastrophic_{percent}"] = float((paid > residents.income * percent / 100.0).sum())
        return state

    def window(self, records: list[Record]) -> Window:
        """The sums over some months."""
        model = self.model
        return window(
            records,
            n=model.place.agents,
            weight=model.place.weight,
            tier=model.county.tier,
            beds=model.facilities.beds,
            physicians=model.place.facilities["physicians"].to_numpy(np.int64),
            stay_days=model.facilities.stay_days,
            p=model.p,
        )

    def monthly(self, name: str) -> float:
        """An indicator's value in the last month; NaN where it had no case."""
        if not self.records:
            return float("nan")
        if self._latest is None:
            self._latest = self.window(self.records[-1:])
        found = value(MEASURES[name](self._latest))
        return float("nan") if found is None else found

    def indicators(self) -> dict[str, tuple[float | None, float, float]]:
        """Every indicator over the scheme's months: (value or None, numerator, denominator)."""
        records = [r for r in self.records if r.month >= 1]
        if not records:
            return dict.fromkeys(MEASURES, (None, 0.0, 0.0))
        seen = self.window(records)
        ratios = {name: take(seen) for name, take in MEASURES.items()}
        return {name: (value(ratio), *ratio) for name, ratio in ratios.items()}

    def outcome(self) -> ResidentOutcome:
        """What each resident got and paid over the scheme's months."""
        residents = self.model.residents
        quintile = np.minimum((self.income_rank * 5).astype(np.int8), 4)
        return ResidentOutcome(residents.oop.copy(), residents.qaly.copy(), residents.time.copy(), quintile)
