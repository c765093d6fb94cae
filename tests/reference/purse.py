"""What a resident's month costs: every bill, and the time (phase 7)."""

from __future__ import annotations

import math

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
    missing = resident.model.tables.missing_tests
    if e.first != NONE:
        pay_visit(resident, e.first, e.emergency)
    if e.within:
        pay_visit(resident, Slot.CENTRE, e.emergency)
    if e.passed not in (NONE, e.first):  # a patient referred twice was seen in between
        pay_visit(resident, e.passed, e.exempt)
    if e.referred:
        pay_visit(resident, e.at, e.exempt)
        specialist = resident.at(e.at)
        again = nearest_fen(p.repeat_tests_up * specialist.price_visit * missing)
        pay(resident, specialist, Kind.REPEAT_TESTS, Setting.OUTPATIENT, again)
    for _ in range(e.follow_ups):
        pay_visit(resident, Slot.CENTRE if e.returned else e.at, e.exempt)
    if e.admitted:
        pay_stay(resident, e.at, Kind.ADMISSION, Setting.INPATIENT, resident.at(e.at).price_admission)
    if e.fate == Fate.RETAINED:
        late = nearest_fen(p.extra_days * resident.at(e.at).late_day_fen)
        pay(resident, resident.at(e.at), Kind.LATE_DAYS, Setting.INPATIENT, late)
    if e.fate == Fate.DOWN:
        pay_stay(resident, Slot.CENTRE, Kind.REHAB, Setting.REHAB, round(p.rehab_price * 100))
        again = nearest_fen(p.repeat_tests_down * p.rehab_price * 100.0 * missing)
        pay(resident, resident.centre, Kind.REPEAT_TESTS, Setting.REHAB, again)


def nearest_fen(fen: float) -> int:
    """Whole fen, halves up."""
    return math.floor(fen + 0.5)


def pay_visit(resident: Resident, slot: int, exempt: bool) -> None:
    """One visit: a bill, on a referral's terms (``exempt``) or without, and a trip."""
    here = resident.at(slot)
    resident.episode.visits += 1
    pay(resident, here, Kind.VISIT, Setting.OUTPATIENT, here.price_visit, exempt=exempt)
    travel(resident, slot)


def pay_stay(resident: Resident, slot: int, kind: Kind, setting: Setting, price: int) -> None:
    """One admission or rehabilitation: a bill with what is left to pay of a deductible, and a trip."""
    here = resident.at(slot)
    due = resident.deductible(here, setting, resident.episode.exempt)
    resident.episode.spared += int(resident.model.deductible[resident.insurance, here.grade]) - due
    covered = price - price * here.uncovered_bp // 10_000
    pay(resident, here, kind, setting, price, due)
    resident.deductible_paid += min(due, covered)
    travel(resident, slot)


def pay(
    resident: Resident,
    here: Facility,
    kind: Kind,
    setting: Setting,
    price: int,
    deductible: int = 0,
    exempt: bool | None = None,
) -> None:
    """Split one bill between fund and resident, under the yearly cap of its setting."""
    model, e = resident.model, resident.episode
    if exempt is None:
        exempt = e.exempt or setting == Setting.REHAB  # one comes to rehabilitation by a referral
    yearly = 0 if setting == Setting.OUTPATIENT else 1
    bill = split_bill(
        price,
        here.uncovered_bp,
        deductible,
        int(model.tables.rate_bp[int(exempt), resident.insurance, here.grade, setting]),
        max(0, int(model.cap[resident.insurance, here.grade, yearly]) - resident.fund_paid[yearly]),
    )
    resident.fund_paid[yearly] += bill.fund
    resident.oop += bill.patient
    e.paid += bill.patient
    resident.oop_year += bill.patient
    model.county.bills[here.row, resident.insurance, kind] += bill.fund, bill.patient
    if e.referred and here.row in model.county.hospitals and e.origin in Slot.PRIMARY:
        hospital = list(model.county.hospitals).index(here.row)
        model.county.chain[resident.at(e.origin).row, hospital] += price


def travel(resident: Resident, slot: int) -> None:
    """One trip there and back, and the time in the waiting room."""
    here = resident.at(slot)
    minutes = 2.0 * resident.minutes(slot) + here.waiting_minutes * here.load
    resident.time += time_cost(resident.model.p, resident.income, minutes)
