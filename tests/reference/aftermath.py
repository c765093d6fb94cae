"""What a month leaves behind in a resident: health (phase 8), trust, habit and awareness (phase 9)."""

from __future__ import annotations

from incentive_model.chance import Purpose
from incentive_model.incentives.events import Count
from incentive_model.rules import illness, outcome, quality, trust
from incentive_model.rules.maths import nano, total
from reference.episode import NONE, Fate, Slot, State
from reference.resident import Resident, single


def see_outcome(resident: Resident) -> None:
    """Success or not, QALYs, the expected death, what carries on."""
    p, e = resident.model.p, resident.episode
    succeeds, carries = resident.uniforms(Purpose.SUCCESS)
    e.ending = ending(resident, succeeds)
    is_new = e.state == State.NEW  # an episode's expected death counts once
    died = outcome.death_probability(p, e.severity, e.ending) if is_new else 0.0
    lived = outcome.month_qaly(
        p, resident.age, resident.chronic, resident.control, e.severity, e.ending, e.admitted
    )
    e.qaly = nano(lived - outcome.life_lost(p, resident.age, died))
    resident.qaly += e.qaly
    resident.clinic.count(Count.DEATH_NANO, nano(died))
    resident.carried = single(outcome.carried_severity(p, e.severity, e.ending, e.admitted, carries))
    if resident.carried == 0.0 and resident.queue_slot == NONE:
        resident.deductible_paid = 0  # the chain of care ends with its episode
    cared_for = e.cared_for or resident.managed
    resident.control = single(illness.control_next(p, resident.control, cared_for))


def ending(resident: Resident, u: float) -> int:
    """How the episode ends this month; treatment succeeds if ``u`` is below its chance."""
    p, e = resident.model.p, resident.episode
    if e.state == State.HEALTHY:
        return outcome.Ending.NONE
    if e.at == NONE:
        return outcome.Ending.UNTREATED
    if e.bed_class != NONE and not e.admitted:
        return outcome.Ending.WAITING
    here = resident.at(e.at)
    effort = here.effort_admission if e.admitted else here.effort_visit
    chance = quality.success(p, here.can(e.specialty), e.severity) * effort
    if e.after_referral:
        chance *= p.referred_quality + (1.0 - p.referred_quality) * resident.model.tables.platform
    if e.fate == Fate.HOME:
        chance *= p.home_quality
    here.count(Count.TREATED)
    if u < chance:
        here.count(Count.SUCCESS)
        return outcome.Ending.RESOLVED
    return outcome.Ending.FAILED


def remember(resident: Resident) -> None:
    """Keep what was thought as the month opened: what neighbours hear."""
    resident.opening_trust, resident.opening_awareness = resident.trust[Slot.CENTRE], resident.awareness


def talk(resident: Resident) -> None:
    """Learn from one's own experience and from neighbours."""
    p, e = resident.model.p, resident.episode
    opinion, heard = resident.opening_trust, resident.opening_awareness
    if resident.neighbours:
        opinion = total([x.opening_trust for x in resident.neighbours]) / len(resident.neighbours)
        heard = total([x.opening_awareness for x in resident.neighbours]) / len(resident.neighbours)
    for slot in resident.reach:
        experience = 0
        if slot == e.at:
            experience = {outcome.Ending.RESOLVED: 1, outcome.Ending.FAILED: -1}.get(e.ending, 0)
        pull = p.word_of_mouth * (opinion - resident.opening_trust) if slot == Slot.CENTRE else 0.0
        sent_on = (e.referred and slot == e.origin) or (e.within and slot == Slot.CLINIC)
        start = trust.trust_anchor(p, slot)
        before = resident.trust[slot]
        resident.trust[slot] = single(trust.trust_next(p, before, start, experience, sent_on, pull))
    resident.awareness = single(
        trust.awareness_next(
            p,
            resident.awareness,
            resident.contract,
            resident.model.tables.publicity,
            resident.model.in_force,
            heard,
        )
    )
    if e.referred:
        resident.habit = e.origin
    elif e.within:
        resident.habit = Slot.CLINIC
    elif e.at != NONE:
        resident.habit = e.at
