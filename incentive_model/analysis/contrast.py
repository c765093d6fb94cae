"""A linear contrast: a weighted sum of indicators under variants, replicate by replicate."""

from __future__ import annotations

import math
from collections.abc import Mapping

#: Variant → replicate → indicator → value; None or NaN where a run could not compute it.
Values = Mapping[str, Mapping[int, Mapping[str, float | None]]]
#: Indicator → variant → weight.
Weights = Mapping[str, Mapping[str, float]]


def contrast(values: Values, weights: Weights) -> dict[int, float | None]:
    """Σ weight·indicator(variant) for every replicate that all its variants have.

    The same replicate meets the same people and luck under every variant, so a contrast whose weights sum
    to zero is a paired difference. None where one of the terms could not be computed.
    """
    terms = [(weight, variant, name) for name, by in weights.items() for variant, weight in by.items()]
    replicates = set.intersection(*(set(values[variant]) for _, variant, _ in terms))
    found: dict[int, float | None] = {}
    for replicate in sorted(replicates):
        parts = [(weight, values[variant][replicate][name]) for weight, variant, name in terms]
        known = [weight * value for weight, value in parts if value is not None and not math.isnan(value)]
        found[replicate] = sum(known) if len(known) == len(parts) else None
    return found
