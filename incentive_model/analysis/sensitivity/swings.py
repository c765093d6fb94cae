"""Swings: what each factor does when it alone is moved from what it is (a tornado)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from incentive_model.analysis.intervals import interval
from incentive_model.analysis.sensitivity.factor_info import FactorInfo
from incentive_model.analysis.sensitivity.result import (
    BOXES,
    CONVERGENCE,
    INDICES,
    SWINGS,
    THROUGH_TIME,
    Sensitivity,
)
from incentive_model.analysis.study_runs import StudyRuns, outputs_shown, unit_of

#: Ends of a factor's values.
LOW, HIGH, BETWEEN = "low", "high", "between"


def swings_of(runs: StudyRuns, factors: Sequence[FactorInfo]) -> Sensitivity:
    """What a study of one factor at a time found."""
    plan = runs.plan
    table = pd.DataFrame(list(_swings(runs)), columns=list(SWINGS))
    empty = [pd.DataFrame(columns=list(x)) for x in (INDICES, THROUGH_TIME, CONVERGENCE, BOXES)]
    return Sensitivity(
        title=plan.study.title,
        design="one-at-a-time",
        factors=tuple(factors),
        outputs={name: unit_of(name) for name in outputs_shown(plan)},
        base_rows=1,
        replicates=plan.study.replicates,
        runs=len(plan),
        failed=int(runs.failed().sum()),
        dropped_base_rows=0,
        dropped_replicates=0,
        constant=(),
        indices=empty[0],
        through_time=empty[1],
        convergence=empty[2],
        swings=table,
        boxes=empty[3],
        verdicts={name: _verdict(name, table) for name in outputs_shown(plan)},
    )


def _verdict(output: str, table: pd.DataFrame) -> str:
    """Which factors move an output most."""
    mine = table[table["output"] == output].dropna(subset="change")
    if not len(mine):
        return f"{output} could not be computed."
    widest = mine.groupby("factor", sort=False)["change"].agg(lambda x: x.abs().max())
    names = widest.sort_values(ascending=False, kind="stable").index[:3].tolist()
    if widest.max() == 0:
        return f"{output} is constant: it does not hang on anything that was varied."
    return f"{output} is moved most by {', '.join(names)}, one at a time."


def _swings(runs: StudyRuns) -> Iterator[tuple[Any, ...]]:
    """Of every output and value of a factor: by how much the output differs, with its 95% interval, from a
    run with the same luck in which nothing was moved. In the first place and under the first scheme.

    Yields:
        Output, factor, which end, value, change, low, high.
    """
    plan = runs.plan
    tried = 0 if plan.schemes[0] else -1
    rows = {cell.draw: row for row, cell in enumerate(plan.cells) if cell[::2] == (0, tried)}
    status_quo = {cell.draw: row for row, cell in enumerate(plan.cells) if cell[::2] == (0, -1)}
    still = rows[0] if 0 in rows else status_quo[0]
    for output in outputs_shown(plan):
        values = runs.values(output)
        for name, column in plan.points.items():
            draws = column.dropna()
            for place, (draw, value) in enumerate(zip(draws.index.tolist(), draws.tolist(), strict=True)):
                ends = (LOW if place == 0 else HIGH) if place in (0, len(draws) - 1) else BETWEEN
                change = interval((values[rows[draw]] - values[still]).tolist())
                said = value if isinstance(value, str) else f"{value:g}"
                blank = (np.nan if x is None else x for x in change[:3])
                yield (output, str(name), ends, said, *blank)
