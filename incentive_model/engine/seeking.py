"""Loops of phases 2 and 3: fall ill, seek first contact."""

from incentive_model.chance.draws import gumbel_pair, normal, uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import BedClass, Row, Slot, State, Tally, World
from incentive_model.incentives.events import Count, Setting
from incentive_model.rules.billing import deductible_due, expected_patient_cost, known
from incentive_model.rules.choice import Appeal, appeal, gateway, perceived_severity, self_care
from incentive_model.rules.illness import onset_probability, severity
from incentive_model.rules.maths import total
from incentive_model.rules.quality import bed_need, success

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
