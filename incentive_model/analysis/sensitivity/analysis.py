"""A sensitivity analysis: from evaluations to tables of indices, and what they say in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

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
from incentive_model.analysis.sensitivity.found import BY_BASE_ROWS, LUCK, Found, found
from incentive_model.analysis.sensitivity.index import Index
from incentive_model.analysis.sensitivity.on_points import GIVEN, RANDOM, SURROGATE, failures, on_points
from incentive_model.analysis.sensitivity.ranking import verdict
from incentive_model.analysis.sensitivity.result import (
    BOXES,
    CONVERGENCE,
    INDICES,
    MAIN,
    SWINGS,
    THROUGH_TIME,
    Sensitivity,
)
from incentive_model.cards import Fault, InputError, nearest
from incentive_model.inputs.asked import Asked
from incentive_model.inputs.design import DUMMY, Design

#: The fewest base rows that convergence is shown from.
FEWEST = 16
#: Replicates that an analysis of dispersion wants: two pairs.
DISPERSION = 4
#: What of given data is told if nothing is asked for.
USUAL = ("rbd-fast", "pawn")
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
        InputError: a design without an analysis, or something asked for that it cannot tell.
    """
    if all(factor.unseen for factor in design.factors.values()):
        raise InputError(Fault("design.factors", "nothing that the model sees", "a factor or more"))
    own = tuple(x for x in (*BY_BASE_ROWS, "fast") if x == design.method)
    given = GIVEN if design.method in RANDOM else ()
    allowed = (*own, *given)
    if not allowed:
        kinds = ", ".join((*MAIN, "one-at-a-time"))
        mend = "sweep tells effects and interactions of others"
        raise InputError(Fault("design.method", repr(design.method), f"one of {kinds}", mend))
    for name in asked.methods:
        if name not in allowed:
            told = f"with design {design.method!r}: {', '.join(allowed)}"
            raise InputError(Fault("sensitivity.methods", repr(name), told, nearest(name, allowed)))
    for key, there, designs in (
        ("fails", asked.fails, RANDOM),
        ("precision", asked.precision is not None, tuple(BY_BASE_ROWS)),
    ):
        if there and design.method not in designs:
            found, told = f"{key} with design {design.method!r}", f"{key} with {' or '.join(designs)}"
            raise InputError(Fault(f"sensitivity.{key}", found, told))
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
        seed: of random parts, bootstraps and surrogates.
        watch: hears which output is at work.

    Raises:
        InputError: something asked for that the design cannot tell.
    """
    analysis = _Analysis(evaluations, asked or Asked(), seed)
    for output in watch(evaluations.outputs):
        analysis.look_at(output)
    for output in evaluations.through_time:
        analysis.look_through_time(output)
    analysis.look_for_failures()
    return Sensitivity(
        title=title,
        design=evaluations.design.method,
        factors=tuple(factors),
        outputs={output.name: output.unit for output in evaluations.outputs},
        base_rows=evaluations.base_rows - analysis.lost_base_rows,
        replicates=evaluations.replicates,
        runs=evaluations.runs,
        failed=evaluations.failed,
        dropped_base_rows=analysis.lost_base_rows,
        dropped_replicates=analysis.lost_replicates,
        constant=tuple(analysis.constant),
        indices=pd.DataFrame(analysis.indices, columns=list(INDICES)),
        through_time=pd.DataFrame(analysis.through_time, columns=list(THROUGH_TIME)),
        convergence=pd.DataFrame(analysis.convergence, columns=list(CONVERGENCE)),
        swings=pd.DataFrame(columns=list(SWINGS)),
        boxes=pd.DataFrame(analysis.boxes, columns=list(BOXES)),
        verdicts=analysis.verdicts,
        settled=analysis.settled,
        notes=tuple(analysis.notes),
    )


class _Analysis:
    """What has been found so far; rows as in :mod:`~incentive_model.analysis.sensitivity.result`."""

    def __init__(self, evaluations: Evaluations, asked: Asked, seed: int) -> None:
        self.evaluations, self.asked, self.seed = evaluations, asked, seed
        self.method, self.index = MAIN[evaluations.design.method]
        self.given = [x for x in methods_of(evaluations.design, asked) if x in GIVEN]
        self.indices: list[tuple[Any, ...]] = []
        self.through_time: list[tuple[Any, ...]] = []
        self.convergence: list[tuple[Any, ...]] = []
        self.boxes: list[tuple[Any, ...]] = []
        self.verdicts: dict[str, str] = {}
        self.constant: list[str] = []
        self.notes: list[str] = []
        self.lost_base_rows = self.lost_replicates = 0
        self.settled = True

    def look_at(self, output: Output) -> None:
        """Everything about one output."""
        self._count_lost(output)
        if not np.isfinite(output.values).any():
            self.verdicts[output.name] = f"{output.name} could not be computed in any run."
            return
        if _constant(output.values):
            self.constant.append(output.name)
            text = f"{output.name} is constant: it does not hang on anything that was varied."
            self.verdicts[output.name] = text
            return
        kinds = self._kinds(output)
        design = self.evaluations.design.method
        for of, some in kinds.items():
            self.indices += [(output.name, of, design, *x) for one in some for x in one.indices()]
        by_points: list[tuple[str, Index]] = []
        for method in self.given:
            with self._told(f"{output.name}, {method}"):
                by_points += [(method, x) for x in on_points(self.evaluations, output, method, self.seed)]
        self.indices += [(output.name, _subject(method), method, *x) for method, x in by_points]
        seen = [(method, x) for method, x in by_points if x.factor != DUMMY]
        self.verdicts[output.name] = self._verdict(output, kinds) or _by_points(output.name, seen)

    def look_through_time(self, output: Output) -> None:
        """An output quarter by quarter."""
        for quarter, month in enumerate(self.evaluations.months):
            values = output.values[..., quarter]
            if _constant(values):
                continue
            for one in found(self.evaluations, values, mean=values.shape[1] > 1):
                indices = (x for x in one.indices() if x.index in ("first", "total", "luck"))
                self.through_time += [(output.name, month, *x) for x in indices]

    def look_for_failures(self) -> None:
        """Where a scheme fails, as it was asked."""
        outputs = {output.name: output for output in self.evaluations.outputs}
        for failing in self.asked.fails:
            with self._told(str(failing)):
                if failing.output not in outputs:
                    mend = nearest(failing.output, outputs)
                    raise InputError(Fault("sensitivity.fails", failing.output, "one of the outputs", mend))
                where = failures(self.evaluations, outputs[failing.output], failing, self.seed)
                self.indices += [(str(failing), "run", "regional", *x) for x in where.distances]
                self.boxes += [(str(failing), *x) for x in where.limits]

    def _kinds(self, output: Output) -> dict[str, list[Found]]:
        """By the design's own method: of runs, of means, of dispersion."""
        replicates = output.values.shape[1]
        kinds = {"run": found(self.evaluations, output.values, mean=False)}
        if replicates > 1:
            kinds["mean"] = found(self.evaluations, output.values, mean=True)
        if replicates >= DISPERSION and self.method in ("sobol", "shapley"):
            spread = dispersions(output.values)
            if not _constant(spread):
                kinds["dispersion"] = found(self.evaluations, spread, mean=True)
        return kinds

    def _count_lost(self, output: Output) -> None:
        need = 2 if output.values.shape[1] > 1 else 1
        rows = base_rows(output.values, self.evaluations.layout.base, need)
        self.lost_base_rows = max(self.lost_base_rows, self.evaluations.base_rows - len(rows.kept))
        self.lost_replicates = max(self.lost_replicates, rows.dropped_replicates)

    def _verdict(self, output: Output, kinds: dict[str, list[Found]]) -> str:
        """In words, by the main index; nothing if the design's own method has none."""
        means = kinds.get("mean", [])
        main = next((x for x in (*means, *kinds["run"]) if x.has(self.index)), None)
        if main is None:
            self.settled = self.asked.precision is None
            return ""
        ranked = main.ranked(self.index)
        sizes = self.index == "mu_star"  # in the output's own unit, and of the average over replicates
        if self.asked.precision is not None:
            scale = float(ranked.values.max()) if sizes else 1.0
            self.settled = self.settled and ranked.settled(self.asked.precision * scale)
        if self.method in BY_BASE_ROWS:
            self.convergence += _convergence(self.evaluations, output, self.index, mean=main in means)
        luck = next((x.numbers()[0] for x in means if x.labels == [LUCK]), None)
        unsure = luck is not None and not luck[2] < 1.0
        return verdict(output.name, ranked, WORDS[self.index], luck, unsure=unsure, sizes=sizes)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Have a refusal be told, and go on: the runs have been made."""
        try:
            yield
        except InputError as error:
            self.notes.append(f"{what}: {error}")


def _constant(values: Floats) -> bool:
    there = values[np.isfinite(values)]
    return there.size == 0 or bool(np.ptp(there) == 0)


def _subject(method: str) -> str:
    """What a method on given data is of: a surrogate has been fitted to what luck leaves of the mean."""
    return "mean" if method == SURROGATE else "run"


def _convergence(
    evaluations: Evaluations, output: Output, index: str, *, mean: bool
) -> list[tuple[Any, ...]]:
    """The main index of the first 16, 32, … base rows, and of all."""
    sizes = [2**k for k in range(31) if FEWEST <= 2**k < evaluations.base_rows]
    rows: list[tuple[Any, ...]] = []
    for size in [*sizes, evaluations.base_rows]:
        some = replace(evaluations, outputs=(output,)).first(size)
        kinds = found(some, some.outputs[0].values, mean=mean)
        rows += [(output.name, size, *x) for one in kinds for x in one.indices() if x.index == index]
    return rows


def _by_points(output: str, found: Sequence[tuple[str, Index]]) -> str:
    """What an output hangs on, where only given data tell; a share below zero is zero within its error."""
    if not found:
        return f"{output}: nothing can be told from the points that are left."
    method, kind = found[0][0], found[0][1].index
    own = [x for name, x in found if name == method and x.index == kind]
    best = sorted(own, key=lambda x: -x.value)[:3]
    shown = [f"{x.factor} ({_share(x.value)} [{_share(x.low)}, {_share(x.high)}])" for x in best]
    return f"{output} hangs most on {', '.join(shown)}, by {method} ({kind})."


def _share(value: float) -> str:
    return f"{max(value, 0.0):.2f}"
