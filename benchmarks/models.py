"""Models to be measured."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import mesa

from benchmarks.clock import seconds
from incentive_model import IncentiveModel

SEED = 1
THREADS = {1: "one thread", 2: "two threads"}
WARM_UP = 2  #: months before the first one that counts


def built(place: Any, *, threads: int = 1, kind: type[IncentiveModel] = IncentiveModel) -> IncentiveModel:
    """A model of the status quo, whose year begins with its first month."""
    return kind(place, "status-quo", seed=SEED, burn_in=12, threads=threads)


def warm(model: IncentiveModel) -> IncentiveModel:
    """The model with a few months behind it."""
    for _ in range(WARM_UP):
        model.step()
    return model


def months(model: Any, n: int) -> Callable[[], float]:
    """What runs so many more months and says how long one of them took."""

    def step() -> float:
        def run() -> None:
            for _ in range(n):
                model.step()

        return seconds(run) / n

    return step


def forget(model: IncentiveModel) -> None:
    """Let a model go: Mesa 3.3 keeps every one ever built."""
    getattr(mesa.Agent, "_ids", {}).pop(model, None)
    gc.collect()
