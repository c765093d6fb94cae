"""What a sweep gave, as a sensitivity analysis takes it."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq

from incentive_model.analysis.sensitivity.analysis import methods_of
from incentive_model.analysis.sensitivity.evaluations import Evaluations, Floats, Output
from incentive_model.analysis.study_runs import StudyRuns, outputs_shown, unit_of
from incentive_model.cards import Fault, InputError, nearest
from incentive_model.inputs.asked import Asked
from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.sweep_folder import RUNS

#: Months that are looked at together, in the course of time.
QUARTER = 3


def check_plan(plan: StudyPlan) -> None:
    """Whether a sensitivity analysis can be made of a study's runs, before they are made.

    Raises:
        InputError: no design, one that is not analysed, several places or schemes, or something asked for
            that the design cannot tell.
    """
    study, asked = plan.study, plan.study.sensitivity
    if study.design is None:
        raise InputError(Fault(f"study {study.name}", "no design", "a [design] of factors"))
    if study.design.method != "one-at-a-time":
        methods_of(study.design, asked)
    elif asked != Asked():
        raise InputError(Fault("sensitivity", "asked of one-at-a-time", "nothing there: it has swings alone"))
    if len(plan.places) > 1 or len(plan.schemes[0]) > 1:
        found = f"places: {len(plan.places)}, schemes: {len(plan.schemes[0])}"
        raise InputError(
            Fault(f"study {study.name}", found, "one place and one scheme", "make a study of each")
        )
    outputs = outputs_shown(plan)
    for failing in asked.fails:
        if failing.output not in outputs:
            where, mend = f"study {study.name}: sensitivity.fails", nearest(failing.output, outputs)
            raise InputError(Fault(where, repr(failing.output), "one of the study's outputs", mend))


def evaluations_of(runs: StudyRuns) -> Evaluations:
    """The runs of a finished sweep of a sampled design.

    With a baseline, outputs are changes against the status quo of the same parameters and luck.

    Raises:
        InputError: a table of another design.
    """
    plan = runs.plan
    assert plan.layout is not None
    assert plan.study.design is not None
    tried = 0 if plan.schemes[0] else -1
    cells = [row for row, cell in enumerate(plan.cells) if cell.scheme == tried]
    hashes = pq.read_table(runs.folder / RUNS, columns=["design_hash"])["design_hash"].unique().to_pylist()
    if hashes != [plan.design_hash]:
        raise InputError(Fault(str(runs.folder / RUNS), f"runs of {hashes}", f"runs of {plan.design_hash}"))
    changes = tried == 0 and plan.study.baseline
    ending = ", change against the status quo" if changes else ""

    def looked_at(name: str, values: Floats) -> Output:
        return Output(name, unit_of(name) + ending, (runs.against(values) if changes else values)[cells])

    outputs = [looked_at(name, runs.values(name)) for name in outputs_shown(plan)]
    months = list(range(QUARTER, plan.study.months + 1, QUARTER))
    series = [looked_at(x, _quarters(runs.series(x), len(months))) for x in plan.study.series]
    return Evaluations(
        design=plan.study.design,
        layout=plan.layout,
        points=plan.points,
        outputs=tuple(outputs),
        runs=len(plan),
        failed=int(runs.failed().sum()),
        months=tuple(months),
        through_time=tuple(series) if months else (),
    )


def _quarters(months: Floats, count: int) -> Floats:
    """Means over each three months, of those that have a value; what is left at the end is left out."""
    whole = months[..., : count * QUARTER].reshape(*months.shape[:-1], count, QUARTER)
    there = np.isfinite(whole)
    sums, counts = np.where(there, whole, 0.0).sum(axis=-1), there.sum(axis=-1)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
