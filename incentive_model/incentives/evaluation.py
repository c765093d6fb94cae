"""Performance evaluation (M07, M08): pay at stake on a score, and a bonus for referrals."""

from __future__ import annotations

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.events import ADMITTED, Count, Event
from incentive_model.incentives.instrument import County, Instrument, basis_points, lever, sample_fen
from incentive_model.incentives.tables import Tables

FAMILY: Family = "performance evaluation"
lever_card(
    "performance_pay_share",
    FAMILY,
    "share",
    "part of base pay that depends on the facility's score",
    "M07",
    "A",
    0.0,
    (0.0, 0.5),
    (0.0, 0.3),
)
lever_card(
    "weight_first_contact",
    FAMILY,
    "share",
    "weight of the first-contact rate in the score",
    "M07",
    "A",
    0.2,
    (0.0, 1.0),
    (0.0, 1.0),
)
lever_card(
    "weight_two_way_referral",
    FAMILY,
    "share",
    "weight of the two-way referral rate in the score",
    "M07",
    "A",
    0.4,
    (0.0, 1.0),
    (0.0, 1.0),
)
lever_card(
    "weight_rehab_referral",
    FAMILY,
    "share",
    "weight of the rehabilitation referral rate in the score",
    "M07",
    "A",
    0.3,
    (0.0, 1.0),
    (0.0, 1.0),
)
lever_card(
    "weight_satisfaction",
    FAMILY,
    "share",
    "weight of patient satisfaction in the score",
    "M07",
    "A",
    0.1,
    (0.0, 1.0),
    (0.0, 1.0),
)
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
for _name, _target, _what in (
    ("first_contact", 0.70, "first contacts of listed residents at primary care"),
    ("two_way_primary", 0.10, "needed referrals up and rehabilitation received, a primary visit"),
    ("two_way_hospital", 0.06, "referrals down, a discharge"),
    ("rehab", 0.30, "rehabilitation, a candidate"),
    ("satisfaction", 0.90, "treatments that succeed"),
):
    fixed(f"target_{_name}", _target, "rate", f"target of the score: {_what}", "MODEL 13", low=0.01)


class ReferralBonus(Instrument):
    """A bonus for each completed referral by a facility in the county, while the fund lasts."""

    name = "referral_bonus"

    def __init__(self) -> None:
        self.size = 0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        bonus, individual = lever(county, self.name), lever(county, "fund_share_individuals")
        for event, inside in ((Event.UP_REFERRAL, county.tier <= 1), (Event.DOWN_REFERRAL, county.tier == 2)):
            tables.personal[me, event, inside] = individual * bonus
            tables.promised[me, event, inside] = (1.0 - individual) * bonus
        tables.personal[me, Event.OUTPATIENT_RETURN, county.tier == 2] = county.p.return_bonus_share * bonus

    def settle(self, county: County) -> None:
        bonus = round(lever(county, self.name) * 100)
        if bonus == 0:
            self.size, self.realised = 0, 1.0
            return
        self._refill(county)
        a = county.accounts
        inside = county.tier <= 2
        referrals = np.where(
            inside, county.counts[:, Count.UP_REFERRAL] + county.counts[:, Count.DOWN_REFERRAL], 0
        )
        returns = np.where(inside, county.counts[:, Count.OUTPATIENT_RETURN], 0)
        individual = basis_points(lever(county, "fund_share_individuals"))
        due = referrals * bonus
        person = due * individual // 10_000
        back = returns * bonus * basis_points(county.p.return_bonus_share) // 10_000
        held, whole = county.balance(a.referral_fund), int(due.sum() + back.sum())
        self.realised = 1.0
        if whole > held:  # the fund is exhausted: everybody gets the same part of what is due
            person, back, facility = (part_of(x, held, whole) for x in (person, back, due - person))
            self.realised = held / whole
        else:
            facility = due - person
        county.pay(Purpose.REFERRAL_BONUS, a.referral_fund, a.physicians, person + back)
        county.pay(Purpose.REFERRAL_BONUS, a.referral_fund, a.facilities, facility)
        county.pay_staff(Purpose.REFERRAL_BONUS, facility)

    def _refill(self, county: County) -> None:
        """The government fills the fund up to its size each January, and when it is made larger."""
        a = county.accounts
        size = sample_fen(lever(county, "referral_fund"), county.n)
        held = county.balance(a.referral_fund)
        if (county.month % 12 == 1 or size > self.size) and held < size:
            county.pay(Purpose.REFERRAL_FUND, a.government, a.referral_fund, size - held)
        self.size = size


