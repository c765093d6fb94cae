"""A month as it is kept, and months added up by tier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.events import Count
from incentive_model.measures.totals import CountyTotals, Floats, Ints, Tiers, Totals

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
    capability: Floats  #: mean by (tier)
    infrastructure: Floats  #: the same
    belief: float  #: physicians' mean belief in pay that is promised; NaN if none is


def look(model: IncentiveModel, tiers: Tiers) -> Month:
    """The month that has just ended."""
    f = model.facilities.view(np.ndarray)  # a recarray takes ten times as long to find a column
    counts, bills = model.county.counts, model.county.bills
    n, visits = len(counts), counts[:, Count.VISIT].astype(np.int32)
    promising = model.promising
    return Month(
        month=model.month,
        counts=tiers.add_up(counts, axis=0),
        bills=tiers.add_up(bills, axis=0),
        waits=tiers.add_up(waits(counts, model.facilities), axis=-1),
        sums=model.tally.sums,
        flows=model.ledger.latest,
        held=tiers.add_up(model.ledger.balances[1 : 1 + 2 * n].reshape(2, n), axis=-1),
        visits=visits,
        crowded=tiers.add_up(visits * (f["load"] > model.county.p.effort_load), axis=0),
        capability=tiers.add_up(f["capability"] / tiers.sizes, axis=0),
        infrastructure=tiers.add_up(model.tables.means.infrastructure / tiers.sizes, axis=0),
        belief=float(model.belief[:, promising].mean()) if promising else np.nan,
    )


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
