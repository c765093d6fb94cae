"""Looks at the model at the end of each month, and keeps what indicators are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.incentives.events import Sum
from incentive_model.measures.measure import MEASURES, OF_GROUPS
from incentive_model.measures.month import Month, look, of_groups, one_by_one
from incentive_model.measures.outcome import ResidentOutcome
from incentive_model.measures.parts import quintile, reach, sizes
from incentive_model.measures.present import present_values
from incentive_model.measures.sent import SentSoFar
from incentive_model.measures.totals import Tiers, Totals
from incentive_model.measures.window import CountyWindow, Ratio, Window, value

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel

#: What is added up times a rank by income among all, and times the rank within the own group.
AMONG_ALL = [x for x in Sum if x.name.endswith("_RANKED")]
WITHIN = [x for x in Sum if x.name.endswith("_RANKED_WITHIN")]


class Observer:
    """Keeps one :class:`Month` after the other, and works indicators out when asked for. It changes nothing
    it looks at.

    Of the groups of a breakdown, and of who sent patients where (``sent``), it keeps the totals over the
    scheme's months.
    """

    def __init__(self, model: IncentiveModel) -> None:
        self.model = model
        self.kept: list[Month] = []
        self._tiers = Tiers(model.county.tier)
        self._sizes = sizes(model.parts)
        self._reach = reach(model.parts, model.residents["clinic"], model.homes.reach)
        self.sent = SentSoFar(model.county)
        self._groups: Totals | None = None
        self._months: CountyWindow | None = None
        self._series: NDArray[np.float64] | None = None

    def observe(self) -> None:
        """Keep the month that has just ended."""
        self.kept.append(look(self.model, self._tiers))
        self._months = self._series = None
        if self.model.month >= 1:
            self.sent.add(self.model.county)
            if self.model.parts.by is not None:
                self._count_groups()

    def _count_groups(self) -> None:
        """Add the month of each group; in a group the rank by income is the rank within it."""
        last, tally, before = self.kept[-1], self.model.tally, self._groups
        sums = last.sums.copy()
        sums[:, AMONG_ALL] = sums[:, WITHIN]
        month = of_groups(last.month, tally.counts, tally.bills, sums, self.model.facilities, self._tiers)
        self._groups = month if before is None else Totals(*map(np.add, before, month))

    def months(self) -> CountyWindow:
        """All months so far, one by one."""
        if self._months is None:
            model, place = self.model, self.model.place
            tier, beds = model.county.tier, model.facilities.beds
            residents, county = one_by_one(self.kept)
            self._months = CountyWindow(
                totals=residents,
                n=place.agents,
                reach=self._reach.sum(axis=0),
                p=model.p,
                outside_above=bool(model.county.outside.any()),
                county=county,
                weight=place.weight,
                tier=tier,
                outside=model.county.outside,
                physicians=place.facilities["physicians"].to_numpy(np.int64),
                beds=self._tiers.add_up(np.where(np.isfinite(beds), beds, 0.0), axis=0),
            )
        return self._months

    @property
    def _scheme(self) -> slice:
        """The scheme's months."""
        return slice(sum(x.month < 1 for x in self.kept), None)

    @property
    def _begun(self) -> bool:
        """Whether there are any."""
        return bool(self.kept) and self.kept[-1].month >= 1

    def series(self) -> pd.DataFrame:
        """One row a month: ``month``, and one column an indicator, NaN where it had no case."""
        if self._series is None:
            n = len(self.kept)
            self._series = _values(_ratios(MEASURES, self.months(), n)) if n else np.empty((len(MEASURES), 0))
        frame = pd.DataFrame(self._series.T.copy(), columns=list(MEASURES))
        frame.insert(0, "month", np.array([x.month for x in self.kept], np.int64))
        return frame

    def indicators(self) -> dict[str, tuple[float | None, float, float]]:
        """Every indicator over the scheme's months: (value or None, numerator, denominator)."""
        if not self._begun:
            return dict.fromkeys(MEASURES, (None, 0.0, 0.0))
        ratios = _ratios(MEASURES, self.months().some(self._scheme).together(), 1)[..., 0]
        return {
            name: (value((above, below)), above, below)
            for name, above, below in zip(MEASURES, *ratios.tolist(), strict=True)
        }

    def breakdown(self) -> pd.DataFrame:
        """What can be said of groups, over the scheme's months: one row a group and indicator.

        Columns: group, indicator, value (NaN where there was no case), numerator, denominator.
        """
        names = self.model.parts.names
        found = np.zeros((2, len(OF_GROUPS), len(names)))
        if self._begun:
            found = _ratios(OF_GROUPS, self._grouped(), len(names))
        return pd.DataFrame(
            {
                "group": [group for group in names for _ in OF_GROUPS],
                "indicator": [*OF_GROUPS] * len(names),
                "value": _values(found).T.ravel(),
                "numerator": found[0].T.ravel(),
                "denominator": found[1].T.ravel(),
            }
        )

    def _grouped(self) -> Window:
        """The scheme's months, group by group; without groups there is one of everybody."""
        if self._groups is None:
            return self.months().some(self._scheme).together()
        return Window(
            self._groups, self._sizes, self._reach, self.model.p, bool(self.model.county.outside.any())
        )

    def present(self) -> dict[str, float]:
        """Costs by payer and QALYs over the scheme's months, discounted and not, a resident-year."""
        months = [x.month for x in self.kept[self._scheme]]
        return present_values(self.months().some(self._scheme), months)

    def outcome(self) -> ResidentOutcome:
        """What each resident got and paid over the scheme's months."""
        r = self.model.residents.view(np.ndarray)
        fifth = quintile(r["income"]).astype(np.int8)
        return ResidentOutcome(
            r["oop"].copy(), r["qaly"].copy(), r["time"].copy(), fifth, r["part"].astype(np.int64)
        )


def _ratios(measures: Mapping[str, Callable[[Any], Ratio]], window: Window, n: int) -> NDArray[np.float64]:
    """Numerators and denominators by (which of the two, measure, month or group)."""
    found = np.empty((2, len(measures), n))
    for k, take in enumerate(measures.values()):
        found[0, k], found[1, k] = take(window)
    return found


def _values(ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numerators over denominators; NaN where there was no case."""
    above, below = ratios
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0.0)
