"""The score that pay depends on (M07): four KPIs, their weights and targets, and three forms of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card, uncertain
from incentive_model.incentives.events import ADMITTED, Count
from incentive_model.incentives.instrument import County, lever
from incentive_model.rules.maths import sigma

Floats = NDArray[np.float64]

FAMILY: Family = "performance evaluation"
WEIGHTS = ("first_contact", "two_way_referral", "rehab_referral", "satisfaction")
for _name, _weight, _what in zip(
    WEIGHTS,
    (0.2, 0.4, 0.3, 0.1),
    (
        "the first-contact rate",
        "the two-way referral rate",
        "the rehabilitation referral rate",
        "satisfaction",
    ),
    strict=True,
):
    lever_card(
        f"weight_{_name}",
        FAMILY,
        "share",
        f"weight of {_what} in the score",
        "M07",
        "A",
        _weight,
        (0.0, 1.0),
        (0.0, 1.0),
    )
lever_card(
    "evaluation_form",
    FAMILY,
    "word",
    "pay by how far targets are reached, by targets reached or missed, or by rank among one's like",
    "M07",
    "A",
    "linear",
    choices=("linear", "threshold", "tournament"),
)
for _name, _target, _what in (
    ("first_contact", 0.70, "first contacts of listed residents at primary care"),
    ("two_way_primary", 0.10, "needed referrals up and rehabilitation received, a primary visit"),
    ("two_way_hospital", 0.06, "referrals down, a discharge"),
    ("rehab", 0.30, "rehabilitation, a candidate"),
    ("satisfaction", 0.90, "treatments that succeed"),
):
    fixed(f"target_{_name}", _target, "rate", f"target of the score: {_what}", "MODEL 13", low=0.01)
uncertain(
    "threshold_spread",
    0.15,
    (0.05, 0.4),
    "share",
    "how unsure a unit is of reaching a target, as a part of it",
    "docs/decisions.md",
    low=0.001,
    whose="institutions",
)
uncertain(
    "rivalry_spread",
    0.10,
    (0.03, 0.3),
    "share",
    "how unsure a unit is of overtaking another, in points of the score",
    "docs/decisions.md",
    low=0.001,
    whose="institutions",
)


def score_weights(county: County, cases: Floats) -> Floats:
    """The four weights, by (facility, KPI). What a unit cannot be judged by (a hospital has no listed
    residents; a small unit may have no case) has no weight, and the others share it."""
    weights = np.where(cases > 0.0, np.array([lever(county, f"weight_{name}") for name in WEIGHTS]), 0.0)
    whole = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, whole, out=np.zeros_like(weights), where=whole > 0.0)


def score_targets(county: County) -> Floats:
    """Targets by (facility, KPI)."""
    p = county.p
    targets = np.empty((len(county.tier), len(WEIGHTS)))
    targets[:] = p.target_first_contact, p.target_two_way_primary, p.target_rehab, p.target_satisfaction
    targets[county.tier > 1, 1] = p.target_two_way_hospital
    return targets


def kpis(county: County) -> tuple[Floats, Floats]:
    """The four KPIs over the last twelve months and the cases they are taken over, by (unit's row, KPI)."""
    year = np.zeros_like(county.year)
    cells = county.unit[:, None] * year.shape[1] + np.arange(year.shape[1])
    np.add.at(year.ravel(), cells.ravel(), county.year.ravel())
    primary = county.tier <= 1
    above, below = np.empty((2, len(year), len(WEIGHTS)))
    rehab, down = year[:, Count.REHAB], year[:, Count.DOWN_REFERRAL]
    above[:, 0] = year[:, Count.LISTED_PRIMARY]
    above[:, 1] = np.where(primary, year[:, Count.UP_NEEDED] + rehab, down)
    above[:, 2] = np.where(primary, rehab, down)
    above[:, 3] = year[:, Count.SUCCESS]
    below[:, 0] = year[:, Count.LISTED_CONTACT]
    below[:, 1] = np.where(primary, year[:, Count.VISIT], year[:, ADMITTED].sum(axis=1))
    below[:, 2] = np.where(primary, year[:, Count.LISTED_CANDIDATE], year[:, Count.CANDIDATE])
    below[:, 3] = year[:, Count.TREATED]
    return np.where(below > 0.0, above / np.maximum(below, 1.0), 0.0), below


def short_of_two_way(county: County) -> NDArray[np.bool_]:
    """Units (at their own row) whose two-way referral rate of the last twelve months misses its target."""
    kpi, cases = kpis(county)
    return (
        _is_unit(county) & ~county.outside & (cases[:, 1] > 0.0) & (kpi[:, 1] < score_targets(county)[:, 1])
    )


def judged(county: County) -> Floats:
    """Part of its stake that each unit has earned, by the unit's row, under a linear or a threshold score."""
    kpi, cases = kpis(county)
    weights, targets = score_weights(county, cases), score_targets(county)
    if county.levers["evaluation_form"] == "threshold":
        reached = (kpi >= targets).astype(float)
    else:
        reached = np.minimum(1.0, kpi / targets)
    score = (weights * reached).sum(axis=1)
    score[weights.sum(axis=1) == 0.0] = 1.0  # nothing to judge: nothing is lost
    return np.minimum(1.0, score)


def points(county: County, kpi: Floats, weights: Floats) -> Floats:
    """What units are ranked by: Σ weight·KPI/target, by the unit's row."""
    return np.asarray((weights * kpi / score_targets(county)).sum(axis=1))


def rivals(county: County, tier: int, weights: Floats) -> NDArray[np.int64]:
    """Rows of the units of a tier that are ranked against each other: those with anything to judge."""
    return np.flatnonzero(
        _is_unit(county) & ~county.outside & (county.tier == tier) & (weights.sum(axis=1) > 0.0)
    )


def _is_unit(county: County) -> NDArray[np.bool_]:
    """Facilities that are evaluated by themselves, and not as a part of another."""
    return np.asarray(county.unit == np.arange(len(county.tier)))


def twice_rank_pay(score: Floats) -> NDArray[np.int64]:
    """Twice n·(part of the stake) that rank gives: 4(n − rank) + 2, ranks from 1, ties sharing theirs.

    Of n units the first gets 2 − 1/n of its stake, the last 1/n, so that equal stakes are all paid out.
    """
    better = (score[None, :] > score[:, None]).sum(axis=1)
    equal = (score[None, :] == score[:, None]).sum(axis=1)
    twice_rank = 2 * better + equal + 1
    return 4 * len(score) - 2 * twice_rank + 2


def slopes(county: County, kpi: Floats, weights: Floats) -> Floats:
    """What one more point of each KPI adds to the part of a stake that is earned, by (unit's row, KPI).

    * linear: w/target while the target is not reached;
    * threshold: w·σ'(x)/(spread·target), x = (KPI − target)/(spread·target): the chance to tip the scale;
    * tournament: 2·w/(n·target)·Σ over rivals of σ'((S − S_rival)/spread)/spread: the ranks it wins.
    """
    targets = score_targets(county)
    form = county.levers["evaluation_form"]
    if form == "linear":
        return np.where(kpi < targets, weights / targets, 0.0)
    if form == "threshold":
        width = county.p.threshold_spread * targets
        return weights * _density((kpi - targets) / width) / width
    score = points(county, kpi, weights)
    spread = county.p.rivalry_spread
    gain = np.zeros(len(score))
    for tier in (1, 2, 3):
        rows = rivals(county, tier, weights)
        if len(rows) > 1:
            ahead = _density((score[rows, None] - score[rows]) / spread) / spread
            np.fill_diagonal(ahead, 0.0)
            gain[rows] = 2.0 * ahead.sum(axis=1) / len(rows)
    return gain[:, None] * weights / targets


def _density(x: Floats) -> Floats:
    """σ'(x) = σ(x)(1 − σ(x))."""
    flat = [sigma(float(value)) for value in x.ravel()]
    s = np.array(flat).reshape(x.shape)
    return s * (1.0 - s)
