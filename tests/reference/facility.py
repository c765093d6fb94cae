"""A clinic, a centre, a hospital: prices, capacity, congestion."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

import mesa
import numpy as np

from incentive_model.chance import Purpose, uniform
from incentive_model.incentives.events import Count, Event, Kind
from incentive_model.rules import adapting, capacity, inducement, quality

if TYPE_CHECKING:
    from reference.month import ReferenceModel


class Facility(mesa.Agent):
    """One facility, with its real capacity and beds, and the demand it expects of real residents."""

    model: ReferenceModel

    def __init__(self, model: ReferenceModel, row: int) -> None:
        super().__init__(model)
        place = model.place
        entry = place.facilities.iloc[row]
        grade = place.tiers[entry["grade"]]
        self.row = row
        self.number = int.from_bytes(hashlib.sha256(entry["id"].encode("utf-8")).digest()[:4], "big") >> 1
        self.tier = int(entry["tier"][1])
        self.grade = int(entry["grade"][1])  #: the tier whose prices, schedule and kind of beds it has
        self.outside = bool(entry["outside"])
        self.is_hospital = self.tier >= 2
        self.refers_on = self.tier == 2 and entry["parent"] != ""
        self.capability_known = float(entry["capability"])  #: what everybody takes it to be
        self.waiting_minutes = float(grade.waiting_minutes)
        self.list_visit = round(entry["visit_price"] * 100)
        self.list_admission = round(entry["admission_price"] * 100)
        self.stay_days = float(entry["stay_days"])
        self.beds = float(entry["beds"])
        if self.outside and self.beds == 0.0:
            self.beds = math.inf
        # what it tries with its physicians' part
        self.earned = self.step = 0.0
        self.gain: float | None = None  # of the quarter before
        # expected monthly demand of real residents
        self.months_seen = 0
        self.visits_referred = self.visits_other = 0.0
        self.beds_emergency = self.beds_referred = self.beds_other = 0.0
        self.admissions = self.acute_days = self.late_days = self.rehab_days = 0.0

    def certain(self, event: Event) -> float:
        """Yuan this facility gets for one more event, for sure."""
        return float(self.model.tables.certain[event, self.row])

    def count(self, what: Count, times: int = 1) -> None:
        """One more of the month's events here."""
        self.model.county.counts[self.row, what] += times

    def equip(self) -> None:
        """What there is to work with this month, as the instruments have it."""
        tables, p = self.model.tables, self.model.p
        means = tables.means
        self.skills = self._skills(float(means.capability[self.row]), means.special)
        known = self._skills(self.capability_known, self.model.county.means.special)
        infrastructure = float(means.infrastructure[self.row])
        self.appeals = [
            quality.attractiveness(
                p, quality.perceived_capability(was, now, tables.disclosure), infrastructure
            )
            for was, now in zip(known, self.skills, strict=True)
        ]
        self.capability, self.attractiveness = self.skills[0], self.appeals[0]
        self.capacity = float(means.capacity[self.row])
        self.pass_on = float(means.pass_on[self.row])
        self.attention = float(means.attention[self.row])
        self.late_day_fen = int(means.late_day_fen[self.row])

    def _skills(self, general: float, special: np.ndarray) -> list[float]:
        """Capability by specialty, general care first: that in a specialty is the general one unless said."""
        return [general, *(general if math.isnan(x) else float(x) for x in special[:, self.row])]

    def can(self, specialty: int) -> float:
        """Capability in a specialty, 0 for general care."""
        return self.skills[specialty]

    def attracts(self, specialty: int) -> float:
        """Attractiveness to somebody ill in a specialty, 0 for general care."""
        return self.appeals[specialty]

    def get_cards(self) -> None:
        """Visiting specialists leave name cards: the more of them one has, the more one gets, at most one a
        month."""
        cards = float(self.model.tables.cards[self.row])
        if cards <= 0.0:
            return
        staff = self.model.staff[self.row]
        weight = {one.id: 1 + one.cards for one in staff}
        for one in staff:
            drawn = uniform(self.model.key, Purpose.CARD, one.id, self.model.month, 0)
            one.cards += int(drawn < cards * weight[one.id] / sum(weight.values()))

    def perhaps_rise(self) -> None:
        """A centre that can do enough, and has beds enough, is graded a second-level hospital: with the title
        go its prices, and people take it for what it can do today."""
        place, p = self.model.place, self.model.p
        beds = 0 if math.isinf(self.beds) else int(self.beds)
        if (self.tier, self.grade) != (1, 1) or "T2" not in place.tiers:
            return
        if not adapting.grades_up(p, self.capability, beds):
            return
        second, self.grade, self.capability_known = place.tiers["T2"], 2, self.capability
        self.list_visit = round(second.visit_price * 100)
        self.list_admission = round(second.admission_price * 100)
        self.stay_days = float(second.stay_days)
        self.model.county.grade[self.row] = 2
        self.model.upgraded.append((self.model.month, self.model.place.facilities["id"][self.row]))

    def adapt(self) -> None:
        """Quarterly: service and bills follow from what they bring; θ moves; experts are lent."""
        self._serve()
        if self.model.p.hospital_learning > 0.0 and not self.outside:
            self._try_pass_on()
        if self.tier == 2:
            self._perhaps_lend()

    def _serve(self) -> None:
        p, county = self.model.p, self.model.county
        decided = inducement.service(
            p,
            account_per_claim=self.certain(Event.CLAIM_YUAN),
            visit_margin=self.certain(Event.VISIT_SERVICE_YUAN),
            admission_margin=self.certain(Event.ADMISSION_SERVICE_YUAN),
            paid_by_case=bool(self.model.tables.means.paid_by_case[self.row]),
        )
        self.price_visit = round(self.list_visit * decided.bill_visit)
        self.price_admission = round(self.list_admission * decided.bill_admission)
        self.cost_admission = decided.cost_admission
        self.effort_visit, self.effort_admission = decided.effort_visit, decided.effort_admission
        self.uncovered_bp = round(decided.uncovered * 10_000)
        county.cost_admission[self.row] = self.cost_admission

    def _try_pass_on(self) -> None:
        """One more step of θ the way that raised what a quarter brings, or back."""
        county = self.model.county
        if self.model.month == -self.model.burn_in:
            return  # there is no quarter yet
        holds = county.balance(int(county.accounts.facilities[self.row])) / 100.0
        gain = holds - self.earned
        rise = 0.0 if self.gain is None else gain - self.gain
        self.step = adapting.pass_on_step(self.model.p, rise, self.step)
        self.earned, self.gain = holds, gain
        theta = float(county.means.pass_on[self.row]) + self.step
        county.means.pass_on[self.row] = min(max(theta, 0.0), 1.0)

    def _perhaps_lend(self) -> None:
        """Lend experts where the account's part of what they save is worth more than the visits lost."""
        p, county = self.model.p, self.model.county
        claims = int(county.bills[:, :, :, 0].sum()) / 100.0
        visits = int(county.bills[self.row, :, Kind.VISIT, :].sum()) / 100.0
        lost = adapting.lost_margin(p.expert_hours, p.margin_hospital, visits, self.load)
        county.lent[self.row] = float(adapting.lends(p, self.certain(Event.CLAIM_YUAN), claims, lost))

    def learn(self) -> None:
        """Take this month's demand into what is expected."""
        p, weight = self.model.p, self.model.place.weight
        counts = self.model.county.counts[self.row]

        def visits(before: float, seen: float) -> float:
            return float(capacity.expect(before, weight * seen, self.months_seen, p.visit_memory))

        def beds(before: float, seen: float) -> float:
            return float(capacity.expect(before, weight * seen, self.months_seen, p.bed_memory))

        admitted = int(
            counts[Count.ADMITTED_EMERGENCY] + counts[Count.ADMITTED_REFERRED] + counts[Count.ADMITTED_OTHER]
        )
        self.visits_referred = visits(self.visits_referred, counts[Count.VISIT_REFERRED])
        self.visits_other = visits(self.visits_other, counts[Count.VISIT] - counts[Count.VISIT_REFERRED])
        self.beds_emergency = beds(self.beds_emergency, counts[Count.BED_EMERGENCY])
        self.beds_referred = beds(self.beds_referred, counts[Count.BED_REFERRED])
        self.beds_other = beds(self.beds_other, counts[Count.BED_OTHER])
        self.admissions = beds(self.admissions, admitted)
        self.acute_days = beds(self.acute_days, admitted * self.stay_days)
        self.late_days = beds(self.late_days, counts[Count.RETAINED] * p.extra_days)
        self.rehab_days = beds(self.rehab_days, counts[Count.REHAB] * p.rehab_days)
        self.months_seen += 1

    def congest(self) -> None:
        """This month's load, days to an appointment, chances of a bed and occupancy."""
        tables = self.model.tables
        reserved = tables.reserved if self.is_hospital else 0.0
        self._appointments(reserved, tables.releasable)
        if self.outside:  # whoever is sent by somebody known there goes first
            self._beds(self.model.p.outside_priority, releasable=True)
        else:
            self._beds(reserved, tables.releasable)

    def _appointments(self, reserved: float, releasable: bool) -> None:
        p = self.model.p
        full, limit = p.appointment_days_full, p.appointment_load_limit
        if math.isinf(self.capacity):
            self.load = p.outside_load
            self.days_referred = self.days_other = capacity.days(full, limit, self.load)
            return
        visits = self.visits_referred + self.visits_other
        self.load = visits / self.capacity if self.capacity > 0.0 else limit
        self.days_referred, self.days_other = capacity.appointment_days(
            full, limit, self.visits_referred, self.visits_other, self.capacity, reserved, releasable
        )

    def _beds(self, reserved: float, releasable: bool) -> None:
        p = self.model.p
        bed_days = self.beds * p.month_days
        if math.isinf(self.beds):
            self.occupancy = p.outside_load
            self.bed_referred = self.bed_other = self.rehab_chance = 1.0
        elif bed_days == 0.0:
            self.occupancy = self.bed_referred = self.bed_other = self.rehab_chance = 0.0
        else:
            inpatient_days = self.acute_days + self.late_days
            self.occupancy = (inpatient_days + self.rehab_days) / bed_days
            # an admission takes its acute stay and the late days of those who are kept
            stay = inpatient_days / self.admissions if self.admissions > 0.0 else self.stay_days
            slots = (bed_days - self.rehab_days - self.beds_emergency * stay) / stay
            self.bed_referred, self.bed_other = capacity.bed_chances(
                self.beds_referred, self.beds_other, slots, reserved, releasable
            )
            free = max(0.0, bed_days - self.acute_days - self.late_days)
            self.rehab_chance = min(1.0, free / self.rehab_days) if self.rehab_days > 0.0 else 1.0
