"""Small arithmetic on columns (see ``rules.maths``, ``rules.quality`` and ``rules.billing``)."""

from typing import Any

import numpy as np

from benchmarks.numpy_month.people import Column


def sigma(x: Column) -> Column:
    """The logistic function."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0.0, 1.0, e) / (1.0 + e)


def clip(x: Column, low: float, high: float) -> Column:
    """Held inside [low, high]."""
    return np.minimum(np.maximum(x, low), high)


def nano(x: Column) -> Column:
    """In whole billionths."""
    return np.floor(x * 1e9 + 0.5).astype(np.int64)


def success(p: Any, capability: Column, severity: Column) -> Column:
    """Chance that treatment succeeds."""
    return sigma(p.quality_slope * (capability - severity) + p.quality_level)


def bed_need(p: Any, tier: Column, severity: Column) -> Column:
    """Chance that a case needs a bed at a tier."""
    centre = tier == 1
    need = p.bed_ceiling * sigma(
        p.bed_slope * (severity + np.where(centre, p.centre_bed_shift, 0.0) - p.bed_midpoint)
    )
    return np.where((tier == 0) | (centre & (severity >= p.centre_bed_limit)), 0.0, need)


def expected_patient_cost(price: Column, uncovered: Column, deductible: Column, rate: Column) -> Column:
    """What a patient expects to pay, in yuan."""
    over = np.maximum(price - deductible, 0.0)
    return np.minimum(deductible, price) + (1.0 - rate * (1.0 - uncovered)) * over
