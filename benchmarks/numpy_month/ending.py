"""Phases 8 and 9: outcome; talk. Also the sums at the end of a year."""

from typing import Any

import numpy as np

from benchmarks.numpy_month.arithmetic import nano, success
from benchmarks.numpy_month.draws import uniform_pair
from benchmarks.numpy_month.month import Month
from benchmarks.numpy_month.people import Column, Heard, Ill, People
from benchmarks.numpy_month.tallies import add_ranked, add_sum, count
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import SLOTS, BedClass, Fate, Slot, State, Tally
from incentive_model.engine.ending import LONGEST_QUEUE
from incentive_model.incentives.events import Count, Sum
from incentive_model.rules.outcome import Ending, loss
from incentive_model.rules.spending import DISCRETIONARY
from incentive_model.rules.trust import trust_anchor


def outcome(m: Month, people: People, ep: Ill, tally: Tally) -> None:
    """Phase 8: does treatment succeed, what is left of the illness, QALYs and expected death."""
    p, f = m.p, m.f
    s, block = ep.severity, ep.block
    waits = (ep.bed_class >= 0) & ~ep.admitted
    u_success, u_carry = uniform_pair(m, Purpose.SUCCESS, ep.id)
    ep.ending[:] = np.where(waits, int(Ending.WAITING), int(Ending.UNTREATED))
    who = np.flatnonzero((ep.at >= 0) & ~waits)
    row = ep.pick(ep.facility, ep.at[who], who)
    effort = np.where(ep.admitted[who], f.effort_admission.take(row), f.effort_visit.take(row))
    chance = success(p, f.capability.take(row), s[who]) * effort
    platform = p.referred_quality + (1.0 - p.referred_quality) * m.now.platform
    chance[ep.referred[who] | (ep.bed_class[who] == BedClass.REFERRED)] *= platform
    chance[ep.fate[who] == Fate.HOME] *= p.home_quality
    resolved = u_success[who] < chance
    ep.ending[who] = np.where(resolved, int(Ending.RESOLVED), int(Ending.FAILED))
    count(tally, ep, who, row, Count.TREATED)
    count(tally, ep, who[resolved], row[resolved], Count.SUCCESS)

    age, chronic = people.age[block], people.chronic[block]
    control = people.control[block].astype(float)
    death = death_probability(p, ep)
    count(tally, ep, slice(None), ep.clinic, Count.DEATH_NANO, nano(death))
    health = m.by_age("health").take(age) - p.chronic_loss * chronic * (1.3 - 0.6 * control)
    felt = np.array([0.0, p.resolved_loss, p.failed_loss, p.failed_loss, p.untreated_loss])
    here = ep.rows - block.start
    health[here] -= loss(s) * (felt.take(ep.ending) + p.inpatient_loss * ep.admitted)
    health /= 12.0
    health[here] -= death * m.by_age("life_left").take(age.take(here))
    qaly = nano(health)
    add_ranked(tally, people.part[block], Sum.QALYS, qaly, people.rank[block], people.rank_within[block])
    people.qaly[block] += qaly

    carry_on(m, people, ep, waits, u_carry)
    cared_for = people.managed_at[block] < m.now.managed
    cared_for[here] |= (ep.first >= 0) | ep.admitted
    people.control[block] = np.where(
        cared_for, control + p.control_gain * (1.0 - control), control * (1.0 - p.control_loss)
    )


def carry_on(m: Month, people: People, ep: Ill, waits: Column, u_carry: Column) -> None:
    """What is left of illnesses; whoever is well again waits for nothing and has no chain of care."""
    rows, p = ep.rows, m.p
    left = np.where(waits, np.minimum(0.98, ep.severity + p.wait_severity), carried_severity(p, ep, u_carry))
    people.severity[rows] = left
    people.queue_slot[rows] = np.where(waits, ep.at, -1)
    people.queue_months[rows] = np.where(waits, np.minimum(LONGEST_QUEUE, ep.queue_months + 1), 0)
    people.queue_class[rows[waits]] = ep.bed_class[waits]
    people.deductible_paid[rows] = np.where(left > 0.0, ep.deductible_paid, 0)


