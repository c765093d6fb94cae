"""An incentive written outside the package works everywhere: the document's own example, to the letter."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import small_place

import incentive_model as im
from incentive_model.cards import registry
from incentive_model.cli import main
from incentive_model.incentives import INSTRUMENTS, PACKAGED, Event, Instrument
from incentive_model.incentives.account import member_shares
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.payment import GlobalBudget
from incentive_model.inputs import instruments as own
from incentive_model.runs import plan_runs
from incentive_model.runs.pool import worker_count

ROOT = Path(__file__).resolve().parent.parent
FILE, SCHEME = ROOT / "experiments" / "own_instrument.py", ROOT / "experiments" / "own_instrument.toml"
DOCUMENT = (ROOT / "docs" / "own-instrument.md").read_text("utf-8")
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
HEAD = "from incentive_model.incentives import Instrument, lever_card\n"
MINE = HEAD + "class Mine(Instrument):\n    name = 'mine'\n"


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test loads is gone after it."""
    registry.load_all()
    before, cards = list(INSTRUMENTS), registry.copied()
    monkeypatch.setattr(own, "_loaded", {})
    yield
    INSTRUMENTS[:] = before
    registry.restore(cards)


@pytest.fixture
def place(tmp_path: Path) -> im.Place:
    return im.load_place(small_place.write(tmp_path / "small"), population=300)


