"""Phases 8 and 9: outcome; talk. Also the sums at the end of a year."""

import numpy as np

from incentive_model.engine.columns import (
    SLOTS,
    TIES,
    BedClass,
    Fate,
    Noise,
    Row,
    Slot,
    State,
    Tally,
    Tile,
    World,
)
from incentive_model.engine.home import contracted, doctor_of, facility_of, under_management
from incentive_model.engine.settling import add_ranked
from incentive_model.incentives.events import Count, Sum
from incentive_model.rules.illness import control_next
from incentive_model.rules.maths import nano
from incentive_model.rules.outcome import Ending, carried_severity, death_probability, life_lost, month_qaly
from incentive_model.rules.quality import success
from incentive_model.rules.spending import DISCRETIONARY, overspent
from incentive_model.rules.trust import awareness_next, trust_anchor, trust_next

LONGEST_QUEUE = 127  #: months; a wait is counted no further


def outcome(w: World, me: Row, ep: Row, tile: Tile, k: int, tally: Tally) -> None:
    """Phase 8: success, QALYs, expected death, what carries on. This is of the ill."""
    f, p = w.facilities, w.p
    s = ep.severity
    inpatient = ep.admitted == 1
    waits = ep.bed_class >= 0 and not inpatient
    u_success, u_carry = tile.noise[Noise.SUCCESS, k], tile.noise[Noise.CARRIES_ON, k]
    ending = Ending.UNTREATED
    if waits:
        ending = Ending.WAITING
    elif ep.at >= 0:
        row = facility_of(w, me, ep.at, ep.specialty)
        effort = f[row].effort_admission if inpatient else f[row].effort_visit
        chance = success(p, w.skill[ep.specialty, row], s) * effort
        if ep.referred == 1 or ep.bed_class == BedClass.REFERRED:
            chance *= p.referred_quality + (1.0 - p.referred_quality) * w.now.platform
        if ep.fate == Fate.HOME:
            chance *= p.home_quality
        ending = Ending.RESOLVED if u_success < chance else Ending.FAILED
        here = tally.counts[me.part, row]
        here[Count.TREATED] += 1
        if ending == Ending.RESOLVED:
            here[Count.SUCCESS] += 1
    ep.ending = ending
    if ep.specialty > 0 and ep.at >= 0:
        count_case(w, me, ep, tally)

    # once an episode: what is carried over is the same one
    death = death_probability(p, s, ending) if ep.state == State.NEW else 0.0
    tally.counts[me.part, me.clinic, Count.DEATH_NANO] += nano(death)
    health = month_qaly(p, me.age, me.chronic, np.float64(me.control), s, ending, inpatient)
    live_through(me, nano(health - life_lost(p, me.age, death)), tally)

    me.severity = carried_severity(p, s, ending, inpatient, u_carry)
    if waits:
        me.queue_slot = ep.at
        me.queue_class = ep.bed_class
        me.severity = min(0.98, s + p.wait_severity)
        me.queue_months = min(LONGEST_QUEUE, me.queue_months + 1)
    else:
        me.queue_slot = -1
        me.queue_months = 0
        if me.severity == 0.0:  # the chain of care ends with its episode
            me.deductible_paid = 0
    # a visit is care even if it ends in a queue, and so is managed chronic care; mere waiting is none
    cared_for = ep.first >= 0 or inpatient or under_management(w, me)
    me.control = control_next(p, np.float64(me.control), cared_for)


