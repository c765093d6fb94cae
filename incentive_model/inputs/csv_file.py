"""A CSV file as rows of one shape, each with its number as a spreadsheet shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, get_args

import pandas as pd
from pydantic.fields import FieldInfo

from incentive_model.cards import Fault, InputError, nearest
from incentive_model.inputs.numbers import UnclearNumber, comma_in, plain
from incentive_model.inputs.shapes import Faults, Loc, RowShape, shaped, shown
from incentive_model.inputs.sheet import SEPARATORS, Record, Sheet, read_sheet

RowType = TypeVar("RowType", bound=RowShape)


class Row(NamedTuple, Generic[RowType]):
    """A row and its number: a header at the very top is row 1."""

    number: int
    cells: RowType


def read_csv(
    path: Path, shape: type[RowType], may_be_empty: bool = False, told: Faults | None = None
) -> list[Row[RowType]]:
    """The rows of a file with a header. Blank rows are passed over, a blank cell is no entry.

    Args:
        path: the file.
        shape: one row's columns; a column is needed if its field has no default.
        may_be_empty: a header without rows will do.
        told: takes the faults if none is worse than a wrong number or an unknown column, so that what hangs
            together with other rows and files can be judged all the same. A wrong number then counts as left
            out; where it is needed, as the highest allowed.

    Raises:
        InputError: unreadable, not CSV, unknown or missing columns, cells of the wrong kind or out of bounds.
    """
    reader = _Reader(read_sheet(path, list(shape.model_fields)), shape)
    rows = [row for record in reader.sheet.records if (row := reader.row(record)) is not None]
    if not reader.sheet.records and not may_be_empty:
        reader.say(path.name, "a header without rows", "at least one row")
        reader.sound = False
    if told is None or not reader.sound:
        reader.faults.stop()
    else:
        told += reader.faults
    return rows


def at(file: str, row: int, column: str) -> str:
    """Names a cell for a person."""
    return f"{file}: row {row}, column {column}"


def frame(rows: Sequence[Row[RowType]], shape: type[RowType]) -> pd.DataFrame:
    """Rows as a table with the shape's columns and types (an empty optional number is NaN)."""
    kinds: dict[object, str] = {
        int: "int64",
        int | None: "float64",
        float: "float64",
        float | None: "float64",
    }
    columns = {}
    for column, field in shape.model_fields.items():
        kind = kinds.get(field.annotation, "str")
        columns[column] = pd.Series([getattr(row.cells, column) for row in rows], dtype=kind)
    return pd.DataFrame(columns)


