"""A study carried out: what its table says in intervals, figures and one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from incentive_model.analysis.effects import all_effects, write_effects
from incentive_model.analysis.study_runs import StudyRuns
from incentive_model.analysis.summary import write_summary
from incentive_model.inputs.study import Study
from incentive_model.report.study_figures import write_figures
from incentive_model.report.study_page import write_page
from incentive_model.runs import sweep as runs
from incentive_model.runs.study_plan import StudyPlan


def sweep(study: Study, out: str | Path | None = None, **options: Any) -> runs.Sweep:
    """Make every run of a study (:func:`incentive_model.runs.sweep.sweep`), and sum up what they gave."""
    return runs.sweep(study, out, finish=finished, **options)


def finished(folder: Path, plan: StudyPlan) -> None:
    """Write what follows from a study's table of runs: summary, effects if any, figures and the page."""
    write_summary(folder, plan)
    made = StudyRuns(folder, plan)
    tried = all_effects(made)
    if tried:
        write_effects(tried, folder)
    write_page(made, tried, write_figures(made, tried))
