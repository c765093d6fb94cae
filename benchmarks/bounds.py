"""How fast a month could be at best: what memory must move, and what draws and functions alone take."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.children import child
from benchmarks.clock import Spread, rounds, seconds
from benchmarks.models import THREADS, built, months, warm
from incentive_model.chance.draws import uniform_pair
from incentive_model.chance.elementary import cos_of_turns, log
from incentive_model.engine.columns import RESIDENT, TIES, table
from incentive_model.engine.compiled import compiled
from incentive_model.inputs import load_place

Floats = NDArray[np.float64]

SOME = 1024  #: numbers a kernel works on, as many as residents in a tile
TIMES = 2_000  #: over them
COUNTED = (500, 12)  #: residents and months whose draws are counted

#: Bytes a resident's month must move: the row in and out, ties in, what is heard in and what is said out.
MONTH_BYTES = 2 * table(RESIDENT, 0).itemsize + 4 * TIES + 2 * 4 + 2 * 4


def draw_some(key: tuple[int, int], month: int, lo: int, hi: int, out: Floats, more: Floats) -> None:
    """A pair of uniform numbers each."""
    for _ in range(TIMES):
        for k in range(lo, hi):
            out[k], more[k] = uniform_pair(key, 1, k, month, 0)


def log_some(lo: int, hi: int, given: Floats, out: Floats) -> None:
    """A logarithm each."""
    for _ in range(TIMES):
        for k in range(lo, hi):
            out[k] = log(given[k])


def cos_some(lo: int, hi: int, given: Floats, out: Floats) -> None:
    """A cosine and a square root each."""
    for _ in range(TIMES):
        for k in range(lo, hi):
            out[k] = math.sqrt(given[k]) * cos_of_turns(given[k])


def exp_some(lo: int, hi: int, given: Floats, out: Floats) -> None:
    """An exponential each."""
    for _ in range(TIMES):
        for k in range(lo, hi):
            out[k] = math.exp(-given[k])


def bounds(n_rounds: int, residents: int, copied: int) -> dict[str, Any]:
    """Nanoseconds a patient-month by both bounds and as measured, on one thread and on two.

    Args:
        copied: numbers of 8 bytes in the array that is copied; far more than the processor's caches hold.
    """
    counts = child("counting", *COUNTED, NUMBA_DISABLE_JIT="1")
    given, out, more = columns()
    kernels: dict[str, Callable[[], Any]] = {
        "draws": lambda: compiled(draw_some)((1, 2), 3, 0, SOME, out, more),
        "logs": lambda: compiled(log_some)(0, SOME, given, out),
        "cosines": lambda: compiled(cos_some)(0, SOME, given, out),
        "exps": lambda: compiled(exp_some)(0, SOME, given, out),
    }
    place = load_place("yongan", residents)
    source, target = np.ones(copied), np.ones(copied)
    jobs: dict[Any, Callable[[], float]] = {}
    for name, kernel in kernels.items():
        kernel()  # compiles
        jobs[name] = partial(nanoseconds, kernel)
    for threads in THREADS:
        jobs["copy", threads] = partial(copy_rate, source, target, threads)
        jobs["month", threads] = months(warm(built(place, threads=threads)), 2)
    found = rounds("bounds", n_rounds, jobs)
    of = {name: Spread.of(found[name]) for name in kernels}
    compute = sum(counts[name] * spread.low for name, spread in of.items())
    return {
        "by_patient_month": counts,
        "nanoseconds": of,
        "bytes_a_month": MONTH_BYTES,
        "threads": {
            threads: shares(
                Spread.of([1e9 * month / residents for month in found["month", threads]]),
                Spread.of(found["copy", threads]),
                compute / threads,
            )
            for threads in THREADS
        },
    }


def nanoseconds(kernel: Callable[[], Any]) -> float:
    """What a kernel takes for each number."""
    return 1e9 * seconds(kernel) / SOME / TIMES


def columns() -> list[Floats]:
    """Three columns of numbers between 0 and 1.

    They begin a quarter of a page apart: the processor takes a load for one that waits for a store, if their
    addresses differ by whole pages, and a kernel's time would depend on where arrays happened to be.
    """
    row = SOME + 128
    paper = np.linspace(0.01, 0.99, 3 * row)
    return [paper[k * row : k * row + SOME] for k in range(3)]


def shares(month: Spread, copy: Spread, compute: float) -> dict[str, Any]:
    """Which bound is nearer, and how much of the speed it allows is reached.

    A bound is what is possible: by the fastest round of each kernel and copy.
    """
    memory = MONTH_BYTES / copy.high
    return {
        "month": month,
        "copy_gigabytes_a_second": copy,
        "memory_bound": memory,
        "compute_bound": compute,
        "nearer": "compute" if compute > memory else "memory",
        "share_reached": max(compute, memory) / month.median,
    }


def copy_rate(source: Floats, target: Floats, threads: int) -> float:
    """Gigabytes a second that a copy reads and writes."""
    ends = [len(source) * k // threads for k in range(threads + 1)]
    parts = [slice(a, b) for a, b in pairwise(ends)]
    with ThreadPoolExecutor(threads) as pool:

        def copy() -> None:
            list(pool.map(lambda part: np.copyto(target[part], source[part]), parts))

        return 2 * source.nbytes / seconds(copy) / 1e9
