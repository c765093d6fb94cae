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

    def adapt(self) -> None:
        """Yearly: after a deficit, look at more cases of its own accord (MODEL 15). The next budget follows
        last year's claims (see the instrument)."""
        county = self.model.county
        county.deficit_audit = float(self.model.p.audit_after_deficit) if county.deficit else 0.0

    @property
    def balances(self) -> dict[str, float]:
        """What each fund holds since the run began, in yuan of the simulated residents."""
        model: IncentiveModel = self.model
        funds = model.county.accounts.funds
        return {
            x.name: model.county.balance(int(fund)) / 100.0
            for x, fund in zip(model.place.insurances, funds, strict=True)
        }
