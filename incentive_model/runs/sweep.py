"""A sweep: every run of a study made once, whatever happens on the way."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.instruments import by_hand
from incentive_model.inputs.study import Study
from incentive_model.runs.executors import Name, check_options, executor_of
from incentive_model.runs.interrupts import none_lost
from incentive_model.runs.manifest import FILE as MANIFEST
from incentive_model.runs.owner import owned
from incentive_model.runs.progress import QUIET, Pace, shown
from incentive_model.runs.run_store import RunStore
from incentive_model.runs.run_table import LIMITS
from incentive_model.runs.study_plan import StudyPlan, plan_study
from incentive_model.runs.supervised import TimedOut
from incentive_model.runs.sweep_folder import check_folder, is_written, open_folder, outdate, write_results
from incentive_model.runs.task import Task, encoded, make

#: Seconds between two times that the disk is asked to hold what was written.
SYNC = 1.0


@dataclass(frozen=True)
class Sweep:
    """What a sweep left.

    Attributes:
        folder: where it lies.
        plan: the study's plan.
        done, failed: runs whose rows are there; those of them that did not go well.
        made: runs that were made this time.
    """

    folder: Path
    plan: StudyPlan
    done: int
    failed: int
    made: int

    @property
    def complete(self) -> bool:
        """Whether every run's row is there, and the tables with them."""
        return self.done == len(self.plan) and (self.folder / MANIFEST).exists()

    def runs(self, columns: list[str] | None = None) -> pd.DataFrame:
        """The table of runs (or some columns of it)."""
        return pq.read_table(self.folder / "runs.parquet", columns=columns).to_pandas()

    def failures(self) -> pd.DataFrame:
        """The runs that did not go well, and how to make each again."""
        return pd.read_csv(self.folder / "failures.csv", keep_default_na=False)


def sweep(
    study: Study | StudyPlan,
    out: str | Path | None = None,
    *,
    executor: Name | Executor = "local",
    workers: int | None = None,
    scheduler: str | None = None,
    shard: tuple[int, int] | None = None,
    limit_seconds: float | None = None,
    limit_mb: float | None = None,
    retry: bool = False,
    force: bool = False,
    progress: bool = True,
    finish: Callable[[Path, StudyPlan], None] | None = None,
    anew: bool = False,
) -> Sweep:
    """Make every run of a study that is not on disk yet, and write the table when all are.

    Asked again, it goes on where it was, whatever ended it.

    Args:
        study: what to run.
        out: results folder; default ``results/NAME``.
        executor: ``none`` (in this process), ``local`` (processes here), ``dask``, or an executor of your own
            (:class:`concurrent.futures.Executor`), which should have this package.
        workers: processes; default one a processor.
        scheduler: the address of a Dask scheduler that runs already.
        shard: (i, n): only every n-th run, from the i-th, as one job of an array; a last call without it
            puts the shards together.
        limit_seconds, limit_mb: what a run may take and its process may hold (``local`` and ``dask``).
        retry: make those runs again that failed or timed out.
        force: start anew, in the place of what is there.
        progress: whether to tell how far it is on standard error.
        finish: adds to the folder what follows from the tables, before the manifest is written.
        anew: write the tables, and finish, even if they are there already.

    Raises:
        InputError: a study, an option or a folder that will not do.
        OSError: the folder cannot be written; what was written stays, and the same call goes on.
    """
    started = time.perf_counter()
    plan = study if isinstance(study, StudyPlan) else plan_study(study)
    folder = Path(out if out is not None else Path("results") / plan.study.name)
    if by_hand() and executor != "none":
        found = "an instrument that stands in no file, which other processes do not know"
        raise InputError(Fault("executor", found, "executor 'none'", "or bring it with --with FILE.py"))
    label = "" if shard is None else _shard_name(shard)
    for name, asked_for in (("retry", retry), ("force", force)):
        if shard and asked_for:
            allowed = f"--{name} without --shard, which puts the shards together"
            raise InputError(Fault(name, "a shard, whose fellows may be at work", allowed))
    check_options(executor, workers, scheduler, limit_seconds, limit_mb)
    limits = limit_options(limit_seconds, limit_mb)
    check_folder(folder, force=force)
    with owned(folder / "store", label):
        store = open_folder(folder, plan, _tell, label, force=force)
        try:
            if retry:
                store.forget_failed()
            asked = sum(1 for _ in _todo(store, plan, shard))
            made = 0
            if asked:
                outdate(folder)
                with executor_of(
                    executor,
                    asked,
                    workers=workers,
                    scheduler=scheduler,
                    seconds=limit_seconds,
                    megabytes=limit_mb,
                ) as (workshop, ahead):
                    made = _make_all(
                        store, plan, _todo(store, plan, shard), asked, workshop, ahead, limits, progress
                    )
            whole = len(store) == len(plan) and shard is None
            if whole and (anew or not is_written(folder, plan)):
                write_results(folder, plan, store, finish, lambda: time.perf_counter() - started)
            return Sweep(folder, plan, len(store), store.failed, made)
        finally:
            store.close()


