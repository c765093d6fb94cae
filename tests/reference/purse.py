"""What a resident's month costs: every bill, and the time (phase 7)."""

from __future__ import annotations

from incentive_model.incentives.events import Kind, Setting
from incentive_model.rules.billing import split_bill
from incentive_model.rules.outcome import time_cost
from reference.episode import NONE, Fate, Slot
from reference.facility import Facility
from reference.resident import Resident


def settle(resident: Resident) -> None:
    """Pay for everything that happened to a resident this month, bill by bill."""
    if resident.model.month % 12 == 1:
        resident.fund_paid, resident.oop_year = [0, 0], 0
    e, p = resident.episode, resident.model.p
    if e.first != NONE:
        pay_visit(resident, e.first)
    if e.referred:
        pay_visit(resident, e.at)
    for _ in range(e.follow_ups):
        pay_visit(resident, Slot.CENTRE if e.returned else e.at)
    if e.admitted:
        here = resident.at(e.at)
        pay(resident, here, Kind.ADMISSION, here.price_admission, e.exempt)
        travel(resident, e.at)
    if e.fate == Fate.RETAINED:
        pay(resident, resident.at(e.at), Kind.LATE_DAYS, round(p.extra_days * p.day_price * 100), e.exempt)
    if e.fate == Fate.DOWN:
        pay(resident, resident.centre, Kind.REHAB, round(p.rehab_price * 100), True)
        travel(resident, Slot.CENTRE)


def pay_visit(resident: Resident, slot: int) -> None:
    """One visit: a bill and a trip."""
    here = resident.at(slot)
    pay(resident, here, Kind.VISIT, here.price_visit, resident.episode.exempt)
    travel(resident, slot)


def pay(resident: Resident, here: Facility, kind: Kind, price: int, exempt: bool) -> None:
    """Split one bill between fund and resident, under the yearly cap of its setting."""
    model, e = resident.model, resident.episode
    setting = Setting.OUTPATIENT if kind == Kind.VISIT else Setting.INPATIENT
    has_deductible = kind in (Kind.ADMISSION, Kind.REHAB)
    bill = split_bill(
        price,
        here.uncovered_bp,
        int(model.deductible[resident.insurance, here.tier]) if has_deductible else 0,
        int(model.tables.rate_bp[int(exempt), resident.insurance, here.tier, setting]),
        max(0, int(model.cap[resident.insurance, here.tier, setting]) - resident.fund_paid[setting]),
    )
    resident.fund_paid[setting] += bill.fund
    resident.oop += bill.patient
    resident.oop_year += bill.patient
    model.county.bills[here.row, resident.insurance, kind] += bill.fund, bill.patient
    if e.referred and here.tier >= 2:
        hospital = list(model.county.hospitals).index(here.row)
        model.county.chain[resident.at(e.first).row, hospital] += price


def travel(resident: Resident, slot: int) -> None:
    """One trip there and back, and the time in the waiting room."""
    here = resident.at(slot)
    minutes = 2.0 * resident.minutes[slot] + here.waiting_minutes * here.load
    resident.time += time_cost(resident.model.p, resident.income, minutes)
