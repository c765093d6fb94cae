"""A pool in which what befalls a call is known by that call, and costs no other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path

import misfortunes
import pytest

from incentive_model.runs.supervised import TRIES, Died, SupervisedPool, TimedOut

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
HERE = Path(__file__).parent


def alive(pid: int) -> bool:
    """Whether a process is there (one that has ended and was not noted yet is not)."""
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def gone(pids: list[int], seconds: float = 10) -> bool:
    """Whether processes end in time."""
    end = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(alive, pids))


@pytest.fixture(scope="module")
def pool() -> Iterator[SupervisedPool]:
    with SupervisedPool(1, seconds=20) as pool:
        yield pool


class TestOneCall:
    """Each misfortune ends its own call; the next one is made by a fresh process where it must be."""

    def test_what_it_gives(self, pool: SupervisedPool) -> None:
        assert list(pool.map(misfortunes.twice, range(5))) == [0, 2, 4, 6, 8]

    def test_an_exception_travels_and_ends_no_process(self, pool: SupervisedPool) -> None:
        before = pool.processes()
        with pytest.raises(LookupError, match="as asked"):
            pool.submit(misfortunes.fails).result()
        with pytest.raises(RuntimeError, match="Stubborn: 1 and 2"):
            pool.submit(misfortunes.fails_stubbornly).result()
        assert pool.processes() == before

    @pytest.mark.parametrize(
        ("misfortune", "said"),
        [
            (misfortunes.crashes, "ended by SIGSEGV"),
            pytest.param(misfortunes.aborts, "ended by SIGABRT", marks=pytest.mark.slow),
            pytest.param(misfortunes.leaves, "left with exit code 7", marks=pytest.mark.slow),
        ],
    )
    def test_a_crash_is_known_by_its_call(
        self, pool: SupervisedPool, misfortune: Callable[[], None], said: str
    ) -> None:
        before, crash = pool.submit(misfortunes.identity), pool.submit(misfortune)
        after = pool.submit(misfortunes.identity)
        with pytest.raises(Died, match=said):
            crash.result()
        assert before.result() != after.result()

    def test_killed_from_outside_is_tried_again(self, pool: SupervisedPool, tmp_path: Path) -> None:
        assert pool.submit(misfortunes.killed_once, tmp_path / "mark").result() == "done"


class TestLimits:
    @pytest.mark.parametrize(
        "misfortune",
        [misfortunes.never_ends_compiled, pytest.param(misfortunes.never_ends, marks=pytest.mark.slow)],
    )
    def test_time(self, misfortune: Callable[[], None]) -> None:
        with SupervisedPool(1, seconds=0.3) as pool:
            with pytest.raises(TimedOut, match=r"not done after 0\.3 s"):
                pool.submit(misfortune).result()
            assert pool.submit(misfortunes.twice, 2).result() == 4

    @pytest.mark.skipif(sys.platform != "linux", reason="memory can be limited on Linux alone")
    def test_memory(self) -> None:
        with SupervisedPool(1, megabytes=3_000) as pool:
            before = pool.submit(misfortunes.identity).result()
            with pytest.raises(MemoryError):
                pool.submit(misfortunes.hogs).result()
            assert pool.submit(misfortunes.identity).result() != before, "who knows what it still holds"


class TestEnd:
    def test_a_process_that_cannot_begin_is_no_calls_fault(self) -> None:
        with (
            SupervisedPool(1, begin=misfortunes.cannot_begin) as pool,
            pytest.raises(BrokenExecutor, match="cannot begin: OSError: no engine here"),
        ):
            pool.submit(misfortunes.twice, 1).result()

    def test_shutdown_leaves_no_process(self) -> None:
        with SupervisedPool(1) as pool:
            pids = pool.processes()
            assert pool.submit(misfortunes.leaves_a_thread).result() == "done"
            start = time.monotonic()
        assert time.monotonic() - start < 3
        assert not any(map(alive, pids))

    @pytest.mark.slow
    def test_shutdown_without_waiting(self) -> None:
        pool = SupervisedPool(1)
        pids, future = pool.processes(), pool.submit(misfortunes.twice, 4)
        pool.shutdown(wait=False)
        assert future.result() == 8
        assert gone(pids)

    def test_leaving_by_an_error_waits_for_nobody(self) -> None:
        pool = SupervisedPool(1)
        pids = pool.processes()

        def left() -> None:
            with pool:
                pool.submit(misfortunes.twice, 1).result()
                pool.submit(misfortunes.never_ends)
                raise KeyError

        with pytest.raises(KeyError):
            left()
        assert not any(map(alive, pids))

    @pytest.mark.slow
    def test_ended_while_a_process_is_started_anew(self) -> None:
        """A thread that starts a process just then must not leave it behind."""
        for delay in (0.0, 0.01, 0.03):
            pool = SupervisedPool(1)
            future = pool.submit(misfortunes.leaves)
            future.exception()
            again = pool.submit(misfortunes.never_ends)
            time.sleep(delay)
            threads = [threading.Thread(target=pool.kill) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert again.cancelled() or again.exception(10)
            assert pool.processes() == []
            pool.shutdown()

    @pytest.mark.parametrize(
        "misfortune", ["never_ends_compiled", pytest.param("never_ends", marks=pytest.mark.slow)]
    )
    def test_the_parent_is_killed(self, misfortune: str) -> None:
        script = (
            "import time, misfortunes\n"
            "from incentive_model.runs.supervised import SupervisedPool\n"
            "pool = SupervisedPool(1)\n"
            "pool.submit(misfortunes.twice, 1).result()\n"
            f"pool.submit(misfortunes.{misfortune})\n"
            "time.sleep(0.3)\n"
            "print(*pool.processes(), flush=True)\n"
            "time.sleep(60)\n"
        )
        path = os.pathsep.join([str(HERE), str(HERE.parent)])
        parent = subprocess.Popen(
            [sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE
        )
        with parent:
            assert parent.stdout is not None
            pids = [int(word) for word in parent.stdout.readline().split()]
            assert all(map(alive, pids))
            parent.kill()
        assert gone(pids)

    @pytest.mark.skipif(not Path("/proc").is_dir(), reason="masks are read in /proc")
    def test_workers_are_deaf_to_ctrl_c_from_the_first_moment(self) -> None:
        """Also the first one, with which Python starts a process of its own."""
        script = (
            "from incentive_model.runs.supervised import SupervisedPool\n"
            "pool = SupervisedPool(2)\n"
            "for pid in pool.processes():\n"
            "    (line,) = [x for x in open(f'/proc/{pid}/status') if x.startswith('SigBlk')]\n"
            "    print(int(line.split()[1], 16))\n"
            "pool.kill()\n"
        )
        found = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True)
        assert [int(line) >> (signal.SIGINT - 1) & 1 for line in found.stdout.split()] == [1, 1]

    @pytest.mark.slow
    def test_killed_from_outside_again_and_again(self) -> None:
        with SupervisedPool(1) as pool, pytest.raises(Died, match="SIGKILL, perhaps for want of memory"):
            pool.submit(misfortunes.killed).result()
        assert TRIES > 1
