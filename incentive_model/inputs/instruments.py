"""Instruments of one's own: Python files, each with an instrument and the cards of its levers."""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from incentive_model.cards import Fault, InputError, levers, registry
from incentive_model.incentives import INSTRUMENTS, PACKAGED, Instrument
from incentive_model.incentives.accounts import Purpose
from incentive_model.inputs.files import read_text
from incentive_model.inputs.values import PARTS_OF_ONE


@dataclass(frozen=True)
class OwnFile:
    """A file that has been loaded, and what it added."""

    path: str
    text: str
    instruments: tuple[type[Instrument], ...]
    cards: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's name: where it lies is nobody's business but this machine's."""
        return Path(self.path).name

    def to_json(self) -> dict[str, Any]:
        """What a request says of it: another version of the file makes another request."""
        names = [instrument.name for instrument in self.instruments]
        return {"file": self.name, "hash": _hash(self.text), "instruments": names}


_loaded: dict[str, OwnFile] = {}


def own_files() -> list[OwnFile]:
    """The files that have been loaded, in that order."""
    return list(_loaded.values())


def load_instruments(*files: str | Path) -> tuple[type[Instrument], ...]:
    """Add every instrument that some Python files define, and the levers whose cards they declare.

    From then on schemes may set these levers, and every model, comparison and table has them. A file
    that is loaded again changes nothing; if it has been edited meanwhile, it takes its older self's place.

    Args:
        files: Python files that define subclasses of :class:`~incentive_model.incentives.Instrument`.

    Returns:
        The instruments, in the order in which they are defined.

    Raises:
        InputError: a file that cannot be read or run, that defines no instrument, or whose instrument or
            lever has a name that is taken. Nothing of that file stays.
    """
    found: list[type[Instrument]] = []
    for file in files:
        found += load_text(str(Path(file).resolve()), read_text(Path(file)))
    return tuple(found)


def load_text(path: str, text: str) -> tuple[type[Instrument], ...]:
    """Load a file that has been read (in a worker process: by another one)."""
    for known in own_files():
        if (known.name, known.text) == (Path(path).name, text):
            return known.instruments
    registry.load_all()
    with _all_or_nothing():
        if path in _loaded:
            _forget(path)
        others = registry.copied()
        module = _run(path, text)
        instruments = _instruments_of(module, Path(path).name)
        cards = tuple(name for name in registry.copied() if name not in others)
        _check_levers(cards, Path(path).name)
        # The last one closes the year's account, so it stays last.
        INSTRUMENTS[-1:-1] = [new for new in instruments if new not in INSTRUMENTS]
        _loaded[path] = OwnFile(path, text, instruments, cards)
    return instruments


def by_hand() -> bool:
    """Whether ``INSTRUMENTS`` is not what another process would have after loading the same files."""
    own = [instrument for file in own_files() for instrument in file.instruments]
    return [*PACKAGED[:-1], *own, PACKAGED[-1]] != INSTRUMENTS


@contextmanager
def packaged_alone() -> Iterator[None]:
    """Without instruments of one's own, in the block."""
    before, INSTRUMENTS[:] = list(INSTRUMENTS), PACKAGED
    try:
        yield
    finally:
        INSTRUMENTS[:] = before


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """What is loaded stays only if all goes well."""
    cards, instruments, loaded = registry.copied(), list(INSTRUMENTS), dict(_loaded)
    try:
        yield
    except BaseException:
        registry.restore(cards)
        INSTRUMENTS[:] = instruments
        _loaded.clear()
        _loaded.update(loaded)
        raise


def _forget(path: str) -> None:
    """Take away what a file added."""
    older = _loaded.pop(path)
    INSTRUMENTS[:] = [instrument for instrument in INSTRUMENTS if instrument not in older.instruments]
    registry.restore({k: card for k, card in registry.copied().items() if k not in older.cards})


def _run(path: str, text: str) -> ModuleType:
    """The file as a module, under a name that no other has."""
    module = ModuleType(f"{Path(path).stem}_{_hash(text)}")
    module.__file__ = path
    sys.modules[module.__name__] = module  # dataclasses and pickle look there
    try:
        with redirect_stdout(sys.stderr):  # what it prints is no answer of ours
            exec(compile(text, path, "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        raise InputError(list(_faults(error, path))) from error
    return module


def _faults(error: BaseException, path: str) -> Iterator[Fault]:
    """What went wrong while a file was run, and in which line of it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    line = error.lineno if isinstance(error, SyntaxError) else (lines or [None])[-1]
    where = Path(path).name + (f", line {line}" if line else "")
    if isinstance(error, InputError):  # a card that was refused
        for fault in error.faults:
            yield Fault(f"{where}: {fault.where}", fault.found, fault.allowed, fault.mend)
    else:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        found = f"{type(error).__name__}: {reason}"
        yield Fault(where, found, "a Python file that runs without an error", "mend that line")


def _instruments_of(module: ModuleType, file: str) -> tuple[type[Instrument], ...]:
    """The instruments that a module defines, each of a name of its own."""
    classes = [thing for thing in vars(module).values() if isinstance(thing, type)]
    own = [thing for thing in classes if thing.__module__ == module.__name__]
    found = [thing for thing in dict.fromkeys(own) if issubclass(thing, Instrument)]
    if not found:
        mend = "write one: class MyIncentive(Instrument), see docs/own-instrument.md"
        raise InputError(Fault(file, "no instrument", "a subclass of Instrument", mend))
    taken = {other.name for other in INSTRUMENTS if other not in found}
    taken |= {purpose.name.lower() for purpose in Purpose}
    for instrument in found:
        where = f"{file}: {instrument.__name__}.name"
        if not isinstance(instrument.name, str) or not instrument.name.isidentifier():
            found_there = repr(instrument.name)
            raise InputError(Fault(where, found_there, "one word of letters, digits and underscores"))
        if instrument.name in taken:
            what = f"{instrument.name!r}, which another instrument or purpose has"
            raise InputError(Fault(where, what, "a name of its own", "choose another name"))
        taken.add(instrument.name)
    return tuple(found)


def _check_levers(cards: tuple[str, ...], file: str) -> None:
    """Levers whose names begin as parts of one whole do would have to sum to 1 with these."""
    for name in cards:
        if name in levers() and name.startswith(PARTS_OF_ONE):
            allowed = f"a name that does not begin with {' or '.join(PARTS_OF_ONE)}"
            raise InputError(Fault(f"{file}: lever {name!r}", "a name for parts of one whole", allowed))
