"""Finished runs into tables, one run at a time and in any order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from incentive_model.analysis.residents import GroupChange, ResidentPairs
from incentive_model.runs.row import row_of

if TYPE_CHECKING:
    from incentive_model.runs import Run

#: What tells one flow of money from another.
FLOW = ("payer", "payee", "purpose")
#: Columns of a breakdown by group.
GROUP_KEYS = ("scheme", "replicate", "group", "indicator", "value", "numerator", "denominator")


@dataclass(frozen=True, eq=False)
class Frames:
    """What is kept of the runs, sorted by scheme and replicate.

    Attributes:
        runs: one row a run (``runs.parquet``).
        series: one row a run and month (``series.parquet``).
        flows: one row a run and flow: scheme, replicate, payer, payee, purpose, yuan_per_resident_year.
        residents: one row a run and group (:class:`~incentive_model.analysis.residents.GroupChange`).
        groups: one row a run, group and indicator: scheme, replicate, group, indicator, value, numerator,
            denominator; empty if no breakdown was asked for.
    """

    runs: pd.DataFrame
    series: pd.DataFrame
    flows: pd.DataFrame
    residents: pd.DataFrame
    groups: pd.DataFrame


def gather(request: dict[str, Any], runs: Iterable[Run]) -> Frames:
    """Take the runs as they finish and keep what comparison and report need.

    Residents' arrays are judged against the status quo of their replicate and let go.

    Args:
        request: what was asked (:attr:`incentive_model.runs.Plan.request`).
        runs: the finished runs, in any order; the result does not depend on it.
    """
    threshold = float(request["parameters"]["qaly_threshold"])
    more = (request["by"], request["groups"]) if "by" in request else None
    pairs = ResidentPairs(request["schemes"], request["baseline"], threshold, more)
    rows: list[dict[str, Any]] = []
    series: list[pd.DataFrame] = []
    flows: list[pd.DataFrame] = []
    groups: list[pd.DataFrame] = [pd.DataFrame(columns=GROUP_KEYS)]
    for run in runs:
        pairs.add(run.scheme, run.replicate, run.outcome)
        rows.append(_row(request, run))
        series.append(_keyed(run))
        flows.append(run.flows.assign(scheme=run.scheme, replicate=run.replicate))
        if run.breakdown is not None:
            groups.append(run.breakdown.assign(scheme=run.scheme, replicate=run.replicate))
    return Frames(
        runs=_sorted(pd.DataFrame(rows), "scheme", "draw", "replicate"),
        series=_sorted(pd.concat(series), "scheme", "draw", "replicate", "month"),
        flows=_sorted(pd.concat(flows), "scheme", "replicate", *FLOW)[
            ["scheme", "replicate", *FLOW, "yuan_per_resident_year"]
        ],
        residents=_sorted(
            pd.DataFrame(pairs.changes, columns=GroupChange._fields), "scheme", "replicate", "by", "group"
        ),
        groups=_sorted(pd.concat(groups[1:] or groups), *GROUP_KEYS[:4])[list(GROUP_KEYS)],
    )


def _sorted(frame: pd.DataFrame, *by: str) -> pd.DataFrame:
    return frame.sort_values(list(by), kind="stable", ignore_index=True)


def _key(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "place": run.place,
        "scheme": run.scheme,
        "draw": 0,
        "replicate": run.replicate,
        "seed": run.seed,
    }


def _keyed(run: Run) -> pd.DataFrame:
    """One run's months, with the run's keys before them."""
    months = run.series.reset_index(drop=True)
    keys = pd.DataFrame([_key(run)] * len(months), index=months.index)
    return pd.concat([keys, months], axis=1)


def _row(request: dict[str, Any], run: Run) -> dict[str, Any]:
    """One row of ``runs.parquet``. Everything per resident-year but levers, parameters and indicators."""
    row: dict[str, Any] = {**_key(run), "status": "done", "design_hash": request["design_hash"]}
    row |= {"residents_an_agent": float(request["weight"]), "ledger_imbalance_fen": int(run.imbalance_fen)}
    return row | run.levers | run.parameters | row_of(run, request["months"])
