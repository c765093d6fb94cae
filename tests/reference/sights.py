"""What has been seen to happen: so that a comparison can show that it compared something."""

from __future__ import annotations

from enum import Flag, auto

import numpy as np

from incentive_model.incentives import accounts
from incentive_model.incentives.events import Count, Event, Kind
from incentive_model.incentives.revenue_sharing import RehabCredit, UpwardShare
from reference.episode import NONE, BedClass, Fate, Slot, State
from reference.month import ReferenceModel


class Sight(Flag):
    """Things that ought to happen somewhere."""

    QUEUE = auto()  #: somebody waits for a bed
    GIVE_UP = auto()  #: … and leaves the queue for nothing
    QUEUE_TO_OUTSIDE = auto()  #: … or for the outside hospital
    WAITED_REFERRED = auto()  #: a referred patient is admitted from the queue
    OUTSIDE_ADMISSION = auto()
    CENTRE_ADMISSION = auto()
    CARRIED = auto()
    EMERGENCY_AT_CLINIC = auto()
    REFUSED_REFERRAL = auto()
    REFERRED_BY_TIE = auto()  #: to another hospital than the parent
    TURNED_AWAY = auto()  #: by the hospital preferred to all else, under a hard gate
    RETURNED = auto()
    RETAINED = auto()
    SENT_DOWN = auto()
    SENT_HOME = auto()
    CROWDED_REHABILITATION = auto()
    OUTPATIENT_CAP = auto()  #: the fund has paid a resident exactly the year's cap
    INPATIENT_CAP = auto()
    REFERRED_WAIT_LESS = auto()
    HARD_RESERVE = auto()
    FUND_EXHAUSTED = auto()
    SURPLUS = auto()
    DEFICIT = auto()
    UPWARD_SHARE = auto()
    REHAB_CREDIT = auto()
    PERFORMANCE_PAY = auto()
    DEARER_FOR_PATIENTS = auto()  #: the shared account moves bills to patients
    SKIMPING = auto()  #: … or takes service below what is indicated
    CHANGE_ON_THE_WAY = auto()
    # who decides once more
    WITHIN = auto()  #: a clinic's patient is treated at the centre
    WITHIN_THEN_UP = auto()  #: … or goes on to the hospital
    DECLINED_THEN_WITHIN = auto()  #: … or goes there because the hospital is too much
    TIE_WON = auto()
    MANAGED = auto()  #: a chronic patient without any care is managed all the same
    EFFORT = auto()  #: a primary physician has too many patients
    # bills
    DEDUCTIBLE_IN_CHAIN = auto()  #: part of a deductible is owed still, or none of it
    REHABILITATION_FREE = auto()  #: no deductible for rehabilitation
    REPEAT_TESTS_UP = auto()
    REPEAT_TESTS_DOWN = auto()
    LATE_DAYS_BY_CASE = auto()  #: a patient is kept, and nobody pays for it
    CASE_COSTS = auto()  #: an admission paid by the case costs less than it earns
    # money
    CAPITATION = auto()
    DELAYED = auto()  #: something has been paid, and something is owed
    PUBLIC_HEALTH = auto()
    DIRECTORS = auto()
    POSTING = auto()
    CONTRACTS = auto()
    CHRONIC_CARE = auto()
    REFUSAL_AUDITED = auto()
    RETENTION_AUDITED = auto()
    PENALTY = auto()
    THRESHOLD = auto()  #: a threshold score judged
    TOURNAMENT = auto()  #: a tournament paid
    TALKED_TO = auto()  #: a talk is felt
    # what facilities have
    TRAINED = auto()
    LENT = auto()  #: experts raise a centre's capability
    EQUIPPED = auto()
    HOURS_LOST = auto()
    SEEN_BETTER = auto()  #: residents are told of more capability
    DOUBLE_ATTENTION = auto()
    # slow agents
    THETA_STEPPED = auto()
    THETA_BOTH_WAYS = auto()  #: one facility steps up, another down
    LENT_FREELY = auto()  #: a hospital lends of its own accord
    DEFICIT_AUDIT = auto()
    BONUS_RAISED = auto()
    INCOME_TARGET = auto()  #: bills rise above what they are under fee for service


