"""A resident: falls ill, seeks care, is admitted, recovers (what is between, see contact.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from incentive_model.chance import Purpose, even, gumbel_pair, normal, uniform_pair
from incentive_model.incentives.events import Count, Setting
from incentive_model.rules import choice, discharge, followup, illness, quality
from incentive_model.rules.billing import deductible_due, expected_patient_cost, known
from incentive_model.rules.maths import sigma, total
from reference.episode import NONE, BedClass, Episode, Fate, Slot, State

if TYPE_CHECKING:
    from reference.facility import Facility
    from reference.month import ReferenceModel
    from reference.physician import Physician

LOOKED_AT = (
    Slot.PARENT,
    Slot.OTHER,
    Slot.OUTSIDE,
    Slot.CLINIC,
    Slot.CENTRE,
)  #: of equals, the first is taken


def single(x: float) -> float:
    """A number as it is stored: rounded to single precision."""
    return float(np.float32(x))


class Resident(mesa.Agent):
    """One resident. Money in fen, QALYs in billionths."""

    model: ReferenceModel

    def __init__(self, model: ReferenceModel, start: object) -> None:
        super().__init__(model)
        for name in ("id", "age", "chronic", "insurance", "habit"):
            setattr(self, name, int(getattr(start, name)))
        for name in ("income", "price_sensitivity", "awareness", "control"):
            setattr(self, name, float(getattr(start, name)))
        home, clinic = model.homes, int(start.clinic)  # type: ignore[attr-defined]
        self.signs_at = even(home.even, 4, self.id) / (1.0 + 0.5 * self.chronic)
        self.managed_at = even(home.even, 5, self.id)
        rows = [int(row) for row in home.reach[clinic]]
        self.specialty = self._specialty()  #: that of all serious illnesses, 0: general care
        self.facility: list[Facility | None] = [model.facilities[r] if r >= 0 else None for r in rows]
        self.facility[Slot.OUTSIDE] = model.map.outside(clinic, 0)
        self.specialist = model.map.outside(clinic, self.specialty)  #: who treats them outside
        self.doctors: dict[int, Physician] = {}  #: by facility's row, known once one has been there
        self.distance = float(start.distance)  # type: ignore[attr-defined]
        self.trust = [float(x) for x in start.trust]  # type: ignore[attr-defined]
        self.neighbours: list[Resident] = []
        self.carried = 0.0
        self.queue_slot, self.queue_severity, self.queue_class, self.queue_months = NONE, 0.0, 0, 0
        self.fund_paid = [0, 0]
        self.deductible_paid = 0  #: fen, in the present chain of care
        self.oop = self.oop_year = self.time = self.qaly = 0
        self.episode = Episode()
        self.opening_trust, self.opening_awareness = self.trust[Slot.CENTRE], self.awareness

    def _specialty(self) -> int:
        """Which specialty this resident's serious illnesses belong to."""
        drawn, shares = even(self.model.homes.even, 6, self.id), list(self.model.place.specialties.values())
        share = 1.0 - sum(shares)
        for specialty, more in enumerate(shares):
            if drawn < share:
                return specialty
            share += more
        return len(shares)

    def _chosen(self, facility: Facility) -> Physician:
        """Who serves this resident at a facility."""
        staff = self.model.staff[facility.row]
        u, _ = uniform_pair(self.model.homes.key, Purpose.DOCTOR, self.id, facility.number, 0)
        return staff[int(u * len(staff))]

    # what is within reach, and offered

    @property
    def contract(self) -> int:
        """1 with a family-doctor contract."""
        return int(self.signs_at < self.model.tables.coverage)

    @property
    def managed(self) -> bool:
        """Whether a chronic condition is managed in primary care."""
        return bool(self.chronic and self.managed_at < self.model.tables.managed)

    @property
    def clinic(self) -> Facility:
        """The own village clinic."""
        return self.at(Slot.CLINIC)

    @property
    def centre(self) -> Facility:
        """The own centre, where every resident is listed."""
        return self.at(Slot.CENTRE)

    @property
    def reach(self) -> list[int]:
        """Slots with a facility."""
        return [slot for slot in LOOKED_AT if self.has(slot)]

    def has(self, slot: int) -> bool:
        """Whether there is a facility in a slot."""
        return self.facility[slot] is not None

    def at(self, slot: int) -> Facility:
        """The facility of a slot: outside, the one for the present illness."""
        special = slot == Slot.OUTSIDE and self.episode.specialty > 0
        facility = self.specialist if special else self.facility[slot]
        assert facility is not None
        return facility

    def minutes(self, slot: int) -> float:
        """One way to the facility of a slot."""
        return self.distance * self.model.map.minutes(self.clinic, self.at(slot))

    def served_by(self, slot: int) -> Physician:
        """The physician who serves this resident there."""
        facility = self.at(slot)
        if facility.row not in self.doctors:
            self.doctors[facility.row] = self._chosen(facility)
        return self.doctors[facility.row]

    def uniforms(self, purpose: Purpose, k: int = 0) -> tuple[float, float]:
        """This month's two uniform numbers for a purpose."""
        return uniform_pair(self.model.key, purpose, self.id, self.model.month, k)

    def gumbels(self, k: int) -> tuple[float, float]:
        """This month's Gumbel numbers of two alternatives of first contact."""
        return gumbel_pair(self.model.key, Purpose.CHOICE, self.id, self.model.month, k)

    # phase 2

    def fall_ill(self) -> None:
        """Wait on or give up; or fall ill anew, or with what was left unresolved."""
        e = self.episode = Episode()
        if self.queue_slot != NONE:
            self._wait_on(e)
        elif self.carried > 0.0:
            e.state, e.severity = State.CARRIED, self.carried
        else:
            self._begin(e)
        self.carried = 0.0
        if e.state != State.HEALTHY and e.severity >= self.model.p.specialty_severity:
            e.specialty = self.specialty
        if e.state == State.GAVE_UP:
            self.at(self.queue_slot).count(Count.UNMET)
        if e.seeks:
            noise = normal(self.model.key, Purpose.PERCEPTION, self.id, self.model.month, 0)
            e.perceived = choice.perceived_severity(
                self.model.p, e.severity, self.model.tables.education, noise
            )

    def _wait_on(self, e: Episode) -> None:
        p = self.model.p
        leaves, outside = self.uniforms(Purpose.QUEUE)
        e.state, e.severity = State.WAITING, self.queue_severity
        if leaves < p.queue_leave:
            elsewhere = self.has(Slot.OUTSIDE) and self.queue_slot != Slot.OUTSIDE
            goes_outside = outside < p.queue_outside and elsewhere
            e.state = State.WENT_OUTSIDE if goes_outside else State.GAVE_UP

    def _begin(self, e: Episode) -> None:
        p, (onset, u_class) = self.model.p, self.uniforms(Purpose.ONSET)
        if onset >= illness.onset_probability(p, self.age, self.chronic, self.control, self.model.season):
            return
        within, emergency = self.uniforms(Purpose.SEVERITY)
        e.state = State.NEW
        e.severity = illness.severity(p, self.age, self.chronic, self.control, u_class, within)
        e.emergency = e.severity >= 0.70 and emergency < p.emergency_share
        self.clinic.count(Count.NEW_EPISODE)

    # phase 3

    def rate(self, facility: Facility, setting: Setting, referred: bool) -> float:
        """The reimbursement rate as this resident knows it."""
        term = (int(referred), self.insurance, facility.grade, setting)
        before, now = self.model.rate_before[term] / 10_000.0, self.model.tables.rate_bp[term] / 10_000.0
        return float(known(before, now, self.awareness))

    def deductible(self, facility: Facility, setting: Setting, referred: bool) -> int:
        """What a stay would still owe of its deductible, in fen."""
        whole = int(self.model.deductible[self.insurance, facility.grade])
        continuous = bool(self.model.tables.continuous)
        if continuous and setting == Setting.REHAB:
            return 0
        return deductible_due(whole, continuous and referred, self.deductible_paid)

    def known_deductible(self, facility: Facility, setting: Setting, referred: bool) -> float:
        """The deductible this resident reckons with, in yuan."""
        whole = int(self.model.deductible[self.insurance, facility.grade]) / 100.0
        return float(known(whole, self.deductible(facility, setting, referred) / 100.0, self.awareness))

    def utility(self, slot: int, referred: bool) -> float:
        """V_f: what a facility is worth, on a referral's terms or without."""
        p, f, severity = self.model.p, self.at(slot), self.episode.perceived
        uncovered = f.uncovered_bp / 10_000.0
        deductible = self.known_deductible(f, Setting.INPATIENT, referred)
        visit = expected_patient_cost(
            f.price_visit / 100.0, uncovered, 0.0, self.rate(f, Setting.OUTPATIENT, referred)
        )
        admission = expected_patient_cost(
            f.price_admission / 100.0, uncovered, deductible, self.rate(f, Setting.INPATIENT, referred)
        )
        days = known(f.days_other, f.days_referred, self.awareness) if referred else f.days_other
        terms = choice.appeal(
            p,
            tier=f.tier,
            severity=severity,
            attractiveness=f.attracts(self.episode.specialty),
            trust=self.trust[slot],
            visit_cost=visit,
            expected_admission_cost=(quality.bed_need(p, f.grade, severity) if f.beds > 0.0 else 0.0)
            * admission,
            price_sensitivity=self.price_sensitivity,
            travel_minutes=self.minutes(slot),
            waiting_minutes=f.waiting_minutes * f.load,
            appointment_days=days,
            contract=self.contract,
            habitual=self.habit == slot,
        )
        return total(terms)

    def seek(self) -> None:
        """Choose self-care or a first contact."""
        e = self.episode
        if not e.seeks:
            return
        e.first = e.at = self._choose(e)
        if e.first == NONE:
            self.clinic.count(Count.SELF_CARE)
            return
        self._count_contact(e, self.at(e.first))

    def _choose(self, e: Episode) -> int:
        p = self.model.p
        luck = [*self.gumbels(0), *self.gumbels(1), *self.gumbels(2)]
        value = {slot: self.utility(slot, referred=e.emergency) for slot in self.reach}
        county = [slot for slot in Slot.COUNTY if slot in value]
        if county and not e.emergency:
            above = self.utility(Slot.PARENT, referred=True)
            option = choice.gateway(p, e.perceived, above, max(value[slot] for slot in county))
            value[Slot.CLINIC] += option
            value[Slot.CENTRE] += option
        options = [(value[slot] + luck[slot], slot) for slot in self.reach]
        if not e.emergency:
            options.append((choice.self_care(p, e.perceived) + luck[5], NONE))
        e.turned_away = self.is_barred(_best(options))
        return _best([option for option in options if not self.is_barred(option[1])])

    def is_barred(self, slot: int) -> bool:
        """Whether the hospital in a slot would not see this resident unreferred this month."""
        if slot not in Slot.HOSPITALS or self.episode.emergency:
            return False
        return self.uniforms(Purpose.GATE, slot)[0] < self.model.tables.gate

    def _count_contact(self, e: Episode, chosen: Facility) -> None:
        chosen.count(Count.FIRST_CONTACT)
        chosen.count(Count.VISIT)
        self.centre.count(Count.LISTED_CONTACT)
        if chosen.tier <= 1:
            self.centre.count(Count.LISTED_PRIMARY)
        elif e.severity < 0.45 and not e.emergency:
            chosen.count(Count.BYPASS)
        if chosen.tier == self._appropriate_tier(e):
            chosen.count(Count.APPROPRIATE)

    def _appropriate_tier(self, e: Episode) -> int:
        """The lowest tier of one's own way up whose chance of success is at least 0.8, a hospital's in an
        emergency; the highest if none is good enough."""
        way_up = [self.at(slot) for slot in range(5) if self.has(slot) and slot != Slot.OTHER]
        for f in way_up:
            far_enough = f.tier >= 2 or not e.emergency
            if far_enough and quality.success(self.model.p, f.can(e.specialty), e.severity) >= 0.8:
                return f.tier
        return way_up[-1].tier

    # phase 5

    def be_admitted(self) -> None:
        """Get a bed, or wait a month and get worse."""
        e = self.episode
        if e.bed_class == NONE:
            if e.state == State.GAVE_UP:
                self._leave_queue()
            return
        here = self.at(e.at)
        chance = (1.0, here.bed_referred, here.bed_other)[e.bed_class]
        e.admitted = e.bed_class == BedClass.EMERGENCY or self.uniforms(Purpose.ADMISSION)[0] < chance
        if e.admitted:
            here.count((Count.ADMITTED_EMERGENCY, Count.ADMITTED_REFERRED, Count.ADMITTED_OTHER)[e.bed_class])
            if e.bed_class != BedClass.EMERGENCY:
                waited = Count.WAITED_REFERRED if e.bed_class == BedClass.REFERRED else Count.WAITED_OTHER
                here.count(waited, self.queue_months)
            self._leave_queue()
        else:
            self.queue_slot, self.queue_class = e.at, e.bed_class
            self.queue_severity = single(min(0.98, e.severity + self.model.p.wait_severity))
            self.queue_months += 1

    def _leave_queue(self) -> None:
        self.queue_slot, self.queue_severity, self.queue_class, self.queue_months = NONE, 0.0, 0, 0

    # phase 6

    def recover(self) -> None:
        """Outpatients follow up; inpatients are kept, sent down or sent home."""
        e = self.episode
        if e.admitted:
            self._leave_the_ward(e)
        elif e.at != NONE and e.bed_class == NONE:
            self._follow_up(e)

    def _follow_up(self, e: Episode) -> None:
        p, here = self.model.p, self.at(e.at)
        wanted = followup.follow_ups(p, e.severity)
        one_more = self.uniforms(Purpose.FOLLOW_UP)[0] < wanted - int(wanted)
        e.follow_ups = int(wanted) + one_more
        if here.is_hospital and not here.outside and e.severity < p.return_limit and e.follow_ups > 0:
            here.count(Count.RETURN_ELIGIBLE)
            if self.served_by(e.at).returns(self, e.follow_ups):
                here.count(Count.RETURN_OFFER)
                agrees = sigma(total(followup.accept_return(p, self.trust[Slot.CENTRE], self.contract)))
                e.returned = self.uniforms(Purpose.RETURN)[1] < agrees
        if e.returned:
            here.count(Count.OUTPATIENT_RETURN)
            self.centre.count(Count.VISIT, e.follow_ups)
        else:
            here.count(Count.VISIT, e.follow_ups)
            if e.referred:
                here.count(Count.VISIT_REFERRED, e.follow_ups)

    def _leave_the_ward(self, e: Episode) -> None:
        p, here = self.model.p, self.at(e.at)
        candidate, bed_below = self.uniforms(Purpose.CANDIDATE)
        if not here.is_hospital or candidate >= discharge.candidate_probability(p, e.severity):
            return
        here.count(Count.CANDIDATE)
        self.centre.count(Count.LISTED_CANDIDATE)
        e.fate = self.served_by(e.at).discharges(self)
        offered = e.fate == Fate.DOWN
        if offered:
            here.count(Count.DOWN_OFFER)
            if bed_below >= self.centre.rehab_chance or not self._accepts_down(e, here):
                e.fate = Fate.RETAINED
        if e.fate == Fate.RETAINED:
            here.count(Count.RETAINED)
            found = self.uniforms(Purpose.AUDIT)[0] < self.model.tables.audit
            if found and not here.outside and not offered:
                here.count(Count.AUDITED_RETENTION)
        elif e.fate == Fate.HOME:
            here.count(Count.SENT_HOME)
        else:
            here.count(Count.DOWN_REFERRAL)
            self.centre.count(Count.REHAB)
            if e.bed_class == BedClass.REFERRED:
                here.count(Count.LOOP_CLOSED)

    def _accepts_down(self, e: Episode, here: Facility) -> bool:
        p, centre, tables = self.model.p, self.centre, self.model.tables
        stay = expected_patient_cost(
            p.extra_days * (here.late_day_fen / 100.0),
            here.uncovered_bp / 10_000.0,
            0.0,
            self.rate(here, Setting.INPATIENT, e.exempt),
        )
        down = expected_patient_cost(
            p.rehab_price * (1.0 + p.repeat_tests_down * tables.missing_tests),
            centre.uncovered_bp / 10_000.0,
            self.known_deductible(centre, Setting.REHAB, True),
            self.rate(centre, Setting.REHAB, True),
        )
        reasons = discharge.accept_down(
            p,
            attractiveness_here=here.attracts(e.specialty),
            attractiveness_centre=centre.attracts(e.specialty),
            trust_centre=self.trust[Slot.CENTRE],
            trust_here=self.trust[e.at],
            cost_stay=stay,
            cost_down=down,
            price_sensitivity=self.price_sensitivity,
            minutes_here=self.minutes(e.at),
            minutes_centre=self.minutes(Slot.CENTRE),
            contract=self.contract,
            platform=tables.platform,
            formulary=tables.formulary,
        )
        return self.uniforms(Purpose.ACCEPT_DOWN)[0] < sigma(total(reasons))


def _best(options: list[tuple[float, int]]) -> int:
    """The slot of the highest value, the first of equals."""
    return max(options, key=lambda option: option[0])[1]
