"""Points of a design in a CSV file: one row a point, one column a lever or parameter."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import Field, create_model

from incentive_model.cards import Card, levers, parameters
from incentive_model.inputs.csv_file import frame, read_csv
from incentive_model.inputs.shapes import RowShape


def read_points(path: Path) -> pd.DataFrame:
    """The points in a file, in its order; a blank cell (NaN, None) leaves what the scheme or place says.

    Raises:
        InputError: unreadable, not CSV, an unknown lever or parameter, a value that its card refuses.
    """
    shape = point_shape(tuple(varied_cards()))
    table = frame(read_csv(path, shape), shape).replace({"": None, "None": None})
    return table.dropna(axis="columns", how="all")


def varied_cards() -> dict[str, Card]:
    """Everything that a design may vary, by name."""
    return {**levers(), **parameters()}


@functools.cache
def point_shape(names: tuple[str, ...]) -> type[RowShape]:
    """A row whose columns are these levers and parameters, each of which may be left blank."""
    cards = varied_cards()
    return create_model("PointRow", __base__=RowShape, **{name: _field(cards[name]) for name in names})


def _field(card: Card) -> Any:
    if card.choices:
        pattern = "^(" + "|".join(card.choices) + ")$"
        return (str | None, Field(default=None, pattern=pattern, description=card.allowed()))
    kind = int if isinstance(card.default, int) else float
    field = Field(default=None, ge=card.low, le=card.high, allow_inf_nan=False, description=card.allowed())
    return (kind | None, field)
