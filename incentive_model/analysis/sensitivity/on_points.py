"""What random points tell by themselves, whatever else a design has: methods on given data, and where a
scheme fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from incentive_model.analysis.sensitivity.evaluations import Evaluations, Floats, Output
from incentive_model.analysis.sensitivity.found import averages
from incentive_model.analysis.sensitivity.given import METHODS, Sample
from incentive_model.analysis.sensitivity.index import Index
from incentive_model.analysis.sensitivity.prim import boxes
from incentive_model.analysis.sensitivity.regional import regional
from incentive_model.analysis.sensitivity.surrogate import fit, surrogate_sobol
from incentive_model.inputs.asked import Failing
from incentive_model.runs.designs import stretched

SURROGATE = "surrogate"
#: Methods on given data.
GIVEN = (*METHODS, SURROGATE)
#: Designs whose points, or some of them, are a random sample.
RANDOM = ("sobol", "latin-hypercube", "sobol-sequence")


class Points(NamedTuple):
    """Points that are a random sample, and the average over replicates at each, all finite."""

    cube: Floats
    settings: pd.DataFrame
    values: Floats
    base: Any


def random_points(evaluations: Evaluations, output: Output) -> Points:
    """Of a Sobol design the two independent points of each base row, else every point."""
    layout = evaluations.layout
    means = averages(output.values)
    keep = np.isfinite(means)
    if evaluations.design.method == "sobol":
        together = len(layout.base) // evaluations.base_rows
        place = np.arange(len(layout.base)) % together
        keep &= (place == 0) | (place == together - 1)
    return Points(layout.cube[keep], evaluations.points[keep], means[keep], layout.base[keep])


def on_points(evaluations: Evaluations, output: Output, method: str, seed: int) -> list[Index]:
    """The indices of a method that works on given data.

    Raises:
        InputError: it cannot tell anything from these points.
    """
    names, some = evaluations.layout.names, random_points(evaluations, output)
    if method != SURROGATE:
        return METHODS[method](Sample(names, some.cube, some.values), seed)
    factors = list(evaluations.design.factors.values())
    learned = fit(some.settings, some.values, seed, groups=some.base.tolist())
    return surrogate_sobol(learned, lambda cube: stretched(factors, cube)[list(some.settings)], names, seed)


class Failures(NamedTuple):
    """Where a scheme fails.

    Attributes:
        distances: of each factor, between the points that fail and the others.
        limits: box, factor, low, high, coverage, density.
    """

    distances: list[Index]
    limits: list[tuple[Any, ...]]


def failures(evaluations: Evaluations, output: Output, failing: Failing, seed: int) -> Failures:
    """What tells the points where a scheme fails from the others, and boxes that hold them.

    Raises:
        InputError: too few points fail, or too few do not.
    """
    some = random_points(evaluations, output)
    fails = some.values < failing.limit if failing.below else some.values > failing.limit
    distances = regional(evaluations.layout.names, some.cube, fails, seed)
    return Failures(distances, list(_limits(some.settings, fails)))


def _limits(settings: pd.DataFrame, fails: Any) -> Iterator[tuple[Any, ...]]:
    for number, box in enumerate(boxes(settings, fails), start=1):
        for limit in box.limits:
            ends = (limit.low, limit.high) if not limit.values else (" or ".join(limit.values), "")
            yield (number, limit.factor, *ends, box.coverage, box.density)
