"""Loop of phase 7: every bill of the month, in fen."""

from incentive_model.engine.columns import Tally, World
from incentive_model.incentives.events import Kind, Setting
from incentive_model.rules.billing import split_bill
from incentive_model.rules.outcome import time_cost

CENTRE = 1
REFERRED, UNREFERRED = 1, 2
RETAINED, DOWN = 1, 2


def settle(w: World, lo: int, hi: int, tally: Tally) -> None:
    """Phase 7: bill every visit and stay; the patient pays their part, the fund the rest."""
    r, e, f, p = w.residents, w.episodes, w.facilities, w.p
    first_month_of_year = w.month % 12 == 1
    day = round(p.day_price * 100.0)
    rehab = round(p.rehab_price * 100.0)
    for i in range(lo, hi):
        if first_month_of_year:
            r.oop_year[i] = 0
            r.fund_paid[i, 0] = 0
            r.fund_paid[i, 1] = 0
        at = e.at[i]
        if at < 0:
            continue
        row = r.facility[i, at]
        # terms of a referral hold for referred patients and for emergencies
        exempt = 1 if (e.referred[i] == 1 or e.emergency[i] == 1) else 0
        if e.bed_class[i] == REFERRED:
            exempt = 1
        paid_before = r.oop_year[i]
        visits_here = 0
        if e.first[i] >= 0:
            first = r.facility[i, e.first[i]]
            bill(w, i, first, Kind.VISIT, Setting.OUTPATIENT, f.price_visit[first], 0, exempt, tally)
            spend_time(w, i, e.first[i], first, 1)
            if e.referred[i] == 1:
                visits_here = 1
            if e.returned[i] == 1:
                centre = r.facility[i, CENTRE]
                for _ in range(e.follow_ups[i]):
                    bill(w, i, centre, Kind.VISIT, Setting.OUTPATIENT, f.price_visit[centre], 0, exempt, tally)
                spend_time(w, i, CENTRE, centre, e.follow_ups[i])
            else:
                visits_here += e.follow_ups[i]
            for _ in range(visits_here):
                bill(w, i, row, Kind.VISIT, Setting.OUTPATIENT, f.price_visit[row], 0, exempt, tally)
            spend_time(w, i, at, row, visits_here)
        if e.admitted[i] == 1:
            deductible = w.terms.deductible[r.insurance[i], f.tier[row]]
            bill(w, i, row, Kind.ADMISSION, Setting.INPATIENT, f.price_admission[row], deductible, exempt, tally)
            spend_time(w, i, at, row, 1)
            if e.fate[i] == RETAINED:
                late = day * int(p.extra_days)
                bill(w, i, row, Kind.LATE_DAYS, Setting.INPATIENT, late, 0, exempt, tally)
            elif e.fate[i] == DOWN:
                centre = r.facility[i, CENTRE]
                deductible = w.terms.deductible[r.insurance[i], 1]
                bill(w, i, centre, Kind.REHAB, Setting.INPATIENT, rehab, deductible, 1, tally)
                spend_time(w, i, CENTRE, centre, 1)
        r.oop[i] += r.oop_year[i] - paid_before


def bill(
    w: World, i: int, row: int, kind: int, setting: int, price: int, deductible: int, exempt: int, tally: Tally
) -> None:
    """One bill: split it, add it to the resident's and the facility's sums and to the referral chain's."""
    r, e, f, t = w.residents, w.episodes, w.facilities, w.terms
    insurance, tier = r.insurance[i], f.tier[row]
    room = max(0, t.cap[insurance, tier, setting] - r.fund_paid[i, setting])
    split = split_bill(price, f.uncovered_bp[row], deductible, t.rate[exempt, insurance, tier, setting], room)
    r.fund_paid[i, setting] += split.fund
    r.oop_year[i] += split.patient
    tally.bills[row, insurance, kind, 0] += split.fund
    tally.bills[row, insurance, kind, 1] += split.patient
    if e.referred[i] == 1 and f.hospital[row] >= 0:
        tally.chain[r.facility[i, e.first[i]], f.hospital[row]] += price


def spend_time(w: World, i: int, slot: int, row: int, trips: int) -> None:
    """The worth of a patient's time on the way (there and back) and in the waiting room."""
    r, f = w.residents, w.facilities
    minutes = 2.0 * r.minutes[i, slot] + f.waiting_minutes[row] * f.load[row]
    r.time[i] += trips * time_cost(w.p, r.income[i], minutes)
