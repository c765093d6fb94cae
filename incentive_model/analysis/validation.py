"""The model against what was observed: targets of a place, and patterns that should be seen there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from incentive_model.analysis.band import Band
from incentive_model.analysis.contrast import Values, Weights, contrast
from incentive_model.analysis.intervals import Interval, interval
from incentive_model.cards import Fault, InputError, indicators
from incentive_model.inputs.groups import breakdown_of
from incentive_model.runs.plan import BASELINE, Plan, plan_runs
from incentive_model.runs.pool import run_all, watched

if TYPE_CHECKING:
    from incentive_model.inputs.patterns import Pattern
    from incentive_model.inputs.place import Place
    from incentive_model.runs.run import Run

SCHEMA = 1
Kind = Literal["fit", "pattern", "holdout"]
COLUMNS = [
    "place", "id", "indicator", "unit", "value", "low", "high", "target", "tolerance", "above", "below",
    "inside", "n", "kind", "source", "verdict", "reason", "claim", "note",
]  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One target or pattern, and what the model gives.

    Attributes:
        id: of the target or pattern.
        claim: the pattern in words; blank for a target.
        weights: indicator → variant → weight. A target is its indicator under the status quo.
        per: the same, by which it is divided; empty: it is not.
        found: mean over replicates with its 95% interval, in ``unit``.
        inside: the share of replicates that lie in the band, each by itself.
        target, tolerance: middle and half of a closed band; None where it is open.
        band: where the whole interval should lie.
        share_of_seeds: what ``inside`` should reach, if anything.
        kind: ``fit``, ``pattern`` or ``holdout``.
        source, note: where it is from; what is known about why it holds or fails.
    """

    id: str
    claim: str
    weights: Mapping[str, Mapping[str, float]]
    per: Mapping[str, Mapping[str, float]]
    found: Interval
    inside: float
    target: float | None
    tolerance: float | None
    band: Band
    share_of_seeds: float | None
    kind: Kind
    source: str
    note: str

    @property
    def indicator(self) -> str:
        """The indicators it is made of."""
        return ", ".join(self.weights)

    @property
    def unit(self) -> str:
        """The indicators' unit; ``share`` for shares of several things and for what is
        divided; blank if they differ."""
        if self.per:
            return "share"
        units = {indicators()[name].unit for name in self.weights}
        if len(units) == 1:
            return units.pop()
        return "share" if all(unit.split()[0] == "share" for unit in units) else ""

    @property
    def reason(self) -> str:
        """Why it fails; blank if it passes."""
        why = self.band.why_not(self.found)
        if not why and self.share_of_seeds is not None and self.inside < self.share_of_seeds:
            why = f"{self.inside:.0%} of replicates lie in the band, {self.share_of_seeds:.0%} should"
        return why

    @property
    def verdict(self) -> Literal["pass", "fail"]:
        """``pass`` only if the whole interval lies in the band (and enough replicates do)."""
        return "fail" if self.reason else "pass"


@dataclass(frozen=True, eq=False)
class Validation:
    """A place's targets and patterns, tried.

    Attributes:
        request: everything that was asked, resolved in full.
        findings: one a target, then one a pattern, in the order of their files.
        skipped: patterns that could not be tried, and why.
    """

    request: dict[str, Any]
    findings: tuple[Finding, ...]
    skipped: dict[str, str]

    def table(self) -> pd.DataFrame:
        """One row a target or pattern: the rows of ``targets`` in ``validate --json``.

        Columns: place, id, indicator, unit, value, low, high, target, tolerance, above, below (ends of
        the band), inside (share of replicates in it), n, kind, source, verdict, reason, claim, note.
        """
        numbers = ["value", "low", "high", "target", "tolerance", "above", "below", "inside"]
        return pd.DataFrame(self.rows(), columns=COLUMNS).astype(dict.fromkeys(numbers, float))

    def rows(self) -> list[dict[str, Any]]:
        """The rows of :meth:`table`, with None for what cannot be had."""
        return [self._row(finding) for finding in self.findings]

    def _row(self, finding: Finding) -> dict[str, Any]:
        found, band = finding.found, finding.band
        ends = {"above": band.low, "below": band.high}
        return {
            "place": self.request["place"],
            "id": finding.id,
            "indicator": finding.indicator,
            "unit": finding.unit,
            **dict(zip(("value", "low", "high"), found[:3], strict=True)),
            "target": finding.target,
            "tolerance": finding.tolerance,
            **{name: end if abs(end) < float("inf") else None for name, end in ends.items()},
            "inside": finding.inside,
            "n": found.n,
            "kind": finding.kind,
            "source": finding.source,
            "verdict": finding.verdict,
            "reason": finding.reason,
            "claim": finding.claim,
            "note": finding.note,
        }


