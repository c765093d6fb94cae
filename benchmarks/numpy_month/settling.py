"""Phase 7: every bill of the month, in fen."""

import numpy as np

from benchmarks.numpy_month.caring import on_referral_terms
from benchmarks.numpy_month.month import Month
from benchmarks.numpy_month.people import Column, Ill, People, Rows
from benchmarks.numpy_month.seeking import stay_deductible
from benchmarks.numpy_month.tallies import add_bills, add_ranked
from incentive_model.engine.columns import Fate, Slot, Tally
from incentive_model.incentives.events import Kind, Setting, Sum


def pay_bills(m: Month, people: People, ep: Ill, tally: Tally) -> None:
    """Phase 7: bill every visit and stay; the patient pays their part, the fund the rest."""
    p, f = m.p, m.f
    paid_before = ep.oop_year.copy()
    ep.spent = np.zeros(ep.n, np.int64)
    ep.minute_worth = p.time_worth * ep.income / p.work_hours / 60.0

    who = np.flatnonzero(ep.first >= 0)
    visits(m, ep, who, ep.first[who], tally)
    inner = np.flatnonzero(ep.within)
    visits(m, ep, inner, np.full(len(inner), int(Slot.CENTRE)), tally)
    up = np.flatnonzero(ep.referred)
    visits(m, ep, up, ep.at[up], tally)
    row = ep.pick(ep.facility, ep.at[up], up)
    tests = np.floor(p.repeat_tests_up * f.price_visit * m.now.missing_tests + 0.5).astype(np.int64)
    exempt = on_referral_terms(ep, up)
    bill(m, ep, up, row, Kind.REPEAT_TESTS, Setting.OUTPATIENT, tests.take(row), 0, exempt, tally)
    for times in range(1, int(ep.follow_ups.max(initial=0)) + 1):  # each visit sees what the last one cost
        who = np.flatnonzero(ep.follow_ups >= times)
        visits(m, ep, who, np.where(ep.returned[who], int(Slot.CENTRE), ep.at[who]), tally)

    who = np.flatnonzero(ep.admitted)
    row = ep.pick(ep.facility, ep.at[who], who)
    exempt = on_referral_terms(ep, who)
    stay(m, ep, who, ep.at[who], Kind.ADMISSION, f.price_admission.take(row), exempt, tally)
    kept = ep.fate[who] == Fate.RETAINED
    late = np.floor(p.extra_days * f.late_day_fen + 0.5).astype(np.int64).take(row[kept])
    bill(m, ep, who[kept], row[kept], Kind.LATE_DAYS, Setting.INPATIENT, late, 0, exempt[kept], tally)
    down = who[ep.fate[who] == Fate.DOWN]
    slot, terms = np.full(len(down), int(Slot.CENTRE)), np.ones(len(down), bool)
    rehab = np.full(len(down), round(p.rehab_price * 100.0))
    stay(m, ep, down, slot, Kind.REHAB, rehab, terms, tally)
    price = np.floor(p.repeat_tests_down * p.rehab_price * 100.0 * m.now.missing_tests + 0.5)
    again, row = np.full(len(down), int(price)), ep.facility[Slot.CENTRE].take(down)
    bill(m, ep, down, row, Kind.REPEAT_TESTS, Setting.REHAB, again, 0, terms, tally)

    paid = ep.oop_year - paid_before
    went = ep.follow_ups + (ep.first >= 0) + ep.within + ep.referred
    rank, rank_within = people.rank.take(ep.rows), people.rank_within.take(ep.rows)
    add_ranked(tally, ep.part, Sum.OOP, paid, rank, rank_within)
    add_ranked(tally, ep.part, Sum.VISITS, went, rank, rank_within)
    people.oop[ep.rows] += paid
    people.time[ep.rows] += ep.spent
    people.oop_year[ep.rows] = ep.oop_year
    people.fund_paid[:, ep.rows] = ep.fund_paid


def visits(m: Month, ep: Ill, who: Rows, slot: Column, tally: Tally) -> None:
    """A visit each to a facility, with a bill and a trip."""
    row = ep.pick(ep.facility, slot, who)
    price, exempt = m.f.price_visit.take(row), on_referral_terms(ep, who)
    bill(m, ep, who, row, Kind.VISIT, Setting.OUTPATIENT, price, 0, exempt, tally)
    spend_time(m, ep, who, slot, row)


def stay(
    m: Month, ep: Ill, who: Rows, slot: Column, kind: Kind, price: Column, exempt: Column, tally: Tally
) -> None:
    """Admissions or rehabilitations: a bill with the tier's deductible, and a trip."""
    row = ep.pick(ep.facility, slot, who)
    setting = Setting.REHAB if kind == Kind.REHAB else Setting.INPATIENT
    deductible = stay_deductible(m, ep, who, m.term(ep, who, row), setting, exempt)
    covered = price - price * m.f.uncovered_bp.take(row) // 10_000
    ep.deductible_paid[who] += np.minimum(deductible, covered)
    bill(m, ep, who, row, kind, setting, price, deductible, exempt, tally)
    spend_time(m, ep, who, slot, row)


def bill(
    m: Month,
    ep: Ill,
    who: Rows,
    row: Column,
    kind: Kind,
    setting: Setting,
    price: Column,
    deductible: Column,
    exempt: Column,
    tally: Tally,
) -> None:
    """A bill each: split it, add it to the sums of residents, facilities and referral chains (see
    rules.billing.split_bill)."""
    capped = Setting.OUTPATIENT if setting == Setting.OUTPATIENT else Setting.INPATIENT
    term = m.term(ep, who, row)
    room = np.maximum(0, m.cap[capped].take(term) - ep.fund_paid[capped][who])
    covered = price - price * m.f.uncovered_bp.take(row) // 10_000
    after = covered - np.minimum(deductible, covered)
    rate = m.rate[setting].ravel().take(exempt * (m.n_insurances * m.n_facilities) + term)
    fund = np.minimum(after * rate // 10_000, room)
    patient = price - fund
    ep.fund_paid[capped][who] += fund
    ep.oop_year[who] += patient
    add_bills(tally, ep, who, row, kind, (fund, patient))
    hospital = m.f.hospital.take(row)
    chain = np.flatnonzero(ep.referred[who] & (hospital >= 0))
    origin = ep.pick(ep.facility, ep.origin[who[chain]], who[chain])
    np.add.at(tally.chain, (origin, hospital[chain]), price[chain])


def spend_time(m: Month, ep: Ill, who: Rows, slot: Column, row: Column) -> None:
    """The worth of patients' time on the way (there and back) and in the waiting room (see
    rules.outcome.time_cost)."""
    minutes = 2.0 * ep.pick(ep.minutes, slot, who) + m.f.room_minutes.take(row)
    ep.spent[who] += np.floor(ep.minute_worth[who] * minutes * 100.0).astype(np.int64)
