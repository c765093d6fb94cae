"""Sobol indices: shares of variance (Sobol 1993, Saltelli et al. 2010, Jansen 1999).

With A and B two independent samples, AB_i as A but for factor i, which is as in B, and BA_i the other way:

    V = ½ E[A² + B²],  S_i = E[B (AB_i − A)] / V,  T_i = ½ E[(A − AB_i)²] / V,
    S_ij = E[BA_i AB_j − A B] / V − S_i − S_j

outputs centred. Shapley effects (Owen 2014) share each interaction out equally among those who make it, so
that they sum to one: Sh_i = S_i + ½ Σ_j S_ij + ⅓ (T_i − S_i − Σ_j S_ij), which is exact if no more than three
factors interact; without pairs S_i + ½ (T_i − S_i), exact if no more than two do.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from incentive_model.analysis.effects import TIMES
from incentive_model.analysis.sensitivity.evaluations import BaseRows, Floats, product


def labels(movers: Sequence[str], *, second_order: bool) -> list[tuple[str, str]]:
    """Index and factor of each number of :func:`statistic`, in its order."""
    found = [(index, name) for index in ("first", "total", "shapley") for name in movers]
    if second_order:
        found += [("second", TIMES.join(pair)) for pair in combinations(movers, 2)]
    return found


def moments(rows: BaseRows, movers: int, *, second_order: bool, mean: bool) -> Floats:
    """What indices are made of, base row by moment: V, then S_i, T_i, S_ij, each times V.

    Args:
        mean: of E[Y|X], free of luck; False: of the average over replicates.
    """
    y, n = rows.values, rows.counts
    a, ab, b = y[:, 0], y[:, 1 : 1 + movers], y[:, -1]

    def times(x: Floats, z: Floats) -> Floats:
        return product(x, z, n, mean=mean)

    both = times(a, b)
    first = [times(b, ab[:, i] - a) for i in range(movers)]
    found = [(times(a, a) + times(b, b)) / 2, *first]
    found += [times(a - ab[:, i], a - ab[:, i]) / 2 for i in range(movers)]
    if second_order:
        ba = y[:, 1 + movers : 1 + 2 * movers]
        found += [
            times(ba[:, i], ab[:, j]) - both - first[i] - first[j] for i, j in combinations(range(movers), 2)
        ]
    return np.stack(found, axis=1)


def statistic(sums: Floats, movers: int, *, second_order: bool) -> Floats:
    """Indices from sums of moments, in the order of :func:`labels`."""
    shares = sums[1:] / sums[0]
    first, total, second = shares[:movers], shares[movers : 2 * movers], shares[2 * movers :]
    shapley = (first + total) / 2
    if second_order:
        pairs = np.zeros_like(first)
        for share, (i, j) in zip(second, combinations(range(movers), 2), strict=True):
            pairs[i] += share
            pairs[j] += share
        shapley = first + pairs / 2 + (total - first - pairs) / 3
    return np.concatenate([first, total, shapley, second])
