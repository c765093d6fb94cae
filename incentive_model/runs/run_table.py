"""Records of finished runs as the rows of one table, whose columns a study's plan knows beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.tables import column_type
from incentive_model.runs.task import encoded

#: Columns that say which run a row is of.
KEYS = ("run_id", "place", "scheme", "draw", "replicate", "seed")
#: What follows the name of an indicator that is kept month by month.
BY_MONTH = "__months"
#: Under which limits a run failed, as options of a command; kept in the store alone.
LIMITS = "limits"


def run_schema(plan: StudyPlan) -> pa.Schema:
    """The columns of a study's runs: keys, status, what was varied, outputs, limits, lists of months."""
    first = (*KEYS, "status", "stage", "error", "baseline", "design_hash", "residents_an_agent")
    fields = [pa.field(name, column_type(name)) for name in (*first, *plan.varied, *plan.columns, LIMITS)]
    months = [pa.field(name + BY_MONTH, pa.list_(pa.float64())) for name in plan.study.series]
    return pa.schema([*fields, *months])


def run_table(plan: StudyPlan, records: Iterable[bytes]) -> pa.Table:
    """Records as a table, in their order."""
    schema = run_schema(plan)
    rows = [list(_cells(plan, json.loads(record))) for record in records]
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [
        pa.array(_floats(column) if field.type == pa.float64() else column, field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _floats(column: Iterable[Any]) -> list[float | None]:
    return [None if value is None else float(value) for value in column]


def _cells(plan: StudyPlan, record: dict[str, Any]) -> Iterator[Any]:
    """A record's cells, in the order of the columns; what a failed run did not measure is blank."""
    run_id, place, scheme, draw, replicate, seed, baseline, weight, *varied = record["key"]
    yield from (run_id, place, scheme, draw, replicate, seed)
    yield from (record["status"], record.get("stage"), record.get("error"))
    yield from (baseline, record["design"], weight)
    yield from varied
    yield from record.get("values", [None] * len(plan.columns))
    yield record.get(LIMITS)
    yield from record.get("series", [None] * len(plan.study.series))


def record_of(plan: StudyPlan, number: int, row: dict[str, Any]) -> bytes:
    """The record that a row of the table was made of."""
    key = [row[name] for name in (*KEYS, "baseline", "residents_an_agent", *plan.varied)]
    record = {"run": number, "design": row["design_hash"], "status": row["status"], "key": key}
    if row["status"] == "done":
        series = [row[name + BY_MONTH] for name in plan.study.series]
        record |= {"values": [row[name] for name in plan.columns], "series": series}
    else:
        record |= {name: row[name] for name in ("stage", "error", LIMITS)}
    return encoded(record)


def shown_columns(plan: StudyPlan) -> list[str]:
    """The columns of ``runs.parquet``."""
    return [name for name in run_schema(plan).names if not name.endswith(BY_MONTH) and name != LIMITS]


def series_table(plan: StudyPlan, runs: pa.Table) -> pa.Table:
    """One row a run and month: keys, ``month`` (−burn-in + 1 … months), indicators. Failed runs have none."""
    done = runs.filter(pc.equal(runs["status"], "done"))
    study = plan.study
    months = list(range(1 - study.burn_in, study.months + 1))
    rows = pa.array([row for row in range(len(done)) for _ in months], pa.int64())
    found = done.select(list(KEYS)).take(rows)
    found = found.append_column("month", pa.array(months * len(done), pa.int64()))
    for name in study.series:
        flat = pa.chunked_array(done[name + BY_MONTH]).combine_chunks()
        found = found.append_column(name, pc.list_flatten(flat))
    return found
