"""Looks at the model at the end of each month, and keeps what indicators are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.engine.columns import Slot
from incentive_model.incentives.events import Count
from incentive_model.measures.equity import (
    CATASTROPHIC,
    DISCRETIONARY,
    concentration,
    overspent,
    poverty_line,
)
from incentive_model.measures.measure import MEASURES, OF_GROUPS
from incentive_model.measures.outcome import ResidentOutcome
from incentive_model.measures.parts import Rows, income_rank, quintile
from incentive_model.measures.present import present_values
from incentive_model.measures.sums import Sums, added
from incentive_model.measures.window import CountyWindow, Window, value

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel

#: Choice slots by tier.
SLOTS_OF_TIER = ([Slot.CLINIC], [Slot.CENTRE], [Slot.PARENT, Slot.OTHER], [Slot.OUTSIDE])


@dataclass
class Record:
    """One month of the whole county.

    Attributes:
        sums: of all residents.
        flows: fen by (purpose, paying group, paid group). ``net``: fen by account.
        seen: what the county is like.
    """

    month: int
    sums: Sums
    flows: NDArray[np.int64]
    net: NDArray[np.int64]
    seen: dict[str, float]


class Observer:
    """Keeps one :class:`Record` a month and makes windows of them. It changes nothing it looks at.

    Of the groups of a breakdown it keeps the sums over the scheme's months.
    """

    def __init__(self, model: IncentiveModel) -> None:
        self.model = model
        self.records: list[Record] = []
        self._balances = np.zeros_like(model.ledger.balances)
        self._latest: CountyWindow | None = None
        self._rank = income_rank(model.residents.income)
        self._rows = model.parts.rows
        self._ranks = [income_rank(model.residents.income[rows]) for rows in self._rows]
        self._groups: list[Sums] = []
        self._line = poverty_line(model.p, model.place.income_median)

    def observe(self) -> None:
        """Keep the month that has just ended."""
        model = self.model
        net = model.ledger.balances - self._balances
        self._balances = model.ledger.balances.copy()
        county = model.county
        self.records.append(
            Record(
                month=model.month,
                sums=self._sums(slice(None), self._rank, county.counts, county.bills),
                flows=model.ledger.between(model.month, model.month),
                net=net,
                seen=self._seen(),
            )
        )
        if model.month >= 1 and model.parts.by is not None:
            tables = zip(self._rows, self._ranks, model.tally.counts, model.tally.bills, strict=True)
            month = [self._sums(*group) for group in tables]
            before = self._groups
            self._groups = [a + b for a, b in zip(before, month, strict=True)] if before else month
        self._latest = None

    def _sums(
        self, rows: Rows, rank: NDArray[np.float64], counts: NDArray[np.int64], bills: NDArray[np.int64]
    ) -> Sums:
        """The month of some residents."""
        state = self._opinions(rows) | self._waits(counts) | self._by_income(rows, rank)
        if self.model.month % 12 == 0:
            state |= self._household_year(rows)
        return Sums(len(rank), 1, counts, bills, state)

    def _opinions(self, rows: Rows) -> dict[str, float]:
        """Sums of residents' trust and awareness."""
        residents = self.model.residents
        facility, trust = residents.facility[rows], residents.trust[rows]
        state = {"awareness": float(residents.awareness[rows].sum())}
        for tier, slots in enumerate(SLOTS_OF_TIER):
            reach = facility[:, slots] >= 0
            state[f"trust_T{tier}"] = float(trust[:, slots][reach].sum())
            state[f"trusting_T{tier}"] = float(reach.sum())
        return state

    def _waits(self, counts: NDArray[np.int64]) -> dict[str, float]:
        """Days waited by tier and class, summed over visits (appointments) and admissions (beds)."""
        tiers, f = self.model.county.tier, self.model.facilities
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
            f"{name}_T{tier}": float(by_facility[tiers == tier].sum())
            for name, by_facility in days.items()
            for tier in range(4)
        }

    def _by_income(self, rows: Rows, rank: NDArray[np.float64]) -> dict[str, float]:
        """What residents paid, how often they went and how they fared, and the same by income rank."""
        model, ep = self.model, self.model.episodes
        amounts: dict[str, NDArray[Any]] = {
            "oop": model.month_oop[rows],
            "visits": (ep.first[rows] >= 0) + ep.within[rows] + ep.referred[rows] + ep.follow_ups[rows],
            "qalys": model.month_qaly[rows],
        }
        state = {}
        for name, amount in amounts.items():
            state[f"{name}_ranked"], state[f"{name}_amount"] = concentration(amount, rank)
        return state

    def _household_year(self, rows: Rows) -> dict[str, float]:
        """Whose out-of-pocket of the year was catastrophic."""
        residents = self.model.residents
        paid, income = residents.oop_year[rows] / 100.0, residents.income[rows]
        state = {"household_years": float(len(paid))}
        for percent in CATASTROPHIC:
            state[f"catastrophic_{percent}"] = float(overspent(paid, income, percent / 100.0))
        state["catastrophic_sdg"] = float(overspent(paid, income - self._line, DISCRETIONARY))
        return state

    def _seen(self) -> dict[str, float]:
        """What facilities have to work with, visits at crowded ones, physicians' mean belief in pay that is
        promised now."""
        model, tiers, f = self.model, self.model.county.tier, self.model.facilities
        seen = {"months": 1.0}
        crowded = np.where(f.load > model.p.effort_load, model.county.counts[:, Count.VISIT], 0)
        for tier in range(3):
            here = tiers == tier
            seen[f"crowded_visits_T{tier}"] = float(crowded[here].sum())
            if here.any():
                seen[f"capability_T{tier}"] = float(f.capability[here].mean())
                seen[f"infrastructure_T{tier}"] = float(model.tables.means.infrastructure[here].mean())
        promising = [k for k in range(len(model.instruments)) if model.promises(k)]
        if promising:
            seen["believing_months"] = 1.0
            seen["belief"] = float(model.belief[:, promising].mean())
        return seen

    def window(self, records: list[Record]) -> CountyWindow:
        """The sums over some months of the whole county."""
        model = self.model
        return CountyWindow(
            sums=reduce(add, (x.sums for x in records)),
            tier=model.county.tier,
            p=model.p,
            weight=model.place.weight,
            beds=model.facilities.beds,
            physicians=model.place.facilities["physicians"].to_numpy(np.int64),
            stay_days=model.facilities.stay_days,
            flows=np.sum([x.flows for x in records], axis=0),
            net=np.sum([x.net for x in records], axis=0),
            seen=added(x.seen for x in records),
        )

    def monthly(self, name: str) -> float:
        """An indicator's value in the last month; NaN where it had no case."""
        if not self.records:
            return float("nan")
        if self._latest is None:
            self._latest = self.window(self.records[-1:])
        found = value(MEASURES[name](self._latest))
        return float("nan") if found is None else found

    @property
    def _scheme(self) -> list[Record]:
        """The scheme's months."""
        return [x for x in self.records if x.month >= 1]

    def indicators(self) -> dict[str, tuple[float | None, float, float]]:
        """Every indicator over the scheme's months: (value or None, numerator, denominator)."""
        if not self._scheme:
            return dict.fromkeys(MEASURES, (None, 0.0, 0.0))
        seen = self.window(self._scheme)
        ratios = {name: take(seen) for name, take in MEASURES.items()}
        return {name: (value(ratio), *ratio) for name, ratio in ratios.items()}

    def breakdown(self) -> pd.DataFrame:
        """What can be said of groups, over the scheme's months: one row a group and indicator.

        Columns: group, indicator, value (NaN where there was no case), numerator, denominator.
        """
        model = self.model
        everybody = [self.window(self._scheme).sums] if self._scheme else []
        groups = everybody if model.parts.by is None else self._groups
        rows: list[tuple[str, str, float | None, float, float]] = []
        for k, group in enumerate(model.parts.names):
            seen = Window(groups[k], model.county.tier, model.p) if groups else None
            for name, take in OF_GROUPS.items():
                ratio = take(seen) if seen else (0.0, 0.0)
                rows.append((group, name, value(ratio), *ratio))
        frame = pd.DataFrame(rows, columns=["group", "indicator", "value", "numerator", "denominator"])
        return frame.astype(dict.fromkeys(["value", "numerator", "denominator"], float))

    def present(self) -> dict[str, float]:
        """Costs by payer and QALYs over the scheme's months, discounted and not, a resident-year."""
        return present_values(self.model.p, self._scheme)

    def outcome(self) -> ResidentOutcome:
        """What each resident got and paid over the scheme's months."""
        r = self.model.residents
        return ResidentOutcome(
            r.oop.copy(), r.qaly.copy(), r.time.copy(), quintile(r.income).astype(np.int8), r.part.copy()
        )
