"""What the insurer and the government care about."""

from incentive_model.incentives.accounts import CARE, Group, Purpose
from incentive_model.measures.window import Ratio, Window, measure


@measure(
    "fund_spending",
    "insurer",
    "yuan a resident-year",
    "the funds' payments for care, surpluses and credits",
    "down",
)
def fund_spending(w: Window) -> Ratio:
    spent = [x for x in range(len(w.flows)) if x != Purpose.PREMIUMS]
    return w.yuan(spent, [Group.INSURER], Group) - w.yuan(spent, Group, [Group.INSURER]), w.resident_years


@measure("fund_balance", "insurer", "yuan a resident-year", "premiums less spending", "up")
def fund_balance(w: Window) -> Ratio:
    return w.position(Group.INSURER), w.resident_years


@measure(
    "fiscal_cost",
    "government",
    "yuan a resident-year",
    "the government's payments, net of what comes back",
    "down",
)
def fiscal_cost(w: Window) -> Ratio:
    return -w.position(Group.GOVERNMENT), w.resident_years


@measure(
    "referral_fund_spent", "government", "yuan a resident-year", "bonuses paid from the referral fund", "down"
)
def referral_fund_spent(w: Window) -> Ratio:
    return w.yuan([Purpose.REFERRAL_BONUS], [Group.GOVERNMENT], Group), w.resident_years


@measure(
    "total_cost_per_capita", "system", "yuan a resident-year", "bills for care, subsidies and support", "down"
)
def total_cost_per_capita(w: Window) -> Ratio:
    return w.yuan(
        [*CARE, Purpose.SUBSIDY, Purpose.SUPPORT], [x for x in Group if x != Group.PHYSICIANS], Group
    ), w.resident_years
