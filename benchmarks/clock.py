"""Seconds: taken in rounds, told as a median and a range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

from tqdm import tqdm

Key = TypeVar("Key")


@dataclass(frozen=True)
class Spread:
    """What repeats of a measurement gave."""

    median: float
    low: float
    high: float
    repeats: int

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        """Of some values."""
        return Spread(median(values), min(values), max(values), len(values))


def seconds(work: Callable[[], Any]) -> float:
    """How long something takes once."""
    start = perf_counter()
    work()
    return perf_counter() - start


def rounds(title: str, n: int, contenders: Mapping[Key, Callable[[], float]]) -> dict[Key, list[float]]:
    """What contenders return, each called once a round: what slows the machine meets them all."""
    found: dict[Key, list[float]] = {key: [] for key in contenders}
    for _ in tqdm(range(n), desc=title):
        for key, contender in contenders.items():
            found[key].append(contender())
    return found
