"""Revenue sharing (M01–M03): a share of what a referral earns, a credit for rehabilitation, a budget."""

from __future__ import annotations

import math

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.events import Count, Event
from incentive_model.incentives.instrument import County, Instrument, basis_points, lever
from incentive_model.incentives.tables import Tables
from incentive_model.rules.maths import sigma

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
    "payment_method",
    FAMILY,
    "word",
    "how the fund pays: each service, or one budget for the whole consortium",
    "M03",
    "SEED",
    "fee_for_service",
    choices=("fee_for_service", "global_budget"),
)
lever_card(
    "surplus_retained",
    FAMILY,
    "share",
    "part of a budget's surplus that the consortium keeps",
    "M03",
    "A",
    0.5,
    (0.0, 1.0),
    (0.0, 1.0),
)
lever_card(
    "loss_shared",
    FAMILY,
    "share",
    "part of a budget's deficit that the consortium bears",
    "M03",
    "A",
    0.3,
    (0.0, 1.0),
    (0.0, 1.0),
)
lever_card(
    "surplus_split_county",
    FAMILY,
    "share",
    "county hospitals' part of the shared account",
    "M01",
    "A",
    0.6,
    (0.0, 1.0),
    (0.3, 0.7),
)
lever_card(
    "surplus_split_township",
    FAMILY,
    "share",
    "township centres' part of the shared account",
    "M01",
    "A",
    0.3,
    (0.0, 1.0),
    (0.2, 0.5),
)
lever_card(
    "surplus_split_village",
    FAMILY,
    "share",
    "village clinics' part of the shared account",
    "M01",
    "A",
    0.1,
    (0.0, 1.0),
    (0.05, 0.2),
)
fixed("budget_growth", 0.0, "a year", "growth of the budget over last year's claims", "MODEL 11")
fixed("budget_certainty", 20.0, "scale", "how sharply the account foresees a surplus or deficit", "MODEL 11")


class UpwardShare(Instrument):
    """A share of the hospital's revenue of the chain, from the hospital to the referrer."""

    name = "upward_share"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.promised[me, Event.CHAIN_YUAN, county.tier <= 1] = lever(county, self.name)

    def settle(self, county: County) -> None:
        due = county.chain * basis_points(lever(county, self.name)) // 10_000
        a = county.accounts
        for column, hospital in enumerate(county.hospitals):
            county.pay(Purpose.UPWARD_SHARE, a.facilities[hospital], a.facilities, due[:, column])
        county.pay_staff(Purpose.UPWARD_SHARE, due.sum(axis=1))


class RehabCredit(Instrument):
    """A credit to the hospital for each patient sent down: from the shared account of a tight
    consortium, from the insurer otherwise."""

    name = "rehab_credit"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        members = (county.tier == 2) & (county.consortium >= 0)
        credit = lever(county, self.name)
        tables.promised[me, Event.DOWN_REFERRAL, members] = credit * county.p.rehab_price
        tables.promised[me, Event.OUTPATIENT_RETURN, members] = credit * county.p.return_credit_base

    def settle(self, county: County) -> None:
        members = (county.tier == 2) & (county.consortium >= 0)
        credit = lever(county, self.name)
        down = round(credit * county.p.rehab_price * 100)
        back = round(credit * county.p.return_credit_base * 100)
        due = county.counts[:, Count.DOWN_REFERRAL] * down + county.counts[:, Count.OUTPATIENT_RETURN] * back
        due = np.where(members, due, 0)
        a = county.accounts
        payer = np.full(len(due), a.funds[np.argmax(_covered(county))])  # the first fund with premiums
        for consortium, tight in enumerate(county.tight):
            if tight:
                payer[county.consortium == consortium] = a.consortia[consortium]
        county.pay(Purpose.REHAB_CREDIT, payer, a.facilities, due)
        county.pay_staff(Purpose.REHAB_CREDIT, due)


