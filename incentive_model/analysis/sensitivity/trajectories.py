"""Trajectories: factors move one after the other, and what each step changes is that factor's doing.

Morris (1991; μ* of Campolongo et al. 2007): elementary effects d = Δy/Δx, x a part of the range; μ their
mean, μ* the mean of |d|, σ their standard deviation. Shapley effects between two independent points
(Goda 2021): Sh_i = E[(y₀ − (y + y′)/2)(y − y′)] / V, y and y′ before and after factor i moved, y₀ the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_model.analysis.sensitivity.evaluations import BaseRows, Floats, product
from incentive_model.inputs.design import Design, Factor
from incentive_model.runs.layout import Layout


class Steps(NamedTuple):
    """Who moves when.

    Attributes:
        mover: trajectory by step: the number of the factor (or group) that moves.
        size: trajectory by step: how far, as a part of its range.
    """

    mover: NDArray[np.int64]
    size: Floats


def steps(layout: Layout, design: Design, kept: NDArray[np.int64]) -> Steps:
    """The steps of some trajectories."""

    def by_base_row(cube: Floats) -> Floats:
        return np.diff(cube.reshape(int(layout.base[-1]) + 1, -1, len(layout.names))[kept], axis=1)

    moved = by_base_row(layout.cube)
    factor = np.abs(moved).argmax(axis=2)
    far = by_base_row(_places(layout.cube, list(design.factors.values())))
    size = np.take_along_axis(far, factor[..., None], axis=2)[..., 0]
    group_of = {name: group for group, names in design.groups.items() for name in names}
    numbers = np.array([layout.movers.index(group_of.get(name, name)) for name in layout.names])
    return Steps(numbers[factor], size)


def _places(cube: Floats, factors: Sequence[Factor]) -> Floats:
    """How far along its range each factor really is: one of two values goes from the first to the last in a
    step that is two thirds of the cube."""
    found = cube.copy()
    for k, factor in enumerate(factors):
        count = len(factor.values) or (round(factor.high - factor.low) + 1 if factor.whole else 0)
        if count > 1:
            found[:, k] = np.minimum(np.floor(cube[:, k] * count), count - 1) / (count - 1)
    return found


def elementary_effects(rows: BaseRows, walked: Steps, movers: int) -> Floats:
    """Trajectory by mover: change of the average over replicates for a step across the whole range; 0 where
    the step was too small to reach another value."""
    means = rows.values.sum(axis=2) / rows.counts[:, None]
    change = np.diff(means, axis=1)
    effects = np.divide(change, walked.size, out=np.zeros_like(change), where=walked.size != 0)
    found = np.empty((len(effects), movers))
    np.put_along_axis(found, walked.mover, effects, axis=1)
    return found


def morris_moments(effects: Floats) -> Floats:
    """Trajectory by moment: one, d, |d| and d² of each mover."""
    return np.concatenate([np.ones((len(effects), 1)), effects, np.abs(effects), effects**2], axis=1)


def morris_statistic(sums: Floats) -> Floats:
    """μ*, μ, σ of every mover from sums of moments."""
    n = sums[0]
    mu, mu_star, square = np.split(sums[1:] / n, 3)
    spread = np.maximum(square - mu**2, 0.0) * n / max(n - 1, 1)
    return np.concatenate([mu_star, mu, np.sqrt(spread)])


def shapley_moments(rows: BaseRows, walked: Steps, movers: int, *, mean: bool) -> Floats:
    """Trajectory by moment: what each mover contributes to the variance; they sum to it."""
    y, n = rows.values, rows.counts
    contributions = np.stack(
        [
            product(y[:, 0] - (y[:, step] + y[:, step + 1]) / 2, y[:, step] - y[:, step + 1], n, mean=mean)
            for step in range(y.shape[1] - 1)
        ],
        axis=1,
    )
    found = np.empty((len(y), movers))
    np.put_along_axis(found, walked.mover, contributions, axis=1)
    return found


def shapley_statistic(sums: Floats) -> Floats:
    """Shares of variance from contributions to it."""
    return sums / sums.sum(axis=0)
