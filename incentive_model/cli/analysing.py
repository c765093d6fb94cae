"""The command ``sensitivity``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from incentive_model.cli.options import AsJson, Debug, OwnInstruments, Workers, app
from incentive_model.cli.sweeping import (
    Executor,
    Force,
    LimitMb,
    LimitSeconds,
    Out,
    Retry,
    Scheduler,
    Study,
    Where,
)

if TYPE_CHECKING:
    from incentive_model.analysis.sensitivity.result import Sensitivity


@app.command()
def sensitivity(
    study: Study,
    executor: Executor = Where.local,
    scheduler: Scheduler = None,
    workers: Workers = None,
    limit_seconds: LimitSeconds = None,
    limit_mb: LimitMb = None,
    retry: Retry = False,
    own: OwnInstruments = None,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """What results hang on: levers, behaviour or luck. Makes the runs that are missing, as sweep does.

    A run that fails costs its base row, or a replicate of it; how many went is told, and the exit code is 1.
    """
    from incentive_model.inputs.study import load_study
    from incentive_model.report.sensitivity import sensitivity as analysed
    from incentive_model.runs.plain import to_json

    asked = load_study(study)
    folder = out if out is not None else Path("results") / asked.name
    found = analysed(
        asked,
        folder,
        executor=executor.value,
        workers=workers,
        scheduler=scheduler,
        limit_seconds=limit_seconds,
        limit_mb=limit_mb,
        retry=retry,
        force=force,
    )
    print(to_json(_answer(found, asked.name, folder)) if as_json else _text(found, folder))
    raise typer.Exit(1 if found.failed else 0)


def _answer(found: Sensitivity, study: str, folder: Path) -> dict[str, Any]:
    counts = ("base_rows", "replicates", "runs", "failed", "dropped_base_rows", "dropped_replicates")
    tables = ("indices", "through_time", "convergence", "swings", "boxes")
    return {
        "schema": 1,
        "study": study,
        "design": found.design,
        **{name: getattr(found, name) for name in counts},
        "settled": found.settled,
        "constant": found.constant,
        "notes": found.notes,
        "verdicts": found.verdicts,
        **{name: getattr(found, name) for name in tables},
        "out": str(folder),
    }


def _text(found: Sensitivity, folder: Path) -> str:
    said = [found.title, found.basis, *found.verdicts.values(), *found.notes]
    if not found.settled:
        said.append("Not as sure yet as was asked: a larger n in the same study goes on from here.")
    table = "indices.csv has every index" if len(found.indices) else "swings.csv has every change"
    said.append(f"Report: {folder / 'report.html'}; {table} with its interval")
    return "\n".join(said)
