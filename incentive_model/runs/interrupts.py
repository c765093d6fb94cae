"""Ctrl-C where it must wait, and where it must not be lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def put_off() -> Iterator[None]:
    """A Ctrl-C in the block is heard at its end. A mask does not do that: another thread of ours may be given
    the signal, and what the block is about to begin, or to end, would be left half done."""
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


@contextmanager
def none_lost() -> Iterator[Callable[[], None]]:
    """A Ctrl-C is heard at once, as ever; calling what this yields raises one that came to nothing.

    Python forgets an interrupt that meets it tidying up an object, and compiled code may make an error of
    its own of one, which is no fault of the run that it met.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield lambda: None
        return
    heard = False

    def hear(number: int, frame: Any) -> None:
        nonlocal heard
        heard = True
        before(number, frame)

    def check() -> None:
        if heard:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, hear)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
