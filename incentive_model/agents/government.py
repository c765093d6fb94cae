"""The government: subsidies, the referral fund, what evaluation leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from incentive_model.incentives.scoring import short_of_two_way
from incentive_model.rules.adapting import raised_bonus

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Government(mesa.Agent):
    """Announces the scheme and pays for it. What it pays for are instruments (see ``incentives``)."""

    def __init__(self, model: IncentiveModel) -> None:
        super().__init__(model)

    def adapt(self) -> None:
        """Yearly: raise the referral bonus if targets were missed and money was left (MODEL 15)."""
        model: IncentiveModel = self.model
        county = model.county
        short = short_of_two_way(county)
        units = (county.tier == 1) | (county.tier == 2)
        missed = float(short[units].mean()) if units.any() else 0.0
        unspent = county.balance(county.accounts.referral_fund) > 0
        county.raised_bonus = raised_bonus(model.p, county.raised_bonus, 1.0 - missed, unspent)

    @property
    def spent(self) -> float:
        """Yuan of the simulated residents spent, net, since the run began."""
        county = self.model.county
        return -county.balance(county.accounts.government) / 100.0

    @property
    def referral_fund(self) -> float:
        """What the referral fund holds, in yuan of the simulated residents."""
        county = self.model.county
        return county.balance(county.accounts.referral_fund) / 100.0
