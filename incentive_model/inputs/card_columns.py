"""Tables in which levers and parameters may be columns, each under its own name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, create_model

from incentive_model.cards import Card, Fault, levers, nearest, parameters
from incentive_model.inputs.shapes import Faults, RowShape, shown
from incentive_model.inputs.sheet import read_sheet

RowType = TypeVar("RowType", bound=RowShape)


def varied_cards() -> dict[str, Card]:
    """Everything that a design may vary or a county may set, by name."""
    return {**levers(), **parameters()}


def with_card_columns(shape: type[RowType], path: Path) -> type[RowType]:
    """The shape of a table's rows: the levers and parameters among its headings are columns too.

    Args:
        shape: the columns that it has beside them.
        path: the table.

    Raises:
        InputError: unreadable, or a heading that names nothing.
    """
    own, cards = shape.model_fields, varied_cards()
    sheet = read_sheet(path, [*own, *cards])
    needed = {name for name, field in own.items() if field.is_required()}
    if not needed or needed & set(sheet.columns):  # else another table, says the reader
        known = [*own, *cards]
        allowed = ", ".join([*own, "the name of a lever or parameter"])
        where = f"{sheet.file}: row {sheet.heading}"
        Faults(
            Fault(where, f"an unknown column {shown(name)}", allowed, nearest(name, known))
            for name in sheet.columns
            if name and name not in known
        ).stop()
    more = {name: _column(cards[name]) for name in sheet.columns if name in cards}
    return create_model(shape.__name__, __base__=shape, **more)


def _column(card: Card) -> Any:
    """The column of a lever or parameter, which may be left blank."""
    if card.choices:
        pattern = f"^({'|'.join(card.choices)})$"
        return str | None, Field(default=None, pattern=pattern, description=card.allowed())
    field = Field(default=None, ge=card.low, le=card.high, allow_inf_nan=False, description=card.allowed())
    return (int if isinstance(card.default, int) else float) | None, field