def part_of(fen: np.ndarray, held: int, whole: int) -> np.ndarray:
    """``fen`` × held/whole, rounded down (in whole numbers without end: the product may be large)."""
    return np.array([int(x) * held // whole for x in fen], np.int64)


class PerformancePay(Instrument):
    """Part of base pay is withheld and paid back by score at the end of the year.

    Score = Σ weight·min(1, KPI/target). What is not earned stays with the government.
    """

    name = "performance_pay"

    def __init__(self) -> None:
        self.withheld: np.ndarray | None = None

    def announce(self, county: County, tables: Tables, me: int) -> None:
        share = lever(county, "performance_pay_share")
        if share == 0.0:
            return
        stake = stakes(county) / 100.0
        if county.months_in_year == 0:
            return  # nobody knows yet what a year holds
        kpi, cases = kpis(county)
        weights = score_weights(county, cases)
        targets = score_targets(county)
        # what one more event adds to the year's pay, while the target is not reached
        a_year = np.maximum(cases, 1.0) * 12.0 / county.months_in_year
        worth = np.where(kpi < targets, stake[:, None] * weights / (targets * a_year), 0.0)
        worth = worth[county.unit]
        primary = county.tier <= 1
        tables.promised[me, Event.NEEDED_UP_REFERRAL] = np.where(primary, worth[:, 1], 0.0)
        tables.promised[me, Event.DOWN_REFERRAL] = np.where(county.tier == 2, worth[:, 1] + worth[:, 2], 0.0)

    def settle(self, county: County) -> None:
        a = county.accounts
        bp = basis_points(lever(county, "performance_pay_share"))
        month_stake = np.where(county.tier <= 2, (county.wage_bill // 12) * bp // 10_000, 0)
        county.pay(Purpose.STAKE_WITHHELD, a.physicians, a.evaluation_pool, month_stake)
        if self.withheld is None:
            self.withheld = np.zeros(len(county.tier), np.int64)
        self.withheld += month_stake

    def close_year(self, county: County) -> None:
        if self.withheld is None:
            return
        a = county.accounts
        kpi, cases = kpis(county)
        weights = score_weights(county, cases)
        score = (weights * np.minimum(1.0, kpi / score_targets(county))).sum(axis=1)
        score[weights.sum(axis=1) == 0.0] = 1.0  # nothing to judge: nothing is lost
        paid = np.floor(self.withheld * np.minimum(1.0, score[county.unit])).astype(np.int64)
        county.pay(Purpose.PERFORMANCE_PAY, a.evaluation_pool, a.physicians, paid)
        county.pay(Purpose.STAKE_WITHHELD, a.evaluation_pool, a.government, county.balance(a.evaluation_pool))
        self.withheld[:] = 0


def stakes(county: County) -> np.ndarray:
    """Yearly stake by evaluated unit, in fen, at the unit's own row: a centre's with its clinics'."""
    stake = np.zeros(len(county.tier))
    inside = county.tier <= 2
    np.add.at(stake, county.unit[inside], county.wage_bill[inside] * lever(county, "performance_pay_share"))
    return stake


def score_weights(county: County, cases: np.ndarray) -> np.ndarray:
    """The four weights, by (facility, KPI). What a unit cannot be judged by (a hospital has no listed
    residents; a small unit may have no case) has no weight, and the others share it."""
    names = ("first_contact", "two_way_referral", "rehab_referral", "satisfaction")
    weights = np.where(cases > 0.0, np.array([lever(county, f"weight_{name}") for name in names]), 0.0)
    whole = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, whole, out=np.zeros_like(weights), where=whole > 0.0)


def score_targets(county: County) -> np.ndarray:
    """Targets by (facility, KPI)."""
    p = county.p
    two_way = np.where(county.tier <= 1, p.target_two_way_primary, p.target_two_way_hospital)
    n = len(county.tier)
    return np.column_stack(
        [
            np.full(n, p.target_first_contact),
            two_way,
            np.full(n, p.target_rehab),
            np.full(n, p.target_satisfaction),
        ]
    )


def kpis(county: County) -> tuple[np.ndarray, np.ndarray]:
    """The four KPIs over the last twelve months and the cases they are taken over, by (unit's row, KPI)."""
    year = np.zeros_like(county.year)
    np.add.at(year, county.unit, county.year)
    primary = county.tier <= 1
    discharges = year[:, ADMITTED].sum(axis=1)
    above = np.column_stack(
        [
            year[:, Count.LISTED_PRIMARY],
            np.where(primary, year[:, Count.UP_NEEDED] + year[:, Count.REHAB], year[:, Count.DOWN_REFERRAL]),
            np.where(primary, year[:, Count.REHAB], year[:, Count.DOWN_REFERRAL]),
            year[:, Count.SUCCESS],
        ]
    ).astype(float)
    below = np.column_stack(
        [
            year[:, Count.LISTED_CONTACT],
            np.where(primary, year[:, Count.VISIT], discharges),
            np.where(primary, year[:, Count.LISTED_CANDIDATE], year[:, Count.CANDIDATE]),
            year[:, Count.TREATED],
        ]
    ).astype(float)
    return np.where(below > 0.0, above / np.maximum(below, 1.0), 0.0), below
