"""A physician: treat or refer up, return an outpatient, keep or send down or home an inpatient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from incentive_model.chance import Purpose, gumbel_pair
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
        self.facility: Facility = model.facilities[int(start.facility)]  # type: ignore[attr-defined]
        self.altruism = float(start.altruism)  # type: ignore[attr-defined]
        self.complex = int(start.complex)  # type: ignore[attr-defined]
        self.unaware = int(start.unaware)  # type: ignore[attr-defined]
        self.tie = int(start.tie)  # type: ignore[attr-defined]
        self.target = int(start.target)  # type: ignore[attr-defined]
        self.belief = belief

    def expects(self, event: Event) -> float:
        """Yuan this physician expects of one event: Σ belief·(θ·promised + personal)."""
        tables, row = self.model.tables, self.facility.row
        pay = 0.0
        for instrument, belief in enumerate(self.belief):
            promised = float(tables.promised[instrument, event, row])
            pay += belief * (
                self.facility.pass_on * promised + float(tables.personal[instrument, event, row])
            )
        return pay

    def slot_above(self, resident: Resident) -> int:
        """Where this physician refers a resident: to a tie's hospital in reach, or the parent."""
        other = resident.facility[Slot.OTHER]
        if other is not None and other.row == self.target:
            return Slot.OTHER
        return Slot.PARENT

    def refers(
        self, resident: Resident, above: Facility, diagnosed: float, values: tuple[float, float]
    ) -> bool:
        """Whether this physician would rather refer; ``values`` are the patient's (above, here)."""
        p, here = self.model.p, self.facility
        chain_revenue = (
            p.chain_visits * (above.price_visit / 100.0)
            + quality.bed_need(p, 2, diagnosed) * (above.price_admission / 100.0)
        )  # fmt: skip
        pay = self.expects(Event.UP_REFERRAL) + self.expects(Event.CHAIN_YUAN) * chain_revenue
        if quality.referral_needed(p, here.capability, above.capability, diagnosed):
            pay += self.expects(Event.NEEDED_UP_REFERRAL)
        reasons = referral.refer_or_treat(
            p,
            diagnosed=diagnosed,
            altruism=self.altruism,
            capability_here=here.capability,
            capability_above=above.capability,
            pass_on=here.pass_on,
            margin_here=here.certain(Event.VISIT_YUAN),
            referral_pay=pay,
            account_per_claim=here.certain(Event.CLAIM_YUAN),
            chain_revenue=chain_revenue,
            price_here=here.price_visit / 100.0,
            follow_ups=followup.follow_ups(p, diagnosed),
            complex_process=self.complex,
            tie=int(self.tie == 1 and self.target == above.row),
            platform=self.model.tables.platform,
            value_referred=values[0],
            value_here=values[1],
        )
        return resident.uniforms(Purpose.REFERRAL)[0] < referral.referral_probability(p, total(reasons))

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
            load=here.load,
        )
        return resident.uniforms(Purpose.RETURN)[0] < sigma(total(reasons) / p.scale_return)

    def discharges(self, resident: Resident) -> int:
        """The fate this ward physician has in mind for a candidate."""
        p, here, platform = self.model.p, self.facility, self.model.tables.platform
        keep = discharge.retain(
            p,
            tier=here.tier,
            pass_on=here.pass_on,
            day_margin=here.certain(Event.LATE_DAY),
            account_per_claim=here.certain(Event.CLAIM_YUAN),
            promised=self.expects(Event.RETAINED),
            occupancy=here.occupancy,
        )
        pay = self.expects(Event.DOWN_REFERRAL)
        down = discharge.send_down(p, pay, self.altruism, self.unaware, self.complex, platform)
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
