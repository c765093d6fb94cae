"""Loops of phases 5 and 6: admit within capacity; recover, return, retain, refer down or send home."""

import math

from incentive_model.chance.draws import gumbel_pair, uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import Tally, World
from incentive_model.engine.seeking import believed_pay, known_rate
from incentive_model.incentives.events import Count, Event, Setting
from incentive_model.rules.billing import expected_patient_cost
from incentive_model.rules.discharge import accept_down, candidate_probability, retain, send_down, send_home
from incentive_model.rules.followup import accept_return, follow_ups, return_or_keep
from incentive_model.rules.maths import sigma, total

CENTRE = 1
EMERGENCY, REFERRED, UNREFERRED = 0, 1, 2
RETAINED, DOWN, HOME = 1, 2, 3


def admit(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 5: whoever needs a bed gets one with the month's chance of their class, or waits."""
    r, e, f = w.residents, w.episodes, w.facilities
    for i in range(lo, hi):
        kind = e.bed_class[i]
        if kind < 0:
            continue
        row = r.facility[i, e.at[i]]
        chance = 1.0
        if kind == REFERRED:
            chance = f.bed_referred[row]
        elif kind == UNREFERRED:
            chance = f.bed_other[row]
        u, _ = uniform_pair(w.key, Purpose.ADMISSION, r.id[i], w.month, 0)
        if u < chance:
            e.admitted[i] = 1
            tally.counts[row, Count.ADMITTED_EMERGENCY + kind] += 1
            if kind == REFERRED:
                tally.counts[row, Count.WAITED_REFERRED] += r.queue_months[i]
            elif kind == UNREFERRED:
                tally.counts[row, Count.WAITED_OTHER] += r.queue_months[i]


def recover(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 6: follow-ups and returns of outpatients; what becomes of inpatients."""
    r, e, f = w.residents, w.episodes, w.facilities
    for i in range(lo, hi):
        if e.at[i] < 0:
            continue
        tier = f.tier[r.facility[i, e.at[i]]]
        if e.admitted[i] == 1:
            if tier >= 2:
                recover_inpatient(w, i, tally)
        elif e.bed_class[i] < 0:
            follow_up(w, i, tier, tally)


def follow_up(w: World, i: int, tier: int, tally: Tally) -> None:
    """Follow-up visits of an outpatient; a county hospital may return the milder ones to their centre."""
    r, e, f, p = w.residents, w.episodes, w.facilities, w.p
    expected = follow_ups(p, e.severity[i])
    whole = math.floor(expected)
    u, _ = uniform_pair(w.key, Purpose.FOLLOW_UP, r.id[i], w.month, 0)
    visits = int(whole) + (1 if u < expected - whole else 0)
    if visits == 0:
        return
    e.follow_ups[i] = visits
    row = r.facility[i, e.at[i]]
    centre = r.facility[i, CENTRE]
    if tier == 2 and e.severity[i] < p.return_limit:
        tally.counts[row, Count.RETURN_ELIGIBLE] += 1
        physician = r.doctor[i, e.at[i]]
        reasons = return_or_keep(
            p,
            believed_pay(w, physician, Event.OUTPATIENT_RETURN, row),
            f.pass_on[row],
            w.terms.certain[Event.VISIT_YUAN, row],
            f.price_visit[row] / 100.0,
            visits,
            w.terms.certain[Event.CLAIM_YUAN, row],
            w.terms.platform,
            f.load[row],
        )
        u, v = uniform_pair(w.key, Purpose.RETURN, r.id[i], w.month, 0)
        if u < sigma(total(reasons) / p.scale_return):
            tally.counts[row, Count.RETURN_OFFER] += 1
            if v < sigma(total(accept_return(p, r.trust[i, CENTRE], r.contract[i]))):
                tally.counts[row, Count.OUTPATIENT_RETURN] += 1
                tally.counts[centre, Count.VISIT] += visits
                e.returned[i] = 1
                return
    tally.counts[row, Count.VISIT] += visits
    if e.referred[i] == 1:
        tally.counts[row, Count.VISIT_REFERRED] += visits


def recover_inpatient(w: World, i: int, tally: Tally) -> None:
    """Whether the inpatient could recover elsewhere, and if so what ward physician and patient decide."""
    r, e, f, p = w.residents, w.episodes, w.facilities, w.p
    slot = e.at[i]
    row = r.facility[i, slot]
    centre = r.facility[i, CENTRE]
    is_candidate, bed_below = uniform_pair(w.key, Purpose.CANDIDATE, r.id[i], w.month, 0)
    if is_candidate >= candidate_probability(p, e.severity[i]):
        return
    tally.counts[row, Count.CANDIDATE] += 1
    tally.counts[centre, Count.LISTED_CANDIDATE] += 1
    doctor = r.doctor[i, slot]
    who = w.physicians
    keep = total(
        retain(
            p,
            f.tier[row],
            f.pass_on[row],
            w.terms.certain[Event.LATE_DAY, row],
            w.terms.certain[Event.CLAIM_YUAN, row],
            believed_pay(w, doctor, Event.RETAINED, row),
            f.occupancy[row],
        )
    )
    down = total(
        send_down(
            p,
            believed_pay(w, doctor, Event.DOWN_REFERRAL, row),
            who.altruism[doctor],
            who.unaware[doctor],
            who.complex[doctor],
            w.terms.platform,
        )
    )
    home = send_home(p, who.altruism[doctor])
    g_keep, g_down = gumbel_pair(w.key, Purpose.DISCHARGE, r.id[i], w.month, 0)
    g_home, _ = gumbel_pair(w.key, Purpose.DISCHARGE, r.id[i], w.month, 1)
    u_keep = keep / p.scale_discharge + g_keep
    u_down = down / p.scale_discharge + g_down
    u_home = home / p.scale_discharge + g_home
    if u_home > u_keep and u_home > u_down:
        e.fate[i] = HOME
        tally.counts[row, Count.SENT_HOME] += 1
        return
    if u_down > u_keep:
        tally.counts[row, Count.DOWN_OFFER] += 1
        if bed_below < f.rehab_chance[centre] and accepts_down(w, i, slot):
            e.fate[i] = DOWN
            tally.counts[row, Count.DOWN_REFERRAL] += 1
            tally.counts[centre, Count.REHAB] += 1
            return
    e.fate[i] = RETAINED
    tally.counts[row, Count.RETAINED] += 1


def accepts_down(w: World, i: int, slot: int) -> bool:
    """The patient's answer to the offer of rehabilitation at the own centre."""
    r, f, p = w.residents, w.facilities, w.p
    row, centre = r.facility[i, slot], r.facility[i, CENTRE]
    stay = expected_patient_cost(
        p.extra_days * p.day_price,
        f.uncovered_bp[row] / 10000.0,
        0.0,
        known_rate(w, i, f.tier[row], Setting.INPATIENT, 1),
    )
    below = expected_patient_cost(
        p.rehab_price,
        f.uncovered_bp[centre] / 10000.0,
        w.terms.deductible[r.insurance[i], 1] / 100.0,
        known_rate(w, i, 1, Setting.INPATIENT, 1),
    )
    terms = accept_down(
        p,
        f.attractiveness[row],
        f.attractiveness[centre],
        r.trust[i, CENTRE],
        r.trust[i, slot],
        stay,
        below,
        r.price_sensitivity[i],
        r.minutes[i, slot],
        r.minutes[i, CENTRE],
        r.contract[i],
        w.terms.platform,
    )
    u, _ = uniform_pair(w.key, Purpose.ACCEPT_DOWN, r.id[i], w.month, 0)
    return u < sigma(total(terms))
