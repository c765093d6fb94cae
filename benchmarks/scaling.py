"""Time against residents and against facilities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.clock import Spread, rounds, seconds
from benchmarks.models import THREADS, built, forget, months, warm
from benchmarks.prefecture import prefecture
from benchmarks.slopes import slope
from incentive_model.inputs import Place

MONTHS = 2  #: a round


@dataclass(frozen=True)
class Point:
    """A place of some size on some threads."""

    residents: int
    facilities: int
    threads: int
    set_up: Spread  #: seconds
    month: Spread  #: seconds
    rate: Spread  #: million patient-months a second, without set-up


def by_population(n_rounds: int, sizes: Sequence[int], run_months: int) -> dict[str, Any]:
    """Points at a constant number of residents a facility, their slopes, and one long run of the largest."""
    places = [prefecture(size) for size in sizes]
    points, models = measure("population", n_rounds, places, list(THREADS))
    long = models[-1]  # the largest place on the most threads
    whole = months(long, run_months)() * run_months
    slopes = {}
    for threads, name in THREADS.items():
        mine = [point for point in points if point.threads == threads]
        x = [point.residents for point in mine]
        slopes[f"month, {name}"] = slope(x, [point.month.median for point in mine])
        slopes[f"set-up, {name}"] = slope(x, [point.set_up.median for point in mine])
    run = {
        "residents": sizes[-1],
        "threads": points[-1].threads,
        "months": run_months,
        "seconds": whole,
        "million_patient_months_a_second": sizes[-1] * run_months / whole / 1e6,
    }
    return {"points": [asdict(point) for point in points], "slopes": slopes, "long_run": run}


def by_facilities(n_rounds: int, residents: int, numbers: Sequence[int]) -> dict[str, Any]:
    """Points at a constant population, and their slopes."""
    places = [prefecture(residents, number) for number in numbers]
    points, _ = measure("facilities", n_rounds, places, (1,))
    x = [point.facilities for point in points]
    return {
        "points": [asdict(point) for point in points],
        "slopes": {
            "month": slope(x, [point.month.median for point in points]),
            "set-up": slope(x, [point.set_up.median for point in points]),
        },
    }


def measure(
    title: str, n_rounds: int, places: Sequence[Place], threads: Sequence[int]
) -> tuple[list[Point], list[Any]]:
    """Set-up and months of every place on so many threads, and the models."""
    cases = [(place, k) for place in places for k in threads]
    models: dict[int, Any] = {}

    def set_up(case: int) -> Callable[[], float]:
        place, k = cases[case]

        def build() -> float:
            if case in models:
                forget(models.pop(case))

            def make() -> None:
                models[case] = built(place, threads=k)

            return seconds(make)

        return build

    everyone = range(len(cases))
    taken = rounds(f"{title}: set-up", n_rounds, {case: set_up(case) for case in everyone})
    stepped = {case: months(warm(models[case]), MONTHS) for case in everyone}
    lived = rounds(f"{title}: months", n_rounds, stepped)
    points = [
        Point(
            residents=place.agents,
            facilities=len(place.facilities),
            threads=k,
            set_up=Spread.of(taken[case]),
            month=Spread.of(lived[case]),
            rate=Spread.of([place.agents / month / 1e6 for month in lived[case]]),
        )
        for case, (place, k) in enumerate(cases)
    ]
    return points, [models[case] for case in everyone]
