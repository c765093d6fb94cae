"""``check``, ``sweep`` and ``replay`` of a study, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from incentive_model.cli.main import main

STUDY = """
title = "Gap"
place = "yongan"
population = 150
months = 2
burn_in = 1
replicates = 2
outputs = ["down_referral_rate", "net_hospitals"]
[design]
method = "one-at-a-time"
[design.factors]
reimbursement_gap = [0.1, 0.2]
"""


@pytest.fixture(autouse=True)
def _a_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gap.toml").write_text(STUDY, "utf-8")


def typed(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert isinstance(left.value.code, int)
    return left.value.code


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = typed(*words, "--json")
    return code, json.loads(capsys.readouterr().out)


def test_check_tells_what_it_will_cost(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = answer(capsys, "check", "gap.toml", "--workers", "1")
    assert (code, said["ok"], said["problems"]) == (0, True, [])
    cost = said["study"]
    assert (cost["runs"], cost["points"], cost["cells"], cost["replicates"]) == (6, 2, 3, 2)
    assert cost["seconds"] == pytest.approx(6 * cost["seconds_a_run"])
    assert cost["megabytes"] > 0


def test_a_sweep_its_page_and_one_of_its_runs_again(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = answer(capsys, "sweep", "gap.toml", "--executor", "none")
    assert code == 0
    assert said == {
        "schema": 1,
        "study": "gap",
        "runs": 6,
        "rows": 6,
        "made": 6,
        "failed": 0,
        "complete": True,
        "failures": [],
        "out": "results/gap",
    }
    out = Path("results/gap")
    listed = json.loads((out / "manifest.json").read_text("utf-8"))["files"]
    there = {path.name for path in out.iterdir() if path.is_file()}
    assert (
        set(listed) == there >= {"runs.parquet", "summary.csv", "failures.csv", "report.html", "changes.png"}
    )
    code, said = answer(capsys, "sweep", "gap.toml", "--executor", "none")
    assert (code, said["made"]) == (0, 0), "asked again, nothing is made again"
    run_id = pq.read_table(out / "runs.parquet")["run_id"][3].as_py()
    code, said = answer(capsys, "replay", run_id, str(out))
    assert (code, said["same"], said["differ"]) == (0, True, [])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--shard 0/3", "shard: found 0/3"),
        ("--shard one", "--shard: found 'one'"),
        ("--workers 0", "workers: found 0"),
        ("--executor none --limit-seconds 3", "limits with 'local' or 'dask'"),
        ("--scheduler tcp://here:1", "executor 'dask'"),
        ("--shard 1/2 --force", "--force without --shard"),
        ("--out .", "holds something else"),
        ("--executor slurm", "slurm"),
    ],
)
def test_options_that_will_not_do(options: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("sweep", "gap.toml", *options.split()) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert said in told.err
    assert [path.name for path in Path().iterdir()] == ["gap.toml"], "nothing is written"


def test_no_such_run(capsys: pytest.CaptureFixture[str]) -> None:
    typed("sweep", "gap.toml", "--executor", "none")
    capsys.readouterr()
    assert typed("replay", "yongan-gap-00001-009", "results/gap") == 2
    assert "did you mean 'yongan-gap-00001-0" in capsys.readouterr().err
    assert typed("replay", "x", "elsewhere") == 2
    assert "elsewhere" in capsys.readouterr().err
