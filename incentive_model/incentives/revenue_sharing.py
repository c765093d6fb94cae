"""Revenue sharing (M01, M02): a share of what a referral earns, a credit for rehabilitation, who feels it."""

from __future__ import annotations

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card, uncertain
from incentive_model.incentives.account import first_fund
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.events import Count, Event
from incentive_model.incentives.instrument import (
    Backlog,
    County,
    Instrument,
    basis_points,
    centres,
    hospitals,
    lever,
    real_fen,
)
from incentive_model.incentives.tables import Tables

FAMILY: Family = "revenue sharing"
lever_card(
    "upward_share",
    FAMILY,
    "share",
    "part of the hospital's revenue after a referral up that goes to the facility that referred",
    "M02",
    "A",
    0.0,
    (0.0, 0.5),
    (0.0, 0.2),
)
lever_card(
    "rehab_credit",
    FAMILY,
    "share",
    "part of the centre's rehabilitation revenue credited to the hospital that referred down",
    "M02",
    "A",
    0.0,
    (0.0, 1.0),
    (0.0, 0.5),
)
lever_card(
    "physician_pass_through",
    FAMILY,
    "share",
    "points added to the part of margin and incentive pay that county facilities pass on to physicians",
    "M22",
    "A",
    0.0,
    (-0.3, 0.5),
    (-0.2, 0.3),
)
lever_card(
    "payment_delay",
    FAMILY,
    "months",
    "months until shares, credits and bonuses that are due are paid",
    "MODEL 11",
    "A",
    0,
    (0, 12),
    (0, 12),
)
lever_card(
    "dual_director_coverage",
    FAMILY,
    "share",
    "township centres whose director sits in the county hospital too, and feels the shared account twice",
    "SYS3",
    "SEED",
    0.0,
    (0.0, 1.0),
    (0.0, 1.0),
)
uncertain(
    "dual_director_attention",
    2.0,
    (1.0, 3.0),
    "factor",
    "how much more of the shared account physicians feel under a dual director",
    "MODEL 14",
    low=1.0,
    whose="physicians",
)
fixed(
    "dual_director_pay", 20_000.0, "yuan a year", "what a dual director is paid for it", "MODEL 14", low=0.0
)


class UpwardShare(Instrument):
    """A share of the hospital's revenue of the chain, from the hospital to the referrer."""

    name = "upward_share"

    def __init__(self) -> None:
        self.backlog = Backlog()

    def idle(self, county: County) -> bool:
        return lever(county, self.name) == 0.0 and not self.backlog.owed

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.promised[me, Event.CHAIN_YUAN, county.tier <= 1] = lever(county, self.name)

    def settle(self, county: County) -> None:
        due = county.chain * basis_points(lever(county, self.name)) // 10_000
        due = self.backlog.turn(county, due)
        self.realised = self.backlog.realised
        a = county.accounts
        some = due[:, : len(county.hospitals)]  # a place without a hospital has an empty column
        county.pay(Purpose.UPWARD_SHARE, a.facilities[county.hospitals], a.facilities[:, None], some)
        county.pay_staff(Purpose.UPWARD_SHARE, due.sum(axis=1))


class RehabCredit(Instrument):
    """A credit to the hospital for each patient sent down: from the shared account of a tight
    consortium, from the insurer otherwise."""

    name = "rehab_credit"

    def __init__(self) -> None:
        self.backlog = Backlog()

    def idle(self, county: County) -> bool:
        return lever(county, self.name) == 0.0 and not self.backlog.owed

    def announce(self, county: County, tables: Tables, me: int) -> None:
        members = hospitals(county) & (county.consortium >= 0)
        credit = lever(county, self.name)
        tables.promised[me, Event.DOWN_REFERRAL, members] = credit * county.p.rehab_price
        tables.promised[me, Event.OUTPATIENT_RETURN, members] = credit * county.p.return_credit_base

    def settle(self, county: County) -> None:
        members = hospitals(county) & (county.consortium >= 0)
        credit = lever(county, self.name)
        down = round(credit * county.p.rehab_price * 100)
        back = round(credit * county.p.return_credit_base * 100)
        due = county.counts[:, Count.DOWN_REFERRAL] * down + county.counts[:, Count.OUTPATIENT_RETURN] * back
        due = self.backlog.turn(county, np.where(members, due, 0))
        self.realised = self.backlog.realised
        a = county.accounts
        payer = np.full(len(due), first_fund(county))
        for consortium, tight in enumerate(county.tight):
            if tight:
                payer[county.consortium == consortium] = a.consortia[consortium]
        county.pay(Purpose.REHAB_CREDIT, payer, a.facilities, due)
        county.pay_staff(Purpose.REHAB_CREDIT, due)


class PassThrough(Instrument):
    """How strongly physicians feel what their facility earns, whatever it earns by."""

    name, idle_at = "physician_pass_through", 0.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        inside = ~county.outside
        theta = tables.means.pass_on[inside] + lever(county, self.name)
        tables.means.pass_on[inside] = np.clip(theta, 0.0, 1.0)


class DualDirectors(Instrument):
    """Directors of centres who sit in the county hospital too: a centre and its clinics feel more of the
    account that they share with it. The county hospital pays them."""

    name, idle_at = "dual_director_coverage", 0.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        covered = np.zeros(len(county.tier), np.bool_)
        covered[self._led(county)] = True
        led = covered[county.unit] & (county.tier <= 1)
        tables.means.attention[led] *= county.p.dual_director_attention

    def settle(self, county: County) -> None:
        a = county.accounts
        led = self._led(county)
        above = county.parent[led]
        payers = np.where(above >= 0, a.facilities[above], a.government)
        pay = real_fen(county, county.p.dual_director_pay / 12.0)
        county.pay(Purpose.DIRECTORS, payers, a.physicians[led], pay)

    def _led(self, county: County) -> np.ndarray:
        """The centres covered: those that the place names first, then the others in order."""
        rows = centres(county)
        named = rows[np.argsort(-county.director[rows], kind="stable")]
        return named[: round(lever(county, self.name) * len(rows))]
