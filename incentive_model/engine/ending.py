"""Loops of phases 8 and 9: outcome; talk."""

from incentive_model.chance.draws import uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import Tally, World
from incentive_model.incentives.events import Count
from incentive_model.rules.illness import control_next
from incentive_model.rules.maths import nano
from incentive_model.rules.outcome import carried_severity, death_probability, life_lost, month_qaly
from incentive_model.rules.quality import success
from incentive_model.rules.trust import awareness_next, starting_trust, trust_next

CLINIC, CENTRE = 0, 1
SLOTS = 5
HOME = 3
NONE, RESOLVED, FAILED, WAITING, UNTREATED = 0, 1, 2, 3, 4


def outcome(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 8: does treatment succeed, what is left of the illness, QALYs and expected death."""
    r, e, f, p = w.residents, w.episodes, w.facilities, w.p
    for i in range(lo, hi):
        s = e.severity[i]
        ending = NONE
        inpatient = e.admitted[i] == 1
        waits = e.bed_class[i] >= 0 and not inpatient
        treated = e.at[i] >= 0 and not waits
        u_success, u_carry = 1.0, 1.0
        if e.state[i] != 0:
            u_success, u_carry = uniform_pair(w.key, Purpose.SUCCESS, r.id[i], w.month, 0)
            ending = UNTREATED
        if treated:
            row = r.facility[i, e.at[i]]
            chance = success(p, f.capability[row], s) * f.effort[row]
            if e.referred[i] == 1:
                chance *= p.referred_quality + (1.0 - p.referred_quality) * w.terms.platform
            if e.fate[i] == HOME:
                chance *= p.home_quality
            ending = RESOLVED if u_success < chance else FAILED
            tally.counts[row, Count.TREATED] += 1
            if ending == RESOLVED:
                tally.counts[row, Count.SUCCESS] += 1
        elif waits:
            ending = WAITING
        e.ending[i] = ending

        death = death_probability(p, s, ending)
        tally.counts[r.facility[i, CLINIC], Count.DEATH_NANO] += nano(death)
        health = month_qaly(p, r.age[i], r.chronic[i], r.control[i], s, ending, inpatient)
        r.qaly[i] += nano(health - life_lost(p, r.age[i], death))

        r.carried[i] = carried_severity(p, s, ending, inpatient, u_carry)
        if waits:
            r.queue_slot[i] = e.at[i]
            r.queue_class[i] = e.bed_class[i]
            r.queue_severity[i] = min(0.98, s + p.wait_severity)
            r.queue_months[i] += 1
        else:
            r.queue_slot[i] = -1
            r.queue_months[i] = 0
        r.control[i] = control_next(p, r.control[i], treated)


def remember(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Set down what residents think before they talk, so that nobody hears this month's news."""
    r, e = w.residents, w.episodes
    for i in range(lo, hi):
        e.heard[i] = r.trust[i, CENTRE]
        e.aware[i] = r.awareness[i]


def talk(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 9: experience, word of mouth, habit, awareness."""
    r, e, p = w.residents, w.episodes, w.p
    for i in range(lo, hi):
        start, stop = r.tie_start[i], r.tie_start[i + 1]
        opinion, awareness = 0.0, r.awareness[i]
        if stop > start:
            heard, aware = 0.0, 0.0
            for t in range(start, stop):
                heard += e.heard[r.tie[t]]
                aware += e.aware[r.tie[t]]
            opinion = p.word_of_mouth * (heard / (stop - start) - r.trust[i, CENTRE])
            awareness = aware / (stop - start)
        for slot in range(SLOTS):
            if r.facility[i, slot] < 0:
                continue
            experience = 0
            if e.at[i] == slot:
                if e.ending[i] == RESOLVED:
                    experience = 1
                elif e.ending[i] == FAILED:
                    experience = -1
            referrer = e.referred[i] == 1 and e.first[i] == slot
            pull = opinion if slot == CENTRE else 0.0
            r.trust[i, slot] = trust_next(p, r.trust[i, slot], starting_trust(p, slot), experience, referrer, pull)
        r.awareness[i] = awareness_next(p, r.awareness[i], r.contract[i], w.terms.in_force == 1, awareness)
        if e.referred[i] == 1:
            r.habit[i] = e.first[i]
        elif e.at[i] >= 0:
            r.habit[i] = e.at[i]
