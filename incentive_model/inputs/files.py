"""Files as bytes and text, with a fault instead of an operating-system error."""

from __future__ import annotations

import os
from pathlib import Path

from incentive_model.cards import Fault, InputError

#: The packaged places and schemes.
DATA = Path(__file__).resolve().parent.parent / "data"


def is_folder(path: str | Path) -> bool:
    """Whether there is a folder; a path that no system can have is no folder."""
    return os.path.isdir(path)


def is_file(path: str | Path) -> bool:
    """Whether there is an ordinary file (a device or a pipe is none: it may never end)."""
    return os.path.isfile(path)


def read_text(path: Path) -> str:
    """The file's text: UTF-8, with or without a byte-order mark.

    Raises:
        InputError: no such file, not readable, or not UTF-8 text.
    """
    if not is_file(path):
        raise InputError(Fault(path.name, f"no file {str(path)!r}", "a readable text file", "write the file"))
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "an unreadable file"
        raise InputError(Fault(path.name, reason, "a readable text file")) from error
    allowed = 'text in UTF-8 (in a spreadsheet: save as "CSV UTF-8")'
    if b"\0" in raw:
        raise InputError(Fault(path.name, "a binary file", allowed))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"bytes that are not UTF-8 text, line {line}"
        raise InputError(Fault(path.name, found, allowed)) from error
    if not text.strip():
        raise InputError(Fault(path.name, "an empty file", "a file with something in it"))
    return text
