"""Who makes the runs: this process, a pool of processes here, a Dask cluster, or any other executor.

All of them are a :class:`concurrent.futures.Executor`: they are handed tasks and give records back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, Literal

from incentive_model.cards import Fault, InputError
from incentive_model.runs.pool import warm_up, worker_count
from incentive_model.runs.supervised import SupervisedPool

Name = Literal["none", "local", "dask"]
#: Tasks a worker has waiting, so that it never waits itself.
AHEAD = 2
#: The same on a cluster, where a task is on its way for longer.
AHEAD_FAR = 4


class InProcess(Executor):
    """Makes each call at once, here."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def check_options(
    name: Name | Executor,
    workers: int | None,
    scheduler: str | None,
    seconds: float | None,
    megabytes: float | None,
) -> None:
    """Whether options go together; asked before anything is written.

    Raises:
        InputError: they do not.
    """
    worker_count(workers, 1)
    if name not in ("local", "dask") and (seconds is not None or megabytes is not None):
        found = f"a limit a run with executor {name!r}"
        raise InputError(Fault("limit", found, "limits with 'local' or 'dask', which can end a process"))
    if scheduler is not None and name != "dask":
        raise InputError(Fault("scheduler", f"an address with executor {name!r}", "executor 'dask'"))


@contextmanager
def executor_of(
    name: Name | Executor,
    runs: int,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    seconds: float | None = None,
    megabytes: float | None = None,
) -> Iterator[tuple[Executor, Callable[[], int]]]:
    """An executor, and how many tasks it should hold now; it is closed when the block ends.

    Args:
        name: ``none``, ``local`` or ``dask``, or an executor of the caller's, which stays open; then
            ``workers`` says how many tasks it makes at a time.
        runs: how many there will be.
        workers: processes; None: one a processor.
        scheduler: address of a running Dask scheduler.
        seconds, megabytes: what a run may take; only ``local`` and ``dask`` can hold it to that.

    Raises:
        InputError: options that do not go together, or ``dask`` where it is not installed.
    """
    check_options(name, workers, scheduler, seconds, megabytes)
    if isinstance(name, Executor):
        at_a_time = workers or os.cpu_count() or 1
        yield name, lambda: AHEAD_FAR * at_a_time
        return
    count = worker_count(workers, runs)
    limits = {"seconds": seconds, "megabytes": megabytes}
    if name == "none":
        yield InProcess(), lambda: 1
    elif name == "local":
        warm_up()
        with SupervisedPool(count, **limits, begin=warm_up) as pool:
            yield pool, lambda: AHEAD * count
    else:
        from incentive_model.runs.dask_cluster import dask_executor

        with dask_executor(count, scheduler, **limits) as cluster:
            yield cluster, lambda: AHEAD_FAR * max(1, cluster.threads())
