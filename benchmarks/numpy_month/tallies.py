"""What is counted and added up."""

import numpy as np

from benchmarks.numpy_month.people import Column, Ill, Rows
from incentive_model.engine.columns import Tally


def count(tally: Tally, ep: Ill, who: Rows, row: Column, what: int, times: Column = None) -> None:
    """Count something at the facilities ``row`` of some patients, once or so many times."""
    add(tally, ep.part[who], row, what, times)


def add(tally: Tally, part: Column, row: Column, what: int, times: Column = None) -> None:
    """Count something by part and facility. Sums of whole numbers this small are exact as floats."""
    parts, facilities, _ = tally.counts.shape
    sums = np.bincount(part * facilities + row, times, parts * facilities)
    tally.counts[:, :, what] += sums.astype(np.int64).reshape(parts, facilities)


def add_sum(tally: Tally, part: Column, what: int, amount: Column) -> None:
    """Add whole numbers, or the true ones of truth values, to a sum over residents."""
    parts = len(tally.sums)
    for k in range(parts):
        tally.sums[k, what] += amount.sum() if parts == 1 else amount[part == k].sum()


def add_ranked(
    tally: Tally, part: Column, what: int, amount: Column, rank: Column, rank_within: Column
) -> None:
    """Add to a sum over residents, and to the sums weighted by their ranks, which follow it in ``Sum``."""
    add_sum(tally, part, what, amount)
    add_sum(tally, part, what + 1, amount * rank)
    add_sum(tally, part, what + 2, amount * rank_within)


def add_bills(tally: Tally, ep: Ill, who: Rows, row: Column, kind: int, paid: tuple[Column, Column]) -> None:
    """Add up what fund and patients pay of some bills."""
    parts, facilities, insurances = tally.bills.shape[:3]
    cell = (ep.part[who] * facilities + row) * insurances + ep.insurance[who]
    for payer, fen in enumerate(paid):
        sums = np.bincount(cell, fen, parts * facilities * insurances).astype(np.int64)
        tally.bills[:, :, :, kind, payer] += sums.reshape(parts, facilities, insurances)
