"""What is on disk is never a wrong row: whatever is damaged is told, and made again to the same bytes."""

from __future__ import annotations

import errno
import io
import itertools
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import small_study
from small_study import MadeUp, fill, rows, truth

from incentive_model.analysis.summary import write_summary
from incentive_model.cards import InputError
from incentive_model.runs import run_store
from incentive_model.runs.journal import Journal
from incentive_model.runs.run_store import JOURNAL, RunStore
from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.sweep import Sweep, sweep
from incentive_model.runs.sweep_folder import RUNS, STORE, open_folder

PART = 5


@pytest.fixture(autouse=True)
def _small_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small parts, and no waiting for a disk that is not switched off here."""
    monkeypatch.setattr(run_store, "PART", PART)
    monkeypatch.setattr(os, "fsync", lambda number: None)


@pytest.fixture(params=[pytest.param(1, marks=pytest.mark.slow, id="every"), pytest.param(9, id="some")])
def step(request: pytest.FixtureRequest) -> int:
    """Every place where something can go wrong, or every ninth."""
    return int(request.param)


@pytest.fixture(scope="module")
def plan() -> StudyPlan:
    return small_study.plan_of()


@pytest.fixture(scope="module")
def records(plan: StudyPlan) -> list[bytes]:
    return [small_study.record(plan[number]) for number in range(len(plan))]


@pytest.fixture
def folder(tmp_path: Path, plan: StudyPlan, records: list[bytes]) -> Path:
    """The store of a sweep that was left with one part and four lines of the journal."""
    fill(RunStore(tmp_path / STORE, plan, print), records, [*range(7), 9, 8])
    return tmp_path / STORE


def never_wrong(
    folder: Path, plan: StudyPlan, records: list[bytes], repaired: bool = True
) -> tuple[list[str], int]:
    """Open a store, whatever was done to it; returns what was told, and how many rows were there.

    With ``repaired``, what is missing is made again, and the files are those of an undisturbed store.
    """
    told: list[str] = []
    store = RunStore(folder, plan, told.append)
    there = [number for number in range(len(plan)) if number in store]
    assert len(store) == len(there)
    assert rows(store).equals(truth(plan, records, there))
    if repaired:
        fill(store, records, range(len(plan)))
        again = RunStore(folder, plan, pytest.fail)
        assert rows(again).equals(truth(plan, records, range(len(plan))))
        assert sorted(path.name for path in folder.iterdir()) == whole(plan, records, folder)
    return told, len(there)


def whole(plan: StudyPlan, records: list[bytes], beside: Path) -> list[str]:
    """The files of an undisturbed store: parts are named by their bytes."""
    folder = beside.with_name("undisturbed")
    if not folder.exists():
        fill(RunStore(folder, plan, print), records, range(len(plan)))
    return sorted(path.name for path in folder.iterdir())


def with_content(path: Path, content: bytes) -> Iterator[Path]:
    """The folder of a file, copied, with that file so."""
    copy = path.parent.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(path.parent, copy)
    (copy / path.name).write_bytes(content)
    yield copy


def flipped(content: bytes, where: int, bit: int) -> bytes:
    changed = bytearray(content)
    changed[where] ^= 1 << bit
    return bytes(changed)


class TestDamage:
    def test_cut_anywhere_in_the_last_line(
        self, folder: Path, plan: StudyPlan, records: list[bytes], step: int
    ) -> None:
        content = (folder / JOURNAL).read_bytes()
        start = content.rindex(b"\n", 0, -1) + 1
        for end in range(start, len(content), step):
            for copy in with_content(folder / JOURNAL, content[:end]):
                told, there = never_wrong(copy, plan, records, repaired=end % 20 == 0)
                assert there == 8
                assert [line.partition(": damaged in line ")[0] for line in told] == (
                    [str(copy / JOURNAL)] if end > start else []
                )

    def test_a_flipped_bit_in_the_journal(
        self, folder: Path, plan: StudyPlan, records: list[bytes], step: int
    ) -> None:
        content = (folder / JOURNAL).read_bytes()
        luck = random.Random(1)
        for where in range(0, len(content), step):
            for copy in with_content(folder / JOURNAL, flipped(content, where, luck.randrange(8))):
                told, there = never_wrong(copy, plan, records, repaired=where % 40 == 0)
                assert 7 <= there <= 8, "a newline less costs two"
                assert len(told) == 1
                assert str(copy / JOURNAL) in told[0]

    def test_a_flipped_bit_in_a_part(
        self, folder: Path, plan: StudyPlan, records: list[bytes], step: int
    ) -> None:
        (part,) = folder.glob("part-*")
        content, luck = part.read_bytes(), random.Random(2)
        for where in range(0, len(content), 11 * step):
            for copy in with_content(part, flipped(content, where, luck.randrange(8))):
                told, there = never_wrong(copy, plan, records, repaired=where % 20 == 0)
                assert told == [f"{copy / part.name}: damaged; its runs are made again"]
                assert there == 4

    def test_a_part_cut_short(self, folder: Path, plan: StudyPlan, records: list[bytes]) -> None:
        (part,) = folder.glob("part-*")
        content = part.read_bytes()
        for end in (0, 1, len(content) // 2, len(content) - 1):
            for copy in with_content(part, content[:end]):
                assert never_wrong(copy, plan, records)[1] == 4

    def test_lines_that_are_in_a_part_too(self, folder: Path, plan: StudyPlan, records: list[bytes]) -> None:
        """As when the sweep ended between a part and mending the journal. They help if it is damaged."""
        journal = Journal(folder / JOURNAL)
        for number in range(PART):
            journal.append(records[number])
        journal.close()
        for copy in with_content(folder / "new", b""):
            (copy / "new").unlink()
            assert never_wrong(copy, plan, records) == ([], 9)
        (part,) = folder.glob("part-*")
        for copy in with_content(part, b""):
            told, there = never_wrong(copy, plan, records)
            assert (len(told), there) == (1, 9)

    def test_damage_while_the_sweep_goes_on_is_no_row(
        self, folder: Path, plan: StudyPlan, records: list[bytes]
    ) -> None:
        (part,) = folder.glob("part-*")
        for path in (folder / JOURNAL, part):
            content = path.read_bytes()
            store = RunStore(folder, plan, print)
            path.write_bytes(flipped(content, len(content) // 2, 0))
            with pytest.raises(OSError, match=f"{path.name}: damaged while"):
                rows(store)
            path.write_bytes(content)

    def test_the_plan(self, folder: Path, plan: StudyPlan) -> None:
        def opened(folder: Path) -> list[str]:
            told: list[str] = []
            assert len(open_folder(folder, plan, told.append)) == 9
            return told

        assert opened(folder.parent) == []
        path = folder / "plan.json"
        content, luck = path.read_bytes(), random.Random(3)
        damaged = [
            flipped(content, where, luck.randrange(8)) for where in luck.sample(range(len(content)), 60)
        ]
        for changed in (*damaged, b"", content[:-9], b"[]", b"{}"):
            path.write_bytes(changed)
            assert opened(folder.parent) == [f"{path}: damaged; written anew"]
            assert path.read_bytes() == content


class TestAnotherStudy:
    def test_its_rows_are_refused_and_kept(self, folder: Path, plan: StudyPlan) -> None:
        """Should the plan be lost, its rows still know whose they are."""
        other = small_study.plan_of(months=3)
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        with pytest.raises(InputError, match=rf"part-\S+: found rows of another study.*{plan.design_hash}"):
            open_folder(folder.parent, other, pytest.fail)
        (part,) = folder.glob("part-*")
        part.unlink()
        with pytest.raises(InputError, match=rf"{JOURNAL}: found rows of another study"):
            open_folder(folder.parent, other, pytest.fail)
        del before[part.name]
        assert before == {path.name: path.read_bytes() for path in folder.iterdir()}
        assert len(open_folder(folder.parent, other, pytest.fail, force=True)) == 0

    def test_changed_inputs_are_named_with_both_values(self, folder: Path, plan: StudyPlan) -> None:
        open_folder(folder.parent, plan, pytest.fail)
        other = small_study.plan_of(months=3)
        with pytest.raises(InputError, match=r"study\.months is 2 there and 3 now"):
            open_folder(folder.parent, other, pytest.fail)


class TestFolder:
    def made(self, plan: StudyPlan, out: Path, **options: Any) -> tuple[Sweep, list[int]]:
        executor = options.pop("executor", None) or MadeUp()
        return sweep(
            plan, out, executor=executor, progress=False, finish=write_summary, **options
        ), executor.made

    def test_damaged_results_are_written_again(self, tmp_path: Path, plan: StudyPlan) -> None:
        self.made(plan, tmp_path)
        good = small_study.files(tmp_path)
        assert set(good) == {RUNS, "series.parquet", "failures.csv", "summary.csv"}
        for name, content in good.items():
            for wrong in (flipped(content, len(content) // 2, 3), b"", None):
                path = tmp_path / name
                path.unlink() if wrong is None else path.write_bytes(wrong)
                _, made = self.made(plan, tmp_path)
                assert made == []
                assert small_study.files(tmp_path) == good
        for content in (b"", b"{}", b"[1]", (tmp_path / "manifest.json").read_bytes()[:-3]):
            (tmp_path / "manifest.json").write_bytes(content)
            self.made(plan, tmp_path)
            assert small_study.files(tmp_path) == good

    def test_a_damaged_part_of_a_finished_sweep(self, tmp_path: Path, plan: StudyPlan) -> None:
        self.made(plan, tmp_path)
        good = small_study.files(tmp_path)
        part = max((tmp_path / STORE).glob("part-*"))
        part.write_bytes(flipped(part.read_bytes(), 100, 0))
        _, made = self.made(plan, tmp_path)
        assert made == [10, 11]
        assert small_study.files(tmp_path) == good

    def test_retry_makes_the_failed_ones_and_the_tables_again(self, tmp_path: Path, plan: StudyPlan) -> None:
        done, _ = self.made(plan, tmp_path)
        assert (done.failed, len(done.failures())) == (2, 2)
        mended = MadeUp(lambda task: task.done([1.0] * len(task.columns), [[0.0] * 3]))
        done, made = self.made(plan, tmp_path, retry=True, executor=mended)
        assert made == [3, 8]
        assert (done.failed, len(done.failures())) == (0, 0)
        assert done.runs().status.tolist() == ["done"] * 12

    def test_shards_come_to_the_same_bytes(self, tmp_path: Path, plan: StudyPlan) -> None:
        self.made(plan, tmp_path / "one")
        made = [self.made(plan, tmp_path / "shards", shard=(i, 3))[1] for i in (3, 1)]
        assert made == [[2, 5, 8, 11], [0, 3, 6, 9]]
        assert self.made(plan, tmp_path / "shards", shard=(1, 2))[1] == [4, 10], "others' runs are done"
        done, made_last = self.made(plan, tmp_path / "shards")
        assert (made_last, done.complete) == ([1, 7], True)
        assert small_study.files(tmp_path / "shards") == small_study.files(tmp_path / "one")
        assert not list((tmp_path / "shards" / STORE).glob("journal-*"))

    def test_one_shard_of_one_says_that_the_tables_are_not_there(
        self, tmp_path: Path, plan: StudyPlan
    ) -> None:
        done, _ = self.made(plan, tmp_path, shard=(1, 1))
        assert (done.done, done.complete) == (12, False)
        assert self.made(plan, tmp_path)[0].complete

    @pytest.mark.parametrize("option", ["force", "retry"])
    def test_a_shard_does_not_touch_its_fellows(self, tmp_path: Path, plan: StudyPlan, option: str) -> None:
        with pytest.raises(InputError, match=f"--{option} without --shard"):
            self.made(plan, tmp_path, shard=(1, 2), **{option: True})

    @pytest.mark.parametrize("force", [False, True])
    def test_somebody_elses_store(self, tmp_path: Path, plan: StudyPlan, force: bool) -> None:
        (tmp_path / STORE).mkdir()
        (tmp_path / STORE / "index.js").write_text("mine")
        with pytest.raises(InputError, match="a folder that holds something else"):
            self.made(plan, tmp_path, force=force)
        assert (tmp_path / STORE / "index.js").read_text() == "mine"

    def test_what_somebody_put_beside_stays(self, tmp_path: Path, plan: StudyPlan) -> None:
        self.made(plan, tmp_path)
        for path in (tmp_path / "notes.txt", tmp_path / "mine.parquet", tmp_path / STORE / "notes.txt"):
            path.write_text("mine")
        (tmp_path / RUNS).unlink()
        self.made(plan, tmp_path)
        other = small_study.plan_of(months=3)
        _, made = self.made(other, tmp_path, force=True)
        assert len(made) == 12
        for path in (tmp_path / "notes.txt", tmp_path / "mine.parquet", tmp_path / STORE / "notes.txt"):
            assert path.read_text() == "mine"

    def test_what_a_killed_process_left_half_written_goes(self, tmp_path: Path, plan: StudyPlan) -> None:
        (tmp_path / STORE).mkdir()
        self.made(plan, tmp_path)
        left = [tmp_path / f".{RUNS}.0123abcd.partial", tmp_path / STORE / ".plan.json.0123abcd.partial"]
        for path in left:
            path.write_text("half")
        self.made(plan, tmp_path)
        assert not any(path.exists() for path in left)

    def test_a_path_with_a_blank_can_be_pasted(self, tmp_path: Path, plan: StudyPlan) -> None:
        done, _ = self.made(plan, tmp_path / "my sweep")
        assert done.failures().replay[0].endswith(f" '{tmp_path / 'my sweep'}'")

    def test_another_readers_interrupt_is_no_failed_run(self, tmp_path: Path, plan: StudyPlan) -> None:
        """A library that swallows Ctrl-C and raises something of its own must not make a row of it."""
        import signal

        def swallowed(task: Any) -> bytes:
            if task.number == 6:
                try:
                    signal.raise_signal(signal.SIGINT)
                except KeyboardInterrupt:
                    return task.failed("run", "SystemError: returned a result with an exception set")
            return small_study.record(task)

        with pytest.raises(KeyboardInterrupt):
            self.made(plan, tmp_path, executor=MadeUp(swallowed), workers=1)
        done, made = self.made(plan, tmp_path)
        assert 6 in made
        assert done.failed == 2


class Killed(BaseException):
    """The process is gone."""


class Disk:
    """A disk whose n-th operation fails, half done; ``dead``: and nothing after it is done, as if killed."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, dead: bool) -> None:
        self.count, self._at, self._dead = 0, at, dead
        for name in ("fsync", "replace", "ftruncate"):
            patch.setattr(os, name, self._whole(getattr(os, name)))
        patch.setattr(os, "write", self._half(os.write, slice_at=1))
        patch.setattr(Path, "unlink", self._whole(Path.unlink, named=True))
        patch.setattr(pq.ParquetWriter, "write_table", self._table(pq.ParquetWriter.write_table))
        patch.setattr(Path, "open", self._opening(Path.open))

    def _fails(self) -> bool:
        self.count += 1
        return self.count == self._at or (self._dead and self.count > self._at)

    def _error(self, *path: object) -> BaseException:
        return Killed() if self._dead else OSError(errno.EIO, os.strerror(errno.EIO), *map(str, path))

    def _whole(self, operation: Callable[..., Any], named: bool = False) -> Callable[..., Any]:
        def done(*args: Any, **kwargs: Any) -> Any:
            if self._fails():
                raise self._error(*args[:named])
            return operation(*args, **kwargs)

        return done

    def _table(self, write: Callable[..., Any]) -> Callable[..., Any]:
        failing = self._whole(write)

        def done(writer: pq.ParquetWriter, *args: Any, **kwargs: Any) -> Any:
            in_memory = isinstance(writer.where, io.BytesIO)
            return (write if in_memory else failing)(writer, *args, **kwargs)

        return done

    def _half(self, write: Callable[..., Any], slice_at: int) -> Callable[..., Any]:
        def done(*args: Any) -> Any:
            if self._fails():
                if self.count == self._at:
                    content = args[slice_at]
                    write(*args[:slice_at], content[: len(content) // 2])
                raise self._error()
            return write(*args)

        return done

    def _opening(self, opened: Callable[..., Any]) -> Callable[..., Any]:
        def done(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            if not set(mode) & set("wxa"):
                return opened(path, mode, *args, **kwargs)
            if self._fails():
                raise self._error()
            file: io.IOBase = opened(path, mode, *args, **kwargs)
            file.write = self._half(file.write, slice_at=0)  # type: ignore[attr-defined]
            return file

        return done


class TestDisk:
    @pytest.mark.parametrize("dead", [False, True], ids=["an error", "killed"])
    def test_it_fails_at_any_operation(self, tmp_path: Path, plan: StudyPlan, dead: bool, step: int) -> None:
        """At every write, flush and renaming there is: no wrong row, and the same call goes on."""
        good = self._undisturbed(tmp_path / "good", plan)
        for at in itertools.count(1, step):
            out = tmp_path / str(at)
            disturbed, said = MadeUp(), str(out)  # not to have left one's name is no reason to end
            with pytest.MonkeyPatch.context() as patch:
                disk = Disk(patch, at, dead)
                try:
                    sweep(plan, out, executor=disturbed, progress=False, finish=write_summary, workers=1)
                except OSError as error:
                    said = str(error)
                except Killed:
                    pass
                if disk.count < at:
                    break
            assert str(out) in said, "the line names the file"
            resumed = MadeUp()
            sweep(plan, out, executor=resumed, progress=False, finish=write_summary)
            assert small_study.files(out) == good, f"operation {at}"
            assert len(set(disturbed.made) & set(resumed.made)) <= 4, "those in flight"
        assert at > 60, "so many there are"

    def _undisturbed(self, out: Path, plan: StudyPlan) -> dict[str, bytes]:
        sweep(plan, out, executor=MadeUp(), progress=False, finish=write_summary)
        return small_study.files(out)

    def test_what_is_added_to_the_tables_names_at_least_the_folder(
        self, tmp_path: Path, plan: StudyPlan
    ) -> None:
        """A library that draws says of a full disk neither what nor where."""

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with pytest.raises(OSError, match=str(tmp_path)):
            sweep(plan, tmp_path, executor=MadeUp(), progress=False, finish=full)
        assert not (tmp_path / "manifest.json").exists()

    def test_full_at_any_size(self, tmp_path: Path, plan: StudyPlan) -> None:
        """The system itself refuses to let a file grow: what a full disk says, wherever it is met."""
        resource = pytest.importorskip("resource")
        good = self._undisturbed(tmp_path / "good", plan)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        sizes = [0, 1, 100, 300, 1_000, 2_000, 2_500, 3_000, 4_000, 5_000, 6_000]
        refused = []
        for size in sizes:
            out = tmp_path / str(size)
            try:
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
                sweep(plan, out, executor=MadeUp(), progress=False, finish=write_summary)
            except OSError as error:
                refused.append((error.errno, str(out) in str(error)))
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
            sweep(plan, out, executor=MadeUp(), progress=False, finish=write_summary)
            assert small_study.files(out) == good
        assert len(refused) > 6
        assert set(refused) == {(errno.EFBIG, True)}, "the line names the file"
