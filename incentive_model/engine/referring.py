"""Phase 4: physicians treat or refer, up and onward; who needs a bed asks for one."""

from incentive_model.chance.draws import normal, uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import BedClass, Noise, Row, Slot, State, Tally, Tile, World
from incentive_model.engine.home import doctor_of, facility_of
from incentive_model.engine.seeking import felt, slot_value
from incentive_model.incentives.events import Count, Event
from incentive_model.rules.followup import follow_ups
from incentive_model.rules.maths import sigma, total
from incentive_model.rules.quality import bed_need, gain_of_going_up, referral_needed
from incentive_model.rules.referral import (
    ReferOrTreat,
    accept_up,
    diagnosed_severity,
    refer_or_treat,
    referral_probability,
)


def referral_slot(w: World, me: Row, perceived: float, specialty: int, physician: int) -> int:
    """Where this physician refers: the hospital of the own tie or the parent, −1 without any. Where referral
    is free, to whichever of these the patient would rather go to."""
    other = facility_of(w, me, Slot.OTHER, 0)
    if other >= 0 and w.physicians[physician].target == other:
        return Slot.OTHER
    if facility_of(w, me, Slot.PARENT, 0) < 0:
        return -1
    if w.now.free == 0 or other < 0:
        return Slot.PARENT
    ill = felt(w.p, perceived, specialty)
    rather_other = slot_value(w, me, Slot.OTHER, ill, 1) > slot_value(w, me, Slot.PARENT, ill, 1)
    return Slot.OTHER if rather_other else Slot.PARENT


def treat_or_refer(w: World, me: Row, ep: Row, tile: Tile, k: int, tally: Tally) -> None:
    """Phase 4: primary physicians decide, the patient accepts or not; who needs a bed asks for one."""
    f = w.facilities
    if ep.state == State.WAITING or ep.state == State.WENT_OUTSIDE:
        row = facility_of(w, me, ep.at, ep.specialty)
        tally.counts[me.part, row, Count.BED_EMERGENCY + ep.bed_class] += 1
        return
    if ep.at < 0:
        return
    if ep.first <= Slot.CENTRE:
        primary_contact(w, me, ep, tile.noise[Noise.DIAGNOSIS, k], tally)
    if (ep.at == Slot.PARENT or ep.at == Slot.OTHER) and ep.emergency == 0:
        refer_onward(w, me, ep, tally)
    row = facility_of(w, me, ep.at, ep.specialty)
    need = bed_need(w.p, f[row].grade, ep.severity) if f[row].beds > 0.0 else 0.0
    if need > 0.0:
        u, _ = uniform_pair(w.key, Purpose.BED_NEED, me.id, w.month, 0)
        if u < need:
            kind = BedClass.OTHER
            if ep.emergency == 1:
                kind = BedClass.EMERGENCY
            elif ep.referred == 1:
                kind = BedClass.REFERRED
            ep.bed_class = kind
            tally.counts[me.part, row, Count.BED_EMERGENCY + kind] += 1


def primary_contact(w: World, me: Row, ep: Row, noise: float, tally: Tally) -> None:
    """One primary contact: refer up, within the township, or treat. A centre that gets a clinic's patient
    decides anew, unless the patient has just declined the hospital."""
    slot = ep.first
    physician = doctor_of(w, me, slot, 0)
    diagnosed = diagnose(w, ep, slot, noise)
    issued = refer_up(w, me, ep, slot, physician, 0, diagnosed, tally)
    if slot == Slot.CLINIC and ep.referred == 0 and refer_within(w, me, ep, physician, diagnosed):
        tally.counts[me.part, me.clinic, Count.INTERNAL_REFERRAL] += 1
        tally.counts[me.part, facility_of(w, me, Slot.CENTRE, 0), Count.VISIT] += 1
        ep.within = 1
        ep.at = Slot.CENTRE
        slot = Slot.CENTRE
        physician = doctor_of(w, me, slot, 0)
        if not issued:
            diagnosed = diagnose(w, ep, slot, normal(w.key, Purpose.DIAGNOSIS, me.id, w.month, 1))
            issued = refer_up(w, me, ep, slot, physician, 1, diagnosed, tally)
    if needs_hospital(w, me, ep, slot, physician):
        here = facility_of(w, me, slot, 0)
        tally.counts[me.part, here, Count.CONTACT_NEEDING] += 1
        if ep.referred == 1:
            tally.counts[me.part, here, Count.UP_NEEDED] += 1
        elif not issued:
            tally.counts[me.part, here, Count.REFUSED] += 1
            _, found = uniform_pair(w.key, Purpose.AUDIT, me.id, w.month, 0)
            if found < w.now.audit:
                tally.counts[me.part, here, Count.AUDITED_REFUSAL] += 1


