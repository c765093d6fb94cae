"""What is added up over residents, from their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.events import Sum
from incentive_model.measures.equity import CATASTROPHIC, DISCRETIONARY, overspent, poverty_line
from incentive_model.measures.parts import SLOTS_OF_TIER, whole_rank

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


def sums_of(model: IncentiveModel) -> NDArray[np.int64]:
    """The month that has just ended, by (part, Sum)."""
    r, ep = model.residents, model.episodes
    of: dict[Sum, NDArray] = {Sum.AWARENESS: nano(r.awareness)}
    for tier, slots in enumerate(SLOTS_OF_TIER):
        trust = np.where(r.facility[:, slots] >= 0, nano(r.trust[:, slots]), 0)
        of[Sum(Sum.TRUST_T0 + tier)] = trust.sum(axis=1)
    of[Sum.OOP] = model.month_oop
    of[Sum.VISITS] = (ep.first >= 0) + ep.within + ep.referred + ep.follow_ups
    of[Sum.QALYS] = model.month_qaly
    rank = whole_rank(r.income).astype(np.int64)
    within = rank.copy()
    if model.parts.by is not None:
        for rows in model.parts.rows:
            within[rows] = whole_rank(r.income[rows])
    for what in (Sum.OOP, Sum.VISITS, Sum.QALYS):
        of[Sum[f"{what.name}_RANKED"]] = of[what] * rank
        of[Sum[f"{what.name}_RANKED_WITHIN"]] = of[what] * within
    if model.month % 12 == 0:
        paid, income = r.oop_year / 100.0, r.income
        for percent in CATASTROPHIC:
            of[Sum[f"CATASTROPHIC_{percent}"]] = overspent(paid, income, percent / 100.0)
        line = poverty_line(model.p, model.place.income_median)
        of[Sum.CATASTROPHIC_SDG] = overspent(paid, income - line, DISCRETIONARY)
    sums = np.zeros((len(model.parts.names), len(Sum)), np.int64)
    for part, rows in enumerate(model.parts.rows):
        for what, amounts in of.items():
            sums[part, what] = amounts[rows].sum()
    return sums


def nano(x: NDArray[np.float64]) -> NDArray[np.int64]:
    """In billionths, rounded half up."""
    return np.floor(x * 1e9 + 0.5).astype(np.int64)
