"""Errors for people: what is wrong, where, what is allowed, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in what a person wrote.

    Attributes:
        where: file with key path (TOML) or row and column (CSV), or the name of an option.
        found: what was found there.
        allowed: what may stand there.
        mend: what to do, with the nearest name where there is one.
    """

    where: str
    found: str
    allowed: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{self.where}: found {self.found}; allowed: {self.allowed}"
        if self.mend:
            line += f"; {self.mend}"
        return " ".join(line.split())

    def to_json(self) -> dict[str, str]:
        return asdict(self)


class InputError(ValueError):
    """What a person wrote cannot be used. ``str()`` is one line; ``faults`` has them all."""

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        first = str(self.faults[0])
        more = len(self.faults) - 1
        return first if not more else f"{first} (and {more} more)"


def nearest(name: str, names: Iterable[str]) -> str:
    """``did you mean 'x'?`` for the closest of ``names``, or an empty string."""
    close = difflib.get_close_matches(str(name), list(names), n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else ""