def death_probability(p: Any, ep: Ill) -> Column:
    """Chance of death, once an episode (see rules.outcome)."""
    factor = np.array([0.0, 1.0, p.death_failed, p.death_failed, p.death_untreated]).take(ep.ending)
    death = p.death_base + p.death_severe * np.maximum(ep.severity - 0.7, 0.0) / 0.3 * factor
    return np.where(ep.state == State.NEW, death, 0.0)


def carried_severity(p: Any, ep: Ill, u: Column) -> Column:
    """Severity carried into next month (see rules.outcome)."""
    s = ep.severity
    chance = np.where(s > 0.3, 1.0, p.carry_trifle)
    chance[ep.admitted] = p.carry_inpatient
    failed = (ep.ending == Ending.FAILED) & (u < chance)
    left = (ep.ending == Ending.UNTREATED) & (s > 0.4) & (u < p.carry_untreated)
    return np.where(failed, np.minimum(0.98, s + p.failure_severity), np.where(left, s, 0.0))


def mean(people: People, block: slice, heard: Column) -> Column:
    """Means over those one listens to, 0 for whoever listens to nobody."""
    sums = np.zeros(block.stop - block.start)
    for tie in people.tie:
        sums += heard.take(tie[block], mode="wrap")  # −1 is the last one, a 0
    return sums / np.maximum(people.ties[block], 1)


def talk(m: Month, people: People, ep: Ill, heard: Heard, tally: Tally) -> None:
    """Phase 9: experience, word of mouth, habit, awareness (see rules.trust)."""
    p, rows, block = m.p, ep.rows, ep.block
    part, clinic, listens = people.part[block], people.clinic[block], people.ties[block] > 0
    opinion = p.word_of_mouth * (mean(people, block, heard.trust) - people.trust[Slot.CENTRE, block])
    for slot in range(SLOTS):
        trust = people.trust[slot, block].astype(float)
        # what was lived through, then the drift of all
        here = ep.at == slot
        won, lost = here & (ep.ending == Ending.RESOLVED), here & (ep.ending == Ending.FAILED)
        trust[rows[won] - block.start] += p.trust_gain * (1.0 - ep.trust[slot, won])
        trust[rows[lost] - block.start] -= p.trust_loss * ep.trust[slot, lost]
        if slot <= Slot.CENTRE:
            thanked = rows[(ep.origin == slot) | (ep.within & (ep.first == slot))] - block.start
            trust[thanked] += p.trust_referral * (1.0 - trust[thanked])
        trust += p.trust_return * (trust_anchor(p, slot) - trust)
        if slot == Slot.CENTRE:
            trust[listens] += opinion[listens]
        near = m.reach[slot].take(clinic) >= 0
        people.trust[slot, block] = np.where(near, trust, people.trust[slot, block])
        tier = slot if slot <= Slot.PARENT else slot - 1  # both county hospitals are of one tier
        add_sum(tally, part, Sum.TRUST_T0 + tier, nano(people.trust[slot, block].astype(float)) * near)
    before = people.awareness[block].astype(float)
    aware = before
    if m.now.in_force == 1.0:
        contract = people.signs_at[block] < m.now.coverage
        gain = p.awareness_gain + p.awareness_publicity * m.now.publicity + p.awareness_contract * contract
        aware = before + (1.0 - before) * gain
    neighbours = np.where(listens, mean(people, block, heard.awareness), before)
    people.awareness[block] = aware + p.awareness_neighbours * (neighbours - before)
    add_sum(tally, part, Sum.AWARENESS, nano(people.awareness[block].astype(float)))
    used = np.where(ep.referred, ep.origin, np.where(ep.within, ep.first, ep.at))
    people.habit[rows[used >= 0]] = used[used >= 0]


def add_up_year(m: Month, people: People, block: slice, tally: Tally) -> None:
    """At the year's end: whose out-of-pocket of the year was catastrophic (see rules.spending)."""
    paid, income, part = (
        people.oop_year[block] / 100.0,
        people.income[block].astype(float),
        people.part[block],
    )
    for what, share in (
        (Sum.CATASTROPHIC_10, 0.10), (Sum.CATASTROPHIC_25, 0.25), (Sum.CATASTROPHIC_40, 0.40),
    ):  # fmt: skip
        add_sum(tally, part, what, paid > share * income)
    budget = np.maximum(income - m.poverty_line, 0.0)
    add_sum(tally, part, Sum.CATASTROPHIC_SDG, paid > DISCRETIONARY * budget)
