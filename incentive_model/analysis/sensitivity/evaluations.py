"""Evaluations: what a model gave at the points of a sampled design, replicate by replicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.inputs.design import Design
from incentive_model.runs.layout import Layout

Floats = NDArray[np.float64]


class Output(NamedTuple):
    """One output at every point.

    Attributes:
        name, unit: of the output.
        values: point by replicate (by month); NaN where the run failed or it could not be computed.
    """

    name: str
    unit: str
    values: Floats


@dataclass(frozen=True, eq=False)
class Evaluations:
    """What a model gave.

    Attributes:
        design, layout, points: what was tried, and where it stands in the unit cube.
        outputs: over all months.
        months: outputs in the course of time, by the last month of each quarter.
        runs, failed: how many were made, and failed.
    """

    design: Design
    layout: Layout
    points: pd.DataFrame
    outputs: tuple[Output, ...]
    runs: int
    failed: int
    months: tuple[int, ...] = ()
    through_time: tuple[Output, ...] = ()

    @property
    def replicates(self) -> int:
        """Replicates of each point."""
        return self.outputs[0].values.shape[1]

    @property
    def base_rows(self) -> int:
        """Base rows of the design."""
        return int(self.layout.base[-1]) + 1

    def first(self, base_rows: int, failed: int = 0) -> Evaluations:
        """The same of the first base rows alone, over all months."""
        keep = self.layout.base < base_rows
        layout = Layout(
            self.layout.names,
            self.layout.movers,
            self.layout.cube[keep],
            self.layout.base[keep],
            self.layout.luck[keep],
        )
        outputs = tuple(x._replace(values=x.values[keep]) for x in self.outputs)
        runs = int(keep.sum()) * self.replicates
        return Evaluations(self.design, layout, self.points[keep], outputs, runs, failed)


class BaseRows(NamedTuple):
    """An output by base row, without what cannot be used.

    Attributes:
        values: base row, point of it, replicate; what is missing is 0 and not counted.
        counts: by base row, replicates that are there at every point of it; all of them at least ``need``.
        kept: numbers of the base rows that are left.
        dropped_replicates: of base rows that are left, replicates that are not.
    """

    values: Floats
    counts: NDArray[np.int64]
    kept: NDArray[np.int64]
    dropped_replicates: int


def base_rows(values: Floats, base: NDArray[np.int64], need: int) -> BaseRows:
    """Put values by base row, centred, and drop what is not whole.

    A replicate in which any point of a base row has no finite value is dropped for the whole base row; a base
    row that fewer than ``need`` replicates are left of goes with them.
    """
    rows = values.reshape(int(base[-1]) + 1, -1, values.shape[1])
    whole = np.asarray(np.isfinite(rows).all(axis=1))  # base row by replicate
    counts = whole.sum(axis=1)
    kept = np.flatnonzero(counts >= need)
    rows, whole = rows[kept], whole[kept]
    if len(kept):
        there = np.broadcast_to(whole[:, None, :], rows.shape)
        rows = np.where(there, rows - rows[there].mean(), 0.0)
    lost = int(whole.size - whole.sum())
    return BaseRows(rows, counts[kept], kept, lost)


def product(x: Floats, y: Floats, counts: NDArray[np.int64], *, mean: bool) -> Floats:
    """The product of two outputs at one base row, free of luck or not.

    Luck that two runs have in common is in the product of their outputs, but not in the product of one
    replicate's output and another replicate's: averaged over all pairs of different replicates (a
    U-statistic; Hoeffding 1948), products are those of the means E[Y|X], without bias, however luck is
    correlated between points.

    Args:
        x, y: base row by replicate, 0 where not counted.
        mean: of the means; False: of the averages over replicates as they are, luck included.
    """
    if mean:
        return (x.sum(axis=1) * y.sum(axis=1) - (x * y).sum(axis=1)) / (counts * (counts - 1))
    return x.sum(axis=1) * y.sum(axis=1) / counts**2


def luck_moments(rows: BaseRows, points: slice | list[int]) -> Floats:
    """Of some points of each base row: variance over replicates w, and (y − mean)² free of luck, whose
    average over base rows is the variance b of E[Y|X]; base row by these two."""
    y, n = rows.values[:, points], rows.counts[:, None]
    w = ((y * y).sum(axis=2) - y.sum(axis=2) ** 2 / n) / (n - 1)
    b = (y.sum(axis=2) ** 2 - (y * y).sum(axis=2)) / (n * (n - 1))
    return np.stack([w.mean(axis=1), b.mean(axis=1)], axis=1)


def luck_share(sums: Floats) -> Floats:
    """Luck's share of one run's variance, w/(w + b), from sums of :func:`luck_moments`."""
    return sums[:1] / (sums[0] + sums[1])


def dispersions(values: Floats) -> Floats:
    """The variance over replicates as an output of its own: of every two replicates (y₁ − y₂)²/2, whose mean
    it is. Point by pair of replicates."""
    pairs = values.shape[1] // 2
    return (values[:, 0 : 2 * pairs : 2] - values[:, 1 : 2 * pairs : 2]) ** 2 / 2