def needs_hospital(w: World, me: Row, ep: Row, slot: int, physician: int) -> bool:
    """Whether this case, by its true severity, should go from a primary facility to the hospital."""
    above = referral_slot(w, me, ep.perceived, ep.specialty, physician)
    if above < 0:
        return False
    skill = w.skill[ep.specialty]
    here, there = skill[facility_of(w, me, slot, 0)], skill[facility_of(w, me, above, 0)]
    return ep.emergency == 1 or referral_needed(w.p, gain_of_going_up(w.p, here, there, ep.severity))


def diagnose(w: World, ep: Row, slot: int, noise: float) -> float:
    """The severity that the physician of a primary facility sees."""
    diagnostics = w.now.diagnostics if slot == Slot.CENTRE else 0.0
    return diagnosed_severity(w.p, ep.severity, w.now.platform, w.now.criteria, diagnostics, noise)


def tie_to(w: World, physician: int, hospital: int) -> float:
    """How far a personal tie, or else a channel, eases this physician's way to a hospital (0–1)."""
    who = w.physicians[physician]
    return 1.0 if who.tie == 1 and who.target == hospital else w.now.channel


def expected_chain(w: World, row: int, s: float) -> float:
    """What a hospital will bill for a case referred to it, as physicians reckon (yuan)."""
    f = w.facilities
    visits = w.p.chain_visits * f[row].visit_yuan
    return visits + bed_need(w.p, f[row].grade, s) * f[row].admission_yuan


def expected_pay(w: World, physician: int, chain: float, needed: bool) -> float:
    """What a physician believes a referral up brings: pay for it, for its chain, for a needed one; and what
    not to refer a patient who needs it would cost (yuan)."""
    pay = w.believed[physician, Event.UP_REFERRAL] + w.believed[physician, Event.CHAIN_YUAN] * chain
    if needed:
        pay += w.believed[physician, Event.NEEDED_UP_REFERRAL] - w.believed[physician, Event.REFUSED]
    return pay


def referral_reasons(
    w: World,
    me: Row,
    slot: int,
    physician: int,
    above: int,
    specialty: int,
    diagnosed: float,
    tie: float,
    value_there: float,
    value_here: float,
) -> ReferOrTreat:
    """Why the physician of a facility would refer this resident to the one in slot ``above``. Whatever
    admissions earn, an outpatient's physician reckons with the margin of visits alone."""
    f, p = w.facilities, w.p
    here, there = facility_of(w, me, slot, specialty), facility_of(w, me, above, specialty)
    who = w.physicians[physician]
    chain = expected_chain(w, there, diagnosed)
    gain = gain_of_going_up(p, w.skill[specialty, here], w.skill[specialty, there], diagnosed)
    pay = 0.0
    if f[here].tier <= 1 and f[there].tier >= 2:
        needed = referral_needed(p, gain)
        pay = expected_pay(w, physician, chain, needed)
    return refer_or_treat(
        p,
        diagnosed,
        who.altruism,
        gain,
        f[here].pass_on,
        w.terms.certain[Event.VISIT_YUAN, here],
        pay,
        w.terms.certain[Event.CLAIM_YUAN, here],
        f[here].attention,
        chain,
        f[here].visit_yuan,
        follow_ups(p, diagnosed),
        f[here].load,
        who.complex,
        tie,
        w.now.platform,
        w.now.criteria,
        value_there,
        value_here,
    )


