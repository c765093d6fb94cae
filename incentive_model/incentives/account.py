"""The shared account of a consortium: who has which part of it."""

from __future__ import annotations

import numpy as np

from incentive_model.cards.short import lever_card
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.instrument import County, Instrument, basis_points, lever
from incentive_model.incentives.tables import Tables

lever_card(
    "consortium_form",
    "revenue sharing",
    "word",
    "how closely every consortium is integrated: as the place has it, not at all, loosely (each member keeps "
    "its accounts) or tightly (one account)",
    "M01",
    "A",
    "as_found",
    choices=("as_found", "none", "loose", "tight"),
)


class Integration(Instrument):
    """How closely consortia are integrated: who shares an account with whom."""

    name = "consortium_form"

    def idle(self, county: County) -> bool:
        return county.form == county.levers[self.name]

    def announce(self, county: County, tables: Tables, me: int) -> None:
        county.integrate(str(county.levers[self.name]))


def covered(county: County) -> np.ndarray:
    """1 for an insurance that takes premiums, else 0."""
    return (county.premiums.sum(axis=1) > 0.0).astype(np.int64)


def first_fund(county: County) -> int:
    """The account of the first fund with premiums, which bears what belongs to no fund in particular."""
    return int(county.accounts.funds[np.argmax(covered(county))])


def tier_split(county: County) -> list[float]:
    """The parts of a shared account by tier: villages, townships, county."""
    return [lever(county, f"surplus_split_{tier}") for tier in ("village", "township", "county")]


def split_level(county: County) -> np.ndarray:
    """Which part of a shared account each facility belongs to: villages', townships', the county's (hospitals
    of the area), or none (3: outside)."""
    return np.where(county.outside, 3, np.minimum(county.tier, 2))


def member_shares(county: County) -> np.ndarray:
    """Each facility's weight on its consortium's account. A tight consortium's tier acts as one
    (unified accounts and managers, M01), so each of its members feels the tier's whole part; in a
    loose one the part is divided among the tier's members. All of it counts only as far as the
    county's residents are listed with the consortium, whose account bears that part of the budget."""
    level = split_level(county)
    weight = np.array([*tier_split(county), 0.0])[level]
    weight[county.consortium < 0] = 0.0
    for c, tight in enumerate(county.tight):
        weight[county.consortium == c] *= county.listed[c] / county.n
        if not tight:
            for tier in range(3):
                members = (county.consortium == c) & (level == tier)
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
        if held == 0:
            continue
        weights = np.zeros(len(county.tier), np.int64)
        for tier in range(3):
            members = np.flatnonzero(county.members(c) & (split_level(county) == tier))
            for member, weight in zip(
                members, shares(tier_parts[tier] * 1000, np.ones(len(members), np.int64)), strict=True
            ):
                weights[member] = weight
        if not weights.any():  # no member in a tier that has a part: all members alike
            weights = (county.members(c) & ~county.outside).astype(np.int64)
        pieces = shares(abs(held), weights)
        if held >= 0:
            county.pay(Purpose.ACCOUNT_SPLIT, account, a.facilities, pieces)
            county.pay_staff(Purpose.ACCOUNT_SPLIT, pieces)
        else:
            county.pay(Purpose.ACCOUNT_SPLIT, a.facilities, account, pieces)


def shares(fen: int, weights: np.ndarray) -> np.ndarray:
    """Split whole fen by weights (largest remainders first, then the first in order), to the fen."""
    parts = [int(w) for w in weights]  # numbers without end: the products may be large
    whole = sum(parts)
    if whole == 0 or fen == 0:
        return np.zeros(len(parts), np.int64)
    exact = [fen * w for w in parts]
    pieces = np.array([x // whole for x in exact], np.int64)
    by_remainder = sorted(range(len(exact)), key=lambda i: (-(exact[i] % whole), i))
    pieces[by_remainder[: fen - int(pieces.sum())]] += 1
    return pieces
