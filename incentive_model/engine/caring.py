"""Phases 5 and 6: admit within capacity; recover, return, retain, refer down or send home."""

import math

import numpy as np

from incentive_model.chance.draws import gumbel_pair, uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import BedClass, Fate, Row, Slot, Tally, World
from incentive_model.engine.home import contracted, doctor_of, facility_of, minutes_to
from incentive_model.engine.seeking import known_deductible, known_rate
from incentive_model.incentives.events import Count, Event, Setting
from incentive_model.rules.billing import expected_patient_cost
from incentive_model.rules.discharge import (
    Retain,
    SendDown,
    accept_down,
    candidate_probability,
    retain,
    send_down,
    send_home,
)
from incentive_model.rules.followup import accept_return, follow_ups, return_or_keep
from incentive_model.rules.maths import sigma, total


def admit(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """Phase 5: whoever needs a bed gets one with the month's chance of their class, or waits."""
    kind = ep.bed_class
    if kind < 0:
        return
    row = facility_of(w, me, ep.at, ep.specialty)
    chance = 1.0
    if kind == BedClass.REFERRED:
        chance = w.facilities[row].bed_referred
    elif kind == BedClass.OTHER:
        chance = w.facilities[row].bed_other
    u, _ = uniform_pair(w.key, Purpose.ADMISSION, me.id, w.month, 0)
    if u < chance:
        ep.admitted = 1
        tally.counts[me.part, row, Count.ADMITTED_EMERGENCY + kind] += 1
        if kind == BedClass.REFERRED:
            tally.counts[me.part, row, Count.WAITED_REFERRED] += me.queue_months
        elif kind == BedClass.OTHER:
            tally.counts[me.part, row, Count.WAITED_OTHER] += me.queue_months


def recover(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """Phase 6: follow-ups and returns of outpatients; what becomes of inpatients."""
    if ep.at < 0:
        return
    tier = w.facilities[facility_of(w, me, ep.at, ep.specialty)].tier
    if ep.admitted == 1:
        if tier >= 2:
            recover_inpatient(w, me, ep, tally)
    elif ep.bed_class < 0:
        follow_up(w, me, ep, tier, tally)


def follow_up(w: World, me: Row, ep: Row, tier: int, tally: Tally) -> None:
    """Follow-up visits of an outpatient; a hospital of the area may return the milder ones to the centre."""
    f, p = w.facilities, w.p
    expected = follow_ups(p, ep.severity)
    whole = math.floor(expected)
    u, _ = uniform_pair(w.key, Purpose.FOLLOW_UP, me.id, w.month, 0)
    visits = int(whole) + (1 if u < expected - whole else 0)
    if visits == 0:
        return
    ep.follow_ups = visits
    row = facility_of(w, me, ep.at, ep.specialty)
    centre = facility_of(w, me, Slot.CENTRE, 0)
    if tier >= 2 and f[row].outside == 0 and ep.severity < p.return_limit:
        tally.counts[me.part, row, Count.RETURN_ELIGIBLE] += 1
        physician = doctor_of(w, me, ep.at, ep.specialty)
        reasons = return_or_keep(
            p,
            w.believed[physician, Event.OUTPATIENT_RETURN],
            f[row].pass_on,
            w.terms.certain[Event.VISIT_YUAN, row],
            f[row].visit_yuan,
            visits,
            w.terms.certain[Event.CLAIM_YUAN, row],
            w.now.platform,
            w.now.criteria,
            f[row].load,
        )
        u, v = uniform_pair(w.key, Purpose.RETURN, me.id, w.month, 0)
        if u < sigma(total(reasons) / p.scale_return):
            tally.counts[me.part, row, Count.RETURN_OFFER] += 1
            if v < sigma(total(accept_return(p, np.float64(me.trust[Slot.CENTRE]), contracted(w, me)))):
                tally.counts[me.part, row, Count.OUTPATIENT_RETURN] += 1
                tally.counts[me.part, centre, Count.VISIT] += visits
                ep.returned = 1
                return
    tally.counts[me.part, row, Count.VISIT] += visits
    if ep.referred == 1:
        tally.counts[me.part, row, Count.VISIT_REFERRED] += visits


def discharge_reasons(w: World, doctor: int, row: int) -> tuple[Retain, SendDown, float]:
    """Why a ward physician would keep a candidate, send them down, or send them home."""
    f, p = w.facilities, w.p
    who = w.physicians[doctor]
    keep = retain(
        p,
        f[row].outside,
        f[row].pass_on,
        w.terms.certain[Event.LATE_DAY, row],
        w.terms.certain[Event.CLAIM_YUAN, row],
        f[row].late_day_fen / 100.0,
        w.believed[doctor, Event.RETAINED],
        f[row].occupancy,
    )
    down = send_down(
        p,
        w.believed[doctor, Event.DOWN_REFERRAL],
        who.altruism,
        who.unaware,
        who.complex,
        w.now.platform,
        w.now.criteria,
    )
    return keep, down, send_home(p, who.altruism)


def recover_inpatient(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """Whether the inpatient could recover elsewhere, and if so what ward physician and patient decide."""
    f, p = w.facilities, w.p
    slot = ep.at
    row = facility_of(w, me, slot, ep.specialty)
    centre = facility_of(w, me, Slot.CENTRE, 0)
    is_candidate, bed_below = uniform_pair(w.key, Purpose.CANDIDATE, me.id, w.month, 0)
    if is_candidate >= candidate_probability(p, ep.severity):
        return
    tally.counts[me.part, row, Count.CANDIDATE] += 1
    tally.counts[me.part, centre, Count.LISTED_CANDIDATE] += 1
    doctor = doctor_of(w, me, slot, ep.specialty)
    keep, down, home = discharge_reasons(w, doctor, row)
    g_keep, g_down = gumbel_pair(w.key, Purpose.DISCHARGE, me.id, w.month, 0)
    g_home, _ = gumbel_pair(w.key, Purpose.DISCHARGE, me.id, w.month, 1)
    u_keep = total(keep) / p.scale_discharge + g_keep
    u_down = total(down) / p.scale_discharge + g_down
    u_home = home / p.scale_discharge + g_home
    if u_home > u_keep and u_home > u_down:
        ep.fate = Fate.HOME
        tally.counts[me.part, row, Count.SENT_HOME] += 1
        return
    offered = u_down > u_keep
    if offered:
        tally.counts[me.part, row, Count.DOWN_OFFER] += 1
        if bed_below < f[centre].rehab_chance and accepts_down(w, me, ep):
            ep.fate = Fate.DOWN
            tally.counts[me.part, row, Count.DOWN_REFERRAL] += 1
            tally.counts[me.part, centre, Count.REHAB] += 1
            if ep.bed_class == BedClass.REFERRED:
                tally.counts[me.part, row, Count.LOOP_CLOSED] += 1
            return
    ep.fate = Fate.RETAINED
    tally.counts[me.part, row, Count.RETAINED] += 1
    # whoever offered to send the patient down has nothing to answer for
    if f[row].outside == 0 and not offered:
        found, _ = uniform_pair(w.key, Purpose.AUDIT, me.id, w.month, 0)
        if found < w.now.audit:
            tally.counts[me.part, row, Count.AUDITED_RETENTION] += 1


def on_referral_terms(ep: Row) -> int:
    """1 if a referral's terms hold: for referred patients, also those from the queue, and emergencies."""
    return 1 if ep.referred == 1 or ep.emergency == 1 or ep.bed_class == BedClass.REFERRED else 0


def accepts_down(w: World, me: Row, ep: Row) -> bool:
    """The patient's answer to the offer of rehabilitation at the own centre."""
    f, p = w.facilities, w.p
    slot = ep.at
    row, centre = facility_of(w, me, slot, ep.specialty), facility_of(w, me, Slot.CENTRE, 0)
    stay = expected_patient_cost(
        p.extra_days * f[row].late_day_fen / 100.0,
        f[row].uncovered,
        0.0,
        known_rate(w, me, f[row].grade, Setting.INPATIENT, on_referral_terms(ep)),
    )
    below = expected_patient_cost(
        p.rehab_price * (1.0 + p.repeat_tests_down * w.now.missing_tests),
        f[centre].uncovered,
        known_deductible(w, me, f[centre].grade, Setting.REHAB, 1),
        known_rate(w, me, f[centre].grade, Setting.REHAB, 1),
    )
    terms = accept_down(
        p,
        w.appeal[ep.specialty, row],
        w.appeal[ep.specialty, centre],
        np.float64(me.trust[Slot.CENTRE]),
        np.float64(me.trust[slot]),
        stay,
        below,
        np.float64(me.price_sensitivity),
        minutes_to(w, me, slot, ep.specialty),
        minutes_to(w, me, Slot.CENTRE, 0),
        contracted(w, me),
        w.now.platform,
        w.now.formulary,
    )
    u, _ = uniform_pair(w.key, Purpose.ACCEPT_DOWN, me.id, w.month, 0)
    return u < sigma(total(terms))
