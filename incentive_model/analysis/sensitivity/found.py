"""Indices of one output, by the design's own method."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from incentive_model.analysis.sensitivity import sobol, trajectories
from incentive_model.analysis.sensitivity.evaluations import (
    BaseRows,
    Evaluations,
    Floats,
    base_rows,
    luck_moments,
    luck_share,
)
from incentive_model.analysis.sensitivity.fourier import fast
from incentive_model.analysis.sensitivity.index import Index
from incentive_model.analysis.sensitivity.jackknife import Estimate, in_blocks
from incentive_model.analysis.sensitivity.ranking import Ranking, ranking
from incentive_model.inputs.design import DUMMY
from incentive_model.runs.layout import BLOCKS

#: Differences of that size, beside the largest value, are rounding.
ROUNDING = 1e-12
#: Index and factor of luck's share.
LUCK = ("luck", "luck")


class Found(NamedTuple):
    """Some indices of one output.

    Attributes:
        labels: index and factor of each number.
        estimate: the numbers.
        base_rows: base rows that they rest on.
    """

    labels: list[tuple[str, str]]
    estimate: Estimate
    base_rows: int

    def indices(self) -> Iterator[Index]:
        """One by one."""
        for (index, factor), (value, low, high) in zip(self.labels, self.numbers(), strict=True):
            yield Index(index, factor, float(value), float(low), float(high))

    def numbers(self) -> Floats:
        """By label: value, low, high."""
        value, width = self.estimate.values, self.estimate.half_widths()
        return np.stack([value, value - width, value + width], axis=1)

    def has(self, index: str) -> bool:
        """Whether it has an index of that kind."""
        return any(kind == index for kind, _ in self.labels)

    def ranked(self, index: str) -> Ranking:
        """Factors by one of the indices; the dummy is none."""
        of = {k: name for k, (kind, name) in enumerate(self.labels) if kind == index and name != DUMMY}
        return ranking(self.estimate, of, self.base_rows)


def found(evaluations: Evaluations, values: Floats, *, mean: bool) -> list[Found]:
    """Indices by the design's own method, the main ones first, and luck's share if there are replicates.

    Args:
        values: point by replicate.
        mean: of E[Y|X]; False: of the average over replicates, luck included.

    Returns:
        Empty if nothing is left of the base rows; luck's share alone if E[Y|X] may as well be constant, or
        the design is for given-data methods.
    """
    several = values.shape[1] > 1
    rows = base_rows(values, evaluations.layout.base, 2 if several else 1)
    if len(rows.kept) < 2:
        return []
    method = evaluations.design.method
    largest = np.abs(values[np.isfinite(values)]).max()
    if np.ptp(rows.values[:, _sample(method)]) <= ROUNDING * largest:
        return []  # what varies went, or is in mixtures alone: there is no variance to share out
    if method == "fast":
        kinds = [] if mean else _fast(evaluations, values)
    elif method in BY_BASE_ROWS:
        kinds = BY_BASE_ROWS[method](evaluations, rows, mean)
    else:
        kinds = []
    if not (several and mean):
        return kinds
    share = _luck(rows, method)
    if not share.numbers()[0, 2] < 1.0:
        kinds = []  # a variance that may as well be nothing has no shares
    return [*kinds, share]


def _sample(method: str) -> slice | list[int]:
    """Which points of a base row are a random sample: of Sobol designs the two independent ones."""
    return [0, -1] if method == "sobol" else slice(None)


def _luck(rows: BaseRows, method: str) -> Found:
    """Luck's share of one run's variance."""
    moments = luck_moments(rows, _sample(method))
    parts = in_blocks(moments, rows.kept, BLOCKS if method == "sobol" else 0)
    return _found([LUCK], Estimate(parts, luck_share), rows)


def _found(labels: list[tuple[str, str]], estimate: Estimate, rows: BaseRows) -> Found:
    return Found(labels, estimate, len(rows.kept))


def _sobol(evaluations: Evaluations, rows: BaseRows, mean: bool) -> list[Found]:
    second, movers = evaluations.design.second_order, evaluations.layout.movers
    moments = sobol.moments(rows, len(movers), second_order=second, mean=mean)
    statistic = partial(sobol.statistic, movers=len(movers), second_order=second)
    estimate = Estimate(in_blocks(moments, rows.kept, BLOCKS), statistic)
    return [_found(sobol.labels(movers, second_order=second), estimate, rows)]


def _morris(evaluations: Evaluations, rows: BaseRows, mean: bool) -> list[Found]:
    """Of groups only μ* means anything. Several level counts have a μ* each, beside that of all."""
    if mean:
        return []
    design, movers = evaluations.design, evaluations.layout.movers
    walked = trajectories.steps(evaluations.layout, design, rows.kept)
    effects = trajectories.elementary_effects(rows, walked, len(movers))

    def estimated(some: Floats, ending: str = "") -> Found:
        kinds = ["mu_star"] if design.groups else ["mu_star", "mu", "sigma"]

        def statistic(sums: Floats) -> Floats:
            return trajectories.morris_statistic(sums)[: len(kinds) * len(movers)]

        estimate = Estimate(trajectories.morris_moments(some), statistic)
        return _found([(f"{kind}{ending}", name) for kind in kinds for name in movers], estimate, rows)

    kinds = [estimated(effects)]
    for k, levels in enumerate(design.levels if len(design.levels) > 1 else ()):
        some = effects[rows.kept % len(design.levels) == k]
        if len(some) > 1:
            kinds.append(estimated(some, f"_of_{levels}_levels"))
    return kinds


def _shapley(evaluations: Evaluations, rows: BaseRows, mean: bool) -> list[Found]:
    movers = evaluations.layout.movers
    walked = trajectories.steps(evaluations.layout, evaluations.design, rows.kept)
    moments = trajectories.shapley_moments(rows, walked, len(movers), mean=mean)
    estimate = Estimate(moments, trajectories.shapley_statistic)
    return [_found([("shapley", name) for name in movers], estimate, rows)]


#: How the indices of a design of base rows are found.
BY_BASE_ROWS: dict[str, Callable[[Evaluations, BaseRows, bool], list[Found]]] = {
    "sobol": _sobol,
    "morris": _morris,
    "shapley": _shapley,
}


def _fast(evaluations: Evaluations, values: Floats) -> list[Found]:
    names, means = evaluations.layout.names, averages(values)
    if not np.isfinite(means).all():
        return []
    labels = [(index, name) for index in ("first", "total") for name in names]
    return [Found(labels, Estimate(fast(means, len(names))[None], np.asarray), len(means))]


def averages(values: Floats) -> Floats:
    """By point, the average over the replicates that are there; NaN where there is none."""
    there = np.isfinite(values)
    counts = there.sum(axis=1)
    sums = np.where(there, values, 0.0).sum(axis=1)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
