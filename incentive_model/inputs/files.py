"""Files as bytes and text, with a fault instead of an operating-system error."""

from __future__ import annotations

import codecs
import os
import unicodedata
from pathlib import Path

from incentive_model.cards import Fault, InputError

#: The packaged places and schemes.
DATA = Path(__file__).resolve().parent.parent / "data"

UTF8 = "utf-8-sig"  #: with or without a byte-order mark
GB18030 = "gb18030"  #: what spreadsheets in China call ANSI; GBK and GB2312 are parts of it

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  #: how XLSX and XLS begin
_AS_CSV = 'in the spreadsheet: save as "CSV UTF-8"'


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
    return _text(path, _bytes(path, "write the file"), UTF8, "UTF-8", "save it as UTF-8")


def read_table_text(path: Path) -> str:
    """The text of a table, in whichever encoding a spreadsheet saved it (:func:`table_encoding`).

    Raises:
        InputError: no such file, not readable, or not text.
    """
    raw = _bytes(path, _misnamed(path) or "write the file")
    if raw.startswith(_WORKBOOKS):
        raise InputError(Fault(path.name, "a workbook", "comma-separated values", _AS_CSV))
    return _text(path, raw, table_encoding(raw), "UTF-8, GBK or marked UTF-16", _AS_CSV)


def table_encoding(raw: bytes) -> str:
    """UTF-16 if it says so, else UTF-8 if it is that, else GB18030.

    Text in GB18030 is hardly ever valid UTF-8 by accident; the other way round it often is.
    """
    if raw.startswith(_UTF16):
        return "utf-16"
    try:
        raw.decode(UTF8)
    except UnicodeDecodeError:
        return UTF8 if raw.startswith(codecs.BOM_UTF8) else GB18030
    return UTF8


def _bytes(path: Path, mend: str) -> bytes:
    if not is_file(path):
        raise InputError(Fault(path.name, f"no file {str(path)!r}", "a readable text file", mend))
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "an unreadable file"
        raise InputError(Fault(path.name, reason, "a readable text file")) from error


def _text(path: Path, raw: bytes, encoding: str, known: str, mend: str) -> str:
    allowed = f"text in {known}"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = "a binary file" if b"\0" in raw else f"bytes that are not {known} text, line {line}"
        raise InputError(Fault(path.name, found, allowed, mend)) from error
    if "\0" in text:
        raise InputError(Fault(path.name, "a binary file", allowed, mend))
    # Bytes of yet another encoding can come out as characters that do not exist.
    if encoding == GB18030 and any(unicodedata.category(letter) in ("Cn", "Co") for letter in set(text)):
        raise InputError(Fault(path.name, "text in an unknown encoding", allowed, mend))
    if not text.strip():
        raise InputError(Fault(path.name, "an empty file", "a file with something in it"))
    return text


def _misnamed(path: Path) -> str:
    """A file beside it that looks as if it were meant."""
    if not is_folder(path.parent):
        return ""
    for other in sorted(path.parent.iterdir()):
        if other.name.lower() == path.name.lower():
            return f"rename {other.name} to {path.name}"
        if other.stem.lower() == path.stem.lower():
            return f"save {other.name} as {path.name}"
    return ""
