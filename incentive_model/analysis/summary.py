"""What a study's runs say: each output under each scheme at each point, with intervals over replicates."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from incentive_model.analysis.intervals import interval, paired
from incentive_model.analysis.study_runs import unit_of
from incentive_model.runs.durable import replaced
from incentive_model.runs.plan import BASELINE
from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.sweep_folder import RUNS

FILE = "summary.csv"
#: What one line is of.
CELL = ("place", "draw", "scheme")
NUMBERS = ("value", "low", "high", "delta", "delta_low", "delta_high", "n")
#: The place's name in the lines of all counties of a region together.
REGION = "all counties"
Row = dict[str, Any]


def write_summary(folder: Path, plan: StudyPlan) -> None:
    """Write ``summary.csv``, a cell at a time.

    One line a place, draw, scheme and output; columns: these, the design's factors, unit, value, low, high,
    delta, delta_low, delta_high (paired with the status quo of the same place, parameters and replicate), n
    (runs in which the output could be computed). Of a region's counties there are lines for all of them: in
    each replicate the mean over counties, weighted by residents.
    """
    with replaced(folder / FILE) as fresh, fresh.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow((*CELL, *plan.points, "output", "unit", *NUMBERS))
        units = {name: unit_of(name) for name in plan.outputs}
        for keys, rows, pairs in _cells(_rows(folder / RUNS, plan), plan):
            for name, unit in units.items():
                table.writerow((*keys.values(), name, unit, *_numbers(name, rows, pairs)))


def _rows(path: Path, plan: StudyPlan) -> Iterator[Row]:
    names = ("run_id", *CELL, "replicate", "baseline", *plan.points, *plan.outputs)
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):  # one after the other: batches keep what they have read
            yield from file.read_row_group(group, columns=list(names), use_threads=False).to_pylist()


def _numbers(name: str, rows: Sequence[Row], pairs: Sequence[Row | None]) -> tuple[float | None, ...]:
    """One output of a cell: its level, and its change against the status quo."""
    level = interval(row[name] for row in rows)
    both = [(row, pair) for row, pair in zip(rows, pairs, strict=True) if pair is not None]
    delta = paired(
        {row["replicate"]: row[name] for row, _ in both}, {row["replicate"]: pair[name] for row, pair in both}
    )
    return (*level[:3], *delta[:3], level.n)


def _cells(runs: Iterable[Row], plan: StudyPlan) -> Iterator[tuple[Row, list[Row], list[Row | None]]]:
    """Keys, replicates, and the runs of the status quo that these are held against, cell by cell."""
    held: dict[int, dict[str, Row]] = {}  # by draw, runs of the status quo that are still to be met
    last = {(cell.place, cell.pair): number for number, cell in enumerate(plan.cells)}
    pool = _Pool(plan)
    each = zip(enumerate(plan.cells), groupby(runs, itemgetter(*CELL)), strict=True)
    for (number, where), (cell, found) in each:
        rows = list(found)
        if cell[2] == BASELINE and (where.place, where.draw) in last:
            held[where.draw] = {row["run_id"]: row for row in rows}
        keys = dict(zip(CELL, cell, strict=True)) | {name: rows[0][name] for name in map(str, plan.points)}
        there = held.get(where.pair, {})
        pairs = [there.get(row["baseline"]) for row in rows]
        if last[where.place, where.pair] == number:
            held.pop(where.pair, None)
        if plan.study.counties:
            pool.add(keys, rows, pairs)
        yield keys, rows, pairs
    if plan.study.counties:
        yield from pool.cells()


class _Pool:
    """All counties of a region together: in each replicate their mean, weighted by residents."""

    def __init__(self, plan: StudyPlan) -> None:
        self._plan = plan
        self._weights = {county.id: county.residents for county in plan.study.counties}
        self._keys: dict[tuple[int, str], Row] = {}
        self._sums: dict[tuple[int, str, int], list[float | None]] = {}
        self._residents: defaultdict[tuple[int, str, int], float] = defaultdict(float)
        self._pairs: dict[tuple[int, str, int], tuple[int, str, int] | None] = {}

    def add(self, keys: Row, rows: Sequence[Row], pairs: Sequence[Row | None]) -> None:
        """Take in a county's cell."""
        self._keys[keys["draw"], keys["scheme"]] = keys | {"place": REGION}
        for row, pair in zip(rows, pairs, strict=True):
            number, weight = _number(row), self._weights[keys["place"]]
            values = [row[name] for name in self._plan.outputs]
            before = self._sums.get(number, [0.0] * len(values))
            self._sums[number] = [
                None if x is None or y is None else x + weight * y
                for x, y in zip(before, values, strict=True)
            ]
            self._residents[number] += weight
            self._pairs[number] = None if pair is None else _number(pair)

    def cells(self) -> Iterator[tuple[Row, list[Row], list[Row | None]]]:
        """As those of a place. What some county could not compute is blank."""
        for (draw, scheme), keys in self._keys.items():
            numbers = [(draw, scheme, replicate) for replicate in range(self._plan.study.replicates)]
            pairs = [self._pairs[number] for number in numbers]
            yield keys, [self._row(x) for x in numbers], [None if x is None else self._row(x) for x in pairs]

    def _row(self, number: tuple[int, str, int]) -> Row:
        sums, residents = self._sums[number], self._residents[number]
        means = [None if x is None else x / residents for x in sums]
        return dict(zip(self._plan.outputs, means, strict=True)) | {"replicate": number[2]}


def _number(row: Row) -> tuple[int, str, int]:
    return row["draw"], row["scheme"], row["replicate"]
