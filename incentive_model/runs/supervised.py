"""A pool of processes in which one run's misfortune is that run's alone.

Each process makes one run at a time, watched by a thread of ours. A crash, an endless run or one that takes
too much memory ends its own process, is known by its run, and a fresh process takes the next one. (The
standard library's pool gives up every run that waits when one process dies.)
"""

from __future__ import annotations

import math
import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from incentive_model.cards import Fault, InputError
from incentive_model.runs.interrupts import put_off
from incentive_model.runs.spawning import plain_children

#: A process that was killed from outside did nothing wrong: its run is tried again, so often in all.
TRIES = 10
#: Signals that come from outside: from people, from the end of a batch job, from a system short of memory.
OUTSIDE = ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")
#: Seconds that a process has to leave by itself.
PATIENCE = 5.0
BYTES_A_MEGABYTE = 10**6


class Died(RuntimeError):
    """The process that made the run ended: a crash, an exit, or killed from outside too often."""

    def __init__(self, code: int | None) -> None:
        self.code = code
        super().__init__(code)

    def __str__(self) -> str:
        name = self._signal
        if name is None:
            return f"its process left with exit code {self.code}"
        hint = ", perhaps for want of memory" if name == "SIGKILL" else ""
        return f"its process was ended by {name}{hint}"

    @property
    def killed(self) -> bool:
        """Ended from outside."""
        return self._signal in OUTSIDE

    @property
    def _signal(self) -> str | None:
        if self.code is None or self.code >= 0:
            return None
        try:
            return signal.Signals(-self.code).name
        except ValueError:
            return f"signal {-self.code}"


