"""Loop of phase 7: every bill of the month, in fen."""

from incentive_model.engine.caring import on_referral_terms
from incentive_model.engine.columns import Fate, Row, Slot, Tally, World
from incentive_model.incentives.events import Kind, Setting
from incentive_model.rules.billing import split_bill
from incentive_model.rules.outcome import time_cost


def settle(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 7: bill every visit and stay; the patient pays their part, the fund the rest."""
    p = w.p
    first_month_of_year = w.month % 12 == 1
    late = round(p.extra_days * p.day_price * 100.0)
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
            if ep.referred == 1:  # the specialist's visit comes before any follow-up
                visits(w, me, ep, ep.at, 1, exempt, tally)
            back = ep.at if ep.returned == 0 else Slot.CENTRE
            visits(w, me, ep, back, ep.follow_ups, exempt, tally)
        if ep.admitted == 1:
            row = me.facility[ep.at]
            stay(w, me, ep, ep.at, Kind.ADMISSION, w.facilities[row].price_admission, exempt, tally)
            if ep.fate == Fate.RETAINED:
                bill(w, me, ep, row, Kind.LATE_DAYS, Setting.INPATIENT, late, 0, exempt, tally)
            elif ep.fate == Fate.DOWN:
                stay(w, me, ep, Slot.CENTRE, Kind.REHAB, rehab, 1, tally)
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
    deductible = w.terms.deductible[me.insurance, w.facilities[row].tier]
    bill(w, me, ep, row, kind, Setting.INPATIENT, price, deductible, exempt, tally)
    spend_time(w, me, slot, row, 1)


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
    room = max(0, t.cap[insurance, tier, setting] - me.fund_paid[setting])
    split = split_bill(price, f[row].uncovered_bp, deductible, t.rate[exempt, insurance, tier, setting], room)
    me.fund_paid[setting] += split.fund
    me.oop_year += split.patient
    tally.bills[row, insurance, kind, 0] += split.fund
    tally.bills[row, insurance, kind, 1] += split.patient
    if ep.referred == 1 and f[row].hospital >= 0:
        tally.chain[me.facility[ep.first], f[row].hospital] += price


def spend_time(w: World, me: Row, slot: int, row: int, trips: int) -> None:
    """The worth of a patient's time on the way (there and back) and in the waiting room."""
    f = w.facilities
    minutes = 2.0 * me.minutes[slot] + f[row].waiting_minutes * f[row].load
    me.time += trips * time_cost(w.p, me.income, minutes)
