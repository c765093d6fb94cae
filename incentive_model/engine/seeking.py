"""Loops of phases 2 to 4: fall ill, seek first contact, treat or refer."""

from incentive_model.chance.draws import gumbel_pair, normal, uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import BedClass, Row, Slot, State, Tally, World
from incentive_model.incentives.events import Count, Event, Setting
from incentive_model.rules.billing import expected_patient_cost, known
from incentive_model.rules.choice import Appeal, appeal, gateway, perceived_severity, self_care
from incentive_model.rules.followup import follow_ups
from incentive_model.rules.illness import onset_probability, severity
from incentive_model.rules.maths import sigma, total
from incentive_model.rules.quality import bed_need, referral_needed, success
from incentive_model.rules.referral import accept_up, diagnosed_severity, refer_or_treat, referral_probability

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
            tally.counts[me.facility[Slot.CLINIC], Count.NEW_EPISODE] += 1


def known_rate(w: World, me: Row, tier: int, setting: int, referred: int) -> float:
    """The reimbursement rate this resident reckons with at a tier."""
    t = w.terms
    before = t.rate_before[referred, me.insurance, tier, setting] / 10000.0
    now = t.rate[referred, me.insurance, tier, setting] / 10000.0
    return known(before, now, me.awareness)


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
            w.terms.deductible[me.insurance, tier] / 100.0,
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
        me.contract,
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
            tally.counts[me.facility[me.queue_slot], Count.UNMET] += 1
            ep.state = State.GAVE_UP
            ep.at = -1
            ep.bed_class = BedClass.NONE


def seek_first_contact(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """The discrete choice: utility plus gateway value plus one Gumbel draw an alternative."""
    f = w.facilities
    emergency = ep.emergency
    perceived = perceived_severity(w.p, ep.severity, normal(w.key, Purpose.PERCEPTION, me.id, w.month, 0))
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
        if w.terms.gate > 0.0 and emergency == 0:
            u, _ = uniform_pair(w.key, Purpose.GATE, me.id, w.month, slot)
            barred = u < w.terms.gate
        if not barred and value + noise[slot] > best:
            best, choice = value + noise[slot], slot
    way_up = 0.0
    if me.facility[Slot.PARENT] >= 0:
        referred_value = slot_value(w, me, Slot.PARENT, perceived, 1)
        way_up = gateway(w.p, perceived, referred_value, best_unreferred)
    for slot in (Slot.CLINIC, Slot.CENTRE):
        value = slot_value(w, me, slot, perceived, 0) + way_up + noise[slot]
        if value > best:
            best, choice = value, slot
    if emergency == 0 and self_care(w.p, perceived) + g_self > best:
        tally.counts[me.facility[Slot.CLINIC], Count.SELF_CARE] += 1
        return

    ep.first = choice
    ep.at = choice
    row = me.facility[choice]
    centre = me.facility[Slot.CENTRE]
    tally.counts[row, Count.FIRST_CONTACT] += 1
    tally.counts[row, Count.VISIT] += 1
    tally.counts[centre, Count.LISTED_CONTACT] += 1
    if choice <= Slot.CENTRE:
        tally.counts[centre, Count.LISTED_PRIMARY] += 1
    elif ep.severity < 0.45 and emergency == 0:
        tally.counts[row, Count.BYPASS] += 1
    if f[row].tier == appropriate_tier(w, me, ep.severity, emergency):
        tally.counts[row, Count.APPROPRIATE] += 1


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


def believed_pay(w: World, physician: int, event: int, row: int) -> float:
    """What a physician believes one event brings: Σ over instruments of b·(θ·promised + personal), yuan."""
    belief, t = w.belief, w.terms
    pay = 0.0
    for k in range(belief.shape[1]):
        pay += belief[physician, k] * (
            w.facilities[row].pass_on * t.promised[k, event, row] + t.personal[k, event, row]
        )
    return pay


def referral_slot(w: World, me: Row, physician: int) -> int:
    """Where this physician refers: the hospital of the own tie or the parent, −1 without any."""
    if me.facility[Slot.OTHER] >= 0 and w.physicians[physician].target == me.facility[Slot.OTHER]:
        return Slot.OTHER
    if me.facility[Slot.PARENT] >= 0:
        return Slot.PARENT
    return -1


def treat_or_refer(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 4: the primary physician decides, the patient accepts or not; who needs a bed asks for one."""
    f = w.facilities
    for i in range(lo, hi):
        me, ep = w.residents[i], w.episodes[i]
        if ep.state == State.WAITING or ep.state == State.WENT_OUTSIDE:
            tally.counts[me.facility[ep.at], Count.BED_EMERGENCY + ep.bed_class] += 1
            continue
        if ep.at < 0:
            continue
        if ep.first <= Slot.CENTRE:
            decide_referral(w, me, ep, tally)
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
                tally.counts[row, Count.BED_EMERGENCY + kind] += 1


def decide_referral(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """One primary contact: refer or treat."""
    f, p = w.facilities, w.p
    here = me.facility[ep.first]
    physician = me.doctor[ep.first]
    slot = referral_slot(w, me, physician)
    if slot < 0:
        return
    above = me.facility[slot]
    s, emergency = ep.severity, ep.emergency
    needed = emergency == 1 or referral_needed(p, f[here].capability, f[above].capability, s)
    if needed:
        tally.counts[here, Count.CONTACT_NEEDING] += 1

    accepted = True
    if emergency == 0:
        diagnosed = diagnosed_severity(
            p, s, w.terms.platform, normal(w.key, Purpose.DIAGNOSIS, me.id, w.month, 0)
        )
        price_here = f[here].price_visit / 100.0
        chain = p.chain_visits * (f[above].price_visit / 100.0)
        chain += bed_need(p, 2, diagnosed) * (f[above].price_admission / 100.0)
        pay = believed_pay(w, physician, Event.UP_REFERRAL, here)
        pay += believed_pay(w, physician, Event.CHAIN_YUAN, here) * chain
        if referral_needed(p, f[here].capability, f[above].capability, diagnosed):
            pay += believed_pay(w, physician, Event.NEEDED_UP_REFERRAL, here)
        value_referred = slot_value(w, me, slot, ep.perceived, 1)
        value_here = slot_value(w, me, ep.first, ep.perceived, 0)
        reasons = refer_or_treat(
            p,
            diagnosed,
            w.physicians[physician].altruism,
            f[here].capability,
            f[above].capability,
            f[here].pass_on,
            w.terms.certain[Event.VISIT_YUAN, here],
            pay,
            w.terms.certain[Event.CLAIM_YUAN, here],
            chain,
            price_here,
            follow_ups(p, diagnosed),
            w.physicians[physician].complex,
            1 if w.physicians[physician].tie == 1 and w.physicians[physician].target == above else 0,
            w.terms.platform,
            value_referred,
            value_here,
        )
        u, v = uniform_pair(w.key, Purpose.REFERRAL, me.id, w.month, 0)
        if u >= referral_probability(p, total(reasons)):
            return
        accepted = v < sigma(total(accept_up(p, diagnosed, value_referred, value_here)))
    tally.counts[here, Count.REFERRAL_ISSUED] += 1
    if accepted:
        tally.counts[here, Count.UP_REFERRAL] += 1
        if needed:
            tally.counts[here, Count.UP_NEEDED] += 1
        tally.counts[above, Count.VISIT] += 1
        tally.counts[above, Count.VISIT_REFERRED] += 1
        ep.referred = 1
        ep.at = slot
