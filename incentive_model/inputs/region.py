"""A region: a table of counties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import Field

from incentive_model.cards import Fault, InputError, levers, parameters
from incentive_model.inputs.card_columns import with_card_columns
from incentive_model.inputs.county import County, misfits, scaled, template
from incentive_model.inputs.csv_file import Row, at, read_csv
from incentive_model.inputs.place import place_names, split_reading
from incentive_model.inputs.shapes import Faults, RowShape, number, shown, whole, word
from incentive_model.inputs.values import sum_faults


class CountyRow(RowShape):
    """A row of the table; every lever and every parameter may be a further column, under its own name."""

    id: str = word("a name of its own")
    name: str = Field(default="", max_length=200, description="a name for people")  # blank: the id
    like: str = Field(
        default="yongan", max_length=500, description="a packaged place, PLACE:READING, or a folder"
    )
    residents: int = whole(1, 100_000_000, "residents")
    # Blank: as a resident of the other place has it.
    beds_per_1000: float | None = number(0, 200, "beds inside, a thousand residents", default=None)
    physicians_per_1000: float | None = number(
        0, 100, "physicians inside, a thousand residents", default=None
    )
    income_median: float | None = number(1, 10_000_000, "yuan a year", default=None)
    share_60_plus: float | None = number(0, 1, "share of residents aged 60 and over", default=None)
    distance: float = number(0.01, 100, "kilometres, as a multiple of the other place's", default=1.0)
    population_seed: int | None = whole(0, 2**32 - 1, "seed of its people", default=None)
    tag: str = ""
    source: str = ""


def read_region(path: str | Path) -> tuple[County, ...]:
    """The counties of a table, in its order. Each has been tried out: its place can be made.

    Args:
        path: a CSV file with the columns of :class:`CountyRow`, and further ones named after a lever (as it
            stands there today) or a parameter. A blank cell is as in the template. A folder in ``like``
            lies beside the table.

    Raises:
        InputError: with every fault found, each with its row and column.
    """
    path = Path(path)
    rows = read_csv(path, with_card_columns(CountyRow, path))
    faults = Faults(_repeated(path.name, rows))
    counties = []
    for row in rows:
        with faults.caught():
            counties.append(_county(path, row))
    faults.stop()
    return tuple(counties)


def _repeated(file: str, rows: list[Row[CountyRow]]) -> Iterator[Fault]:
    """Ids name files, and some systems know no capitals there."""
    first: dict[str, int] = {}
    for row in rows:
        before = first.setdefault(row.cells.id.casefold(), row.number)
        if before != row.number:
            found = f"{shown(row.cells.id)} again, as in row {before}"
            yield Fault(at(file, row.number, "id"), found, "each once, capitals or not")


def _county(path: Path, row: Row[CountyRow]) -> County:
    """The county of a row.

    Raises:
        InputError: no such template, or no place can be made of it.
    """
    cells = row.cells
    like = cells.like
    if split_reading(like)[0] not in place_names():
        like = str((path.parent / like).resolve())
    try:
        template(like)
    except InputError as error:
        where = at(path.name, row.number, "like")
        raise InputError(
            [replace(fault, where=f"{where}: {fault.where}") for fault in error.faults]
        ) from error
    county = County(
        id=cells.id,
        title=cells.name or cells.id,
        like=like,
        residents=cells.residents,
        beds_per_1000=cells.beds_per_1000,
        physicians_per_1000=cells.physicians_per_1000,
        income_median=cells.income_median,
        share_60_plus=cells.share_60_plus,
        distance=cells.distance,
        population_seed=cells.population_seed,
        levers=_written(cells, levers()),
        parameters=_written(cells, parameters()),
    )
    Faults(_faults(county, path.name, row.number)).stop()
    return county


def _written(cells: CountyRow, names: Iterable[str]) -> tuple[tuple[str, Any], ...]:
    """The cells under these headings that are not blank."""
    return tuple((name, getattr(cells, name)) for name in names if name in cells.model_fields_set)


def _faults(county: County, file: str, number: int) -> Iterator[Fault]:
    """What is wrong with the place of a row; of what does not fit the first, which the others follow from."""
    place = scaled(template(county.like), county)
    defaults = {name: card.default for name, card in levers().items()}
    yield from sum_faults({**defaults, **place.levers}, at(file, number, ""))
    for column, found, allowed in islice(misfits(template(county.like), place), 1):
        column = f"{column}_per_1000" if getattr(county, f"{column}_per_1000", None) is not None else column
        column = column if hasattr(county, column) else "residents"
        written = f"{getattr(county, column):,}: {found}"
        yield Fault(at(file, number, column), written, allowed, "or another place in column like")
