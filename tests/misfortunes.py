"""What may befall a process that makes a run; called in processes of their own."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from pathlib import Path


class Stubborn(Exception):
    """An exception that does not travel between processes."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def twice(value: int) -> int:
    return 2 * value


def identity() -> int:
    return os.getpid()


def fails() -> None:
    raise LookupError("as asked")


def fails_stubbornly() -> None:
    raise Stubborn(1, 2)


def leaves() -> None:
    os._exit(7)


def exits() -> None:
    sys.exit(3)


def crashes() -> None:
    ctypes.string_at(0)


def aborts() -> None:
    os.abort()


def never_ends() -> None:
    while True:
        time.sleep(0.01)


def never_ends_compiled() -> None:
    """Nothing else in this process has its turn any more, as when compiled code never ends."""
    ctypes.PyDLL(None).pause()


def hogs() -> None:
    bytearray(10**11)


def killed_once(mark: Path) -> str:
    """As when somebody else ends the process, the first time."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGTERM)
    return "done"


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leaves_a_thread() -> str:
    threading.Thread(target=never_ends).start()
    return "done"


def cannot_begin() -> None:
    raise OSError("no engine here")


def waits(seconds: float, mark: Path) -> None:
    mark.touch()
    time.sleep(seconds)
