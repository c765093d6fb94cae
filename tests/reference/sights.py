"""What has been seen to happen: so that a comparison can show that it compared something."""

from __future__ import annotations

import math
from enum import Flag, auto

import numpy as np

from incentive_model.incentives import accounts
from incentive_model.incentives.events import ADMITTED, Count, Event, Kind
from incentive_model.incentives.outside_experts import OutsideVisits
from incentive_model.incentives.revenue_sharing import RehabCredit, UpwardShare
from reference.episode import NONE, BedClass, Fate, Slot, State
from reference.facility import Facility
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
    # hospitals above
    ONWARD_OUTSIDE = auto()  #: a county hospital refers on to a hospital outside
    ONWARD_INSIDE = auto()  #: … to one of the area
    ONWARD_BY_CARD = auto()
    ONWARD_BY_CHANNEL = (
        auto()
    )  #: … of a physician without any card, by a channel that might not have been open
    ONWARD_TWICE = auto()  #: of a patient whom primary care had referred
    ONWARD_WALK_IN = auto()  #: … of one who came unreferred
    ONWARD_FROM_OTHER = auto()  #: by another hospital than the parent
    ONWARD_DECLINED = auto()  #: the patient would not go
    SHUT_OUT = auto()  #: nobody to call, and no channel
    SHUT_OUT_BY_CHANCE = auto()  #: … or a channel that was not open
    NOBODY_ABOVE = auto()  #: a patient at a hospital without one above, which others have
    ONWARD_WAITS = auto()  #: no bed outside for somebody who was referred on
    TIE_FIRST = auto()  #: outside, somebody sent gets a bed sooner than others
    AWAY_WITHOUT_LIMIT = auto()  #: admitted at a hospital outside that has beds for everybody
    INSIDE_ABOVE = auto()  #: a bed is short in a hospital of the highest tier, in the area
    INSIDE_RETURNED = auto()  #: … which returns an outpatient
    INSIDE_AUDITED = auto()  #: … or is caught keeping somebody
    INSIDE_LOOP = auto()  #: … or sends down who was referred up
    SPECIALTY_OUTSIDE = auto()  #: treated at a specialty's own hospital
    SPECIALTY_GENERAL = auto()  #: … or at the one for all cases, for want of such a hospital
    SPECIALTY_COUNTY = auto()  #: treated at a county hospital that is better or worse at it than in general
    SPECIALTY_AT_LAST = auto()  #: an illness that got serious in the queue
    OTHER_GRADE = auto()  #: a stay at a facility of another grade than its tier's
    OWN_PRICE = auto()  #: … or of another price than its grade's
    UPGRADED = auto()
    CARDS = auto()  #: visiting specialists leave name cards
    SECOND_CARD = auto()  #: … to somebody who has one
    TAUGHT = auto()  #: days of working together stay after the specialists
    TRAINERS_AWAY = auto()  #: a hospital does without its trainers
    FREE_CHOICE = auto()  #: referred to another hospital because the patient would rather go there
    FORM_CHANGED = auto()  #: a consortium shares more, or less, than the place found it to
    FORM_CHANGED_ON_THE_WAY = auto()


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
        Sight.OUTSIDE_ADMISSION: admitted[county.outside].any(),
        Sight.CENTRE_ADMISSION: admitted[model.county.tier == 1].any(),
        Sight.CARRIED: any(e.state == State.CARRIED for e in episodes),
        Sight.EMERGENCY_AT_CLINIC: any(e.emergency and e.first == Slot.CLINIC for e in episodes),
        Sight.REFUSED_REFERRAL: (counts[:, Count.REFERRAL_ISSUED] > counts[:, Count.UP_REFERRAL]).any(),
        Sight.REFERRED_BY_TIE: not tables.free and any(e.referred and e.at == Slot.OTHER for e in episodes),
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
    happened |= above(model)
    sights = Sight(0)
    for sight, there in happened.items():
        if np.any(there):
            sights |= sight
    return sights


