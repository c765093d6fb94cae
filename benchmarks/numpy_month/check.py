"""Whether the month in NumPy is the engine's."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.numpy_month.model import CHANGED, NumpyModel
from incentive_model import IncentiveModel

IN_A_QUEUE = ("queue_class",)  #: mean something there only
ROUNDING = 1e-6  #: of numbers in single precision


def differences(engine: IncentiveModel, other: NumpyModel) -> list[str]:
    """Where a month of the two models differs, each in a line: nowhere, or at most by rounding."""
    found = []
    for name in engine.tally._fields:
        ours, theirs = getattr(other.tally, name), getattr(engine.tally, name)
        if not np.array_equal(ours, theirs):
            found.append(f"month {engine.month}: {name} differ in {(ours != theirs).sum()} cells")
    other.hand_back()
    queued = engine.residents["queue_slot"] >= 0
    for name in CHANGED:
        ours, theirs = other.residents[name], engine.residents[name]
        if name in IN_A_QUEUE:
            ours, theirs = ours[queued], theirs[queued]
        if not np.allclose(ours, theirs, rtol=0.0, atol=ROUNDING):
            found.append(f"month {engine.month}: residents.{name} differ in {(ours != theirs).sum()} places")
    return found


def check(months: int, *args: Any, **settings: Any) -> list[str]:
    """Run engine and NumPy side by side from the burn-in; what differed."""
    engine, other = IncentiveModel(*args, **settings), NumpyModel(*args, **settings)
    found: list[str] = []
    while engine.month < months:
        engine.step()
        other.step()
        found += differences(engine, other)
    return found
