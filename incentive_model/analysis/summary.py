"""What a study's runs say: each output under each scheme at each point, with intervals over replicates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from incentive_model.analysis.intervals import interval, paired
from incentive_model.cards import indicators
from incentive_model.runs.durable import replaced
from incentive_model.runs.plan import BASELINE
from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.sweep_folder import RUNS

FILE = "summary.csv"
#: What one line is of.
CELL = ("place", "draw", "scheme")
MONEY = "yuan per resident-year"
Row = dict[str, Any]


def write_summary(folder: Path, plan: StudyPlan) -> None:
    """Write ``summary.csv``, a thousand runs at a time.

    One line a place, draw, scheme and output; columns: these, what was varied, unit, value, low, high, delta,
    delta_low, delta_high (paired with the status quo of the same place, parameters and replicate), n (runs
    in which the output could be computed).
    """
    with replaced(folder / FILE) as fresh, fresh.open("w", encoding="utf-8", newline="") as file:
        header = True
        for rows in _summed_up(_rows(folder / RUNS), plan):
            pd.DataFrame(rows).to_csv(file, index=False, header=header, lineterminator="\n")
            header = False


def _rows(path: Path) -> Iterator[Row]:
    for batch in pq.ParquetFile(path).iter_batches(1_000):
        yield from batch.to_pylist()


def _summed_up(runs: Iterator[Row], plan: StudyPlan) -> Iterator[list[Row]]:
    """The lines of one cell after the other."""
    units = {name: card.unit for name, card in indicators().items()}
    held: dict[str, Row] = {}
    place = None
    for cell, found in groupby(runs, itemgetter(*CELL)):
        rows = list(found)
        if cell[0] != place:
            place, held = cell[0], {}
        if cell[2] == BASELINE:
            held |= {row["run_id"]: row for row in rows}
        keys = dict(zip(CELL, cell, strict=True)) | {name: rows[0][name] for name in plan.varied}
        lines = []
        for name in plan.outputs:
            level = interval(row[name] for row in rows)
            here = {row["replicate"]: row[name] for row in rows if row["baseline"] in held}
            there = {row["replicate"]: held[row["baseline"]][name] for row in rows if row["baseline"] in held}
            delta = paired(here, there)
            unit = units.get(name, "QALYs per resident-year" if name.startswith("qalys") else MONEY)
            numbers = (*level[:3], *delta[:3], level.n)
            columns = ("value", "low", "high", "delta", "delta_low", "delta_high", "n")
            lines.append(keys | {"output": name, "unit": unit} | dict(zip(columns, numbers, strict=True)))
        yield lines
