"""Every facility, from the village clinic to the outside hospital."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from incentive_model.engine.compiled import compiled
from incentive_model.incentives.events import Event
from incentive_model.rules.inducement import service

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Hospital(mesa.Agent):
    """One facility: a Mesa agent that reads and writes its row of the facilities' columns.

    Attributes:
        row: its row; ``facility_id``, ``name`` and ``tier`` are the place's.
    """

    def __init__(self, model: IncentiveModel, row: int) -> None:
        super().__init__(model)
        self.row = row
        self._account = float("nan")
        entry = model.place.facilities.iloc[row]
        self.facility_id: str = str(entry["id"])
        self.name: str = str(entry["name"])
        self.tier: int = int(model.county.tier[row])

    def adapt(self) -> None:
        """Quarterly: set the intensity of service, and the part of a bill moved to the patient, to what
        the shared account makes worthwhile (MODEL 12). Without an account both stay as observed."""
        model: IncentiveModel = self.model
        account = float(model.tables.certain[Event.CLAIM_YUAN, self.row])
        if account == self._account:
            return  # nothing has changed, so nothing is to be decided
        self._account = account
        decided = compiled(service)(model.p, account)
        f = model.facilities[self.row]
        f.price_visit = round(int(f.list_visit) * decided.bill_factor)
        f.price_admission = round(int(f.list_admission) * decided.bill_factor)
        f.effort = decided.effort
        f.uncovered_bp = round(decided.uncovered * 10_000)

    @property
    def surplus(self) -> float:
        """Yuan of the simulated residents earned less paid since the run began."""
        return self.model.county.balance(self.model.county.accounts.facilities[self.row]) / 100.0

    @property
    def load(self) -> float:
        """Expected visits over capacity."""
        return float(self.model.facilities.load[self.row])

    @property
    def occupancy(self) -> float:
        """Expected bed-days over beds."""
        return float(self.model.facilities.occupancy[self.row])
