"""A study's runs as numbers: one array an output, a row a cell of the plan, a column a replicate."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from incentive_model.cards import indicators
from incentive_model.runs.study_plan import Cell, StudyPlan
from incentive_model.runs.sweep_folder import RUNS, SERIES

Floats = NDArray[np.float64]
MONEY = "yuan per resident-year"
#: Shown if a study does not name its outputs.
SHOWN = (
    "first_contact_primary_share",
    "up_referral_rate",
    "down_referral_rate",
    "unnecessary_referral_share",
    "visits_T2",
    "wait_days_T2_referred",
    "fund_spending",
    "oop_per_capita",
    "qalys_per_1000",
    "net_primary",
    "net_hospitals",
    "net_government",
)
#: So many outputs are shown at most.
MOST_OUTPUTS = 16


@dataclass(frozen=True)
class StudyRuns:
    """What a finished sweep measured.

    Attributes:
        folder: where its table of runs lies, whose rows stand in the order of the plan.
    """

    folder: Path
    plan: StudyPlan

    def values(self, output: str) -> Floats:
        """What every run gave, cell by replicate; NaN where it could not be computed."""
        column = pq.read_table(self.folder / RUNS, columns=[output])[output]
        return column.to_numpy().astype(np.float64).reshape(-1, self.plan.study.replicates)

    def changes(self, output: str) -> Floats:
        """The same less the status quo of the same place, parameters and luck.

        Zero for the status quo itself; where none was run, the values as they are.
        """
        return self.against(self.values(output))

    def against(self, values: Floats) -> Floats:
        """Values by cell (and replicate, and month) less those of the status quo, where one was run."""
        alone = (self._pairs < 0).reshape(-1, *[1] * (values.ndim - 1))
        return np.where(alone, values, values - values[self._pairs])

    def failed(self) -> NDArray[np.bool_]:
        """Which runs did not go well, cell by replicate."""
        column = pq.read_table(self.folder / RUNS, columns=["status"])["status"]
        failed = np.array([status != "done" for status in column.to_pylist()])
        return failed.reshape(-1, self.plan.study.replicates)

    def series(self, indicator: str) -> Floats:
        """An indicator in each month under the scheme: cell by replicate by month; NaN where none."""
        study = self.plan.study
        column = pq.read_table(self.folder / SERIES, columns=[indicator])[indicator].to_numpy()
        done = ~self.failed()
        found = np.full((*done.shape, study.months), np.nan)
        found[done] = column.reshape(-1, study.burn_in + study.months)[:, study.burn_in :]
        return found

    @functools.cached_property
    def rows(self) -> dict[Cell, int]:
        """Where each cell stands."""
        return {cell: row for row, cell in enumerate(self.plan.cells)}

    @functools.cached_property
    def _pairs(self) -> NDArray[np.int64]:
        """By row, the row that it is held against; −1: none."""

        def pair(cell: Cell, row: int) -> int:
            if cell.scheme < 0:
                return row if any(self.plan.schemes) else -1
            return -1 if cell.pair < 0 else self.rows[Cell(cell.place, cell.pair, -1, -1)]

        return np.array([pair(cell, row) for cell, row in self.rows.items()])


def outputs_shown(plan: StudyPlan) -> list[str]:
    """The outputs that are shown: the first that were asked for."""
    return list(plan.study.outputs or SHOWN)[:MOST_OUTPUTS]


def unit_of(output: str) -> str:
    """What an output is counted in."""
    card = indicators().get(output)
    if card is not None:
        return card.unit
    return "QALYs per resident-year" if output.startswith("qalys") else MONEY
