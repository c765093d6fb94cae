"""Health this month (phase 8): what is left unresolved, QALYs, expected death."""

import math
from enum import IntEnum
from typing import Any

from incentive_model.cards.short import fixed, fixed_by_age, uncertain
from incentive_model.rules.maths import by_age

M9 = "MODEL 9"
fixed_by_age("health", (0.98, 0.97, 0.93, 0.87), "utility", "health of a resident without an episode", M9)
fixed_by_age("life_left", (19.0, 17.0, 13.5, 8.5), "QALYs", "discounted QALYs a death takes", M9)
fixed("chronic_loss", 0.05, "utility", "loss of health of a chronic patient", M9)
fixed("resolved_loss", 0.4, "share", "part of an episode's loss felt when treatment succeeds", M9)
fixed("failed_loss", 1.0, "share", "part felt when it fails or the patient waits", M9)
fixed("untreated_loss", 0.7, "share", "part felt without treatment", M9)
fixed("inpatient_loss", 0.3, "share", "more of it as an inpatient", M9)
uncertain(
    "referred_quality",
    0.97,
    (0.94, 1.0),
    "factor",
    "success after a referral without the platform",
    M9,
    whose="place",
)
uncertain(
    "home_quality",
    0.93,
    (0.88, 1.0),
    "factor",
    "success of a candidate sent home without rehabilitation",
    M9,
    whose="place",
)
fixed("failure_severity", 0.08, "severity", "worsening after a failure", M9)
fixed("carry_trifle", 0.3, "share", "chance that a failed trifle (s ≤ .3) carries on", M9)
fixed("carry_inpatient", 0.25, "share", "chance that a failed admission carries on", M9)
fixed("carry_untreated", 0.3, "share", "chance that an untreated illness (s > .4) carries on", M9)
fixed("death_base", 0.0005, "an episode", "chance of death of any episode", M9)
fixed("death_severe", 0.03, "an episode", "more of it for the severest", M9)
fixed("death_failed", 4.0, "factor", "chance of death of the severe part after a failure or a wait", M9)
fixed("death_untreated", 3.0, "factor", "the same without treatment", M9)
fixed(
    "qaly_threshold",
    37_446.0,
    "yuan a QALY",
    "worth of a QALY (2017 yuan per DALY averted)",
    "calibration 2.10",
    "S",
    low=0.0,
)
fixed("time_worth", 0.5, "share of wage", "worth of a patient's hour", "MODEL 16", low=0.0)
fixed("work_hours", 2000.0, "hours a year", "hours behind a yearly income", "MODEL 16", low=1.0)


class Ending(IntEnum):
    """How an episode ended this month."""

    NONE = 0
    RESOLVED = 1
    FAILED = 2
    WAITING = 3
    UNTREATED = 4


def loss(severity: float) -> float:
    """d(s) = .04 + .35s²: loss of health of an unresolved episode."""
    return 0.04 + 0.35 * severity * severity


def month_qaly(
    p: Any, age: int, chronic: int, control: float, severity: float, ending: int, inpatient: bool
) -> float:
    """QALY of a month = [h_age − .05·chronic(1.3 − .6K) − L]/12; L = d(s)·(part of it felt)."""
    base = by_age(age, p.health_0_14, p.health_15_44, p.health_45_59, p.health_60_up)
    value = base - p.chronic_loss * chronic * (1.3 - 0.6 * control)
    if ending != Ending.NONE:
        felt = p.failed_loss
        if ending == Ending.RESOLVED:
            felt = p.resolved_loss
        elif ending == Ending.UNTREATED:
            felt = p.untreated_loss
        if inpatient:
            felt += p.inpatient_loss
        value -= loss(severity) * felt
    return value / 12.0


def death_probability(p: Any, severity: float, ending: int) -> float:
    """π = .0005 + .03·(s−.7)⁺/.3·(1 success, 4 failure or waiting, 3 untreated). Nobody is removed:
    death is an expected quantity."""
    if ending == Ending.NONE:
        return 0.0
    factor = p.death_failed
    if ending == Ending.RESOLVED:
        factor = 1.0
    elif ending == Ending.UNTREATED:
        factor = p.death_untreated
    return p.death_base + p.death_severe * max(severity - 0.7, 0.0) / 0.3 * factor


def life_lost(p: Any, age: int, probability: float) -> float:
    """QALYs an expected death takes, discounted once."""
    return probability * by_age(
        age, p.life_left_0_14, p.life_left_15_44, p.life_left_45_59, p.life_left_60_up
    )


def carried_severity(p: Any, severity: float, ending: int, inpatient: bool, u: float) -> float:
    """Severity carried into next month, 0 when the episode is over.

    A failed visit carries min(.98, s+.08) if s > .3, else with chance .3; a failed admission with
    chance .25; an untreated illness carries its severity with chance .3 if s > .4.
    """
    if ending == Ending.FAILED:
        chance = p.carry_inpatient if inpatient else (1.0 if severity > 0.3 else p.carry_trifle)
        return min(0.98, severity + p.failure_severity) if u < chance else 0.0
    if ending == Ending.UNTREATED and severity > 0.4 and u < p.carry_untreated:
        return severity
    return 0.0


def time_cost(p: Any, income: float, minutes: float) -> int:
    """Worth of a patient's time in fen: ½ of the hourly income, rounded down."""
    return math.floor(p.time_worth * income / p.work_hours / 60.0 * minutes * 100.0)