def exit_code(*typed: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(typed)
    assert isinstance(left.value.code, int)
    return left.value.code


class TestDocument:
    def test_it_shows_the_files_that_are_tested(self) -> None:
        blocks = re.findall(r"^```(python|toml)\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
        code = FILE.read_text("utf-8").split('"""')[2].lstrip()
        assert ("python", code) in blocks
        assert ("toml", SCHEME.read_text("utf-8")) in blocks

    def test_it_is_ten_lines(self) -> None:
        _, _, code = FILE.read_text("utf-8").split('"""')
        lines = [line for line in code.splitlines() if line.strip() and not line.startswith("from ")]
        assert len(lines) <= 10

    def test_its_python_runs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(ROOT)
        block = re.search(r"^<!-- with the files above -->\n```python\n(.*?)^```", DOCUMENT, re.M | re.S)
        assert block
        exec(compile(block[1], "the document", "exec"), {})

    def test_it_names_every_event_and_method(self) -> None:
        for name in ("announce", "settle", "close_year", "realised", *(event.name for event in Event)):
            assert f"`{name}" in DOCUMENT, name


class TestCommands:
    def test_list_show_and_check(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert exit_code("list", "levers", "--with", str(FILE), "--json") == 0
        cards = {card["name"]: card for card in json.loads(capsys.readouterr().out)}
        card = cards["handover_payment"]
        assert (card["unit"], card["default"], card["high"]) == ("yuan a patient", 0.0, 1000.0)
        assert exit_code("show", str(SCHEME), "--with", str(FILE)) == 0
        assert "handover_payment = 200.0 [yuan a patient]" in capsys.readouterr().out
        assert exit_code("check", str(SCHEME), "--with", str(FILE)) == 0

    @pytest.mark.parametrize("command", [["compare", "--scheme"], ["run", "--scheme"], ["show"]])
    def test_without_its_file_a_lever_is_unknown(
        self, command: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert exit_code(*command, str(SCHEME)) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "handover_payment" in said
        assert "--with FILE.py" in said

    def test_compare_on_one_worker_and_on_two(self, tmp_path: Path) -> None:
        said = []
        for workers in ("1", "2"):
            typed = ["compare", "yongan", "--scheme", str(SCHEME), "--with", str(FILE), "--workers", workers]
            small = ["--population", "400", "--months", "3", "--burn-in", "1", "--replicates", "2"]
            command = [sys.executable, "-m", "incentive_model", *typed, *small, "--out", workers]
            done = subprocess.run(
                command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            said.append(done.stdout)
        assert "Handover payment" in said[0]
        one, two = tmp_path / "1", tmp_path / "2"
        for name in ("comparison.csv", "runs.parquet", "series.parquet"):
            assert (one / name).read_bytes() == (two / name).read_bytes(), name
        runs = pd.read_parquet(one / "runs.parquet")
        assert set(runs["handover_payment"]) == {0.0, 200.0}
        manifest = (one / "manifest.json").read_text("utf-8")
        (file,) = json.loads(manifest)["request"]["own_instruments"]
        assert (file["file"], file["instruments"]) == ("own_instrument.py", ["handover_payment"])
        assert str(ROOT) not in manifest
        report = (one / "report.html").read_text("utf-8")
        assert "handover payment" in report, "the money figure names it"
        assert "--with own_instrument.py" in report
        assert "im.load_instruments(&#39;own_instrument.py&#39;)" in report

    def test_run(self, capsys: pytest.CaptureFixture[str]) -> None:
        small = ("--population", "200", "--months", "1", "--burn-in", "1")
        assert exit_code("run", "--scheme", str(SCHEME), "--with", str(FILE), *small) == 0
        assert "own_instrument" in capsys.readouterr().out


REFUSED = {
    "missing": (None, ["mine.py", "no file"]),
    "empty": ("", ["mine.py", "an empty file"]),
    "no instrument": ("x = 1\n", ["mine.py", "no instrument", "subclass of Instrument"]),
    "only an import": (HEAD, ["no instrument"]),
    "a fault of syntax": ("x = 1\nclass\n", ["mine.py, line 2", "SyntaxError"]),
    "an error": ("x = 1\ny = 1 / 0\n", ["mine.py, line 2", "ZeroDivisionError: division by zero"]),
    "an exit": ("raise SystemExit(3)\n", ["mine.py, line 1", "SystemExit"]),
    "no name": (HEAD + "class Mine(Instrument): pass\n", ["mine.py: Mine.name", "''"]),
    "a taken name": (MINE.replace("'mine'", "'rehab_credit'"), ["Mine.name", "'rehab_credit'", "another"]),
    "a purpose's name": (MINE.replace("'mine'", "'subsidy'"), ["Mine.name", "'subsidy'"]),
    "a name twice": (MINE + MINE.replace(HEAD, "").replace("Mine", "Too"), ["Too.name", "'mine'"]),
    **{
        f"lever {name}": (
            f"{MINE}lever_card('{name}', 'support', 'yuan', 'mine', 'own', 'A', 0.0, (0.0, 1.0))\n",
            ["mine.py", name, said],
        )
        for name, said in {
            "upward_share": "another lever",
            "belief_speed": "another card",
            "fund_spending": "another card",
            "month": "a column of the results",
            "up_referral_rate__numerator": "single underscores",
            "net_patients": "a column of the results",
            "agents": "Mesa's",
            "step": "Mesa's",
            "burn_in": "a setting of the model",
            "class": "not one word",
            "two words": "not one word",
            "weight_mine": "parts of one whole",
        }.items()
    },
    "no such family": (
        f"{MINE}lever_card('mine', 'suport', 'yuan', 'mine', 'own', 'A', 0.0, (0.0, 1.0))\n",
        ["mine.py, line 4", "family", "'suport'", "did you mean 'support'?"],
    ),
    "a default out of bounds": (
        f"{MINE}lever_card('mine', 'support', 'yuan', 'mine', 'own', 'A', 2.0, (0.0, 1.0))\n",
        ["mine.py, line 4", "default", "2.0", "from 0 to 1"],
    ),
}


class TestRefusals:
    @pytest.mark.parametrize("case", REFUSED)
    def test_one_line_and_nothing_stays(
        self, case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        text, named = REFUSED[case]
        if text is not None:
            (tmp_path / "mine.py").write_text(text, "utf-8")
        cards = registry.copied()
        assert exit_code("list", "levers", "--with", str(tmp_path / "mine.py")) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        assert [word for word in named if word not in said.err] == [], said.err
        assert (list(INSTRUMENTS), own.own_files()) == (list(PACKAGED), [])
        assert registry.copied() == cards


class TestLoading:
    def test_twice_is_once(self) -> None:
        (first,) = im.load_instruments(FILE)
        assert im.load_instruments(str(FILE), FILE) == (first, first)
        assert [*PACKAGED[:-1], first, PACKAGED[-1]] == INSTRUMENTS, "the budget closes the year's account"

    def test_an_edited_file_takes_its_older_selfs_place(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.py"
        card = "lever_card('mine', 'support', 'yuan', 'mine', 'own', 'A', 0.0, (0.0, {}))\n"
        file.write_text(MINE + card.format(1.0), "utf-8")
        (old,) = im.load_instruments(file)
        file.write_text(MINE + card.format(2.0), "utf-8")
        (new,) = im.load_instruments(file)
        assert old not in INSTRUMENTS
        assert new in INSTRUMENTS
        assert im.levers()["mine"].high == 2.0
        file.write_text("broken", "utf-8")
        with pytest.raises(im.InputError, match=r"mine\.py, line 1: found NameError"):
            im.load_instruments(file)
        assert new in INSTRUMENTS, "what was there stays"

    def test_what_a_file_imports_is_not_its_own(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.py"
        file.write_text(f"from incentive_model.incentives.care import Care\n{MINE}", "utf-8")
        assert [instrument.name for instrument in im.load_instruments(file)] == ["mine"]

    def test_another_version_is_another_request(self, tmp_path: Path, place: im.Place) -> None:
        def asked() -> tuple[object, ...]:
            plan = plan_runs(place, ["status-quo"], replicates=1, months=1)
            return plan.request["design_hash"], plan.requests[0].run_id

        file = tmp_path / "mine.py"
        seen = [asked()]
        for text in (MINE, MINE + "# better\n"):
            file.write_text(text, "utf-8")
            im.load_instruments(file)
            seen.append(asked())
            assert asked() == seen[-1]
        assert len(set(seen)) == len({key for key, _ in seen}) == len({run for _, run in seen}) == 3

    def test_only_what_stands_in_a_file_travels_to_other_processes(self) -> None:
        class ByHand(Instrument):
            name = "by_hand"

        assert worker_count(2, 4) == 2
        im.load_instruments(FILE)
        assert worker_count(2, 4) == 2
        INSTRUMENTS.append(ByHand)
        assert worker_count(2, 4) == 1

    def test_what_it_prints_is_no_answer(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "mine.py"
        file.write_text(f"print('hello')\n{MINE}", "utf-8")
        assert exit_code("list", "levers", "--with", str(file), "--json") == 0
        said = capsys.readouterr()
        assert json.loads(said.out)
        assert said.err == "hello\n"


class TestBooks:
    def test_the_ledger_balances_and_shows_the_purpose(self) -> None:
        im.load_instruments(FILE)
        place = im.load_place("yongan", population=1000)
        model = im.IncentiveModel(place, SCHEME, seed=1, burn_in=0, candidate_share=1.0).run(12)
        assert model.ledger.imbalance_fen == 0
        assert model.ledger.balances.sum() == 0
        flows = model.ledger.flows()
        ours = flows[flows["purpose"] == "handover_payment"].groupby(["payer", "payee"])["yuan"].sum()
        assert {("insurer", "hospitals"), ("hospitals", "physicians")} <= {*ours.index}
        assert ours["insurer"].sum() % 200 == 0
        per_year = model.flows().set_index(["payer", "payee", "purpose"])["yuan_per_resident_year"]
        paid = per_year["insurer", "hospitals", "handover_payment"]
        assert paid * place.agents == pytest.approx(ours["insurer", "hospitals"])
        spending = sum(
            yuan * ((payer == "insurer") - (payee == "insurer"))
            for (payer, payee, purpose), yuan in per_year.items()
            if purpose != "premiums"
        )
        assert model.indicators()["fund_spending"][0] == pytest.approx(spending), "it counts as spending"

    def test_left_alone_it_changes_nothing(self, place: im.Place) -> None:
        plain = im.IncentiveModel(place, "full-package", seed=1, burn_in=1).run(4)
        im.load_instruments(FILE)
        model = im.IncentiveModel(place, "full-package", seed=1, burn_in=1).run(4)
        assert (model.ledger.balances == plain.ledger.balances).all()
        pd.testing.assert_frame_equal(model.series(), plain.series(), check_exact=True)

    def test_a_budget_adds_to_what_it_has_announced_of_the_account(self, place: im.Place) -> None:
        model = im.IncentiveModel(place, seed=1, burn_in=0, payment_method="global_budget")
        county, tables = model.opening().county, model.tables
        budget = GlobalBudget()
        budget.budget = dict.fromkeys(range(12), 1.0)
        alone = tables.certain[Event.CLAIM_YUAN].copy()
        tables.certain[Event.CLAIM_YUAN] -= 0.25
        budget.announce(county, tables, 0)
        added = tables.certain[Event.CLAIM_YUAN] + 0.25
        assert not alone.any()
        assert added == pytest.approx(-0.4 * member_shares(county))
        assert (added < 0.0).any()

    def test_an_unknown_purpose_is_refused(self, place: im.Place) -> None:
        model = im.IncentiveModel(place, seed=1)
        with pytest.raises(ValueError, match="nothing is paid for 'gifts'"):
            model.county.pay("gifts", 0, 1, 100)
        model.county.pay("subsidy", 0, 1, 100)
        assert model.ledger.entries[-1][1] == Purpose.SUBSIDY


class TestReasons:
    def test_a_ward_physician_feels_it(self, place: im.Place) -> None:
        im.load_instruments(FILE)
        without = im.IncentiveModel(place, seed=1, burn_in=0).run(1)
        model = im.IncentiveModel(place, SCHEME, seed=1, burn_in=0).run(1)
        row = next(k for k, who in enumerate(model.physicians) if who.facility == model.county.hospitals[0])
        before, after = (m.physicians[row].explain_choice() for m in (without, model))
        physician = model.physicians[row]
        worth = physician.beliefs["handover_payment"] * model.facilities.pass_on[physician.facility] * 200
        assert after.loc["send down", "handover_payment"] == pytest.approx(worth)
        assert after.loc["keep", "handover_payment"] == 0.0
        assert "handover_payment" not in before
        assert after.loc["send down", "probability"] > before.loc["send down", "probability"]

    def test_a_patient_feels_another_rate(self, place: im.Place) -> None:
        class FreeClinics(Instrument):
            name = "free_clinics"

            def announce(self, county, tables, me):
                if county.month > 0:
                    tables.rate_bp[:, :, 0, 0] = 10_000

        models = [
            im.IncentiveModel(place, seed=1, burn_in=0, instruments=[*INSTRUMENTS, *more])
            for more in ([], [FreeClinics])
        ]
        dear, free = (model.patients[3].explain_choice() for model in models)
        here = dear.index[0]
        assert free.loc[here, "visit_price"] > dear.loc[here, "visit_price"]
        assert free.loc[here, "probability"] > dear.loc[here, "probability"]
        elsewhere = list(dear.index[1:-1])
        terms = ["visit_price", "admission_price", "travel"]
        pd.testing.assert_frame_equal(free.loc[elsewhere, terms], dear.loc[elsewhere, terms])
