"""Loops of phases 2 to 4: fall ill, seek first contact, treat or refer."""

from incentive_model.chance.draws import gumbel_pair, normal, uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import BedClass, Row, Slot, State, Tally, World
from incentive_model.incentives.events import Count, Event, Setting
from incentive_model.rules.billing import deductible_due, expected_patient_cost, known
from incentive_model.rules.choice import Appeal, appeal, gateway, perceived_severity, self_care
from incentive_model.rules.followup import follow_ups
from incentive_model.rules.illness import onset_probability, severity
from incentive_model.rules.maths import sigma, total
from incentive_model.rules.quality import bed_need, referral_needed, success
from incentive_model.rules.referral import (
    ReferOrTreat,
    accept_up,
    diagnosed_severity,
    refer_or_treat,
    referral_probability,
)

NEVER = -1e300


def fall_ill(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 2: who waits, who still carries an illness, who falls ill anew, and how badly."""
    for i in range(lo, hi):
        me, ep = w.residents[i], w.episodes[i]
        ep.state = State.HEALTHY
        ep.severity = 0.0
        ep.emergency = 0
        ep.first = -1
        ep.at = -1
        ep.referred = 0
        ep.origin = -1
        ep.within = 0
        ep.bed_class = BedClass.NONE
        ep.admitted = 0
        ep.fate = 0
        ep.follow_ups = 0
        ep.returned = 0
        ep.ending = 0
        if me.queue_slot >= 0:
            ep.state = State.WAITING
            ep.severity = me.queue_severity
            continue
        if me.carried > 0.0:
            ep.state = State.CARRIED
            ep.severity = me.carried
            continue
        u, v = uniform_pair(w.key, Purpose.ONSET, me.id, w.month, 0)
        if u < onset_probability(w.p, me.age, me.chronic, me.control, w.season):
            u, z = uniform_pair(w.key, Purpose.SEVERITY, me.id, w.month, 0)
            s = severity(w.p, me.age, me.chronic, me.control, v, u)
            ep.state = State.NEW
            ep.severity = s
            if s >= 0.70 and z < w.p.emergency_share:
                ep.emergency = 1
            tally.counts[me.part, me.facility[Slot.CLINIC], Count.NEW_EPISODE] += 1


def contracted(w: World, me: Row) -> int:
    """1 for a resident with a family-doctor contract."""
    return 1 if me.signs_at < w.now.coverage else 0


def known_rate(w: World, me: Row, tier: int, setting: int, referred: int) -> float:
    """The reimbursement rate this resident reckons with at a tier."""
    t = w.terms
    before = t.rate_before[referred, me.insurance, tier, setting] / 10000.0
    now = t.rate[referred, me.insurance, tier, setting] / 10000.0
    return known(before, now, me.awareness)


def stay_deductible(w: World, me: Row, tier: int, setting: int, exempt: int) -> int:
    """What a stay at a tier still owes of its deductible, in fen: none for rehabilitation after a referral
    down, and for others on a referral's terms less what the chain has paid, if deductibles are continuous."""
    if setting == Setting.REHAB and w.now.continuous == 1:
        return 0
    continuous = w.now.continuous == 1 and exempt == 1
    return deductible_due(w.terms.deductible[me.insurance, tier], continuous, me.deductible_paid)


def known_deductible(w: World, me: Row, tier: int, setting: int, exempt: int) -> float:
    """The deductible this resident reckons with at a tier, in yuan."""
    whole = w.terms.deductible[me.insurance, tier] / 100.0
    return known(whole, stay_deductible(w, me, tier, setting, exempt) / 100.0, me.awareness)


def slot_appeal(w: World, me: Row, slot: int, perceived: float, referred: int) -> Appeal:
    """Terms of the utility of the facility in a choice slot, referred (1) or not (0)."""
    f = w.facilities
    row = me.facility[slot]
    tier = f[row].tier
    uncovered = f[row].uncovered_bp / 10000.0
    visit_cost = expected_patient_cost(
        f[row].price_visit / 100.0, uncovered, 0.0, known_rate(w, me, tier, Setting.OUTPATIENT, referred)
    )
    admission_cost = 0.0
    p_bed = bed_need(w.p, tier, perceived) if f[row].beds > 0.0 else 0.0
    if p_bed > 0.0:
        admission_cost = p_bed * expected_patient_cost(
            f[row].price_admission / 100.0,
            uncovered,
            known_deductible(w, me, tier, Setting.INPATIENT, referred),
            known_rate(w, me, tier, Setting.INPATIENT, referred),
        )
    days = f[row].days_other
    if referred == 1:
        days = known(f[row].days_other, f[row].days_referred, me.awareness)
    return appeal(
        w.p,
        tier,
        perceived,
        f[row].attractiveness,
        me.trust[slot],
        visit_cost,
        admission_cost,
        me.price_sensitivity,
        me.minutes[slot],
        f[row].waiting_minutes * f[row].load,
        days,
        contracted(w, me),
        me.habit == slot,
    )


def slot_value(w: World, me: Row, slot: int, perceived: float, referred: int) -> float:
    """The utility itself."""
    return total(slot_appeal(w, me, slot, perceived, referred))


def seek(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 3: those waiting stay, go outside or give up; the ill choose self-care or a facility."""
    for i in range(lo, hi):
        me, ep = w.residents[i], w.episodes[i]
        if ep.state == State.WAITING:
            seek_from_queue(w, me, ep, tally)
        elif ep.state != State.HEALTHY:
            seek_first_contact(w, me, ep, tally)


def seek_from_queue(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """A resident who waits for a bed goes on waiting, goes outside the county, or gives up."""
    leaves, outside = uniform_pair(w.key, Purpose.QUEUE, me.id, w.month, 0)
    ep.at = me.queue_slot
    ep.bed_class = me.queue_class
    if leaves < w.p.queue_leave:
        if outside < w.p.queue_outside and me.facility[Slot.OUTSIDE] >= 0:
            ep.state = State.WENT_OUTSIDE
            ep.at = Slot.OUTSIDE
            ep.bed_class = BedClass.OTHER
        else:
            tally.counts[me.part, me.facility[me.queue_slot], Count.UNMET] += 1
            ep.state = State.GAVE_UP
            ep.at = -1
            ep.bed_class = BedClass.NONE


def seek_first_contact(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """The discrete choice: utility plus gateway value plus one Gumbel draw an alternative."""
    f = w.facilities
    emergency = ep.emergency
    perceived = perceived_severity(
        w.p, ep.severity, w.now.education, normal(w.key, Purpose.PERCEPTION, me.id, w.month, 0)
    )
    ep.perceived = perceived
    g0, g1 = gumbel_pair(w.key, Purpose.CHOICE, me.id, w.month, 0)
    g2, g3 = gumbel_pair(w.key, Purpose.CHOICE, me.id, w.month, 1)
    g4, g_self = gumbel_pair(w.key, Purpose.CHOICE, me.id, w.month, 2)
    noise = (g0, g1, g2, g3, g4)

    best, choice = NEVER, -1
    best_unreferred = NEVER
    for slot in (Slot.PARENT, Slot.OTHER, Slot.OUTSIDE):
        if me.facility[slot] < 0:
            continue
        value = slot_value(w, me, slot, perceived, emergency)
        if slot != Slot.OUTSIDE and value > best_unreferred:
            best_unreferred = value
        barred = False
        if w.now.gate > 0.0 and emergency == 0:
            u, _ = uniform_pair(w.key, Purpose.GATE, me.id, w.month, slot)
            barred = u < w.now.gate
        if not barred and value + noise[slot] > best:
            best, choice = value + noise[slot], slot
    way_up = 0.0
    if me.facility[Slot.PARENT] >= 0:
        ep.worth[Slot.PARENT] = slot_value(w, me, Slot.PARENT, perceived, 1)
        way_up = gateway(w.p, perceived, ep.worth[Slot.PARENT], best_unreferred)
    for slot in (Slot.CLINIC, Slot.CENTRE):
        ep.worth[slot] = slot_value(w, me, slot, perceived, 0)
        value = ep.worth[slot] + way_up + noise[slot]
        if value > best:
            best, choice = value, slot
    if emergency == 0 and self_care(w.p, perceived) + g_self > best:
        tally.counts[me.part, me.facility[Slot.CLINIC], Count.SELF_CARE] += 1
        return

    ep.first = choice
    ep.at = choice
    row = me.facility[choice]
    centre = me.facility[Slot.CENTRE]
    tally.counts[me.part, row, Count.FIRST_CONTACT] += 1
    tally.counts[me.part, row, Count.VISIT] += 1
    tally.counts[me.part, centre, Count.LISTED_CONTACT] += 1
    if choice <= Slot.CENTRE:
        tally.counts[me.part, centre, Count.LISTED_PRIMARY] += 1
    elif ep.severity < 0.45 and emergency == 0:
        tally.counts[me.part, row, Count.BYPASS] += 1
    if f[row].tier == appropriate_tier(w, me, ep.severity, emergency):
        tally.counts[me.part, row, Count.APPROPRIATE] += 1


def appropriate_tier(w: World, me: Row, s: float, emergency: int) -> int:
    """The lowest tier within reach with q ≥ .8 (a hospital for an emergency); else the highest."""
    f = w.facilities
    tier = 0
    for slot in (Slot.CLINIC, Slot.CENTRE, Slot.PARENT, Slot.OUTSIDE):
        row = me.facility[slot]
        if row < 0:
            continue
        tier = f[row].tier
        if (emergency == 0 or tier >= 2) and success(w.p, f[row].capability, s) >= 0.8:
            return tier
    return tier


def referral_slot(w: World, me: Row, physician: int) -> int:
    """Where this physician refers: the hospital of the own tie or the parent, −1 without any."""
    if me.facility[Slot.OTHER] >= 0 and w.physicians[physician].target == me.facility[Slot.OTHER]:
        return Slot.OTHER
    if me.facility[Slot.PARENT] >= 0:
        return Slot.PARENT
    return -1


def treat_or_refer(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 4: primary physicians decide, the patient accepts or not; who needs a bed asks for one."""
    f = w.facilities
    for i in range(lo, hi):
        me, ep = w.residents[i], w.episodes[i]
        if ep.state == State.WAITING or ep.state == State.WENT_OUTSIDE:
            tally.counts[me.part, me.facility[ep.at], Count.BED_EMERGENCY + ep.bed_class] += 1
            continue
        if ep.at < 0:
            continue
        if ep.first <= Slot.CENTRE:
            primary_contact(w, me, ep, tally)
        row = me.facility[ep.at]
        need = bed_need(w.p, f[row].tier, ep.severity) if f[row].beds > 0.0 else 0.0
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


def primary_contact(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """One primary contact: refer up, within the township, or treat. A centre that gets a clinic's patient
    decides anew, unless the patient has just declined the hospital."""
    diagnosed = diagnose(w, me, ep, ep.first, 0)
    issued = refer_up(w, me, ep, ep.first, 0, diagnosed, tally)
    if ep.first == Slot.CLINIC and ep.referred == 0 and refer_within(w, me, ep, diagnosed):
        tally.counts[me.part, me.facility[Slot.CLINIC], Count.INTERNAL_REFERRAL] += 1
        tally.counts[me.part, me.facility[Slot.CENTRE], Count.VISIT] += 1
        ep.within = 1
        ep.at = Slot.CENTRE
        if not issued:
            issued = refer_up(w, me, ep, Slot.CENTRE, 1, diagnose(w, me, ep, Slot.CENTRE, 1), tally)
    last = ep.origin if ep.referred == 1 else ep.at
    if needs_hospital(w, me, ep, last):
        here = me.facility[last]
        tally.counts[me.part, here, Count.CONTACT_NEEDING] += 1
        if ep.referred == 1:
            tally.counts[me.part, here, Count.UP_NEEDED] += 1
        elif not issued:
            tally.counts[me.part, here, Count.REFUSED] += 1
            _, found = uniform_pair(w.key, Purpose.AUDIT, me.id, w.month, 0)
            if found < w.now.audit:
                tally.counts[me.part, here, Count.AUDITED_REFUSAL] += 1


def needs_hospital(w: World, me: Row, ep: Row, slot: int) -> bool:
    """Whether this case, by its true severity, should go from a primary facility to the hospital."""
    above = referral_slot(w, me, me.doctor[slot])
    if above < 0:
        return False
    f = w.facilities
    here, there = f[me.facility[slot]].capability, f[me.facility[above]].capability
    return ep.emergency == 1 or referral_needed(w.p, here, there, ep.severity)


def diagnose(w: World, me: Row, ep: Row, slot: int, k: int) -> float:
    """The severity that the physician of a primary facility sees."""
    diagnostics = w.now.diagnostics if slot == Slot.CENTRE else 0.0
    noise = normal(w.key, Purpose.DIAGNOSIS, me.id, w.month, k)
    return diagnosed_severity(w.p, ep.severity, w.now.platform, w.now.criteria, diagnostics, noise)


def tie_to(w: World, physician: int, hospital: int) -> float:
    """How far a personal tie, or else a channel, eases this physician's way to a hospital (0–1)."""
    who = w.physicians[physician]
    return 1.0 if who.tie == 1 and who.target == hospital else w.now.channel


def expected_chain(w: World, row: int, s: float) -> float:
    """What a hospital will bill for a case referred to it, as physicians reckon (yuan)."""
    f = w.facilities
    visits = w.p.chain_visits * (f[row].price_visit / 100.0)
    return visits + bed_need(w.p, f[row].tier, s) * (f[row].price_admission / 100.0)


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
    above: int,
    diagnosed: float,
    tie: float,
    value_there: float,
    value_here: float,
) -> ReferOrTreat:
    """Why the physician of a primary facility would refer this resident to the facility in slot ``above``."""
    f, p = w.facilities, w.p
    here, there = me.facility[slot], me.facility[above]
    physician = me.doctor[slot]
    who = w.physicians[physician]
    chain = expected_chain(w, there, diagnosed)
    pay = 0.0
    if f[there].tier >= 2:
        needed = referral_needed(p, f[here].capability, f[there].capability, diagnosed)
        pay = expected_pay(w, physician, chain, needed)
    return refer_or_treat(
        p,
        diagnosed,
        who.altruism,
        f[here].capability,
        f[there].capability,
        f[here].pass_on,
        w.terms.certain[Event.VISIT_YUAN, here],
        pay,
        w.terms.certain[Event.CLAIM_YUAN, here],
        f[here].attention,
        chain,
        f[here].price_visit / 100.0,
        follow_ups(p, diagnosed),
        f[here].load,
        who.complex,
        tie,
        w.now.platform,
        w.now.criteria,
        value_there,
        value_here,
    )


def refer_up(w: World, me: Row, ep: Row, slot: int, k: int, diagnosed: float, tally: Tally) -> bool:
    """One physician's decision on going up to the hospital, and the patient's; whether it was issued.
    Emergencies always go."""
    here = me.facility[slot]
    physician = me.doctor[slot]
    above = referral_slot(w, me, physician)
    if above < 0:
        return False
    there = me.facility[above]
    accepted = True
    if ep.emergency == 0:
        tie = tie_to(w, physician, there)
        value_there, value_here = ep.worth[Slot.PARENT], ep.worth[slot]
        if above != Slot.PARENT:
            value_there = slot_value(w, me, above, ep.perceived, 1)
        reasons = referral_reasons(w, me, slot, above, diagnosed, tie, value_there, value_here)
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


def refer_within(w: World, me: Row, ep: Row, diagnosed: float) -> bool:
    """A clinic's physician who does not refer up may send the patient to the own centre, by the same rule
    (everybody knows everybody there: it is as easy as with a tie); the patient accepts or not."""
    value_here, value_there = ep.worth[Slot.CLINIC], ep.worth[Slot.CENTRE]
    reasons = referral_reasons(w, me, Slot.CLINIC, Slot.CENTRE, diagnosed, 1.0, value_there, value_here)
    u, v = uniform_pair(w.key, Purpose.WITHIN, me.id, w.month, 0)
    if u >= referral_probability(w.p, total(reasons)):
        return False
    return v < sigma(total(accept_up(w.p, diagnosed, value_there, value_here)))
