"""Loops of phases 8 and 9: outcome; talk."""

from incentive_model.chance.draws import uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import SLOTS, BedClass, Fate, Slot, State, Tally, World
from incentive_model.engine.seeking import contracted
from incentive_model.incentives.events import Count
from incentive_model.rules.illness import control_next
from incentive_model.rules.maths import nano
from incentive_model.rules.outcome import Ending, carried_severity, death_probability, life_lost, month_qaly
from incentive_model.rules.quality import success
from incentive_model.rules.trust import awareness_next, trust_anchor, trust_next


def outcome(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 8: does treatment succeed, what is left of the illness, QALYs and expected death."""
    f, p = w.facilities, w.p
    for i in range(lo, hi):
        me, ep = w.residents[i], w.episodes[i]
        s = ep.severity
        ending = Ending.NONE
        inpatient = ep.admitted == 1
        waits = ep.bed_class >= 0 and not inpatient
        treated = ep.at >= 0 and not waits
        u_success, u_carry = 1.0, 1.0
        if ep.state != State.HEALTHY:
            u_success, u_carry = uniform_pair(w.key, Purpose.SUCCESS, me.id, w.month, 0)
            ending = Ending.UNTREATED
        if treated:
            row = me.facility[ep.at]
            effort = f[row].effort_admission if inpatient else f[row].effort_visit
            chance = success(p, f[row].capability, s) * effort
            if ep.referred == 1 or ep.bed_class == BedClass.REFERRED:
                chance *= p.referred_quality + (1.0 - p.referred_quality) * w.now.platform
            if ep.fate == Fate.HOME:
                chance *= p.home_quality
            ending = Ending.RESOLVED if u_success < chance else Ending.FAILED
            tally.counts[me.part, row, Count.TREATED] += 1
            if ending == Ending.RESOLVED:
                tally.counts[me.part, row, Count.SUCCESS] += 1
        elif waits:
            ending = Ending.WAITING
        ep.ending = ending

        # once an episode: what is carried over is the same one
        death = death_probability(p, s, ending) if ep.state == State.NEW else 0.0
        tally.counts[me.part, me.facility[Slot.CLINIC], Count.DEATH_NANO] += nano(death)
        health = month_qaly(p, me.age, me.chronic, me.control, s, ending, inpatient)
        me.qaly += nano(health - life_lost(p, me.age, death))

        me.carried = carried_severity(p, s, ending, inpatient, u_carry)
        if waits:
            me.queue_slot = ep.at
            me.queue_class = ep.bed_class
            me.queue_severity = min(0.98, s + p.wait_severity)
            me.queue_months += 1
        else:
            me.queue_slot = -1
            me.queue_months = 0
            if me.carried == 0.0:  # the chain of care ends with its episode
                me.deductible_paid = 0
        # a visit is care even if it ends in a queue, and so is managed chronic care; mere waiting is none
        cared_for = ep.first >= 0 or ep.admitted == 1 or me.managed_at < w.now.managed
        me.control = control_next(p, me.control, cared_for)


def remember(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Set down what residents think before they talk, so that nobody hears this month's news."""
    for i in range(lo, hi):
        me, ep = w.residents[i], w.episodes[i]
        ep.heard = me.trust[Slot.CENTRE]
        ep.aware = me.awareness


def talk(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 9: experience, word of mouth, habit, awareness."""
    p = w.p
    for i in range(lo, hi):
        me, ep = w.residents[i], w.episodes[i]
        start, stop = w.tie_start[i], w.tie_start[i + 1]
        opinion, awareness = 0.0, me.awareness
        if stop > start:
            heard, aware = 0.0, 0.0
            for t in range(start, stop):
                neighbour = w.episodes[w.tie[t]]
                heard += neighbour.heard
                aware += neighbour.aware
            opinion = p.word_of_mouth * (heard / (stop - start) - me.trust[Slot.CENTRE])
            awareness = aware / (stop - start)
        for slot in range(SLOTS):
            if me.facility[slot] < 0:
                continue
            experience = 0
            if ep.at == slot:
                if ep.ending == Ending.RESOLVED:
                    experience = 1
                elif ep.ending == Ending.FAILED:
                    experience = -1
            referrer = ep.origin == slot or (ep.within == 1 and ep.first == slot)
            pull = opinion if slot == Slot.CENTRE else 0.0
            me.trust[slot] = trust_next(p, me.trust[slot], trust_anchor(p, slot), experience, referrer, pull)
        me.awareness = awareness_next(
            p, me.awareness, contracted(w, me), w.now.publicity, w.now.in_force == 1, awareness
        )
        if ep.referred == 1:
            me.habit = ep.origin
        elif ep.within == 1:
            me.habit = ep.first
        elif ep.at >= 0:
            me.habit = ep.at
