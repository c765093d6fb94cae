"""The results folder of a sweep: whose it is, what is taken up again, what is written in the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from incentive_model.cards import Fault, InputError
from incentive_model.runs.durable import replaced
from incentive_model.runs.manifest import FILE as MANIFEST
from incentive_model.runs.manifest import read_manifest, write_sweep_manifest
from incentive_model.runs.plan_file import FILE as PLAN
from incentive_model.runs.plan_file import differences, read_content, write_plan
from incentive_model.runs.run_store import JOURNAL, RunStore
from incentive_model.runs.run_table import BY_MONTH, run_schema, series_table
from incentive_model.runs.store import check_target
from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.tables import write_csv

#: Where rows are kept while the sweep goes on, and after.
STORE = "store"
RUNS, SERIES, FAILURES = "runs.parquet", "series.parquet", "failures.csv"
COMMAND = "sweep"


def check_folder(folder: Path, *, force: bool = False) -> None:
    """Whether a sweep may use a folder: a new or empty one, or a sweep's.

    Raises:
        InputError: it may not; says why.
    """
    if not (folder / STORE).is_dir():
        check_target(folder, {"command": COMMAND}, force=force)


def open_folder(
    folder: Path, plan: StudyPlan, tell: Callable[[str], None], shard: str = "", *, force: bool = False
) -> RunStore:
    """The rows that a folder holds of a study; a new folder gets the study's plan.

    Args:
        tell: hears what was found damaged, and was mended.
        shard: ``i-of-n``, if the caller makes only some of the runs.
        force: whether to begin anew.

    Raises:
        InputError: the folder holds another study's runs, or another version's; names what differs.
        OSError: it cannot be written.
    """
    store = folder / STORE
    if force:
        _clear(folder)
    _agree(folder, plan, tell)
    if shard:
        return RunStore(store, plan, tell, f"journal-{shard}.jsonl", beside=[store / JOURNAL])
    for rest in store.glob(".*.partial"):
        rest.unlink()
    found = RunStore(store, plan, tell)
    for journal in sorted(store.glob("journal-*-of-*.jsonl")):
        found.take_in(journal)
    return found


def _agree(folder: Path, plan: StudyPlan, tell: Callable[[str], None]) -> None:
    """The folder's plan is this one, or is now.

    Raises:
        InputError: it is another.
    """
    path = folder / STORE / PLAN
    there = read_content(path.parent)
    if there is None:
        if path.exists():
            tell(f"{path}: damaged; written anew")
        write_plan(plan, path.parent)
    elif found := list(differences(there["request"], plan.request)):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        allowed = "runs of the same study, by the same version"
        mend = "--force starts anew, or choose another folder"
        raise InputError(Fault(f"--out {folder}", f"a sweep of which {found[0]}{more}", allowed, mend))


def _clear(folder: Path) -> None:
    """Remove what sweeps or other commands of ours left; locks stay, and other people's files."""
    for name in (read_manifest(folder) or {}).get("files", []):
        (folder / name).unlink(missing_ok=True)
    for path in (folder / STORE).iterdir():
        if not path.name.startswith((".lock", "owner")):
            path.unlink()


def is_written(folder: Path, plan: StudyPlan) -> bool:
    """Whether the results are there, each file as it was written."""
    manifest = read_manifest(folder)
    if manifest is None or manifest.get("design_hash") != plan.design_hash:
        return False
    hashes: dict[str, str] = manifest.get("hashes", {})
    return all((folder / name).is_file() and file_hash(folder / name) == x for name, x in hashes.items())


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_results(
    folder: Path,
    plan: StudyPlan,
    store: RunStore,
    finish: Callable[[Path, StudyPlan], None] | None,
    wall_seconds: Callable[[], float],
) -> None:
    """Write the tables, what ``finish`` adds to them, and last the manifest.

    Raises:
        OSError: they could not be written.
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    schema = run_schema(plan)
    kept = [name for name in schema.names if not name.endswith(BY_MONTH)]
    _write_table(folder / RUNS, (table.select(kept) for table in store.tables()))
    if plan.study.series:
        _write_table(folder / SERIES, (series_table(plan, table) for table in store.tables()))
    _write_failures(folder, store.tables())
    if finish is not None:
        finish(folder, plan)
    hashes = {path.name: file_hash(path) for path in sorted(folder.glob("*.parquet"))}
    write_sweep_manifest(folder, plan, wall_seconds=wall_seconds(), failed=store.failed, hashes=hashes)


def _write_table(path: Path, tables: Iterator[pa.Table]) -> None:
    """Tables one after the other as one Parquet file."""
    first = next(tables)
    with replaced(path) as fresh, pq.ParquetWriter(fresh, first.schema, compression="zstd") as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _write_failures(folder: Path, tables: Iterator[pa.Table]) -> None:
    """``failures.csv``: a row a run that did not go well, with the command that makes it again."""
    columns = ["run_id", "status", "stage", "error"]
    rows = [row for table in tables for row in table.select(columns).to_pylist() if row["status"] != "done"]
    found = pd.DataFrame(rows, columns=columns)
    found["replay"] = [f"incentive-model replay {run_id} {folder}" for run_id in found["run_id"]]
    with replaced(folder / FAILURES) as fresh:
        write_csv(found, fresh)
