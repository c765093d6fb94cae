"""Every facility, from the village clinic to the outside hospital."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import mesa
import numpy as np

from incentive_model.incentives.events import Event, Kind
from incentive_model.rules.adapting import lends, lost_margin, pass_on_step

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
        self._earned = 0.0  # yuan, up to the last quarter's end
        self._quarter: float | None = None  # yuan earned in the quarter before
        self._step = 0.0
        self.tier: int = int(model.county.tier[row])

    @property
    def facility_id(self) -> str:
        return str(self.model.place.facilities["id"].iat[self.row])

    @property
    def name(self) -> str:
        return str(self.model.place.facilities["name"].iat[self.row])

    def adapt(self) -> None:
        """Quarterly: how intensely to serve, what to move to the patient, what to pass on to physicians,
        and whether to lend experts (MODEL 12, 15)."""
        self._serve(range(self.row, self.row + 1))
        self._try()

    @staticmethod
    def adapt_all(hospitals: Sequence[Hospital]) -> None:
        """:meth:`adapt` of all facilities, which decide on their service in one loop."""
        hospitals[0]._serve(range(len(hospitals)))
        for hospital in hospitals:
            hospital._try()

    def _serve(self, rows: range) -> None:
        """Set the intensity of service, and the part of a bill moved to the patient, to what payment and the
        shared account make worthwhile. As long as these stay, so does what was decided."""
        model: IncentiveModel = self.model
        model.service.decide(model.p, model.facilities, model.tables, model.county, rows)

    def _try(self) -> None:
        """Try another θ, and lend experts or not, where facilities are that inventive."""
        p = self.model.county.p
        if p.hospital_learning > 0.0 and not self.model.county.outside[self.row]:
            self._try_pass_on()
        if p.hospital_initiative > 0.0 and self.tier == 2:
            self._lend()

    def _try_pass_on(self) -> None:
        """Step on with θ if the quarter's surplus rose after the last step, else back. The first step (up)
        waits for a quarter that the next one can be held against."""
        model: IncentiveModel = self.model
        if model.month == -model.burn_in:
            return
        earned = self.surplus
        quarter, self._earned = earned - self._earned, earned
        rise = 0.0 if self._quarter is None else quarter - self._quarter
        self._step = pass_on_step(model.p, rise, self._step)
        self._quarter = quarter
        own = model.county.means.pass_on
        own[self.row] = min(1.0, max(0.0, float(own[self.row]) + self._step))

    def _lend(self) -> None:
        """Lend experts if the account's part of what they save is more than the margin of lost visits."""
        model: IncentiveModel = self.model
        county, p = model.county, model.p
        account = float(model.tables.certain[Event.CLAIM_YUAN, self.row])
        claims = float(county.bills[:, :, :, 0].sum()) / 100.0
        visits = float(county.bills[self.row, :, Kind.VISIT].sum()) / 100.0
        lost = lost_margin(p.expert_hours, p.margin_hospital, visits, self.load)
        county.lent[self.row] = 1.0 if lends(p, account, claims, lost) else 0.0

    @property
    def surplus(self) -> float:
        """Yuan of the simulated residents earned less paid since the run began."""
        return self.model.county.balance(self.model.county.accounts.facilities[self.row]) / 100.0

    @property
    def load(self) -> float:
        """Expected visits over capacity."""
        return float(np.nan_to_num(self.model.facilities.load[self.row]))

    @property
    def occupancy(self) -> float:
        """Expected bed-days over beds."""
        return float(self.model.facilities.occupancy[self.row])
