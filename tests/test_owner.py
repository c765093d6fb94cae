"""One sweep at a time on a folder; shards of one sweep side by side."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from incentive_model.cards import InputError
from incentive_model.runs import owner
from incentive_model.runs.owner import owned


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "PATIENCE", 0.05)


@pytest.mark.parametrize(
    ("first", "second"), [("", ""), ("", "1-of-3"), ("1-of-3", ""), ("1-of-3", "1-of-3")]
)
def test_the_second_is_refused_and_told_who_is_there(tmp_path: Path, first: str, second: str) -> None:
    with owned(tmp_path / "store", first):
        said = rf"--out {re.escape(str(tmp_path))}: found another sweep .*process {os.getpid()} on "
        with pytest.raises(InputError, match=said), owned(tmp_path / "store", second):
            pass
    with owned(tmp_path / "store", second):
        pass
    assert not list((tmp_path / "store").glob("owner*"))


def test_shards_do_not_disturb_each_other(tmp_path: Path) -> None:
    with ExitStack() as stack:
        for shard in range(1, 4):
            stack.enter_context(owned(tmp_path, f"{shard}-of-3"))


def test_the_dead_own_nothing(tmp_path: Path) -> None:
    """The system lets go of a lock whose process was killed; the name it left there is no lock."""
    script = (
        "import os, sys, pathlib\n"
        "from incentive_model.runs.owner import owned\n"
        "with owned(pathlib.Path(sys.argv[1])):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    dead = subprocess.run([sys.executable, "-c", script, str(tmp_path)])
    assert dead.returncode != 0
    left = json.loads((tmp_path / "owner.json").read_text())
    assert left["process"] != os.getpid()
    with owned(tmp_path):
        assert json.loads((tmp_path / "owner.json").read_text())["process"] == os.getpid()


def test_an_owner_that_left_no_name(tmp_path: Path) -> None:
    for said in ("", "[]", "{}", "\udcff"):
        with owned(tmp_path):
            (tmp_path / "owner.json").write_text(said, errors="surrogateescape")
            with pytest.raises(InputError, match="it did not leave its name"), owned(tmp_path):
                pass
