"""What a study will cost, told before it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from incentive_model.runs.pool import warm_up, worker_count
from incentive_model.runs.run import execute
from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.task import place_of

#: Months of the two short runs that a run's time is told from.
SHORT, LONGER = 1, 5
#: Places that are tried: the first, the last, and some between.
PLACES = 4
#: Bytes of a number in the table of runs, and in a line of the journal; a word's are of the same order.
IN_TABLE, IN_JOURNAL = 8.0, 13.0
#: The table is there twice: as parts in the store, and whole.
TWICE = 2


@dataclass(frozen=True)
class Estimate:
    """What a study is, and about what it takes on this machine.

    Attributes:
        places, points, cells: how many of each; a cell is a place, a point and a scheme.
        replicates, runs: of each cell, and in all.
        seconds_a_run: on one processor.
        workers: processors it is told for.
        seconds: in all.
        megabytes: of results.
    """

    places: int
    points: int
    cells: int
    replicates: int
    runs: int
    seconds_a_run: float
    workers: int
    seconds: float
    megabytes: float

    def __str__(self) -> str:
        words = [f"{self.runs:,} runs: {_many(self.places, 'place')}"]
        if self.points > 1:
            words.append(f"{self.points:,} points")
        words.append(f"{self.cells:,} settings in all, {_many(self.replicates, 'replicate')} of each")
        costs = f"about {_span(self.seconds)} on {_many(self.workers, 'processor')}"
        return f"{', '.join(words)}; {costs} ({self.seconds_a_run:.2g} s a run), {self.megabytes:.2g} MB"


def estimate(plan: StudyPlan, workers: int | None = None) -> Estimate:
    """What a study takes on this machine: a few short runs are made to tell.

    Raises:
        InputError: ``workers`` is not a whole number, 1 or more.
        RunFailed: one of the short runs failed.
    """
    count = worker_count(workers, len(plan))
    warm_up()
    step = max(1, len(plan) // PLACES)
    each = [_seconds(plan, number) for number in range(len(plan) - 1, -1, -step)[:PLACES]]
    seconds = sum(each) / len(each)
    study = plan.study
    numbers = 12 + len(plan.varied) + len(plan.columns)
    months = len(study.series) * (study.months + study.burn_in)
    size = len(plan) * TWICE * IN_TABLE * (numbers + months)
    size += min(len(plan), 1_000) * IN_JOURNAL * (numbers + months)
    return Estimate(
        places=len(plan.places),
        points=len(plan.points),
        cells=len(plan.cells),
        replicates=study.replicates,
        runs=len(plan),
        seconds_a_run=seconds,
        workers=count,
        seconds=seconds * len(plan) / count,
        megabytes=size / 1e6,
    )


def _seconds(plan: StudyPlan, number: int) -> float:
    """How long a run takes: what it takes to begin, and so much a month."""
    task = plan[number]
    place = place_of(task.place)

    def timed(months: int) -> float:
        started = time.perf_counter()
        execute(place, replace(task.request, months=months, burn_in=0))
        return time.perf_counter() - started

    timed(SHORT)
    short, longer = timed(SHORT), timed(LONGER)
    a_month = max(0.0, longer - short) / (LONGER - SHORT)
    return short + a_month * (plan.study.months + plan.study.burn_in - SHORT)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.2g} seconds"
