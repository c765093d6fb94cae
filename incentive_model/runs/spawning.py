"""Starting processes that compute on one thread and know nothing of the script that started them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from incentive_model.runs.interrupts import put_off

#: Libraries that would start threads of their own in every worker, and the variable that stops each.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

#: What is changed while a process is started belongs to all threads.
_one_at_a_time = threading.RLock()


@contextmanager
def plain_children() -> Iterator[None]:
    """Processes spawned here compute on one thread, leave Ctrl-C to us, and do not import the main script.

    They need only this package. Without the script, one that compares schemes at its top level (no
    ``if __name__ == "__main__"``) works; with it, every worker would start the comparison again.
    """
    # First and last: a worker that is just being started would be left behind, unknown to us.
    with put_off(), _one_at_a_time:
        script = sys.modules["__main__"]
        before = {name: os.environ.get(name) for name in ONE_THREAD}
        windows = sys.platform == "win32"
        masked = set() if windows else _masked()
        try:
            sys.modules["__main__"] = ModuleType("__main__")
            os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
            yield
        finally:
            sys.modules["__main__"] = script
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            if not windows:
                signal.pthread_sigmask(signal.SIG_SETMASK, masked)


def _masked() -> set[signal.Signals | int]:
    """Have processes that are started from now on deaf to Ctrl-C, also while they import what they need;
    returns what was masked before."""
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # now: once it has been started, it undoes the mask
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}))
