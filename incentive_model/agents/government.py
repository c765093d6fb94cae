"""The government: subsidies, the referral fund, what evaluation leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Government(mesa.Agent):
    """Announces the scheme and pays for it. What it pays for are instruments (see ``incentives``)."""

    def __init__(self, model: IncentiveModel) -> None:
        super().__init__(model)

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