def above(model: ReferenceModel) -> dict[Sight, object]:
    """What happened on the way to the hospitals above, and with what facilities are."""
    everybody = list(model.residents)
    cared = [r for r in everybody if r.episode.at != NONE]
    onward = [r for r in cared if r.episode.passed != NONE]
    outside = [r for r in cared if r.episode.at == Slot.OUTSIDE]
    county, tables, counts = model.county, model.tables, model.county.counts
    top = (county.tier == 3) & ~county.outside
    tiers = model.place.tiers
    special = [r for r in cared if r.episode.specialty]

    def stays(there: Facility) -> bool:
        return bool(counts[there.row, [*ADMITTED]].any())

    return {
        Sight.ONWARD_OUTSIDE: any(r.at(Slot.OUTSIDE).outside for r in onward),
        Sight.ONWARD_INSIDE: any(not r.at(Slot.OUTSIDE).outside for r in onward),
        Sight.ONWARD_BY_CARD: any(r.at(Slot.OUTSIDE).outside and not r.episode.by_channel for r in onward),
        Sight.ONWARD_BY_CHANNEL: tables.channel < 1.0 and any(r.episode.by_channel for r in onward),
        Sight.ONWARD_TWICE: any(r.episode.origin in Slot.PRIMARY for r in onward),
        Sight.ONWARD_WALK_IN: any(r.episode.origin == r.episode.first == r.episode.passed for r in onward),
        Sight.ONWARD_FROM_OTHER: any(r.episode.passed == Slot.OTHER for r in onward),
        Sight.ONWARD_DECLINED: any(r.episode.declined_onward for r in cared),
        Sight.SHUT_OUT: tables.channel == 0.0 and any(r.episode.shut_out for r in cared),
        Sight.SHUT_OUT_BY_CHANCE: tables.channel > 0.0 and any(r.episode.shut_out for r in cared),
        Sight.NOBODY_ABOVE: county.onward.any()
        and any(r.episode.at in Slot.COUNTY and not r.at(r.episode.at).refers_on for r in cared),
        Sight.ONWARD_WAITS: any(r.queue_slot == Slot.OUTSIDE for r in onward),
        Sight.TIE_FIRST: any(f.outside and f.bed_referred > f.bed_other for f in model.facilities),
        Sight.AWAY_WITHOUT_LIMIT: any(
            f.outside and math.isinf(f.beds) and stays(f) for f in model.facilities
        ),
        Sight.INSIDE_ABOVE: any(top[f.row] and f.bed_other < 1.0 for f in model.facilities),
        Sight.INSIDE_RETURNED: counts[top, Count.OUTPATIENT_RETURN].any(),
        Sight.INSIDE_AUDITED: counts[top, Count.AUDITED_RETENTION].any(),
        Sight.INSIDE_LOOP: counts[top, Count.LOOP_CLOSED].any(),
        Sight.SPECIALTY_OUTSIDE: any(
            r.episode.specialty and r.specialist is not r.facility[Slot.OUTSIDE] for r in outside
        ),
        Sight.SPECIALTY_GENERAL: any(
            r.episode.specialty and r.specialist is r.facility[Slot.OUTSIDE] for r in outside
        ),
        Sight.SPECIALTY_COUNTY: any(
            r.episode.at in Slot.COUNTY and r.at(r.episode.at).can(r.specialty) != r.at(r.episode.at).can(0)
            for r in special
        ),
        Sight.SPECIALTY_AT_LAST: any(
            r.episode.state == State.WAITING
            and r.episode.severity - model.p.wait_severity < model.p.specialty_severity
            for r in special
        ),
        Sight.OTHER_GRADE: any(f.grade != f.tier and stays(f) for f in model.facilities),
        Sight.OWN_PRICE: any(
            f.list_admission != round(tiers[f"T{f.grade}"].admission_price * 100) and stays(f)
            for f in model.facilities
        ),
        Sight.UPGRADED: any(month == model.month for month, _ in model.upgraded),
        Sight.CARDS: tables.cards.any(),
        Sight.SECOND_CARD: any(k.cards > 1 for k in model.physicians),
        Sight.TAUGHT: any(k.learned > 0.0 for k in model.instruments if isinstance(k, OutsideVisits)),
        Sight.TRAINERS_AWAY: float(county.levers["training_investment"]) > 0.0
        and (tables.means.capacity < county.means.capacity)[county.tier == 2].any(),
        Sight.FREE_CHOICE: tables.free
        and any(
            r.episode.referred
            and r.episode.origin in Slot.PRIMARY
            and Slot.OTHER in (r.episode.at, r.episode.passed)
            and r.served_by(r.episode.origin).target != r.at(Slot.OTHER).row
            for r in cared
        ),
        Sight.FORM_CHANGED: county.form != county.form_found,
        Sight.FORM_CHANGED_ON_THE_WAY: any(
            month == model.month and "consortium_form" in values for month, values in model.scheme.changes
        ),
    }
