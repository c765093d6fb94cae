"""Where patterns hold: over the plausible ranges of all that is uncertain, and at the calibrated place.

A Latin hypercube is laid through the plausible ranges of every uncertain parameter (and of levers whose
strength no source says). At each of its points the place is run under every variant that the patterns need,
all with the same people and the same luck. A pattern holds at a point if its mean over the replicates lies in
its band.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest, ks_2samp, qmc

from incentive_model.analysis.contrast import Values, contrast
from incentive_model.analysis.intervals import LEVEL
from incentive_model.analysis.validation import Finding, judged
from incentive_model.cards import Fault, InputError, parameters
from incentive_model.inputs.groups import breakdown_of
from incentive_model.inputs.values import whole_number
from incentive_model.runs.plan import Plan, Request, plan_runs
from incentive_model.runs.pool import run_all, watched

if TYPE_CHECKING:
    from incentive_model.inputs.patterns import Pattern, Patterns
    from incentive_model.inputs.place import Place
    from incentive_model.inputs.variant import Variant
    from incentive_model.runs.run import Run

#: Points are written with so many digits, and are exactly what is written.
DIGITS = 4
#: So many points on either side are needed to say what decides, and so many names are told.
ENOUGH = 10
TOLD = 3
#: What a run is known by: all that it depends on, and how it is broken down.
Key = tuple[str, str | None]
#: Group ("": everybody) → indicator → value.
Seen = dict[str, dict[str, float | None]]


@dataclass(frozen=True, eq=False)
class RegionPlan:
    """Every run that tells where some patterns hold.

    Attributes:
        patterns: by id, without those that are skipped.
        cube: one row a point, one column a parameter or factor.
        here: the calibrated place, on many seeds.
        there: the points of the cube, in order.
        replicates: repetitions of each point.
    """

    patterns: dict[str, Pattern]
    cube: pd.DataFrame
    here: Plan
    there: tuple[Plan, ...]
    replicates: int

    @property
    def needed(self) -> set[str]:
        """The variants that the patterns need."""
        return {name for pattern in self.patterns.values() for name in pattern.variants()}

    @property
    def requests(self) -> list[Request]:
        """Every run, some of them alike but for their names."""
        needed = self.needed
        return [x for plan in (self.here, *self.there) for x in plan.requests if x.scheme.name in needed]

    @property
    def request(self) -> dict[str, Any]:
        """All that was asked, as plain data."""
        ends = {name: [float(self.cube[name].min()), float(self.cube[name].max())] for name in self.cube}
        asked = {"points": len(self.cube), "replicates": self.replicates, "seeds": self.here.replicates}
        return self.here.request | asked | {"drawn": ends}


@dataclass(frozen=True)
class Decider:
    """A parameter that differs between points where a pattern holds and where not.

    Attributes:
        distance: Kolmogorov–Smirnov, between its values there and here.
        p: of so large a distance by chance, times the number of parameters tried.
        higher: whether it is higher where the pattern holds (its median).
    """

    parameter: str
    distance: float
    p: float
    higher: bool


@dataclass(frozen=True)
class Region:
    """Where one pattern holds.

    Attributes:
        finding: the pattern at the calibrated place.
        points, holding: where it could be computed, and where it holds.
        share: of these points, with its 95% interval by Wilson; NaN without points.
        close: the share of points so near an end of the band that other luck may have decided otherwise.
        deciders: what decides, the strongest first; none where fewer than 10 points lie on a side.
    """

    finding: Finding
    points: int
    holding: int
    share: tuple[float, float, float]
    close: float
    deciders: tuple[Decider, ...]


@dataclass(frozen=True, eq=False)
class Regions:
    """Where patterns hold.

    Attributes:
        request: everything that was asked, resolved in full.
        points: one row a point; ``point`` (0 is the calibrated place), what was drawn (a factor that
            variants set differently there is NaN), and one column a pattern: its mean.
        drawn: the names of what was drawn.
        regions: one a pattern.
    """

    request: dict[str, Any]
    points: pd.DataFrame
    drawn: tuple[str, ...]
    regions: tuple[Region, ...]

    def table(self) -> pd.DataFrame:
        """One row a pattern.

        Columns: place, id, indicator, unit, above, below (the band), points, holding, share, share_low,
        share_high, close, value, low, high, n (at the calibrated place), verdict, reason, kind, source,
        claim, note.
        """
        return pd.DataFrame([self._row(region) for region in self.regions])

    def _row(self, region: Region) -> dict[str, Any]:
        finding, band = region.finding, region.finding.band
        return {
            "place": self.request["place"],
            "id": finding.id,
            "indicator": finding.indicator,
            "unit": finding.unit,
            "above": band.low if math.isfinite(band.low) else None,
            "below": band.high if math.isfinite(band.high) else None,
            "points": region.points,
            "holding": region.holding,
            **dict(zip(("share", "share_low", "share_high"), region.share, strict=True)),
            "close": region.close,
            **dict(zip(("value", "low", "high", "n"), finding.found, strict=True)),
            "verdict": finding.verdict,
            "reason": finding.reason,
            "kind": finding.kind,
            "source": finding.source,
            "claim": finding.claim,
            "note": finding.note,
        }

    def deciding(self) -> pd.DataFrame:
        """One row a pattern and parameter that decides. Columns: id, parameter, distance, p, higher."""
        rows = [(x.finding.id, *dataclasses.astuple(y)) for x in self.regions for y in x.deciders]
        return pd.DataFrame(rows, columns=["id", *(x.name for x in dataclasses.fields(Decider))])


def region_of(finding: Finding, values: pd.Series, cube: pd.DataFrame, replicates: int) -> Region:
    """Where a pattern holds, from its mean at the points of a cube; NaN where it could not be computed."""
    known = values.dropna()
    holds = np.array([float(value) in finding.band for value in known], bool)
    deciders: tuple[Decider, ...] = ()
    if min(holds.sum(), (~holds).sum()) >= ENOUGH:
        deciders = _deciders(cube.loc[known.index], holds)
    share = share_of(int(holds.sum()), len(known))
    return Region(finding, len(known), int(holds.sum()), share, _close(finding, known, replicates), deciders)


def _deciders(cube: pd.DataFrame, holds: NDArray[np.bool_]) -> tuple[Decider, ...]:
    """At most so many names as are told, and none that chance would give."""
    found = []
    for name, column in cube.items():
        there, elsewhere = column[holds], column[~holds]
        test = ks_2samp(there, elsewhere, method="asymp")
        p = min(1.0, float(test.pvalue) * cube.shape[1])
        higher = bool(there.median() > elsewhere.median())
        found.append(Decider(str(name), float(test.statistic), p, higher))
    found.sort(key=lambda x: (-x.distance, x.parameter))
    return tuple(x for x in found[:TOLD] if x.p < 1.0 - LEVEL)


def _close(finding: Finding, values: pd.Series, replicates: int) -> float:
    """The share of points nearer to an end of the band than luck reaches, as seen at the calibrated place."""
    found, band = finding.found, finding.band
    if values.empty or found.mean is None or found.low is None:
        return math.nan
    reach = (found.mean - found.low) * math.sqrt(found.n / replicates)
    near = [abs(values - end) < reach for end in (band.low, band.high) if math.isfinite(end)]
    return float(np.logical_or.reduce(near).mean())


def share_of(holding: int, points: int) -> tuple[float, float, float]:
    """A share with its 95% interval by Wilson; NaN without points."""
    if points == 0:
        return math.nan, math.nan, math.nan
    found = binomtest(holding, points).proportion_ci(LEVEL, method="wilson")
    return holding / points, float(found.low), float(found.high)


def hypercube(ranges: Mapping[str, tuple[float, float, bool]], points: int, seed: int) -> pd.DataFrame:
    """A Latin hypercube: one row a point, from 1, one column a name.

    Args:
        ranges: name → low, high, whether even in the logarithm.
    """
    even = qmc.LatinHypercube(len(ranges), rng=np.random.default_rng(seed)).random(points)
    columns = {}
    for k, (name, (low, high, in_log)) in enumerate(ranges.items()):
        drawn = low * (high / low) ** even[:, k] if in_log else low + (high - low) * even[:, k]
        columns[name] = [float(f"{x:.{DIGITS}g}") for x in drawn]
    return pd.DataFrame(columns, index=pd.RangeIndex(1, points + 1, name="point"))


def plausible() -> dict[str, tuple[float, float, bool]]:
    """The ranges of all uncertain parameters."""
    return {
        name: (*card.plausible, card.distribution == "loguniform")
        for name, card in parameters().items()
        if card.role == "uncertain" and card.plausible
    }


def plan_regions(
    place: Place,
    patterns: Patterns,
    *,
    points: int = 128,
    replicates: int = 1,
    seeds: int = 20,
    months: int = 36,
    burn_in: int = 12,
    seed: int = 2026,
) -> RegionPlan:
    """Every run that tells where ``patterns`` hold.

    Args:
        points: of the Latin hypercube.
        replicates: repetitions of each point with other luck; the same at every point.
        seeds: repetitions of the calibrated place, 2 or more.
        months, burn_in, seed: as in :func:`~incentive_model.analysis.comparison.compare`.

    Raises:
        InputError: a count out of its range; a pattern that cannot be had under some lever of the factors.
    """
    points = whole_number("points", points, 1)
    seeds = whole_number("seeds", seeds, 2)
    tried = {name: pattern for name, pattern in patterns.patterns.items() if not pattern.skip}
    if not tried:
        raise InputError(Fault(f"place {place.name}", "no pattern", "patterns to be tried"))
    variants = [patterns.variants[x] for x in sorted({x for one in tried.values() for x in one.variants()})]
    size: dict[str, Any] = {"months": months, "burn_in": burn_in, "seed": seed}
    by = breakdown_of(variant.group for variant in variants if variant.group)
    here = plan_runs(place, variants, replicates=seeds, by=by, **size)
    factors = {name: (low, high, False) for name, (low, high) in patterns.factors.items()}
    ranges = plausible()
    # Side by side, so that studies with other factors have the same parameters, and runs in common.
    cube = hypercube(ranges, points, seed).join(hypercube(factors, points, seed + 1))
    there = []
    for row in cube.to_dict("records"):
        strengths = {name: row[name] for name in factors}
        there.append(
            plan_runs(
                place,
                [_at(variant, strengths) for variant in variants],
                replicates=replicates,
                parameters={name: row[name] for name in ranges},
                by=by,
                **size,
            )
        )
    return RegionPlan(tried, cube, here, tuple(there), replicates)


def find_regions(
    plans: Sequence[RegionPlan],
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Regions]:
    """Make every run of some plans for one place, each run once, and say where their patterns hold.

    Raises:
        InputError: ``workers`` is not a whole number, 1 or more.
        RunFailed: a run failed; it names the run.
    """
    requests = {_key(request): request for plan in plans for request in plan.requests}
    runs = run_all(plans[0].here.place, list(requests.values()), workers=workers)
    seen = {_key(run): _seen(run) for run in watched(runs, len(requests), progress)}
    return [regions_of(plan, seen) for plan in plans]


def regions_of(plan: RegionPlan, seen: Mapping[Key, Seen]) -> Regions:
    """Where the patterns of a plan hold, from what its runs gave."""
    here = _values(plan, plan.here, seen)
    findings = {name: judged(name, pattern, here) for name, pattern in plan.patterns.items()}
    means = pd.DataFrame(
        [_means(plan.patterns, _values(plan, there, seen)) for there in plan.there], index=plan.cube.index
    )
    regions = tuple(
        region_of(finding, means[name], plan.cube, plan.replicates) for name, finding in findings.items()
    )
    drawn = tuple(map(str, plan.cube))
    first = plan.here.requests[0].parameters
    calibrated: dict[str, Any] = {name: first.get(name, _set(plan.here, name)) for name in drawn}
    calibrated |= {name: finding.found.mean for name, finding in findings.items()}
    points = pd.concat([pd.DataFrame(calibrated, index=[0], dtype=float), plan.cube.join(means)])
    return Regions(plan.request, points.rename_axis("point").reset_index(), drawn, regions)


def _means(patterns: Mapping[str, Pattern], values: Values) -> dict[str, float]:
    """Each pattern's mean over replicates; NaN where none could be computed."""
    found = {}
    for name, pattern in patterns.items():
        known = [x for x in contrast(values, pattern.value, pattern.per).values() if x is not None]
        found[name] = math.fsum(known) / len(known) if known else math.nan
    return found


