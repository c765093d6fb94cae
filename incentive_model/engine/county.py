"""The county as instruments see it: institutions, money and counts of the simulated residents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_model.engine.columns import FACILITY, table
from incentive_model.engine.ledger import Ledger
from incentive_model.engine.population import tier_numbers
from incentive_model.incentives.accounts import Accounts, Purpose
from incentive_model.incentives.events import Count, Kind, Setting
from incentive_model.inputs.place import Place
from incentive_model.rules.quality import attractiveness


class CountyState:
    """What instruments see and pay with (see :class:`incentive_model.incentives.instrument.County`).

    Yearly sums of the place (wage bills, subsidies) are brought to the sample once, here: the
    place's yuan × simulated/real residents, rounded down to the fen. That rounding is the declared
    remainder: less than one fen an account and year.
    """

    def __init__(self, place: Place, p: Any, insured: NDArray[np.int64], centres: NDArray[np.int64]) -> None:
        f = place.facilities
        self.p = p
        self.month = 0
        self.levers: Mapping[str, float | int | str] = {}
        self.n = place.agents
        self.tier: NDArray[np.int64] = tier_numbers(place)
        parent = f["parent_row"].to_numpy(np.int64)
        self.unit = np.where(self.tier == 0, parent, np.arange(len(f)))
        names = [name for name, form in place.consortia.items() if form != "none"]
        self.consortium = np.array([names.index(c) if c in names else -1 for c in f["consortium"]], np.int64)
        self.tight = np.array([place.consortia[name] == "tight" for name in names], np.bool_)
        self.pass_on = np.where(self.tier <= 1, p.pass_on_primary, p.pass_on_hospital)
        physicians = f["physicians"].to_numpy(np.int64)
        self.wage_bill = self._to_sample(place, physicians, "annual_pay")
        self.subsidy = self._to_sample(place, physicians, "subsidy")
        self.insured = insured
        self.listed = np.array([(self.consortium[centres] == c).sum() for c in range(len(names))], np.int64)
        self.premiums = np.array(
            [[x.premium_resident, x.premium_government, x.premium_employer] for x in place.insurances], float
        )
        self.hospitals = np.flatnonzero(self.tier >= 2)
        self.accounts = Accounts(self.tier, len(place.insurances), len(names))
        self.ledger = Ledger(self.accounts)
        self.counts = np.zeros((len(f), len(Count)), np.int64)
        self.year = np.zeros_like(self.counts)
        self.months_in_year = 0
        self.bills = np.zeros((len(f), len(place.insurances), len(Kind), 2), np.int64)
        self.chain = np.zeros((len(f), max(1, len(self.hospitals))), np.int64)

    @staticmethod
    def _to_sample(place: Place, physicians: NDArray[np.int64], what: str) -> NDArray[np.int64]:
        yuan = np.array([getattr(place.tiers[tier], what) for tier in place.facilities["tier"]], float)
        return np.floor(physicians * yuan * 100.0 * place.agents / place.population).astype(np.int64)

    def balance(self, account: int) -> int:
        """What an account holds, in fen."""
        return int(self.ledger.balances[account])

    def pay(self, purpose: Purpose, payer: object, payee: object, fen: object) -> None:
        """Post ``fen`` from ``payer`` to ``payee`` in the current month."""
        self.ledger.pay(self.month, purpose, payer, payee, fen)

    def pay_staff(self, purpose: Purpose, fen: NDArray[np.int64]) -> None:
        """Pass θ of each facility's ``fen`` on to its physicians, rounded down."""
        passed = np.floor(np.maximum(fen, 0) * self.pass_on).astype(np.int64)
        self.pay(purpose, self.accounts.facilities, self.accounts.physicians, passed)


def schedule_tables(place: Place) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The insurer's schedule as whole numbers: rates (basis points) by (insurance, tier, setting),
    deductibles (fen) by (insurance, tier), yearly caps (fen) by (insurance, tier, setting)."""
    names = [x.name for x in place.insurances]
    rate = np.zeros((len(names), 4, 2), np.int64)
    deductible = np.zeros((len(names), 4), np.int64)
    cap = np.full((len(names), 4, 2), 2**62, np.int64)
    for row in place.schedule.to_dict("records"):
        i, tier = names.index(row["insurance"]), int(row["tier"][1])
        setting = Setting[row["setting"].upper()]
        rate[i, tier, setting] = round(row["rate"] * 10_000)
        if setting == Setting.INPATIENT:
            deductible[i, tier] = round(row["deductible"] * 100)
        if np.isfinite(row["cap"]):
            cap[i, tier, setting] = round(row["cap"] * 100)
    return rate, deductible, cap


def make_facilities(place: Place, county: CountyState, p: Any) -> np.recarray:
    """The facilities' columns; capacities and beds are the real ones."""
    f = place.facilities
    n = len(f)
    tiers = [place.tiers[t] for t in f["tier"]]
    capability = f["capability"].to_numpy(float)
    infrastructure = f["infrastructure"].to_numpy(float)
    physicians = f["physicians"].to_numpy(np.int64)
    outside = county.tier == 3
    beds = f["beds"].to_numpy(float)
    beds = np.where(outside & ~(beds > 0.0), np.inf, np.nan_to_num(beds))
    visits = physicians * np.array([t.visits_per_doctor_day for t in tiers], float) * p.clinic_days
    hospital = np.full(n, -1, np.int64)
    hospital[county.hospitals] = np.arange(len(county.hospitals))
    visit = np.array([round(t.visit_price * 100) for t in tiers], np.int64)
    admission = np.array([round(t.admission_price * 100) for t in tiers], np.int64)
    facilities = table(FACILITY, n)
    facilities.tier[:] = county.tier
    facilities.hospital[:] = hospital
    facilities.capability[:] = capability
    facilities.attractiveness[:] = [
        attractiveness(p, c, n) for c, n in zip(capability, infrastructure, strict=True)
    ]
    facilities.waiting_minutes[:] = np.array([t.waiting_minutes for t in tiers], float)
    facilities.list_visit[:] = visit
    facilities.list_admission[:] = admission
    facilities.stay_days[:] = np.array([t.stay_days for t in tiers], float)
    facilities.capacity[:] = np.where(outside, np.inf, visits)
    facilities.beds[:] = beds
    facilities.pass_on[:] = county.pass_on
    facilities.price_visit[:] = visit
    facilities.price_admission[:] = admission
    facilities.uncovered_bp[:] = np.full(n, round(p.uncovered_share * 10_000), np.int64)
    facilities.effort[:] = np.ones(n)
    facilities.rehab_chance[:] = np.ones(n)
    return facilities
