"""Phase 4: primary physicians treat or refer; who needs a bed asks for one."""

from typing import Any

import numpy as np

from benchmarks.numpy_month.arithmetic import bed_need, clip, sigma, success
from benchmarks.numpy_month.draws import normal, uniform_pair
from benchmarks.numpy_month.month import Month
from benchmarks.numpy_month.people import Column, Ill, Rows
from benchmarks.numpy_month.seeking import slot_value
from benchmarks.numpy_month.tallies import count
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import BedClass, Slot, State, Tally
from incentive_model.incentives.events import Count, Event
from incentive_model.rules.followup import follow_ups
from incentive_model.rules.maths import total
from incentive_model.rules.referral import accept_up


def treat_or_refer(m: Month, ep: Ill, tally: Tally) -> None:
    """Phase 4: primary physicians decide, the patient accepts or not; who needs a bed asks for one."""
    p, f = m.p, m.f
    queued = np.flatnonzero((ep.state == State.WAITING) | (ep.state == State.WENT_OUTSIDE))
    ask_for_beds(ep, queued, ep.pick(ep.facility, ep.at[queued], queued), tally)
    primary_contact(m, ep, tally)
    who = np.flatnonzero(ep.first >= 0)
    row = ep.pick(ep.facility, ep.at[who], who)
    bedded = f.beds.take(row) > 0.0
    who, row = who[bedded], row[bedded]
    need = bed_need(p, f.tier.take(row), ep.severity[who])
    possible = need > 0.0
    who, row, need = who[possible], row[possible], need[possible]
    u, _ = uniform_pair(m, Purpose.BED_NEED, ep.id[who])
    needs = u < need
    who, row = who[needs], row[needs]
    kind = np.where(ep.referred[who], BedClass.REFERRED, BedClass.OTHER)
    ep.bed_class[who] = np.where(ep.emergency[who], BedClass.EMERGENCY, kind)
    ask_for_beds(ep, who, row, tally)


def ask_for_beds(ep: Ill, who: Rows, row: Column, tally: Tally) -> None:
    """Count demand for beds, by class."""
    for kind in (BedClass.EMERGENCY, BedClass.REFERRED, BedClass.OTHER):
        of_kind = ep.bed_class[who] == kind
        count(tally, ep, who[of_kind], row[of_kind], Count.BED_EMERGENCY + kind)


def referral_slot(m: Month, ep: Ill, who: Rows, physician: Column) -> Column:
    """Where physicians refer: the hospital of the own tie or the parent, −1 without any."""
    other = ep.facility[Slot.OTHER].take(who)
    parent = np.where(ep.facility[Slot.PARENT].take(who) >= 0, int(Slot.PARENT), -1)
    return np.where((other >= 0) & (m.doctors.target.take(physician) == other), int(Slot.OTHER), parent)


def primary_contact(m: Month, ep: Ill, tally: Tally) -> None:
    """Primary contacts: refer up, within the township, or treat. A centre that gets a clinic's patient
    decides anew, unless the patient has just declined the hospital."""
    ep.issued = np.zeros(ep.n, bool)
    who = np.flatnonzero(ep.first == Slot.CENTRE)
    refer_up(m, ep, who, Slot.CENTRE, 0, diagnose(m, ep, who, Slot.CENTRE, 0), tally)
    who = np.flatnonzero(ep.first == Slot.CLINIC)
    diagnosed = diagnose(m, ep, who, Slot.CLINIC, 0)
    refer_up(m, ep, who, Slot.CLINIC, 0, diagnosed, tally)
    stays = ~ep.referred[who]
    who, diagnosed = who[stays], diagnosed[stays]
    goes = who[refer_within(m, ep, who, diagnosed)]
    count(tally, ep, goes, ep.clinic.take(goes), Count.INTERNAL_REFERRAL)
    count(tally, ep, goes, ep.facility[Slot.CENTRE].take(goes), Count.VISIT)
    ep.within[goes] = True
    ep.at[goes] = Slot.CENTRE
    again = goes[~ep.issued[goes]]
    refer_up(m, ep, again, Slot.CENTRE, 1, diagnose(m, ep, again, Slot.CENTRE, 1), tally)
    count_needs(m, ep, tally)


def count_needs(m: Month, ep: Ill, tally: Tally) -> None:
    """Which primary contacts should have gone to the hospital, and whether they did."""
    who = np.flatnonzero((ep.first >= 0) & (ep.first <= Slot.CENTRE))
    last = np.where(ep.referred[who], ep.origin[who], ep.at[who])
    needs = needs_hospital(m, ep, who, last)
    who, here = who[needs], ep.pick(ep.facility, last[needs], who[needs])
    count(tally, ep, who, here, Count.CONTACT_NEEDING)
    up = ep.referred[who]
    count(tally, ep, who[up], here[up], Count.UP_NEEDED)
    refused = ~up & ~ep.issued[who]
    who, here = who[refused], here[refused]
    count(tally, ep, who, here, Count.REFUSED)
    if m.now.audit > 0.0:
        _, found = uniform_pair(m, Purpose.AUDIT, ep.id[who])
        found = found < m.now.audit
        count(tally, ep, who[found], here[found], Count.AUDITED_REFUSAL)


def needs_hospital(m: Month, ep: Ill, who: Rows, slot: Column) -> Column:
    """Whether cases, by their true severity, should go from a primary facility to the hospital."""
    above = referral_slot(m, ep, who, ep.pick(ep.doctor, slot, who))
    here = m.f.capability.take(ep.pick(ep.facility, slot, who))
    there = m.f.capability.take(ep.pick(ep.facility, above, who))
    s = ep.severity[who]
    needed = success(m.p, there, s) - success(m.p, here, s) >= m.p.needed_gain
    return (above >= 0) & (ep.emergency[who] | needed)


