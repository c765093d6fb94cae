"""A table as a spreadsheet saved it: what parts its cells, its headings, its rows of text."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.files import read_table_text

#: What may part cells, and its name.
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


class Record(NamedTuple):
    """A row's cells without the blanks around them, and its number as a spreadsheet shows it."""

    number: int
    cells: list[str]


class Sheet(NamedTuple):
    """A file's rows that are not blank; ``columns`` are its headings, known ones under their own names."""

    file: str
    separator: str
    heading: int
    columns: list[str]
    records: list[Record]


def read_sheet(path: Path, known: Sequence[str]) -> Sheet:
    """The table in a file, whatever spreadsheet saved it.

    The headings decide what parts cells: whatever brings out most of the ``known`` columns. These may be
    written in capitals, and with blanks or marks in them (``X (km)`` for ``x_km``).

    Raises:
        InputError: unreadable, or not CSV.
    """
    text = read_table_text(path)
    names = {_letters(column): column for column in known}
    found = {mark: _first(text, mark) for mark in SEPARATORS}
    separator = max(SEPARATORS, key=lambda mark: sum(_letters(cell) in names for cell in found[mark]))
    try:
        records = list(_records(text, separator, strict=True))
    except csv.Error as error:
        raise InputError(Fault(path.name, f"broken CSV: {error}", "comma-separated values")) from error
    heading, *rows = records or [Record(1, [])]
    columns = [names.get(_letters(cell), cell) for cell in heading.cells]
    while columns and not columns[-1]:
        columns.pop()
    return Sheet(path.name, separator, heading.number, columns, rows)


def _first(text: str, separator: str) -> list[str]:
    """The headings, if cells were parted so; a file that is no CSV at all has none."""
    try:
        return next(_records(text, separator, strict=False), Record(1, [])).cells
    except csv.Error:
        return []


def _records(text: str, separator: str, strict: bool) -> Iterator[Record]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line]
        if any(cells):
            yield Record(number, cells)


def _letters(heading: str) -> str:
    """A heading's letters and digits alone, small and of ordinary width."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(letter for letter in text if letter.isalnum())
