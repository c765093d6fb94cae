"""Loops of phases 2 to 4: fall ill, seek first contact, treat or refer."""

from incentive_model.chance.draws import gumbel_pair, normal, uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import Tally, World
from incentive_model.incentives.events import Count, Event, Setting
from incentive_model.rules.billing import expected_patient_cost, known
from incentive_model.rules.choice import Appeal, appeal, gateway, perceived_severity, self_care
from incentive_model.rules.followup import follow_ups
from incentive_model.rules.illness import onset_probability, severity
from incentive_model.rules.maths import sigma, total
from incentive_model.rules.quality import bed_need, referral_needed, success
from incentive_model.rules.referral import accept_up, diagnosed_severity, refer_or_treat, referral_probability

NEW, CARRIED, WAITING, GAVE_UP, WENT_OUTSIDE = 1, 2, 3, 4, 5
CLINIC, CENTRE, PARENT, OTHER, OUTSIDE = 0, 1, 2, 3, 4
EMERGENCY, REFERRED, UNREFERRED = 0, 1, 2
SELF = 5
NEVER = -1e300


def fall_ill(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 2: who waits, who still carries an illness, who falls ill anew, and how badly."""
    r, e = w.residents, w.episodes
    for i in range(lo, hi):
        e.state[i] = 0
        e.severity[i] = 0.0
        e.emergency[i] = 0
        e.first[i] = -1
        e.at[i] = -1
        e.referred[i] = 0
        e.bed_class[i] = -1
        e.admitted[i] = 0
        e.fate[i] = 0
        e.follow_ups[i] = 0
        e.returned[i] = 0
        e.ending[i] = 0
        if r.queue_slot[i] >= 0:
            e.state[i] = WAITING
            e.severity[i] = r.queue_severity[i]
            continue
        if r.carried[i] > 0.0:
            e.state[i] = CARRIED
            e.severity[i] = r.carried[i]
            continue
        u, v = uniform_pair(w.key, Purpose.ONSET, r.id[i], w.month, 0)
        if u < onset_probability(w.p, r.age[i], r.chronic[i], r.control[i], w.season):
            u, z = uniform_pair(w.key, Purpose.SEVERITY, r.id[i], w.month, 0)
            s = severity(w.p, r.age[i], r.chronic[i], r.control[i], v, u)
            e.state[i] = NEW
            e.severity[i] = s
            if s >= 0.70 and z < w.p.emergency_share:
                e.emergency[i] = 1
            tally.counts[r.facility[i, CLINIC], Count.NEW_EPISODE] += 1


def known_rate(w: World, i: int, tier: int, setting: int, referred: int) -> float:
    """The reimbursement rate this resident reckons with at a tier."""
    r, t = w.residents, w.terms
    before = t.rate_before[referred, r.insurance[i], tier, setting] / 10000.0
    now = t.rate[referred, r.insurance[i], tier, setting] / 10000.0
    return known(before, now, r.awareness[i])


def slot_appeal(w: World, i: int, slot: int, perceived: float, referred: int) -> Appeal:
    """Terms of the utility of the facility in a choice slot, referred (1) or not (0)."""
    r, f = w.residents, w.facilities
    row = r.facility[i, slot]
    tier = f.tier[row]
    uncovered = f.uncovered_bp[row] / 10000.0
    visit_cost = expected_patient_cost(
        f.price_visit[row] / 100.0, uncovered, 0.0, known_rate(w, i, tier, Setting.OUTPATIENT, referred)
    )
    admission_cost = 0.0
    p_bed = bed_need(w.p, tier, perceived)
    if p_bed > 0.0:
        admission_cost = p_bed * expected_patient_cost(
            f.price_admission[row] / 100.0,
            uncovered,
            w.terms.deductible[r.insurance[i], tier] / 100.0,
            known_rate(w, i, tier, Setting.INPATIENT, referred),
        )
    days = f.days_other[row]
    if referred == 1:
        days = known(f.days_other[row], f.days_referred[row], r.awareness[i])
    return appeal(
        w.p,
        tier,
        perceived,
        f.attractiveness[row],
        r.trust[i, slot],
        visit_cost,
        admission_cost,
        r.price_sensitivity[i],
        r.minutes[i, slot],
        f.waiting_minutes[row] * f.load[row],
        days,
        r.contract[i],
        r.habit[i] == slot,
    )


def slot_value(w: World, i: int, slot: int, perceived: float, referred: int) -> float:
    """The utility itself."""
    return total(slot_appeal(w, i, slot, perceived, referred))


def seek(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 3: those waiting stay, go outside or give up; the ill choose self-care or a facility."""
    r, e = w.residents, w.episodes
    for i in range(lo, hi):
        if e.state[i] == WAITING:
            seek_from_queue(w, i, tally)
        elif e.state[i] != 0:
            seek_first_contact(w, i, tally)


def seek_from_queue(w: World, i: int, tally: Tally) -> None:
    """A resident who waits for a bed goes on waiting, goes outside the county, or gives up."""
    r, e = w.residents, w.episodes
    leaves, outside = uniform_pair(w.key, Purpose.QUEUE, r.id[i], w.month, 0)
    e.at[i] = r.queue_slot[i]
    e.bed_class[i] = r.queue_class[i]
    if leaves < w.p.queue_leave:
        if outside < w.p.queue_outside and r.facility[i, OUTSIDE] >= 0:
            e.state[i] = WENT_OUTSIDE
            e.at[i] = OUTSIDE
            e.bed_class[i] = UNREFERRED
        else:
            tally.counts[r.facility[i, r.queue_slot[i]], Count.UNMET] += 1
            e.state[i] = GAVE_UP
            e.at[i] = -1
            e.bed_class[i] = -1


def seek_first_contact(w: World, i: int, tally: Tally) -> None:
    """The discrete choice: utility plus gateway value plus one Gumbel draw an alternative."""
    r, e, f = w.residents, w.episodes, w.facilities
    emergency = e.emergency[i]
    perceived = perceived_severity(w.p, e.severity[i], normal(w.key, Purpose.PERCEPTION, r.id[i], w.month, 0))
    e.perceived[i] = perceived
    g0, g1 = gumbel_pair(w.key, Purpose.CHOICE, r.id[i], w.month, 0)
    g2, g3 = gumbel_pair(w.key, Purpose.CHOICE, r.id[i], w.month, 1)
    g4, g_self = gumbel_pair(w.key, Purpose.CHOICE, r.id[i], w.month, 2)
    noise = (g0, g1, g2, g3, g4)

    best, choice = NEVER, -1
    best_unreferred = NEVER
    for slot in (PARENT, OTHER, OUTSIDE):
        if r.facility[i, slot] < 0:
            continue
        value = slot_value(w, i, slot, perceived, emergency)
        if slot != OUTSIDE and value > best_unreferred:
            best_unreferred = value
        barred = False
        if w.terms.gate > 0.0 and emergency == 0:
            u, _ = uniform_pair(w.key, Purpose.GATE, r.id[i], w.month, slot)
            barred = u < w.terms.gate
        if not barred and value + noise[slot] > best:
            best, choice = value + noise[slot], slot
    way_up = 0.0
    if r.facility[i, PARENT] >= 0:
        referred_value = slot_value(w, i, PARENT, perceived, 1)
        way_up = gateway(w.p, perceived, referred_value, best_unreferred)
    for slot in (CLINIC, CENTRE):
        value = slot_value(w, i, slot, perceived, 0) + way_up + noise[slot]
        if value > best:
            best, choice = value, slot
    if emergency == 0 and self_care(w.p, perceived) + g_self > best:
        tally.counts[r.facility[i, CLINIC], Count.SELF_CARE] += 1
        return

    e.first[i] = choice
    e.at[i] = choice
    row = r.facility[i, choice]
    centre = r.facility[i, CENTRE]
    tally.counts[row, Count.FIRST_CONTACT] += 1
    tally.counts[row, Count.VISIT] += 1
    tally.counts[centre, Count.LISTED_CONTACT] += 1
    if choice <= CENTRE:
        tally.counts[centre, Count.LISTED_PRIMARY] += 1
    elif e.severity[i] < 0.45 and emergency == 0:
        tally.counts[row, Count.BYPASS] += 1
    if f.tier[row] == appropriate_tier(w, i, e.severity[i], emergency):
        tally.counts[row, Count.APPROPRIATE] += 1


def appropriate_tier(w: World, i: int, s: float, emergency: int) -> int:
    """The lowest tier within reach with q ≥ .8 (a hospital for an emergency); else the highest."""
    r, f = w.residents, w.facilities
    tier = 0
    for slot in (CLINIC, CENTRE, PARENT, OUTSIDE):
        row = r.facility[i, slot]
        if row < 0:
            continue
        tier = f.tier[row]
        if (emergency == 0 or tier >= 2) and success(w.p, f.capability[row], s) >= 0.8:
            return tier
    return tier


def believed_pay(w: World, physician: int, event: int, row: int) -> float:
    """What a physician believes one event brings: Σ over instruments of b·(θ·promised + personal), yuan."""
    belief, t = w.physicians.belief, w.terms
    pay = 0.0
    for k in range(belief.shape[1]):
        pay += belief[physician, k] * (w.facilities.pass_on[row] * t.promised[k, event, row] + t.personal[k, event, row])
    return pay


def referral_slot(w: World, i: int, physician: int) -> int:
    """Where this physician refers: the hospital of the own tie or the parent, −1 without any."""
    r = w.residents
    if r.facility[i, OTHER] >= 0 and w.physicians.target[physician] == r.facility[i, OTHER]:
        return OTHER
    if r.facility[i, PARENT] >= 0:
        return PARENT
    return -1


def treat_or_refer(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 4: the primary physician decides, the patient accepts or not; who needs a bed asks for one."""
    r, e, f = w.residents, w.episodes, w.facilities
    for i in range(lo, hi):
        if e.state[i] == WAITING or e.state[i] == WENT_OUTSIDE:
            tally.counts[r.facility[i, e.at[i]], Count.BED_EMERGENCY + e.bed_class[i]] += 1
            continue
        if e.at[i] < 0:
            continue
        if e.first[i] <= CENTRE:
            decide_referral(w, i, tally)
        row = r.facility[i, e.at[i]]
        need = bed_need(w.p, f.tier[row], e.severity[i])
        if need > 0.0:
            u, _ = uniform_pair(w.key, Purpose.BED_NEED, r.id[i], w.month, 0)
            if u < need:
                kind = UNREFERRED
                if e.emergency[i] == 1:
                    kind = EMERGENCY
                elif e.referred[i] == 1:
                    kind = REFERRED
                e.bed_class[i] = kind
                tally.counts[row, Count.BED_EMERGENCY + kind] += 1


def decide_referral(w: World, i: int, tally: Tally) -> None:
    """One primary contact: refer or treat."""
    r, e, f, p = w.residents, w.episodes, w.facilities, w.p
    here = r.facility[i, e.first[i]]
    physician = r.doctor[i, e.first[i]]
    slot = referral_slot(w, i, physician)
    if slot < 0:
        return
    above = r.facility[i, slot]
    s, emergency = e.severity[i], e.emergency[i]
    needed = emergency == 1 or referral_needed(p, f.capability[here], f.capability[above], s)
    if needed:
        tally.counts[here, Count.CONTACT_NEEDING] += 1

    accepted = True
    if emergency == 0:
        diagnosed = diagnosed_severity(p, s, w.terms.platform, normal(w.key, Purpose.DIAGNOSIS, r.id[i], w.month, 0))
        price_here = f.price_visit[here] / 100.0
        chain = p.chain_visits * (f.price_visit[above] / 100.0)
        chain += bed_need(p, 2, diagnosed) * (f.price_admission[above] / 100.0)
        pay = believed_pay(w, physician, Event.UP_REFERRAL, here)
        pay += believed_pay(w, physician, Event.CHAIN_YUAN, here) * chain
        if referral_needed(p, f.capability[here], f.capability[above], diagnosed):
            pay += believed_pay(w, physician, Event.NEEDED_UP_REFERRAL, here)
        value_referred = slot_value(w, i, slot, e.perceived[i], 1)
        value_here = slot_value(w, i, e.first[i], e.perceived[i], 0)
        reasons = refer_or_treat(
            p,
            diagnosed,
            w.physicians.altruism[physician],
            f.capability[here],
            f.capability[above],
            f.pass_on[here],
            w.terms.certain[Event.VISIT_YUAN, here],
            pay,
            w.terms.certain[Event.CLAIM_YUAN, here],
            chain,
            price_here,
            follow_ups(p, diagnosed),
            w.physicians.complex[physician],
            w.physicians.tie[physician],
            w.terms.platform,
            value_referred,
            value_here,
        )
        u, v = uniform_pair(w.key, Purpose.REFERRAL, r.id[i], w.month, 0)
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
        e.referred[i] = 1
        e.at[i] = slot
