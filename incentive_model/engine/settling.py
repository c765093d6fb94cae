"""Loop of phase 7: every bill of the month, in fen."""

import math

from incentive_model.engine.caring import on_referral_terms
from incentive_model.engine.columns import Fate, Row, Slot, Tally, World
from incentive_model.engine.seeking import stay_deductible
from incentive_model.incentives.events import Kind, Setting
from incentive_model.rules.billing import split_bill
from incentive_model.rules.outcome import time_cost


def settle(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 7: bill every visit and stay; the patient pays their part, the fund the rest."""
    p = w.p
    first_month_of_year = w.month % 12 == 1
    rehab = round(p.rehab_price * 100.0)
    for i in range(lo, hi):
        me, ep = w.residents[i], w.episodes[i]
        if first_month_of_year:
            me.oop_year = 0
            me.fund_paid[0] = 0
            me.fund_paid[1] = 0
        if ep.at < 0:
            continue
        exempt = on_referral_terms(ep)
        paid_before = me.oop_year
        if ep.first >= 0:
            visits(w, me, ep, ep.first, 1, exempt, tally)
            if ep.within == 1:
                visits(w, me, ep, Slot.CENTRE, 1, exempt, tally)
            if ep.referred == 1:  # the specialist's visit comes before any follow-up
                visits(w, me, ep, ep.at, 1, exempt, tally)
                repeat_tests(w, me, ep, ep.at, Setting.OUTPATIENT, exempt, tally)
            back = ep.at if ep.returned == 0 else Slot.CENTRE
            visits(w, me, ep, back, ep.follow_ups, exempt, tally)
        if ep.admitted == 1:
            row = me.facility[ep.at]
            stay(w, me, ep, ep.at, Kind.ADMISSION, w.facilities[row].price_admission, exempt, tally)
            if ep.fate == Fate.RETAINED:
                late = math.floor(p.extra_days * w.facilities[row].late_day_fen + 0.5)
                bill(w, me, ep, row, Kind.LATE_DAYS, Setting.INPATIENT, late, 0, exempt, tally)
            elif ep.fate == Fate.DOWN:
                stay(w, me, ep, Slot.CENTRE, Kind.REHAB, rehab, 1, tally)
                repeat_tests(w, me, ep, Slot.CENTRE, Setting.REHAB, 1, tally)
        me.oop += me.oop_year - paid_before


def visits(w: World, me: Row, ep: Row, slot: int, times: int, exempt: int, tally: Tally) -> None:
    """So many visits to one facility, each with a bill and a trip."""
    row = me.facility[slot]
    for _ in range(times):
        bill(w, me, ep, row, Kind.VISIT, Setting.OUTPATIENT, w.facilities[row].price_visit, 0, exempt, tally)
    spend_time(w, me, slot, row, times)


def stay(w: World, me: Row, ep: Row, slot: int, kind: int, price: int, exempt: int, tally: Tally) -> None:
    """An admission or rehabilitation: a bill with the tier's deductible, and a trip."""
    row = me.facility[slot]
    setting = Setting.REHAB if kind == Kind.REHAB else Setting.INPATIENT
    deductible = stay_deductible(w, me, w.facilities[row].tier, setting, exempt)
    me.deductible_paid += min(deductible, price - price * w.facilities[row].uncovered_bp // 10_000)
    bill(w, me, ep, row, kind, setting, price, deductible, exempt, tally)
    spend_time(w, me, slot, row, 1)


def repeat_tests(w: World, me: Row, ep: Row, slot: int, setting: int, exempt: int, tally: Tally) -> None:
    """Tests done again after a referral up or down, as far as the other side's results are missing."""
    p, row = w.p, me.facility[slot]
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
    insurance, tier = me.insurance, f[row].tier
    capped = Setting.OUTPATIENT if setting == Setting.OUTPATIENT else Setting.INPATIENT
    room = max(0, t.cap[insurance, tier, capped] - me.fund_paid[capped])
    split = split_bill(price, f[row].uncovered_bp, deductible, t.rate[exempt, insurance, tier, setting], room)
    me.fund_paid[capped] += split.fund
    me.oop_year += split.patient
    tally.bills[me.part, row, insurance, kind, 0] += split.fund
    tally.bills[me.part, row, insurance, kind, 1] += split.patient
    if ep.referred == 1 and f[row].hospital >= 0:
        tally.chain[me.facility[ep.origin], f[row].hospital] += price


def spend_time(w: World, me: Row, slot: int, row: int, trips: int) -> None:
    """The worth of a patient's time on the way (there and back) and in the waiting room."""
    f = w.facilities
    minutes = 2.0 * me.minutes[slot] + f[row].waiting_minutes * f[row].load
    me.time += trips * time_cost(w.p, me.income, minutes)
