"""Phases 5 and 6: admit within capacity; recover, return, retain, refer down or send home."""

from typing import Any

import numpy as np

from benchmarks.numpy_month.arithmetic import clip, expected_patient_cost, sigma
from benchmarks.numpy_month.draws import gumbel_pair, uniform_pair
from benchmarks.numpy_month.month import Month
from benchmarks.numpy_month.people import Column, Ill, Rows
from benchmarks.numpy_month.seeking import contracted, known_deductible, known_rate
from benchmarks.numpy_month.tallies import count
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import BedClass, Fate, Slot, Tally
from incentive_model.incentives.events import Count, Event, Setting
from incentive_model.rules.discharge import accept_down, candidate_probability, send_down, send_home
from incentive_model.rules.followup import accept_return, follow_ups
from incentive_model.rules.maths import total


def admit(m: Month, ep: Ill, tally: Tally) -> None:
    """Phase 5: whoever needs a bed gets one with the month's chance of their class, or waits."""
    who = np.flatnonzero(ep.bed_class >= 0)
    row, kind = ep.pick(ep.facility, ep.at[who], who), ep.bed_class[who]
    chance = np.where(kind == BedClass.REFERRED, m.f.bed_referred.take(row), m.f.bed_other.take(row))
    chance[kind == BedClass.EMERGENCY] = 1.0
    u, _ = uniform_pair(m, Purpose.ADMISSION, ep.id[who])
    gets = u < chance
    who, row, kind = who[gets], row[gets], kind[gets]
    ep.admitted[who] = True
    for of in (BedClass.EMERGENCY, BedClass.REFERRED, BedClass.OTHER):
        mine = kind == of
        count(tally, ep, who[mine], row[mine], Count.ADMITTED_EMERGENCY + of)
        if of != BedClass.EMERGENCY:
            waited = Count.WAITED_REFERRED if of == BedClass.REFERRED else Count.WAITED_OTHER
            count(tally, ep, who[mine], row[mine], waited, ep.queue_months[who[mine]])


def recover(m: Month, ep: Ill, tally: Tally) -> None:
    """Phase 6: follow-ups and returns of outpatients; what becomes of inpatients."""
    who = np.flatnonzero(ep.at >= 0)
    row = ep.pick(ep.facility, ep.at[who], who)
    out = (ep.bed_class[who] < 0) & ~ep.admitted[who]
    follow_up(m, ep, who[out], row[out], tally)
    ward = ep.admitted[who] & (m.f.tier.take(row) >= 2)
    recover_inpatient(m, ep, who[ward], row[ward], tally)


def follow_up(m: Month, ep: Ill, who: Rows, row: Column, tally: Tally) -> None:
    """Follow-up visits of outpatients; a county hospital may return the milder ones to their centre."""
    p = m.p
    expected: Column = follow_ups(p, ep.severity[who])
    whole = np.floor(expected)
    u, _ = uniform_pair(m, Purpose.FOLLOW_UP, ep.id[who])
    visits = whole.astype(np.int64) + (u < expected - whole)
    some = visits > 0
    who, row, visits = who[some], row[some], visits[some]
    ep.follow_ups[who] = visits
    eligible = np.flatnonzero((m.f.tier.take(row) == 2) & (ep.severity[who] < p.return_limit))
    back = eligible[returns(m, ep, who[eligible], row[eligible], visits[eligible], tally)]
    ep.returned[who[back]] = True
    centre = ep.facility[Slot.CENTRE].take(who[back])
    count(tally, ep, who[back], centre, Count.VISIT, visits[back])
    here = ~ep.returned[who]
    count(tally, ep, who[here], row[here], Count.VISIT, visits[here])
    here &= ep.referred[who]
    count(tally, ep, who[here], row[here], Count.VISIT_REFERRED, visits[here])


def returns(m: Month, ep: Ill, who: Rows, row: Column, visits: Column, tally: Tally) -> Column:
    """Whom specialists return to their centre, and who goes (see rules.followup.return_or_keep)."""
    p, f = m.p, m.f
    count(tally, ep, who, row, Count.RETURN_ELIGIBLE)
    physician = ep.pick(ep.doctor, ep.at[who], who)
    account = f.pass_on * m.certain[Event.CLAIM_YUAN] * p.fund_part * f.visit_yuan
    eased = (1.0 - p.platform_hassle_return * m.now.platform) * (
        1.0 - p.criteria_hassle_return * m.now.criteria
    )
    relief = p.return_relief * clip((f.load - 0.85) / 0.15, 0.0, 1.0)
    delta = m.believed[Event.OUTPATIENT_RETURN].take(physician)
    delta -= (m.visit_margin + account).take(row) * visits
    delta += (relief - p.hassle_return * eased).take(row)
    u, v = uniform_pair(m, Purpose.RETURN, ep.id[who])
    offered = u < sigma(delta / p.scale_return)
    count(tally, ep, who[offered], row[offered], Count.RETURN_OFFER)
    answer: Any = accept_return(p, ep.trust[Slot.CENTRE].take(who), contracted(m, ep, who))
    goes = offered & (v < sigma(total(answer)))
    count(tally, ep, who[goes], row[goes], Count.OUTPATIENT_RETURN)
    return goes


