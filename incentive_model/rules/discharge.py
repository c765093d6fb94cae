"""A recovering inpatient: keep, send down or send home (phase 6)."""

from typing import Any, NamedTuple

from incentive_model.cards.short import fixed, uncertain
from incentive_model.rules.maths import clip

M8 = "MODEL 8"
fixed(
    "candidate_share", 0.28, "share", "scale of the share of inpatients who could recover elsewhere", M8, "D"
)
fixed("extra_days", 4.0, "days", "days a kept candidate stays on", M8)
fixed("rehab_days", 7.0, "days", "length of a rehabilitation episode at a centre", M8)
uncertain(
    "rehab_price",
    1200.0,
    (800.0, 2000.0),
    "yuan",
    "price of a rehabilitation episode at a centre",
    M8,
    whose="place",
)
fixed("day_price", 350.0, "yuan", "price of one more bed-day", M8, low=1.0)
uncertain(
    "late_day_margin",
    100.0,
    (75.0, 250.0),
    "yuan",
    "margin of a late bed-day under fee for service",
    M8,
    "F",
    symbol="M_day",
    whose="institutions",
)
uncertain(
    "scale_discharge",
    150.0,
    (75.0, 300.0),
    "yuan",
    "noise of the ward physician's decision",
    M8,
    low=0.01,
    whose="physicians",
)
fixed(
    "displaced_margin",
    300.0,
    "yuan a day",
    "margin of the admission a late bed-day displaces in a full house",
    M8,
)
fixed("displaced_margin_T3", 150.0, "yuan a day", "the same at the outside hospital", M8)
uncertain(
    "hassle_down",
    27.04,
    (20.0, 80.0),
    "yuan",
    "trouble of one referral down",
    M8,
    "F",
    symbol="H_d",
    whose="physicians",
)
fixed("platform_hassle_down", 0.6, "share", "trouble of a referral down the platform removes", M8)
fixed("criteria_hassle_down", 0.25, "share", "trouble of a referral down unified criteria remove", M8)
uncertain(
    "conscience_down",
    40.0,
    (20.0, 60.0),
    "yuan",
    "worth of rehabilitation to a fully altruistic physician",
    M8,
    whose="physicians",
)
uncertain(
    "conscience_home",
    30.0,
    (15.0, 45.0),
    "yuan",
    "cost of sending a candidate home to the same",
    M8,
    whose="physicians",
)
uncertain(
    "repute_gap",
    3.89,
    (3.0, 6.0),
    "utils",
    "how the hospital's better repute holds a patient",
    M8,
    "F",
    symbol="κ_rep",
    whose="physicians",
)
fixed("accept_down_trust", 3.0, "utils", "weight of trust in the centre against the hospital", M8)
fixed("accept_down_price", 0.002, "utils a yuan", "weight of the money a patient saves below", M8)
fixed("accept_down_travel", 0.02, "utils a minute", "weight of being nearer home", M8)
fixed("accept_down_contract", 0.5, "utils", "pull of a family-doctor contract", M8)
fixed("accept_down_platform", 0.3, "utils", "ease when the records travel along", M8)
fixed("accept_down_formulary", 0.3, "utils", "ease when the centre has the hospital's drugs", M8)
fixed(
    "repeat_tests_down",
    0.12,
    "share",
    "tests repeated after a referral down, of the price of rehabilitation",
    "MODEL 14",
)


class Retain(NamedTuple):
    """The ward physician's reasons to keep a candidate (yuan)."""

    late_days: float
    displaced: float
    shared_account: float
    promised: float


class SendDown(NamedTuple):
    """… to refer down (yuan)."""

    pay: float
    hassle: float
    conscience: float


class AcceptDown(NamedTuple):
    """The patient's reasons to accept rehabilitation at the centre (utils)."""

    repute: float
    trust: float
    price: float
    travel: float
    contract: float
    platform: float
    formulary: float


def candidate_probability(p: Any, severity: float) -> float:
    """0.28·(0.6 + 0.5s): about 27% of discharges."""
    return p.candidate_share * (0.6 + 0.5 * severity)


def retain(
    p: Any,
    outside: int,
    pass_on: float,
    day_margin: float,
    account_per_claim: float,
    day_price: float,
    promised: float,
    occupancy: float,
) -> Retain:
    """θ·n·(M_day − λ) + θ·n·account·P_day·F + promised, λ = 300·clip((occ−.85)/.15, 0, 1) (150 outside).

    ``day_price`` is what a late day is billed (350, or nothing under payment per case); ``promised``
    what the physician believes each kept candidate brings or costs (penalties, talks).
    """
    n = p.extra_days
    if outside == 1:
        displaced = p.displaced_margin_T3
    else:
        displaced = p.displaced_margin * clip((occupancy - 0.85) / 0.15, 0.0, 1.0)
    return Retain(
        late_days=pass_on * n * day_margin,
        displaced=-pass_on * n * displaced,
        shared_account=pass_on * n * account_per_claim * day_price * p.fund_part,
        promised=promised,
    )


def send_down(
    p: Any,
    pay: float,
    altruism: float,
    unaware: int,
    complex_process: int,
    platform: float,
    criteria: float,
) -> SendDown:
    """pay − H_d(0.4 + 0.8·unaware + 0.4·complex)(1 − .6·platform)(1 − .25·criteria) + 40α, ``pay`` as it is
    believed (MODEL 8)."""
    trouble = p.hassle_down * (0.4 + 0.8 * unaware + 0.4 * complex_process)
    return SendDown(
        pay=pay,
        hassle=-trouble
        * (1.0 - p.platform_hassle_down * platform)
        * (1.0 - p.criteria_hassle_down * criteria),
        conscience=p.conscience_down * altruism,
    )


def send_home(p: Any, altruism: float) -> float:
    """−30α: a candidate sent home without rehabilitation."""
    return -p.conscience_home * altruism


def accept_down(
    p: Any,
    attractiveness_here: float,
    attractiveness_centre: float,
    trust_centre: float,
    trust_here: float,
    cost_stay: float,
    cost_down: float,
    price_sensitivity: float,
    minutes_here: float,
    minutes_centre: float,
    contract: int,
    platform: float,
    formulary: float,
) -> AcceptDown:
    """−κ_rep(A_f−A_T1) + 3(τ_T1−τ_f) + 0.002·y^−½(OOP_stay−OOP_down) + 0.02·h(t_f−t_T1)
    + .5·contract + .3·platform + .3·formulary (MODEL 8).

    No free constant: with equal quality, trust and price the patient is indifferent but for travel.
    """
    return AcceptDown(
        repute=-p.repute_gap * (attractiveness_here - attractiveness_centre),
        trust=p.accept_down_trust * (trust_centre - trust_here),
        price=p.accept_down_price * price_sensitivity * (cost_stay - cost_down),
        travel=p.accept_down_travel * (minutes_here - minutes_centre),
        contract=p.accept_down_contract * contract,
        platform=p.accept_down_platform * platform,
        formulary=p.accept_down_formulary * formulary,
    )