def _shard_name(shard: tuple[int, int]) -> str:
    number, count = shard
    if not 1 <= number <= count:
        raise InputError(Fault("shard", f"{number}/{count}", "i/n with i from 1 to n"))
    return f"{number}-of-{count}"


def _todo(store: RunStore, plan: StudyPlan, shard: tuple[int, int] | None) -> Iterator[int]:
    """The numbers of the runs that are to be made."""
    first, step = (0, 1) if shard is None else (shard[0] - 1, shard[1])
    return (number for number in range(first, len(plan), step) if number not in store)


def _make_all(
    store: RunStore,
    plan: StudyPlan,
    todo: Iterator[int],
    asked: int,
    executor: Executor,
    ahead: Callable[[], int],
    limits: str,
    progress: bool,
) -> int:
    """Hand out the runs, a few at a time, and keep each as it comes; returns how many came."""
    pace = Pace(total=asked)
    waiting: dict[Future[bytes], Task] = {}
    synced = time.monotonic()
    with none_lost() as check, shown(pace, progress) as tell:
        while True:
            while len(waiting) < ahead() and (number := next(todo, None)) is not None:
                task = plan[number]
                waiting[executor.submit(make, task)] = task
            if not waiting:
                break
            finished, _ = wait(waiting, timeout=QUIET, return_when=FIRST_COMPLETED)
            check()
            for future in finished:
                task = waiting.pop(future)
                record = record_made(future, task, limits)
                store.add(task.number, record, _status(record))
                pace.failed = store.failed
                pace.step()
            tell()
            if time.monotonic() - synced > SYNC:
                store.sync()
                synced = time.monotonic()
    store.sync()
    return pace.done


def limit_options(seconds: float | None, megabytes: float | None) -> str:
    """What a run may take, as options of a command."""
    given = {"--limit-seconds": seconds, "--limit-mb": megabytes}
    return " ".join(f"{option} {value:.15g}" for option, value in given.items() if value is not None)


def record_made(future: Future[bytes], task: Task, limits: str = "") -> bytes:
    """What came of a run, also where its process did not live to say so.

    Args:
        limits: under which it was made; if it did not go well, its record says them.

    Raises:
        BrokenExecutor: nobody makes runs any more.
    """
    try:
        record = future.result()
    except TimedOut as error:
        record = task.failed("run", error, "timed-out")
    except BrokenExecutor:
        raise
    except MemoryError as error:
        record = task.failed("memory", f"MemoryError: {error}")
    except Exception as error:
        record = task.failed("worker", f"{type(error).__name__}: {error}")
    if limits and _status(record) != "done":
        record = encoded(json.loads(record) | {LIMITS: limits})
    return record


def _status(record: bytes) -> str:
    return str(json.loads(record)["status"])


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
