"""The results folder of a sweep: whose it is, what is taken up again, what is written in the end."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from incentive_model.cards import Fault, InputError
from incentive_model.runs.durable import is_partial, naming, replaced
from incentive_model.runs.manifest import FILE as MANIFEST
from incentive_model.runs.manifest import read_manifest, write_sweep_manifest
from incentive_model.runs.plan_file import FILE as PLAN
from incentive_model.runs.plan_file import differences, read_content, write_plan
from incentive_model.runs.run_store import JOURNAL, RunStore, part_files
from incentive_model.runs.run_table import LIMITS, series_table, shown_columns
from incentive_model.runs.store import check_target
from incentive_model.runs.study_plan import StudyPlan, identity
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
    try:
        check_target(folder, {"command": COMMAND}, force=force)
    except InputError:
        if not _is_ours(folder / STORE):
            raise


def _is_ours(store: Path) -> bool:
    """Whether a sweep is at work there, or was. Another shard may be beginning this very moment."""
    if not store.is_dir():
        return False
    empty = not any(
        path for path in store.parent.rglob("*") if path != store
    )  # many things are called a store
    return empty or (store / PLAN).exists() or any(store.glob(".lock*"))


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
    there = read_content(store)
    if there is not None:
        _check_same(folder, there["request"], plan)
        if there["request"] != plan.request:  # the same study, with more base rows
            write_plan(plan, store)
    if shard:
        _, _, count = shard.partition("-of-")
        others = [path for path in store.glob("journal*.jsonl") if not path.stem.endswith(f"-of-{count}")]
        found = RunStore(store, plan, tell, f"journal-{shard}.jsonl", beside=others)
    else:
        for rest in filter(is_partial, [*folder.iterdir(), *store.iterdir()]):
            rest.unlink()
        found = RunStore(store, plan, tell)  # which refuses the rows of another study, if only they are left
    if there is None:
        if (store / PLAN).exists():
            tell(f"{store / PLAN}: damaged; written anew")
        write_plan(plan, store)
    if not shard:
        for journal in _shard_journals(store):
            found.take_in(journal)
    return found


def _shard_journals(store: Path) -> list[Path]:
    return sorted(store.glob("journal-*-of-*.jsonl"))


def _check_same(folder: Path, there: dict[str, Any], plan: StudyPlan) -> None:
    """Refuse a folder whose plan is another, or has more base rows.

    Raises:
        InputError: it is; names what differs.
    """
    same = identity(there) == identity(plan.request)
    if same and _base_rows(there) <= _base_rows(plan.request):
        return
    # That points differ follows from something else, wherever it can.
    if found := sorted(differences(there, plan.request), key=lambda line: line.startswith("points.")):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        allowed = "runs of the same study, by the same version"
        mend = "--force starts anew, or choose another folder"
        raise InputError(Fault(f"--out {folder}", f"a sweep of which {found[0]}{more}", allowed, mend))


def _base_rows(request: dict[str, Any]) -> int:
    return (request["design"] or {}).get("n") or 0


def base_rows_in(folder: Path, plan: StudyPlan) -> int:
    """How many base rows of a plan's study a folder's runs are of, done or begun; 0 if of none."""
    there = read_content(folder / STORE)
    if there is None or identity(there["request"]) != identity(plan.request):
        return 0
    return _base_rows(there["request"])


def _clear(folder: Path) -> None:
    """Remove what sweeps or other commands of ours left; locks stay, and other people's files."""
    store = folder / STORE
    for name in (read_manifest(folder) or {}).get("files", []):
        (folder / name).unlink(missing_ok=True)
    rest = filter(is_partial, [*folder.iterdir(), *store.iterdir()])
    # The plan last: until then it says whose the rows are.
    for path in [*part_files(store).values(), *_shard_journals(store), store / JOURNAL, *rest, store / PLAN]:
        path.unlink(missing_ok=True)


def is_written(folder: Path, plan: StudyPlan) -> bool:
    """Whether the results are there, each file as it was written."""
    manifest = read_manifest(folder)
    if manifest is None or manifest.get("design_hash") != plan.design_hash:
        return False
    if manifest.get("runs") != len(plan):
        return False
    hashes: dict[str, str] = manifest.get("hashes", {})
    if RUNS not in hashes:
        return False
    return all((folder / name).is_file() and file_hash(folder / name) == x for name, x in hashes.items())


def outdate(folder: Path) -> None:
    """Have the results be written anew when all runs are there: some of their rows may be others then."""
    (folder / MANIFEST).unlink(missing_ok=True)


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
    outdate(folder)
    before = _stamps(folder)
    kept = shown_columns(plan)
    _write_table(folder / RUNS, (table.select(kept) for table in store.tables()))
    if plan.study.series:
        _write_table(folder / SERIES, (series_table(plan, table) for table in store.tables()))
    _write_failures(folder, store.tables())
    if finish is not None:
        with naming(folder):
            finish(folder, plan)
    files = sorted(name for name, stamp in _stamps(folder).items() if before.get(name) != stamp)
    hashes = {name: file_hash(folder / name) for name in files}
    write_sweep_manifest(folder, plan, files, wall_seconds=wall_seconds(), failed=store.failed, hashes=hashes)


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """The files in a folder but for the store's: what has another stamp has been written meanwhile."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] != STORE:
            found[name.as_posix()] = (path.stat().st_ino, path.stat().st_mtime_ns)
    return found


def _write_table(path: Path, tables: Iterator[pa.Table]) -> None:
    """Tables one after the other as one Parquet file."""
    first = next(tables)
    with replaced(path) as fresh, pq.ParquetWriter(fresh, first.schema, compression="zstd") as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _write_failures(folder: Path, tables: Iterator[pa.Table]) -> None:
    """``failures.csv``: a row a run that did not go well, with the command that makes it again."""
    columns = ["run_id", "status", "stage", "error", LIMITS]
    rows = [row for table in tables for row in table.select(columns).to_pylist() if row["status"] != "done"]
    found = pd.DataFrame(rows, columns=columns)
    where = shlex.quote(str(folder))
    both = zip(found["run_id"], found[LIMITS], strict=True)
    commands = (f"incentive-model replay {run_id} {where} {limits or ''}" for run_id, limits in both)
    found["replay"] = [command.rstrip() for command in commands]
    with replaced(folder / FAILURES) as fresh:
        write_csv(found.drop(columns=LIMITS), fresh)
