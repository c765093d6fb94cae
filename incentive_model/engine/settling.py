"""Loop of phase 7: every bill of the month, in fen."""

from incentive_model.engine.columns import Row, Tally, World
from incentive_model.incentives.events import Kind, Setting
from incentive_model.rules.billing import split_bill
from incentive_model.rules.outcome import time_cost

CENTRE = 1
REFERRED, UNREFERRED = 1, 2
RETAINED, DOWN = 1, 2


def settle(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 7: bill every visit and stay; the patient pays their part, the fund the rest."""
    f, p = w.facilities, w.p
    first_month_of_year = w.month % 12 == 1
    late = round(p.extra_days * p.day_price * 100.0)
    rehab = round(p.rehab_price * 100.0)
    for i in range(lo, hi):
        me, ep = w.residents[i], w.episodes[i]
        if first_month_of_year:
            me.oop_year = 0
            me.fund_paid[0] = 0
            me.fund_paid[1] = 0
        at = ep.at
        if at < 0:
            continue
        row = me.facility[at]
        # terms of a referral hold for referred patients and for emergencies
        exempt = 1 if (ep.referred == 1 or ep.emergency == 1) else 0
        if ep.bed_class == REFERRED:
            exempt = 1
        paid_before = me.oop_year
        if ep.first >= 0:
            first = me.facility[ep.first]
            bill(w, me, ep, first, Kind.VISIT, Setting.OUTPATIENT, f[first].price_visit, 0, exempt, tally)
            spend_time(w, me, ep.first, first, 1)
            if ep.referred == 1:  # the specialist's visit comes before any follow-up
                bill(w, me, ep, row, Kind.VISIT, Setting.OUTPATIENT, f[row].price_visit, 0, exempt, tally)
                spend_time(w, me, at, row, 1)
            if ep.returned == 1:
                centre = me.facility[CENTRE]
                for _ in range(ep.follow_ups):
                    bill(
                        w,
                        me,
                        ep,
                        centre,
                        Kind.VISIT,
                        Setting.OUTPATIENT,
                        f[centre].price_visit,
                        0,
                        exempt,
                        tally,
                    )
                spend_time(w, me, CENTRE, centre, ep.follow_ups)
            else:
                for _ in range(ep.follow_ups):
                    bill(w, me, ep, row, Kind.VISIT, Setting.OUTPATIENT, f[row].price_visit, 0, exempt, tally)
                spend_time(w, me, at, row, ep.follow_ups)
        if ep.admitted == 1:
            deductible = w.terms.deductible[me.insurance, f[row].tier]
            bill(
                w,
                me,
                ep,
                row,
                Kind.ADMISSION,
                Setting.INPATIENT,
                f[row].price_admission,
                deductible,
                exempt,
                tally,
            )
            spend_time(w, me, at, row, 1)
            if ep.fate == RETAINED:
                bill(w, me, ep, row, Kind.LATE_DAYS, Setting.INPATIENT, late, 0, exempt, tally)
            elif ep.fate == DOWN:
                centre = me.facility[CENTRE]
                deductible = w.terms.deductible[me.insurance, 1]
                bill(w, me, ep, centre, Kind.REHAB, Setting.INPATIENT, rehab, deductible, 1, tally)
                spend_time(w, me, CENTRE, centre, 1)
        me.oop += me.oop_year - paid_before


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