def diagnose(m: Month, ep: Ill, who: Rows, slot: int, k: int) -> Column:
    """The severity that physicians of a primary facility see (see rules.referral.diagnosed_severity)."""
    p, now = m.p, m.now
    diagnostics = now.diagnostics if slot == Slot.CENTRE else 0.0
    spread = p.diagnosis_noise * (1.0 - p.platform_diagnosis * now.platform)
    spread *= (1.0 - p.criteria_diagnosis * now.criteria) * (1.0 - p.shared_diagnosis * diagnostics)
    return clip(ep.severity[who] + spread * normal(m, Purpose.DIAGNOSIS, ep.id[who], k), 0.0, 1.0)


def referral_reasons(
    m: Month,
    ep: Ill,
    who: Rows,
    slot: int,
    there: Column,
    diagnosed: Column,
    tie: Column,
    value_there: Column,
    value_here: Column,
) -> Column:
    """Why physicians of a primary facility would refer to the facilities ``there``, in yuan (see
    rules.referral.refer_or_treat and engine.referring)."""
    p, f, now, doctors = m.p, m.f, m.now, m.doctors
    here, physician = ep.facility[slot].take(who), ep.doctor[slot].take(who)
    tier = f.tier.take(there)
    visits = 1.0 + follow_ups(p, diagnosed)
    gain = success(p, f.capability.take(there), diagnosed) - success(p, f.capability.take(here), diagnosed)
    chain = p.chain_visits * f.visit_yuan.take(there)
    chain += bed_need(p, tier, diagnosed) * f.admission_yuan.take(there)
    delta = doctors.altruism.take(physician) * p.value_of_health * (0.5 + diagnosed) * gain
    if tier.max(initial=0) >= 2:  # nobody is paid for a referral to the centre
        paid = m.believed[Event.UP_REFERRAL].take(physician)
        paid += m.believed[Event.CHAIN_YUAN].take(physician) * chain
        needed = (m.believed[Event.NEEDED_UP_REFERRAL] - m.believed[Event.REFUSED]).take(physician)
        paid += np.where(gain >= p.needed_gain, needed, 0.0)
        delta += np.where(tier >= 2, paid, 0.0)
    delta -= m.visit_margin.take(here) * visits
    delta += m.account.take(here) * (chain - f.visit_yuan.take(here))
    delta += np.where(f.load.take(here) > p.effort_load, p.effort_cost * visits, 0.0)
    trouble = p.hassle_up * (0.4 + 1.2 * doctors.complex.take(physician))
    trouble *= (1.0 - p.platform_hassle_up * now.platform) * (1.0 - p.criteria_hassle_up * now.criteria)
    delta -= trouble * (1.0 - p.tie_hassle_up * tie)
    delta += p.weight_wishes * clip((value_there - value_here) / 2.0, -1.0, 1.0)
    return delta


def refer_up(m: Month, ep: Ill, who: Rows, slot: int, k: int, diagnosed: Column, tally: Tally) -> None:
    """Physicians' decisions on going up to the hospital, and the patients'. Emergencies always go."""
    p = m.p
    physician = ep.doctor[slot].take(who)
    above = referral_slot(m, ep, who, physician)
    possible = above >= 0
    who, above, diagnosed, physician = (
        who[possible],
        above[possible],
        diagnosed[possible],
        physician[possible],
    )
    there = ep.pick(ep.facility, above, who)
    value_there, value_here = ep.worth[Slot.PARENT].take(who), ep.worth[slot].take(who)
    tied = np.flatnonzero((above != Slot.PARENT) & ~ep.emergency[who])
    value_there[tied] = slot_value(m, ep, who[tied], Slot.OTHER, ep.perceived[who[tied]], 1)
    own_tie = (m.doctors.tie.take(physician) == 1) & (m.doctors.target.take(physician) == there)
    tie = np.where(own_tie, 1.0, m.now.channel)
    delta = referral_reasons(m, ep, who, slot, there, diagnosed, tie, value_there, value_here)
    u, v = uniform_pair(m, Purpose.REFERRAL, ep.id[who], k)
    emergency = ep.emergency[who]
    issued = (u < sigma(delta / p.scale_referral)) | emergency
    who, above, there, v, emergency = who[issued], above[issued], there[issued], v[issued], emergency[issued]
    count(tally, ep, who, ep.facility[slot].take(who), Count.REFERRAL_ISSUED)
    ep.issued[who] = True
    answer: Any = accept_up(p, diagnosed[issued], value_there[issued], value_here[issued])
    accepted = (v < sigma(total(answer))) | emergency
    who, above, there = who[accepted], above[accepted], there[accepted]
    count(tally, ep, who, ep.facility[slot].take(who), Count.UP_REFERRAL)
    count(tally, ep, who, there, Count.VISIT)
    count(tally, ep, who, there, Count.VISIT_REFERRED)
    ep.referred[who] = True
    ep.origin[who] = slot
    ep.at[who] = above


def refer_within(m: Month, ep: Ill, who: Rows, diagnosed: Column) -> Column:
    """Whom a clinic's physicians send to the own centre, by the same rule (it is as easy as with a tie), and
    who goes."""
    value_here, value_there = ep.worth[Slot.CLINIC].take(who), ep.worth[Slot.CENTRE].take(who)
    there = ep.facility[Slot.CENTRE].take(who)
    delta = referral_reasons(m, ep, who, Slot.CLINIC, there, diagnosed, 1.0, value_there, value_here)
    u, v = uniform_pair(m, Purpose.WITHIN, ep.id[who])
    answer: Any = accept_up(m.p, diagnosed, value_there, value_here)
    return (u < sigma(delta / m.p.scale_referral)) & (v < sigma(total(answer)))
