"""What a sweep costs beside its runs: ``python -m benchmarks.sweep`` (some fifteen minutes, two free cores).

python -m benchmarks.sweep memory ROWS   # one sweep of made-up rows in this process; prints JSON
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.children import child
from benchmarks.clock import Spread, rounds, seconds
from benchmarks.memory import peak
from benchmarks.report import grid, machine, plain, told
from incentive_model.inputs.design import Design, Factor
from incentive_model.inputs.study import Study
from incentive_model.report.study import sweep
from incentive_model.runs.pool import warm_up
from incentive_model.runs.run import execute
from incentive_model.runs.study_plan import plan_study
from incentive_model.runs.supervised import SupervisedPool
from incentive_model.runs.task import Task, make, place_of

ROWS = (1_000, 100_000)
ROUNDS = 5
#: What is asked of it: milliseconds a run, times as fast, megabytes.
MOST_MS, LEAST_TIMES, MOST_MB = 5.0, 1.8, 150.0
MB = 1e6


def study(replicates: int, residents: int, months: int, draws: int = 1) -> Study:
    """The full package and the status quo in Yong'an, with every output.

    Draws vary a lever and a parameter, so that each has a status quo of its own.
    """
    factors = [Factor("reimbursement_gap", low=0.0, high=0.2), Factor("altruism_mean", low=0.5, high=1.0)]
    laid = Design("latin-hypercube", {factor.name: factor for factor in factors}, draws)
    return Study(
        name="benchmark",
        title="Benchmark",
        places=("yongan",),
        schemes=("full-package",),
        population=residents,
        months=months,
        burn_in=1,
        replicates=replicates,
        design=laid if draws > 1 else None,
    )


def against_a_loop(n_rounds: int, replicates: int) -> dict[str, Any]:
    """Milliseconds a run: of a sweep with one warm worker, from plan to page, and of the model in a loop."""
    asked = study(replicates, 1_000, 12)
    plan = plan_study(asked)
    tasks = [plan[number] for number in range(len(plan))]
    place = place_of(tasks[0].place)

    def loop() -> float:
        for task in tasks:
            execute(place, task.request)
        return 0.0

    with warm(1, tasks[0]) as (pool,):
        found = rounds(
            "sweep: one worker",
            n_rounds,
            {"loop": lambda: seconds(loop), "sweep": lambda: swept(asked, pool, 1)},
        )
    each = {name: [1e3 * value / len(tasks) for value in values] for name, values in found.items()}
    over = [there - here for here, there in zip(each["loop"], each["sweep"], strict=True)]
    return {"runs": len(tasks), **{name: Spread.of(x) for name, x in each.items()}, "over": Spread.of(over)}


def two_against_one(n_rounds: int, replicates: int) -> dict[str, Any]:
    """How much faster a sweep is with two warm workers than with one."""
    asked = study(replicates, 5_000, 60)
    first = plan_study(asked)[0]
    with warm(2, first) as pools:
        ways = {number: partial(swept, asked, pool, number) for number, pool in enumerate(pools, start=1)}
        found = rounds("sweep: two workers", n_rounds, ways)
    times = [one / two for one, two in zip(found[1], found[2], strict=True)]
    return {
        "runs": len(plan_study(asked)),
        "seconds": {number: Spread.of(values) for number, values in found.items()},
        "times": Spread.of(times),
    }


@contextmanager
def warm(most: int, task: Task) -> Iterator[list[SupervisedPool]]:
    """Pools of one to ``most`` processes, each of which has compiled the model and read the place."""
    warm_up()
    with ExitStack() as stack:
        pools = [
            stack.enter_context(SupervisedPool(workers, begin=warm_up)) for workers in range(1, most + 1)
        ]
        for workers, pool in enumerate(pools, start=1):
            for future in [pool.submit(make, task) for _ in range(workers)]:
                future.result()
        yield pools


def swept(asked: Study, pool: Executor, workers: int) -> float:
    """Seconds of a sweep from its plan to its page."""
    with TemporaryDirectory() as folder:
        return seconds(lambda: sweep(asked, folder, executor=pool, workers=workers, progress=False))


class Ready(Executor):
    """Has every run's record ready: random numbers, as long as real ones are."""

    def __init__(self) -> None:
        self._luck = np.random.default_rng(1)

    def submit(self, fn: object, /, *args: Any, **kwargs: Any) -> Future[bytes]:  # type: ignore[override]
        (task,) = args
        future: Future[bytes] = Future()
        future.set_result(task.done(self._luck.standard_normal(len(task.columns)).tolist(), []))
        return future


def memory(rows: int) -> dict[str, Any]:
    """What this process holds at the most until so many rows are a table and a summary, in bytes."""
    asked = study(10, 1_000, 12, draws=rows // 20)
    with TemporaryDirectory() as folder:
        took = seconds(lambda: sweep(asked, folder, executor=Ready(), progress=False))
    return {"rows": rows, "seconds": took, "peak": peak()}


def tables(data: dict[str, Any]) -> str:
    """All of it as a table."""
    one, two, held = data["loop"], data["workers"], data["memory"]
    growth = (held[-1]["peak"] - held[0]["peak"]) / MB
    per_row = 1e3 * held[-1]["seconds"] / held[-1]["rows"]
    rows = [
        ["a run in a loop, ms", told(one["loop"]), ""],
        ["a run of a sweep with one warm worker, ms", told(one["sweep"]), ""],
        ["the machinery, ms a run", told(one["over"]), f"at most {MOST_MS:g}"],
        ["two workers against one, times as fast", told(two["times"]), f"at least {LEAST_TIMES:g}"],
        *([f"the parent after {x['rows']:,} rows, MB", f"{x['peak'] / MB:,.0f}", ""] for x in held),
        ["growth, MB", f"{growth:,.0f}", f"at most {MOST_MB:g}"],
        ["the parent alone, ms a row", f"{per_row:.2f}", ""],
    ]
    return grid(["", "", "asked"], rows) + "\n"


def main() -> None:
    """One sweep of made-up rows in this process; or all measurements."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep", description=__doc__)
    parser.add_argument("memory", nargs="*", help="'memory' and a number of rows")
    parser.add_argument("--quick", action="store_true", help="few and short rounds: a minute")
    parser.add_argument("--out", type=Path, default=Path("results/performance"), help="folder to write into")
    options = parser.parse_args()
    if options.memory:
        print(json.dumps(memory(int(options.memory[-1]))))
        return
    start = perf_counter()
    n_rounds, replicates, most = (2, 20, 3_000) if options.quick else (ROUNDS, 500, ROWS[-1])
    data: dict[str, Any] = {
        "machine": machine(),
        "loop": against_a_loop(n_rounds, replicates),
        "workers": two_against_one(n_rounds, replicates // 5),
        "memory": [child("sweep", "memory", rows) for rows in tqdm((ROWS[0], most), desc="sweep: memory")],
    }
    data["seconds"] = perf_counter() - start
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, indent=1, ensure_ascii=False, default=plain) + "\n"
    (options.out / "sweep.json").write_text(text, encoding="utf-8")
    sys.stdout.write(tables(json.loads(text)))


if __name__ == "__main__":
    main()
