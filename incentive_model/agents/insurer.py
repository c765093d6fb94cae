"""The insurer and its funds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Insurer(mesa.Agent):
    """Keeps the funds. Its schedule, budgets and settlements are instruments (see ``incentives``)."""

    def __init__(self, model: IncentiveModel) -> None:
        super().__init__(model)

    @property
    def balances(self) -> dict[str, float]:
        """What each fund holds since the run began, in yuan of the simulated residents."""
        model: IncentiveModel = self.model
        funds = model.county.accounts.funds
        return {
            x.name: model.county.balance(int(fund)) / 100.0
            for x, fund in zip(model.place.insurances, funds, strict=True)
        }
