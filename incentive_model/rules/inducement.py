"""Intensity of service, and how much of a bill is moved to the patient (MODEL 12)."""

from typing import Any, NamedTuple

from incentive_model.cards.short import fixed, uncertain
from incentive_model.rules.maths import clip

M12 = "MODEL 12"
uncertain(
    "inducement_margin",
    0.35,
    (0.2, 0.5),
    "share",
    "margin that drives service under fee for service",
    M12,
    symbol="μ",
    whose="institutions",
)
uncertain(
    "inducement_account",
    0.7,
    (0.4, 1.0),
    "share",
    "how the shared account holds it back",
    M12,
    whose="institutions",
)
uncertain(
    "income_target",
    0.0,
    (0.0, 1.0),
    "share",
    "weight of an income target against conscience in how intensely a facility serves",
    M12,
    whose="institutions",
)
fixed(
    "income_recovery",
    0.9,
    "share",
    "part of a lost margin that an income target makes good by more service",
    "calibration 2.7",
    "D",
)
fixed("inducement_low", -0.10, "share", "least intensity against the indicated", M12, low=-0.5, high=0.0)
fixed("inducement_high", 0.35, "share", "most intensity against the indicated", "calibration 2.7")
uncertain(
    "altruism_mean",
    0.78,
    (0.4, 1.2),
    "weight",
    "mean weight of the patient against own profit",
    "calibration 2.7",
    "S",
    symbol="ᾱ",
    whose="physicians",
)
uncertain(
    "altruism_cv",
    0.5,
    (0.2, 0.8),
    "ratio",
    "spread of altruism over its mean",
    "calibration 2.7",
    whose="physicians",
)
uncertain(
    "uncovered_share",
    0.08,
    (0.05, 0.15),
    "share",
    "part of a bill outside insurance",
    "calibration 2.5",
    "M",
    symbol="u",
    whose="place",
)
uncertain(
    "shift_cost",
    4.5,
    (3.0, 8.0),
    "scale",
    "conscience and control against moving a bill to the patient",
    M12,
    low=0.1,
    whose="institutions",
)
fixed("shift_limit", 0.15, "share", "most of a bill that can be moved to the patient", M12)
fixed("harm_of_skimping", 0.3, "share", "loss of success by service below the indicated", M12)


class Service(NamedTuple):
    """How a facility serves and bills."""

    bill_visit: float  #: a visit's bill over its list price
    bill_admission: float
    cost_admission: float  #: what an admission costs, over what its bill would lead to expect
    effort_visit: float  #: factor of success
    effort_admission: float
    uncovered: float  #: part of a bill outside insurance


def intensity(p: Any, margin: float) -> float:
    """x: service against the indicated, given what a yuan more of it brings.

    By conscience x = clip(½μ/(½ + ᾱ), −.10, .35); by an income target enough to make good 90% of the
    margin lost against fee for service, (1 + x₀)(1 + .9(μ₀/μ − 1)) − 1, in the same bounds; ``income_target``
    weighs the two.
    """
    x = clip(0.5 * margin / (0.5 + p.altruism_mean), p.inducement_low, p.inducement_high)
    if p.income_target == 0.0:
        return x
    usual = clip(0.5 * p.inducement_margin / (0.5 + p.altruism_mean), p.inducement_low, p.inducement_high)
    wanted = p.inducement_high
    if margin > 0.0:
        more = 1.0 + p.income_recovery * (p.inducement_margin / margin - 1.0)
        wanted = clip((1.0 + usual) * more - 1.0, p.inducement_low, p.inducement_high)
    return (1.0 - p.income_target) * x + p.income_target * wanted


def effort(p: Any, x: float) -> float:
    """Factor of success: 1 − .3·max(0, −x); more service than indicated does not heal more."""
    return 1.0 - p.harm_of_skimping * max(0.0, -x)


def uncovered(p: Any, account_per_claim: float) -> float:
    """u = .08 + min(.15, ρ/(4.5(1+ᾱ))): a yuan moved from fund to patient leaves ρ more surplus."""
    shifted = -account_per_claim / (p.shift_cost * (1.0 + p.altruism_mean))
    return p.uncovered_share + min(p.shift_limit, max(0.0, shifted))


def service(
    p: Any, account_per_claim: float, visit_margin: float, admission_margin: float, paid_by_case: bool
) -> Service:
    """What a facility decides each quarter: bills, costs, effort, and what of a bill it moves to the patient.

    Bills are list prices × (1+x)/(1+x₀), so that under fee for service they are the observed ones. An
    admission paid by case is billed its list price; what is saved is saved in its cost.

    Args:
        account_per_claim: −ρ, what a yuan claimed from the fund brings the facility's account.
        visit_margin, admission_margin: μ before the account, what a yuan more of service brings.
        paid_by_case: admissions earn the same whatever is done.
    """
    usual = 1.0 + intensity(p, p.inducement_margin)
    held_back = p.inducement_account * account_per_claim
    visit = intensity(p, visit_margin + held_back)
    admission = intensity(p, admission_margin + held_back)
    relative = (1.0 + admission) / usual
    return Service(
        bill_visit=(1.0 + visit) / usual,
        bill_admission=1.0 if paid_by_case else relative,
        cost_admission=relative if paid_by_case else 1.0,
        effort_visit=effort(p, visit),
        effort_admission=effort(p, admission),
        uncovered=uncovered(p, account_per_claim),
    )
