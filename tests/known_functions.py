"""Functions whose sensitivity indices are known exactly."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, prod, sin
from typing import Any

import numpy as np

#: Ishigami with a = 7, b = 0.1: variance, first-order, total and Shapley indices.
ISHIGAMI_FACTORS = {"x1": (-pi, pi), "x2": (-pi, pi), "x3": (-pi, pi)}
ISHIGAMI_VARIANCE = 13.844588
ISHIGAMI = {
    "first": (0.313905, 0.442411, 0.0),
    "total": (0.557589, 0.442411, 0.243684),
    "shapley": (0.435747, 0.442411, 0.121842),
}
#: Sobol's G with eight factors.
G_WEIGHTS = (0, 1, 4.5, 9, 99, 99, 99, 99)
G_FACTORS = {f"x{k}": (0.0, 1.0) for k in range(1, 9)}
G = {
    "first": (0.716192, 0.179048, 0.023676, 0.007162, *[0.0000716] * 4),
    "total": (0.787144, 0.242198, 0.034317, 0.010460, *[0.000105] * 4),
}


def ishigami(factors: dict[str, Any], seed: int = 0) -> float:
    """sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁"""
    x1, x2, x3 = factors["x1"], factors["x2"], factors["x3"]
    return sin(x1) + 7 * sin(x2) ** 2 + 0.1 * x3**4 * sin(x1)


def sobol_g(factors: dict[str, Any], seed: int = 0) -> float:
    """Π (|4xᵢ − 2| + aᵢ)/(1 + aᵢ)"""
    return prod((abs(4 * factors[f"x{k}"] - 2) + a) / (1 + a) for k, a in enumerate(G_WEIGHTS, start=1))


def noisy_ishigami(share: float, *, common: bool) -> Callable[[dict[str, Any], int], float]:
    """Ishigami with noise that is so large a share of one run's variance: the same at all points of a base
    row, as luck in common is, or other noise at every point."""
    spread = (ISHIGAMI_VARIANCE * share / (1 - share)) ** 0.5
    one = np.random.default_rng(7)

    def noisy(factors: dict[str, Any], seed: int) -> float:
        rng = np.random.default_rng(seed) if common else one
        return ishigami(factors) + spread * float(rng.normal())

    return noisy
