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
)
uncertain("inducement_account", 0.7, (0.4, 1.0), "share", "how the shared account holds it back", M12)
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
)
uncertain("altruism_cv", 0.5, (0.2, 0.8), "ratio", "spread of altruism over its mean", "calibration 2.7")
uncertain(
    "uncovered_share",
    0.08,
    (0.05, 0.15),
    "share",
    "part of a bill outside insurance",
    "calibration 2.5",
    "M",
    symbol="u",
)
uncertain(
    "shift_cost",
    4.5,
    (3.0, 8.0),
    "scale",
    "conscience and control against moving a bill to the patient",
    M12,
    low=0.1,
)
fixed("shift_limit", 0.15, "share", "most of a bill that can be moved to the patient", M12)
fixed("harm_of_skimping", 0.3, "share", "loss of success by service below the indicated", M12)


class Service(NamedTuple):
    """How a facility serves and bills, given its account."""

    bill_factor: float
    effort: float
    uncovered: float


def intensity(p: Any, margin: float) -> float:
    """x = clip(½μ/(½ + ᾱ), −.10, .35)."""
    return clip(0.5 * margin / (0.5 + p.altruism_mean), p.inducement_low, p.inducement_high)


def bill_factor(p: Any, account_per_claim: float) -> float:
    """(1 + x)/(1 + x_FFS), μ = .35 − .7ρ: bills against those under plain fee for service.

    ``account_per_claim`` = −ρ is what a yuan claimed from the fund brings the facility's account.
    """
    now = intensity(p, p.inducement_margin + p.inducement_account * account_per_claim)
    return (1.0 + now) / (1.0 + intensity(p, p.inducement_margin))


def effort(p: Any, account_per_claim: float) -> float:
    """Factor of success: 1 − .3·max(0, −x); more service than indicated does not heal more."""
    now = intensity(p, p.inducement_margin + p.inducement_account * account_per_claim)
    return 1.0 - p.harm_of_skimping * max(0.0, -now)


def uncovered(p: Any, account_per_claim: float) -> float:
    """u = .08 + min(.15, ρ/(4.5(1+ᾱ))): a yuan moved from fund to patient leaves ρ more surplus."""
    shifted = -account_per_claim / (p.shift_cost * (1.0 + p.altruism_mean))
    return p.uncovered_share + min(p.shift_limit, max(0.0, shifted))


def service(p: Any, account_per_claim: float) -> Service:
    """What a facility decides each quarter: bills, effort and the part of a bill it moves to the patient."""
    return Service(
        bill_factor(p, account_per_claim), effort(p, account_per_claim), uncovered(p, account_per_claim)
    )
