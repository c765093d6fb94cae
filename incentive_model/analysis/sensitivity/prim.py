"""Where a scheme fails: the patient rule induction method (PRIM, Friedman and Fisher 1999).

A box is a few limits on a few factors. It should hold most of the points that fail (coverage) and little
else (density). It is peeled: each step cuts a thin slice off one side, and every step is kept. Of
the boxes on the way, the one with the largest harmonic mean of coverage and density is taken; limits that
may be chance are given up (Bryant and Lempert 2010); and where a slice too many was cut it is pasted back.
The libraries that do this are licensed otherwise (PRIM), or bring a workbench along (ema_workbench).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.analysis.sensitivity.columns import is_number, words
from incentive_model.cards import Fault, InputError

Flags = NDArray[np.bool_]
#: Share of a box that one peel may cut.
PEEL = 0.05
#: A box with a smaller share of all points is not peeled any further.
LEAST_MASS = 0.02
#: A limit that chance explains with more than this probability is given up.
CHANCE = 0.05


@dataclass(frozen=True)
class Limit:
    """What a box allows of one factor.

    Attributes:
        low, high: the smallest and largest value it holds; None where that side is open, and for words.
        values: the values it holds, of a factor that is not a number; else empty.
        chance: probability that as many of the points held fail by luck, the factor being left free
            (one-sided binomial). The box was looked for, so it is a guide and no test.
    """

    factor: str
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    chance: float = math.nan

    def holds(self, column: pd.Series) -> Flags:
        """Which of the values lie within."""
        if self.values:
            return np.isin(words(column), self.values)
        x = column.to_numpy(np.float64)
        low = -math.inf if self.low is None else self.low
        return (x >= low) & (x <= (math.inf if self.high is None else self.high))


Limits = tuple[Limit, ...]


@dataclass(frozen=True, eq=False)
class Box:
    """Where points fail.

    Attributes:
        limits: of the factors that are restricted; empty if no box is better than all points.
        coverage: share of the points that fail which lie in the box.
        density: share of the points in the box which fail.
        mass: share of all points that lie in the box.
        trajectory: every step of the peeling: ``coverage``, ``density``, ``mass``, ``restricted`` (how many
            factors), ``cut`` (which factor this step cut); the first row is all points.
    """

    limits: Limits
    coverage: float
    density: float
    mass: float
    trajectory: pd.DataFrame

    def holds(self, points: pd.DataFrame) -> Flags:
        """Which of the points lie in the box."""
        return _inside(points, self.limits)


def box(points: pd.DataFrame, fails: Flags) -> Box:
    """The box in which points fail.

    Args:
        points: a row each, a column a factor: numbers, or words, or blanks (which are a word).
        fails: whether the point fails, for each row.

    Raises:
        InputError: none of the points fail, or all do.
    """
    fails = np.asarray(fails, bool)
    check_both_kinds(fails)
    steps: list[Limits] = [()]
    cuts = [""]
    while found := _best_peel(points, fails, steps[-1]):
        cuts.append(found[0])
        steps.append(found[1])
    trajectory = pd.DataFrame(
        [(*_merits(points, fails, step), len(step), cut) for step, cut in zip(steps, cuts, strict=True)],
        columns=["coverage", "density", "mass", "restricted", "cut"],
    )
    merit = _harmonic(trajectory["coverage"].to_numpy(), trajectory["density"].to_numpy())
    limits = steps[int(np.argmax(merit))]
    limits = _pasted(points, fails, _beyond_chance(points, fails, limits))
    limits = _beyond_chance(points, fails, limits)
    return Box(limits, *_merits(points, fails, limits), trajectory)


def boxes(points: pd.DataFrame, fails: Flags, most: int = 3) -> list[Box]:
    """One box after the other, each among the points that no earlier one holds.

    The coverage of each is of all the points that fail, so that they add up; density and mass are among
    the points that were left. It ends where no box is better than all that is left.

    Raises:
        InputError: none of the points fail, or all do.
    """
    fails = np.asarray(fails, bool)
    check_both_kinds(fails)
    found: list[Box] = []
    left = np.ones(len(fails), bool)
    while len(found) < most and fails[left].any() and not fails[left].all():
        next_box = box(points[left], fails[left])
        if not next_box.limits:
            break
        share = fails[left].sum() / fails.sum()
        found.append(replace(next_box, coverage=next_box.coverage * share))
        left &= ~next_box.holds(points)
    return found


def check_both_kinds(fails: Flags, least: int = 1) -> None:
    """There is something to tell apart.

    Raises:
        InputError: fewer than ``least`` points fail, or fewer than that do not.
    """
    failing = int(fails.sum())
    if min(failing, fails.size - failing) < least:
        found = f"{failing} of {fails.size} points that fail"
        allowed = f"at least {least} that fail and {least} that do not"
        raise InputError(Fault("fails", found, allowed, "move the threshold, or widen the factors"))


def _inside(points: pd.DataFrame, limits: Limits) -> Flags:
    inside = np.ones(len(points), bool)
    for limit in limits:
        inside &= limit.holds(points[limit.factor])
    return inside


def _merits(points: pd.DataFrame, fails: Flags, limits: Limits) -> tuple[float, float, float]:
    """Coverage, density, mass."""
    inside = _inside(points, limits)
    hits, held = int(fails[inside].sum()), int(inside.sum())
    return hits / int(fails.sum()), hits / held if held else 0.0, held / len(points)


def _harmonic(coverage: Any, density: Any) -> Any:
    return 2 * coverage * density / np.maximum(coverage + density, 1e-300)


def _with(limits: Limits, new: Limit) -> Limits:
    """The limits with one factor's put in place of what it was."""
    return (*(x for x in limits if x.factor != new.factor), new)


