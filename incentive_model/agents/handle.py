"""A Mesa agent that is a view of one row."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from incentive_model.cards import Fault, InputError

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Handle(mesa.Agent):
    """One row of a model's table, with the row's columns as attributes, to read and to write.

    It does not register itself with the model: looking changes nothing. Two handles on the same row
    are equal.
    """

    table = ""  #: the model's attribute that holds the table

    def __init__(self, model: IncentiveModel, row: int) -> None:
        set_own = object.__setattr__
        set_own(self, "model", model)
        set_own(self, "row", row)
        columns = getattr(model, self.table)
        set_own(self, "unique_id", int(columns["id"][row]) if "id" in columns.dtype.names else row)
        set_own(self, "pos", None)

    def __getattr__(self, name: str) -> Any:
        model = self.__dict__.get("model")
        if model is None or name.startswith("__"):
            raise AttributeError(name)
        columns = getattr(model, self.table)
        if name in columns.dtype.names:
            value = columns[name][self.row]
            return value.item() if isinstance(value, np.generic) else value  # small numbers overflow in NumPy
        known = ", ".join(columns.dtype.names)
        raise AttributeError(f"a {type(self).__name__.lower()} has no {name!r}; there are: {known}")

    def __setattr__(self, name: str, value: Any) -> None:
        columns = getattr(self.model, self.table)
        if name in columns.dtype.names:
            columns[name][self.row] = value
        else:
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and (other.model, other.row) == (self.model, self.row)

    def __hash__(self) -> int:
        return hash((type(self).__name__, id(self.model), self.row))


def severity_given(severity: object) -> float:
    """A severity that somebody asks about.

    Raises:
        InputError: it is no number from 0 to 1.
    """
    if isinstance(severity, Real) and 0.0 <= float(severity) <= 1.0:
        return float(severity)
    raise InputError(Fault("severity", repr(severity), "a number from 0 to 1"))
