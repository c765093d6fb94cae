"""A sensitivity analysis: from evaluations to tables of indices, and what they say in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from incentive_model.analysis.sensitivity.evaluations import (
    Evaluations,
    Floats,
    Output,
    base_rows,
    dispersions,
)
from incentive_model.analysis.sensitivity.factor_info import FactorInfo
from incentive_model.analysis.sensitivity.found import LUCK, averages, found
from incentive_model.analysis.sensitivity.given import METHODS, Sample
from incentive_model.analysis.sensitivity.prim import boxes
from incentive_model.analysis.sensitivity.ranking import verdict
from incentive_model.analysis.sensitivity.regional import regional
from incentive_model.analysis.sensitivity.result import (
    BOXES,
    CONVERGENCE,
    INDICES,
    MAIN,
    SWINGS,
    THROUGH_TIME,
    Sensitivity,
)
from incentive_model.analysis.sensitivity.surrogate import fit, surrogate_sobol
from incentive_model.cards import Fault, InputError, nearest
from incentive_model.inputs.asked import Asked, Failing
from incentive_model.inputs.design import EXTENSIBLE, Design
from incentive_model.runs.designs import stretched

#: The fewest base rows that convergence is shown from.
FEWEST = 16
#: Replicates that an analysis of dispersion wants: two pairs.
DISPERSION = 4
#: Designs whose points, or some of them, are a random sample, for methods that work on given data.
RANDOM = ("sobol", "latin-hypercube", "sobol-sequence")
SURROGATE = "surrogate"
#: What of given data is told if nothing is asked for.
USUAL = ("rbd-fast", "pawn", "delta")
#: In words, what a ranking is by.
WORDS = {
    "total": "total index",
    "first": "first-order index",
    "shapley": "Shapley effect",
    "mu_star": "mean absolute elementary effect",
}
#: Hears which of the outputs is looked at.
Watch = Callable[[Sequence[Output]], Iterable[Output]]


def methods_of(design: Design, asked: Asked) -> tuple[str, ...]:
    """The methods that an analysis of a design uses.

    Raises:
        InputError: a design without an analysis, or a method that it is no sample for.
    """
    own = (design.method,) if design.method in MAIN and design.method not in RANDOM[1:] else ()
    given = (*METHODS, SURROGATE) if design.method in RANDOM else ()
    allowed = (*own, *given)
    if not allowed:
        kinds = ", ".join(MAIN)
        mend = "sweep tells effects and interactions of the others" if design.factors else ""
        raise InputError(Fault("design.method", repr(design.method), f"one of {kinds}, one-at-a-time", mend))
    for name in asked.methods:
        if name not in allowed:
            where, of = "sensitivity.methods", f"with design {design.method!r}: {', '.join(allowed)}"
            raise InputError(Fault(where, repr(name), of, nearest(name, allowed)))
    if asked.fails and not given:
        allowed_designs = f"fails with a design of {', '.join(RANDOM)}"
        raise InputError(Fault("sensitivity.fails", f"a design of {design.method}", allowed_designs))
    return asked.methods or own or USUAL


def analyse(
    evaluations: Evaluations,
    factors: Sequence[FactorInfo],
    *,
    title: str,
    asked: Asked | None = None,
    seed: int = 1,
    watch: Watch = iter,
) -> Sensitivity:
    """What outputs hang on.

    Args:
        evaluations: of a sampled design.
        factors: what is said of each.
        asked: which methods, how sure, what counts as failure.
        seed: of bootstraps and surrogates.
        watch: hears which output is at work.

    Raises:
        InputError: a method that the design is no sample for.
    """
    asked = asked or Asked()
    methods = methods_of(evaluations.design, asked)
    tables, notes = _Tables(), _Notes()
    verdicts: dict[str, str] = {}
    constant, settled, lost_rows, lost_replicates = [], True, 0, 0
    method, index = MAIN[evaluations.design.method]
    for output in watch(evaluations.outputs):
        if _constant(output.values):
            constant.append(output.name)
            verdicts[output.name] = (
                f"{output.name} is constant: it does not hang on anything that was varied."
            )
            continue
        several = output.values.shape[1] > 1
        need = 2 if several else 1
        rows = base_rows(output.values, evaluations.layout.base, need)
        lost_rows = max(lost_rows, evaluations.base_rows - len(rows.kept))
        lost_replicates = max(lost_replicates, rows.dropped_replicates)
        kinds = {"run": found(evaluations, output.values, mean=False)}
        if several:
            kinds["mean"] = found(evaluations, output.values, mean=True)
        if output.values.shape[1] >= DISPERSION and evaluations.design.method in ("sobol", "shapley"):
            spread = dispersions(output.values)
            if not _constant(spread):
                kinds["dispersion"] = found(evaluations, spread, mean=True)
        for of, some in kinds.items():
            for one in some:
                kind = evaluations.design.method
                tables.add("indices", [(output.name, of, kind, *x) for x in one.indices()])
        for name in (x for x in methods if x in METHODS or x == SURROGATE):
            with notes.told(f"{output.name}, {name}"):
                tables.add("indices", _given(evaluations, output, name, seed))
        candidates = [*kinds.get("mean", []), *kinds["run"]]
        main = next((x for x in candidates if any(kind == index for kind, _ in x.labels)), None)
        if main is None:
            given = tables.rows.get("indices", [])
            verdicts[output.name] = _by_given(output.name, given, method, index)
            continue
        ranked = main.ranked(index)
        shares = next((x for x in kinds.get("mean", []) if x.labels == [LUCK]), None)
        luck = None if shares is None else shares.numbers()[0]
        unsure = several and index != "mu_star" and main in kinds["run"]
        verdicts[output.name] = verdict(output.name, ranked, WORDS[index], luck, unsure=unsure)
        if asked.precision is not None:
            scale = ranked.values.max() if index == "mu_star" else 1.0
            settled = settled and ranked.settled(asked.precision * scale)
        if evaluations.design.method in EXTENSIBLE:
            tables.add("convergence", list(_convergence(evaluations, output, index)))
    for output in evaluations.through_time:
        if output.name not in constant:
            tables.add("through_time", list(_through_time(evaluations, output)))
    for failing in asked.fails:
        with notes.told(str(failing)):
            _failures(evaluations, failing, seed, tables)
    return Sensitivity(
        title=title,
        design=evaluations.design.method,
        factors=tuple(factors),
        outputs={output.name: output.unit for output in evaluations.outputs},
        base_rows=evaluations.base_rows - lost_rows,
        replicates=evaluations.replicates,
        runs=evaluations.runs,
        failed=evaluations.failed,
        dropped_base_rows=lost_rows,
        dropped_replicates=lost_replicates,
        constant=tuple(constant),
        indices=tables.table("indices", INDICES),
        through_time=tables.table("through_time", THROUGH_TIME),
        convergence=tables.table("convergence", CONVERGENCE),
        swings=pd.DataFrame(columns=list(SWINGS)),
        boxes=tables.table("boxes", BOXES),
        verdicts=verdicts,
        settled=settled,
        notes=tuple(notes),
    )


class _Notes(list[str]):
    """What could not be told, and why."""

    @contextmanager
    def told(self, what: str) -> Iterator[None]:
        """Have a method's refusal be told, and go on: the runs have been made."""
        try:
            yield
        except InputError as error:
            self.append(f"{what}: {error}")


