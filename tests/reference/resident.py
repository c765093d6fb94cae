"""A resident: falls ill, seeks care, accepts or refuses, asks for a bed, recovers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from incentive_model.chance import Purpose, even, gumbel_pair, normal, uniform_pair
from incentive_model.incentives.events import Count, Setting
from incentive_model.rules import choice, discharge, followup, illness, quality, referral
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
        self.facility: list[Facility | None] = [model.facilities[r] if r >= 0 else None for r in rows]
        self.doctor = [None if f is None else self._chosen(f) for f in self.facility]
        self.minutes = [float(start.distance) * float(x) for x in home.minutes[clinic]]  # type: ignore[attr-defined]
        self.trust = [float(x) for x in start.trust]  # type: ignore[attr-defined]
        self.neighbours: list[Resident] = []
        self.carried = 0.0
        self.queue_slot, self.queue_severity, self.queue_class, self.queue_months = NONE, 0.0, 0, 0
        self.fund_paid = [0, 0]
        self.deductible_paid = 0  #: fen, in the present chain of care
        self.oop = self.oop_year = self.time = self.qaly = 0
        self.episode = Episode()
        self.opening_trust, self.opening_awareness = self.trust[Slot.CENTRE], self.awareness

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
        return [slot for slot in LOOKED_AT if self.facility[slot] is not None]

    def at(self, slot: int) -> Facility:
        """The facility of a slot."""
        facility = self.facility[slot]
        assert facility is not None
        return facility

    def served_by(self, slot: int) -> Physician:
        """The physician who serves this resident there."""
        doctor = self.doctor[slot]
        assert doctor is not None
        return doctor

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
            has_outside = self.facility[Slot.OUTSIDE] is not None
            e.state = State.WENT_OUTSIDE if outside < p.queue_outside and has_outside else State.GAVE_UP
            if e.state == State.GAVE_UP:
                self.at(self.queue_slot).count(Count.UNMET)

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
        term = (int(referred), self.insurance, facility.tier, setting)
        before, now = self.model.rate_before[term] / 10_000.0, self.model.tables.rate_bp[term] / 10_000.0
        return float(known(before, now, self.awareness))

    def deductible(self, facility: Facility, setting: Setting, referred: bool) -> int:
        """What a stay would still owe of its deductible, in fen."""
        whole = int(self.model.deductible[self.insurance, facility.tier])
        continuous = bool(self.model.tables.continuous)
        if continuous and setting == Setting.REHAB:
            return 0
        return deductible_due(whole, continuous and referred, self.deductible_paid)

    def known_deductible(self, facility: Facility, setting: Setting, referred: bool) -> float:
        """The deductible this resident reckons with, in yuan."""
        whole = int(self.model.deductible[self.insurance, facility.tier]) / 100.0
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
            attractiveness=f.attractiveness,
            trust=self.trust[slot],
            visit_cost=visit,
            expected_admission_cost=(quality.bed_need(p, f.tier, severity) if f.beds > 0.0 else 0.0)
            * admission,
            price_sensitivity=self.price_sensitivity,
            travel_minutes=self.minutes[slot],
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
        way_up = [f for slot, f in enumerate(self.facility) if f is not None and slot != Slot.OTHER]
        for f in way_up:
            far_enough = f.tier >= 2 or not e.emergency
            if far_enough and quality.success(self.model.p, f.capability, e.severity) >= 0.8:
                return f.tier
        return way_up[-1].tier

    # phase 4

    def meet_physician(self) -> None:
        """Be treated where one came first, or go up."""
        e = self.episode
        if e.first in Slot.PRIMARY:
            self._meet_primary(e)
        if e.at != NONE:
            self._perhaps_need_bed(e, self.at(e.at))
        elif e.state == State.WAITING:
            e.at = self.queue_slot
            self.ask_for_bed(self.queue_class)
        elif e.state == State.WENT_OUTSIDE:
            e.at = Slot.OUTSIDE
            self.ask_for_bed(BedClass.OTHER)

    def _meet_primary(self, e: Episode) -> None:
        """A primary contact: up to the hospital, within the township to the centre, or treated."""
        issued = self._perhaps_go_up(e, e.first, k=0)
        if e.first == Slot.CLINIC and not e.referred and self._goes_within():
            e.at, e.within = Slot.CENTRE, True
            self.clinic.count(Count.INTERNAL_REFERRAL)
            self.centre.count(Count.VISIT)
            if not issued:  # who has just declined the hospital is not asked again
                issued = self._perhaps_go_up(e, Slot.CENTRE, k=1)
        last = e.origin if e.referred else e.at
        if self._needs_hospital(last):
            here = self.at(last)
            here.count(Count.CONTACT_NEEDING)
            if e.referred:
                here.count(Count.UP_NEEDED)
            elif not issued:
                here.count(Count.REFUSED)
                if self.uniforms(Purpose.AUDIT)[1] < self.model.tables.audit:
                    here.count(Count.AUDITED_REFUSAL)

    def _above(self, slot: int) -> int | None:
        """The slot to which the physician of a primary facility would refer up, if there is a hospital."""
        above = self.served_by(slot).slot_above(self)
        return None if self.facility[above] is None else above

    def _needs_hospital(self, slot: int) -> bool:
        """Whether the true severity asks for more than a primary facility can do."""
        above, e = self._above(slot), self.episode
        if above is None:
            return False
        p, here, there = self.model.p, self.at(slot).capability, self.at(above).capability
        return e.emergency or quality.referral_needed(p, quality.gain_of_going_up(p, here, there, e.severity))

    def _diagnosis(self, slot: int, k: int) -> float:
        """The severity a primary physician sees."""
        tables = self.model.tables
        return referral.diagnosed_severity(
            self.model.p,
            severity=self.episode.severity,
            platform=tables.platform,
            criteria=tables.criteria,
            diagnostics=tables.diagnostics if slot == Slot.CENTRE else 0.0,
            noise=normal(self.model.key, Purpose.DIAGNOSIS, self.id, self.model.month, k),
        )

    def _perhaps_go_up(self, e: Episode, slot: int, k: int) -> bool:
        """Go up to the hospital, or not; whether a referral was issued."""
        above = self._above(slot)
        if above is None:
            return False
        here, there = self.at(slot), self.at(above)
        if not e.emergency:
            diagnosed = self._diagnosis(slot, k)
            values = self.utility(above, referred=True), self.utility(slot, referred=False)
            if not self.served_by(slot).refers_up(self, there, diagnosed, values, k):
                return False
            here.count(Count.REFERRAL_ISSUED)
            agrees = sigma(total(referral.accept_up(self.model.p, diagnosed, *values)))
            if self.uniforms(Purpose.REFERRAL, k)[1] >= agrees:
                e.declined = True
                return True
        else:
            here.count(Count.REFERRAL_ISSUED)
        here.count(Count.UP_REFERRAL)
        e.at, e.referred, e.origin = above, True, slot
        there.count(Count.VISIT)
        there.count(Count.VISIT_REFERRED)
        return True

    def _goes_within(self) -> bool:
        """Whether the clinic's physician sends this resident to the centre, who agrees."""
        diagnosed = self._diagnosis(Slot.CLINIC, 0)
        values = self.utility(Slot.CENTRE, referred=False), self.utility(Slot.CLINIC, referred=False)
        if not self.served_by(Slot.CLINIC).refers_within(self, diagnosed, values):
            return False
        agrees = sigma(total(referral.accept_up(self.model.p, diagnosed, *values)))
        return self.uniforms(Purpose.WITHIN)[1] < agrees

    def _perhaps_need_bed(self, e: Episode, here: Facility) -> None:
        need = quality.bed_need(self.model.p, here.tier, e.severity) if here.beds > 0.0 else 0.0
        if need > 0.0 and self.uniforms(Purpose.BED_NEED)[0] < need:
            if e.emergency:
                self.ask_for_bed(BedClass.EMERGENCY)
            else:
                self.ask_for_bed(BedClass.REFERRED if e.referred else BedClass.OTHER)

    def ask_for_bed(self, bed_class: int) -> None:
        """Ask for a bed where one is treated."""
        e = self.episode
        e.bed_class = bed_class
        self.at(e.at).count((Count.BED_EMERGENCY, Count.BED_REFERRED, Count.BED_OTHER)[bed_class])

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
        if here.tier == 2 and e.severity < p.return_limit and e.follow_ups > 0:
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
        if here.tier < 2 or candidate >= discharge.candidate_probability(p, e.severity):
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
            if here.tier == 2 and not offered and self.uniforms(Purpose.AUDIT)[0] < self.model.tables.audit:
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
            attractiveness_here=here.attractiveness,
            attractiveness_centre=centre.attractiveness,
            trust_centre=self.trust[Slot.CENTRE],
            trust_here=self.trust[e.at],
            cost_stay=stay,
            cost_down=down,
            price_sensitivity=self.price_sensitivity,
            minutes_here=self.minutes[e.at],
            minutes_centre=self.minutes[Slot.CENTRE],
            contract=self.contract,
            platform=tables.platform,
            formulary=tables.formulary,
        )
        return self.uniforms(Purpose.ACCEPT_DOWN)[0] < sigma(total(reasons))


def _best(options: list[tuple[float, int]]) -> int:
    """The slot of the highest value, the first of equals."""
    return max(options, key=lambda option: option[0])[1]
