"""What a sweep gave, as a sensitivity analysis takes it."""

from __future__ import annotations

import pyarrow.parquet as pq

from incentive_model.analysis.sensitivity.evaluations import Evaluations, Floats, Output
from incentive_model.analysis.study_runs import StudyRuns, outputs_shown, unit_of
from incentive_model.cards import Fault, InputError
from incentive_model.runs.sweep_folder import RUNS

#: Months that are looked at together, in the course of time.
QUARTER = 3


def evaluations_of(runs: StudyRuns) -> Evaluations:
    """The runs of a finished sweep of a sampled design, in one place and under one scheme.

    With a baseline, outputs are changes against the status quo of the same parameters and luck.

    Raises:
        InputError: several places or schemes, or a table of another design.
    """
    plan = runs.plan
    assert plan.layout is not None
    assert plan.study.design is not None
    if len(plan.places) > 1 or len(plan.schemes[0]) > 1:
        found = f"{len(plan.places)} places and {len(plan.schemes[0])} schemes"
        raise InputError(
            Fault(f"study {plan.study.name}", found, "one place and one scheme", "make a study of each")
        )
    tried = 0 if plan.schemes[0] else -1
    cells = [row for row, cell in enumerate(plan.cells) if cell.scheme == tried]
    hashes = pq.read_table(runs.folder / RUNS, columns=["design_hash"])["design_hash"].unique().to_pylist()
    if hashes != [plan.design_hash]:
        raise InputError(Fault(str(runs.folder / RUNS), f"runs of {hashes}", f"runs of {plan.design_hash}"))
    changes = tried == 0 and plan.study.baseline
    ending = ", change against the status quo" if changes else ""
    failed = runs.failed()[cells]
    outputs = [
        Output(name, unit_of(name) + ending, (runs.changes(name) if changes else runs.values(name))[cells])
        for name in outputs_shown(plan)
    ]
    months = list(range(QUARTER, plan.study.months + 1, QUARTER))
    series = [
        Output(name, unit_of(name), _quarters(runs.series(name)[cells], len(months)))
        for name in plan.study.series
    ]
    return Evaluations(
        design=plan.study.design,
        layout=plan.layout,
        points=plan.points,
        outputs=tuple(outputs),
        runs=len(plan),
        failed=int(failed.sum()),
        months=tuple(months),
        through_time=tuple(series) if months else (),
    )


def _quarters(months: Floats, count: int) -> Floats:
    """Means over each three months; those of the burn-in, and what is left at the end, are left out."""
    whole = months[..., : count * QUARTER]
    return whole.reshape(*whole.shape[:-1], count, QUARTER).mean(axis=-1)