class _Tables:
    """Rows of tables, as they come."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {}

    def add(self, name: str, rows: list[tuple[Any, ...]]) -> None:
        self.rows.setdefault(name, []).extend(rows)

    def table(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        return pd.DataFrame(self.rows.get(name, []), columns=list(columns))


def _constant(values: Floats) -> bool:
    there = values[np.isfinite(values)]
    return there.size == 0 or bool(np.ptp(there) == 0)


def _convergence(evaluations: Evaluations, output: Output, index: str) -> Iterator[tuple[Any, ...]]:
    """The main index of the first 16, 32, … base rows, and of all."""
    sizes = [2**k for k in range(31) if FEWEST <= 2**k < evaluations.base_rows]
    for size in [*sizes, evaluations.base_rows]:
        some = evaluations.first(size)
        values = output.values[: len(some.points)]
        kinds = found(some, values, mean=values.shape[1] > 1 and index != "mu_star")
        for x in (x for one in kinds for x in one.indices() if x.index == index):
            yield (output.name, size, *x)


def _through_time(evaluations: Evaluations, output: Output) -> Iterator[tuple[Any, ...]]:
    """Indices quarter by quarter."""
    for one in found(evaluations, output.values, mean=output.values.shape[1] > 1):
        for (index, factor), numbers in zip(one.labels, one.numbers(), strict=True):
            if index in ("first", "total", "luck"):
                for month, (value, low, high) in zip(evaluations.months, numbers.T, strict=True):
                    yield (output.name, month, index, factor, float(value), float(low), float(high))


class _Points(NamedTuple):
    """Points that are a random sample, with a finite average each."""

    cube: Floats
    points: pd.DataFrame
    values: Floats
    base: Any


def _random_points(evaluations: Evaluations, output: Output) -> _Points:
    """Of a Sobol design the two independent points of each base row, else every point."""
    layout = evaluations.layout
    means = averages(output.values)
    keep = np.isfinite(means)
    if evaluations.design.method == "sobol":
        together = len(layout.base) // evaluations.base_rows
        place = np.arange(len(layout.base)) % together
        keep &= (place == 0) | (place == together - 1)
    return _Points(layout.cube[keep], evaluations.points[keep], means[keep], layout.base[keep])


def _given(evaluations: Evaluations, output: Output, method: str, seed: int) -> list[tuple[Any, ...]]:
    """The indices of a method that works on given data.

    Raises:
        InputError: it cannot tell anything from these points.
    """
    names, some = evaluations.layout.names, _random_points(evaluations, output)
    if method != SURROGATE:
        found = METHODS[method](Sample(names, some.cube, some.values), seed)
        return [(output.name, "run", method, *index) for index in found]
    factors = list(evaluations.design.factors.values())
    learned = fit(some.points, some.values, seed, groups=some.base.tolist())
    found = surrogate_sobol(learned, lambda cube: stretched(factors, cube)[list(some.points)], names, seed)
    return [(output.name, "mean", SURROGATE, *index) for index in found]


def _by_given(output: str, rows: list[tuple[Any, ...]], method: str, index: str) -> str:
    """What an output hangs on, where only given data tell; a share below zero is zero within its error."""
    mine = [row for row in rows if row[0] == output]
    if not mine:
        return f"{output}: nothing can be told from the points that are left."
    own = [row for row in mine if (row[2], row[3]) == (method, index)]
    if not own:
        method, index = mine[0][2:4]
        own = [row for row in mine if row[2:4] == (method, index)]
    best = sorted(own, key=lambda row: -row[5])[:3]
    numbers = [(row[4], *(max(x, 0.0) for x in row[5:])) for row in best]
    shown = ", ".join(f"{name} ({value:.2f} [{low:.2f}, {high:.2f}])" for name, value, low, high in numbers)
    return f"{output} hangs most on {shown}, by {method} ({index})."


def _failures(evaluations: Evaluations, failing: Failing, seed: int, tables: _Tables) -> None:
    """What tells the points where a scheme fails from the others, and boxes that hold them."""
    output = next((x for x in evaluations.outputs if x.name == failing.output), None)
    if output is None:
        mend = nearest(failing.output, [x.name for x in evaluations.outputs])
        raise InputError(Fault("sensitivity.fails", failing.output, "one of the outputs", mend))
    some = _random_points(evaluations, output)
    fails = some.values < failing.limit if failing.below else some.values > failing.limit
    names = evaluations.layout.names
    rows = regional(names, some.cube, fails, seed)
    tables.add("indices", [(str(failing), "run", "regional", *x) for x in rows])
    for number, box in enumerate(boxes(some.points, fails), start=1):
        for limit in box.limits:
            ends = (limit.low, limit.high) if not limit.values else (" or ".join(limit.values), "")
            tables.add("boxes", [(str(failing), number, limit.factor, *ends, box.coverage, box.density)])