def validate(
    place: str | Path | Place = "yongan",
    *,
    replicates: int = 20,
    months: int = 60,
    burn_in: int = 12,
    seed: int = 1,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Validation:
    """The model against the place's targets and patterns.

    Args:
        place: a packaged name, a folder, or a :class:`Place` (which fixes the simulated population).
        replicates: repetitions with other luck; 2 or more, as verdicts need intervals.
        months, burn_in, seed, workers, progress: as in :func:`~incentive_model.analysis.comparison.compare`.
            Calibration draws from another seed, so that a fit is not tried on its own luck.

    Raises:
        InputError: an input cannot be used, or the place has neither targets nor patterns.
        RunFailed: a run failed; it names the run.
    """
    from incentive_model.inputs.place import Place, load_place

    county = place if isinstance(place, Place) else load_place(place)
    plan = plan_validation(county, replicates=replicates, months=months, burn_in=burn_in, seed=seed)
    return carry_out(plan, workers=workers, progress=progress)


def plan_validation(place: Place, *, replicates: int, months: int, burn_in: int, seed: int) -> Plan:
    """Every run that the place's targets and patterns need.

    Raises:
        InputError: nothing to be held against; a count out of its range.
    """
    if replicates == 1:
        raise InputError(Fault("replicates", "1", "2 or more", "a verdict needs an interval"))
    if place.targets is None and place.patterns is None:
        raise InputError(
            Fault(f"place {place.name}", "neither targets.csv nor patterns.toml", "what was observed there")
        )
    needed = sorted({name for _, pattern in _tried(place) for name in pattern.variants()} - {BASELINE})
    variants = [] if place.patterns is None else [place.patterns.variants[name] for name in needed]
    by = breakdown_of(variant.group for variant in variants if variant.group)
    return plan_runs(place, variants, replicates=replicates, months=months, burn_in=burn_in, seed=seed, by=by)


def carry_out(
    plan: Plan, *, workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Validation:
    """Make every run of a plan and judge targets and patterns; see :func:`validate`."""
    runs = run_all(plan.place, plan.requests, workers=workers)
    groups = {variant.name: variant.group for variant in plan.variants if variant.group}
    values = gathered(watched(runs, len(plan.requests), progress), groups)
    findings = (*_targets(plan.place, values), *_patterns(plan.place, values))
    patterns = {} if plan.place.patterns is None else plan.place.patterns.patterns
    skipped = {name: pattern.skip for name, pattern in patterns.items() if pattern.skip}
    return Validation(plan.request, findings, skipped)


def payload(validations: Iterable[Validation]) -> dict[str, Any]:
    """What ``validate --json`` prints; what cannot be had is None.

    Under ``targets`` one entry a target or pattern of every place (see :meth:`Validation.table`); under
    ``skipped`` the patterns that were not tried.
    """
    found = list(validations)
    return {
        "schema": SCHEMA,
        "targets": [row for one in found for row in one.rows()],
        "skipped": [
            {"place": one.request["place"], "id": name, "reason": reason}
            for one in found
            for name, reason in one.skipped.items()
        ],
    }


def gathered(runs: Iterable[Run], groups: Mapping[str, str]) -> dict[str, dict[int, dict[str, float | None]]]:
    """Variant → replicate → indicator → value, of everybody or of the variant's group of residents."""
    values: dict[str, dict[int, dict[str, float | None]]] = {}
    for run in runs:
        seen = {name: value for name, (value, _, _) in run.indicators.items()}
        if run.scheme in groups:
            assert run.breakdown is not None  # the plan asked for it
            of_group = run.breakdown[run.breakdown["group"] == groups[run.scheme]]
            seen = dict(zip(of_group["indicator"], of_group["value"], strict=True))
        values.setdefault(run.scheme, {})[run.replicate] = seen
    return values


def _tried(place: Place) -> Iterator[tuple[str, Pattern]]:
    """The patterns that are not skipped."""
    if place.patterns is not None:
        yield from ((name, x) for name, x in place.patterns.patterns.items() if not x.skip)


def _targets(place: Place, values: Values) -> Iterator[Finding]:
    rows = [] if place.targets is None else place.targets.to_dict("records")
    for row in rows:
        weights = {row["indicator"]: {BASELINE: 1.0}}
        band = Band.around(row["value"], row["tolerance"])
        yield _finding(
            values,
            id=row["id"],
            claim="",
            weights=weights,
            per={},
            target=row["value"],
            tolerance=row["tolerance"],
            band=band,
            share_of_seeds=None,
            kind=row["kind"],
            source=row["source"],
            note="",
        )


def _patterns(place: Place, values: Values) -> Iterator[Finding]:
    for name, pattern in _tried(place):
        yield judged(name, pattern, values)


def band_of(pattern: Pattern) -> Band:
    """Where a pattern should lie, ends excluded."""
    ends = {"low": pattern.above, "high": pattern.below}
    return Band(**{end: value for end, value in ends.items() if value is not None}, strict=True)


def judged(name: str, pattern: Pattern, values: Values) -> Finding:
    """A pattern against what some runs gave."""
    band = band_of(pattern)
    return _finding(
        values,
        id=name,
        claim=pattern.claim,
        weights=pattern.value,
        per=pattern.per,
        target=(band.low + band.high) / 2 if band.closed else None,
        tolerance=(band.high - band.low) / 2 if band.closed else None,
        band=band,
        share_of_seeds=pattern.share_of_seeds,
        kind=pattern.kind,
        source="; ".join(pattern.source),
        note=pattern.note,
    )


def _finding(values: Values, *, weights: Weights, per: Weights, band: Band, **rest: Any) -> Finding:
    by_replicate = contrast(values, weights, per).values()
    known = [value for value in by_replicate if value is not None]
    inside = sum(value in band for value in known) / len(known) if known else 0.0
    return Finding(weights=weights, per=per, found=interval(known), inside=inside, band=band, **rest)
