"""Phase 3: seek first contact."""

from typing import Any

import numpy as np

from benchmarks.numpy_month.arithmetic import bed_need, clip, expected_patient_cost, sigma, success
from benchmarks.numpy_month.draws import gumbel_pair, normal, uniform_pair
from benchmarks.numpy_month.month import Month
from benchmarks.numpy_month.people import Column, Ill, Ints, Rows
from benchmarks.numpy_month.tallies import count
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import BedClass, Slot, State, Tally
from incentive_model.incentives.events import Count, Setting
from incentive_model.rules.billing import known
from incentive_model.rules.choice import self_care

NEVER = -1e300


def seek(m: Month, ep: Ill, tally: Tally) -> None:
    """Phase 3: those waiting stay, go outside or give up; the ill choose self-care or a facility."""
    seek_from_queue(m, ep, tally)
    seek_first_contact(m, ep, tally)


def seek_from_queue(m: Month, ep: Ill, tally: Tally) -> None:
    """Residents who wait for a bed go on waiting, go outside the county, or give up."""
    who = np.arange(ep.n)[ep.waiting]
    leaves, outside = uniform_pair(m, Purpose.QUEUE, ep.id[who])
    ep.at[who] = ep.queue_slot[who]
    ep.bed_class[who] = ep.queue_class[who]
    leave = leaves < m.p.queue_leave
    is_above = (ep.queue_slot[who] != Slot.OUTSIDE) & (ep.facility[Slot.OUTSIDE, who] >= 0)
    goes = leave & (outside < m.p.queue_outside) & is_above
    gone = who[goes]
    ep.state[gone] = State.WENT_OUTSIDE
    ep.at[gone] = Slot.OUTSIDE
    ep.bed_class[gone] = BedClass.OTHER
    lost = who[leave & ~goes]
    count(tally, ep, lost, ep.pick(ep.facility, ep.queue_slot[lost], lost), Count.UNMET)
    ep.state[lost] = State.GAVE_UP
    ep.at[lost] = -1
    ep.bed_class[lost] = BedClass.NONE


def contracted(m: Month, ep: Ill, who: Rows) -> Column:
    """Who has a family-doctor contract."""
    return ep.signs_at[who] < m.now.coverage


def known_rate(m: Month, term: Column, aware: Column, setting: int, referred: int) -> Column:
    """The reimbursement rate residents reckon with."""
    before = m.rate_before[setting, referred].take(term)
    return known(before, m.rate_now[setting, referred].take(term), aware)


def stay_deductible(m: Month, ep: Ill, who: Rows, term: Column, setting: int, exempt: Column) -> Column:
    """What stays still owe of their deductible, in fen."""
    whole = m.deductible.take(term)
    if m.now.continuous != 1.0:
        return whole
    if setting == Setting.REHAB:
        return np.zeros_like(whole)
    return np.where(exempt, np.maximum(0, whole - ep.deductible_paid[who]), whole)


def known_deductible(m: Month, ep: Ill, who: Rows, term: Column, setting: int, exempt: int) -> Column:
    """The deductible residents reckon with, in yuan."""
    whole = m.deductible.take(term) / 100.0
    if m.now.continuous != 1.0:
        return whole
    now = stay_deductible(m, ep, who, term, setting, exempt) / 100.0
    return known(whole, now, ep.awareness[who])


def slot_value(m: Month, ep: Ill, who: Rows, slot: int, perceived: Column, referred: int) -> Column:
    """Utility of the facility in a choice slot, referred (1) or not (0) (see rules.choice.appeal).

    What is the same for all at a facility is summed beforehand; where there is no facility it is any number.
    """
    p, f = m.p, m.f
    row = ep.facility[slot][who]
    term = m.term(ep, who, row)
    aware, sensitive = ep.awareness[who], ep.price_sensitivity[who]
    days = f.days_other.take(row)
    if referred:
        days = known(days, f.days_referred.take(row), aware)
    uncovered = m.f.uncovered.take(row)
    # a visit has no deductible
    visit = m.f.visit_yuan.take(row) * (
        1.0 - known_rate(m, term, aware, Setting.OUTPATIENT, referred) * (1.0 - uncovered)
    )
    value = p.beta_quality * (0.35 + perceived) * f.attractiveness.take(row)
    value += 2.0 * p.beta_trust * (ep.trust[slot][who] - 0.5)
    value -= p.beta_visit_price * visit * sensitive * (1.0 - 0.5 * perceived)
    if slot != Slot.CLINIC:  # a clinic admits nobody
        p_bed = np.where(f.beds.take(row) > 0.0, bed_need(p, f.tier.take(row), perceived), 0.0)
        admission = p_bed * expected_patient_cost(
            m.f.admission_yuan.take(row),
            uncovered,
            known_deductible(m, ep, who, term, Setting.INPATIENT, referred),
            known_rate(m, term, aware, Setting.INPATIENT, referred),
        )
        value -= p.beta_admission_price * admission * sensitive
    value -= p.beta_travel * ep.minutes[slot][who] * (1.0 - 0.6 * perceived)
    value += m.constant.take(row) - p.beta_appointment * days
    if slot <= Slot.CENTRE:
        value += p.beta_contract * contracted(m, ep, who)
    value += p.beta_habit * (ep.habit[who] == slot)
    return value


