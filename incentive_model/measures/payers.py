"""What the insurer and the government care about."""

from incentive_model.incentives.accounts import CARE, Group, Purpose
from incentive_model.incentives.events import Count, Kind
from incentive_model.measures.measure import county_measure, measure
from incentive_model.measures.window import FUND, PATIENT, CountyWindow, Ratio, Window


@county_measure(
    "fund_spending",
    "insurer",
    "yuan a resident-year",
    "the funds' payments for care, surpluses and credits",
    "down",
)
def fund_spending(w: CountyWindow) -> Ratio:
    spent = [x for x in w.purposes if x != Purpose.PREMIUMS]
    return w.yuan(spent, [Group.INSURER], Group) - w.yuan(spent, Group, [Group.INSURER]), w.resident_years


@measure(
    "fund_claims",
    "insurer",
    "yuan a resident-year",
    "the funds' part of bills for care, before surpluses, credits and sums paid by the head",
    "down",
)
def fund_claims(w: Window) -> Ratio:
    return w.billed(FUND), w.resident_years


@county_measure("fund_balance", "insurer", "yuan a resident-year", "premiums less spending", "up")
def fund_balance(w: CountyWindow) -> Ratio:
    return w.position(Group.INSURER), w.resident_years


@county_measure(
    "fiscal_cost",
    "government",
    "yuan a resident-year",
    "the government's payments, net of what comes back",
    "down",
)
def fiscal_cost(w: CountyWindow) -> Ratio:
    return -w.position(Group.GOVERNMENT), w.resident_years


@county_measure(
    "referral_fund_spent", "government", "yuan a resident-year", "bonuses paid from the referral fund", "down"
)
def referral_fund_spent(w: CountyWindow) -> Ratio:
    return w.yuan([Purpose.REFERRAL_BONUS], [Group.GOVERNMENT], Group), w.resident_years


#: What payers pay for care with, beside bills.
BESIDE_BILLS = (
    Purpose.SUBSIDY,
    Purpose.SUPPORT,
    Purpose.CONTRACTS,
    Purpose.CHRONIC_CARE,
    Purpose.POSTING,
    Purpose.AUDIT,
)


@county_measure(
    "total_cost_per_capita",
    "system",
    "yuan a resident-year",
    "bills for care, sums paid by the head in their place, subsidies, contracts, support and audits",
    "down",
)
def total_cost_per_capita(w: CountyWindow) -> Ratio:
    payers = [x for x in Group if x != Group.PHYSICIANS]
    spent = w.yuan([*CARE, *BESIDE_BILLS], payers, Group)
    by_head = w.yuan([Purpose.CAPITATION], [Group.INSURER], Group)
    taken_back = w.yuan([Purpose.CAPITATION], Group, [Group.INSURER])
    return spent + by_head - taken_back, w.resident_years


@measure(
    "repeat_test_cost",
    "system",
    "yuan a resident-year",
    "bills for tests done again for want of the other side's results",
    "down",
    "E05",
)
def repeat_test_cost(w: Window) -> Ratio:
    return w.billed(FUND, PATIENT, kinds=[Kind.REPEAT_TESTS]), w.resident_years


@measure(
    "repeat_test_cost_up",
    "system",
    "yuan a referral",
    "the same at hospitals, a completed referral up",
    "down",
    "E05",
)
def repeat_test_cost_up(w: Window) -> Ratio:
    billed = w.billed(FUND, PATIENT, kinds=[Kind.REPEAT_TESTS], tiers=(2, 3))
    return billed, w.count(Count.UP_REFERRAL)


@measure(
    "repeat_test_cost_down",
    "system",
    "yuan a referral",
    "the same at centres, a completed referral down",
    "down",
    "E05",
)
def repeat_test_cost_down(w: Window) -> Ratio:
    billed = w.billed(FUND, PATIENT, kinds=[Kind.REPEAT_TESTS], tiers=(0, 1))
    return billed, w.count(Count.DOWN_REFERRAL)