def count_case(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """Who of a specialty's patients gets to the hospital outside: the severe, or those who know somebody."""
    sums = tally.sums[me.part]
    got_in = 1 if ep.admitted == 1 and ep.at == Slot.OUTSIDE else 0
    severity = int(ep.severity * 1000.0 + 0.5)
    tied = 0
    if facility_of(w, me, Slot.PARENT, 0) >= 0 and w.physicians[doctor_of(w, me, Slot.PARENT, 0)].cards > 0:
        tied = 1
    sums[Sum.CASES] += 1
    sums[Sum.CASES_IN] += got_in
    sums[Sum.CASES_SEVERITY] += severity
    sums[Sum.CASES_SEVERITY_SQUARED] += severity * severity
    sums[Sum.CASES_IN_SEVERITY] += got_in * severity
    sums[Sum.CASES_TIED] += tied
    sums[Sum.CASES_IN_TIED] += got_in * tied


def stay_well(w: World, me: Row, tally: Tally) -> None:
    """Phase 8 of all others."""
    control = np.float64(me.control)
    live_through(me, nano(month_qaly(w.p, me.age, me.chronic, control, 0.0, Ending.NONE, False)), tally)
    me.control = control_next(w.p, control, under_management(w, me))


def live_through(me: Row, qaly: int, tally: Tally) -> None:
    """A month's health, in billionths of a QALY."""
    me.qaly += qaly
    add_ranked(me, Sum.QALYS, qaly, tally)


def talk(w: World, i: int, me: Row, ep: Row, tally: Tally) -> None:
    """Phase 9: trust, word of mouth, habit, awareness.

    ``ep`` is blank for those who are well.
    """
    p = w.p
    pull = 0.0
    awareness = np.float64(me.awareness)
    sums = tally.sums[me.part]
    ties = 0
    heard, aware = 0.0, 0.0
    while ties < TIES and w.tie[i, ties] >= 0:
        heard += np.float64(w.heard[w.tie[i, ties], 0])
        aware += np.float64(w.heard[w.tie[i, ties], 1])
        ties += 1
    neighbours: float = awareness
    if ties > 0:
        pull = p.word_of_mouth * (heard / ties - np.float64(me.trust[Slot.CENTRE]))
        neighbours = aware / ties
    treated = (1 if ep.ending == Ending.RESOLVED else 0) - (1 if ep.ending == Ending.FAILED else 0)
    sent_on = ep.first if ep.within == 1 else -1
    for slot in range(SLOTS):
        if facility_of(w, me, slot, 0) < 0:
            continue
        experience = treated if ep.at == slot else 0
        referrer = ep.origin == slot or sent_on == slot
        opinion = pull if slot == Slot.CENTRE else 0.0
        me.trust[slot] = trust_next(
            p, np.float64(me.trust[slot]), trust_anchor(p, slot), experience, referrer, opinion
        )
        tier = slot if slot <= Slot.PARENT else slot - 1  # both county hospitals are of one tier
        sums[Sum.TRUST_T0 + tier] += nano(np.float64(me.trust[slot]))
    me.awareness = awareness_next(
        p, awareness, contracted(w, me), w.now.publicity, w.now.in_force == 1, neighbours
    )
    sums[Sum.AWARENESS] += nano(np.float64(me.awareness))
    w.said[i, 0] = me.trust[Slot.CENTRE]
    w.said[i, 1] = me.awareness
    if ep.referred == 1:
        me.habit = ep.origin
    elif ep.within == 1:
        me.habit = ep.first
    elif ep.at >= 0:
        me.habit = ep.at


def add_up_year(w: World, me: Row, tally: Tally) -> None:
    """At the year's end: whose out-of-pocket of the year was catastrophic."""
    paid, income = me.oop_year / 100.0, np.float64(me.income)
    tally.sums[me.part, Sum.CATASTROPHIC_10] += overspent(paid, income, 0.10)
    tally.sums[me.part, Sum.CATASTROPHIC_25] += overspent(paid, income, 0.25)
    tally.sums[me.part, Sum.CATASTROPHIC_40] += overspent(paid, income, 0.40)
    tally.sums[me.part, Sum.CATASTROPHIC_SDG] += overspent(paid, income - w.poverty_line, DISCRETIONARY)


def begin_year(me: Row) -> None:
    """What was paid this year starts from nothing."""
    me.oop_year = 0
    me.fund_paid[0] = 0
    me.fund_paid[1] = 0
