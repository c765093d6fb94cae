"""The journal: one line a finished run, written as soon as it is finished.

Each line begins with the digits of a hash of its record. What a crash, a full disk or a bad sector leaves
of a line does not match its digits and counts as not written; a newline always starts afresh. So a damaged
line costs the run that it tells of, and no other.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from incentive_model.runs.durable import naming, replaced, sealed, sync, unsealed


class Spot(NamedTuple):
    """Where a line stands in the file, in bytes."""

    offset: int
    length: int


class Journal:
    """An append-only file of records.

    Attributes:
        path: the file; made when the first record is written.
        damaged: numbers, from 1, of the lines that :meth:`lines` found not to be whole.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged: list[int] = []
        self._number: int | None = None

    def lines(self) -> Iterator[tuple[Spot, bytes]]:
        """Every record that is whole, and where it stands."""
        self.damaged = []
        if not self.path.exists():
            return
        offset = 0
        with naming(self.path), self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                record = unsealed(line)
                if record is None:
                    self.damaged.append(number)
                else:
                    yield Spot(offset, len(line)), record
                offset += len(line)

    def read(self, spots: Iterable[Spot]) -> Iterator[bytes | None]:
        """The records at some spots; None for one that is no longer whole."""
        with naming(self.path), self.path.open("rb") as file:
            for spot in spots:
                file.seek(spot.offset)
                yield unsealed(file.read(spot.length))

    def append(self, record: bytes) -> Spot:
        """Write a record at the end.

        Raises:
            OSError: it could not be written, and nothing has changed (or what has counts as not written).
        """
        line = sealed(record)
        with naming(self.path):
            number = self._opened()
            spot = Spot(os.fstat(number).st_size, len(line))
            rest = memoryview(line)
            try:
                while rest:
                    rest = rest[os.write(number, rest) :]
            except BaseException:  # the next line is not to begin in the middle of this one
                with suppress(OSError):
                    os.ftruncate(number, spot.offset)
                raise
        return spot

    def _opened(self) -> int:
        """The file's number, for writing at its end."""
        if self._number is None:
            binary = getattr(os, "O_BINARY", 0)
            new = not self.path.exists()
            self._number = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | binary, 0o644)
            if new:
                sync(self.path.parent)
        return self._number

    def sync(self) -> None:
        """Have the disk itself hold what was written.

        Raises:
            OSError: it cannot.
        """
        if self._number is not None:
            with naming(self.path):
                os.fsync(self._number)

    def rewrite(self, records: Iterable[bytes]) -> list[Spot]:
        """These records alone, in the place of all others; returns where they stand.

        Raises:
            OSError: it could not be written, and nothing has changed.
        """
        self.close()
        spots = []
        with replaced(self.path) as fresh, fresh.open("wb") as file:
            for record in records:
                line = sealed(record)
                spots.append(Spot(file.tell(), len(line)))
                file.write(line)
        return spots

    def close(self) -> None:
        """Let go of the file."""
        if self._number is not None:
            os.close(self._number)
            self._number = None
