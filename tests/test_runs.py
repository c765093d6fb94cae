"""The plan of runs, the pool, and the results folder."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from incentive_model.cards import InputError
from incentive_model.inputs.place import Place, load_place
from incentive_model.inputs.scheme import load_scheme
from incentive_model.runs import RunFailed, execute, plan_runs, run_all
from incentive_model.runs.manifest import read_manifest, write_manifest
from incentive_model.runs.plain import plain, to_json
from incentive_model.runs.pool import worker_count
from incentive_model.runs.store import check_target, results_folder
from incentive_model.runs.tables import write_csv, write_parquet

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


@pytest.fixture(scope="module")
def place() -> Place:
    return load_place("yongan", 300)


class TestPlan:
    def test_replicate_by_replicate_and_the_status_quo_first(self, place: Place) -> None:
        plan = plan_runs(place, ["full-package", "support-only"], replicates=2, months=3)
        assert [(r.replicate, r.scheme.name) for r in plan.requests] == [
            (0, "status-quo"),
            (0, "full-package"),
            (0, "support-only"),
            (1, "status-quo"),
            (1, "full-package"),
            (1, "support-only"),
        ]

    def test_all_packaged_schemes_when_none_are_named(self, place: Place) -> None:
        names = [scheme.name for scheme in plan_runs(place).schemes]
        assert names[0] == "status-quo"
        assert {"revenue-sharing", "full-package", "support-only"} < set(names)

    def test_an_id_stands_for_everything_a_run_depends_on(self, place: Place) -> None:
        base = {"replicates": 1, "months": 3, "burn_in": 2, "seed": 1}

        def ids(where: Place = place, schemes: object = "full-package", **changes: int) -> set[str]:
            plan = plan_runs(where, [schemes], **(base | changes))  # type: ignore[list-item]
            return {request.run_id for request in plan.requests}

        own = load_scheme("full-package").with_levers(upward_share=0.11)
        facilities = place.facilities.assign(beds=place.facilities["beds"] + 1)
        others = [
            ids(months=4),
            ids(burn_in=3),
            ids(seed=2),
            ids(load_place("yongan", 301)),
            ids(dataclasses.replace(place, facilities=facilities)),
        ]
        assert ids() == ids()
        assert all(ids().isdisjoint(other) for other in others)
        assert len(ids() & ids(schemes=own)) == 1, "the status quo's run is the same one"
        assert ids() < ids(replicates=2)

    def test_the_request_is_plain_and_whole(self, place: Place) -> None:
        request = plan_runs(place, ["full-package"], replicates=1, months=3).request
        assert json.loads(to_json(request)) == request
        levers = request["schemes"]["full-package"]["resolved"]
        assert levers["upward_share"] == 0.10
        assert set(levers) == set(request["schemes"]["status-quo"]["resolved"])
        assert request["weight"] * request["population"] == pytest.approx(request["residents"])

    def test_the_status_quo_may_be_named(self, place: Place) -> None:
        plan = plan_runs(place, ["status-quo"], replicates=1)
        assert [scheme.name for scheme in plan.schemes] == ["status-quo"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"replicates": 0},
            {"replicates": -1},
            {"months": 0},
            {"months": 1.5},
            {"months": True},
            {"burn_in": -1},
            {"seed": -1},
            {"seed": 2**63},
        ],
    )
    def test_counts_are_refused_by_name(self, place: Place, wrong: dict[str, object]) -> None:
        with pytest.raises(InputError, match=next(iter(wrong)).replace("_", "-")):
            plan_runs(place, ["full-package"], **wrong)  # type: ignore[arg-type]

    def test_two_schemes_of_one_name(self, place: Place, tmp_path: Path) -> None:
        (tmp_path / "full-package.toml").write_text('title = "mine"\nsource = []\n')
        with pytest.raises(InputError, match="two different schemes named 'full-package'"):
            plan_runs(place, ["full-package", tmp_path / "full-package.toml"])

    def test_parts_that_stop_summing_to_one_later(self, place: Place, tmp_path: Path) -> None:
        scheme = tmp_path / "later.toml"
        scheme.write_text(
            'title = "t"\nsource = []\n[[change]]\nmonth = 2\n[change.levers]\nsurplus_split_county = 0.9\n'
        )
        with pytest.raises(InputError, match="sum to 1"):
            plan_runs(place, [scheme])


class TestPool:
    def test_never_more_workers_than_runs(self) -> None:
        assert worker_count(8, 3) == 3
        assert worker_count(2, 3) == 2
        assert worker_count(None, 1) == 1
        with pytest.raises(InputError, match="workers"):
            worker_count(0, 3)

    def test_one_and_two_workers_give_the_same_runs(self, place: Place) -> None:
        plan = plan_runs(place, ["full-package"], replicates=2, months=3, burn_in=2)
        alone = {run.run_id: run for run in run_all(place, plan.requests, workers=1)}
        together = {run.run_id: run for run in run_all(place, plan.requests, workers=2)}
        assert alone.keys() == together.keys() == {request.run_id for request in plan.requests}
        for run_id, run in alone.items():
            other = together[run_id]
            assert run.indicators == other.indicators
            assert run.stakeholders == other.stakeholders
            pd.testing.assert_frame_equal(run.series, other.series, check_exact=True)
            pd.testing.assert_frame_equal(run.flows, other.flows, check_exact=True)
            for name in ("oop_fen", "qaly_nano", "time_fen", "quintile"):
                assert np.array_equal(getattr(run.outcome, name), getattr(other.outcome, name))

    def test_a_failure_names_its_run(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError("no beds")

        monkeypatch.setattr("incentive_model.model.IncentiveModel", broken)
        request = plan_runs(place, ["status-quo"], replicates=1, months=1).requests[0]
        with pytest.raises(RunFailed, match=f"{request.run_id} failed: ZeroDivisionError: no beds"):
            execute(place, request)

    def test_a_failure_travels_between_processes(self) -> None:
        error = pickle.loads(pickle.dumps(RunFailed("yongan-x-000", "why")))
        assert (error.run_id, error.reason) == ("yongan-x-000", "why")

    def test_a_script_needs_no_main_guard(self, tmp_path: Path) -> None:
        script = tmp_path / "script.py"
        script.write_text(
            "import incentive_model as im\n"
            "place = im.load_place('yongan', population=100)\n"
            "result = im.compare(place, ['support-only'], replicates=1, months=2, burn_in=1, workers=2)\n"
            "print(len(result.runs))\n"
        )
        done = subprocess.run(
            [sys.executable, str(script)],
            capture_output=True,
            text=True,
            timeout=300,
            cwd=tmp_path,
            env=ENVIRONMENT,
            check=False,
        )
        assert (done.returncode, done.stdout.strip()) == (0, "2"), done.stderr


REQUEST = {
    "command": "compare",
    "months": 3,
    "seed": 1,
    "population_seed": 1,
    "population": 300,
    "weight": 1100.0,
    "currency_year": 2022,
    "parameters": {"qaly_threshold": 37_446.0},
}


def write(
    out: Path, text: str = "x", *, request: dict[str, object] | None = None, force: bool = False
) -> None:
    request = request or REQUEST
    with results_folder(out, request, force=force) as folder:
        (folder / "table.csv").write_text(text)
        write_manifest(folder, request, wall_seconds=1.0)


class TestResultsFolder:
    def test_written_whole(self, tmp_path: Path) -> None:
        out = tmp_path / "deep" / "results"
        write(out)
        assert sorted(path.name for path in out.iterdir()) == ["manifest.json", "table.csv"]
        assert [path.name for path in out.parent.iterdir()] == ["results"], "nothing is left beside it"

    def test_the_manifest_says_what_was_asked_and_what_is_there(self, tmp_path: Path) -> None:
        write(tmp_path / "out")
        manifest = read_manifest(tmp_path / "out")
        assert manifest is not None
        assert manifest["request"] == REQUEST
        assert manifest["files"] == ["table.csv", "manifest.json"]
        assert manifest["horizon_months"] == 3
        assert manifest["yuan_per_qaly"] == 37_446.0
        assert {"python", "mesa", "numpy", "numba"} <= manifest["versions"].keys()
        assert manifest["machine"]["processor"]

    def test_an_empty_folder_will_do(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        write(tmp_path / "out")

    def test_the_same_request_replaces_its_own(self, tmp_path: Path) -> None:
        write(tmp_path / "out", "old")
        write(tmp_path / "out", "new")
        assert (tmp_path / "out" / "table.csv").read_text() == "new"

    def test_another_requests_results_need_force(self, tmp_path: Path) -> None:
        write(tmp_path / "out", "old")
        other = REQUEST | {"months": 4}
        with pytest.raises(InputError, match=r"differ in: months.*--force"):
            write(tmp_path / "out", "new", request=other)
        assert (tmp_path / "out" / "table.csv").read_text() == "old"
        write(tmp_path / "out", "new", request=other, force=True)
        assert (tmp_path / "out" / "table.csv").read_text() == "new"

    @pytest.mark.parametrize("force", [False, True])
    def test_somebody_elses_files_are_never_replaced(self, tmp_path: Path, force: bool) -> None:
        (tmp_path / "thesis.tex").write_text("years of work")
        with pytest.raises(InputError, match=r"something else \(thesis\.tex\)"):
            write(tmp_path, force=force)
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]

    @pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"kind": "another tool"}', "\x00"])
    def test_another_tools_manifest_is_not_ours(self, tmp_path: Path, manifest: str) -> None:
        (tmp_path / "manifest.json").write_text(manifest)
        with pytest.raises(InputError, match="something else"):
            check_target(tmp_path, REQUEST, force=True)

    def test_files_put_beside_results_are_kept(self, tmp_path: Path) -> None:
        write(tmp_path / "out", "old")
        (tmp_path / "out" / "notes").mkdir()
        (tmp_path / "out" / "notes" / "mine.txt").write_text("mine")
        write(tmp_path / "out", "new", request=REQUEST | {"months": 4}, force=True)
        assert (tmp_path / "out" / "notes" / "mine.txt").read_text() == "mine"
        assert (tmp_path / "out" / "table.csv").read_text() == "new"
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_a_file_that_stands_in_a_results_way(self, tmp_path: Path) -> None:
        with results_folder(tmp_path / "out", REQUEST) as folder:
            write_manifest(folder, REQUEST, wall_seconds=1.0)
        (tmp_path / "out" / "table.csv").write_text("mine")
        with pytest.raises(InputError, match=r"a file of yours .*table\.csv"):
            write(tmp_path / "out")
        assert (tmp_path / "out" / "table.csv").read_text() == "mine"

    def test_places_that_cannot_be_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").write_text("")
        for out in (tmp_path / "file", tmp_path / "file" / "out", tmp_path / ("x" * 300)):
            with pytest.raises(InputError, match="--out"):
                check_target(out, REQUEST, force=True)
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        with pytest.raises(InputError, match="the current folder"):
            check_target(".", REQUEST)

    @pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
    def test_left_half_way_nothing_stays(self, tmp_path: Path, error: type[BaseException]) -> None:
        def interrupted(out: Path) -> None:
            with results_folder(out, REQUEST) as folder:
                (folder / "table.csv").write_text("half")
                raise error

        with pytest.raises(error):
            interrupted(tmp_path / "deep" / "fresh")
        assert not list(tmp_path.iterdir())
        write(tmp_path / "out", "old")
        with pytest.raises(error):
            interrupted(tmp_path / "out")
        assert (tmp_path / "out" / "table.csv").read_text() == "old"
        assert [path.name for path in tmp_path.iterdir()] == ["out"]


class TestTables:
    FRAME = pd.DataFrame(
        {
            "run_id": ["a", "b"],
            "replicate": [0, 1],
            "gatekeeping": ["soft", "none"],
            "upward_share": [0, 0.1],
            "up_referral_rate": [math.nan, 0.1],
            "up_referral_rate__numerator": [0, 1],
            "satisfaction__numerator": [0.5, 1.0],
        }
    )

    def test_parquet_types_follow_names_and_no_metadata_is_kept(self, tmp_path: Path) -> None:
        write_parquet(self.FRAME, tmp_path / "t.parquet")
        schema = pq.read_schema(tmp_path / "t.parquet")
        assert schema.metadata is None
        assert [str(field.type) for field in schema] == [
            "string",
            "int64",
            "string",
            "double",
            "double",
            "int64",
            "double",
        ]

    def test_the_same_table_gives_the_same_bytes(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            write_parquet(self.FRAME.copy(), tmp_path / f"{name}.parquet")
            write_csv(self.FRAME.copy(), tmp_path / f"{name}.csv")
        assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
        assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
        assert (tmp_path / "a.csv").read_text().splitlines()[1] == "a,0,soft,0.0,,0,0.5"


def test_plain_values_are_what_json_can_carry() -> None:
    value = {
        1: np.float64("nan"),
        "a": (np.int64(2), math.inf, None, True),
        "b": pd.DataFrame({"x": [1.0, math.nan]}),
        "c": np.array([1, 2]),
        "d": Path("results") / "x",
    }
    assert plain(value) == {
        "1": None,
        "a": [2, None, None, True],
        "b": [{"x": 1.0}, {"x": None}],
        "c": [1, 2],
        "d": "results/x",
    }
    with pytest.raises(TypeError, match="object has no JSON form"):
        plain(object())
