"""Ctrl-C, heard even where Python would lose it.

An interrupt that arrives while Python tidies up an object (compiled code does so often) is reported as
"ignored" and forgotten. So it is noted too, and the commands ask between runs, and before results take
their place.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from typing import Any, NoReturn

EXIT_CODE = 130

_heard = False
_leaving = False


def listen() -> None:
    """Hear Ctrl-C from now on, also in the background: a shell starts such jobs with Ctrl-C ignored."""
    global _heard
    _heard = False
    signal.signal(signal.SIGINT, _hear)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _not_lost


def heard() -> bool:
    """Whether there was an interrupt."""
    return _heard


def check() -> None:
    """Raise the interrupt that has been heard, if any."""
    if _heard:
        raise KeyboardInterrupt


def ignore() -> None:
    """Hear Ctrl-C no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def leave() -> NoReturn:
    """Exit with 130.

    An interrupt that met Python inside an ``exec`` (a dataclass being made, say) would end the process by
    the signal whatever code we give, so the last thing done at exit is to leave without asking.
    """
    global _leaving
    _leaving = True
    ignore()
    sys.exit(EXIT_CODE)


@atexit.register  # before any other room is imported, and so called after all of them have tidied up
def _last() -> None:
    if _leaving:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(EXIT_CODE)


def _hear(*_: object) -> NoReturn:
    global _heard
    _heard = True
    raise KeyboardInterrupt


def _not_lost(ignored: Any) -> None:
    if not isinstance(ignored.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(ignored)
