"""Treat or refer up (phase 4)."""

from typing import Any, NamedTuple

from incentive_model.cards.short import fixed, uncertain
from incentive_model.rules.maths import clip, sigma

M5 = "MODEL 5"
uncertain(
    "diagnosis_noise",
    0.14,
    (0.08, 0.2),
    "severity",
    "spread of a primary physician's diagnosis",
    M5,
    whose="physicians",
)
uncertain(
    "value_of_health",
    160.0,
    (100.0, 300.0),
    "yuan",
    "what a full success is worth to a fully altruistic physician",
    M5,
    "F",
    symbol="v_H",
    whose="physicians",
)
uncertain(
    "hassle_up",
    56.61,
    (30.0, 90.0),
    "yuan",
    "trouble of one referral up",
    M5,
    "F",
    symbol="h_u",
    whose="physicians",
)
uncertain(
    "scale_referral",
    20.0,
    (10.0, 40.0),
    "yuan",
    "noise of the decision to refer",
    M5,
    low=0.01,
    whose="physicians",
)
uncertain(
    "weight_wishes",
    12.0,
    (0.0, 25.0),
    "yuan",
    "weight of what the patient would rather",
    M5,
    whose="physicians",
)
uncertain(
    "account_attention",
    0.3,
    (0.1, 0.6),
    "share",
    "part of the shared account that one physician feels",
    M5,
    symbol="κ_acc",
    whose="physicians",
)
fixed("fund_part", 0.6, "share", "fund's part of a bill, as physicians reckon", "calibration 2.5", "D")
uncertain(
    "complex_share",
    0.5294,
    (0.31, 0.74),
    "share",
    "physicians who find the process complex",
    "Q04",
    "SEED",
    whose="place",
)
uncertain(
    "unaware_share",
    0.5882,
    (0.36, 0.78),
    "share",
    "physicians who do not know subordinate units",
    "Q04",
    "SEED",
    whose="place",
)
uncertain(
    "tie_share",
    0.25,
    (0.0, 0.5),
    "share",
    "primary physicians with a personal tie to a county hospital",
    "MODEL 1",
    whose="place",
)
uncertain(
    "outside_tie_share",
    0.05,
    (0.0, 0.2),
    "share",
    "hospital physicians who know a specialist outside the area at the start",
    "M25",
    whose="place",
)
fixed("chain_visits", 1.5, "visits", "specialist visits that follow a referral, as physicians reckon", M5)
uncertain(
    "accept_up_constant", 1.2, (0.6, 1.8), "utils", "a patient's readiness to go up", M5, whose="patients"
)
uncertain(
    "accept_up_severity",
    3.2,
    (2.0, 4.5),
    "utils",
    "how severity makes a patient accept",
    M5,
    whose="patients",
)
uncertain(
    "effort_cost",
    2.0,
    (0.0, 6.0),
    "yuan",
    "trouble of one more visit for a physician with too many",
    "MODEL 12",
    whose="physicians",
)
fixed("effort_load", 1.2, "ratio", "load beyond which a visit is such trouble", "MODEL 12")
fixed("criteria_diagnosis", 0.4, "share", "noise of diagnosis unified criteria remove", M5)
fixed("criteria_hassle_up", 0.3, "share", "trouble of a referral up unified criteria remove", M5)
fixed(
    "shared_diagnosis", 0.3, "share", "noise of diagnosis at a centre shared diagnostics remove", "MODEL 14"
)
fixed("platform_diagnosis", 0.3, "share", "noise of diagnosis the platform removes", M5)
fixed("platform_hassle_up", 0.5, "share", "trouble of a referral up the platform removes", M5)
fixed("tie_hassle_up", 0.4, "share", "trouble of a referral up a personal tie or a channel removes", M5)


class ReferOrTreat(NamedTuple):
    """The primary physician's reasons to refer rather than treat (yuan)."""

    patient_benefit: float
    referral_pay: float
    treatment_margin: float
    shared_account: float
    effort: float
    hassle: float
    patient_wishes: float


class AcceptUp(NamedTuple):
    """The patient's reasons to accept (utils)."""

    readiness: float
    preference: float
    severity: float


def diagnosed_severity(
    p: Any, severity: float, platform: float, criteria: float, diagnostics: float, noise: float
) -> float:
    """s_d = clip(s + 0.14(1 − .3·platform)(1 − .4·criteria)(1 − .3·diagnostics)·z, 0, 1) (MODEL 5, 14)."""
    spread = p.diagnosis_noise * (1.0 - p.platform_diagnosis * platform)
    spread *= (1.0 - p.criteria_diagnosis * criteria) * (1.0 - p.shared_diagnosis * diagnostics)
    return clip(severity + spread * noise, 0.0, 1.0)


def refer_or_treat(
    p: Any,
    diagnosed: float,
    altruism: float,
    gain: float,
    pass_on: float,
    margin_here: float,
    referral_pay: float,
    account_per_claim: float,
    attention: float,
    chain_revenue: float,
    price_here: float,
    follow_ups: float,
    load_here: float,
    complex_process: int,
    tie: float,
    platform: float,
    criteria: float,
    value_referred: float,
    value_here: float,
) -> ReferOrTreat:
    """Δ = α·v_H(½+s_d)·gain + Π_ref − Π_treat + account + effort − H
    + 12·clip((V_ref−V_f)/2, ±1) (MODEL 5).

    Args:
        gain: q(c_above, s_d) − q(c_f, s_d), of the chance of success.
        pass_on: θ, share of the facility's margin that reaches the physician.
        margin_here: yuan of margin a yuan of visits brings the facility.
        referral_pay: what the physician expects for one completed referral, already believed (yuan).
        account_per_claim: what a yuan claimed from the fund brings the facility's account (≤ 0).
        attention: κ_acc, part of that account that this physician feels.
        chain_revenue: ER, what the facility above will bill (yuan).
        follow_ups: ν(s_d), visits that would follow here.
        load_here: last month's visits over capacity.
        tie: how far a personal tie or a channel eases the way (0–1).
    """
    trouble = p.hassle_up * (0.4 + 1.2 * complex_process) * (1.0 - p.platform_hassle_up * platform)
    trouble *= (1.0 - p.criteria_hassle_up * criteria) * (1.0 - p.tie_hassle_up * tie)
    effort = p.effort_cost * (1.0 + follow_ups) if load_here > p.effort_load else 0.0
    return ReferOrTreat(
        patient_benefit=altruism * p.value_of_health * (0.5 + diagnosed) * gain,
        referral_pay=referral_pay,
        treatment_margin=-pass_on * margin_here * price_here * (1.0 + follow_ups),
        shared_account=pass_on * attention * account_per_claim * p.fund_part * (chain_revenue - price_here),
        effort=effort,
        hassle=-trouble,
        patient_wishes=p.weight_wishes * clip((value_referred - value_here) / 2.0, -1.0, 1.0),
    )


def referral_probability(p: Any, delta: float) -> float:
    """P(refer) = σ(Δ/20)."""
    return sigma(delta / p.scale_referral)


def accept_up(p: Any, diagnosed: float, value_referred: float, value_here: float) -> AcceptUp:
    """The patient accepts with σ(1.2 + V_T2|ref − V_f + 3.2(s_d − 0.4))."""
    return AcceptUp(
        readiness=p.accept_up_constant,
        preference=value_referred - value_here,
        severity=p.accept_up_severity * (diagnosed - 0.4),
    )
