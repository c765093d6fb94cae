"""Shards of a sweep: parts of one job, on one folder, that in the end give the same bytes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from tiny_study import tables, tiny

from incentive_model.cards import InputError
from incentive_model.inputs.study import Study
from incentive_model.runs import owner
from incentive_model.runs.owner import owned
from incentive_model.runs.run_store import JOURNAL
from incentive_model.runs.sweep import Sweep, sweep
from incentive_model.runs.sweep_folder import STORE


def part(study: Study, folder: Path, number: int, count: int) -> Sweep:
    return sweep(study, folder, executor="none", shard=(number, count), progress=False)


def whole(study: Study, folder: Path) -> Sweep:
    return sweep(study, folder, executor="none", progress=False)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("whole")
    whole(tiny(), folder)
    return tables(folder)


@pytest.mark.parametrize("count", [1, 3, 20])
def test_shards_started_together_and_put_together_are_one_sweep(
    count: int, tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    study, start = tiny(), Barrier(count)

    def shard(number: int) -> Sweep:
        start.wait()
        return part(study, tmp_path, number, count)

    with ThreadPoolExecutor(count) as together:
        made = sum(done.made for done in together.map(shard, range(1, count + 1)))
    assert made == 12
    assert not (tmp_path / "runs.parquet").exists()
    assert whole(study, tmp_path).made == 0
    assert tables(tmp_path) == undisturbed
    assert [path.name for path in (tmp_path / STORE).glob("journal*")] in ([], [JOURNAL])


def test_what_no_shard_made_the_last_call_makes(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    assert part(tiny(), tmp_path, 2, 3).made == 4
    assert part(tiny(), tmp_path, 2, 3).made == 0
    assert whole(tiny(), tmp_path).made == 8
    assert tables(tmp_path) == undisturbed


def test_a_shard_does_not_make_again_what_the_sweep_has(tmp_path: Path) -> None:
    whole(tiny(), tmp_path)
    assert part(tiny(), tmp_path, 1, 3).made == 0


class TestOneAtATime:
    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(owner, "PATIENCE", 0.1)

    def test_a_sweep_waits_for_no_shard(self, tmp_path: Path) -> None:
        with owned(tmp_path / STORE, "2-of-3"), pytest.raises(InputError, match=r"at work .*\(process \d+"):
            whole(tiny(), tmp_path)

    def test_nor_a_shard_for_a_sweep(self, tmp_path: Path) -> None:
        with owned(tmp_path / STORE), pytest.raises(InputError, match=r"at work .*\(process \d+"):
            part(tiny(), tmp_path, 1, 3)

    def test_nor_for_the_same_shard(self, tmp_path: Path) -> None:
        with owned(tmp_path / STORE, "1-of-3"), pytest.raises(InputError, match="one at a time"):
            part(tiny(), tmp_path, 1, 3)

    def test_shards_do_not_disturb_each_other(self, tmp_path: Path) -> None:
        with owned(tmp_path / STORE, "1-of-3"):
            assert part(tiny(), tmp_path, 2, 3).made == 4


@pytest.mark.parametrize("wrong", [(0, 3), (4, 3), (1, 0)])
def test_a_shard_is_one_of_n(wrong: tuple[int, int], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="i from 1 to n"):
        sweep(tiny(), tmp_path, executor="none", shard=wrong, progress=False)


def test_shards_are_of_one_study(tmp_path: Path) -> None:
    part(tiny(), tmp_path, 1, 2)
    with pytest.raises(InputError, match="seed is 1 there and 2 now"):
        part(tiny(seed=2), tmp_path, 2, 2)
