"""Who falls ill, and how badly (phase 2)."""

import math
from typing import Any

from incentive_model.cards.short import fixed, fixed_by_age, uncertain
from incentive_model.rules.maths import by_age

M2 = "MODEL 2"
uncertain(
    "illness_rate",
    0.7873,
    (0.6, 0.9),
    "scale",
    "scale of the monthly chance of a new episode",
    M2,
    "F",
    symbol="ε",
    whose="place",
)
fixed_by_age(
    "onset", (0.40, 0.33, 0.52, 0.72), "a month", "chance of a new episode before scaling", "calibration 2.2"
)
fixed_by_age(
    "severe_share",
    (0.011, 0.010, 0.019, 0.038),
    "share",
    "share of new episodes that are severe",
    "calibration 2.2",
)
fixed_by_age(
    "moderate_share",
    (0.09, 0.09, 0.13, 0.17),
    "share",
    "share of new episodes that are moderate",
    "calibration 2.2",
)
uncertain(
    "severe_scale",
    0.80,
    (0.8, 1.2),
    "scale",
    "scale of the share of severe episodes",
    M2,
    "F",
    symbol="p_s",
    whose="place",
)
fixed(
    "specialty_severity",
    0.40,
    "severity",
    "severity from which an illness may belong to a specialty: moderate and severe ones",
    "SYS4",
)
fixed("season_amplitude", 0.15, "share", "winter peak of illness over its mean", M2)
uncertain(
    "chronic_onset",
    0.25,
    (0.1, 0.4),
    "share",
    "extra illness of an uncontrolled chronic patient",
    M2,
    whose="place",
)
uncertain(
    "chronic_severe",
    0.6,
    (0.2, 1.0),
    "share",
    "extra severity of an uncontrolled chronic patient",
    M2,
    whose="place",
)
fixed("emergency_share", 0.4, "share", "share of severe new episodes that are emergencies", M2)
uncertain(
    "control_gain",
    0.03,
    (0.01, 0.06),
    "a month",
    "gain of chronic control in a month with care",
    M2,
    whose="place",
)
uncertain(
    "control_loss",
    0.03,
    (0.01, 0.06),
    "a month",
    "loss of chronic control in a month without care",
    M2,
    whose="place",
)
fixed(
    "control_start",
    0.4464,
    "0–1",
    "chronic patients' control at the start: where it settles under the status quo",
    M2,
    "D",
)


def season(p: Any, month: int) -> float:
    """Seasonal factor of illness: 1 + amplitude·cos 2π(m−1)/12; January (month 1) is the peak."""
    return 1.0 + p.season_amplitude * math.cos(6.283185307179586 * (month - 1) / 12.0)


def onset_probability(p: Any, age: int, chronic: int, control: float, season_factor: float) -> float:
    """P(new episode this month) = ε·e_age·season·(1 + 0.25·chronic·(1−K))."""
    base = by_age(age, p.onset_0_14, p.onset_15_44, p.onset_45_59, p.onset_60_up)
    return p.illness_rate * base * season_factor * (1.0 + p.chronic_onset * chronic * (1.0 - control))


def severity(p: Any, age: int, chronic: int, control: float, u_class: float, u_within: float) -> float:
    """Severity in (0, 1) of a new episode: severe U(.70, 1), moderate U(.40, .70), else minor U(.05, .40).

    The severe share is p_s·(1 + 0.6·chronic·(½−K)).
    """
    severe = by_age(
        age, p.severe_share_0_14, p.severe_share_15_44, p.severe_share_45_59, p.severe_share_60_up
    )
    severe = p.severe_scale * severe * (1.0 + p.chronic_severe * chronic * (0.5 - control))
    moderate = by_age(
        age, p.moderate_share_0_14, p.moderate_share_15_44, p.moderate_share_45_59, p.moderate_share_60_up
    )
    if u_class < severe:
        return 0.70 + 0.30 * u_within
    if u_class < severe + moderate:
        return 0.40 + 0.30 * u_within
    return 0.05 + 0.35 * u_within


def control_next(p: Any, control: float, cared_for: bool) -> float:
    """Chronic control K after this month: K + 0.03(1−K) with any care, 0.97·K without."""
    if cared_for:
        return control + p.control_gain * (1.0 - control)
    return control * (1.0 - p.control_loss)
