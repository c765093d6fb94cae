"""Present values: costs by payer and QALYs of a run, discounted and not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from incentive_model.cards.short import fixed
from incentive_model.incentives.accounts import Group
from incentive_model.incentives.events import Sum
from incentive_model.measures.window import CountyWindow

fixed(
    "discount_rate",
    0.05,
    "rate",
    "yearly discount rate of costs and QALYs alike, in columns that say so",
    "calibration 2.10",
    "M",
)

#: Who pays for care in the end.
PAYERS = (Group.PATIENTS, Group.INSURER, Group.GOVERNMENT, Group.EXTERNAL)
#: What :func:`present_values` gives.
PRESENT = tuple(
    f"{name}{ending}"
    for name in (*(f"cost_{payer.name.lower()}" for payer in PAYERS), "qalys")
    for ending in ("", "_discounted")
)


def factor(p: Any, month: int) -> float:
    """(1 + r)^(−(m − 1)/12): what a month's yuan or QALY is worth in the scheme's first month."""
    return math.exp(-math.log1p(p.discount_rate) * (month - 1) / 12.0)


def present_values(w: CountyWindow, months: Sequence[int]) -> dict[str, float]:
    """Costs by payer and QALYs over some months, a resident-year.

    Args:
        w: month by month.
        months: which months these are.

    * ``cost_PAYER``: yuan the payer paid less what came back to it (negative: it got more);
    * ``qalys``: expected deaths taken off, each at once and for all years it takes. Those years are
      discounted already (parameters ``life_left_*``); ``qalys_discounted`` discounts the month of the
      death, and none of them twice;
    * each again with ``_discounted``: its present value in month 1.

    All are divided by resident-years as they are, so that differences have the same meaning with and
    without discounting.
    """
    years = w.n * len(months) / 12.0
    worth = [factor(w.p, month) for month in months]
    found: dict[str, float] = {}

    def enter(name: str, amounts: NDArray) -> None:
        now = amounts.tolist()
        found[name] = math.fsum(now) / years
        found[f"{name}_discounted"] = math.fsum(a * b for a, b in zip(now, worth, strict=True)) / years

    for payer in PAYERS:
        enter(f"cost_{payer.name.lower()}", -w.position(payer))
    enter("qalys", w.sum(Sum.QALYS) / 1e9)
    return found
