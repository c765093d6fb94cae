"""A sensitivity index with its interval."""

from __future__ import annotations

from typing import NamedTuple


class Index(NamedTuple):
    """One sensitivity index.

    Attributes:
        index: which: first, total, second, shapley, mu, mu_star, sigma, luck …
        factor: a factor's or group's name, or two: ``a × b``.
        value: the estimate; a share may come out below zero.
        low, high: its 95% interval; NaN where there is none.
    """

    index: str  # type: ignore[assignment]  # a tuple's own index() is not missed
    factor: str
    value: float
    low: float
    high: float
