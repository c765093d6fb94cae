"""Trajectories: factors move one after the other, and what each step changes is that factor's doing.

Morris (1991; μ* of Campolongo et al. 2007): elementary effects d = Δy/Δx, x in the unit cube; μ their mean,
μ* the mean of |d|, σ their standard deviation. Shapley effects by trajectories between two independent points
(Goda 2021): Sh_i = E[(y₀ − (y + y′)/2)(y − y′)] / V, y and y′ before and after factor i moved, y₀ the start.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_model.analysis.sensitivity.evaluations import BaseRows, Floats, product
from incentive_model.runs.layout import Layout


class Steps(NamedTuple):
    """Who moves when.

    Attributes:
        mover: trajectory by step: the number of the factor (or group) that moves.
        size: trajectory by step: how far in the unit cube.
    """

    mover: NDArray[np.int64]
    size: Floats


def steps(layout: Layout, groups: dict[str, tuple[str, ...]], kept: NDArray[np.int64]) -> Steps:
    """The steps of some trajectories."""
    cube = layout.cube.reshape(int(layout.base[-1]) + 1, -1, len(layout.names))[kept]
    moved = np.diff(cube, axis=1)
    factor = np.abs(moved).argmax(axis=2)
    size = np.take_along_axis(moved, factor[..., None], axis=2)[..., 0]
    group_of = {name: group for group, names in groups.items() for name in names}
    numbers = np.array([layout.movers.index(group_of.get(name, name)) for name in layout.names])
    return Steps(numbers[factor], size)


def elementary_effects(rows: BaseRows, walked: Steps, movers: int) -> Floats:
    """Trajectory by mover: change of the average over replicates for a step across the whole range."""
    means = rows.values.sum(axis=2) / rows.counts[:, None]
    effects = np.diff(means, axis=1) / walked.size
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