class _Reader(Generic[RowType]):
    """Rows out of a sheet, and every fault on the way.

    Attributes:
        sound: ids, tiers and names can be relied on; what is wrong is only in numbers.
    """

    def __init__(self, sheet: Sheet, shape: type[RowType]) -> None:
        self.sheet, self.shape = sheet, shape
        self.faults = Faults()
        self.sound = True
        self.fields = shape.model_fields
        self.numbers = {column for column, field in self.fields.items() if _kinds(field) & {int, float}}
        fractions = {column for column in self.numbers if float in _kinds(self.fields[column])}
        written = (zip(sheet.columns, record.cells, strict=False) for record in sheet.records)
        cells = (cell for row in written for column, cell in row if column in fractions)
        self.comma = comma_in(cells, sheet.separator)
        self._check_columns()

    def say(self, where: str, found: str, allowed: str, mend: str = "") -> None:
        self.faults.append(Fault(where, found, allowed, mend))

    def _check_columns(self) -> None:
        columns, known = self.sheet.columns, list(self.fields)
        where = f"{self.sheet.file}: row {self.sheet.heading}"
        needed = [column for column, field in self.fields.items() if field.is_required()]
        allowed = "columns " + ", ".join(known)
        if not set(columns) & set(known):
            mend = "write the names of the columns into the first row"
            raise InputError(Fault(where, f"no known column, but {shown(', '.join(columns))}", allowed, mend))
        for column in dict.fromkeys(columns):
            if not column:
                self._check_nameless(where)
            elif column not in known:
                self.say(where, f"an unknown column {shown(column)}", allowed, nearest(column, known))
            elif columns.count(column) > 1:
                self.say(where, f"column {column} {columns.count(column)} times", "each column once")
                self.sound = False
        for column in needed:
            if column not in columns:
                self.say(where, f"no column {column}", "columns " + ", ".join(needed), "add the column")

    def _check_nameless(self, where: str) -> None:
        """A column without a heading may stand between others if it is blank."""
        for k, column in enumerate(self.sheet.columns):
            if not column and any(record.cells[k : k + 1] != [""] for record in self.sheet.records):
                self.say(
                    where, f"no heading over column {k + 1}", "a name over every column that is not blank"
                )

    def row(self, record: Record) -> Row[RowType] | None:
        """The row; what is wrong with it is kept. None if more than numbers is wrong."""
        if self._is_cut_wrong(record):
            self.sound = False
            return None
        written = {
            column: cell
            for column, cell in zip(self.sheet.columns, record.cells, strict=False)
            if cell and column in self.fields
        }
        entries, wrong = self._numbers_read(record.number, written)
        try:
            return Row(record.number, self._shaped(record.number, entries))
        except InputError as error:
            spots = {at(self.sheet.file, record.number, column): column for column in self.fields}
            for fault in error.faults:
                column = spots[fault.where]
                if column in written and column not in wrong:
                    self.faults.append(replace(fault, found=shown(written[column])))
                elif column in self.sheet.columns and column not in wrong:
                    self.faults.append(fault)
                wrong.add(column)
        if not wrong <= self.numbers:
            self.sound = False
            return None
        sound = {column: cell for column, cell in entries.items() if column not in wrong}
        needed = {
            column: _highest(self.fields[column]) for column in wrong if self.fields[column].is_required()
        }
        return Row(record.number, self._shaped(record.number, sound | needed))

    def _numbers_read(self, number: int, written: dict[str, str]) -> tuple[dict[str, Any], set[str]]:
        """The cells with numbers as Python reads them, and the columns of those that are not clear."""
        entries: dict[str, Any] = dict(written)
        unclear = set()
        for column in filter(self.numbers.__contains__, written):
            field = self.fields[column]
            whole = float not in _kinds(field)
            try:
                share = not whole and _highest(field) <= 1
                entries[column] = plain(written[column], self.comma, whole=whole, share=share)
            except UnclearNumber as error:
                where = at(self.sheet.file, number, column)
                self.say(where, shown(written[column]), field.description or "a number", str(error))
                unclear.add(column)
                del entries[column]
        return entries, unclear

    def _shaped(self, number: int, entries: dict[str, Any]) -> RowType:
        def where(loc: Loc) -> str:
            return at(self.sheet.file, number, str(loc[0]))

        return shaped(self.shape, entries, where)

    def _is_cut_wrong(self, record: Record) -> bool:
        """Whether cells are not parted as in the header. (A short row may lack blanks at its end.)"""
        columns, own = self.sheet.columns, self.sheet.separator
        where = f"{self.sheet.file}: row {record.number}"
        if any(record.cells[len(columns) :]):
            found, allowed = f"{len(record.cells)} cells", f"{len(columns)} cells, as in the header"
            name = SEPARATORS[own].removesuffix("s")
            self.say(where, found, allowed, f"put quotes around a cell that contains a {name}")
            return True
        others = [name for mark, name in SEPARATORS.items() if mark != own and mark in record.cells[0]]
        if len(columns) > 1 and len(record.cells) == 1 and others:
            self.say(where, f"cells parted by {others[0]}", f"{SEPARATORS[own]}, as in the header")
            return True
        return False


def _kinds(field: FieldInfo) -> set[Any]:
    """The types a column may have: ``float | None`` has two."""
    return set(get_args(field.annotation)) or {field.annotation}


def _highest(field: FieldInfo) -> float:
    return next(limit.le for limit in field.metadata if hasattr(limit, "le"))
