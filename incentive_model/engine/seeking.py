"""Phases 2 and 3: fall ill, seek first contact."""

from typing import Any, NamedTuple

import numpy as np

from incentive_model.chance.draws import uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import BedClass, Noise, Row, Slot, State, Tally, Tile, World
from incentive_model.engine.home import contracted, facility_of, minutes_to, specialty_of
from incentive_model.engine.luck import draw_noise, draw_onsets
from incentive_model.incentives.events import Count, Setting
from incentive_model.rules.billing import deductible_due, expected_patient_cost, known
from incentive_model.rules.choice import Appeal, appeal, gateway, perceived_severity, self_care
from incentive_model.rules.illness import onset_probability, severity
from incentive_model.rules.maths import total
from incentive_model.rules.quality import bed_need, good_enough

NEVER = -1e300


def fall_ill(w: World, first: int, last: int, tile: Tile, tally: Tally) -> None:
    """Phase 2: who waits, who still carries an illness, who falls ill anew, and how badly.

    Writes the episodes of residents ``first`` … ``last`` − 1, and what draws they all need.
    """
    some = w.residents[first:last]
    for i in range(len(some)):
        tile.who[i] = some[i].id
    draw_onsets(w.key, w.month, 0, len(some), tile.who, tile.luck)
    n = 0
    for i in range(len(some)):
        me = some[i]
        ep = tile.ill[n]
        if me.severity > 0.0:
            state = State.WAITING if me.queue_slot >= 0 else State.CARRIED
            begin(w, me, ep, first + i, state, np.float64(me.severity))
            n += 1
            continue
        control = np.float64(me.control)
        u, v = tile.luck[0, i], tile.luck[1, i]
        if u < onset_probability(w.p, me.age, me.chronic, control, w.season):
            u, z = uniform_pair(w.key, Purpose.SEVERITY, me.id, w.month, 0)
            begin(w, me, ep, first + i, State.NEW, severity(w.p, me.age, me.chronic, control, v, u))
            if ep.severity >= 0.70 and z < w.p.emergency_share:
                ep.emergency = 1
            n += 1
            tally.counts[me.part, me.clinic, Count.NEW_EPISODE] += 1
    tile.ill[n].row = -1  # there are no more
    for k in range(n):
        tile.who[k] = w.residents[tile.ill[k].row].id
    draw_noise(w.key, w.month, 0, n, tile.who, tile.noise)


def begin(w: World, me: Row, ep: Row, row: int, state: int, s: float) -> None:
    """A new page for this month's episode of a resident."""
    ep.row = row
    ep.state = state
    ep.severity = s
    ep.specialty = specialty_of(w, me, s)
    ep.emergency = 0
    ep.first = -1
    ep.at = -1
    ep.referred = 0
    ep.origin = -1
    ep.onward = 0
    ep.within = 0
    ep.bed_class = BedClass.NONE
    ep.admitted = 0
    ep.fate = 0
    ep.follow_ups = 0
    ep.returned = 0
    ep.ending = 0


def known_rate(w: World, me: Row, tier: int, setting: int, referred: int) -> float:
    """The reimbursement rate this resident reckons with at a tier."""
    before = w.terms.share_before[referred, me.insurance, tier, setting]
    now = w.terms.share[referred, me.insurance, tier, setting]
    return known(before, now, np.float64(me.awareness))


def stay_deductible(w: World, me: Row, tier: int, setting: int, exempt: int) -> int:
    """What a stay at a tier still owes of its deductible, in fen: none for rehabilitation after a referral
    down, and for others on a referral's terms less what the chain has paid, if deductibles are continuous."""
    if setting == Setting.REHAB and w.now.continuous == 1:
        return 0
    continuous = w.now.continuous == 1 and exempt == 1
    return deductible_due(w.terms.deductible[me.insurance, tier], continuous, int(me.deductible_paid))


def known_deductible(w: World, me: Row, tier: int, setting: int, exempt: int) -> float:
    """The deductible this resident reckons with at a tier, in yuan."""
    whole = w.terms.deductible[me.insurance, tier] / 100.0
    return known(whole, stay_deductible(w, me, tier, setting, exempt) / 100.0, np.float64(me.awareness))


class Felt(NamedTuple):
    """An illness as its bearer sees it."""

    severity: float
    specialty: int  #: 0: general care
    centre_bed: float  #: chance that it needs a bed, at a centre
    hospital_bed: float


def felt(p: Any, s: float, specialty: int) -> Felt:
    """What a perceived severity means."""
    return Felt(s, specialty, bed_need(p, 1, s), bed_need(p, 2, s))


def slot_appeal(w: World, me: Row, slot: int, ill: Felt, referred: int) -> Appeal:
    """Terms of the utility of the facility in a choice slot, referred (1) or not (0)."""
    row = facility_of(w, me, slot, ill.specialty)
    f = w.facilities[row]
    visit_cost = expected_patient_cost(
        f.visit_yuan, f.uncovered, 0.0, known_rate(w, me, f.grade, Setting.OUTPATIENT, referred)
    )
    admission_cost = 0.0
    in_bed = ill.hospital_bed if f.grade >= 2 else ill.centre_bed
    if f.tier > 0 and f.beds > 0.0:
        admission_cost = in_bed * expected_patient_cost(
            f.admission_yuan,
            f.uncovered,
            known_deductible(w, me, f.grade, Setting.INPATIENT, referred),
            known_rate(w, me, f.grade, Setting.INPATIENT, referred),
        )
    days = f.days_other
    if referred == 1:
        days = known(f.days_other, f.days_referred, np.float64(me.awareness))
    return appeal(
        w.p,
        f.tier,
        ill.severity,
        w.appeal[ill.specialty, row],
        np.float64(me.trust[slot]),
        visit_cost,
        admission_cost,
        np.float64(me.price_sensitivity),
        minutes_to(w, me, slot, ill.specialty),
        f.room_minutes,
        days,
        contracted(w, me),
        me.habit == slot,
    )


