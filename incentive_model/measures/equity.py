"""Who bears how much: ruinous spending, concentration by income, inequality of load."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.events import Sum
from incentive_model.measures.measure import measure
from incentive_model.measures.parts import RANKS
from incentive_model.measures.window import Amount, Ratio, Window

#: Thresholds of catastrophic spending, per cent of income.
CATASTROPHIC = (10, 25, 40)


def concentration(ranked: Amount, amount: Amount) -> Ratio:
    """Concentration index 2·cov(h, r)/mean(h) as a ratio of sums: 2·Σ h(r − ½) over Σ h.

    Both parts add up over months.

    Args:
        ranked: Σ h times the resident's rank by income in whole numbers, (2r − 1)·RANKS.
        amount: Σ h.
    """
    return ranked / RANKS, amount


def gini(values: NDArray[np.float64]) -> Ratio:
    """Gini coefficient Σᵢⱼ|xᵢ − xⱼ| / (2n·Σx) along the last axis; sorted, Σ(2i − n − 1)xᵢ over n·Σx,
    i from 1."""
    n = values.shape[-1]
    weights = 2.0 * np.arange(n) - n + 1.0
    return (weights * np.sort(values, axis=-1)).sum(axis=-1), n * values.sum(axis=-1)


def _catastrophic(percent: int) -> None:
    @measure(
        f"catastrophic_share_{percent}",
        "patients",
        "share of resident-years",
        f"yearly out-of-pocket above {percent}% of own yearly income",
        "down",
    )
    def catastrophic_share(w: Window) -> Ratio:
        return w.sum(Sum[f"CATASTROPHIC_{percent}"]), w.household_years


for _percent in CATASTROPHIC:
    _catastrophic(_percent)


@measure(
    "catastrophic_share_sdg",
    "patients",
    "share of resident-years",
    "yearly out-of-pocket above 40% of the discretionary budget (own yearly income less the societal poverty "
    "line); below the line, any",
    "down",
    "SDG 3.8.2",
)
def catastrophic_share_sdg(w: Window) -> Ratio:
    return w.sum(Sum.CATASTROPHIC_SDG), w.household_years


def _concentrated(name: str, of: str, more: str) -> None:
    @measure(
        f"{name}_concentration_index",
        "patients",
        "index",
        f"concentration of {of} by income rank, in a group by rank within it (above 0: {more})",
    )
    def concentration_index(w: Window) -> Ratio:
        return concentration(w.sum(Sum[f"{name.upper()}_RANKED"]), w.sum(Sum[name.upper()]))


_concentrated("oop", "out-of-pocket", "the rich pay more")
_concentrated("visits", "visits", "the rich go more often")
_concentrated("qalys", "QALYs", "the rich are healthier")
