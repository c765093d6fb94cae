"""Phase 7: every bill of the month, in fen."""

import math

import numpy as np

from incentive_model.engine.caring import on_referral_terms
from incentive_model.engine.columns import Fate, Row, Slot, Tally, World
from incentive_model.engine.home import facility_of, minutes_to
from incentive_model.engine.seeking import stay_deductible
from incentive_model.incentives.events import Kind, Setting, Sum
from incentive_model.rules.billing import split_bill
from incentive_model.rules.outcome import time_cost


def pay_bills(w: World, me: Row, ep: Row, tally: Tally) -> None:
    """Phase 7: bill every visit and stay; the patient pays their part, the fund the rest."""
    if ep.at < 0:
        return
    p = w.p
    exempt = on_referral_terms(ep)
    paid_before = int(me.oop_year)
    went = ep.follow_ups
    if ep.first >= 0:  # a referral's terms hold from the referral on, in an emergency from the first
        visits(w, me, ep, ep.first, 1, ep.emergency, tally)
        if ep.within == 1:
            visits(w, me, ep, Slot.CENTRE, 1, ep.emergency, tally)
        if ep.onward > 0 and ep.origin != ep.onward:  # seen at the hospital that referred on
            visits(w, me, ep, ep.onward, 1, exempt, tally)
            went += 1
        if ep.referred == 1:  # the specialist's visit comes before any follow-up
            visits(w, me, ep, ep.at, 1, exempt, tally)
            repeat_tests(w, me, ep, ep.at, Setting.OUTPATIENT, exempt, tally)
        back = ep.at if ep.returned == 0 else Slot.CENTRE
        visits(w, me, ep, back, ep.follow_ups, exempt, tally)
        went += 1 + ep.within + ep.referred
    if ep.admitted == 1:
        row = facility_of(w, me, ep.at, ep.specialty)
        stay(w, me, ep, ep.at, Kind.ADMISSION, w.facilities[row].price_admission, exempt, tally)
        if ep.fate == Fate.RETAINED:
            late = math.floor(p.extra_days * w.facilities[row].late_day_fen + 0.5)
            bill(w, me, ep, row, Kind.LATE_DAYS, Setting.INPATIENT, late, 0, exempt, tally)
        elif ep.fate == Fate.DOWN:
            rehab = round(p.rehab_price * 100.0)
            stay(w, me, ep, Slot.CENTRE, Kind.REHAB, rehab, 1, tally)
            repeat_tests(w, me, ep, Slot.CENTRE, Setting.REHAB, 1, tally)
    paid = int(me.oop_year) - paid_before
    me.oop += paid
    add_ranked(me, Sum.OOP, paid, tally)
    add_ranked(me, Sum.VISITS, went, tally)


def add_ranked(me: Row, what: int, amount: int, tally: Tally) -> None:
    """Add to a sum over residents, and to the sums weighted by their ranks, which follow it in ``Sum``."""
    sums = tally.sums[me.part]
    sums[what] += amount
    sums[what + 1] += amount * int(me.rank)
    sums[what + 2] += amount * int(me.rank_within)


def visits(w: World, me: Row, ep: Row, slot: int, times: int, exempt: int, tally: Tally) -> None:
    """So many visits to one facility, each with a bill and a trip."""
    row = facility_of(w, me, slot, ep.specialty)
    for _ in range(times):
        bill(w, me, ep, row, Kind.VISIT, Setting.OUTPATIENT, w.facilities[row].price_visit, 0, exempt, tally)
    spend_time(w, me, ep, slot, row, times)


def stay(w: World, me: Row, ep: Row, slot: int, kind: int, price: int, exempt: int, tally: Tally) -> None:
    """An admission or rehabilitation: a bill with the tier's deductible, and a trip."""
    row = facility_of(w, me, slot, ep.specialty)
    setting = Setting.REHAB if kind == Kind.REHAB else Setting.INPATIENT
    f = w.facilities[row]
    deductible = stay_deductible(w, me, f.grade, setting, exempt)
    covered = price - price * f.uncovered_bp // 10_000
    me.deductible_paid = int(me.deductible_paid) + min(deductible, covered)
    bill(w, me, ep, row, kind, setting, price, deductible, exempt, tally)
    spend_time(w, me, ep, slot, row, 1)


def repeat_tests(w: World, me: Row, ep: Row, slot: int, setting: int, exempt: int, tally: Tally) -> None:
    """Tests done again after a referral up or down, as far as the other side's results are missing."""
    p, row = w.p, facility_of(w, me, slot, ep.specialty)
    if setting == Setting.REHAB:
        whole = p.repeat_tests_down * p.rehab_price * 100.0
    else:
        whole = p.repeat_tests_up * w.facilities[row].price_visit
    price = math.floor(whole * w.now.missing_tests + 0.5)
    bill(w, me, ep, row, Kind.REPEAT_TESTS, setting, price, 0, exempt, tally)


def bill(
    w: World,
    me: Row,
    ep: Row,
    row: int,
    kind: int,
    setting: int,
    price: int,
    deductible: int,
    exempt: int,
    tally: Tally,
) -> None:
    """One bill: split it, add it to the resident's and the facility's sums and to the referral chain's."""
    f, t = w.facilities, w.terms
    insurance, grade = me.insurance, f[row].grade
    capped = Setting.OUTPATIENT if setting == Setting.OUTPATIENT else Setting.INPATIENT
    room = max(0, t.cap[insurance, grade, capped] - int(me.fund_paid[capped]))
    split = split_bill(
        price, f[row].uncovered_bp, deductible, t.rate[exempt, insurance, grade, setting], room
    )
    me.fund_paid[capped] = int(me.fund_paid[capped]) + split.fund
    me.oop_year = int(me.oop_year) + split.patient
    paid = tally.bills[me.part, row, insurance, kind]
    paid[0] += split.fund
    paid[1] += split.patient
    if ep.referred == 1 and ep.origin <= Slot.CENTRE and f[row].hospital >= 0:
        tally.chain[facility_of(w, me, ep.origin, 0), f[row].hospital] += price


def spend_time(w: World, me: Row, ep: Row, slot: int, row: int, trips: int) -> None:
    """The worth of a patient's time on the way (there and back) and in the waiting room."""
    f = w.facilities
    minutes = 2.0 * minutes_to(w, me, slot, ep.specialty) + f[row].waiting_minutes * f[row].load
    me.time += trips * time_cost(w.p, np.float64(me.income), minutes)