def seen(model: ReferenceModel) -> Sight:
    """What happened in the month that has just ended."""
    people = list(model.residents)
    episodes = [r.episode for r in people]
    counts = model.county.counts
    admitted = counts[:, [Count.ADMITTED_EMERGENCY, Count.ADMITTED_REFERRED, Count.ADMITTED_OTHER]].sum(
        axis=1
    )
    paid = model.county.ledger.paid
    tables, county, levers = model.tables, model.county, model.county.levers
    bills = county.bills.sum(axis=(1, 3))
    means, own = tables.means, county.means
    steps = [f.step for f in model.facilities]
    year_ends = model.month % 12 == 0
    money = accounts.Purpose
    happened = {
        Sight.QUEUE: any(r.queue_slot != NONE for r in people),
        Sight.GIVE_UP: any(e.state == State.GAVE_UP for e in episodes),
        Sight.QUEUE_TO_OUTSIDE: any(e.state == State.WENT_OUTSIDE for e in episodes),
        Sight.WAITED_REFERRED: any(
            e.state == State.WAITING and e.admitted and e.bed_class == BedClass.REFERRED for e in episodes
        ),
        Sight.OUTSIDE_ADMISSION: admitted[model.county.tier == 3].any(),
        Sight.CENTRE_ADMISSION: admitted[model.county.tier == 1].any(),
        Sight.CARRIED: any(e.state == State.CARRIED for e in episodes),
        Sight.EMERGENCY_AT_CLINIC: any(e.emergency and e.first == Slot.CLINIC for e in episodes),
        Sight.REFUSED_REFERRAL: (counts[:, Count.REFERRAL_ISSUED] > counts[:, Count.UP_REFERRAL]).any(),
        Sight.REFERRED_BY_TIE: any(e.referred and e.at == Slot.OTHER for e in episodes),
        Sight.TURNED_AWAY: any(e.turned_away for e in episodes),
        Sight.RETURNED: any(e.returned for e in episodes),
        Sight.RETAINED: any(e.fate == Fate.RETAINED for e in episodes),
        Sight.SENT_DOWN: any(e.fate == Fate.DOWN for e in episodes),
        Sight.SENT_HOME: any(e.fate == Fate.HOME for e in episodes),
        Sight.CROWDED_REHABILITATION: any(0.0 < f.rehab_chance < 1.0 for f in model.facilities),
        Sight.OUTPATIENT_CAP: any(r.fund_paid[0] in model.cap[r.insurance, :, 0] for r in people),
        Sight.INPATIENT_CAP: any(r.fund_paid[1] in model.cap[r.insurance, :, 1] for r in people),
        Sight.REFERRED_WAIT_LESS: any(f.days_referred < f.days_other for f in model.facilities),
        Sight.HARD_RESERVE: tables.reserved > 0.0 and not tables.releasable,
        Sight.FUND_EXHAUSTED: any(0.0 < instrument.realised < 1.0 for instrument in model.instruments),
        Sight.SURPLUS: paid[money.SURPLUS] > 0,
        Sight.DEFICIT: paid[money.DEFICIT] > 0,
        Sight.UPWARD_SHARE: paid[money.UPWARD_SHARE] > 0,
        Sight.REHAB_CREDIT: paid[money.REHAB_CREDIT] > 0,
        Sight.PERFORMANCE_PAY: paid[money.PERFORMANCE_PAY] > 0,
        Sight.DEARER_FOR_PATIENTS: any(
            f.uncovered_bp > round(model.p.uncovered_share * 10_000) for f in model.facilities
        ),
        Sight.SKIMPING: any(f.effort_visit < 1.0 or f.effort_admission < 1.0 for f in model.facilities),
        Sight.CHANGE_ON_THE_WAY: any(month == model.month for month, _ in model.scheme.changes),
        Sight.WITHIN: any(e.within and not e.referred for e in episodes),
        Sight.WITHIN_THEN_UP: any(e.within and e.referred for e in episodes),
        Sight.DECLINED_THEN_WITHIN: any(e.within and e.declined for e in episodes),
        Sight.TIE_WON: any(k.met for k in model.physicians),
        Sight.MANAGED: any(r.managed and not r.episode.cared_for for r in people),
        Sight.EFFORT: any(f.tier <= 1 and f.load > model.p.effort_load for f in model.facilities),
        Sight.DEDUCTIBLE_IN_CHAIN: any(e.spared > 0 and e.fate != Fate.DOWN for e in episodes),
        Sight.REHABILITATION_FREE: any(e.spared > 0 and e.fate == Fate.DOWN for e in episodes),
        Sight.REPEAT_TESTS_UP: bills[county.tier == 2, Kind.REPEAT_TESTS].any(),
        Sight.REPEAT_TESTS_DOWN: bills[county.tier == 1, Kind.REPEAT_TESTS].any(),
        Sight.LATE_DAYS_BY_CASE: counts[means.paid_by_case == 1, Count.RETAINED].any(),
        Sight.CASE_COSTS: (county.cost_admission[admitted > 0] < 1.0).any(),
        Sight.CAPITATION: paid[money.CAPITATION] > 0,
        Sight.DELAYED: any(
            k.backlog.seen and any(fen.any() for _, fen in k.backlog.due)
            for k in model.instruments
            if isinstance(k, UpwardShare | RehabCredit)
        ),
        Sight.PUBLIC_HEALTH: paid[money.PUBLIC_HEALTH] > 0,
        Sight.DIRECTORS: paid[money.DIRECTORS] > 0,
        Sight.POSTING: paid[money.POSTING] > 0,
        Sight.CONTRACTS: paid[money.CONTRACTS] > 0,
        Sight.CHRONIC_CARE: paid[money.CHRONIC_CARE] > 0,
        Sight.REFUSAL_AUDITED: counts[:, Count.AUDITED_REFUSAL].any(),
        Sight.RETENTION_AUDITED: counts[:, Count.AUDITED_RETENTION].any(),
        Sight.PENALTY: paid[money.PENALTY] > 0,
        Sight.THRESHOLD: year_ends
        and levers["evaluation_form"] == "threshold"
        and paid[money.PERFORMANCE_PAY] > 0,
        Sight.TOURNAMENT: year_ends
        and levers["evaluation_form"] == "tournament"
        and paid[money.PERFORMANCE_PAY] > 0,
        Sight.TALKED_TO: tables.felt.any(),
        Sight.TRAINED: float(levers["training_investment"]) > 0.0
        and (means.capability > own.capability).any(),
        Sight.LENT: tables.meeting.any() and (means.capability > own.capability).any(),
        Sight.EQUIPPED: (means.infrastructure > own.infrastructure).any(),
        Sight.HOURS_LOST: (means.capacity < own.capacity).any(),
        Sight.SEEN_BETTER: tables.disclosure > 0.0 and (means.capability > own.capability).any(),
        Sight.DOUBLE_ATTENTION: (means.attention > own.attention).any()
        and tables.certain[Event.CLAIM_YUAN].any(),
        Sight.THETA_STEPPED: any(steps),
        Sight.THETA_BOTH_WAYS: min(steps) < 0.0 < max(steps),
        Sight.LENT_FREELY: county.lent.any(),
        Sight.DEFICIT_AUDIT: tables.audit > float(levers["audit_rate"]),
        Sight.BONUS_RAISED: county.raised_bonus > 1.0 and tables.personal.any(),
        Sight.INCOME_TARGET: any(f.price_visit > f.list_visit for f in model.facilities),
    }
    sights = Sight(0)
    for sight, there in happened.items():
        if np.any(there):
            sights |= sight
    return sights