def _at(variant: Variant, strengths: Mapping[str, float]) -> Variant:
    """A variant with the factors in the place of the levers it sets."""
    own = {name: value for name, value in strengths.items() if name in variant.scheme.levers}
    return dataclasses.replace(variant, scheme=variant.scheme.with_levers(**own)) if own else variant


def _set(plan: Plan, lever: str) -> float:
    """What the variants that set a lever set it to; NaN if they differ."""
    found = {float(x.scheme.levers[lever]) for x in plan.variants if lever in x.scheme.levers}
    return found.pop() if len(found) == 1 else math.nan


def _key(run: Request | Run) -> Key:
    """Runs that differ in the name of their variant alone are one."""
    if isinstance(run, Request):
        by = run.by
    else:
        by = None if run.breakdown is None else breakdown_of(run.breakdown["group"])
    return run.run_id.rsplit("-", 1)[1], by


def _seen(run: Run) -> Seen:
    seen: Seen = {"": {name: value for name, (value, _, _) in run.indicators.items()}}
    if run.breakdown is not None:
        for group, rows in run.breakdown.groupby("group", sort=False):
            seen[str(group)] = dict(zip(rows["indicator"], rows["value"], strict=True))
    return seen


def _values(plan: RegionPlan, part: Plan, seen: Mapping[Key, Seen]) -> Values:
    """Variant → replicate → indicator → value."""
    groups = {variant.name: variant.group for variant in part.variants}
    values: dict[str, dict[int, dict[str, float | None]]] = {name: {} for name in plan.needed}
    for request in part.requests:
        name = request.scheme.name
        if name in values:
            values[name][request.replicate] = seen[_key(request)][groups[name]]
    return values