def slot_value(w: World, me: Row, slot: int, ill: Felt, referred: int) -> float:
    """The utility itself."""
    return total(slot_appeal(w, me, slot, ill, referred))


def seek(w: World, me: Row, ep: Row, tile: Tile, k: int, tally: Tally) -> None:
    """Phase 3: those waiting stay, go outside or give up; the ill choose self-care or a facility."""
    if ep.state == State.WAITING:
        seek_from_queue(w, me, ep, tally)
    else:
        seek_first_contact(w, me, ep, tile, k, tally)


def seek_from_queue(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """A resident who waits for a bed goes on waiting, goes to the hospital above, or gives up."""
    leaves, outside = uniform_pair(w.key, Purpose.QUEUE, me.id, w.month, 0)
    ep.at = me.queue_slot
    ep.bed_class = me.queue_class
    if leaves < w.p.queue_leave:
        is_above = me.queue_slot != Slot.OUTSIDE and facility_of(w, me, Slot.OUTSIDE, ep.specialty) >= 0
        if outside < w.p.queue_outside and is_above:
            ep.state = State.WENT_OUTSIDE
            ep.at = Slot.OUTSIDE
            ep.bed_class = BedClass.OTHER
        else:
            tally.counts[me.part, facility_of(w, me, me.queue_slot, ep.specialty), Count.UNMET] += 1
            ep.state = State.GAVE_UP
            ep.at = -1
            ep.bed_class = BedClass.NONE


def seek_first_contact(w: World, me: Row, ep: Row, tile: Tile, k: int, tally: Tally) -> None:
    """The discrete choice: utility plus gateway value plus one Gumbel draw an alternative."""
    f = w.facilities
    emergency = ep.emergency
    perceived = perceived_severity(w.p, ep.severity, w.now.education, tile.noise[Noise.PERCEPTION, k])
    ep.perceived = perceived
    ill = felt(w.p, perceived, ep.specialty)

    best, choice = NEVER, -1
    best_unreferred = NEVER
    for slot in (Slot.PARENT, Slot.OTHER, Slot.OUTSIDE):
        if facility_of(w, me, slot, ep.specialty) < 0:
            continue
        value = slot_value(w, me, slot, ill, emergency)
        if slot != Slot.OUTSIDE and value > best_unreferred:
            best_unreferred = value
        barred = False
        if w.now.gate > 0.0 and emergency == 0:
            u, _ = uniform_pair(w.key, Purpose.GATE, me.id, w.month, slot)
            barred = u < w.now.gate
        if not barred and value + tile.noise[Noise.CHOICE + slot, k] > best:
            best, choice = value + tile.noise[Noise.CHOICE + slot, k], slot
    way_up = 0.0
    if facility_of(w, me, Slot.PARENT, 0) >= 0:
        ep.worth[Slot.PARENT] = slot_value(w, me, Slot.PARENT, ill, 1)
        way_up = gateway(w.p, perceived, ep.worth[Slot.PARENT], best_unreferred)
    for slot in (Slot.CLINIC, Slot.CENTRE):
        ep.worth[slot] = slot_value(w, me, slot, ill, emergency)
        value = ep.worth[slot] + way_up + tile.noise[Noise.CHOICE + slot, k]
        if value > best:
            best, choice = value, slot
    if emergency == 0 and self_care(w.p, perceived) + tile.noise[Noise.SELF_CARE, k] > best:
        tally.counts[me.part, me.clinic, Count.SELF_CARE] += 1
        return

    ep.first = choice
    ep.at = choice
    row = facility_of(w, me, choice, ep.specialty)
    centre = facility_of(w, me, Slot.CENTRE, 0)
    here, listed = tally.counts[me.part, row], tally.counts[me.part, centre]
    here[Count.FIRST_CONTACT] += 1
    here[Count.VISIT] += 1
    listed[Count.LISTED_CONTACT] += 1
    if choice <= Slot.CENTRE:
        listed[Count.LISTED_PRIMARY] += 1
    elif ep.severity < 0.45 and emergency == 0:
        here[Count.BYPASS] += 1
    if f[row].tier == appropriate_tier(w, me, ep):
        here[Count.APPROPRIATE] += 1


def appropriate_tier(w: World, me: Row, ep: Row) -> int:
    """The lowest tier within reach with q ≥ .8 (a hospital for an emergency); else the highest."""
    f = w.facilities
    tier = 0
    for slot in (Slot.CLINIC, Slot.CENTRE, Slot.PARENT, Slot.OUTSIDE):
        row = facility_of(w, me, slot, ep.specialty)
        if row < 0:
            continue
        tier = f[row].tier
        skill = w.skill[ep.specialty, row]
        if (ep.emergency == 0 or tier >= 2) and good_enough(w.p, skill, ep.severity):
            return tier
    return tier
