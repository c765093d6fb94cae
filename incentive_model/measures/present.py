"""Present values: costs by payer and QALYs of a run, discounted and not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from incentive_model.cards.short import fixed
from incentive_model.incentives.accounts import Group

if TYPE_CHECKING:
    from incentive_model.measures.observer import Record

fixed(
    "discount_rate",
    0.05,
    "rate",
    "yearly discount rate of costs and QALYs alike, in columns that say so",
    "calibration 2.10",
    "M",
)

FEN_PER_YUAN = 100.0
NANO = 1e9

#: Who pays for care in the end.
PAYERS = (Group.PATIENTS, Group.INSURER, Group.GOVERNMENT, Group.EXTERNAL)


def factor(p: Any, month: int) -> float:
    """(1 + r)^(−(m − 1)/12): what a month's yuan or QALY is worth in the scheme's first month."""
    return math.exp(-math.log1p(p.discount_rate) * (month - 1) / 12.0)


def present_values(p: Any, months: Sequence[Record]) -> dict[str, float]:
    """Costs by payer and QALYs over some months, a resident-year.

    * ``cost_PAYER``: yuan the payer paid less what came back to it (negative: it got more);
    * ``qalys``: expected deaths taken off, each at once and for all years it takes. Those years are
      discounted already (parameters ``life_left_*``); ``qalys_discounted`` discounts the month of the
      death, and none of them twice;
    * each again with ``_discounted``: its present value in month 1.

    All are divided by resident-years as they are, so that differences have the same meaning with and
    without discounting.
    """
    years = sum(x.sums.n for x in months) / 12.0
    worth = [factor(p, x.month) for x in months]
    found: dict[str, float] = {}

    def enter(name: str, amounts: list[float], unit: float) -> None:
        present = math.fsum(a * b for a, b in zip(amounts, worth, strict=True))
        found[name] = math.fsum(amounts) / unit / years
        found[f"{name}_discounted"] = present / unit / years

    for payer in PAYERS:
        paid = [float(x.flows[:, payer].sum() - x.flows[:, :, payer].sum()) for x in months]
        enter(f"cost_{payer.name.lower()}", paid, FEN_PER_YUAN)
    enter("qalys", [x.sums.state["qalys_amount"] for x in months], NANO)
    return found
