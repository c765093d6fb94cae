"""A CSV file as rows of one shape, each with its number as a spreadsheet shows it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import pandas as pd

from incentive_model.cards import Fault, InputError, nearest
from incentive_model.inputs.files import read_text
from incentive_model.inputs.shapes import Faults, Loc, RowShape, shaped, shown

RowType = TypeVar("RowType", bound=RowShape)


class Row(NamedTuple, Generic[RowType]):
    """A row and its number: the header is row 1."""

    number: int
    cells: RowType


def read_csv(path: Path, shape: type[RowType], may_be_empty: bool = False) -> list[Row[RowType]]:
    """The rows of a comma-separated file with a header. Blank rows are passed over, a blank cell is no entry.

    Args:
        path: the file.
        shape: one row's columns; a column is needed if its field has no default.
        may_be_empty: a header without rows will do.

    Raises:
        InputError: unreadable, not CSV, unknown or missing columns, cells of the wrong kind or out of bounds.
    """
    records = _records(path)
    header = [cell.strip() for cell in records[0]]
    _check_header(path.name, header, shape)
    rows: list[Row[RowType]] = []
    faults = Faults()
    for number, record in enumerate(records[1:], start=2):
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue
        if any(cells[len(header) :]):
            faults.append(
                Fault(
                    f"{path.name}: row {number}",
                    f"{len(cells)} cells",
                    f"{len(header)} cells, as in the header",
                    "put quotes around a cell that contains a comma",
                )
            )
            continue
        with faults.caught():
            rows.append(Row(number, _row(path.name, number, header, cells, shape)))
    if not rows and not faults and not may_be_empty:
        faults.append(Fault(path.name, "a header without rows", "at least one row"))
    faults.stop()
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


def _records(path: Path) -> list[list[str]]:
    text = read_text(path)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(Fault(path.name, f"broken CSV: {error}", "comma-separated values")) from error
    return records


def _row(file: str, number: int, header: list[str], cells: list[str], shape: type[RowType]) -> RowType:
    def where(loc: Loc) -> str:
        return at(file, number, str(loc[0]))

    # A short record lacks trailing blanks only: some spreadsheets leave them out.
    entries = {column: cell for column, cell in zip(header, cells, strict=False) if cell}
    return shaped(shape, entries, where)


def _check_header(file: str, header: list[str], shape: type[RowShape]) -> None:
    where = f"{file}: row 1"
    known = list(shape.model_fields)
    needed = [column for column, field in shape.model_fields.items() if field.is_required()]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        raise InputError(
            Fault(where, "columns parted by semicolons or tabs", "commas", "save as comma-separated")
        )
    faults = Faults()
    for column in dict.fromkeys(header):
        if column not in known:
            allowed = "columns " + ", ".join(known)
            faults.append(Fault(where, f"an unknown column {shown(column)}", allowed, nearest(column, known)))
        elif header.count(column) > 1:
            faults.append(Fault(where, f"column {column} {header.count(column)} times", "each column once"))
    for column in needed:
        if column not in header:
            allowed = "columns " + ", ".join(needed)
            faults.append(Fault(where, f"no column {column}", allowed, "add the column"))
    faults.stop()
