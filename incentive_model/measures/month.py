"""A month as it is kept, and months added up by tier."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from incentive_model.incentives.events import Count
from incentive_model.measures.totals import CountyTotals, Floats, Ints, Tiers, Totals

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Seen(IntEnum):
    """What is kept of each facility."""

    LOAD = 0
    DAYS_REFERRED = 1
    DAYS_OTHER = 2
    BED_REFERRED = 3
    BED_OTHER = 4
    CAPABILITY = 5
    INFRASTRUCTURE = 6


#: All but the last as columns of the facilities.
COLUMNS = [x.name.lower() for x in Seen if x != Seen.INFRASTRUCTURE]


class Month(NamedTuple):
    """The whole county at the end of a month, as the model left it."""

    month: int
    counts: Ints  #: by (facility, Count)
    bills: Ints  #: fen by (facility, insurance, Kind, fund/patient)
    sums: Ints  #: by (part, Sum)
    flows: Ints  #: fen by (purpose, paying group, paid group)
    balances: Ints  #: fen by (account), since the run began
    seen: Floats  #: by (Seen, facility)
    belief: float  #: physicians' mean belief in pay that is promised; NaN if none is


def look(model: IncentiveModel) -> Month:
    """The month that has just ended. Tables that the model makes anew each month are not copied."""
    facilities = model.facilities.view(np.ndarray)  # a recarray takes ten times as long to find a column
    promising = model.promising
    return Month(
        model.month,
        model.county.counts,
        model.county.bills,
        model.tally.sums,
        model.ledger.latest,
        model.ledger.balances.copy(),
        np.array([*(facilities[name] for name in COLUMNS), model.tables.means.infrastructure]),
        float(model.belief[:, promising].mean()) if promising else np.nan,
    )


#: What waiting is made of.
WAITING = np.array(
    [
        Count.VISIT,
        Count.VISIT_REFERRED,
        Count.WAITED_REFERRED,
        Count.WAITED_OTHER,
        Count.ADMITTED_REFERRED,
        Count.ADMITTED_OTHER,
    ]
)


def waits(counts: Ints, seen: Floats) -> Floats:
    """Days waited by (…, Wait, facility).

    Args:
        counts: by (…, facility, one of ``WAITING``).
        seen: by (…, Seen, facility).
    """
    visits, referred, waited_referred, waited_other, admitted_referred, admitted_other = np.moveaxis(
        counts, -1, 0
    )
    days = [
        seen[..., Seen.DAYS_REFERRED, :] * referred,
        seen[..., Seen.DAYS_OTHER, :] * (visits - referred),
        30.0 * waited_referred + 15.0 * (1.0 - seen[..., Seen.BED_REFERRED, :]) * admitted_referred,
        30.0 * waited_other + 15.0 * (1.0 - seen[..., Seen.BED_OTHER, :]) * admitted_other,
    ]
    return np.stack(days, axis=-2)


def one_by_one(kept: Sequence[Month], tiers: Tiers, effort_load: float) -> tuple[Totals, CountyTotals]:
    """Of all residents and of the county, with the months as the first axis.

    Args:
        effort_load: above which load a facility is crowded.
    """
    counts = np.array([x.counts.take(WAITING, axis=1) for x in kept])
    seen = np.array([x.seen for x in kept])
    balances = np.array([x.balances for x in kept])
    belief = np.array([x.belief for x in kept])
    visits, n = counts[..., 0], counts.shape[1]
    net = np.diff(balances, axis=0, prepend=np.zeros_like(balances[:1]))
    residents = _totals(
        np.array([x.month for x in kept]),
        np.array([tiers.add_up(x.counts, axis=-2) for x in kept]),
        np.array([tiers.add_up(x.bills, axis=-4) for x in kept]),
        tiers.add_up(waits(counts, seen), axis=-1),
        np.array([x.sums.sum(axis=0) for x in kept]),
    )
    county = CountyTotals(
        flows=np.array([x.flows for x in kept]),
        earned=tiers.add_up(np.stack([net[:, 1 : 1 + n], net[:, 1 + n : 1 + 2 * n]], axis=1), axis=-1),
        visits=visits,
        crowded=tiers.add_up(visits * (seen[:, Seen.LOAD] > effort_load), axis=-1),
        capability=tiers.add_up(seen[:, Seen.CAPABILITY] / tiers.sizes, axis=-1),
        infrastructure=tiers.add_up(seen[:, Seen.INFRASTRUCTURE] / tiers.sizes, axis=-1),
        belief=np.nan_to_num(belief),
        believing=np.isfinite(belief),
    )
    return residents, county


def of_groups(last: Month, counts: Ints, bills: Ints, sums: Ints, tiers: Tiers) -> Totals:
    """Of groups of residents, in one month; all tables as in :class:`Month`, but with the groups as the
    first axis."""
    return _totals(
        np.array(last.month),
        tiers.add_up(counts, axis=-2),
        tiers.add_up(bills, axis=-4),
        tiers.add_up(waits(counts.take(WAITING, axis=-1), last.seen), axis=-1),
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
