"""Performance evaluation (M07): pay, subsidies and directors' salaries at stake on a score."""

from __future__ import annotations

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card, uncertain
from incentive_model.incentives.account import shares
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.events import Event
from incentive_model.incentives.instrument import (
    County,
    Fen,
    Instrument,
    basis_points,
    hospitals,
    lever,
    real_fen,
    whole_fen,
)
from incentive_model.incentives.payment import packaged_fen
from incentive_model.incentives.scoring import (
    judged,
    kpis,
    points,
    rivals,
    score_weights,
    slopes,
    twice_rank_pay,
)
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
    "subsidy_at_stake",
    FAMILY,
    "share",
    "part of the facility's subsidy that depends on its score",
    "M07",
    "A",
    0.0,
    (0.0, 1.0),
    (0.0, 0.5),
)
lever_card(
    "executive_pay_at_stake",
    FAMILY,
    "share",
    "part of directors' pay, at centres and county hospitals, that depends on the facility's score",
    "M07",
    "A",
    0.0,
    (0.0, 1.0),
    (0.0, 0.5),
)
fixed(
    "executive_pay_township",
    120_000.0,
    "yuan a year",
    "a centre director's pay (within its wage bill)",
    "docs/decisions.md",
    low=0.0,
)
fixed(
    "executive_pay_county",
    250_000.0,
    "yuan a year",
    "a county hospital director's pay (within its wage bill)",
    "docs/decisions.md",
    low=0.0,
)
uncertain(
    "executive_weight",
    10.0,
    (1.0, 30.0),
    "factor",
    "yuan of the facility's own that a yuan of its director's pay weighs in what it expects",
    "docs/decisions.md",
    whose="institutions",
)


#: The levers that put something at stake: pay, subsidy, directors' pay.
STAKES = ("performance_pay_share", "subsidy_at_stake", "executive_pay_at_stake")


class PerformancePay(Instrument):
    """Part of base pay, subsidy and directors' pay is withheld and paid back by score at the end of the year.

    Linear and threshold scores leave what is not earned with the government; a tournament shares out
    all that was withheld from a tier among its units by rank.
    """

    name = "performance_pay"

    def __init__(self) -> None:
        self.withheld: Fen | None = None  #: this year's, by (pay/subsidy/directors, facility)

    def idle(self, county: County) -> bool:
        return not any(lever(county, name) for name in STAKES)

    def announce(self, county: County, tables: Tables, me: int) -> None:
        weigh = np.array([1.0, 1.0, county.p.executive_weight])
        weighed = weigh @ monthly_stakes(county) * 12.0 / 100.0  # yuan a year, as the facility feels it
        if not weighed.any() or county.months_in_year == 0:
            return  # nothing at stake, or nobody knows yet what a year holds
        stake = np.zeros(len(county.tier))
        np.add.at(stake, county.unit, weighed)
        kpi, cases = kpis(county)
        # what one more event adds to the year's pay
        a_year = np.maximum(cases, 1.0) * 12.0 / county.months_in_year
        worth = stake[:, None] * slopes(county, kpi, score_weights(county, cases)) / a_year
        worth = worth[county.unit]
        tables.promised[me, Event.NEEDED_UP_REFERRAL] = np.where(county.tier <= 1, worth[:, 1], 0.0)
        tables.promised[me, Event.DOWN_REFERRAL] = np.where(hospitals(county), worth[:, 1] + worth[:, 2], 0.0)

    def settle(self, county: County) -> None:
        stakes = monthly_stakes(county)
        pool = county.accounts.evaluation_pool
        for stake, holder in zip(stakes, _holders(county), strict=True):
            county.pay(Purpose.STAKE_WITHHELD, holder, pool, stake)
        self.withheld = stakes if self.withheld is None else self.withheld + stakes

    def close_year(self, county: County) -> None:
        a = county.accounts
        stakes = () if self.withheld is None else zip(self.withheld, _holders(county), strict=True)
        for which, (held, holder) in enumerate(stakes):
            if held.any():
                paid = earned(county, held)
                county.pay(Purpose.PERFORMANCE_PAY, a.evaluation_pool, holder, paid)
                if which == 1:  # the facility's own; what it lost is not taken from staff
                    county.pay_staff(Purpose.PERFORMANCE_PAY, paid)
        left = county.balance(a.evaluation_pool)
        county.pay(Purpose.STAKE_WITHHELD, a.evaluation_pool, a.government, left)
        self.withheld = None


def _holders(county: County) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whose each kind of stake is: pay and directors' pay the physicians', subsidy the facility's."""
    a = county.accounts
    return a.physicians, a.facilities, a.physicians


def monthly_stakes(county: County) -> Fen:
    """What is withheld each month by (pay/subsidy/directors, facility), in fen, in the county."""
    township, hospital = county.p.executive_pay_township, county.p.executive_pay_county
    by_tier = np.array(
        [0, real_fen(county, township), real_fen(county, hospital), real_fen(county, hospital)]
    )
    fen = np.array(
        [
            county.wage_bill // 12,
            county.subsidy // 12 - packaged_fen(county),  # what is packaged is not at stake
            by_tier[county.tier] // 12,
        ]
    )
    parts = np.array([basis_points(lever(county, name)) for name in STAKES])
    stakes = np.where(~county.outside, fen * parts[:, None] // 10_000, 0)
    # directors' pay is within the wage bill: what is at stake with everybody's is not at stake again
    stakes[2] -= stakes[2] * parts[0] // 10_000
    return stakes


def earned(county: County, withheld: Fen) -> Fen:
    """What of a withheld stake is paid back, by facility, in fen."""
    if county.levers["evaluation_form"] != "tournament":
        part = withheld * judged(county)[county.unit]
        return np.array([whole_fen(float(fen)) for fen in part], np.int64)
    kpi, cases = kpis(county)
    weights = score_weights(county, cases)
    score, paid = points(county, kpi, weights), withheld.copy()
    for tier in (1, 2, 3):
        units = rivals(county, tier, weights)
        if len(units) == 0:
            continue
        rank_pay = np.zeros(len(score), np.int64)
        rank_pay[units] = twice_rank_pay(score[units])
        ranked = np.isin(county.unit, units)
        pool = int(withheld[ranked].sum())
        paid[ranked] = shares(pool, (withheld * rank_pay[county.unit])[ranked])
    return paid
