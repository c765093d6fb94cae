"""The county as instruments see it, and its books."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from incentive_model.incentives.accounts import Accounts, Purpose
from incentive_model.incentives.events import Count, Kind
from incentive_model.incentives.tables import Means
from incentive_model.inputs import Place

if TYPE_CHECKING:
    from reference.resident import Resident


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

    def __init__(self, place: Place, p: SimpleNamespace, people: list[Resident]) -> None:
        f = place.facilities
        n = len(f)
        self.p = p
        self.month = 0
        self.levers: dict[str, float | int | str] = {}
        self.n = place.agents
        self.weight = place.population / place.agents
        self.tier = np.array([int(tier[1]) for tier in f["tier"]])
        self.grade = np.array([int(grade[1]) for grade in f["grade"]])
        self.outside = np.array([bool(x) for x in f["outside"]])
        self.onward = np.array(
            [t == 2 and above >= 0 for t, above in zip(self.tier, f["parent_row"], strict=True)]
        )
        self.parent = np.array([int(row) for row in f["parent_row"]])
        self.unit = np.array([self.parent[row] if tier == 0 else row for row, tier in enumerate(self.tier)])
        self.form_found = list(place.consortia.values())
        names = list(place.consortia)
        self.member_of = [names.index(name) if name in names else -1 for name in f["consortium"]]
        self.director = np.array([int(x) for x in f["dual_director"]])
        self.physicians = np.array([int(x) for x in f["physicians"]])
        self.means = self._own_means(place)
        self.pass_on = self.means.pass_on.copy()
        self.wage_bill = self._in_sample(place, "annual_pay")
        self.subsidy = self._in_sample(place, "subsidy")
        self.premiums = np.array(
            [[x.premium_resident, x.premium_government, x.premium_employer] for x in place.insurances], float
        )
        self.hospitals = [row for row, t in enumerate(self.tier) if t >= 2 and not self.outside[row]]
        self.accounts = Accounts(self.tier, self.outside, len(place.insurances), len(names))
        self.ledger = Ledger(self.accounts)
        self._register(people, len(place.insurances))
        self.past: list[np.ndarray] = []  #: counts of the last twelve months
        self.year = np.zeros((n, len(Count)), np.int64)
        self.months_in_year = 0
        # what slow agents decide
        self.cost_admission = np.ones(n)
        self.lent = np.zeros(n)
        self.raised_bonus = 1.0
        self.deficit_audit = 0.0
        self.deficit = False
        self.open_month()

    def _register(self, people: list[Resident], insurances: int) -> None:
        """Who is insured, listed, signed and managed where."""
        self.people = people
        facilities = range(len(self.tier))
        centres, clinics = [r.centre.row for r in people], [r.clinic.row for r in people]
        self.insured = np.array([sum(r.insurance == k for r in people) for k in range(insurances)])
        self.residents_at = np.array([centres.count(row) + clinics.count(row) for row in facilities])
        self.centre_of = centres
        self.integrate("as_found")

    def integrate(self, form: object) -> None:
        """All consortia take a form, or have the one the place found them in: which institutions share
        anything, in which do all share one account, and how many residents are listed there."""
        self.form = [found if form == "as_found" else str(form) for found in self.form_found]
        self.consortium = np.array([c if c >= 0 and self.form[c] != "none" else -1 for c in self.member_of])
        self.tight = np.array([form == "tight" for form in self.form], bool)
        listed_with = [int(self.consortium[row]) for row in self.centre_of]
        self.listed = np.array([listed_with.count(c) for c in range(len(self.form))], np.int64)

    def members(self, consortium: int) -> np.ndarray:
        """Which facilities belong to a consortium, whatever its form."""
        return np.array([c == consortium for c in self.member_of])

    def contracts(self, coverage: float) -> np.ndarray:
        """Residents with a family-doctor contract at that coverage, by centre's row."""
        signed = [r.centre.row for r in self.people if r.signs_at < coverage]
        return np.array([signed.count(row) for row in range(len(self.tier))], np.int64)

    def managed(self, coverage: float) -> np.ndarray:
        """Chronic patients under management at that coverage, by clinic's row."""
        managed = [r.clinic.row for r in self.people if r.chronic and r.managed_at < coverage]
        return np.array([managed.count(row) for row in range(len(self.tier))], np.int64)

    def _own_means(self, place: Place) -> Means:
        """What the place's facilities have to work with when no scheme lends or takes anything."""
        p, f = self.p, place.facilities
        a_day = [place.tiers[grade].visits_per_doctor_day for grade in f["grade"]]
        visits = [
            math.inf if outside else int(doctors) * seen * p.clinic_days
            for outside, doctors, seen in zip(self.outside, f["physicians"], a_day, strict=True)
        ]
        special = np.full((len(place.specialties), len(f)), math.nan)
        for skill in place.skills.itertuples():
            special[skill.specialty - 1, skill.facility_row] = skill.capability
        return Means(
            capability=np.array([float(x) for x in f["capability"]]),
            special=special,
            infrastructure=np.array([float(x) for x in f["infrastructure"]]),
            capacity=np.array(visits, float),
            pass_on=np.array([p.pass_on_primary if t <= 1 else p.pass_on_hospital for t in self.tier]),
            attention=np.array([p.account_attention for _ in self.tier]),
            late_day_fen=np.array([round(p.day_price * 100) for _ in self.tier], np.int64),
            paid_by_case=np.array([0 for _ in self.tier], np.int64),
        )

    @staticmethod
    def _in_sample(place: Place, what: str) -> np.ndarray:
        fen = []
        for grade, physicians in zip(place.facilities["grade"], place.facilities["physicians"], strict=True):
            yuan = float(getattr(place.tiers[grade], what))
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
        """Each facility's physicians get the part θ of what it got, or bear it of what it lost; the odd fen
        is the facility's."""
        a = self.accounts
        for row, amount in enumerate(fen):
            theta = round(float(self.pass_on[row]) * 10_000)
            moved = abs(int(amount)) * theta // 10_000
            if amount >= 0:
                self.pay(purpose, a.facilities[row], a.physicians[row], moved)
            else:
                self.pay(purpose, a.physicians[row], a.facilities[row], moved)