class TimedOut(RuntimeError):
    """The run took longer than it was given, and its process was ended."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(seconds)

    def __str__(self) -> str:
        return f"not done after {self.seconds:g} s"


class SupervisedPool(Executor):
    """Processes that compute one call at a time each, as a :class:`concurrent.futures.Executor`.

    A future raises what the call raised; :class:`Died` if its process ended, :class:`TimedOut` if it took
    too long, ``MemoryError`` if it wanted more memory than it was given, ``BrokenExecutor`` if no process can
    begin, which is no call's fault.

    Args:
        workers: how many processes.
        seconds: the longest a call may take; None: for ever.
        megabytes: the most memory a process may hold as data; None: as much as there is.
        begin: called once in every new process.

    Raises:
        InputError: ``megabytes`` on a system that cannot limit memory.
    """

    def __init__(
        self,
        workers: int,
        *,
        seconds: float | None = None,
        megabytes: float | None = None,
        begin: Callable[[], object] | None = None,
    ) -> None:
        if megabytes is not None and sys.platform != "linux":
            raise InputError(Fault("limit-mb", f"{megabytes:g} on {sys.platform}", "no limit but on Linux"))
        self._seconds = seconds
        limit = None if megabytes is None else int(megabytes * BYTES_A_MEGABYTE)
        self._setup = pickle.dumps((begin, limit))
        self._closed = False
        self._threads = ThreadPoolExecutor(workers, "worker")
        self._seats: queue.SimpleQueue[_Seat] = queue.SimpleQueue()
        self._all: list[_Seat] = []
        try:
            with plain_children():  # all of them, before an interrupt is heard
                for _ in range(workers):
                    self._all.append(_Seat(self._setup))
        except BaseException:
            self.kill()
            raise
        for seat in self._all:
            self._seats.put(seat)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._threads.submit(self._call, pickle.dumps((fn, args, kwargs)))

    def _call(self, call: bytes) -> Any:
        seat = self._seats.get()
        try:
            for _ in range(TRIES):
                try:
                    return seat.call(call, self._seconds)
                except Died as death:
                    if self._closed or not death.killed:
                        raise
                    last = death
            raise last
        finally:
            self._seats.put(seat)

    def processes(self) -> list[int]:
        """The process ids of the workers that are alive."""
        return [seat.process.pid for seat in self._all if seat.process.is_alive() and seat.process.pid]

    def kill(self) -> None:
        """End every process at once, whatever it is doing."""
        self._closed = True
        with put_off():
            self._threads.shutdown(wait=False, cancel_futures=True)
            for seat in self._all:
                seat.end()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        if wait:
            self._closed = True
            for seat in self._all:
                seat.dismiss()
            for seat in self._all:
                seat.end(PATIENCE)
        else:
            threading.Thread(target=self.shutdown).start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool | None:
        if kind is not None:  # Ctrl-C and a caller who wants no more are not to wait for what is running
            self.kill()
        self.shutdown()
        return None


class _Seat:
    """A place for one process at a time, and the pipe to it."""

    def __init__(self, setup: bytes) -> None:
        self._setup = setup
        self._closed = False
        self._changing = threading.Lock()
        self._start()

    def _start(self) -> None:
        ours, theirs = multiprocessing.Pipe()
        try:
            with plain_children():
                context = multiprocessing.get_context("spawn")
                process = context.Process(target=_work, args=(theirs, self._setup), daemon=True)
                process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self.process, self._pipe, self._ready = process, ours, False

    def call(self, call: bytes, seconds: float | None) -> Any:
        """What a call gives, or the exception it raised."""
        self._begin()
        try:
            self._pipe.send_bytes(call)
            if not self._pipe.poll(seconds):
                self._end()
                raise TimedOut(seconds or math.inf)
            answer = self._pipe.recv_bytes()
        except (EOFError, OSError):
            raise Died(self._exit_code()) from None
        done, value = pickle.loads(answer)
        if isinstance(value, MemoryError) and not done:
            self._end()  # who knows what it still holds
        if not done:
            raise value
        return value

    def _begin(self) -> None:
        """Have a process that waits for a call. How long it takes to begin is not the call's fault.

        Raises:
            Died: it was ended from outside.
            BrokenExecutor: it cannot begin.
        """
        with self._changing:  # a process that is started while the pool is ended would be left behind
            if self._closed:
                raise BrokenExecutor("the pool has been ended")
            if not self.process.is_alive():
                self._pipe.close()
                try:
                    self._start()
                except OSError as error:
                    raise BrokenExecutor(f"no process can be started: {error}") from error
        if self._ready:
            return
        try:
            reason = self._pipe.recv_bytes().decode()
        except (EOFError, OSError):
            death = Died(self._exit_code())
            if death.killed:
                raise death from None
            reason = str(death)
        if reason:
            raise BrokenExecutor(f"a process cannot begin: {reason}")
        self._ready = True

    def _exit_code(self) -> int | None:
        """How the process ended. Another thread may be just about to note it."""
        self.process.join()
        for _ in range(100):
            if self.process.exitcode is not None:
                break
            time.sleep(0.01)
        return self.process.exitcode

    def _end(self) -> None:
        self.process.kill()
        self.process.join()

    def dismiss(self) -> None:
        """Have the process leave when it has done what it does."""
        with self._changing:
            self._closed = True
            self._pipe.close()

    def end(self, patience: float = 0.0) -> None:
        """End the process, if it does not leave by itself in so many seconds."""
        with self._changing:
            self._closed = True
            if patience:
                self.process.join(patience)
            self._end()


# In the process


def _work(pipe: Connection, setup: bytes) -> None:
    """Make calls until the pipe is closed; leave Ctrl-C to the parent, end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    try:
        pipe.send_bytes(_begun(setup).encode())
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes()))
    except (EOFError, OSError):
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(0)  # without asking what a run may have left: threads, processes, things to do at exit


def _begun(setup: bytes) -> str:
    """Make ready for calls; returns why not, or nothing."""
    begin, limit = pickle.loads(setup)
    within = ""
    try:
        if limit is not None:
            import resource

            within = f" within {limit / BYTES_A_MEGABYTE:g} MB"
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        if begin is not None:
            begin()
    except Exception as error:
        return " ".join(f"{type(error).__name__}{within}: {error}".split())
    return ""


def _answer(call: bytes) -> bytes:
    """Whether it went well, and what came of it, pickled."""
    try:
        fn, args, kwargs = pickle.loads(call)
        return pickle.dumps((True, fn(*args, **kwargs)))
    except Exception as error:
        try:
            answer = pickle.dumps((False, error))
            pickle.loads(answer)
        except Exception:  # an exception that does not travel
            answer = pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
        return answer


def _end_with_parent() -> None:
    """From now on, end when the parent does, whatever it died of."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_wait_for, args=(parent,), daemon=True).start()
    if sys.platform != "win32":  # compiled code that never ends would not let that thread have its turn
        import fcntl

        fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(parent.sentinel, fcntl.F_GETFL)
        fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)  # SIGIO, when its end is closed


def _wait_for(parent: Any) -> None:
    parent.join()
    os._exit(1)
