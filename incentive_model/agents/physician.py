"""One physician."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incentive_model.agents.handle import Handle

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Physician(Handle):
    """A handle on one physician's row.

    Every column of the physicians is an attribute (``altruism``, ``unaware``, ``complex``, ``tie`` …).
    """

    table = "physician_columns"

    @property
    def beliefs(self) -> dict[str, float]:
        """How far this physician believes each instrument's promised pay (0–1)."""
        model: IncentiveModel = self.model
        values = model.belief[self.row]
        return {x.name: float(b) for x, b in zip(model.instruments, values, strict=True)}