def refer_up(
    w: World, me: Row, ep: Row, slot: int, physician: int, k: int, diagnosed: float, tally: Tally
) -> bool:
    """One physician's decision on going up to the hospital, and the patient's; whether it was issued.
    Emergencies always go."""
    here = facility_of(w, me, slot, 0)
    above = referral_slot(w, me, ep.perceived, ep.specialty, physician)
    if above < 0:
        return False
    there = facility_of(w, me, above, 0)
    accepted = True
    if ep.emergency == 0:
        tie = tie_to(w, physician, there)
        value_there, value_here = ep.worth[Slot.PARENT], ep.worth[slot]
        if above != Slot.PARENT:
            value_there = slot_value(w, me, above, felt(w.p, ep.perceived, ep.specialty), 1)
        reasons = referral_reasons(
            w, me, slot, physician, above, ep.specialty, diagnosed, tie, value_there, value_here
        )
        u, v = uniform_pair(w.key, Purpose.REFERRAL, me.id, w.month, k)
        if u >= referral_probability(w.p, total(reasons)):
            return False
        accepted = v < sigma(total(accept_up(w.p, diagnosed, value_there, value_here)))
    tally.counts[me.part, here, Count.REFERRAL_ISSUED] += 1
    if accepted:
        tally.counts[me.part, here, Count.UP_REFERRAL] += 1
        tally.counts[me.part, there, Count.VISIT] += 1
        tally.counts[me.part, there, Count.VISIT_REFERRED] += 1
        ep.referred = 1
        ep.origin = slot
        ep.at = above
    return True


def refer_within(w: World, me: Row, ep: Row, physician: int, diagnosed: float) -> bool:
    """A clinic's physician who does not refer up may send the patient to the own centre, by the same rule
    (everybody knows everybody there: it is as easy as with a tie); the patient accepts or not."""
    value_here, value_there = ep.worth[Slot.CLINIC], ep.worth[Slot.CENTRE]
    reasons = referral_reasons(
        w, me, Slot.CLINIC, physician, Slot.CENTRE, ep.specialty, diagnosed, 1.0, value_there, value_here
    )
    u, v = uniform_pair(w.key, Purpose.WITHIN, me.id, w.month, 0)
    if u >= referral_probability(w.p, total(reasons)):
        return False
    return v < sigma(total(accept_up(w.p, diagnosed, value_there, value_here)))


def way_on(w: World, physician: int, there: int) -> float:
    """How open the way to a hospital above is to a physician of the one below (0–1): always within the area;
    to one outside with a specialist's name card, or as far as there is a channel."""
    if w.facilities[there].outside == 0 or w.physicians[physician].cards > 0:
        return 1.0
    return w.now.channel


def refer_onward(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """A hospital physician may refer a patient on to the hospital above, by the rule of all referrals; the
    patient accepts or not. Hospital physicians see how severe a case is; emergencies stay."""
    p, slot = w.p, ep.at
    here = facility_of(w, me, slot, 0)
    there = facility_of(w, me, Slot.OUTSIDE, ep.specialty)
    if w.facilities[here].onward == 0 or there < 0:
        return
    physician = doctor_of(w, me, slot, 0)
    way = way_on(w, physician, there)
    if way <= 0.0:
        return
    if way < 1.0:
        opened, _ = uniform_pair(w.key, Purpose.ONWARD, me.id, w.month, 1)
        if opened >= way:
            return
    ill = felt(p, ep.perceived, ep.specialty)
    value_there = slot_value(w, me, Slot.OUTSIDE, ill, 1)
    value_here = slot_value(w, me, slot, ill, ep.referred)
    reasons = referral_reasons(
        w, me, slot, physician, Slot.OUTSIDE, ep.specialty, ep.severity, 1.0, value_there, value_here
    )
    u, v = uniform_pair(w.key, Purpose.ONWARD, me.id, w.month, 0)
    if u >= referral_probability(p, total(reasons)):
        return
    tally.counts[me.part, here, Count.ONWARD_ISSUED] += 1
    if v >= sigma(total(accept_up(p, ep.severity, value_there, value_here))):
        return
    tally.counts[me.part, here, Count.ONWARD] += 1
    tally.counts[me.part, there, Count.VISIT] += 1
    tally.counts[me.part, there, Count.VISIT_REFERRED] += 1
    if ep.referred == 0:
        ep.origin = slot
    ep.referred = 1
    ep.onward = slot
    ep.at = Slot.OUTSIDE
