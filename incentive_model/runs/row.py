"""What a table says of a run: one name, one number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incentive_model.incentives.accounts import Group
from incentive_model.measures.money import GROUPS

if TYPE_CHECKING:
    from incentive_model.runs.run import Run

FEN_PER_YUAN = 100
OUTSIDE = Group.EXTERNAL.name.lower()
#: What a run gives beside its indicators and present values.
BALANCES = (*(f"net_{group}" for group in GROUPS), "time_cost", "welfare")


def row_of(run: Run, months: int) -> dict[str, float | None]:
    """Everything that a run measured, as one row of ``runs.parquet``.

    Args:
        run: a finished run.
        months: months under the scheme.

    Returns:
        Each indicator (None: could not be computed) with ``NAME__numerator`` and ``NAME__denominator``; then,
        in yuan or QALYs per resident-year, ``net_STAKEHOLDER``, present values, ``time_cost`` and
        ``welfare`` = Σ net of all but the outside + threshold · QALYs − time.
    """
    row: dict[str, float | None] = {}
    for name, (value, numerator, denominator) in run.indicators.items():
        row[name] = value
        row[f"{name}__numerator"] = numerator
        row[f"{name}__denominator"] = denominator
    resident_years = len(run.outcome.time_fen) * months / 12
    time = int(run.outcome.time_fen.sum()) / FEN_PER_YUAN / resident_years
    net = {group: float(run.stakeholders[group]) for group in GROUPS}
    row |= {f"net_{group}": yuan for group, yuan in net.items()}
    row |= {**run.present, "time_cost": time}
    money = sum(yuan for group, yuan in net.items() if group != OUTSIDE)
    row["welfare"] = money + float(run.parameters["qaly_threshold"]) * run.present["qalys"] - time
    return row
