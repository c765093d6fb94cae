"""The government: subsidies, the referral fund, what evaluation leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import mesa

from incentive_model.incentives.scoring import short_of_two_way
from incentive_model.rules.adapting import grades_up, raised_bonus

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


class Happening(NamedTuple):
    """Something that nobody planned for a month: it came about."""

    month: int
    what: str
    facility: str


class Government(mesa.Agent):
    """Announces the scheme and pays for it. What it pays for are instruments (see ``incentives``)."""

    def __init__(self, model: IncentiveModel) -> None:
        super().__init__(model)

    def adapt(self) -> None:
        """Yearly: raise the referral bonus if targets were missed and money was left (MODEL 15)."""
        model: IncentiveModel = self.model
        county = model.county
        short = short_of_two_way(county)
        units = (county.tier >= 1) & ~county.outside
        missed = float(short[units].mean()) if units.any() else 0.0
        unspent = county.balance(county.accounts.referral_fund) > 0
        county.raised_bonus = raised_bonus(model.p, county.raised_bonus, 1.0 - missed, unspent)
        self._grade()

    def _grade(self) -> None:
        """Yearly review: a centre that has become able and large enough gets the title of a second-level
        hospital, with its prices, its reimbursement and its name: people take it for what it can do now."""
        model: IncentiveModel = self.model
        county, f, title = model.county, model.facilities, model.place.tiers["T2"]
        for row in ((county.tier == 1) & (county.grade == 1)).nonzero()[0]:
            if grades_up(model.p, float(f.capability[row]), int(county.beds[row])):
                county.grade[row] = f.grade[row] = 2
                county.known_capability[row] = f.capability[row]
                f.list_visit[row] = round(title.visit_price * 100)
                f.list_admission[row] = round(title.admission_price * 100)
                f.stay_days[row] = title.stay_days
                model.service.forget(row)
                model.happenings.append(Happening(model.month, "upgraded", model.hospitals[row].facility_id))

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
