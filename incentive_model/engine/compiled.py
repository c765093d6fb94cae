"""Compile plain rules and loops, once, with a disk cache that sees every edit.

A rule is an ordinary function that calls other ordinary functions. :func:`compiled` rebuilds it
with its package-mates replaced by their compiled twins (and each IntEnum by a tuple of its
numbers, which Numba can fold), and hands it to Numba. The cache folder is named by a hash of the
package's sources, because Numba's own cache does not notice that a rule in another file changed.
"""

from __future__ import annotations

import functools
import hashlib
import os
import threading
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple, TypeVar

import numba
import platformdirs

F = TypeVar("F", bound=Callable[..., Any])

config: Any = numba.config  # its settings are made at import, where no type checker sees them
PACKAGE = __name__.split(".")[0]
_twins: dict[Any, Any] = {}
_lock = threading.RLock()  # two models may be built in two threads


@functools.cache
def cache_folder() -> str | None:
    """Where compiled code is kept: a folder named by the sources' hash; None if nothing is writable."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for room in ("cards", "chance", "rules", "incentives", "engine", "network"):
        for source in sorted((root / room).rglob("*.py")):
            digest.update(source.read_bytes())
    base = os.environ.get("INCENTIVE_MODEL_CACHE") or platformdirs.user_cache_dir("incentive_model")
    folder = Path(base) / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        return None
    return str(folder)


def _twin(thing: Any) -> Any:
    """What stands for a global inside compiled code; the thing itself where nothing need be done."""
    if isinstance(thing, FunctionType) and thing.__module__.split(".")[0] == PACKAGE:
        return compiled(thing)
    if isinstance(thing, type) and issubclass(thing, IntEnum):
        if thing not in _twins:
            kind: Any = NamedTuple(thing.__name__, [(name, int) for name in thing.__members__])  # type: ignore[misc]
            _twins[thing] = kind(*(int(x) for x in thing))
        return _twins[thing]
    return thing


def compiled(function: F) -> F:
    """The compiled twin of a plain function; the same twin each time."""
    if not isinstance(function, FunctionType):
        return function
    with _lock:
        if function not in _twins:
            _twins[function] = _compile(function)
        return _twins[function]


def _compile(function: FunctionType) -> Any:
    """A clone of ``function`` that calls compiled twins, handed to Numba."""
    scope = function.__globals__
    twins = {name: _twin(scope[name]) for name in function.__code__.co_names if name in scope}
    clone = FunctionType(
        function.__code__, {**scope, **twins}, function.__name__, function.__defaults__, function.__closure__
    )
    clone.__qualname__, clone.__module__ = function.__qualname__, function.__module__
    clone.__doc__, clone.__annotations__ = function.__doc__, {}
    folder, before = cache_folder(), config.CACHE_DIR
    if folder is not None:
        config.CACHE_DIR = folder
    try:
        # NumPy's error model: a check of every division costs the loops a factor of eight.
        # To hand the whole world over costs as much as a utility: such steps become part of their loop.
        # Loops make no arrays, so nobody need count references to those they are given (a factor of two).
        parameters = function.__code__.co_varnames[: function.__code__.co_argcount]
        inline = "lo" not in parameters
        options: dict[str, Any] = {"error_model": "numpy", "forceinline": inline, "_nrt": False}
        return numba.njit(nogil=True, cache=folder is not None, **options)(clone)
    finally:
        config.CACHE_DIR = before
