"""First contact (phase 3): a discrete choice over self-care and the facilities within reach."""

from typing import Any, NamedTuple

from incentive_model.cards.short import fixed, uncertain
from incentive_model.rules.maths import clip, sigma

M4 = "MODEL 4"
uncertain(
    "perception_bias",
    0.06,
    (0.0, 0.12),
    "severity",
    "how much severer an illness feels than it is",
    M4,
    whose="patients",
)
uncertain(
    "perception_noise",
    0.12,
    (0.06, 0.2),
    "severity",
    "spread of the severity people perceive",
    M4,
    whose="patients",
)
fixed("education_bias", 0.5, "share", "part of the bias that health education removes", M4)
fixed(
    "education_noise", 0.2, "share", "part of the spread that health education removes", "docs/decisions.md"
)
uncertain(
    "beta_quality",
    6.033,
    (4.0, 8.0),
    "utils",
    "weight of a facility's attractiveness, times severity",
    M4,
    "F",
    symbol="β_q",
    whose="patients",
)
uncertain(
    "beta_trust",
    1.5,
    (0.8, 2.5),
    "utils",
    "weight of trust",
    "calibration 2.8",
    symbol="β_τ",
    whose="patients",
)
uncertain(
    "beta_visit_price",
    0.005,
    (0.002, 0.01),
    "utils a yuan",
    "weight of what a visit costs the patient",
    "calibration 2.8",
    symbol="β_o",
    whose="patients",
)
uncertain(
    "beta_admission_price",
    0.0003,
    (0.0001, 0.0006),
    "utils a yuan",
    "weight of what an admission would cost the patient",
    M4,
    "F",
    symbol="β_i",
    whose="patients",
)
uncertain(
    "beta_travel",
    0.02,
    (0.01, 0.03),
    "utils a minute",
    "weight of travel time",
    "calibration 2.8",
    symbol="β_t",
    whose="patients",
)
uncertain(
    "beta_waiting_room",
    0.01,
    (0.005, 0.02),
    "utils a minute",
    "weight of waiting in the building",
    M4,
    symbol="β_w",
    whose="patients",
)
uncertain(
    "beta_appointment",
    0.03,
    (0.01, 0.06),
    "utils a day",
    "weight of days to an appointment",
    M4,
    symbol="β_d",
    whose="patients",
)
uncertain(
    "beta_contract",
    0.6,
    (0.2, 0.9),
    "utils",
    "pull of a family-doctor contract (−9 points of self-referral)",
    "calibration 2.3",
    "S",
    symbol="β_fd",
    whose="patients",
)
uncertain(
    "beta_habit",
    0.5,
    (0.2, 1.0),
    "utils",
    "pull of the facility used last",
    M4,
    symbol="β_h",
    whose="patients",
)
uncertain(
    "constant_T0",
    0.7,
    (0.2, 1.2),
    "utils",
    "what else speaks for a village clinic",
    M4,
    "F",
    symbol="ASC_T0",
    whose="patients",
)
uncertain(
    "constant_T1",
    0.0,
    (-0.5, 0.5),
    "utils",
    "what else speaks for a centre (the reference)",
    M4,
    "F",
    symbol="ASC_T1",
    whose="patients",
)
uncertain(
    "constant_T2",
    -0.2974,
    (-0.6, 0.5),
    "utils",
    "what else speaks for a county hospital",
    M4,
    "F",
    symbol="ASC_T2",
    whose="patients",
)
uncertain(
    "constant_T3",
    -0.10,
    (-0.6, 0.6),
    "utils",
    "what else speaks for the outside hospital",
    M4,
    "F",
    symbol="ASC_T3",
    whose="patients",
)
uncertain(
    "self_care_constant",
    3.458,
    (2.5, 4.2),
    "utils",
    "value of self-care for a trifle",
    M4,
    "F",
    symbol="a₀",
    whose="patients",
)
fixed("self_care_severity", 9.0, "utils", "loss of value of self-care with severity squared", M4)
uncertain(
    "travel_log_sd",
    0.5,
    (0.2, 0.8),
    "ratio",
    "spread of residents' travel times, of mean 1",
    "MODEL 1",
    whose="place",
)
fixed(
    "repeat_tests_up",
    0.06,
    "share",
    "tests repeated after a referral up, of the price of the specialist's visit",
    "MODEL 14",
)
uncertain(
    "gateway_weight",
    0.7,
    (0.3, 1.0),
    "share",
    "weight of the option of going up with a referral's terms",
    M4,
    whose="patients",
)


