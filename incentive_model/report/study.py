"""A study carried out, and what its table says in intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from incentive_model.analysis.summary import write_summary
from incentive_model.inputs.study import Study
from incentive_model.runs import sweep as runs
from incentive_model.runs.study_plan import StudyPlan


def sweep(study: Study, out: str | Path | None = None, **options: Any) -> runs.Sweep:
    """Make every run of a study (:func:`incentive_model.runs.sweep.sweep`), and sum up what they gave."""
    return runs.sweep(study, out, finish=finished, **options)


def finished(folder: Path, plan: StudyPlan) -> None:
    """Write what follows from a study's table of runs."""
    write_summary(folder, plan)
