"""``sensitivity`` of a study: a sweep that goes on, and tables that follow from it, byte for byte."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
import small_study
from small_study import files

import incentive_model as im
from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.cards import levers
from incentive_model.cli.main import main
from incentive_model.inputs.asked import Asked
from incentive_model.inputs.design import Design, Factor
from incentive_model.inputs.study import Study, load_study
from incentive_model.runs import run_store
from incentive_model.runs.study_plan import plan_study

HERE = Path(__file__).parent
FACTORS = {
    "reimbursement_gap": Factor("reimbursement_gap", (), 0.0, 0.4),
    "beta_travel": Factor("beta_travel", (), 0.01, 0.1, log=True),
    "payment_method": Factor("payment_method", levers()["payment_method"].choices),
}
#: The runs of a base row: five points twice, and the status quo at both values of the parameter.
A_ROW = 2 * (5 + 2)


def study(n: int = 4, **changed: Any) -> Study:
    """A lever, a parameter and a way of paying in Yong'an, with 150 residents, for three months."""
    said: dict[str, Any] = {
        "name": "hangs-on",
        "title": "What it hangs on",
        "places": ("yongan",),
        "population": 150,
        "months": 3,
        "burn_in": 1,
        "replicates": 2,
        "outputs": ("oop_per_capita", "net_hospitals"),
        "series": ("first_contact_primary_share",),
        "design": Design("sobol", FACTORS, n),
    }
    return Study(**said | changed)


class Here(Executor):
    """Makes runs in this process and counts them; leaves after so many, and fails at some."""

    def __init__(self, most: int | None = None, fails: tuple[int, ...] = ()) -> None:
        self.made: list[int] = []
        self.most, self.fails = most, fails

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if len(self.made) == self.most:
            future.set_exception(BrokenExecutor("gone"))
        else:
            self.made.append(number := args[0].number)
            future.set_result(args[0].failed("run", "as asked") if number in self.fails else fn(*args))
        return future


def analysed(asked: Study, out: Path, executor: Executor | None = None) -> Sensitivity:
    return im.sensitivity(asked, out, executor=executor or "none", progress=False)


