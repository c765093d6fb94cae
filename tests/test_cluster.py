"""Who makes the runs does not matter: executors of all kinds, a Dask cluster whose workers are killed."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from tiny_study import tables, tiny

from incentive_model.cards import InputError
from incentive_model.runs import dask_cluster
from incentive_model.runs.dask_cluster import ClusterLost, WorkersDied, dask_executor
from incentive_model.runs.executors import executor_of
from incentive_model.runs.study_plan import StudyPlan, plan_study
from incentive_model.runs.supervised import Died, TimedOut
from incentive_model.runs.sweep import sweep
from incentive_model.runs.task import OtherVersions, make


def undisturbed(folder: Path, replicates: int = 6) -> dict[str, str]:
    sweep(tiny(replicates), folder, executor="none", progress=False)
    return tables(folder)


class TestAnyExecutorWillDo:
    def swept(self, executor: Executor, folder: Path) -> dict[str, str]:
        with executor:
            sweep(tiny(), folder, executor=executor, workers=2, progress=False)
        return tables(folder)

    def test_threads(self, tmp_path: Path) -> None:
        assert self.swept(ThreadPoolExecutor(2), tmp_path / "threads") == undisturbed(tmp_path / "here")

    @pytest.mark.slow
    def test_spawned_processes(self, tmp_path: Path) -> None:
        spawned = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
        assert self.swept(spawned, tmp_path / "processes") == undisturbed(tmp_path / "here")

    def test_it_holds_no_run_to_a_limit(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(1) as mine, pytest.raises(InputError, match="which can end a process"):
            sweep(tiny(), tmp_path, executor=mine, limit_seconds=1, progress=False)


class TestOtherVersions:
    @pytest.fixture
    def elsewhere(self) -> StudyPlan:
        """Planned where the sources of this package are others."""
        plan = plan_study(tiny())
        return dataclasses.replace(plan, versions=plan.versions | {"sources": "0123456789ab"})

    def test_a_worker_makes_no_run_of_theirs(self, elsewhere: StudyPlan) -> None:
        with pytest.raises(OtherVersions, match=r"sources is .* there and 0123456789ab where"):
            make(elsewhere[0])

    def test_the_sweep_stops_and_has_no_row_of_it(self, elsewhere: StudyPlan, tmp_path: Path) -> None:
        with pytest.raises(OtherVersions):
            sweep(elsewhere, tmp_path, executor="none", progress=False)
        assert not list(tmp_path.glob("store/journal*"))
        assert not list(tmp_path.glob("*.parquet"))


class TestWhatCannotBe:
    def test_no_dask(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(InputError, match=r"pip install 'incentive-model\[cluster\]'"), dask_executor(1):
            pass

    def test_nobody_at_the_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dask_cluster, "PATIENCE", 0.2)
        match = "tcp://127.0.0.1:9: .* allowed: the address of a running"
        with pytest.raises(InputError, match=match), dask_executor(1, "tcp://127.0.0.1:9"):
            pass

    def test_an_address_for_another_executor(self) -> None:
        with (
            pytest.raises(InputError, match="executor 'dask'"),
            executor_of("local", 1, scheduler="tcp://127.0.0.1:9"),
        ):
            pass


@pytest.mark.slow
class TestClusterOfItsOwn:
    def test_the_same_bytes_and_not_a_word(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        sweep(tiny(), tmp_path / "dask", executor="dask", workers=2)
        assert capfd.readouterr() == ("", "")
        assert tables(tmp_path / "dask") == undisturbed(tmp_path / "here")
        assert not _spawned(psutil.Process())

    def test_what_ends_a_run_s_process_is_that_run_s_alone(self) -> None:
        with dask_executor(2, seconds=2) as dask:
            good = [dask.submit(pow, 2, k) for k in range(8)]
            bad = dask.submit(os._exit, 3), dask.submit(os.abort), dask.submit(time.sleep, 60)
            good += [dask.submit(pow, 2, k) for k in range(8, 16)]
            assert [future.result() for future in good] == [2**k for k in range(16)]
            left, crashed, slow = (future.exception() for future in bad)
        assert isinstance(left, Died)
        assert "exit code 3" in str(left)
        assert "SIGABRT" in str(crashed)
        assert isinstance(slow, TimedOut)

    def test_ctrl_c_ends_everything(self, tmp_path: Path) -> None:
        study = tmp_path / "tiny.toml"
        study.write_text('title = "Tiny"\nplace = "yongan"\npopulation = 200\nmonths = 2\nreplicates = 500\n')
        command = [sys.executable, "-m", "incentive_model", "sweep", str(study), "--executor", "dask"]
        out = tmp_path / "out"
        running = subprocess.Popen(
            [*command, "--out", str(out)], stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        _until((out / "store" / "journal.jsonl").exists)
        family = [running.pid, *(child.pid for child in psutil.Process(running.pid).children(recursive=True))]
        os.killpg(running.pid, signal.SIGINT)
        said = running.communicate(timeout=20)[1]
        assert running.returncode == 130
        assert said.startswith("incentive-model: interrupted")
        assert len(said.splitlines()) == 1
        _until(lambda: not any(psutil.pid_exists(pid) for pid in family))


class Cluster:
    """A scheduler and two workers, as a cluster's own commands start them."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        # the first death is the last, and a worker that has died is back at once
        patience = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
        self.scheduler = self._started("scheduler", "--host", "127.0.0.1", "--port", "0", **patience)
        self.workers = self._started("worker", "--nworkers", "2", "--nthreads", "1")
        _until(self.file.exists)
        self.address = json.loads(self.file.read_text())["address"]

    def _started(self, *arguments: str, **environment: str) -> psutil.Popen:
        command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(self.file)]
        paths = os.pathsep.join(
            [str(Path(dask_cluster.__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
        )
        return psutil.Popen(
            [*command, "--no-dashboard"],
            env={**os.environ, "PYTHONPATH": paths, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill_a_worker(self) -> None:
        """SIGKILL for one of the processes that Dask calls its workers."""
        if spawned := _spawned(self.workers):
            random.choice(spawned).kill()

    def close(self) -> None:
        for process in (*self.workers.children(recursive=True), self.workers, self.scheduler):
            if process.is_running():
                process.kill()
        self.workers.wait()
        self.scheduler.wait()


def _spawned(process: psutil.Process) -> list[psutil.Process]:
    return [child for child in process.children() if "spawn_main" in " ".join(child.cmdline())]


def _until(done: object, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    yield found
    found.close()


@pytest.mark.slow
class TestClusterThatIsJoined:
    def test_workers_are_killed_and_the_bytes_are_the_same(self, tmp_path: Path, cluster: Cluster) -> None:
        over = threading.Event()

        def kill() -> None:
            _until((tmp_path / "dask" / "store" / "journal.jsonl").exists)
            for _ in range(4):
                cluster.kill_a_worker()
                over.wait(2.0)

        killer = threading.Thread(target=kill)
        killer.start()
        sweep(tiny(60), tmp_path / "dask", executor="dask", scheduler=cluster.address, progress=False)
        over.set()
        killer.join()
        assert tables(tmp_path / "dask") == undisturbed(tmp_path / "here", 60)
        assert cluster.scheduler.is_running()  # it is left as it was found
        assert cluster.workers.is_running()

    def test_a_run_that_kills_its_worker_is_told_and_the_others_are_made(self, cluster: Cluster) -> None:
        murder = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
        with dask_executor(1, cluster.address) as dask:
            futures: list[Future[object]] = [dask.submit(pow, 2, k) for k in range(8)]
            guilty = dask.submit(exec, murder)
            futures += [dask.submit(pow, 2, k) for k in range(8, 16)]
            assert isinstance(guilty.exception(), WorkersDied)
            assert [future.result() for future in futures] == [2**k for k in range(16)]

    def test_a_scheduler_that_is_lost_ends_the_sweep_which_goes_on_elsewhere(
        self, tmp_path: Path, cluster: Cluster
    ) -> None:
        out = tmp_path / "dask"

        def kill() -> None:
            _until((out / "store" / "journal.jsonl").exists)
            cluster.scheduler.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises(ClusterLost, match="the same command goes on"):
            sweep(tiny(100), out, executor="dask", scheduler=cluster.address, progress=False)
        killer.join()
        kept = len((out / "store" / "journal.jsonl").read_bytes().splitlines())
        assert kept
        done = sweep(tiny(100), out, executor="none", shard=(1, 1), progress=False)
        assert done.made == 200 - kept
