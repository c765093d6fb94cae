"""A sweep survives what may befall it, and its tables are those of an undisturbed one, byte for byte."""

from __future__ import annotations

import json
import os
import random
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
import small_study

from incentive_model.inputs.study import load_study
from incentive_model.report.study import sweep
from incentive_model.runs.durable import unsealed
from incentive_model.runs.pool import warm_up
from incentive_model.runs.supervised import SupervisedPool

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for what is left behind in /proc"),
]
HERE = Path(__file__).parent
#: As poison.py numbers them; importing it would declare its levers to every other test.
HARMS = ("", "exception", "nan", "endless", "exit", "leave", "crash", "memory")
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}
GOES_ON = "incentive-model: interrupted; what is done is kept, and the same command goes on\n"
STUDY = """\
title = "Small"
place = "yongan"
population = 100
months = 1
burn_in = 1
replicates = 1
series = ["down_referral_rate"]
[design]
method = "csv"
csv = "points.csv"
"""


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    warm_up()


def study(folder: Path, points: dict[str, Any]) -> Path:
    """A study's file with its points, one run each and one of the status quo."""
    pd.DataFrame(points).to_csv(folder / "points.csv", index=False)
    (folder / "small.toml").write_text(STUDY)
    return folder / "small.toml"


def marked(folder: Path, runs: int) -> Path:
    """A study in which each run leaves its mark."""
    numbers = range(1, runs)
    return study(folder, {"mark": list(numbers), "reimbursement_gap": [n % 40 / 100 for n in numbers]})


def command(path: Path, out: Path, *options: str) -> list[str]:
    start = [sys.executable, str(HERE / "small_parts.py"), "sweep", str(path), "--out", str(out)]
    return [*start, "--with", str(HERE / "poison.py"), "--workers", "2", *options]


def started(typed: list[str], **variables: str) -> subprocess.Popen[str]:
    """A command in a session of its own, by which all its processes are known."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(typed, env=ENVIRONMENT | variables, start_new_session=True, **pipes)  # type: ignore[call-overload,no-any-return]


def finished(typed: list[str], **variables: str) -> tuple[int, str, str]:
    with started(typed, **variables) as process:
        out, err = process.communicate(timeout=240)
    return process.returncode, out, err


def of_session(session: int) -> Iterator[int]:
    """The processes of a session that are alive."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its, *_ = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(its) == session and state != "Z":
            yield int(path.parent.name)


