"""The comparison as JSON, in the shape other programs rely on. What cannot be computed is null."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from incentive_model.analysis.comparison import Comparison

SCHEMA = 1
LEVEL_AND_CHANGE = ("value", "low", "high", "delta", "delta_low", "delta_high", "unit")


def payload(comparison: Comparison, out: str | None = None) -> dict[str, Any]:
    """What ``compare --json`` prints.

    Under ``schemes``, by name: ``indicators`` (value and paired delta, each with its 95% interval, and
    unit), ``stakeholders`` (delta in yuan per resident-year, positive when better, interval, verdict),
    ``residents`` (shares better, worse and the same) and ``verdict``. Intervals are null at one replicate.
    ``groups`` is there only where a breakdown was asked for.
    """
    request = comparison.request
    indicators, money = comparison.table(), comparison.stakeholders()
    residents, verdicts = comparison.residents(), comparison.verdicts()
    schemes = {}
    for name in comparison.schemes:
        everybody = residents[(residents["scheme"] == name) & (residents["group"] == "all")].iloc[0]
        schemes[name] = {
            "title": request["schemes"][name]["title"],
            "indicators": _records(
                indicators[indicators["scheme"] == name],
                "indicator",
                LEVEL_AND_CHANGE,
            ),
            "stakeholders": _records(
                money[money["scheme"] == name],
                "stakeholder",
                ("delta_yuan_per_resident_year", "low", "high", "verdict"),
            ),
            "residents": {key: _plain(everybody[key]) for key in ("better", "worse", "same")},
            "verdict": verdicts[name],
        }
    found = {
        "schema": SCHEMA,
        "place": request["place"],
        "baseline": comparison.baseline,
        "schemes": schemes,
        **{key: request[key] for key in ("replicates", "months", "burn_in", "population", "seed")},
        "ledger_imbalance_fen": int(comparison.runs["ledger_imbalance_fen"].max()),
        "out": out,
    }
    return found | {"groups": _groups(comparison, comparison.by)} if comparison.by else found


def _groups(comparison: Comparison, by: str) -> dict[str, Any]:
    """By what, then scheme by scheme and group by group the indicators and how residents fare."""
    measured, fortunes = comparison.groups(), comparison.residents(by)
    schemes: dict[str, Any] = {}
    for (scheme, group), rows in measured.groupby(["scheme", "group"], sort=False):
        schemes.setdefault(str(scheme), {})[str(group)] = {
            "indicators": _records(rows, "indicator", LEVEL_AND_CHANGE)
        }
    for row in fortunes.to_dict("records"):
        if row["group"] in schemes[row["scheme"]]:
            fares = {key: _plain(row[key]) for key in ("better", "worse", "same", "gain")}
            schemes[row["scheme"]][row["group"]]["residents"] = fares
    return {"by": by, "schemes": schemes}


def _records(rows: pd.DataFrame, key: str, fields: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    return {str(row[key]): {name: _plain(row[name]) for name in fields} for row in rows.to_dict("records")}


def _plain(value: Any) -> Any:
    """A word as it is, a number as a Python float, and null for what is not a number."""
    if isinstance(value, str):
        return value
    return None if not math.isfinite(value) else float(value)
