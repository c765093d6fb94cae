"""All residents, or all physicians, in columns, in the language of Mesa's AgentSet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

try:
    from mesa.agentset import GroupBy
except ImportError:  # Mesa before 3.4 keeps it elsewhere
    from mesa.agent import GroupBy

A = TypeVar("A")


class Handles(Generic[A]):
    """A set of agents that live in columns; a handle is made when one is looked at.

    Speaks ``len``, iteration, indexing, ``select``, ``get``, ``set``, ``agg``, ``do``, ``map``,
    ``sort``, ``groupby``, ``to_frame`` as AgentSet does, on whole columns where it can.
    """

    def __init__(
        self, model: Any, kind: Callable[[Any, int], A], columns: Any, rows: NDArray[np.int64]
    ) -> None:
        self.model, self._kind, self._columns, self._rows = model, kind, columns, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[A]:
        return (self._kind(self.model, int(row)) for row in self._rows)

    def __getitem__(self, position: int | slice) -> Any:
        if isinstance(position, slice):
            return self._of(self._rows[position])
        return self._kind(self.model, int(self._rows[position]))

    def __contains__(self, agent: object) -> bool:
        if not isinstance(self._kind, type) or not isinstance(agent, self._kind):
            return False
        return getattr(agent, "model", None) is self.model and getattr(agent, "row", None) in self._rows

    def _of(self, rows: NDArray[np.int64]) -> Handles[A]:
        return Handles(self.model, self._kind, self._columns, rows)

    def column(self, name: str) -> NDArray[Any]:
        """One attribute of everybody in the set, as an array.

        Raises:
            AttributeError: no such column.
        """
        if name not in self._columns.dtype.names:
            raise AttributeError(f"no column {name!r}; there are: {', '.join(self._columns.dtype.names)}")
        values = np.asarray(self._columns[name][self._rows])
        return values.astype(np.float64 if values.dtype.kind == "f" else np.int64)  # however they are stored

    def get(self, names: str | list[str]) -> Any:
        """Values of one attribute, or a list of values of several for each agent."""
        if isinstance(names, str):
            return list(self._values(names))
        return [list(values) for values in zip(*(self._values(name) for name in names), strict=True)]

    def _values(self, name: str) -> Any:
        if name in self._columns.dtype.names:
            return self.column(name)
        return [getattr(agent, name) for agent in self]

    def set(self, name: str, value: Any) -> Handles[A]:
        """Write one attribute of everybody in the set."""
        self.column(name)
        self._columns[name][self._rows] = value
        self.model.remember()
        return self

    def select(
        self,
        filter_func: Callable[[A], bool] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
    ) -> Handles[A]:
        """Those for whom ``filter_func`` is true, at most so many (a float up to 1: that part of the set)."""
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        rows = [
            int(r) for r in self._rows if filter_func is None or filter_func(self._kind(self.model, int(r)))
        ]
        chosen = np.array(rows[: int(min(at_most, len(rows)))], np.int64)
        if inplace:
            self._rows = chosen
            return self
        return self._of(chosen)

    def agg(self, attribute: str, func: Callable[[Any], Any] | list[Callable[[Any], Any]]) -> Any:
        """``func`` of all values of an attribute (a list of functions gives a list)."""
        values = self._values(attribute)
        if callable(func):
            return func(values)
        return [f(values) for f in func]

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Call a method (by name) or a function on every agent; the results."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Handles[A]:
        """As :meth:`map`, without the results."""
        self.map(method, *args, **kwargs)
        return self

    def sort(
        self, key: str | Callable[[A], Any], ascending: bool = False, inplace: bool = False
    ) -> Handles[A]:
        """In order of an attribute or a function; descending unless told, as in Mesa."""
        values = self._values(key) if isinstance(key, str) else [key(agent) for agent in self]
        order = sorted(range(len(self)), key=lambda k: values[k], reverse=not ascending)
        rows = self._rows[order]
        if inplace:
            self._rows = rows
            return self
        return self._of(rows)

    def groupby(self, by: str | Callable[[A], Any]) -> GroupBy:
        """Sets by the value of an attribute or a function, as Mesa's GroupBy."""
        values = self._values(by) if isinstance(by, str) else [by(agent) for agent in self]
        groups: dict[Any, list[int]] = {}
        for row, value in zip(self._rows, values, strict=True):
            groups.setdefault(value.item() if isinstance(value, np.generic) else value, []).append(int(row))
        return GroupBy({value: self._of(np.array(rows, np.int64)) for value, rows in groups.items()})

    def to_frame(self) -> pd.DataFrame:
        """All one-dimensional columns as a table, one row an agent."""
        flat = [name for name in self._columns.dtype.names if self._columns[name].ndim == 1]
        return pd.DataFrame({name: self.column(name) for name in flat})
