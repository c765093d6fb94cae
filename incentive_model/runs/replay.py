"""One run of a sweep or comparison made again: are the bytes the same?"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from incentive_model.cards import Fault, InputError, nearest
from incentive_model.inputs.place import load_place
from incentive_model.inputs.scheme import Scheme
from incentive_model.inputs.values import Value
from incentive_model.runs.executors import executor_of
from incentive_model.runs.journal import Journal
from incentive_model.runs.manifest import read_manifest
from incentive_model.runs.plan import BASELINE, plan_runs
from incentive_model.runs.plan_file import differences, read_plan
from incentive_model.runs.row import row_of
from incentive_model.runs.run import execute
from incentive_model.runs.run_store import part_files, read_part
from incentive_model.runs.run_table import LIMITS, run_table
from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.sweep import record_made
from incentive_model.runs.sweep_folder import STORE
from incentive_model.runs.task import make
from incentive_model.runs.versions import versions


@dataclass(frozen=True)
class Replay:
    """A run beside itself.

    Attributes:
        run_id: which.
        there, now: its row as it was kept and as it is made now, as plain data.
        differ: columns in which they differ, in the order of the table.
        versions: where this machine's versions differ from those it was made with.
    """

    run_id: str
    there: dict[str, Any]
    now: dict[str, Any]
    differ: tuple[str, ...]
    versions: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every byte agrees."""
        return not self.differ


def replay(
    run_id: str, folder: str | Path, *, limit_seconds: float | None = None, limit_mb: float | None = None
) -> Replay:
    """Make one run of a sweep or comparison again, in a process of its own, and hold it against its row.

    Args:
        run_id: its id, as in ``runs.parquet`` and ``failures.csv``.
        folder: the results folder; of a sweep the runs that are there so far will do.
        limit_seconds, limit_mb: what it may take, as it was when it failed of them.

    Raises:
        InputError: no sweep or comparison is there, or it has no such run.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest is not None and manifest["command"] == "compare":
        return _compared(run_id, folder, manifest)
    plan = read_plan(folder / STORE)
    there = _kept(folder / STORE, plan, run_id)
    row = there.to_pylist()[0]
    task = plan[plan.number(row["place"], row["draw"], row["scheme"], row["replicate"])]
    task = dataclasses.replace(task, versions=())  # whatever is installed now: what differs is told
    with executor_of("local", 1, workers=1, seconds=limit_seconds, megabytes=limit_mb) as (executor, _):
        record = record_made(executor.submit(make, task), task)
    now = run_table(plan, [record])
    compared = [name for name in now.column_names if name != LIMITS]
    differ = tuple(name for name in compared if not now[name].equals(there[name]))
    return Replay(
        run_id,
        row,
        now.to_pylist()[0],
        differ,
        tuple(differences(plan.versions, versions(), "versions")),
    )


def _kept(store: Path, plan: StudyPlan, run_id: str) -> pa.Table:
    """The row of a run.

    Raises:
        InputError: it is not there.
    """
    ids: list[str] = []
    for part in part_files(store).values():
        if (rows := read_part(part)) is not None:
            found = rows.filter(pc.equal(rows["run_id"], run_id))
            if len(found):
                return found
            ids += rows["run_id"].to_pylist()
    for journal in sorted(store.glob("journal*.jsonl")):
        for _, record in Journal(journal).lines():
            ids.append(json.loads(record)["key"][0])
            if ids[-1] == run_id:
                return run_table(plan, [record])
    allowed = f"the id of one of the {len(ids)} runs that were made"
    raise InputError(Fault(f"replay {store.parent}", f"no run {run_id!r}", allowed, nearest(run_id, ids)))


def _compared(run_id: str, folder: Path, manifest: dict[str, Any]) -> Replay:
    """A run of a comparison beside itself.

    Raises:
        InputError: the comparison has no such run, or was of a place that cannot be found by its name.
    """
    asked = manifest["request"]
    place = load_place(asked["place"], asked["population"])
    schemes = [
        Scheme(name, said["title"], tuple(said["source"]), said["levers"], _changes(said["changes"]))
        for name, said in asked["schemes"].items()
        if name != BASELINE
    ]
    size = {name: asked[name] for name in ("replicates", "months", "burn_in", "seed", "parameters")}
    requests = {request.run_id: request for request in plan_runs(place, schemes, **size).requests}
    table = pq.read_table(folder / "runs.parquet", filters=[("run_id", "=", run_id)])
    if run_id not in requests or not len(table):
        allowed = f"the id of one of its {len(requests)} runs"
        mend = nearest(run_id, requests) or "the place may have changed since"
        raise InputError(Fault(f"replay {folder}", f"no run {run_id!r}", allowed, mend))
    (there,) = table.to_pylist()
    request = requests[run_id]
    made = request.levers | request.parameters | row_of(execute(place, request), request.months)
    now = {name: made.get(name, value) for name, value in there.items()}
    differ = tuple(name for name in there if now[name] != there[name])
    kept = manifest["versions"]
    here = {name: value for name, value in versions().items() if name in kept}
    return Replay(run_id, there, now, differ, tuple(differences(kept, here, "versions")))


def _changes(said: list[dict[str, Any]]) -> tuple[tuple[int, dict[str, Value]], ...]:
    return tuple((int(change["month"]), change["levers"]) for change in said)
