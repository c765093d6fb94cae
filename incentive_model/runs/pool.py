"""Many runs, in this process or in several.

What a run gives does not depend on where it is made, nor on the order in which runs finish. Workers
are spawned, never forked; each gets the place and the text of instruments of one's own once, and
computes on one thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import as_completed
from functools import partial

from incentive_model.inputs.instruments import by_hand, load_text, own_files, packaged_alone
from incentive_model.inputs.place import Place, load_place
from incentive_model.inputs.values import whole_number
from incentive_model.runs.plan import BASELINE, Request, plan_runs
from incentive_model.runs.run import Run, RunFailed, execute
from incentive_model.runs.supervised import Died, SupervisedPool


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
    warm_up()
    own = tuple((file.path, file.text) for file in own_files())
    with SupervisedPool(workers, begin=partial(_begin, place, own)) as pool:
        futures = {pool.submit(_execute, request): request for request in requests}
        for future in as_completed(list(futures)):
            request = futures.pop(future)  # a run is large; let go of it once it is handed on
            try:
                yield future.result()
            except Died as death:
                reason = f"{death}; try fewer workers or a smaller population"
                raise RunFailed(request.run_id, reason) from death


def warm_up() -> None:
    """Compile the engine, or load what has been compiled: once here, so that no worker has to compile.

    The smallest run there is calls every compiled loop. Instruments of one's own have no part in it: what is
    wrong with one is its runs' affair.
    """
    place = load_place("yongan", 1)
    (request,) = plan_runs(place, BASELINE, replicates=1, months=1, burn_in=0).requests
    with packaged_alone():
        execute(place, request)


# In the worker

_place: Place


def _begin(place: Place, own: Sequence[tuple[str, str]]) -> None:
    """Keep the place and load instruments of one's own."""
    global _place
    _place = place
    for path, text in own:
        load_text(path, text)


def _execute(request: Request) -> Run:
    return execute(_place, request)
