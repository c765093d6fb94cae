"""The command ``validate``. Rooms are imported inside, so that ``--help`` is quick."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from incentive_model.cli import interrupt
from incentive_model.cli.options import (
    AsJson,
    BurnIn,
    Debug,
    Force,
    Months,
    OwnInstruments,
    Population,
    Replicates,
    Seed,
    Workers,
    app,
    progress_bar,
)

if TYPE_CHECKING:
    from incentive_model.analysis.validation import Validation
    from incentive_model.runs.plan import Plan


@app.command()
def validate(
    place: Annotated[
        list[str] | None, typer.Argument(help="Packaged places or folders. Default: yongan.")
    ] = None,
    replicates: Replicates = 20,
    population: Population = "20000",
    months: Months = 60,
    burn_in: BurnIn = 12,
    seed: Seed = 1,
    workers: Workers = None,
    own: OwnInstruments = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Results folder; of several places, a folder in it each. [results/validate-PLACE]"),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """The model against what was observed: targets and patterns of a place.

    Passed is only what lies in its band with the whole 95% interval. What fails is told with the reason,
    and is no error: the exit code is 0.
    """
    from incentive_model.analysis.validation import plan_validation
    from incentive_model.inputs.place import load_place
    from incentive_model.runs.plain import to_json
    from incentive_model.runs.pool import worker_count
    from incentive_model.runs.store import check_target

    counties = [load_place(name, population) for name in dict.fromkeys(place or ["yongan"])]
    _check_names([county.name for county in counties])
    design = {"replicates": replicates, "months": months, "burn_in": burn_in, "seed": seed}
    plans = [plan_validation(county, **design) for county in counties]
    folders = [_validation_folder(county.file_name, out, len(counties)) for county in counties]
    for plan, folder in zip(plans, folders, strict=True):
        worker_count(workers, len(plan.requests))
        check_target(folder, {"command": "validate"} | plan.request, force=force)
    found = [_validate(plan, folder, workers, force) for plan, folder in zip(plans, folders, strict=True)]
    if as_json:
        from incentive_model.analysis.validation import payload

        print(to_json(payload(found) | {"out": list(map(str, folders))}))
        return
    from incentive_model.cli.judged import validation_text

    print("\n\n".join(validation_text(one, folder) for one, folder in zip(found, folders, strict=True)))


def _check_names(names: list[str]) -> None:
    """Places of one name would write into one folder.

    Raises:
        InputError: two places have the same name.
    """
    from incentive_model.cards import Fault, InputError

    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        found = f"two places named {twice[0]!r}"
        raise InputError(Fault("place", found, "places of different names", "validate them one by one"))


def _validation_folder(place: str, out: Path | None, places: int) -> Path:
    if out is None:
        return Path("results") / f"validate-{place}"
    return out if places == 1 else out / place


def _validate(plan: Plan, out: Path, workers: int | None, force: bool) -> Validation:
    """One place tried, and written down."""
    started = time.perf_counter()
    from incentive_model.analysis.validation import carry_out
    from incentive_model.report.bands import write_bands
    from incentive_model.runs.manifest import write_manifest
    from incentive_model.runs.store import results_folder
    from incentive_model.runs.tables import write_csv

    request = {"command": "validate"} | plan.request
    with progress_bar(len(plan.requests)) as progress:
        found = carry_out(plan, workers=workers, progress=progress)
    with results_folder(out, request, force=force) as folder:
        write_csv(found.table(), folder / "validation.csv")
        write_bands(found, folder)
        wall_seconds = time.perf_counter() - started
        write_manifest(folder, request, wall_seconds=wall_seconds, skipped=found.skipped)
        interrupt.check()
    return found