def _of(limits: Limits, factor: str) -> Limit:
    return next((x for x in limits if x.factor == factor), Limit(factor))


def _best_peel(points: pd.DataFrame, fails: Flags, limits: Limits) -> tuple[str, Limits] | None:
    """The factor cut, and the limits after it: most density gained for each point given up.

    For each point: a value of a factor with few values takes far more than a thin slice with it.
    """
    inside = _inside(points, limits)
    held = points[inside]
    hits, density = fails[inside], float(fails[inside].mean())
    best: tuple[float, Limit] | None = None
    for factor in points.columns:
        for limit in _peels(held[factor], _of(limits, str(factor))):
            kept = limit.holds(held[factor])
            if not LEAST_MASS * len(points) <= kept.sum() < len(held):
                continue
            gain = (float(hits[kept].mean()) - density) / float((~kept).mean())
            if gain > 0 and (best is None or gain > best[0]):
                best = gain, limit
    return (best[1].factor, _with(limits, best[1])) if best else None


def _peels(column: pd.Series, limit: Limit) -> Iterator[Limit]:
    """Every thin slice that can be cut off what the box holds of a factor."""
    if not is_number(column):
        held = sorted(set(words(column)))
        for word in held if len(held) > 1 else ():
            yield replace(limit, values=tuple(x for x in held if x != word))
        return
    x = np.sort(column.to_numpy(np.float64))
    cut = max(1, round(PEEL * len(x)))
    # equal values go together
    if len(above := x[x > x[cut - 1]]):
        yield replace(limit, low=float(above[0]))
    if len(below := x[x < x[-cut]]):
        yield replace(limit, high=float(below[-1]))


def _beyond_chance(points: pd.DataFrame, fails: Flags, limits: Limits) -> Limits:
    """The limits without those that may be chance, the likeliest given up first; with that probability."""
    from scipy.stats import binom

    while limits:
        inside = _inside(points, limits)
        weighed = []
        for limit in limits:
            freed = _inside(points, tuple(x for x in limits if x is not limit))
            chance = binom.sf(fails[inside].sum() - 1, inside.sum(), fails[freed].mean())
            weighed.append(replace(limit, chance=float(chance)))
        worst = max(weighed, key=lambda x: x.chance)
        if worst.chance <= CHANCE:
            return tuple(sorted(weighed, key=lambda x: x.chance))
        limits = tuple(x for x in weighed if x is not worst)
    return ()


def _pasted(points: pd.DataFrame, fails: Flags, limits: Limits) -> Limits:
    """The limits let out, slice by slice, thick ones first, while that makes the box better."""
    merit = _harmonic(*_merits(points, fails, limits)[:2])
    while True:
        trials = [_with(limits, wider) for limit in limits for wider in _pastes(points, limits, limit)]
        merits = [_harmonic(*_merits(points, fails, trial)[:2]) for trial in trials]
        if not trials or max(merits) <= merit:
            return limits
        merit = max(merits)
        limits = trials[merits.index(merit)]


def _pastes(points: pd.DataFrame, limits: Limits, limit: Limit) -> Iterator[Limit]:
    """The limit let out by a slice of the points that only it keeps out."""
    freed = points[_inside(points, tuple(x for x in limits if x is not limit))][limit.factor]
    if limit.values:
        for word in sorted(set(words(freed)) - set(limit.values)):
            yield replace(limit, values=(*limit.values, word))
        return
    x = np.sort(freed.to_numpy(np.float64))
    most = max(1, round(PEEL * int(limit.holds(freed).sum())))
    for slice_ in sorted({most, max(1, most // 3), 1}):
        if limit.low is not None and len(below := x[x < limit.low]):
            yield replace(limit, low=float(below[-min(slice_, len(below))]))
        if limit.high is not None and len(above := x[x > limit.high]):
            yield replace(limit, high=float(above[min(slice_, len(above)) - 1]))
