"""The commands ``sweep`` and ``replay``. Rooms are imported inside, so that ``--help`` is quick."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from incentive_model.cli.options import AsJson, Debug, OwnInstruments, Workers, app

if TYPE_CHECKING:
    from incentive_model.runs.replay import Replay
    from incentive_model.runs.sweep import Sweep


class Where(StrEnum):
    """Who makes the runs."""

    none = "none"
    local = "local"
    dask = "dask"


#: So many failures are told.
SHOWN = 5
Study = Annotated[Path, typer.Argument(metavar="STUDY.toml", help="A study's file.")]
LimitSeconds = Annotated[float | None, typer.Option(min=0.001, help="The longest a run may take.")]
LimitMb = Annotated[float | None, typer.Option(min=1, help="The most memory a run's process may hold.")]
Executor = Annotated[Where, typer.Option(help="In this process, in processes here, or on a Dask cluster.")]
Scheduler = Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler that runs already.")]
Retry = Annotated[bool, typer.Option("--retry", help="Make runs again that failed or timed out.")]
Out = Annotated[Path | None, typer.Option(help="Results folder. Default: results/STUDY.")]
Force = Annotated[bool, typer.Option("--force", help="Start anew, in the place of what is there.")]


@app.command()
def sweep(
    study: Study,
    executor: Executor = Where.local,
    scheduler: Scheduler = None,
    workers: Workers = None,
    shard: Annotated[
        str | None,
        typer.Option(metavar="I/N", help="Every N-th run from the I-th: a job of an array."),
    ] = None,
    limit_seconds: LimitSeconds = None,
    limit_mb: LimitMb = None,
    retry: Retry = False,
    own: OwnInstruments = None,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Every run of a study. Killed and started again, it goes on where it was.

    A run that fails costs itself alone: it is told in failures.csv with the command that makes it again, and
    the exit code is 1.
    """
    from incentive_model.inputs.study import load_study
    from incentive_model.report.study import sweep as make_all
    from incentive_model.runs.plain import to_json

    made = make_all(
        load_study(study),
        out,
        executor=executor.value,
        workers=workers,
        scheduler=scheduler,
        shard=None if shard is None else _shard(shard),
        limit_seconds=limit_seconds,
        limit_mb=limit_mb,
        retry=retry,
        force=force,
    )
    print(to_json(_answer(made)) if as_json else _text(made))
    raise typer.Exit(1 if made.failed else 0)


@app.command()
def replay(
    run_id: Annotated[str, typer.Argument(metavar="RUN_ID", help="A run's id, as in runs.parquet.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder of sweep or compare.")],
    limit_seconds: LimitSeconds = None,
    limit_mb: LimitMb = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """One run again; says whether the bytes agree (else the exit code is 1)."""
    from incentive_model.runs.plain import to_json
    from incentive_model.runs.replay import replay as again

    found = again(run_id, folder, limit_seconds=limit_seconds, limit_mb=limit_mb)
    if as_json:
        answer: dict[str, Any] = {"schema": 1, "run_id": run_id, "same": found.same, "there": found.there}
        print(to_json(answer | {"now": found.now, "differ": found.differ, "versions": found.versions}))
    else:
        print(_replayed(found))
    raise typer.Exit(0 if found.same else 1)


def _shard(text: str) -> tuple[int, int]:
    from incentive_model.cards import Fault, InputError

    first, _, count = text.partition("/")
    if not (first.isdigit() and count.isdigit()):
        raise InputError(Fault("--shard", repr(text), "I/N, two whole numbers", "write --shard 1/10"))
    return int(first), int(count)


def _answer(made: Sweep) -> dict[str, Any]:
    failures = made.failures().to_dict("records") if made.complete else []
    return {
        "schema": 1,
        "study": made.plan.study.name,
        "runs": len(made.plan),
        "rows": made.done,
        "made": made.made,
        "failed": made.failed,
        "complete": made.complete,
        "failures": failures,
        "out": str(made.folder),
    }


def _text(made: Sweep) -> str:
    lines = [f"{made.plan.study.title}: {made.done} of {len(made.plan)} runs, {made.made} of them made now"]
    if made.failed:
        lines.append(f"{made.failed} did not go well")
    if not made.complete:
        lines.append(f"{made.folder}: the same command without --shard puts the shards together")
        return "\n".join(lines)
    failures = made.failures()
    lines += [f"  {row.run_id}: {row.error}" for row in failures.head(SHOWN).itertuples()]
    if made.failed:
        lines.append(f"{made.folder / 'failures.csv'} says how to make each again")
    lines.append(
        f"Report: {made.folder / 'report.html'}; runs.parquet has a row a run, summary.csv intervals"
    )
    return "\n".join(lines)


def _replayed(found: Replay) -> str:
    lines = []
    if found.same:
        status = found.there["status"]
        lines.append(f"{found.run_id}: {status} then and now, and every byte agrees")
        if status != "done":
            lines.append(f"  {found.now['stage']}: {found.now['error']}")
    else:
        lines.append(f"{found.run_id}: not the same in {len(found.differ)} columns")
        lines += [f"  {name}: {found.there[name]} then, {found.now[name]} now" for name in found.differ[:10]]
        lines += [f"  {line}" for line in found.versions]
    return "\n".join(lines)
