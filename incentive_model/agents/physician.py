"""One physician."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Physician(mesa.Agent):
    """A handle on one physician's row. It does not register itself: looking changes nothing.

    Every column of the physicians is an attribute (``altruism``, ``unaware``, ``complex``, ``tie`` …).
    """

    def __init__(self, model: IncentiveModel, row: int) -> None:
        self.model = model
        self.row = self.unique_id = row
        self.pos = None

    def __getattr__(self, name: str) -> object:
        columns = self.__dict__["model"].physician_columns
        if name in columns.dtype.names:
            return columns[name][self.row]
        raise AttributeError(f"a physician has no {name!r}; there are: {', '.join(columns.dtype.names)}")

    @property
    def beliefs(self) -> dict[str, float]:
        """How far this physician believes each instrument's promised pay (0–1)."""
        model: IncentiveModel = self.model
        values = model.belief[self.row]
        return {x.name: float(b) for x, b in zip(model.instruments, values, strict=True)}
