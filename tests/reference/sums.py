"""What a month adds up to over residents, as the measures use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from incentive_model.incentives.events import Sum
from incentive_model.measures import whole_rank
from incentive_model.rules.maths import nano
from incentive_model.rules.spending import DISCRETIONARY, overspent, poverty_line
from reference.episode import NONE, Slot
from reference.resident import Resident

if TYPE_CHECKING:
    from reference.month import ReferenceModel

TRUST = {
    Slot.CLINIC: Sum.TRUST_T0,
    Slot.CENTRE: Sum.TRUST_T1,
    Slot.PARENT: Sum.TRUST_T2,
    Slot.OTHER: Sum.TRUST_T2,
    Slot.OUTSIDE: Sum.TRUST_T3,
}
RANKED = {
    Sum.OOP: (Sum.OOP_RANKED, Sum.OOP_RANKED_WITHIN),
    Sum.VISITS: (Sum.VISITS_RANKED, Sum.VISITS_RANKED_WITHIN),
    Sum.QALYS: (Sum.QALYS_RANKED, Sum.QALYS_RANKED_WITHIN),
}
PARTS_OF_INCOME = {Sum.CATASTROPHIC_10: 0.10, Sum.CATASTROPHIC_25: 0.25, Sum.CATASTROPHIC_40: 0.40}


def over(model: ReferenceModel) -> np.ndarray:
    """Every :class:`Sum` of the month; everybody is in one group, so both ranks are the same."""
    sums = dict.fromkeys(Sum, 0)
    people = list(model.residents)
    ranks = whole_rank(np.array([r.income for r in people]))
    for resident, rank in zip(people, ranks, strict=True):
        for what, amount in _of(resident).items():
            sums[what] += amount
            for ranked in RANKED.get(what, ()):
                sums[ranked] += amount * int(rank)
        for slot in resident.reach:
            sums[TRUST[slot]] += nano(resident.trust[slot])
        if model.month % 12 == 0:
            _spent(resident, sums)
        _case(resident, sums)
    return np.array([sums[what] for what in Sum], np.int64)


def _of(resident: Resident) -> dict[Sum, int]:
    e = resident.episode
    return {
        Sum.AWARENESS: nano(resident.awareness),
        Sum.OOP: e.paid,
        Sum.VISITS: e.visits,
        Sum.QALYS: e.qaly,
    }


def _spent(resident: Resident, sums: dict[Sum, int]) -> None:
    """Whether the year's spending was catastrophic."""
    model, yuan = resident.model, resident.oop_year / 100.0
    for what, part in PARTS_OF_INCOME.items():
        sums[what] += overspent(yuan, resident.income, part)
    budget = resident.income - poverty_line(model.p, model.place.income_median)
    sums[Sum.CATASTROPHIC_SDG] += overspent(yuan, budget, DISCRETIONARY)


def _case(resident: Resident, sums: dict[Sum, int]) -> None:
    """A specialty's patient who came somewhere: how severe, admitted outside or not, with whose help."""
    e = resident.episode
    if not e.specialty or e.at == NONE:
        return
    thousandths = int(e.severity * 1000.0 + 0.5)
    inside = int(e.at == Slot.OUTSIDE and e.admitted)
    tied = int(resident.has(Slot.PARENT) and resident.served_by(Slot.PARENT).cards > 0)
    sums[Sum.CASES] += 1
    sums[Sum.CASES_SEVERITY] += thousandths
    sums[Sum.CASES_SEVERITY_SQUARED] += thousandths**2
    sums[Sum.CASES_TIED] += tied
    sums[Sum.CASES_IN] += inside
    sums[Sum.CASES_IN_SEVERITY] += inside * thousandths
    sums[Sum.CASES_IN_TIED] += inside * tied
