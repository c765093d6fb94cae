"""The county as instruments see it, and its books."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np

from incentive_model.incentives.accounts import Accounts, Purpose
from incentive_model.incentives.events import Count, Kind
from incentive_model.inputs import Place


class Ledger:
    """What every account holds, and what has been paid for what, in fen."""

    def __init__(self, accounts: Accounts) -> None:
        self.balances = [0] * accounts.size
        self.paid = dict.fromkeys(Purpose, 0)

    def post(self, purpose: Purpose, payer: int, payee: int, fen: int) -> None:
        """Move money from one account to another."""
        assert fen >= 0, "who pays is said, not signed"
        self.balances[payer] -= fen
        self.balances[payee] += fen
        self.paid[purpose] += fen


class County:
    """A :class:`incentive_model.incentives.instrument.County` with a simple ledger.

    Yearly sums of the place are brought to the sample once, rounded down to the fen.
    """

    def __init__(self, place: Place, p: SimpleNamespace, insured: list[int], centres: list[int]) -> None:
        f = place.facilities
        self.p = p
        self.month = 0
        self.levers: dict[str, float | int | str] = {}
        self.n = place.agents
        self.tier = np.array([int(tier[1]) for tier in f["tier"]])
        self.unit = np.array(
            [f["parent_row"][row] if tier == 0 else row for row, tier in enumerate(self.tier)]
        )
        names = [name for name, form in place.consortia.items() if form != "none"]  # that share an account
        self.consortium = np.array([names.index(name) if name in names else -1 for name in f["consortium"]])
        self.tight = np.array([place.consortia[name] == "tight" for name in names], bool)
        self.pass_on = np.array(
            [p.pass_on_primary if tier <= 1 else p.pass_on_hospital for tier in self.tier]
        )
        self.wage_bill = self._in_sample(place, "annual_pay")
        self.subsidy = self._in_sample(place, "subsidy")
        self.insured = np.array(insured)
        consortium_of = [int(self.consortium[row]) for row in centres]  # of each resident's own centre
        self.listed = np.array([consortium_of.count(c) for c in range(len(names))], np.int64)
        self.premiums = np.array(
            [[x.premium_resident, x.premium_government, x.premium_employer] for x in place.insurances], float
        )
        self.hospitals = np.flatnonzero(self.tier >= 2)
        self.accounts = Accounts(self.tier, len(place.insurances), len(names))
        self.ledger = Ledger(self.accounts)
        self.past: list[np.ndarray] = []  #: counts of the last twelve months
        self.year = np.zeros((len(f), len(Count)), np.int64)
        self.months_in_year = 0
        self.open_month()

    @staticmethod
    def _in_sample(place: Place, what: str) -> np.ndarray:
        fen = []
        for tier, physicians in zip(place.facilities["tier"], place.facilities["physicians"], strict=True):
            yuan = float(getattr(place.tiers[tier], what))
            fen.append(math.floor(int(physicians) * yuan * 100.0 * place.agents / place.population))
        return np.array(fen, np.int64)

    def open_month(self) -> None:
        """Nothing has happened yet."""
        facilities, insurances = len(self.tier), len(self.insured)
        self.counts = np.zeros((facilities, len(Count)), np.int64)
        self.bills = np.zeros((facilities, insurances, len(Kind), 2), np.int64)
        self.chain = np.zeros((facilities, max(1, len(self.hospitals))), np.int64)

    def close_month(self) -> None:
        """The month's counts are complete: the last twelve months move on."""
        self.past = [*self.past, self.counts][-12:]
        self.year = sum(self.past[1:], self.past[0].copy())
        self.months_in_year = len(self.past)

    def balance(self, account: int) -> int:
        """What an account holds, in fen."""
        return self.ledger.balances[account]

    def pay(self, purpose: Purpose, payer: object, payee: object, fen: object) -> None:
        """Post ``fen``, a number or one a pair of accounts."""
        for a, b, amount in np.broadcast(payer, payee, fen):
            self.ledger.post(purpose, int(a), int(b), int(amount))

    def pay_staff(self, purpose: Purpose, fen: np.ndarray) -> None:
        """Each facility passes θ of what it got on to its physicians."""
        a = self.accounts
        for row, amount in enumerate(fen):
            passed = math.floor(max(int(amount), 0) * float(self.pass_on[row]))
            self.pay(purpose, a.facilities[row], a.physicians[row], passed)
