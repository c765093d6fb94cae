"""The month, phase by phase, in the order of MODEL.md."""

from __future__ import annotations

from types import SimpleNamespace

import mesa
import numpy as np

from incentive_model.chance import replicate_key
from incentive_model.engine.columns import record
from incentive_model.engine.population import homes, make_physicians, make_residents
from incentive_model.incentives import INSTRUMENTS
from incentive_model.incentives.events import Setting
from incentive_model.incentives.scoring import short_of_two_way
from incentive_model.incentives.tables import Tables
from incentive_model.inputs import Place, Scheme, resolve_levers, resolve_parameters
from incentive_model.rules.adapting import raised_bonus
from incentive_model.rules.illness import season
from reference import aftermath, contact, purse, sums
from reference.county import County
from reference.facility import Facility
from reference.map import Map
from reference.physician import Physician
from reference.resident import Resident

STATUS_QUO = Scheme("status-quo", "Status quo", (), {})


class ReferenceModel(mesa.Model):
    """A county, one Python object a resident, physician and facility.

    Only the starting values of the people are the engine's (they are inputs of a month, not part of
    it). Agents act in random order, so that whatever depended on the order would show.
    """

    def __init__(self, place: Place, scheme: Scheme, *, seed: int, burn_in: int = 12) -> None:
        super().__init__(rng=np.random.default_rng(seed))
        self.place, self.scheme = place, scheme
        self.p = SimpleNamespace(**{name: float(x) for name, x in resolve_parameters(place).items()})
        self.key = replicate_key(seed, 0)
        self.burn_in = burn_in
        self.month = -burn_in
        self.instruments = [make() for make in INSTRUMENTS]
        self._read_schedule()
        self._people()
        self._announce_terms(0)
        self.rate_before = self.tables.rate_bp.copy()
        for facility in self.facilities:
            facility.adapt()

    def _people(self) -> None:
        place = self.place
        self.facilities = [Facility(self, row) for row in range(len(place.facilities))]
        self.upgraded: list[tuple[int, str]] = []  #: centres, with the month
        physicians, belief = make_physicians(place, record(vars(self.p)), len(self.instruments))
        self.physicians = [
            Physician(self, start, [float(b) for b in beliefs])
            for start, beliefs in zip(physicians, belief, strict=True)
        ]
        self.staff = [[one for one in self.physicians if one.facility is f] for f in self.facilities]
        self.homes, self.map = homes(place), Map(self)
        residents, ties = make_residents(place, record(vars(self.p)))
        people = [Resident(self, start) for start in residents]
        for resident, tie in zip(people, ties, strict=True):
            resident.neighbours = [people[row] for row in tie if row >= 0]
        self.residents = self.agents_by_type[Resident]
        self.county = County(place, self.p, people)
        coverage = resolve_levers(place, STATUS_QUO)["family_doctor_coverage"]
        self.tables = Tables(self.schedule, self.county.means, float(coverage), len(self.instruments))

    def _read_schedule(self) -> None:
        """Rates (basis points), deductibles and caps (fen) by (insurance, tier, setting)."""
        names = [insurance.name for insurance in self.place.insurances]
        self.schedule = np.zeros((len(names), 4, len(Setting)), np.int64)
        self.deductible = np.zeros((len(names), 4), np.int64)
        self.cap = np.full((len(names), 4, 2), 2**62, np.int64)
        for row in self.place.schedule.itertuples():
            term = names.index(row.insurance), int(row.tier[1]), Setting[row.setting.upper()]
            self.schedule[term] = round(row.rate * 10_000)
            if row.setting == "inpatient":  # rehabilitation is a stay like any other, but for a bonus
                self.schedule[(*term[:2], Setting.REHAB)] = round(row.rate * 10_000)
                self.deductible[term[:2]] = round(row.deductible * 100)
            if not np.isnan(row.cap):
                self.cap[term] = round(row.cap * 100)

    def run(self, months: int) -> ReferenceModel:
        """Up to and with a month."""
        while self.month < months:
            self.step()
        return self

    def step(self) -> None:
        """One month."""
        self.month += 1
        everybody = self.residents
        self.announce()  # 1
        everybody.shuffle_do("fall_ill")  # 2
        everybody.shuffle_do("seek")  # 3
        everybody.shuffle_do(contact.meet_physician)  # 4
        everybody.shuffle_do("be_admitted")  # 5
        everybody.shuffle_do("recover")  # 6
        self.settle()  # 7
        everybody.shuffle_do(aftermath.see_outcome)  # 8
        everybody.shuffle_do(aftermath.remember)  # 9
        everybody.shuffle_do(aftermath.talk)
        self.sums = sums.over(self)
        self.adapt()  # 10
        if self.month == 0:  # what residents got and paid counts from the scheme's first month
            everybody.set("oop", 0).set("qaly", 0).set("time", 0)

    def announce(self) -> None:
        """The terms in force, and the congestion they meet."""
        self.county.month = self.month
        self.county.open_month()
        self._announce_terms(self.month)
        self.season = season(self.p, self.month)

    def _announce_terms(self, month: int) -> None:
        status_quo = resolve_levers(self.place, STATUS_QUO)
        self.county.levers = resolve_levers(self.place, self.scheme, month) if month >= 1 else status_quo
        self.county.integrate(self.county.levers["consortium_form"])
        self.tables.clear()
        for me, instrument in enumerate(self.instruments):
            instrument.announce(self.county, self.tables, me)
        self.county.pass_on = self.tables.means.pass_on
        for facility in self.facilities:
            facility.equip()
            facility.congest()
        self.in_force = self.county.levers != status_quo

    def settle(self) -> None:
        """Every resident's bills, then every instrument."""
        self.residents.shuffle_do(purse.settle)
        for instrument in self.instruments:
            instrument.settle(self.county)

    def adapt(self) -> None:
        """Beliefs and ties move monthly, facilities quarterly, insurer and government yearly."""
        self.county.close_month()
        if self.month % 12 == 0:
            self.close_year()
        for physician in self.physicians:
            physician.learn()
            physician.meet_experts()
        for facility in self.facilities:
            facility.get_cards()
        for facility in self.facilities:
            facility.learn()
            if self.month % 3 == 0:
                facility.adapt()

    def close_year(self) -> None:
        """Accounts are settled; the insurer looks closer after a deficit, the government raises the bonus."""
        p, county = self.p, self.county
        for instrument in self.instruments:
            instrument.close_year(county)
        county.deficit_audit = p.audit_after_deficit if county.deficit else 0.0
        short = short_of_two_way(county)
        units = [f.row for f in self.facilities if f.tier >= 1 and not f.outside]
        reached = 1.0 - (sum(bool(short[row]) for row in units) / len(units) if units else 0.0)
        unspent = county.balance(county.accounts.referral_fund) > 0
        county.raised_bonus = raised_bonus(p, county.raised_bonus, reached, unspent)
        for facility in self.facilities:
            facility.perhaps_rise()
