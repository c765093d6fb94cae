"""A physician: treat or refer up, return an outpatient, keep or send down or home an inpatient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from incentive_model.chance import Purpose, gumbel_pair, uniform
from incentive_model.incentives.events import Event
from incentive_model.rules import discharge, followup, quality, referral
from incentive_model.rules.maths import sigma, total
from incentive_model.rules.trust import belief_next
from reference.episode import Fate, Slot

if TYPE_CHECKING:
    from reference.facility import Facility
    from reference.month import ReferenceModel
    from reference.resident import Resident


class Physician(mesa.Agent):
    """One physician, with a belief in what each instrument promises."""

    model: ReferenceModel

    def __init__(self, model: ReferenceModel, start: object, belief: list[float]) -> None:
        super().__init__(model)
        self.id = int(start.id)  # type: ignore[attr-defined]
        self.facility: Facility = model.facilities[int(start.facility)]  # type: ignore[attr-defined]
        self.altruism = float(start.altruism)  # type: ignore[attr-defined]
        self.complex = int(start.complex)  # type: ignore[attr-defined]
        self.unaware = int(start.unaware)  # type: ignore[attr-defined]
        self.tie = int(start.tie)  # type: ignore[attr-defined]
        self.target = int(start.target)  # type: ignore[attr-defined]
        self.cards = int(start.cards)  #: name cards of specialists above  # type: ignore[attr-defined]
        self.belief = belief

    def expects(self, event: Event) -> float:
        """Yuan one event is expected to bring: Σ belief·(θ·promised + personal), and what it feels like."""
        tables, row = self.model.tables, self.facility.row
        pay = 0.0
        for instrument, belief in enumerate(self.belief):
            promised = float(tables.promised[instrument, event, row])
            pay += belief * (
                self.facility.pass_on * promised + float(tables.personal[instrument, event, row])
            )
        return pay + float(tables.felt[event, row])

    def slot_above(self, resident: Resident) -> int:
        """Where this physician refers a resident: to a tie's hospital in reach, or the parent; where referral
        is free, to the one of both that the patient would rather go to."""
        other = resident.facility[Slot.OTHER]
        if other is None or not resident.has(Slot.PARENT):
            return Slot.PARENT if other is None or other.row != self.target else Slot.OTHER
        if other.row == self.target:
            return Slot.OTHER
        if not self.model.tables.free:
            return Slot.PARENT
        return max((Slot.PARENT, Slot.OTHER), key=lambda slot: resident.utility(slot, referred=True))

    def refers_up(
        self, resident: Resident, above: Facility, diagnosed: float, values: tuple[float, float], k: int
    ) -> bool:
        """Whether this physician would rather refer up.

        ``values`` are the patient's (above, here); ``k`` is 1 for the centre's physician who gets a clinic's
        patient."""
        p = self.model.p
        pay = self.expects(Event.UP_REFERRAL)
        pay += self.expects(Event.CHAIN_YUAN) * self._chain_revenue(above, diagnosed)
        if quality.referral_needed(p, self._gain(resident, above, diagnosed)):
            pay += self.expects(Event.NEEDED_UP_REFERRAL) - self.expects(Event.REFUSED)
        has_tie = self.tie == 1 and self.target == above.row
        ease = max(float(has_tie), self.model.tables.channel)
        reasons = self._reasons(resident, above, diagnosed, values, pay, ease)
        return resident.uniforms(Purpose.REFERRAL, k)[0] < referral.referral_probability(p, total(reasons))

    def refers_within(self, resident: Resident, diagnosed: float, values: tuple[float, float]) -> bool:
        """Whether this clinic's physician would rather send the patient to the centre: nobody is paid for it,
        and everybody knows everybody there."""
        reasons = self._reasons(resident, resident.centre, diagnosed, values, pay=0.0, ease=1.0)
        chance = referral.referral_probability(self.model.p, total(reasons))
        return resident.uniforms(Purpose.WITHIN)[0] < chance

    def refers_on(self, resident: Resident, above: Facility, values: tuple[float, float]) -> bool:
        """Whether this hospital physician would rather send the patient to the hospital above, where there is
        somebody to call: by the rule of all referrals, unpaid, knowing how severe it is."""
        severity = resident.episode.severity
        reasons = self._reasons(resident, above, severity, values, pay=0.0, ease=1.0)
        chance = referral.referral_probability(self.model.p, total(reasons))
        return resident.uniforms(Purpose.ONWARD)[0] < chance

    def _gain(self, resident: Resident, above: Facility, severity: float) -> float:
        """How much likelier the patient gets well above, if the case is so severe."""
        specialty = resident.episode.specialty
        return quality.gain_of_going_up(
            self.model.p, self.facility.can(specialty), above.can(specialty), severity
        )

    def _chain_revenue(self, above: Facility, diagnosed: float) -> float:
        p = self.model.p
        bed = quality.bed_need(p, above.grade, diagnosed)
        return p.chain_visits * (above.price_visit / 100.0) + bed * (above.price_admission / 100.0)

    def _reasons(
        self,
        resident: Resident,
        above: Facility,
        diagnosed: float,
        values: tuple[float, float],
        pay: float,
        ease: float,
    ) -> referral.ReferOrTreat:
        p, here, tables = self.model.p, self.facility, self.model.tables
        return referral.refer_or_treat(
            p,
            diagnosed=diagnosed,
            altruism=self.altruism,
            gain=self._gain(resident, above, diagnosed),
            pass_on=here.pass_on,
            margin_here=here.certain(Event.VISIT_YUAN),
            referral_pay=pay,
            account_per_claim=here.certain(Event.CLAIM_YUAN),
            attention=here.attention,
            chain_revenue=self._chain_revenue(above, diagnosed),
            price_here=here.price_visit / 100.0,
            follow_ups=followup.follow_ups(p, diagnosed),
            load_here=here.load,
            complex_process=self.complex,
            tie=ease,
            platform=tables.platform,
            criteria=tables.criteria,
            value_referred=values[0],
            value_here=values[1],
        )

    def returns(self, resident: Resident, visits: int) -> bool:
        """Whether this specialist offers to return an outpatient with so many follow-up visits to come."""
        p, here = self.model.p, self.facility
        reasons = followup.return_or_keep(
            p,
            return_pay=self.expects(Event.OUTPATIENT_RETURN),
            pass_on=here.pass_on,
            margin=here.certain(Event.VISIT_YUAN),
            price=here.price_visit / 100.0,
            visits=visits,
            account_per_claim=here.certain(Event.CLAIM_YUAN),
            platform=self.model.tables.platform,
            criteria=self.model.tables.criteria,
            load=here.load,
        )
        return resident.uniforms(Purpose.RETURN)[0] < sigma(total(reasons) / p.scale_return)

    def discharges(self, resident: Resident) -> int:
        """The fate this ward physician has in mind for a candidate."""
        p, here, tables = self.model.p, self.facility, self.model.tables
        keep = discharge.retain(
            p,
            outside=int(here.outside),
            pass_on=here.pass_on,
            day_margin=here.certain(Event.LATE_DAY),
            account_per_claim=here.certain(Event.CLAIM_YUAN),
            day_price=here.late_day_fen / 100.0,
            promised=self.expects(Event.RETAINED),
            occupancy=here.occupancy,
        )
        down = discharge.send_down(
            p,
            pay=self.expects(Event.DOWN_REFERRAL),
            altruism=self.altruism,
            unaware=self.unaware,
            complex_process=self.complex,
            platform=tables.platform,
            criteria=tables.criteria,
        )
        luck_keep, luck_down = gumbel_pair(
            self.model.key, Purpose.DISCHARGE, resident.id, self.model.month, 0
        )
        luck_home, _ = gumbel_pair(self.model.key, Purpose.DISCHARGE, resident.id, self.model.month, 1)
        options = [
            (total(keep) / p.scale_discharge + luck_keep, Fate.RETAINED),
            (total(down) / p.scale_discharge + luck_down, Fate.DOWN),
            (discharge.send_home(p, self.altruism) / p.scale_discharge + luck_home, Fate.HOME),
        ]
        return max(options, key=lambda option: option[0])[1]  # the first of equals

    def learn(self) -> None:
        """Beliefs in what was promised this month move towards what was paid."""
        tables = self.model.tables
        for k, instrument in enumerate(self.model.instruments):
            if tables.promised[k].any() or tables.personal[k].any():
                self.belief[k] = belief_next(self.model.p, self.belief[k], instrument.realised)

    def meet_experts(self) -> None:
        """Visiting experts may become acquaintances, at the hospital one refers to anyhow."""
        chance = float(self.model.tables.meeting[self.facility.row])
        self.met = False
        if not self.tie and self.target >= 0 and self.facility.tier <= 1:
            drawn = uniform(self.model.key, Purpose.MEETING, self.id, self.model.month, 0)
            self.met = drawn < chance
            self.tie = int(self.met)
