"""The referral fund (M08): a bonus for referrals, while it lasts."""

from __future__ import annotations

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import lever_card
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.events import Count, Event
from incentive_model.incentives.instrument import (
    Backlog,
    County,
    Instrument,
    basis_points,
    hospitals,
    lever,
    sample_fen,
)
from incentive_model.incentives.tables import Tables

FAMILY: Family = "performance evaluation"
lever_card(
    "referral_bonus",
    FAMILY,
    "yuan a referral",
    "paid from the referral fund for a completed referral, up or down",
    "M08",
    "A",
    0.0,
    (0.0, 1000.0),
    (0.0, 300.0),
)
lever_card(
    "referral_fund",
    FAMILY,
    "yuan a resident-year",
    "size of the referral fund the government fills each year",
    "M08",
    "A",
    10.0,
    (0.0, 1000.0),
    (0.0, 50.0),
)
lever_card(
    "fund_share_individuals",
    FAMILY,
    "share",
    "part of a bonus that goes to the physician in person; the rest to the facility",
    "M08",
    "A",
    0.5,
    (0.0, 1.0),
    (0.0, 1.0),
)


class ReferralBonus(Instrument):
    """A bonus for each completed referral by a facility in the county, while the fund lasts."""

    name = "referral_bonus"

    def __init__(self) -> None:
        self.size = 0
        self.backlog = Backlog()

    def idle(self, county: County) -> bool:
        waits = self.backlog.due or self.size or self.realised != 1.0
        return lever(county, self.name) == 0.0 and not waits

    def announce(self, county: County, tables: Tables, me: int) -> None:
        bonus, individual = _bonus(county), lever(county, "fund_share_individuals")
        for event, inside in (
            (Event.UP_REFERRAL, county.tier <= 1),
            (Event.DOWN_REFERRAL, hospitals(county)),
        ):
            tables.personal[me, event, inside] = individual * bonus
            tables.promised[me, event, inside] = (1.0 - individual) * bonus
        tables.personal[me, Event.OUTPATIENT_RETURN, hospitals(county)] = county.p.return_bonus_share * bonus

    def settle(self, county: County) -> None:
        bonus = round(_bonus(county) * 100)
        if bonus == 0 and not self.backlog.due:
            self.size, self.realised = 0, 1.0
            return
        self._refill(county)
        due = self.backlog.turn(county, self._due(county, bonus))
        self.realised = self.backlog.realised
        a = county.accounts
        held, whole = county.balance(a.referral_fund), int(due.sum())
        if whole > held:  # the fund is exhausted: everybody gets the same part of what is due
            due = part_of(due, held, whole)
            self.realised *= held / whole
        person, facility = due
        county.pay(Purpose.REFERRAL_BONUS, a.referral_fund, a.physicians, person)
        county.pay(Purpose.REFERRAL_BONUS, a.referral_fund, a.facilities, facility)
        county.pay_staff(Purpose.REFERRAL_BONUS, facility)

    def _due(self, county: County, bonus: int) -> np.ndarray:
        """What falls due this month by (physicians/facility, facility), in fen."""
        inside = ~county.outside
        referrals = np.where(
            inside, county.counts[:, Count.UP_REFERRAL] + county.counts[:, Count.DOWN_REFERRAL], 0
        )
        returns = np.where(inside, county.counts[:, Count.OUTPATIENT_RETURN], 0)
        whole = referrals * bonus
        person = whole * basis_points(lever(county, "fund_share_individuals")) // 10_000
        back = returns * bonus * basis_points(county.p.return_bonus_share) // 10_000
        return np.array([person + back, whole - person])

    def _refill(self, county: County) -> None:
        """The government fills the fund up to its size each January, and when it is made larger."""
        a = county.accounts
        size = sample_fen(lever(county, "referral_fund"), county.n)
        held = county.balance(a.referral_fund)
        if (county.month % 12 == 1 or size > self.size) and held < size:
            county.pay(Purpose.REFERRAL_FUND, a.government, a.referral_fund, size - held)
        self.size = size


def _bonus(county: County) -> float:
    """The bonus in yuan, with what the government has added of its own accord."""
    return lever(county, "referral_bonus") * county.raised_bonus


def part_of(fen: np.ndarray, held: int, whole: int) -> np.ndarray:
    """``fen`` × held/whole, rounded down (in whole numbers without end where the product may be large)."""
    if int(fen.max()) * held < 2**62:
        return fen * held // whole
    return np.array([int(x) * held // whole for x in fen.ravel()], np.int64).reshape(fen.shape)