class GlobalBudget(Instrument):
    """One budget a year for all care of the consortium's residents, outside care included.

    Claims are advanced as fee for service. The budget of a month is the claims of the same month
    of the year before, grown. At the end of the year a surplus is retained, a deficit recovered,
    in part, through the shared account; the account is then split among the members.
    """

    name = "global_budget"

    def __init__(self) -> None:
        self.past: dict[int, int] = {}  #: claims of the last twelve months, by calendar month
        self.budget: dict[int, float] = {}
        self.to_date = 0
        self.budget_to_date = 0.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        if county.levers["payment_method"] != "global_budget":
            return
        if not self.budget and len(self.past) == 12:
            self.budget = {k: (1.0 + county.p.budget_growth) * x for k, x in self.past.items()}
        if not self.budget:
            return  # there is no last year to budget by
        surplus_likely = 0.5
        if self.to_date > 0 and self.budget_to_date > 0.0:
            ratio = self.budget_to_date / self.to_date
            surplus_likely = sigma(county.p.budget_certainty * (ratio - 1.0))
        per_yuan = surplus_likely * lever(county, "surplus_retained") + (1.0 - surplus_likely) * lever(
            county, "loss_shared"
        )
        tables.certain[Event.CLAIM_YUAN] = -per_yuan * member_shares(county)

    def settle(self, county: County) -> None:
        claims = int(county.bills[:, :, :, 0].sum())
        if county.levers["payment_method"] == "global_budget" and self.budget:
            self.to_date += claims
            self.budget_to_date += self.budget[county.month % 12]
        self.past[county.month % 12] = claims

    def close_year(self, county: County) -> None:
        if self.budget_to_date > 0.0:
            self._close(county)
        self.budget, self.to_date, self.budget_to_date = {}, 0, 0.0
        split_accounts(county)

    def _close(self, county: County) -> None:
        """Surplus to the account, deficit from it."""
        a = county.accounts
        balance = math.floor(self.budget_to_date) - self.to_date
        part = lever(county, "surplus_retained" if balance > 0 else "loss_shared")
        moved = abs(balance) * basis_points(part) // 10_000
        # by listed residents; the part of those listed with no consortium stays with the fund
        listed = np.append(county.listed, county.n - county.listed.sum())
        for account, fen in zip(a.consortia, shares(moved, listed)[:-1], strict=True):
            for fund, piece in zip(a.funds, shares(int(fen), county.insured * _covered(county)), strict=True):
                if balance > 0:
                    county.pay(Purpose.SURPLUS, fund, account, piece)
                else:
                    county.pay(Purpose.DEFICIT, account, fund, piece)


def _covered(county: County) -> np.ndarray:
    """1 for an insurance that takes premiums, else 0."""
    return (county.premiums.sum(axis=1) > 0.0).astype(np.int64)


def tier_split(county: County) -> list[float]:
    """The parts of a shared account by tier: villages, townships, county."""
    return [lever(county, f"surplus_split_{tier}") for tier in ("village", "township", "county")]


def member_shares(county: County) -> np.ndarray:
    """Each facility's weight on its consortium's account. A tight consortium's tier acts as one
    (unified accounts and managers, M01), so each of its members feels the tier's whole part; in a
    loose one the part is divided among the tier's members. All of it counts only as far as the
    county's residents are listed with the consortium, whose account bears that part of the budget."""
    weight = np.array([*tier_split(county), 0.0])[county.tier]
    weight[county.consortium < 0] = 0.0
    for c, tight in enumerate(county.tight):
        weight[county.consortium == c] *= county.listed[c] / county.n
        if not tight:
            for tier in range(3):
                members = (county.consortium == c) & (county.tier == tier)
                weight[members] /= max(1, int(members.sum()))
    return weight


def split_accounts(county: County) -> None:
    """Share what each consortium account holds (or owes) among its members, to the fen.

    Members pass θ of what they get on to their physicians; what they owe is not taken from pay.
    """
    a = county.accounts
    tier_parts = [basis_points(part) for part in tier_split(county)]
    for c, account in enumerate(a.consortia):
        held = county.balance(int(account))
        weights = np.zeros(len(county.tier), np.int64)
        for tier in range(3):
            members = np.flatnonzero((county.consortium == c) & (county.tier == tier))
            for member, weight in zip(
                members, shares(tier_parts[tier] * 1000, np.ones(len(members), np.int64)), strict=True
            ):
                weights[member] = weight
        if not weights.any():  # no member in a tier that has a part: all members alike
            weights = ((county.consortium == c) & (county.tier <= 2)).astype(np.int64)
        pieces = shares(abs(held), weights)
        if held >= 0:
            county.pay(Purpose.ACCOUNT_SPLIT, account, a.facilities, pieces)
            county.pay_staff(Purpose.ACCOUNT_SPLIT, pieces)
        else:
            county.pay(Purpose.ACCOUNT_SPLIT, a.facilities, account, pieces)


def shares(fen: int, weights: np.ndarray) -> np.ndarray:
    """Split whole fen by weights (largest remainders first, then the first in order), to the fen."""
    weights = np.asarray(weights, np.int64)
    whole = int(weights.sum())
    if whole == 0 or fen == 0:
        return np.zeros(len(weights), np.int64)
    exact = [fen * int(w) for w in weights]
    pieces = np.array([x // whole for x in exact], np.int64)
    by_remainder = sorted(range(len(exact)), key=lambda i: (-(exact[i] % whole), i))
    pieces[by_remainder[: fen - int(pieces.sum())]] += 1
    return pieces
