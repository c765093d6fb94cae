"""A month as it is kept: totals of what the model has left at its end, facilities added up by tier."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from incentive_model.incentives.events import Count
from incentive_model.measures.from_columns import sums_of
from incentive_model.measures.totals import CountyTotals, Ints, Tiers, Totals

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Month(NamedTuple):
    """The whole county in a month."""

    month: int
    totals: Totals
    county: CountyTotals
    sums: Ints  #: by (part, Sum)


def look(model: IncentiveModel, balances: Ints, tiers: Tiers) -> Month:
    """The month that has just ended.

    Args:
        balances: of the ledger, as the month before left them.
    """
    county, sums = model.county, sums_of(model)
    return Month(
        model.month,
        residents_totals(model, county.counts, county.bills, sums.sum(axis=0), tiers),
        county_totals(model, balances, tiers),
        sums,
    )


def residents_totals(model: IncentiveModel, counts: Ints, bills: Ints, sums: Ints, tiers: Tiers) -> Totals:
    """Of residents, in the month that has just ended.

    Args:
        counts: by (…, facility, Count).
        bills: fen by (…, facility, insurance, Kind, fund/patient).
        sums: by (…, Sum).
    """
    f = model.facilities.view(np.ndarray)  # a recarray takes ten times as long to find a column
    visits, referred = counts[..., Count.VISIT], counts[..., Count.VISIT_REFERRED]
    waits = [  # in the order of Wait: to an appointment, and to a bed
        f["days_referred"] * referred,
        f["days_other"] * (visits - referred),
        30.0 * counts[..., Count.WAITED_REFERRED]
        + 15.0 * (1.0 - f["bed_referred"]) * counts[..., Count.ADMITTED_REFERRED],
        30.0 * counts[..., Count.WAITED_OTHER]
        + 15.0 * (1.0 - f["bed_other"]) * counts[..., Count.ADMITTED_OTHER],
    ]
    return Totals(
        months=1.0,
        year_ends=float(model.month % 12 == 0),
        counts=tiers.add_up(counts, axis=-2).astype(float),
        bills=tiers.add_up(bills, axis=-4).sum(axis=-3).astype(float),
        waits=tiers.add_up(np.array(waits), axis=-1).swapaxes(0, -2),
        sums=sums.astype(float),
    )


def county_totals(model: IncentiveModel, balances: Ints, tiers: Tiers) -> CountyTotals:
    """Of the county, in the month that has just ended; ``balances`` as in :func:`look`."""
    f, tables, n = model.facilities.view(np.ndarray), model.tables, len(tiers.sizes)
    visits = model.county.counts[:, Count.VISIT]
    net = model.ledger.balances - balances
    found = tiers.add_up(
        np.array(
            [
                net[1 : 1 + n],
                net[1 + n : 1 + 2 * n],
                visits * (f["load"] > model.p.effort_load),
                f["capability"] / tiers.sizes,
                tables.means.infrastructure / tiers.sizes,
            ]
        ),
        axis=-1,
    )
    promising = tables.promising()
    return CountyTotals(
        flows=model.ledger.latest,
        earned=found[:2],
        visits=visits,
        crowded=found[2],
        capability=found[3],
        infrastructure=found[4],
        belief=model.belief[:, promising].mean() if promising else 0.0,
        believing=1.0 if promising else 0.0,
    )
