"""The command line: what it prints, what it refuses, what it exits with, and what it leaves on disk."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest

from incentive_model.cards import indicators
from incentive_model.cli import main
from incentive_model.inputs import place_names
from incentive_model.inputs.files import DATA

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
SMALL = ["--population", "300", "--months", "3", "--burn-in", "2", "--replicates", "2"]
STAKEHOLDERS = {"patients", "physicians", "primary", "hospitals", "insurer", "government", "external"}


def exit_code(*typed: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(typed)
    assert isinstance(left.value.code, int)
    return left.value.code


def strict(text: str) -> Any:
    """JSON as the standard has it: NaN and Infinity are no numbers."""

    def refuse(word: str) -> NoReturn:
        raise AssertionError(f"{word} in JSON")

    return json.loads(text, parse_constant=refuse)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): b"" if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
    }


class TestHelp:
    def test_help_names_the_commands(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert exit_code("--help") == 0
        printed = capsys.readouterr().out
        assert all(word in printed for word in ("compare", "run", "list", "show", "new", "check"))

    def test_nothing_typed_is_a_question_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert exit_code() == 0
        assert "compare" in capsys.readouterr().out

    def test_help_loads_nothing_heavy(self) -> None:
        """Half a second is a promise; what takes longer is never imported for it."""
        code = (
            "import sys\n"
            "from incentive_model.cli import main\n"
            "try:\n    main(['compare', '--help'])\n"
            "except SystemExit:\n    pass\n"
            "heavy = 'numba numpy pandas pyarrow scipy matplotlib mesa networkx jinja2 tqdm rich'\n"
            "print(*(name for name in heavy.split() if name in sys.modules), file=sys.stderr)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=True
        )
        assert done.stderr.split() == []

    def test_the_package_loads_nothing_heavy(self) -> None:
        code = (
            "import sys, incentive_model\nprint(*({'numba', 'pandas', 'mesa', 'numpy'} & sys.modules.keys()))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=True
        )
        assert done.stdout.split() == []


OPTIONS = [
    ("compare nowhere", ["'nowhere'", "yongan"]),
    ("compare yongann", ["did you mean 'yongan'?"]),
    ("run yongann", ["did you mean 'yongan'?"]),
    ("compare --scheme full-packge", ["did you mean 'full-package'?"]),
    ("run --scheme full-packge", ["did you mean 'full-package'?"]),
    ("compare --scheme missing.toml", ["'missing.toml'"]),
    ("compare --population 0", ["population", "'0'", "from 1"]),
    ("compare --population -5", ["population", "'-5'", "from 1"]),
    ("compare --population ful", ["population", "'ful'", "or full"]),
    ("compare --population 2.5", ["population", "'2.5'", "whole number"]),
    ("compare --months 0", ["months", "found 0", "from 1 to 120"]),
    ("compare --months -1", ["months", "found -1", "from 1 to 120"]),
    ("compare --months soon", ["--months", "integer"]),
    ("compare --months", ["--months", "requires"]),
    ("run --months 0", ["months", "found 0", "from 1 to 120"]),
    ("run --population 0", ["population", "'0'", "from 1"]),
    ("compare --replicates 0", ["replicates", "found 0", "1 or more"]),
    ("compare --replicates -3", ["replicates", "found -3", "1 or more"]),
    ("compare --burn-in -1", ["burn-in", "found -1", "from 0 to 120"]),
    ("compare --workers 0", ["workers", "found 0", "1 or more"]),
    ("compare --months 500", ["months", "found 500", "from 1 to 120"]),
    ("run --scheme status-quo --scheme full-package", ["scheme", "2 schemes", "compare takes several"]),
    ("compare --seed -1", ["seed", "found -1", "from 0"]),
    ("compare --mnths 3", ["--mnths", "--months"]),
    ("compare yongan yongan", ["yongan"]),
    ("compar", ["compar", "'compare'"]),
    ("list levrs", ["levrs", "levers"]),
    ("list", ["kind"]),
    ("show", ["PLACE|SCHEME"]),
    ("show full-packge", ["did you mean 'full-package'?"]),
    ("compare --out taken.txt", ["--out taken.txt", "a file"]),
    ("compare --out taken.txt/inside", ["--out taken.txt/inside", "taken.txt"]),
    ("compare --out thesis", ["--out thesis", "something else", "chapter.tex"]),
    ("compare --out thesis --force", ["--out thesis", "something else", "chapter.tex"]),
    ("run --out thesis", ["--out thesis", "something else"]),
    ("new", ["DIR"]),
    ("new thesis", ["folder thesis", "holds something", "chapter.tex", "new or empty"]),
    ("new taken.txt", ["folder taken.txt", "a file"]),
    ("new county --from yongann", ["did you mean 'yongan'?"]),
    ("new county --from thesis", ["place.toml"]),
]

SCHEMES = {
    "unknown.toml": (b"[levers]\nupwards_share = 0.1\n", ["upwards_share", "did you mean 'upward_share'?"]),
    "bounds.toml": (b"[levers]\nupward_share = 0.7\n", ["upward_share", "0.7", "from 0 to 0.5"]),
    "type.toml": (b'[levers]\nupward_share = "much"\n', ["upward_share", "much", "from 0 to 0.5"]),
    "nan.toml": (b"[levers]\nupward_share = nan\n", ["upward_share", "nan"]),
    "word.toml": (b'[levers]\ngatekeeping = "sof"\n', ["gatekeeping", "sof", "soft"]),
    "sum.toml": (b"[levers]\nweight_first_contact = 0.9\n", ["weight_", "sum to 1"]),
    "key.toml": (b"[lever]\nupward_share = 0.1\n", ["lever"]),
    "broken.toml": (b"[levers\n", ["broken.toml"]),
    "binary.toml": (bytes(range(256)), ["binary.toml"]),
    "latin.toml": ("title = 'Größe'".encode("latin-1"), ["latin.toml", "UTF-8"]),
    "empty.toml": (b"", ["empty.toml"]),
}

PLACES = {
    "no parent": ("facilities.csv", r",T2-1,", ",T2-9,", ["facilities.csv", "T2-9"]),
    "no file": ("schedule.csv", None, None, ["schedule.csv"]),
    "no column": ("facilities.csv", r"^id,", "idd,", ["facilities.csv"]),
    "a column that is not": ("facilities.csv", r",name,", ",nmae,", ["facilities.csv", "nmae"]),
    "an unknown lever": ("place.toml", r"\[levers\]", "[levers]\nupwardshare = 1", ["upwardshare"]),
    "no residents": ("place.toml", r"\npopulation = \S+", "\npopulation = 0", ["population"]),
    "broken": ("place.toml", r"^", "[[[", ["place.toml"]),
}


class TestRefusals:
    """Wrong input: one line that names it and the mend, exit 2, and not a byte written."""

    @pytest.fixture(autouse=True)
    def _elsewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "taken.txt").write_text("")
        (tmp_path / "thesis").mkdir()
        (tmp_path / "thesis" / "chapter.tex").write_text("years of work")

    def refused(self, typed: list[str], named: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        before = tree(Path.cwd())
        code = exit_code(*typed)
        printed = capsys.readouterr()
        assert code == 2, printed.err
        assert printed.out == ""
        assert printed.err.count("\n") == 1
        assert printed.err.startswith("incentive-model: ")
        assert [name for name in named if name not in printed.err] == [], printed.err
        assert tree(Path.cwd()) == before

    @pytest.mark.parametrize(("typed", "named"), OPTIONS, ids=[typed for typed, _ in OPTIONS])
    def test_options(self, typed: str, named: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        self.refused(typed.split(), named, capsys)

    @pytest.mark.parametrize("command", ["compare", "run"])
    @pytest.mark.parametrize("name", SCHEMES)
    def test_scheme_files(self, name: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
        content, named = SCHEMES[name]
        head = b"" if name in ("broken.toml", "binary.toml", "empty.toml") else b'title = "t"\nsource = []\n'
        Path(name).write_bytes(head + content)
        self.refused([command, "--scheme", name], named, capsys)

    @pytest.mark.parametrize("fault", PLACES)
    def test_place_folders(self, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
        file, found, instead, named = PLACES[fault]
        shutil.copytree(DATA / "places" / "yongan", "county")
        path = Path("county", file)
        if found is None or instead is None:
            path.unlink()
        else:
            path.write_text(re.sub(found, instead, path.read_text("utf-8"), count=1), "utf-8")
        self.refused(["compare", "county"], named, capsys)
        self.refused(["show", "./county"], named, capsys)
        assert exit_code("check", "county") == 2
        printed = capsys.readouterr().out
        assert [name for name in named if name not in printed] == []

    def test_a_binary_file_is_no_place(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("county").mkdir()
        Path("county", "place.toml").write_bytes(bytes(range(256)))
        self.refused(["compare", "county"], ["place.toml"], capsys)


class TestErrors:
    def test_what_goes_wrong_inside_is_one_line_and_exit_1(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> NoReturn:
            raise OSError("disk full")

        monkeypatch.setattr("incentive_model.inputs.place.load_place", broken)
        assert exit_code("compare") == 1
        assert capsys.readouterr().err == "incentive-model: OSError: disk full (--debug shows where)\n"
        assert exit_code("compare", "--debug") == 1
        assert "Traceback" in capsys.readouterr().err

    def test_debug_shows_where_an_input_was_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert exit_code("compare", "nowhere", "--debug") == 2
        assert "Traceback" in capsys.readouterr().err

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
    @pytest.mark.parametrize("workers", ["1", "2"])
    def test_interrupted(self, workers: str, tmp_path: Path) -> None:
        long = ["--population", "20000", "--replicates", "1000", "--workers", workers]
        process = subprocess.Popen(
            [sys.executable, "-m", "incentive_model", "compare", *long],
            cwd=tmp_path,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (130, "", "incentive-model: interrupted\n")
        assert list(tmp_path.iterdir()) == []


class TestLook:
    """``list``, ``show`` and ``check``."""

    @pytest.mark.parametrize("kind", ["levers", "parameters", "indicators"])
    def test_cards(self, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert exit_code("list", kind, "--json") == 0
        cards = strict(capsys.readouterr().out)
        assert cards
        for card in cards:
            assert {"name", "unit", "meaning", "default", "low", "high", "source", "tag"} <= card.keys()
        assert exit_code("list", kind) == 0
        text = capsys.readouterr().out
        assert all(card["name"] in text for card in cards)

    def test_places_and_schemes(self, capsys: pytest.CaptureFixture[str]) -> None:
        exit_code("list", "places", "--json")
        places = {entry["name"]: entry for entry in strict(capsys.readouterr().out)}
        assert sorted(places) == place_names()
        assert places["urumqi-321"]["readings"] == ["three_party_two_way_one_platform"]
        assert "hematopoietic" in places["zhangjiakou-beijing"]["schemes"]
        exit_code("list", "schemes", "--json")
        schemes = {entry["name"]: entry for entry in strict(capsys.readouterr().out)}
        assert schemes["status-quo"]["levers"] == {}
        assert schemes["full-package"]["levers"]["upward_share"] == 0.10
        exit_code("list", "schemes")
        assert "status-quo" in capsys.readouterr().out

    def test_show_a_scheme(self, capsys: pytest.CaptureFixture[str]) -> None:
        exit_code("show", "revenue-sharing", "--json")
        shown = strict(capsys.readouterr().out)
        assert (shown["schema"], shown["kind"], shown["name"]) == (1, "scheme", "revenue-sharing")
        assert shown["levers"]["payment_method"] == "global_budget"
        exit_code("show", "revenue-sharing")
        text = capsys.readouterr().out
        assert "REVENUE SHARING" in text
        assert "payment_method = global_budget" in text
        exit_code("show", "support-only")
        paid = "costs: 6 yuan a resident-year at full strength, paid by the government"
        assert paid in capsys.readouterr().out

    def test_show_a_place(self, capsys: pytest.CaptureFixture[str]) -> None:
        exit_code("show", "yongan", "--json")
        shown = strict(capsys.readouterr().out)
        assert (shown["schema"], shown["kind"], shown["population"]) == (1, "place", 330_000)
        tiers = [row["tier"] for row in shown["facilities"]]
        assert [tiers.count(tier) for tier in ("T0", "T1", "T2", "T3")] == [155, 15, 2, 1]
        assert str(ROOT) not in json.dumps(shown)
        exit_code("show", "yongan")
        text = capsys.readouterr().out
        assert all(row["id"] in text for row in shown["facilities"])

    def test_show_files_of_ones_own(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        shutil.copytree(DATA / "places" / "yongan", tmp_path / "county")
        for name, kind in (
            (tmp_path / "county", "place"),
            (DATA / "schemes" / "full-package.toml", "scheme"),
        ):
            exit_code("show", str(name), "--json")
            assert strict(capsys.readouterr().out)["kind"] == kind

    def test_check(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        good = DATA / "schemes" / "full-package.toml"
        assert exit_code("check", str(good)) == 0
        assert "nothing wrong" in capsys.readouterr().out
        assert exit_code("check", str(good), "--json") == 0
        assert strict(capsys.readouterr().out) == {"schema": 1, "ok": True, "problems": []}
        bad = tmp_path / "bad.toml"
        bad.write_text('title = "t"\nsource = []\n[levers]\nupward_share = 9\nrehab_credt = 0.1\n')
        assert exit_code("check", str(bad), "--json") == 2
        found = strict(capsys.readouterr().out)
        assert not found["ok"]
        assert len(found["problems"]) == 2, "every fault, not the first"
        assert all(problem.keys() == {"where", "found", "allowed", "mend"} for problem in found["problems"])
        assert exit_code("check", str(bad)) == 2
        assert capsys.readouterr().out.count("\n") == 2


class TestNew:
    """A folder to fill in: what it holds can be run as it is."""

    @pytest.mark.parametrize("like", [[], ["--from", "yongan"]])
    def test_new_check_compare(
        self,
        like: list[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert exit_code("new", "yongan", *like) == 0
        _, *steps = capsys.readouterr().out.splitlines()
        assert steps[1:] == ["2. incentive-model check ./yongan", "3. incentive-model compare ./yongan"]
        assert exit_code("check", "./yongan", "--json") == 0
        printed = capsys.readouterr()
        assert strict(printed.out) == {"schema": 1, "ok": True, "problems": []}
        assert "beds in county hospitals: 4.0 for 1,000 residents" in printed.err
        small = ["--population", "500", "--months", "2", "--replicates", "2"]
        assert exit_code("compare", "./yongan", *small) == 0
        assert exit_code("new", "yongan") == 2


def compare_in(folder: Path, *typed: str) -> str:
    """What ``compare`` prints of two schemes, in a process of its own."""
    schemes = ["--scheme", "status-quo", "--scheme", "full-package"]
    command = [sys.executable, "-m", "incentive_model", "compare", "yongan", *schemes, *typed]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compare")


@pytest.fixture(scope="module")
def answer(folder: Path) -> Any:
    """``compare --json``, on one worker, into the folder ``one``."""
    return strict(compare_in(folder, *SMALL, "--workers", "1", "--out", "one", "--json"))


class TestCompare:
    def test_json_has_the_shape_others_rely_on(self, answer: Any) -> None:
        assert {
            "schema": 1,
            "place": "yongan",
            "baseline": "status-quo",
            "out": "one",
        }.items() <= answer.items()
        asked = {"replicates": 2, "months": 3, "burn_in": 2, "population": 300, "seed": 1}
        assert asked.items() <= answer.items()
        assert answer["ledger_imbalance_fen"] == 0
        scheme = answer["schemes"]["full-package"]
        assert scheme["verdict"] in {"win-win", "potential", "conflict", "unclear", "no-difference"}
        assert scheme["stakeholders"].keys() == STAKEHOLDERS
        for found in scheme["stakeholders"].values():
            assert found.keys() == {"delta_yuan_per_resident_year", "low", "high", "verdict"}
            assert found["verdict"] in {"gains", "loses", "unchanged", "unclear"}
        assert sum(
            x["delta_yuan_per_resident_year"] for x in scheme["stakeholders"].values()
        ) == pytest.approx(0, abs=1e-6)
        assert scheme["residents"].keys() == {"better", "worse", "same"}
        assert sum(scheme["residents"].values()) == pytest.approx(1)
        assert scheme["indicators"].keys() == indicators().keys()
        for found in scheme["indicators"].values():
            assert found.keys() == {"value", "low", "high", "delta", "delta_low", "delta_high", "unit"}

    def test_the_folder_explains_itself(self, answer: Any, folder: Path) -> None:
        assert answer["out"] == "one"
        names = {path.name for path in (folder / "one").iterdir()}
        assert {"comparison.csv", "runs.parquet", "series.parquet", "report.html", "manifest.json"} <= names
        assert {Path(name).suffix for name in names} >= {".png", ".svg"}
        manifest = strict((folder / "one" / "manifest.json").read_text("utf-8"))
        assert sorted(manifest["files"]) == sorted(names)
        assert manifest["request"]["schemes"]["full-package"]["resolved"]["upward_share"] == 0.10
        assert [path.name for path in folder.iterdir()] == ["one"]

    def test_two_workers_give_the_same_bytes(self, answer: Any, folder: Path) -> None:
        assert answer["out"] == "one"
        text = compare_in(folder, *SMALL, "--workers", "2", "--out", "two")
        for name in ("comparison.csv", "runs.parquet", "series.parquet"):
            assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes(), name
        assert "Full package" in text
        assert text.rstrip().endswith("two/report.html")
        assert all(word in text for word in ("Patients", "Insurer", "yuan per resident", "better off"))

    def test_one_replicate_has_no_interval(self, folder: Path) -> None:
        small = ["--population", "200", "--months", "1", "--burn-in", "1", "--replicates", "1"]
        answer = strict(compare_in(folder, *small, "--out", "single", "--json"))
        for scheme in ("status-quo", "full-package"):
            found = answer["schemes"].get(scheme, {"indicators": {}})["indicators"].values()
            assert all(entry["low"] is None for entry in found)


class TestRun:
    SMALL = ("--population", "300", "--months", "3", "--burn-in", "2")

    def test_the_series(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = tmp_path / "run"
        typed = ("run", "yongan", "--scheme", "support-only", *self.SMALL, "--out", str(out))
        assert exit_code(*typed, "--json") == 0
        answer = strict(capsys.readouterr().out)
        assert (answer["schema"], answer["scheme"], answer["out"]) == (1, "support-only", str(out))
        assert [row["month"] for row in answer["series"]] == [-1, 0, 1, 2, 3]
        assert set(answer["series"][0]) == {"month", *indicators()}
        assert answer["stakeholders"].keys() == STAKEHOLDERS
        names = {path.name for path in out.iterdir()}
        figures = {f"{figure}.{ending}" for figure in ("months", "network") for ending in ("png", "svg")}
        graphs = {"network.graphml", "referrals.graphml", "network-edges.csv", "network-nodes.csv"}
        assert names == figures | graphs | {"series.csv", "series.parquet", "report.html", "manifest.json"}
        assert 0 < answer["network"]["hub_share"] <= 1
        before = {name: (out / name).read_bytes() for name in names - {"manifest.json"}}
        assert exit_code(*typed) == 0
        assert {name: (out / name).read_bytes() for name in before} == before
        assert "month" in capsys.readouterr().out

    def test_nothing_is_written_unless_asked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert exit_code("run", *self.SMALL) == 0
        assert "status-quo" in capsys.readouterr().out
        assert list(tmp_path.iterdir()) == []
