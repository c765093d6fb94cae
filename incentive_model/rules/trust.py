"""Trust, opinion, awareness (phase 9) and belief in promised pay (phase 10)."""

from typing import Any

from incentive_model.cards.short import fixed, uncertain

M10 = "MODEL 10"
uncertain(
    "trust_gain",
    0.12,
    (0.06, 0.2),
    "share",
    "part of the missing trust won by a success",
    M10,
    whose="patients",
)
uncertain(
    "trust_loss",
    0.24,
    (0.12, 0.4),
    "share",
    "part of trust lost by a failure (loss weight 2)",
    "calibration 2.8",
    "R",
    whose="patients",
)
uncertain(
    "trust_referral",
    0.05,
    (0.0, 0.1),
    "share",
    "part of missing trust a completed referral wins the referrer",
    M10,
    whose="patients",
)
uncertain("trust_return", 0.015, (0.0, 0.05), "a month", "drift back to the anchor", M10, whose="patients")
uncertain(
    "word_of_mouth",
    0.03,
    (0.0, 0.08),
    "a month",
    "pull of the neighbours' trust in their centre",
    M10,
    whose="patients",
)
fixed("trust_anchor_T0", 0.72, "0–1", "trust in the village clinic that experience drifts back to", M10)
fixed("trust_anchor_T1", 0.74, "0–1", "trust in the centre that experience drifts back to", M10)
fixed(
    "trust_anchor_T2", 0.82, "0–1", "trust in the parent county hospital that experience drifts back to", M10
)
fixed(
    "trust_anchor_T2_other",
    0.80,
    "0–1",
    "trust in another county hospital that experience drifts back to",
    M10,
)
fixed("trust_anchor_T3", 0.86, "0–1", "trust in the outside hospital that experience drifts back to", M10)
for _tier, _settled in (("T0", 0.7313), ("T1", 0.7843), ("T2", 0.8549), ("T2_other", 0.8423), ("T3", 0.8727)):
    fixed(
        f"trust_start_{_tier}",
        _settled,
        "0–1",
        "trust at the start: where it settles under the status quo (any other start drifts for years)",
        M10,
        "D",
    )
uncertain(
    "awareness_gain",
    0.02,
    (0.005, 0.05),
    "a month",
    "part of the unaware who hear of a scheme in force",
    M10,
    whose="patients",
)
uncertain(
    "awareness_contract",
    0.05,
    (0.0, 0.1),
    "a month",
    "more of it with a family-doctor contract",
    M10,
    whose="patients",
)
uncertain(
    "awareness_publicity",
    0.10,
    (0.02, 0.2),
    "a month",
    "more of it with publicity at full strength",
    M10,
    whose="patients",
)
uncertain(
    "awareness_neighbours",
    0.05,
    (0.0, 0.1),
    "a month",
    "pull of the neighbours' awareness",
    M10,
    whose="patients",
)
fixed("awareness_start", 0.3, "0–1", "awareness of referral policy at the start", M10)
uncertain(
    "belief_speed",
    0.25,
    (0.1, 0.5),
    "a month",
    "how fast physicians learn what is really paid",
    "MODEL 13",
    whose="physicians",
)
fixed("belief_start", 0.2, "0–1", "belief in a promise of a physician who does not follow policy", "MODEL 13")
fixed("belief_aware", 0.6, "0–1", "more of it for one who knows the other side", "MODEL 13")


def by_slot(slot: int, clinic: float, centre: float, parent: float, other: float, outside: float) -> float:
    """The value for a choice slot: own clinic, own centre, parent hospital, other hospital, outside."""
    if slot == 0:
        return clinic
    if slot == 1:
        return centre
    if slot == 2:
        return parent
    if slot == 3:
        return other
    return outside


def starting_trust(p: Any, slot: int) -> float:
    """Trust at the start in the facility of a choice slot."""
    return by_slot(
        slot,
        p.trust_start_T0,
        p.trust_start_T1,
        p.trust_start_T2,
        p.trust_start_T2_other,
        p.trust_start_T3,
    )


def trust_anchor(p: Any, slot: int) -> float:
    """τ⁰, to which trust in the facility of a choice slot drifts back."""
    return by_slot(
        slot,
        p.trust_anchor_T0,
        p.trust_anchor_T1,
        p.trust_anchor_T2,
        p.trust_anchor_T2_other,
        p.trust_anchor_T3,
    )


def trust_next(
    p: Any, trust: float, anchor: float, experience: int, referred: bool, opinion_pull: float
) -> float:
    """Trust in one facility after this month.

    τ + .12(1−τ) on success (experience 1), τ − .24τ on failure (−1); + .05(1−τ) for a primary
    facility whose referral was completed; then + .015(τ⁰−τ); then + ``opinion_pull``.
    """
    won = p.trust_gain if experience > 0 else 0.0  # no branches: which one comes cannot be foreseen
    lost = p.trust_loss if experience < 0 else 0.0
    thanked = p.trust_referral if referred else 0.0
    trust = trust + won * (1.0 - trust) - lost * trust
    trust += thanked * (1.0 - trust)
    trust += p.trust_return * (anchor - trust)
    return trust + opinion_pull


def awareness_next(
    p: Any, awareness: float, contract: int, publicity: float, in_force: bool, neighbours: float
) -> float:
    """a + (1−a)(.02 + .10·publicity + .05·contract)·[a scheme is in force] + .05(neighbours' mean − a)
    (MODEL 10)."""
    heard = 0.0
    if in_force:
        gain = p.awareness_gain + p.awareness_publicity * publicity + p.awareness_contract * contract
        heard = (1.0 - awareness) * gain
    return awareness + heard + p.awareness_neighbours * (neighbours - awareness)


def belief_next(p: Any, belief: float, realised: float) -> float:
    """b + .25(realised/announced − b): adaptive expectations."""
    return belief + p.belief_speed * (realised - belief)