class Appeal(NamedTuple):
    """Utility of one facility for one resident, term by term (utils)."""

    quality: float
    trust: float
    visit_price: float
    admission_price: float
    travel: float
    waiting_room: float
    appointment: float
    tier: float
    contract: float
    habit: float


def perceived_severity(p: Any, severity: float, education: float, noise: float) -> float:
    """ŝ = clip(s + 0.06(1 − .5·education) + 0.12(1 − .2·education)·z, 0, 1) (MODEL 4)."""
    bias = p.perception_bias * (1.0 - p.education_bias * education)
    spread = p.perception_noise * (1.0 - p.education_noise * education)
    return clip(severity + bias + spread * noise, 0.0, 1.0)


def tier_constant(p: Any, tier: int) -> float:
    """The alternative-specific constant of a tier (utils)."""
    if tier == 0:
        return p.constant_T0
    if tier == 1:
        return p.constant_T1
    if tier == 2:
        return p.constant_T2
    return p.constant_T3


def appeal(
    p: Any,
    tier: int,
    severity: float,
    attractiveness: float,
    trust: float,
    visit_cost: float,
    expected_admission_cost: float,
    price_sensitivity: float,
    travel_minutes: float,
    waiting_minutes: float,
    appointment_days: float,
    contract: int,
    habitual: bool,
) -> Appeal:
    """V_f = β_q(0.35+ŝ)A_f + 2β_τ(τ_f−½) − β_o·o_f·y^−½(1−½ŝ) − β_i·P_bed·O_f·y^−½
    − β_t·t_f·h(1−0.6ŝ) − β_w·w_f·ℓ_f − β_d·D_f + ASC + [primary]β_fd·contract + β_h[habit = f] (MODEL 4).

    Args:
        severity: perceived severity ŝ.
        visit_cost: o_f, out-of-pocket of a visit in yuan, under the terms this person knows.
        expected_admission_cost: P_bed(ŝ)·O_f in yuan.
        price_sensitivity: y^−½, clipped to [½, 2].
        travel_minutes: t_f·h, one way.
        waiting_minutes: w_f·ℓ_f, in the building at last month's load.
        appointment_days: D_f.
    """
    primary_contract = p.beta_contract * contract if tier <= 1 else 0.0
    return Appeal(
        quality=p.beta_quality * (0.35 + severity) * attractiveness,
        trust=2.0 * p.beta_trust * (trust - 0.5),
        visit_price=-p.beta_visit_price * visit_cost * price_sensitivity * (1.0 - 0.5 * severity),
        admission_price=-p.beta_admission_price * expected_admission_cost * price_sensitivity,
        travel=-p.beta_travel * travel_minutes * (1.0 - 0.6 * severity),
        waiting_room=-p.beta_waiting_room * waiting_minutes,
        appointment=-p.beta_appointment * appointment_days,
        tier=tier_constant(p, tier),
        contract=primary_contract,
        habit=p.beta_habit if habitual else 0.0,
    )


def self_care(p: Any, severity: float) -> float:
    """V_self = a₀ − 9ŝ²."""
    return p.self_care_constant - p.self_care_severity * severity * severity


def gateway(p: Any, severity: float, value_referred: float, best_unreferred: float) -> float:
    """What a primary facility is worth as the way up:
    0.7·σ(10(ŝ−½))·min(2, (V_T2|referred − max V_T2|unreferred)⁺).
    """
    gain = clip(value_referred - best_unreferred, 0.0, 2.0)
    return p.gateway_weight * sigma(10.0 * (severity - 0.5)) * gain
