"""One sweep at a time on a folder: who is at work there."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from incentive_model.cards import Fault, InputError

#: Two jobs that look at the same moment are no reason to refuse either.
PATIENCE = 2.0


@contextmanager
def owned(folder: Path, shard: str = "") -> Iterator[None]:
    """Be the only one at work on ``folder``, or on one shard of it, until the block ends.

    The system itself lets go of the lock of a process that has died, whatever it died of. Shards do not
    disturb each other; a sweep without shards and any of them do.

    Raises:
        InputError: somebody else is at work there; says who.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mine = _lock(folder, shard)
    with _held(mine):
        rivals = [folder / ".lock"] if shard else sorted(folder.glob(".lock-*[0-9]"))
        for rival in rivals:
            with _held(rival):
                pass
        owner = _owner(mine)
        with suppress(OSError):
            owner.write_text(json.dumps(_me()), encoding="utf-8")
        try:
            yield
        finally:
            with suppress(OSError):
                owner.unlink()


def _lock(folder: Path, shard: str) -> Path:
    return folder / (f".lock-{shard}" if shard else ".lock")


def _owner(lock: Path) -> Path:
    return lock.with_name(lock.name.replace(".lock", "owner") + ".json")


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    held = FileLock(lock)
    try:
        held.acquire(timeout=PATIENCE)
    except Timeout as error:
        found = f"another sweep at work there ({_who(_owner(lock))})"
        mend = "wait for it, or choose another folder"
        raise InputError(Fault(f"--out {lock.parent.parent}", found, "one at a time", mend)) from error
    try:
        yield
    finally:
        held.release()


def _me() -> dict[str, object]:
    since = datetime.now().astimezone().isoformat(timespec="seconds")
    return {"host": platform.node(), "process": os.getpid(), "since": since}


def _who(owner: Path) -> str:
    try:
        said = json.loads(owner.read_text(encoding="utf-8"))
        return f"process {said['process']} on {said['host']} since {said['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it did not leave its name"
