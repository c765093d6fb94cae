"""Many runs, in this process or in several.

What a run gives does not depend on where it is made, nor on the order in which runs finish. Workers
are spawned, never forked; each gets the place and the text of instruments of one's own once, and
computes on one thread.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType

from incentive_model.inputs.instruments import by_hand, load_text, own_files
from incentive_model.inputs.place import Place
from incentive_model.inputs.values import whole_number
from incentive_model.runs.plan import Request
from incentive_model.runs.run import Run, RunFailed, execute

#: Libraries that would start threads of their own in every worker, and the variable that stops each.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def worker_count(workers: int | None, runs: int) -> int:
    """How many processes compute ``runs`` runs: what was asked, or one a processor; never more than runs.

    Raises:
        InputError: ``workers`` is not a whole number, 1 or more.
    """
    asked = (os.cpu_count() or 1) if workers is None else whole_number("workers", workers, 1)
    if by_hand():
        return 1  # an instrument that stands in no file lives in this process alone
    return max(1, min(asked, runs))


def run_all(place: Place, requests: Sequence[Request], *, workers: int | None = None) -> Iterator[Run]:
    """Make every request; yields each run as it finishes, in no particular order.

    Leaving early (an error, Ctrl-C) ends the workers at once.

    Raises:
        InputError: ``workers`` is not a whole number, 1 or more.
        RunFailed: a run failed; names it.
    """
    count = worker_count(workers, len(requests))
    if count > 1:
        return _in_processes(place, requests, count)
    return (execute(place, request) for request in requests)


def watched(
    runs: Iterable[Run], total: int, progress: Callable[[int, int], None] | None = None
) -> Iterator[Run]:
    """The runs as they come; ``progress`` hears how many have been taken, of how many, from 0 on."""
    if progress is not None:
        progress(0, total)
    for done, run in enumerate(runs, start=1):
        yield run
        if progress is not None:
            progress(done, total)


def _in_processes(place: Place, requests: Sequence[Request], workers: int) -> Iterator[Run]:
    _warm_up(place, requests[0])
    own = [(file.path, file.text) for file in own_files()]
    executor = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(place, own)
    )
    others = set(multiprocessing.active_children())
    try:
        with _plain_children():
            futures = {executor.submit(_execute, request) for request in requests}
        for future in as_completed(futures):
            futures.discard(future)  # a run is large; let go of it once it is handed on
            yield future.result()
    except BaseException as error:  # Ctrl-C and a caller who wants no more runs are none of Exception's
        for child in set(multiprocessing.active_children()) - others:
            child.kill()
        if isinstance(error, BrokenProcessPool):
            reason = "a worker process died (out of memory?); try fewer workers or a smaller population"
            raise RunFailed("(unknown)", reason) from error
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _warm_up(place: Place, request: Request) -> None:
    """Compile the engine here, once, so that the workers read its cache instead of each compiling.

    The smallest run there is calls every compiled loop.
    """
    execute(place.with_population(1), replace(request, months=1, burn_in=0))


@contextmanager
def _plain_children() -> Iterator[None]:
    """Processes spawned here compute on one thread, leave Ctrl-C to us, and do not import the main script.

    They need only this package. Without the script, one that compares schemes at its top level (no
    ``if __name__ == "__main__"``) works; with it, every worker would start the comparison again.
    """
    script = sys.modules["__main__"]
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    sys.modules["__main__"] = ModuleType("__main__")
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    windows = sys.platform == "win32"
    masked = set() if windows else signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _interrupts_later():
            yield
    finally:
        sys.modules["__main__"] = script
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if not windows:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)  # last: an interrupt comes through here


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Put off a Ctrl-C to the end. A mask does not: another thread of ours may be given the signal, and a
    worker that is just being started would be left behind, unknown to us."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


# In the worker

_place: Place


def _begin(place: Place, own: Sequence[tuple[str, str]]) -> None:
    """Keep the place and load instruments of one's own; leave Ctrl-C to the parent, end when it does."""
    global _place
    _place = place
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for path, text in own:
        load_text(path, text)


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(1)


def _execute(request: Request) -> Run:
    return execute(_place, request)
