"""A month as it is kept, and months added up by tier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.events import ADMITTED, Count
from incentive_model.measures.equity import gini
from incentive_model.measures.totals import CountyTotals, Floats, Ints, Tiers, Totals, Wait

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Month(NamedTuple):
    """The whole county at the end of a month, facilities added up by tier."""

    month: int
    counts: Ints  #: by (tier, Count)
    bills: Ints  #: fen by (tier, insurance, Kind, fund/patient)
    waits: Floats  #: days by (Wait, tier)
    sums: Ints  #: by (part, Sum)
    flows: Ints  #: fen by (purpose, paying group, paid group)
    held: Ints  #: fen on accounts since the run began, by (Whose, tier)
    visits: NDArray[np.int32]  #: by (facility)
    crowded: Ints  #: visits to facilities that are crowded, by (tier)
    bed_days: Floats  #: by (tier), where beds have a limit
    wait_outside: Floats  #: days waited for a bed, and admissions, where beds outside have a limit
    tied: Floats  #: hospital physicians with a tie outside, and Gini's two parts of their cards
    upgraded: int  #: centres that have been graded up
    capability: Floats  #: mean by (tier), of general care and each specialty
    infrastructure: Floats  #: the same
    belief: float  #: physicians' mean belief in pay that is promised; NaN if none is


def look(model: IncentiveModel, tiers: Tiers) -> Month:
    """The month that has just ended."""
    f = model.facilities.view(np.ndarray)  # a recarray takes ten times as long to find a column
    counts, bills = model.county.counts, model.county.bills
    n, visits = len(counts), counts[:, Count.VISIT].astype(np.int32)
    promising = model.promising
    days = waits(counts, model.facilities)
    return Month(
        month=model.month,
        counts=tiers.add_up(counts, axis=0),
        bills=tiers.add_up(bills, axis=0),
        waits=tiers.add_up(days, axis=-1),
        sums=model.tally.sums,
        flows=model.ledger.latest,
        held=tiers.add_up(model.ledger.balances[1 : 1 + 2 * n].reshape(2, n), axis=-1),
        visits=visits,
        crowded=tiers.add_up(visits * (f["load"] > model.county.p.effort_load), axis=0),
        bed_days=tiers.add_up(
            bed_days(counts, f["stay_days"], model.county.p) * np.isfinite(f["beds"]), axis=0
        ),
        wait_outside=wait_outside(days, counts, f),
        tied=tied(model.physician_columns.view(np.ndarray), f["onward"]),
        upgraded=len(model.happenings),
        capability=tiers.add_up(model.skill.mean(axis=0) / tiers.sizes, axis=0),
        infrastructure=tiers.add_up(model.tables.means.infrastructure / tiers.sizes, axis=0),
        belief=float(model.belief[:, promising].mean()) if promising else np.nan,
    )


def bed_days(counts: Ints, stay_days: Floats, p: Any) -> Floats:
    """Days in bed by (facility): acute stays, late days, rehabilitation."""
    acute = counts[:, ADMITTED].sum(axis=1) * stay_days
    return np.asarray(
        acute + counts[:, Count.RETAINED] * p.extra_days + counts[:, Count.REHAB] * p.rehab_days
    )


def wait_outside(days: Floats, counts: Ints, f: NDArray[Any]) -> Floats:
    """Days waited for a bed, by those who are neither referred nor an emergency, and how many got one, at
    hospitals outside whose beds for the area have a limit.

    Args:
        days: waited, by (Wait, facility).
    """
    limited = (f["outside"] == 1) & np.isfinite(f["beds"])
    return np.array([days[Wait.BED_OTHER, limited].sum(), counts[limited, Count.ADMITTED_OTHER].sum()])


def tied(physicians: NDArray[Any], onward: Ints) -> Floats:
    """Of physicians of hospitals that refer on: how many know a specialist outside, how many there are, and
    numerator and denominator of the Gini coefficient of their name cards."""
    cards = physicians["cards"][onward[physicians["facility"]] == 1]
    above, below = gini(cards.astype(float)) if len(cards) else (0.0, 0.0)
    return np.array([np.count_nonzero(cards), len(cards), above, below])


def waits(counts: Ints, facilities: np.recarray) -> Floats:
    """Days waited by (…, Wait, facility).

    Args:
        counts: by (…, facility, Count).
    """
    f = facilities.view(np.ndarray)
    referred = counts[..., Count.VISIT_REFERRED]
    days = [
        f["days_referred"] * referred,
        f["days_other"] * (counts[..., Count.VISIT] - referred),
        30.0 * counts[..., Count.WAITED_REFERRED]
        + 15.0 * (1.0 - f["bed_referred"]) * counts[..., Count.ADMITTED_REFERRED],
        30.0 * counts[..., Count.WAITED_OTHER]
        + 15.0 * (1.0 - f["bed_other"]) * counts[..., Count.ADMITTED_OTHER],
    ]
    return np.stack(days, axis=-2)


def one_by_one(kept: Sequence[Month]) -> tuple[Totals, CountyTotals]:
    """Of all residents and of the county, with the months as the first axis."""
    held = np.array([x.held for x in kept])
    belief = np.array([x.belief for x in kept])
    residents = _totals(
        np.array([x.month for x in kept]),
        np.array([x.counts for x in kept]),
        np.array([x.bills for x in kept]),
        np.array([x.waits for x in kept]),
        np.array([x.sums.sum(axis=0) for x in kept]),
    )
    county = CountyTotals(
        flows=np.array([x.flows for x in kept]),
        earned=np.diff(held, axis=0, prepend=np.zeros_like(held[:1])),
        visits=np.array([x.visits for x in kept]),
        crowded=np.array([x.crowded for x in kept]),
        bed_days=np.array([x.bed_days for x in kept]),
        tied=np.array([x.tied for x in kept]),
        wait_outside=np.array([x.wait_outside for x in kept]),
        upgraded=np.array([x.upgraded for x in kept], float),
        capability=np.array([x.capability for x in kept]),
        infrastructure=np.array([x.infrastructure for x in kept]),
        belief=np.nan_to_num(belief),
        believing=np.isfinite(belief),
    )
    return residents, county


def of_groups(
    month: int, counts: Ints, bills: Ints, sums: Ints, facilities: np.recarray, tiers: Tiers
) -> Totals:
    """Of groups of residents, in one month; tables by facility, with the groups as the first axis."""
    return _totals(
        np.array(month),
        tiers.add_up(counts, axis=-2),
        tiers.add_up(bills, axis=-4),
        tiers.add_up(waits(counts, facilities), axis=-1),
        sums,
    )


def _totals(month: Any, counts: Ints, bills: Ints, days: Floats, sums: Ints) -> Totals:
    """As numbers that may be added up over any number of months."""
    return Totals(
        months=np.ones(month.shape),
        year_ends=(month % 12 == 0).astype(float),
        counts=counts.astype(float),
        bills=bills.sum(axis=-3).astype(float),
        waits=days,
        sums=sums.astype(float),
    )