@pytest.fixture(scope="module", autouse=True)
def _small_parts() -> Any:
    """So that these studies are several, and end within one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_store, "PART", 20)
        yield


@pytest.fixture(scope="module")
def of_four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    analysed(study(4), out := tmp_path_factory.mktemp("four") / "out")
    return out


@pytest.fixture(scope="module")
def of_eight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    analysed(study(8), out := tmp_path_factory.mktemp("eight") / "out")
    return out


@pytest.fixture
def out(of_four: Path, tmp_path: Path) -> Path:
    """A folder with the study of four base rows, to be worked in."""
    shutil.copytree(of_four, tmp_path / "out")
    return tmp_path / "out"


def test_it_leaves_tables_figures_and_a_page_that_the_manifest_names(of_four: Path) -> None:
    there = {path.name for path in of_four.iterdir() if path.is_file()}
    assert set(json.loads((of_four / "manifest.json").read_text("utf-8"))["files"]) == there
    assert there >= {"runs.parquet", "series.parquet", "indices.csv", "through_time.csv", "report.html"}
    assert {path.suffix for path in of_four.iterdir()} >= {".png", ".svg"}
    indices = pd.read_csv(of_four / "indices.csv")
    assert [*indices] == ["output", "of", "method", "index", "factor", "value", "low", "high"]
    assert {*indices["output"]} == {"oop_per_capita", "net_hospitals"}
    assert {*indices["factor"]} == {*FACTORS, "luck"}


def test_asked_again_no_run_is_made_and_nothing_changes(out: Path, of_four: Path) -> None:
    analysed(study(4), out, executor := Here())
    assert not executor.made
    assert files(out) == files(of_four)


def test_left_half_way_it_goes_on_to_the_same_bytes(tmp_path: Path, of_four: Path) -> None:
    first, second = Here(most=33), Here()
    with pytest.raises(BrokenExecutor):
        analysed(study(4), tmp_path, first)
    with (tmp_path / "store" / "journal.jsonl").open("ab") as journal:
        journal.write(b'{"half a li')
    analysed(study(4), tmp_path, second)
    assert {*first.made} | {*second.made} == {*range(4 * A_ROW)}
    assert len({*first.made} & {*second.made}) < 13, "part of 20 and what was not in flight are kept"
    assert files(tmp_path) == files(of_four)


def test_more_base_rows_go_on_where_fewer_ended(out: Path, of_eight: Path) -> None:
    analysed(study(8), out, executor := Here())
    assert sorted(executor.made) == list(range(4 * A_ROW, 8 * A_ROW))
    assert files(out) == files(of_eight)


@pytest.mark.slow
def test_more_base_rows_after_half_of_the_fewer(tmp_path: Path, of_eight: Path) -> None:
    with pytest.raises(BrokenExecutor):
        analysed(study(4), tmp_path, Here(most=33))
    analysed(study(8), tmp_path)
    assert files(tmp_path) == files(of_eight)


def test_base_rows_are_doubled_until_they_do(tmp_path: Path, of_eight: Path) -> None:
    """Four are never enough for that; eight are all there are."""
    found = analysed(study(8, sensitivity=Asked(precision=1e-6, start=4)), tmp_path, executor := Here())
    assert sorted(executor.made) == list(range(8 * A_ROW))
    assert (found.base_rows, found.settled) == (8, False)
    for name in ("indices.csv", "runs.parquet", "series.parquet"):
        assert files(tmp_path)[name] == files(of_eight)[name]


@pytest.mark.parametrize(
    ("run", "which"), [(A_ROW, "status-quo"), (A_ROW + 3, "hangs-on"), (2 * A_ROW - 1, "hangs-on")]
)
def test_a_run_that_fails_costs_its_base_row_until_it_is_made_again(
    tmp_path: Path, of_four: Path, run: int, which: str
) -> None:
    """Luck is told from two replicates, and there are no more."""
    assert plan_study(study(4))[run].key[2] == which
    found = analysed(study(4), tmp_path, Here(fails=(run,)))
    assert (found.failed, found.dropped_base_rows, found.base_rows) == (1, 1, 3)
    assert "1 runs failed; 1 more base rows (25.0%) were not whole and left out" in found.basis
    values = found.indices["value"]
    assert values.notna().all()
    again = Here()
    found = im.sensitivity(study(4), tmp_path, executor=again, retry=True, progress=False)
    assert again.made == [run]
    assert (found.failed, found.dropped_base_rows) == (0, 0)
    assert files(tmp_path) == files(of_four)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (study(2), "design.n is 4 there and 2 now"),
        (
            study(design=Design("sobol", FACTORS | {"dummy": Factor("dummy", unseen=True)}, 4)),
            "design.factors",
        ),
        (study(design=Design("sobol", FACTORS, 4, second_order=True)), "design.second_order"),
        (study(seed=2), "study.seed"),
    ],
)
def test_a_folder_with_another_study_is_refused_and_left_alone(out: Path, asked: Study, said: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
    with pytest.raises(im.InputError, match=said) as caught:
        analysed(asked, out)
    assert "\n" not in str(caught.value)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.*")} == before


def test_points_of_a_base_row_are_lucky_together_until_the_dummy_moves() -> None:
    plan = plan_study(
        study(design=Design("sobol", FACTORS | {"dummy": Factor("dummy", unseen=True)}, 4), replicates=1)
    )
    tried = [plan[number] for number in range(len(plan)) if plan[number].key[2] != "status-quo"]
    seeds = [task.request.seed for task in tried]
    assert len(tried) == 4 * 6
    rows = [seeds[k : k + 6] for k in range(0, 24, 6)]  # A, AB of three factors and of the dummy, B
    assert all(len({*row[:4]}) == 1 == len({*row[4:]}) for row in rows)
    assert len({*seeds}) == 8
    held = {plan[number].request.run_id: plan[number].request for number in range(len(plan))}
    for task in tried:
        base = held[task.key[6]]
        assert (base.seed, base.parameters) == (task.request.seed, task.request.parameters)
    assert "dummy" not in plan.points


def test_levers_that_are_moved_one_at_a_time_swing_outputs(tmp_path: Path) -> None:
    factors = {"reimbursement_gap": Factor("reimbursement_gap", (0.1, 0.4))}
    asked = study(design=Design("one-at-a-time", factors), series=())
    found = analysed(asked, tmp_path)
    assert found.swings["setting"].tolist() == ["low", "high"] * 2
    before = files(tmp_path)
    analysed(asked, tmp_path, executor := Here())
    assert not executor.made
    assert files(tmp_path) == before


FILE = """
title = "Typed"
place = "yongan"
population = 150
months = 2
burn_in = 1
replicates = 2
outputs = ["net_hospitals"]
[design]
method = "sobol"
n = 4
[design.factors]
reimbursement_gap = {low = 0.0, high = 0.4}
payment_method = {}
dummy = {}
[sensitivity]
fails = ["net_hospitals < 0"]
"""


def typed(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert isinstance(left.value.code, int)
    return left.value.code


class TestTyped:
    @pytest.fixture(autouse=True)
    def _a_study(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("typed.toml").write_text(FILE, "utf-8")

    def test_the_answer_for_programs(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert typed("sensitivity", "typed.toml", "--executor", "none", "--json") == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["schema"], said["study"], said["design"]) == (1, "typed", "sobol")
        counts = ("base_rows", "replicates", "runs", "failed", "dropped_base_rows", "dropped_replicates")
        runs = 4 * 2 * (5 + 2)  # five points and, of either luck, the status quo
        assert [said[name] for name in counts] == [4, 2, runs, 0, 0, 0]
        assert {*said["indices"][0]} == {"output", "of", "method", "index", "factor", "value", "low", "high"}
        assert [*said["verdicts"]] == ["net_hospitals"]
        assert said["out"] == "results/typed"
        assert {*said} > {"settled", "constant", "notes", "through_time", "convergence", "swings", "boxes"}
        assert any("net_hospitals < 0" in note for note in said["notes"]), "too few points to tell"

    def test_in_words(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert typed("sensitivity", "typed.toml", "--executor", "none") == 0
        said = capsys.readouterr().out.splitlines()
        assert said[0] == "Typed"
        assert said[1].startswith("4 base rows of the design 'sobol', 56 runs, 2 replicates of each point")
        assert said[2].startswith("net_hospitals ")
        assert said[-1].startswith("Report: results/typed/report.html")

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ('method = "sobol"', 'method = "full-factorial"', "design.n: found a number with method"),
            ('method = "sobol"', 'method = "finite-difference"', "design.method: found 'finite-difference'"),
            ('fails = ["net_hospitals < 0"]', 'methods = ["morris"]', "sensitivity.methods: found 'morris'"),
            ('fails = ["net_hospitals < 0"]', 'methods = ["delt"]', "did you mean 'delta'?"),
            (
                '"net_hospitals < 0"',
                '"net_hospitals is low"',
                "sensitivity.fails: found 'net_hospitals is low'",
            ),
            (
                '"net_hospitals < 0"',
                '"net_hospitals < low"',
                "sensitivity.fails: found 'net_hospitals < low'",
            ),
            ('method = "sobol"', 'method = "morris"', "sensitivity.fails: found fails with design"),
            ("fails =", "precision = 0\nfails =", "sensitivity.precision: found 0"),
            ("n = 4", 'n = 4\ngroups = {a = ["reimbursement_gaps"]}', "did you mean 'reimbursement_gap'?"),
            ("n = 4", 'n = 4\ngroups = {a = ["dummy"]}', "reimbursement_gap in 0 groups"),
            ("n = 4", "n = 4\nlevels = [4, 6]", "design.levels: found levels with method 'sobol'"),
            ('method = "sobol"', 'method = "morris"\nlevels = [3]', "design.levels: found 3; allowed: even"),
            ('method = "sobol"', 'method = "fast"\nsecond_order = true', "second_order with method sobol"),
            ("dummy = {}", "dummy = [1, 2]", "design.factors.dummy: found a dummy with values"),
            ("dummy = {}", "dummy = {low = 0}", "design.factors.dummy: found a dummy with values"),
        ],
    )
    def test_what_cannot_be_meant_is_one_line(
        self, old: str, new: str, said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert FILE.count(old) == 1
        Path("typed.toml").write_text(FILE.replace(old, new), "utf-8")
        assert typed("sensitivity", "typed.toml", "--executor", "none") == 2
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1)
        assert said in told.err
        assert [path.name for path in Path().iterdir()] == ["typed.toml"], "nothing is written"


@pytest.mark.slow
def test_killed_at_any_moment_it_gives_the_same_bytes(tmp_path: Path) -> None:
    path, out = tmp_path / "typed.toml", tmp_path / "out"
    path.write_text(FILE.replace("n = 4", "n = 16"), "utf-8")
    words = [sys.executable, str(HERE / "small_parts.py"), "sensitivity", str(path), "--out", str(out)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}
    im.sensitivity(load_study(path), tmp_path / "good", executor="none", progress=False)
    store = out / "store"

    def kept() -> int:
        rows = sum(pq.read_metadata(part).num_rows for part in store.glob("part-*.parquet"))
        journal = store / "journal.jsonl"
        return rows + (journal.read_bytes().count(b"\n") if journal.exists() else 0)

    unheard: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for kill in range(3):
        alone = (
            ["--executor", "none"] if kill % 2 else ["--workers", "2"]
        )  # who goes on need not be who began
        with subprocess.Popen([*words, *alone], env=environment, **unheard) as run:
            end = time.monotonic() + 60
            while kept() < 50 * (kill + 1) and run.poll() is None and time.monotonic() < end:
                time.sleep(0.005)
            run.kill()
        assert not (out / "manifest.json").exists(), "it had not ended"
    done = subprocess.run([*words, "--workers", "2"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert small_study.files(out) == small_study.files(tmp_path / "good")