def retain(m: Month, doctor: Column, row: Column) -> Column:
    """Why ward physicians would keep candidates, in yuan (see rules.discharge.retain)."""
    p, f = m.p, m.f
    full = p.displaced_margin * clip((f.occupancy - 0.85) / 0.15, 0.0, 1.0)
    displaced = np.where(f.tier == 3, p.displaced_margin_T3, full)
    account = m.certain[Event.CLAIM_YUAN] * (f.late_day_fen / 100.0) * p.fund_part
    kept = f.pass_on * p.extra_days * (m.certain[Event.LATE_DAY] - displaced + account)
    return kept.take(row) + m.believed[Event.RETAINED].take(doctor)


def recover_inpatient(m: Month, ep: Ill, who: Rows, row: Column, tally: Tally) -> None:
    """Which inpatients could recover elsewhere, and what ward physicians and patients decide."""
    p, f, now = m.p, m.f, m.now
    is_candidate, bed_below = uniform_pair(m, Purpose.CANDIDATE, ep.id[who])
    candidate = is_candidate < candidate_probability(p, ep.severity[who])
    who, row, bed_below = who[candidate], row[candidate], bed_below[candidate]
    centre = ep.facility[Slot.CENTRE].take(who)
    count(tally, ep, who, row, Count.CANDIDATE)
    count(tally, ep, who, centre, Count.LISTED_CANDIDATE)
    doctor = ep.pick(ep.doctor, ep.at[who], who)
    altruism: Column = m.doctors.altruism.take(doctor)
    down: Any = send_down(
        p,
        m.believed[Event.DOWN_REFERRAL].take(doctor),
        altruism,
        m.doctors.unaware.take(doctor),
        m.doctors.complex.take(doctor),
        now.platform,
        now.criteria,
    )
    g_keep, g_down = gumbel_pair(m, Purpose.DISCHARGE, ep.id[who], 0)
    g_home, _ = gumbel_pair(m, Purpose.DISCHARGE, ep.id[who], 1)
    u_keep = retain(m, doctor, row) / p.scale_discharge + g_keep
    u_down = total(down) / p.scale_discharge + g_down
    u_home = send_home(p, altruism) / p.scale_discharge + g_home
    home = (u_home > u_keep) & (u_home > u_down)
    offered = ~home & (u_down > u_keep)
    count(tally, ep, who[home], row[home], Count.SENT_HOME)
    count(tally, ep, who[offered], row[offered], Count.DOWN_OFFER)
    goes = np.flatnonzero(offered & (bed_below < f.rehab_chance.take(centre)))
    goes = goes[accepts_down(m, ep, who[goes], row[goes])]
    count(tally, ep, who[goes], row[goes], Count.DOWN_REFERRAL)
    count(tally, ep, who[goes], centre[goes], Count.REHAB)
    closed = goes[ep.bed_class[who[goes]] == BedClass.REFERRED]
    count(tally, ep, who[closed], row[closed], Count.LOOP_CLOSED)
    fate = np.where(home, int(Fate.HOME), int(Fate.RETAINED))
    fate[goes] = Fate.DOWN
    ep.fate[who] = fate
    kept = fate == Fate.RETAINED
    count(tally, ep, who[kept], row[kept], Count.RETAINED)
    if now.audit > 0.0:
        kept &= ~offered & (f.tier.take(row) == 2)
        who, row = who[kept], row[kept]
        found = uniform_pair(m, Purpose.AUDIT, ep.id[who])[0] < now.audit
        count(tally, ep, who[found], row[found], Count.AUDITED_RETENTION)


def on_referral_terms(ep: Ill, who: Rows) -> Column:
    """Whether a referral's terms hold: for referred patients, also those from the queue, and emergencies."""
    return ep.referred[who] | ep.emergency[who] | (ep.bed_class[who] == BedClass.REFERRED)


def accepts_down(m: Month, ep: Ill, who: Rows, row: Column) -> Column:
    """Patients' answers to the offer of rehabilitation at the own centre."""
    p, f = m.p, m.f
    centre, slot, aware = ep.facility[Slot.CENTRE].take(who), ep.at[who], ep.awareness[who]
    term, term_below = m.term(ep, who, row), m.term(ep, who, centre)
    rate = np.where(
        on_referral_terms(ep, who),
        known_rate(m, term, aware, Setting.INPATIENT, 1),
        known_rate(m, term, aware, Setting.INPATIENT, 0),
    )
    late = p.extra_days * f.late_day_fen / 100.0
    answer: Any = accept_down(
        p,
        f.attractiveness.take(row),
        f.attractiveness.take(centre),
        ep.trust[Slot.CENTRE].take(who),
        ep.pick(ep.trust, slot, who),
        expected_patient_cost(late.take(row), f.uncovered.take(row), 0.0, rate),
        expected_patient_cost(
            p.rehab_price * (1.0 + p.repeat_tests_down * m.now.missing_tests),
            f.uncovered.take(centre),
            known_deductible(m, ep, who, term_below, Setting.REHAB, 1),
            known_rate(m, term_below, aware, Setting.REHAB, 1),
        ),
        ep.price_sensitivity[who],
        ep.pick(ep.minutes, slot, who),
        ep.minutes[Slot.CENTRE].take(who),
        contracted(m, ep, who),
        m.now.platform,
        m.now.formulary,
    )
    u, _ = uniform_pair(m, Purpose.ACCEPT_DOWN, ep.id[who])
    return u < sigma(total(answer))
