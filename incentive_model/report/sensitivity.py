"""A sensitivity study carried out: its runs, what they hang on, figures and one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from incentive_model.analysis.sensitivity.analysis import analyse
from incentive_model.analysis.sensitivity.evaluations import Output
from incentive_model.analysis.sensitivity.factor_info import infos
from incentive_model.analysis.sensitivity.of_study import check_plan, evaluations_of
from incentive_model.analysis.sensitivity.result import Sensitivity
from incentive_model.analysis.sensitivity.stages import in_stages
from incentive_model.analysis.sensitivity.swings import swings_of
from incentive_model.analysis.study_runs import StudyRuns
from incentive_model.inputs.study import Study
from incentive_model.report.sensitivity_figures import write_figures
from incentive_model.report.sensitivity_page import write_page
from incentive_model.runs import sweep as runs
from incentive_model.runs.durable import replaced
from incentive_model.runs.study_plan import StudyPlan, plan_study
from incentive_model.runs.sweep_folder import base_rows_in
from incentive_model.runs.tables import write_csv

#: Tables that are written, by the result's attribute.
TABLES = ("indices", "through_time", "convergence", "swings", "boxes")


def sensitivity(study: Study, out: str | Path | None = None, **options: Any) -> Sensitivity:
    """Make the runs of a study that are not on disk yet, and tell what their outputs hang on.

    Writes what :func:`~incentive_model.runs.sweep.sweep` does, ``indices.csv`` and the other tables, figures
    and ``report.html``. With a precision asked for, base rows are doubled until it is reached, up to ``n``; a
    study with a larger ``n`` goes on in the same folder.

    Args:
        study: with a design of base rows, random points, or one at a time.
        out: results folder; default ``results/NAME``.
        options: as of :func:`~incentive_model.runs.sweep.sweep`, but ``shard``.

    Raises:
        InputError: a study, an option or a folder that will not do.
        OSError: the folder cannot be written; the same call goes on.
    """
    whole = plan_study(study)
    check_plan(whole)
    design, asked = study.design, study.sensitivity
    assert design is not None
    folder = Path(out if out is not None else Path("results") / study.name)
    force = options.pop("force", False)
    there = 0 if force else base_rows_in(folder, whole)

    def analysed(base_rows: int) -> Sensitivity:
        nonlocal force
        found: list[Sensitivity] = []

        def finish(folder: Path, plan: StudyPlan) -> None:
            found.append(finished(folder, plan, progress=options.get("progress", True)))

        plan = whole
        if base_rows != (design.n or 0):
            plan = plan_study(replace(study, design=replace(design, n=base_rows)))
        # Always finished: what is asked of the runs may be another thing now.
        runs.sweep(plan, folder, finish=finish, anew=True, force=force, **options)
        force = False
        return found[0]

    return in_stages(analysed, design.n or 0, asked, there=there)


def finished(folder: Path, plan: StudyPlan, *, progress: bool = False) -> Sensitivity:
    """Write what a study's runs say: tables of indices, figures and the page."""
    result = _result(StudyRuns(folder, plan), progress)
    for name in TABLES:
        table: pd.DataFrame = getattr(result, name)
        if len(table):
            with replaced(folder / f"{name}.csv") as fresh:
                write_csv(table, fresh)
        else:
            (folder / f"{name}.csv").unlink(missing_ok=True)
    write_page(result, write_figures(result, folder), folder)
    return result


def _result(made: StudyRuns, progress: bool) -> Sensitivity:
    study = made.plan.study
    design = study.design
    assert design is not None
    told = infos(design.factors, design.groups, cards=True)
    if design.method == "one-at-a-time":
        return swings_of(made, told)

    def watch(outputs: Sequence[Output]) -> Iterable[Output]:
        return tqdm(outputs, "indices", unit=" outputs", disable=None if progress else True, leave=False)

    return analyse(
        evaluations_of(made), told, title=study.title, asked=study.sensitivity, seed=study.seed, watch=watch
    )
