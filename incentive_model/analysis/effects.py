"""What factors that a study tried in combination do: each alone, in company, on average, and two by two.

A factor is a lever or parameter of a full-factorial design, or a scheme of a study that combines schemes (out
or in). Every effect is a contrast within each replicate, where all cells meet the same people and luck.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.analysis.intervals import Interval, interval
from incentive_model.analysis.study_runs import StudyRuns, unit_of
from incentive_model.inputs.combined import AND
from incentive_model.runs.durable import replaced
from incentive_model.runs.study_plan import Cell, StudyPlan
from incentive_model.runs.tables import write_csv

FILE = "effects.csv"
#: Joins the names of two factors that work on each other.
TIMES = " × "
OUT, IN = "out", "in"
Floats = NDArray[np.float64]
Levels = tuple[int, ...]


@dataclass(frozen=True)
class Grid:
    """Cells of a plan that differ in nothing but their factors.

    Attributes:
        place, scheme: names; of combined schemes the scheme is empty.
        draw: the point of combined schemes; 0 where the points are the combinations.
        factors: the values of each, the first being what it is held against.
        rows: by the number of each factor's value, the row of the cell.
    """

    place: str
    scheme: str
    draw: int
    factors: dict[str, tuple[Any, ...]]
    rows: dict[Levels, int]


@dataclass(frozen=True)
class Effects:
    """What the factors of one grid do.

    Attributes:
        found: by output, effect (see :func:`effects`) and of what, with its 95% interval over replicates. It
            is the effect on the change against the status quo, where that was run.
    """

    grid: Grid
    found: dict[tuple[str, str, str], Interval]


def all_effects(runs: StudyRuns) -> list[Effects]:
    """Every effect on every output, grid by grid; empty if the study tried nothing in combination."""
    tried = [Effects(grid, {}) for grid in grids(runs.plan)]
    for output in runs.plan.outputs if tried else ():
        changes = runs.changes(output)
        for one in tried:
            for effect, of, by_replicate in effects(one.grid.factors, one.grid.rows, changes):
                found = interval(by_replicate.tolist())
                if found.n:
                    one.found[output, effect, of] = found
    return tried


def write_effects(tried: Sequence[Effects], folder: Path) -> None:
    """Write ``effects.csv``: place, scheme, draw, output, unit, effect, of, value, low, high, n."""
    rows = [
        (one.grid.place, one.grid.scheme, one.grid.draw, output, unit_of(output), effect, of, *found)
        for one in tried
        for (output, effect, of), found in one.found.items()
    ]
    names = ["place", "scheme", "draw", "output", "unit", "effect", "of", "value", "low", "high", "n"]
    with replaced(folder / FILE) as fresh:
        write_csv(pd.DataFrame(rows, columns=names), fresh)


def effects(
    factors: Mapping[str, Sequence[Any]], rows: Mapping[Levels, int], values: Floats
) -> Iterator[tuple[str, str, Floats]]:
    """Every effect that the cells at hand can tell: its name, of what, and its size by replicate.

    * ``alone``: the factor at a value, all others at their first, against all at their first;
    * ``in company``: the factor at a value against its first, all others at their last;
    * ``main``: at a value against its first, averaged over all combinations of the others;
    * ``pair``: what two do together beyond the sum of what each does, all others at their first;
    * ``interaction``: the same, averaged over all combinations of the others;
    * ``joint``: all at their last against all at their first; ``sum of singles``: the effects alone, summed;
      ``beyond the sum``: joint less sum.

    Args:
        factors: the values of each factor.
        rows: by the number of each factor's value, a row of ``values``; there need not be every combination.
        values: one row a cell, one column a replicate.
    """
    names, sizes = list(factors), [len(x) for x in factors.values()]
    first, last = (0,) * len(sizes), tuple(n - 1 for n in sizes)

    def at(base: Levels, **levels: int) -> Levels:
        return tuple(levels.get(name, level) for name, level in zip(names, base, strict=True))

    def sum_of(signs: Mapping[Levels, float]) -> Floats | None:
        """A contrast of cells by replicate; None if one of them was not run."""
        if not signs.keys() <= rows.keys():
            return None
        return np.sum([sign * values[rows[levels]] for levels, sign in signs.items()], axis=0)

    def found() -> Iterator[tuple[str, str, Floats | None]]:
        for name in names:
            for level, of in _called(name, factors[name]):
                yield "alone", of, sum_of({at(first, **{name: level}): 1, first: -1})
                there, here = at(last, **{name: level}), at(last, **{name: 0})
                yield "in company", of, sum_of({there: 1, here: -1})
        for one, other in combinations(names, 2):
            for (a, of_a), (b, of_b) in product(_called(one, factors[one]), _called(other, factors[other])):
                both, single = at(first, **{one: a, other: b}), at(first, **{one: a})
                signs = {both: 1, single: -1, at(first, **{other: b}): -1, first: 1}
                yield "pair", of_a + TIMES + of_b, sum_of(signs)
        if len(rows) == np.prod(sizes):
            cube = np.empty((*sizes, values.shape[1]))
            for levels, row in rows.items():
                cube[levels] = values[row]
            yield from _averaged(factors, cube)
        joint = sum_of({last: 1, first: -1})
        alone = [sum_of({at(first, **{x: n - 1}): 1, first: -1}) for x, n in zip(names, sizes, strict=True)]
        singles = (
            None if any(x is None for x in alone) else np.sum([x for x in alone if x is not None], axis=0)
        )
        yield "joint", "all", joint
        yield "sum of singles", "all", singles
        yield "beyond the sum", "all", None if joint is None or singles is None else joint - singles

    return ((effect, of, size) for effect, of, size in found() if size is not None)


def _averaged(factors: Mapping[str, Sequence[Any]], cube: Floats) -> Iterator[tuple[str, str, Floats]]:
    """Effects averaged over all combinations of the other factors; the last axis are replicates."""
    names = list(factors)
    axes = range(len(names))
    for k, name in enumerate(names):
        mean = cube.mean(axis=tuple(axis for axis in axes if axis != k))
        for level, of in _called(name, factors[name]):
            yield "main", of, mean[level] - mean[0]
    for j, k in combinations(axes, 2):
        mean = cube.mean(axis=tuple(axis for axis in axes if axis not in (j, k)))
        one, other = _called(names[j], factors[names[j]]), _called(names[k], factors[names[k]])
        for (a, of_a), (b, of_b) in product(one, other):
            size = mean[a, b] - mean[a, 0] - mean[0, b] + mean[0, 0]
            yield "interaction", of_a + TIMES + of_b, size


def _called(name: str, values: Sequence[Any]) -> list[tuple[int, str]]:
    """The values beyond the first by number, and what the factor is called at each."""
    if tuple(values) == (OUT, IN):
        return [(1, name)]
    return [(level, setting(name, values[level])) for level in range(1, len(values))]


def setting(name: str, value: Any) -> str:
    """``reimbursement_gap = 0.2``."""
    return f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {value}"


def grids(plan: StudyPlan) -> Iterator[Grid]:
    """What of a study was tried in combination: its schemes at each point, its points under each scheme."""
    for number, place in enumerate(plan.places):
        here = [(row, cell) for row, cell in enumerate(plan.cells) if cell.place == number]
        yield from _of_schemes(plan, place.name, here)
        if plan.study.design is not None and plan.study.design.method == "full-factorial":
            yield from _of_points(plan, place.name, here)


def _of_schemes(plan: StudyPlan, place: str, here: list[tuple[int, Cell]]) -> Iterator[Grid]:
    """Schemes out and in, the status quo having none, at every point that has the status quo beside it."""
    named = [tuple(scheme.name.split(AND)) for scheme in plan.schemes[here[0][1].place]]
    names = list(dict.fromkeys(name for some in named for name in some))
    if all(len(some) == 1 for some in named):
        return
    factors = dict.fromkeys(names, (OUT, IN))
    status_quo = {cell.draw: row for row, cell in here if cell.scheme < 0}
    by_draw: dict[int, dict[Levels, int]] = {}
    for row, cell in here:
        if cell.scheme >= 0 and cell.pair >= 0:  # held against a status quo
            rows = by_draw.setdefault(cell.draw, {(0,) * len(names): status_quo[cell.pair]})
            rows[tuple(int(name in named[cell.scheme]) for name in names)] = row
    for draw, rows in by_draw.items():
        yield Grid(place, "", draw, factors, rows)


def _of_points(plan: StudyPlan, place: str, here: list[tuple[int, Cell]]) -> Iterator[Grid]:
    """The points of a full factorial under one scheme, or under the status quo if there is no other."""
    factors = {str(name): tuple(column.unique().tolist()) for name, column in plan.points.items()}
    numbers = {name: {value: k for k, value in enumerate(values)} for name, values in factors.items()}
    levels = {
        draw: tuple(numbers[str(name)][value] for name, value in point.items())
        for draw, point in zip(plan.points.index, plan.points.to_dict("records"), strict=True)
    }
    by_scheme: dict[int, dict[Levels, int]] = {}
    for row, cell in here:
        if cell.draw in levels and (cell.scheme >= 0 or not any(plan.schemes)):
            by_scheme.setdefault(cell.scheme, {})[levels[cell.draw]] = row
    for number, rows in by_scheme.items():
        name = plan.schemes[here[0][1].place][number].name if number >= 0 else "status-quo"
        yield Grid(place, name, 0, factors, rows)
