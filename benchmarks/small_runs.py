"""A run as studies make thousands of: 10,000 residents of Yong'an, 12 + 60 months."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.clock import Spread, rounds, seconds
from benchmarks.models import THREADS, built, forget
from incentive_model.inputs import load_place
from incentive_model.runs.plan import plan_runs
from incentive_model.runs.run import execute

RESIDENTS, BURN_IN, MONTHS = 10_000, 12, 60
PARTS = ("set_up", "months", "read_out")


def small_runs(n_rounds: int) -> dict[str, Any]:
    """Milliseconds of a warm run and of its parts, on one thread and on two, and as a study makes it."""
    place = load_place("yongan", RESIDENTS)
    request = plan_runs(place, [], replicates=1, months=MONTHS, burn_in=BURN_IN).requests[0]
    kept: dict[int, list[dict[str, float]]] = {threads: [] for threads in THREADS}

    def live(threads: int) -> Callable[[], float]:
        def run() -> float:
            parts = parts_of_a_run(place, threads)
            kept[threads].append(parts)
            return sum(parts.values())

        return run

    def study() -> float:
        return 1e3 * seconds(lambda: execute(place, request))

    ways: dict[Any, Callable[[], float]] = {threads: live(threads) for threads in THREADS}
    for work in (*ways.values(), study):
        work()  # to warm up
    for parts in kept.values():
        parts.clear()
    found = rounds("small runs", n_rounds, {**ways, "execute": study})
    return {
        "residents": RESIDENTS,
        "months": BURN_IN + MONTHS,
        "threads": {
            threads: {
                "total": Spread.of(found[threads]),
                **{name: Spread.of([parts[name] for parts in kept[threads]]) for name in PARTS},
            }
            for threads in THREADS
        },
        "execute": Spread.of(found["execute"]),
    }


def parts_of_a_run(place: Any, threads: int) -> dict[str, float]:
    """Milliseconds of set-up, months, and reading out what a study keeps."""
    models: list[Any] = []
    set_up = seconds(lambda: models.append(built(place, threads=threads)))
    (model,) = models
    lived = seconds(lambda: model.run(MONTHS))
    read = seconds(lambda: (model.indicators(), model.series(), model.flows()))
    forget(model)
    return {"set_up": 1e3 * set_up, "months": 1e3 * lived, "read_out": 1e3 * read}
