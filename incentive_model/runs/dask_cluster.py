"""A Dask cluster as an executor (extra ``cluster``).

A Dask worker makes no run itself: it has a supervised process make it, as the pool on one machine has. So a
run that crashes or never ends is known by its run there too, and takes neither the worker nor the runs that
wait there with it. A worker that is lost all the same (a machine switched off, a job at its end) did nothing
wrong: its runs are given to others.
"""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import secrets
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from incentive_model.cards import Fault, InputError
from incentive_model.runs.pool import warm_up
from incentive_model.runs.supervised import SupervisedPool

if TYPE_CHECKING:
    from distributed import Client

#: Seconds to find a scheduler, and to take leave of one.
PATIENCE = 30
#: When workers have died under a run (four, as a rule), Dask gives up on it and on those that waited behind
#: it. Which of them it was is found out by handing them in again, one after the other; so often in all.
TRIES = 3
#: Seconds between two looks at how many workers a cluster has: it may grow and shrink.
LOOK = 5.0


class ClusterLost(BrokenExecutor):
    """The cluster makes no runs any more, or never could; says why."""


class WorkersDied(RuntimeError):
    """Every worker that was given the run died."""


@dataclass(frozen=True)
class _Sent:
    """A call that is on its way, or to be sent again.

    Attributes:
        call: function and arguments, as bytes: the scheduler need not know them.
        tries: how often it may be sent, this time included.
        suspect: whether workers have died under it.
    """

    future: Future[Any]
    call: bytes
    tries: int = TRIES
    suspect: bool = False


@contextmanager
def dask_executor(
    workers: int,
    scheduler: str | None = None,
    *,
    seconds: float | None = None,
    megabytes: float | None = None,
) -> Iterator[DaskExecutor]:
    """An executor on a cluster.

    Args:
        workers: workers of a cluster on this machine, one run at a time each.
        scheduler: the address of a cluster that runs already; it is joined, and left as it is.
        seconds, megabytes: what a run may take and its process may hold.

    Raises:
        InputError: Dask is not installed, or nobody answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        found, mend = "no package 'distributed'", "pip install 'incentive-model[cluster]'"
        raise InputError(Fault("executor 'dask'", found, "Dask installed", mend)) from error
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        address = scheduler
        if address is None:
            warm_up()
            # Its workers are threads: the processes that matter are those that make the runs.
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=False,
                dashboard_address=None,
                memory_limit=None,
                silence_logs=logging.CRITICAL,
            )
            stack.enter_context(cluster)
            address = cluster.scheduler_address
        try:
            client = stack.enter_context(Client(address, timeout=PATIENCE, set_as_default=False))
        except (OSError, TimeoutError, ValueError) as error:
            reason = " ".join(str(error).split()) or "no answer"
            allowed = "the address of a running scheduler, as tcp://host:8786"
            raise InputError(Fault(f"scheduler {address}", reason, allowed)) from error
        executor = DaskExecutor(client, address, seconds, megabytes)
        if executor.threads() == 0:
            print(f"{address}: no worker yet; waiting for the first", file=sys.stderr, flush=True)
        stack.callback(executor.shutdown)
        yield executor


class DaskExecutor(Executor):
    """A cluster's workers as a :class:`concurrent.futures.Executor`.

    A future raises what the call raised, or what a :class:`~incentive_model.runs.supervised.SupervisedPool`
    says of it; :class:`WorkersDied` if every worker that was given it died; :class:`ClusterLost` if there is
    no scheduler any more, or workers that do not know this package.
    """

    def __init__(self, client: Client, address: str, seconds: float | None, megabytes: float | None) -> None:
        self._client, self._address, self._limits = client, address, (seconds, megabytes)
        self._sweep = secrets.token_hex(8)  # several sweeps may share a cluster
        self._closed = self._trying = False
        self._suspects: deque[_Sent] = deque()
        self._looked, self._threads = -LOOK, 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._send(_Sent(future, pickle.dumps((fn, args, kwargs))))
        return future

    def threads(self) -> int:
        """How many runs are made at a time, now or a few seconds ago."""
        if time.monotonic() - self._looked >= LOOK:
            with suppress(Exception):  # one that is lost is told of by its runs
                self._threads = sum(self._client.nthreads().values())
            self._looked = time.monotonic()
        return self._threads

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes that make the runs, whatever they are doing; the cluster itself stays."""
        lost, self._closed = self._closed, True
        if not lost:
            with suppress(Exception):  # from a scheduler that is gone there is nothing to take leave of
                self._client.run(_end, self._sweep, on_error="ignore")

    def _send(self, sent: _Sent) -> None:
        there = self._client.submit(_make_there, self._sweep, self._limits, sent.call, pure=False)
        there.add_done_callback(partial(self._came, sent))

    def _came(self, sent: _Sent, there: Any) -> None:
        """A run has come back, or will not. Dask calls this from one thread, for one run after the other."""
        from distributed import KilledWorker

        if self._closed:
            return
        if sent.suspect:
            self._trying = False
        try:
            well, value = there.result()
        except KilledWorker as error:
            if sent.tries > 1:
                self._suspects.append(replace(sent, tries=sent.tries - 1, suspect=True))
            else:
                last = error.last_worker.address
                sent.future.set_exception(WorkersDied(f"every worker that was given it died, last {last}"))
        except Exception as error:
            self._closed = True
            sent.future.set_exception(ClusterLost(f"scheduler {self._address}: {_reason(error)}"))
        else:
            sent.future.set_result(value) if well else sent.future.set_exception(value)
        if self._suspects and not self._trying:
            self._trying = True
            self._send(self._suspects.popleft())


def _reason(error: Exception) -> str:
    """Why a cluster makes no runs."""
    from distributed import CancelledError

    if isinstance(error, CancelledError | OSError):
        return "lost; the runs that came back are kept, and the same command goes on"
    said = str(error).partition(". ")[0]
    return f"it and its workers need this package as it is here ({type(error).__name__}: {said})"


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask tells at length what the sweep tells in a line."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


# In the worker

#: By sweep and thread, the process that makes its runs.
_pools: dict[tuple[str, int], SupervisedPool] = {}
_ended: set[str] = set()


def _make_there(sweep: str, limits: tuple[float | None, float | None], call: bytes) -> tuple[bool, Any]:
    """Whether a call went well, and what came of it."""
    me = (sweep, threading.get_ident())
    if sweep in _ended:  # runs that waited here when it was left
        return False, RuntimeError("its sweep is over")
    if me not in _pools:
        multiprocessing.current_process().daemon = False  # Dask's workers are daemons, which have no children
        _pools[me] = SupervisedPool(1, seconds=limits[0], megabytes=limits[1], begin=warm_up)
    try:
        return True, _pools[me].submit(_called, call).result()
    except Exception as error:
        return False, error


def _called(call: bytes) -> Any:
    fn, args, kwargs = pickle.loads(call)
    return fn(*args, **kwargs)


def _end(sweep: str) -> None:
    """End the processes of a sweep that is over."""
    _ended.add(sweep)
    for me in [me for me in _pools if me[0] == sweep]:
        _pools.pop(me).kill()
