"""The results folder: written whole or not at all, and never over somebody else's files."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from incentive_model.cards import Fault, InputError
from incentive_model.runs.manifest import read_manifest
from incentive_model.runs.plain import plain

ALLOWED = "a new or empty folder, or one that holds this request's own results"


def check_target(out: str | Path, request: Mapping[str, Any], *, force: bool = False) -> Path:
    """Where results may be written, as an absolute path; asked before anything runs.

    A folder that holds other files than results of ours is refused whatever ``force`` says; one that
    holds another request's results is refused without it.

    Raises:
        InputError: results of this request may not go there; says why.
    """
    try:
        target = Path(out).resolve()
        if not target.exists():
            _check_parent(out, target)
        elif not target.is_dir():
            raise _refusal(out, "a file", "choose another name")
        elif any(target.iterdir()):
            _check_content(out, target, request, force)
        if target.exists() and Path.cwd().resolve().is_relative_to(target):
            raise _refusal(out, "the current folder", "choose a folder inside it")
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal(out, reason, "choose another name") from error
    return target


def _check_parent(out: str | Path, target: Path) -> None:
    parent = next(folder for folder in target.parents if folder.exists())
    if not parent.is_dir():
        raise _refusal(out, f"a path through the file '{parent.name}'", "choose another name")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise _refusal(out, f"a path in '{parent}', where nothing can be written", "choose another folder")


def _check_content(out: str | Path, target: Path, request: Mapping[str, Any], force: bool) -> None:
    manifest = read_manifest(target)
    if manifest is None:
        some = ", ".join(sorted(entry.name for entry in target.iterdir())[:3])
        raise _refusal(out, f"a folder that holds something else ({some})", "choose another folder")
    asked, there = plain(request), manifest.get("request", {})
    if asked != there and not force:
        keys = sorted(asked.keys() | there.keys())
        differ = ", ".join(key for key in keys if key != "design_hash" and asked.get(key) != there.get(key))
        mend = "--force replaces them, or choose another folder"
        raise _refusal(out, f"another request's results (they differ in: {differ})", mend)


def _refusal(out: str | Path, found: str, mend: str) -> InputError:
    return InputError(Fault(f"--out {out}", found, ALLOWED, mend))


@contextmanager
def results_folder(out: str | Path, request: Mapping[str, Any], *, force: bool = False) -> Iterator[Path]:
    """A fresh folder to write results into; it takes its place at ``out`` when the block ends.

    If the block is left by an error or by Ctrl-C, nothing stays of it and ``out`` is as it was. Files that
    somebody put beside older results of ours are kept.

    Raises:
        InputError: results of this request may not go there.
    """
    target = check_target(out, request, force=force)
    made = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = _sibling(target, "partial")
    try:
        yield fresh
        check_target(out, request, force=force)
        if target.exists():
            _replace(target, fresh)
        else:
            fresh.rename(target)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        for folder in made:
            with suppress(OSError):  # somebody else has put something there
                folder.rmdir()
        raise


def _replace(target: Path, fresh: Path) -> None:
    """Put ``fresh`` in the place of ``target``, which is empty or results of ours."""
    ours = (read_manifest(target) or {}).get("files", [])
    others = [name for name in _files(target) if name.as_posix() not in ours]
    if taken := [name.as_posix() for name in others if (fresh / name).exists()]:
        raise _refusal(target, f"a file of yours where a result would go ({taken[0]})", "move it away")
    old = _sibling(target, "old")
    target.rename(old / target.name)
    try:
        fresh.rename(target)
    except BaseException:
        (old / target.name).rename(target)
        old.rmdir()
        raise
    for name in others:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (old / target.name / name).rename(target / name)
    shutil.rmtree(old)


def _files(folder: Path) -> list[Path]:
    """Everything in a folder that is not itself a folder, as paths relative to it."""
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]


def _sibling(target: Path, suffix: str) -> Path:
    """A new hidden folder beside ``target``, on the same disk."""
    folder = target.with_name(f".{target.name}.{secrets.token_hex(4)}.{suffix}")
    folder.mkdir()
    return folder
