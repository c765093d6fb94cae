"""Follow-up visits, and returning an outpatient to primary care (phase 6)."""

from typing import Any, NamedTuple

from incentive_model.cards.short import fixed, uncertain
from incentive_model.rules.maths import clip

M6 = "MODEL 6"
fixed("follow_up_base", 0.35, "visits", "follow-up visits of the mildest case", M6)
fixed("follow_up_severity", 1.2, "visits", "more follow-up visits with severity", M6)
fixed("return_limit", 0.6, "severity", "outpatients milder than this can be returned", M6)
uncertain(
    "hassle_return", 40.0, (20.0, 60.0), "yuan", "trouble of returning an outpatient", M6, whose="physicians"
)
uncertain(
    "scale_return",
    30.0,
    (15.0, 60.0),
    "yuan",
    "noise of the decision to return an outpatient",
    M6,
    low=0.01,
    whose="physicians",
)
fixed("return_relief", 15.0, "yuan", "relief of a full clinic, at 15 points over 85% load", M6)
fixed("accept_return_constant", -0.5, "utils", "a patient's readiness to be returned", M6)
fixed("accept_return_trust", 3.0, "utils", "how trust in the centre makes a patient accept", M6)
fixed("accept_return_contract", 0.6, "utils", "how a family-doctor contract makes a patient accept", M6)
fixed("platform_hassle_return", 0.5, "share", "trouble of a return the platform removes", M6)
fixed("criteria_hassle_return", 0.2, "share", "trouble of a return unified criteria remove", M6)
fixed("return_credit_base", 60.0, "yuan", "revenue a returned outpatient stands for in a credit", M6)
fixed("return_bonus_share", 0.15, "share", "part of the referral bonus paid for a returned outpatient", M6)


class ReturnOrKeep(NamedTuple):
    """The specialist's reasons to return an outpatient (yuan)."""

    return_pay: float
    visit_margin: float
    shared_account: float
    hassle: float
    relief: float


class AcceptReturn(NamedTuple):
    """The outpatient's reasons to accept (utils)."""

    readiness: float
    trust: float
    contract: float


def follow_ups(p: Any, severity: float) -> float:
    """ν(s) = 0.35 + 1.2s: expected follow-up visits."""
    return p.follow_up_base + p.follow_up_severity * severity


def return_or_keep(
    p: Any,
    return_pay: float,
    pass_on: float,
    margin: float,
    price: float,
    visits: int,
    account_per_claim: float,
    platform: float,
    criteria: float,
    load: float,
) -> ReturnOrKeep:
    """Δ = pay − θ·m·p·n − θ·account·F·p·n − 40(1−.5·platform)(1−.2·criteria) + 15·clip((ℓ−.85)/.15, 0, 1),
    in yuan (MODEL 6).

    ``return_pay`` is what the physician believes a return brings; ``account_per_claim`` ≤ 0 is what
    a yuan claimed costs the hospital's account: visits that do not happen save it.
    """
    fund = p.fund_part * price * visits
    eased = (1.0 - p.platform_hassle_return * platform) * (1.0 - p.criteria_hassle_return * criteria)
    return ReturnOrKeep(
        return_pay=return_pay,
        visit_margin=-pass_on * margin * price * visits,
        shared_account=-pass_on * account_per_claim * fund,
        hassle=-p.hassle_return * eased,
        relief=p.return_relief * clip((load - 0.85) / 0.15, 0.0, 1.0),
    )


def accept_return(p: Any, trust_centre: float, contract: int) -> AcceptReturn:
    """The patient accepts with σ(−.5 + 3(τ_T1 − .7) + .6·contract)."""
    return AcceptReturn(
        readiness=p.accept_return_constant,
        trust=p.accept_return_trust * (trust_centre - 0.7),
        contract=p.accept_return_contract * contract,
    )
