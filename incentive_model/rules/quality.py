"""What treatment achieves where, who needs a bed, and what a facility looks like from outside."""

from typing import Any

from incentive_model.cards.short import fixed, uncertain
from incentive_model.rules.maths import sigma

M3 = "MODEL 3"
uncertain(
    "quality_slope",
    9.0,
    (6.0, 12.0),
    "utils",
    "how fast success falls as severity outgrows capability",
    M3,
    whose="place",
)
uncertain(
    "quality_level",
    1.2,
    (0.8, 1.6),
    "utils",
    "log odds of success where severity equals capability",
    M3,
    whose="place",
)
uncertain(
    "weight_technical",
    0.568,
    (0.45, 0.68),
    "share",
    "weight of capability against infrastructure",
    "Q02",
    "SEED",
    whose="place",
)
fixed("bed_ceiling", 0.85, "share", "chance that the severest case needs a bed", M3)
fixed("bed_slope", 14.0, "per severity", "steepness of the need of a bed", M3)
fixed("bed_midpoint", 0.70, "severity", "severity at which half of the ceiling needs a bed", M3)
fixed("centre_bed_shift", 0.08, "severity", "a centre admits cases this much milder", M3)
fixed("centre_bed_limit", 0.75, "severity", "a centre admits no case severer than this", M3)
fixed("needed_gain", 0.08, "share", "gain of success from which a referral counts as needed", "MODEL 16")


def success(p: Any, capability: float, severity: float) -> float:
    """q(c, s) = σ(9(c−s) + 1.2): chance that treatment succeeds."""
    return sigma(p.quality_slope * (capability - severity) + p.quality_level)


def good_enough(p: Any, capability: float, severity: float) -> bool:
    """Whether treatment succeeds with at least 80%: q(c, s) ≥ 0.8 wherever 9(c−s) + 1.2 ≥ ln 4."""
    return p.quality_slope * (capability - severity) + p.quality_level >= 1.3862943611198906


def attractiveness(p: Any, perceived_capability: float, infrastructure: float) -> float:
    """A = 0.568·c̃ + 0.432·n: technical expertise against infrastructure, 80.77 : 61.54 [SEED Q02]."""
    return p.weight_technical * perceived_capability + (1.0 - p.weight_technical) * infrastructure


def perceived_capability(before: float, now: float, disclosure: float) -> float:
    """c̃ = c_prior + disclosure·(c − c_prior): what residents take a facility's capability to be (MODEL 3).

    ``before`` is the value at the start, which everybody knows by now.
    """
    return before + disclosure * (now - before)


def bed_need(p: Any, tier: int, severity: float) -> float:
    """Chance that a case needs a bed at a tier: 0.85·σ(14(s−0.70)) at hospitals; at a centre with
    s + 0.08 and only below 0.75; never at a clinic."""
    if tier == 0 or (tier == 1 and severity >= p.centre_bed_limit):
        return 0.0
    shift = p.centre_bed_shift if tier == 1 else 0.0
    return p.bed_ceiling * sigma(p.bed_slope * (severity + shift - p.bed_midpoint))


def gain_of_going_up(p: Any, capability_here: float, capability_above: float, severity: float) -> float:
    """q(c_above, s) − q(c_f, s): how much likelier treatment succeeds above."""
    return success(p, capability_above, severity) - success(p, capability_here, severity)


def referral_needed(p: Any, gain: float) -> bool:
    """Whether going up raises the chance of success by at least 0.08 (emergencies always need it)."""
    return gain >= p.needed_gain