def nothing_left(process: subprocess.Popen[str]) -> bool:
    end = time.monotonic() + 20
    while any(of_session(process.pid)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(of_session(process.pid))


def marks(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def on_disk(out: Path) -> set[int]:
    """The draws of rows that a sweep has kept, read with nothing but what the document says of the files."""
    found: set[int] = set()
    for path in (out / "store").glob("part-*.parquet"):
        found |= set(pq.read_table(path, columns=["draw"])["draw"].to_pylist())
    journal = out / "store" / "journal.jsonl"
    for line in journal.read_bytes().splitlines(keepends=True) if journal.exists() else ():
        if record := unsealed(line):
            found.add(json.loads(record)["key"][3])
    return found


@pytest.mark.parametrize("kills", [8, pytest.param(25, marks=pytest.mark.audit)])
def test_the_parent_is_killed_at_any_moment(kills: int, tmp_path: Path) -> None:
    """Anywhere: while it starts, makes runs, makes parts. What is on disk is not made again."""
    runs = 18 * kills
    path, out, log = marked(tmp_path, runs), tmp_path / "out", tmp_path / "marks"
    assert finished(command(path, tmp_path / "good"))[0] == 0
    luck = random.Random(kills)
    for kill in range(kills):
        before, kept = len(marks(log)), on_disk(out)
        alone = ("--executor", "none") if kill % 2 else ()  # who goes on need not be who began
        process = started(command(path, out, *alone), MARKS=str(log))
        with process:
            if kill % 5 == 0:
                time.sleep(luck.uniform(0, 3))
            else:
                more = luck.randrange(1, 30)
                while len(marks(log)) < before + more and process.poll() is None:
                    time.sleep(0.005)
                time.sleep(luck.uniform(0, 0.05))
            process.kill()
        assert nothing_left(process)
        again = kept & set(marks(log)[before:])
        assert not again, "rows that were on disk"
        assert kept <= on_disk(out), "nothing is lost"
        if process.returncode == 0:
            break
    assert kill == kills - 1, "before all was done"
    assert finished(command(path, out), MARKS=str(log))[0] == 0
    assert small_study.files(out) == small_study.files(tmp_path / "good")
    assert set(marks(log)) == set(range(runs))
    assert len(marks(log)) <= runs + 2 * kills, "no more than were in flight"


class Restless(SupervisedPool):
    """Every five runs, one of the workers is killed."""

    def __init__(self, workers: int, seed: int) -> None:
        super().__init__(workers, begin=warm_up)
        self.killed = self._done = 0
        self._luck = random.Random(seed)

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(*args, **kwargs)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _: object) -> None:
        self._done += 1
        if self._done % 5 == 0 and (pids := self.processes()):
            os.kill(self._luck.choice(pids), signal.SIGKILL)
            self.killed += 1


def test_a_worker_is_killed_every_five_runs(tmp_path: Path) -> None:
    path = study(tmp_path, {"reimbursement_gap": [n / 200 for n in range(79)]})
    good = sweep(load_study(path), tmp_path / "good", workers=2, progress=False)
    with Restless(2, seed=5) as pool:
        made = sweep(load_study(path), tmp_path / "out", executor=pool, workers=2, progress=False)
        pids = pool.processes()
    assert pool.killed >= 15
    assert (made.made, made.failed, good.failed) == (80, 0, 0)
    assert small_study.files(made.folder) == small_study.files(good.folder)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_thirty_poisoned_runs_of_five_hundred(tmp_path: Path) -> None:
    """Each is told, with its reason and a command that has it happen again; no other row is touched."""
    luck = random.Random(30)
    poisoned = dict(zip(luck.sample(range(1, 500), 30), [1 + n % 7 for n in range(30)], strict=True))
    doses = [poisoned.get(draw, 0) for draw in range(1, 500)]
    path = study(tmp_path, {"poison": doses, "reimbursement_gap": [n % 40 / 100 for n in range(499)]})
    limits = ["--limit-seconds", "3", "--limit-mb", "4000"]
    clean, out = tmp_path / "clean", tmp_path / "out"
    with ThreadPoolExecutor(1) as other:
        undisturbed = other.submit(finished, command(path, clean, *limits))
        code, said, _ = finished(command(path, out, *limits), POISON="yes")
    assert undisturbed.result()[0] == 0
    assert (code, "500 of 500 runs" in said, "30 did not go well" in said) == (1, True, True)

    expected = {
        "exception": ("failed", "run", "LookupError: no such fund"),
        "nan": ("failed", "outputs", "capability_T1 is nan"),
        "endless": ("timed-out", "run", "not done after 3 s"),
        "exit": ("failed", "run", "SystemExit: 3"),
        "leave": ("failed", "worker", "Died: its process left with exit code 7"),
        "crash": ("failed", "worker", "Died: its process was ended by SIGSEGV"),
        "memory": ("failed", "memory", "MemoryError: Unable to allocate 74.5 GiB"),
    }
    failures = pd.read_csv(out / "failures.csv")
    runs = pq.read_table(out / "runs.parquet")
    draws = dict(zip(runs["run_id"].to_pylist(), runs["draw"].to_pylist(), strict=True))
    assert {draws[run_id] for run_id in failures.run_id} == set(poisoned)
    for row in failures.itertuples():
        status, stage, error = expected[HARMS[poisoned[draws[row.run_id]]]]
        assert (row.status, row.stage) == (status, stage)
        assert row.error.startswith(error)
        assert row.replay == f"incentive-model replay {row.run_id} {out} --limit-seconds 3 --limit-mb 4000"

    well = [draw not in poisoned for draw in runs["draw"].to_pylist()]
    assert runs.filter(well).num_rows == 470
    assert runs.filter(well).equals(pq.read_table(clean / "runs.parquet").filter(well))

    first = {poisoned[draws[row.run_id]]: row.replay for row in failures[::-1].itertuples()}
    with ThreadPoolExecutor(2) as two:
        replayed = two.map(lambda line: finished(as_module(line), POISON="yes"), first.values())
    for code, said, err in replayed:
        assert (code, err) == (0, "")
        assert "then and now, and every byte agrees" in said
    # Without the poison the same run goes well, and is not the one that was kept.
    code, said, _ = finished(as_module(first[1]))
    assert code == 1
    assert "status: failed then, done now" in said


def as_module(line: str) -> list[str]:
    """A command as it would be typed where the package is installed."""
    name, *typed = shlex.split(line)
    assert name == "incentive-model"
    return [sys.executable, "-m", "incentive_model", *typed]


class TestInterrupted:
    def test_ctrl_c_at_any_moment(self, tmp_path: Path) -> None:
        path, out, log = marked(tmp_path, 400), tmp_path / "out", tmp_path / "marks"
        luck = random.Random(3)
        for more in (0, 0, 1, 20, 45):
            before = len(marks(log))
            with started(command(path, out), MARKS=str(log)) as process:
                if more:
                    while len(marks(log)) < before + more:
                        time.sleep(0.005)
                else:
                    while not (out / "store" / "owner.json").exists():
                        time.sleep(0.005)
                    time.sleep(luck.uniform(0, 2))
                start = time.monotonic()
                # In a terminal the whole group hears it, and some people press twice.
                os.killpg(process.pid, signal.SIGINT)
                if more == 45:
                    time.sleep(0.01)
                    os.killpg(process.pid, signal.SIGINT)
                printed, err = process.communicate(timeout=30)
            assert time.monotonic() - start < 5
            assert (process.returncode, printed, err) == (130, "", GOES_ON)
            assert nothing_left(process)
            assert not list((out / "store").glob("owner*"))
        assert len(on_disk(out)) > 40
        assert not kept_failures(out)

    @pytest.mark.parametrize("whole_group", [False, True])
    def test_sigterm(self, tmp_path: Path, whole_group: bool) -> None:
        """As at the end of a batch job, where its workers may be ended before it: no run failed for that."""
        path, out, log = marked(tmp_path, 300), tmp_path / "out", tmp_path / "marks"
        with started(command(path, out), MARKS=str(log)) as process:
            while len(marks(log)) < 40:
                time.sleep(0.005)
            if whole_group:
                workers = [pid for pid in of_session(process.pid) if pid != process.pid]
                for pid in workers:
                    os.kill(pid, signal.SIGTERM)
                time.sleep(0.5)
                os.killpg(process.pid, signal.SIGTERM)
            else:
                process.terminate()
            process.communicate(timeout=30)
        assert process.returncode == -signal.SIGTERM
        assert nothing_left(process)
        assert len(on_disk(out)) > 30
        assert not kept_failures(out)


def kept_failures(out: Path) -> list[str]:
    lines = (out / "store" / "journal.jsonl").read_bytes().splitlines(keepends=True)
    return [str(line) for line in lines if b'"status":"done"' not in line and unsealed(line)]


def test_two_sweeps_on_one_folder(tmp_path: Path) -> None:
    path, out, log = marked(tmp_path, 120), tmp_path / "out", tmp_path / "marks"
    with started(command(path, out), MARKS=str(log)) as first:
        while not marks(log):
            time.sleep(0.01)
        os.kill(first.pid, signal.SIGSTOP)
        code, _, err = finished(command(path, out))
        assert code == 2
        assert f"found another sweep at work there (process {first.pid} on " in err
        assert err.count("\n") == 1
        os.kill(first.pid, signal.SIGCONT)
        first.kill()
    assert nothing_left(first)
    assert (out / "store" / "owner.json").exists(), "the dead one's name"
    code, said, err = finished(command(path, out))
    assert (code, err) == (0, "")
    assert "120 of 120 runs" in said


@pytest.mark.audit  # its twin without a disk of its own is tests/test_run_store.py's
def test_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no disk may be mounted here: {mounted.stderr.decode().strip()}")
    try:
        path, out = marked(tmp_path, 120), disk / "out"
        assert finished(command(path, tmp_path / "good"))[0] == 0
        for size in ("200k", "500k", "900k"):
            subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)
            code, _, err = finished(command(path, out))
            assert code == 1
            assert err.count("\n") == 1
            assert "No space left on device" in err
            assert str(out) in err
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert finished(command(path, out))[0] == 0
        assert small_study.files(out) == small_study.files(tmp_path / "good")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_damage_told_and_mended_by_the_same_command(tmp_path: Path) -> None:
    path, out = marked(tmp_path, 45), tmp_path / "out"
    assert finished(command(path, out))[0] == 0
    good, store = small_study.files(out), out / "store"
    part = min(store.glob("part-*"))
    for damaged in (part, store / "plan.json", out / "runs.parquet"):
        content = bytearray(damaged.read_bytes())
        content[len(content) // 2] ^= 16
        damaged.write_bytes(content)
    code, said, err = finished(command(path, out))
    assert code == 0
    assert "45 of 45 runs, 20 of them made now" in said
    assert sorted(err.splitlines()) == [
        f"{part}: damaged; its runs are made again",
        f"{store / 'plan.json'}: damaged; written anew",
    ]
    assert small_study.files(out) == good
