"""Files that are there whole or not at all, and bytes that say whether they are as they were written."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Digits of a hash that stand before a record, or in a file's name.
DIGITS = 16
PARTIAL = re.compile(r"\..+\.[0-9a-f]{8}\.partial")


def digits_of(content: bytes) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def sealed(record: bytes) -> bytes:
    """A record as a line of its own: its digits, a blank, itself, a newline."""
    return digits_of(record).encode() + b" " + record + b"\n"


def unsealed(line: bytes) -> bytes | None:
    """The record in a line; None if anything about the line is not as it was written."""
    digits, blank, record = line[:DIGITS], line[DIGITS : DIGITS + 1], line[DIGITS + 1 : -1]
    whole = blank == b" " and line[-1:] == b"\n" and digits == digits_of(record).encode()
    return record if whole else None


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """An error of the disk says which file it met, also where the system does not."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A path to write to; when the block ends, what was written takes the place of ``path`` at once.

    If the block is left by an error, ``path`` is as it was.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    with naming(path):
        try:
            yield fresh
            sync(fresh)
            os.replace(fresh, path)
        except BaseException:
            with suppress(OSError):
                fresh.unlink()
            raise
        sync(path.parent)


def is_partial(path: Path) -> bool:
    """Whether a file is what :func:`replaced` left when its process was killed."""
    return PARTIAL.fullmatch(path.name) is not None


def sync(path: Path) -> None:
    """Have the disk itself hold a file, or a folder's names (of which Windows knows nothing)."""
    if os.name == "nt" and path.is_dir():
        return
    number = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)
