"""What the insurer and the government care about."""

from incentive_model.incentives.accounts import CARE, Group, Purpose
from incentive_model.measures.measure import county_measure, measure
from incentive_model.measures.window import FUND, CountyWindow, Ratio, Window


@county_measure(
    "fund_spending",
    "insurer",
    "yuan a resident-year",
    "the funds' payments for care, surpluses and credits",
    "down",
)
def fund_spending(w: CountyWindow) -> Ratio:
    spent = [x for x in range(len(w.flows)) if x != Purpose.PREMIUMS]
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


@county_measure(
    "total_cost_per_capita", "system", "yuan a resident-year", "bills for care, subsidies and support", "down"
)
def total_cost_per_capita(w: CountyWindow) -> Ratio:
    return w.yuan(
        [*CARE, Purpose.SUBSIDY, Purpose.SUPPORT], [x for x in Group if x != Group.PHYSICIANS], Group
    ), w.resident_years
