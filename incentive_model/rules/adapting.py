"""Slow moves of institutions (phase 10): hospitals quarterly, insurer and government yearly (MODEL 15)."""

from typing import Any

from incentive_model.cards.short import fixed, uncertain
from incentive_model.rules.maths import clip

M15 = "MODEL 15"
fixed(
    "hospital_learning",
    0.0,
    "share",
    "step by which a hospital tries what it passes on to its physicians each quarter (0: it does not)",
    M15,
)
fixed(
    "hospital_initiative",
    0.0,
    "0–1",
    "whether county hospitals lend experts on their own account where that pays (0: they do not)",
    M15,
)
uncertain(
    "lending_saving",
    0.03,
    (0.0, 0.08),
    "share",
    "part of the fund's claims that hospitals expect lent experts to save",
    "docs/decisions.md",
    whose="institutions",
)
fixed(
    "government_learning",
    0.0,
    "share",
    "part by which the government raises the referral bonus after a year below target with money left",
    M15,
)
fixed(
    "audit_after_deficit",
    0.0,
    "share",
    "kept candidates and refusals the insurer looks at in the year after a deficit",
    M15,
)

uncertain(
    "upgrade_capability",
    0.70,
    (0.65, 0.80),
    "0–1",
    "capability from which a centre may become a second-level hospital",
    "SYS2",
    whose="institutions",
)
fixed(
    "upgrade_beds",
    100.0,
    "beds",
    "beds that it needs: second-level hospitals have 100 to 499",
    "SYS2",
    "M",
    low=0.0,
)


def pass_on_step(p: Any, gain: float, last_step: float) -> float:
    """The next step of θ: on in the direction that paid, back from the one that did not.

    ±``hospital_learning``, with the sign of (gain · last step); the first try is upwards.

    Args:
        gain: what the quarter's surplus rose by against the quarter before, yuan; 0 if none was before.
        last_step: 0 if there was none.
    """
    if p.hospital_learning == 0.0:
        return 0.0
    if last_step == 0.0 or gain == 0.0:
        return p.hospital_learning
    return p.hospital_learning if (gain > 0.0) == (last_step > 0.0) else -p.hospital_learning


def lends(p: Any, account_per_claim: float, claims: float, lost_margin: float) -> bool:
    """Whether lending experts pays a hospital: ρ · saving · claims > lost margin.

    Args:
        account_per_claim: −ρ, what a yuan claimed from the fund brings the hospital's account.
        claims: of all care, yuan a month. ``lost_margin``: the same unit (:func:`lost_margin`).
    """
    if p.hospital_initiative == 0.0:
        return False
    return -account_per_claim * p.lending_saving * claims > lost_margin


def lost_margin(hours: float, margin: float, revenue: float, load: float) -> float:
    """Margin a hospital loses by lending a share ``hours`` of its clinic: only visits it could not see then.

    m · revenue · hours · clip((ℓ − (1 − hours))/hours, 0, 1), yuan a month.
    """
    if hours <= 0.0:
        return 0.0
    return margin * revenue * hours * clip((load - (1.0 - hours)) / hours, 0.0, 1.0)


def grades_up(p: Any, capability: float, beds: int) -> bool:
    """Whether a centre is graded a second-level hospital: it can do enough, and is large enough."""
    return capability >= p.upgrade_capability and beds >= p.upgrade_beds


def raised_bonus(p: Any, raised: float, reached: float, unspent: bool) -> float:
    """Factor of the referral bonus next year: more after a year in which less than half of the centres and
    hospitals reached their two-way target and money was left in the fund."""
    return raised * (1.0 + p.government_learning) if reached < 0.5 and unspent else raised
