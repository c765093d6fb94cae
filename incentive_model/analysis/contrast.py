"""A linear contrast: a weighted sum of indicators under variants, replicate by replicate."""

from __future__ import annotations

import math
from collections.abc import Mapping

#: Variant → replicate → indicator → value; None or NaN where a run could not compute it.
Values = Mapping[str, Mapping[int, Mapping[str, float | None]]]
#: Indicator → variant → weight.
Weights = Mapping[str, Mapping[str, float]]


def contrast(values: Values, weights: Weights, per: Weights | None = None) -> dict[int, float | None]:
    """Σ weight·indicator(variant) for every replicate that all its variants have, over the same of ``per``.

    The same replicate meets the same people and luck under every variant, so a contrast whose weights sum
    to zero is a paired difference. None where one of the terms could not be computed, or ``per`` is zero.
    """
    above = _sums(values, weights)
    if not per:
        return above
    below = _sums(values, per)
    found: dict[int, float | None] = {}
    for replicate in sorted(above.keys() & below.keys()):
        a, b = above[replicate], below[replicate]
        found[replicate] = a / b if a is not None and b else None
    return found


def _sums(values: Values, weights: Weights) -> dict[int, float | None]:
    terms = [(weight, variant, name) for name, by in weights.items() for variant, weight in by.items()]
    replicates = set.intersection(*(set(values[variant]) for _, variant, _ in terms))
    found: dict[int, float | None] = {}
    for replicate in sorted(replicates):
        parts = [(weight, values[variant][replicate][name]) for weight, variant, name in terms]
        known = [weight * value for weight, value in parts if value is not None and not math.isnan(value)]
        found[replicate] = sum(known) if len(known) == len(parts) else None
    return found
