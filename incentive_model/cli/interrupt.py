"""Ctrl-C, heard even where Python would lose it.

An interrupt that arrives while Python tidies up an object (compiled code does so often) is reported as
"ignored" and forgotten. So it is noted too, and the commands ask between runs, and before results take
their place.
"""

from __future__ import annotations

import signal
import sys
from typing import Any, NoReturn

_heard = False


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


def _hear(*_: object) -> NoReturn:
    global _heard
    _heard = True
    raise KeyboardInterrupt


def _not_lost(ignored: Any) -> None:
    if not isinstance(ignored.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(ignored)