def seek_first_contact(m: Month, ep: Ill, tally: Tally) -> None:
    """The discrete choice: utility plus gateway value plus one Gumbel draw an alternative."""
    p, who = m.p, ep.seeking
    emergency, agent = ep.emergency[who], ep.id[who]
    urgent = np.flatnonzero(emergency)
    n = len(agent)
    perceived = perceived_severity(m, ep.severity[who], normal(m, Purpose.PERCEPTION, agent))
    g0, g1 = gumbel_pair(m, Purpose.CHOICE, agent, 0)
    g2, g3 = gumbel_pair(m, Purpose.CHOICE, agent, 1)
    g4, g_self = gumbel_pair(m, Purpose.CHOICE, agent, 2)
    noise = (g0, g1, g2, g3, g4)

    best, choice = np.full(n, NEVER), np.full(n, -1)

    def offer(slot: int, value: Column) -> None:
        better = value > best
        choice[better] = slot
        np.copyto(best, value, where=better)

    best_unreferred = np.full(n, NEVER)
    for slot in (Slot.PARENT, Slot.OTHER, Slot.OUTSIDE):
        value = slot_value(m, ep, who, slot, perceived, 0)
        value[urgent] = slot_value(m, ep, urgent, slot, perceived[urgent], 1)
        value[ep.facility[slot][who] < 0] = NEVER
        if slot != Slot.OUTSIDE:
            best_unreferred = np.maximum(best_unreferred, value)
        value += noise[slot]
        if m.now.gate > 0.0:
            u, _ = uniform_pair(m, Purpose.GATE, agent, slot)
            value[(u < m.now.gate) & ~emergency] = NEVER
        offer(slot, value)
    referred = slot_value(m, ep, who, Slot.PARENT, perceived, 1)
    way_up = gateway(p, perceived, referred, best_unreferred)
    way_up[ep.facility[Slot.PARENT][who] < 0] = 0.0
    ep.worth = [slot_value(m, ep, who, slot, perceived, 0) for slot in (Slot.CLINIC, Slot.CENTRE)]
    for slot in (Slot.CLINIC, Slot.CENTRE):
        offer(slot, ep.worth[slot] + way_up + noise[slot])
    ep.worth.append(referred)
    ep.perceived = perceived

    stays = ~emergency & (self_care(p, perceived) + g_self > best)
    home, goes = np.flatnonzero(stays), np.flatnonzero(~stays)
    count(tally, ep, home, ep.clinic.take(home), Count.SELF_CARE)
    choice = choice[goes]
    ep.first[goes] = choice
    ep.at[goes] = choice
    count_first_contacts(m, ep, goes, choice, tally)


def count_first_contacts(m: Month, ep: Ill, goes: Ints, choice: Column, tally: Tally) -> None:
    """Where patients went first, and whether that was the right place."""
    row, centre = ep.pick(ep.facility, choice, goes), ep.facility[Slot.CENTRE].take(goes)
    count(tally, ep, goes, row, Count.FIRST_CONTACT)
    count(tally, ep, goes, row, Count.VISIT)
    count(tally, ep, goes, centre, Count.LISTED_CONTACT)
    primary = choice <= Slot.CENTRE
    count(tally, ep, goes[primary], centre[primary], Count.LISTED_PRIMARY)
    bypass = ~primary & (ep.severity[goes] < 0.45) & ~ep.emergency[goes]
    count(tally, ep, goes[bypass], row[bypass], Count.BYPASS)
    right = m.f.tier.take(row) == appropriate_tier(m, ep, goes)
    count(tally, ep, goes[right], row[right], Count.APPROPRIATE)


def perceived_severity(m: Month, severity: Column, noise: Column) -> Column:
    """How severe an illness feels (see rules.choice)."""
    p, education = m.p, m.now.education
    bias = p.perception_bias * (1.0 - p.education_bias * education)
    spread = p.perception_noise * (1.0 - p.education_noise * education)
    return clip(severity + bias + spread * noise, 0.0, 1.0)


def gateway(p: Any, severity: Column, value_referred: Column, best_unreferred: Column) -> Column:
    """What a primary facility is worth as the way up (see rules.choice)."""
    gain = clip(value_referred - best_unreferred, 0.0, 2.0)
    return p.gateway_weight * sigma(10.0 * (severity - 0.5)) * gain


def appropriate_tier(m: Month, ep: Ill, who: Rows) -> Column:
    """The lowest tier within reach with q ≥ .8 (a hospital for an emergency); else the highest."""
    found = np.zeros(len(who), np.int64)
    left = np.arange(len(who))  # of those whose tier is not yet found
    for slot in (Slot.CLINIC, Slot.CENTRE, Slot.PARENT, Slot.OUTSIDE):
        row = ep.facility[slot].take(who[left])
        there = row >= 0
        tier = m.f.tier.take(row)
        found[left[there]] = tier[there]
        enough = success(m.p, m.f.capability.take(row), ep.severity.take(who[left])) >= 0.8
        enough &= there & (~ep.emergency.take(who[left]) | (tier >= 2))
        left = left[~enough]
    return found
