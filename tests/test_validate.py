"""The model against targets and patterns: bands, contrasts, what people write, and what is printed."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_place import write

import incentive_model as im
from incentive_model.analysis.band import Band
from incentive_model.analysis.contrast import contrast
from incentive_model.analysis.intervals import Interval
from incentive_model.analysis.validation import validate
from incentive_model.cards import InputError
from incentive_model.cli import main
from incentive_model.inputs import Scheme, Variant, check, load_place, load_scheme, place_names
from incentive_model.runs import plan_runs

PACKAGED = Path(im.__file__).parent / "data" / "places" / "yongan"
PATTERNS = """\
[variant.nothing-late]
parameters = { late_day_margin = 0 }
[variant.share]
levers = { upward_share = 0.2 }
months = 2
[variant.both]
includes = ["support-only", "share", "nothing-late"]
levers = { reserved_slots = 0.3 }
[variant.country]
group = "rural"

[pattern.down]
claim = "no margin, more down"
source = ["E02"]
above = 0
note = "noted"
[pattern.down.value]
down_referral_rate = { nothing-late = 1, status-quo = -1 }

[pattern.none]
claim = "nothing against itself"
source = ["E01"]
above = 0
[pattern.none.value]
visits_T1 = { status-quo = 0.5 }
visits_T2 = { status-quo = 0 }

[pattern.same]
claim = "a contrast of a variant with itself is zero, and zero is not above zero"
source = []
above = 0
[pattern.same.value]
visits_per_capita = { share = 0 }

[pattern.later]
claim = "not to be tried"
source = []
skip = "for a reason"

[pattern.country]
claim = "one group"
source = []
below = 0
[pattern.country.value]
visits_T1 = { country = 1, status-quo = -1 }
"""
SMALL = ("--population", "200", "--months", "3", "--burn-in", "2", "--replicates", "2", "--workers", "1")


def found(mean: float, half: float) -> Interval:
    return Interval(mean, mean - half, mean + half, 5)


class TestBand:
    @pytest.mark.parametrize(
        ("mean", "half", "why"),
        [
            (0.0, 1.0, ""),  # the ends belong to it
            (0.5, 0.6, "the mean lies inside, but the interval reaches above the band"),
            (0.0, 3.0, "the mean lies inside, but the interval reaches below and above the band"),
            (2.0, 0.5, "too high"),
            (-2.0, 1.5, "too low, though the interval reaches into the band"),
            (-2.0, 9.0, "too low, though the interval reaches into the band"),
        ],
    )
    def test_only_the_whole_interval_inside_will_do(self, mean: float, half: float, why: str) -> None:
        assert Band.around(0.0, 1.0).why_not(found(mean, half)) == why

    def test_no_change_is_not_above_zero(self) -> None:
        above = Band(low=0.0, strict=True)
        assert above.why_not(found(1.0, 0.5)) == ""
        assert above.why_not(found(0.0, 0.0)) == "nothing differs at all"
        assert Band(high=0.0, strict=True).why_not(found(0.0, 0.0)) == "nothing differs at all"
        assert above.why_not(found(1.0, 1.0)).startswith("the mean lies inside, but")
        assert not above.closed
        assert Band.around(1.0, 0.0).why_not(found(1.0, 0.0)) == ""

    def test_without_an_interval_nothing_passes(self) -> None:
        band = Band.around(0.0, 1.0)
        assert "one replicate" in band.why_not(Interval(0.0, None, None, 1))
        assert "could not be computed" in band.why_not(Interval(None, None, None, 0))


def test_a_contrast_is_a_weighted_sum_replicate_by_replicate() -> None:
    """Joint − a − b + status quo of ``x``, twice ``y`` on top: 10 − 4 − 3 + 1 + 2·0.5 = 5 in replicate 0."""
    values = {
        "joint": {0: {"x": 10.0, "y": 0.5}, 1: {"x": 20.0, "y": None}},
        "a": {0: {"x": 4.0}, 1: {"x": 5.0}},
        "b": {0: {"x": 3.0}, 1: {"x": 6.0}, 2: {"x": 9.0}},
        "none": {0: {"x": 1.0}, 1: {"x": 2.0}},
    }
    x = {"joint": 1.0, "a": -1.0, "b": -1.0, "none": 1.0}
    assert contrast(values, {"x": x}) == {0: 4.0, 1: 11.0}
    assert contrast(values, {"x": x, "y": {"joint": 2.0}}) == {0: 5.0, 1: None}
    assert contrast(values, {"x": x}, {"x": {"a": 1.0}, "y": {"joint": 0.0}}) == {0: 1.0, 1: None}
    assert contrast(values, {"x": x}, {"y": {"joint": 0.0}}) == {0: None, 1: None}


class TestPatterns:
    """``patterns.toml``."""

    @pytest.mark.parametrize(
        ("old", "new", "named"),
        [
            ("late_day_margin", "late_day_margn", ["variant.nothing-late.parameters", "'late_day_margin'"]),
            ("upward_share = 0.2", "upward_share = 2", ["variant.share.levers.upward_share", "0 to 0.5"]),
            ('group = "rural"', 'group = "rurl"', ["variant.country.group", "'rural'"]),
            (
                'group = "rural"',
                'group = "rural"\n[variant.old]\ngroup = "60+"',
                ["60+ and rural", "one breakdown"],
            ),
            (
                "[pattern.down]",
                "[factors]\nupward_share = { low = 0.1, high = 0.1 }\n[pattern.down]",
                ["less than high"],
            ),
            (
                "[pattern.down]",
                "[factors]\nupward_shar = { low = 0, high = 0.1 }\n[pattern.down]",
                ["'upward_share'"],
            ),
            (
                "[pattern.down]",
                "[factors]\nreferral_bonus = { low = 0, high = 9 }\n[pattern.down]",
                ["no variant sets"],
            ),
            ("below = 0\n", "below = 0\nper = { visits_T1 = { countr = 1 } }\n", ["'country'"]),
            (
                'group = "rural"',
                'includes = ["full-pakage"]',
                ["variant.country.includes.1", "'full-package'"],
            ),
            ('group = "rural"', 'includes = ["country"]', ["variant.country.includes.1", "a variant above"]),
            ("upward_share = 0.2", "weight_satisfaction = 1", ["variant.share: levers.weight_", "sum to 1"]),
            (
                "visits_T1 = { country",
                "surplus_T2 = { country",
                ["pattern.country.value.surplus_T2", "of a group"],
            ),
            ("months = 2", "months = 0", ["variant.share.months", "whole number"]),
            ("[variant.share]", "[variant.support-only]", ["variant.support-only", "packaged scheme"]),
            ("visits_T2 =", "visit_T2 =", ["pattern.none.value", "'visits_T2'"]),
            ("{ share = 0 }", "{ shar = 0 }", ["pattern.same.value.visits_per_capita", "'share'"]),
            ("{ share = 0 }", "{ }", ["pattern.same.value.visits_per_capita", "no variant"]),
            ("above = 0\nnote", "note", ["pattern.down", "above = 0"]),
            ("above = 0\nnote", "above = 1\nbelow = 1\nnote", ["pattern.down.above", "below"]),
            ('skip = "for a reason"', "", ["pattern.later", "neither value nor skip"]),
            ("below = 0\n", 'below = 0\nskip = "why"\n', ["pattern.country", "both value and skip"]),
            ("pattern.down", "pattern.up", ["pattern.up", "an id of targets.csv"]),
            ('claim = "one group"', 'clam = "one group"', ["pattern.country.clam", "'claim'"]),
            ("above = 0\nnote", "above = nan\nnote", ["pattern.down.above", "a number"]),
            ("[pattern.later]", "[pattern.later", ["patterns.toml", "broken TOML"]),
        ],
    )
    def test_every_fault_is_named(self, tmp_path: Path, old: str, new: str, named: list[str]) -> None:
        assert old in PATTERNS
        folder = write(tmp_path / "small")
        (folder / "patterns.toml").write_text(PATTERNS, "utf-8")
        assert check(folder) == []
        (folder / "patterns.toml").write_text(PATTERNS.replace(old, new), "utf-8")
        told = "\n".join(map(str, check(folder / "patterns.toml")))
        assert [name for name in ("patterns.toml", *named) if name not in told] == [], told
        with pytest.raises(InputError):
            load_place(folder)

    def test_a_variant_includes_others(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "small")
        (folder / "patterns.toml").write_text(PATTERNS, "utf-8")
        patterns = load_place(folder).patterns
        assert patterns is not None
        both = patterns.variants["both"]
        assert both.parameters == {"late_day_margin": 0.0}
        packaged = load_scheme("support-only").levers
        assert both.scheme.levers == packaged | {"upward_share": 0.2, "reserved_slots": 0.3}

    def test_an_unknown_indicator_of_a_target(self, tmp_path: Path) -> None:
        head = "id,indicator,value,tolerance,kind,source\n"
        folder = write(tmp_path / "small", targets_csv=head + "up,up_referal_rate,0.07,0.01,fit,Q01\n")
        (fault,) = check(folder)
        assert "row 2, column indicator" in fault.where
        assert "'up_referral_rate'" in fault.mend

    def test_what_is_packaged(self) -> None:
        patterns = load_place("yongan").patterns
        assert patterns is not None
        assert {name[:3] for name in patterns.patterns} >= {
            *(f"E0{k}" for k in range(1, 8)), "E11", "E12", "E13", "V07",
        }  # fmt: skip


class TestVariants:
    """A plan of runs takes schemes with behaviour, a horizon and a group of their own."""

    def test_they_meet_the_same_luck(self) -> None:
        place = load_place("yongan", 100)
        late = Variant(Scheme("late", "Late", (), {}), {"late_day_margin": 0.0}, months=2)
        plan = plan_runs(
            place, ["full-package", late], replicates=2, months=3, parameters={"repute_gap": 5.0}
        )
        assert [r.scheme.name for r in plan.requests[:3]] == ["status-quo", "full-package", "late"]
        assert [r.months for r in plan.requests[:3]] == [3, 3, 2]
        margins = {r.scheme.name: r.parameters["late_day_margin"] for r in plan.requests}
        assert margins["late"] == 0.0 != margins["status-quo"] == margins["full-package"]
        assert {r.parameters["repute_gap"] for r in plan.requests} == {5.0}
        assert len({r.run_id for r in plan.requests}) == 6
        described = plan.request["schemes"]
        assert (described["late"]["parameters"], described["late"]["months"]) == ({"late_day_margin": 0.0}, 2)
        assert "parameters" not in described["full-package"]

    def test_two_of_one_name(self) -> None:
        late = Variant(load_scheme("full-package"), {"late_day_margin": 0.0})
        with pytest.raises(InputError, match="two different schemes named 'full-package'"):
            plan_runs(load_place("yongan", 100), ["full-package", late])


class TestValidate:
    @pytest.fixture(scope="class")
    @staticmethod
    def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = write(tmp_path_factory.mktemp("places") / "small")
        (folder / "patterns.toml").write_text(PATTERNS, "utf-8")
        return folder

    def test_a_small_run(self, folder: Path) -> None:
        heard: list[tuple[int, int]] = []
        result = validate(
            folder, replicates=3, months=6, burn_in=2, workers=1, progress=lambda *x: heard.append(x)
        )
        up, down, none, same, country = result.findings
        assert [x.id for x in result.findings] == ["up", "down", "none", "same", "country"]
        assert result.skipped == {"later": "for a reason"}
        assert heard[-1] == (12, 12), "status quo, nothing-late, share and country, three times"
        runs = [
            im.IncentiveModel(folder, seed=1, replicate=r, burn_in=2, population=300).run(6).indicators()
            for r in range(3)
        ]
        assert up.found.mean == pytest.approx(math.fsum(x["up_referral_rate"][0] for x in runs) / 3)
        assert none.found.mean == pytest.approx(math.fsum(x["visits_T1"][0] for x in runs) / 6)
        assert (none.verdict, none.inside, same.reason) == ("pass", 1.0, "nothing differs at all")
        assert (up.target, up.tolerance, down.target, down.note) == (0.073, 0.0073, None, "noted")
        assert (country.verdict, country.reason) == ("fail", "nothing differs at all"), "all are rural there"
        assert list(result.table()["id"]) == ["up", "down", "none", "same", "country"]

    def test_json_table_and_folder(
        self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        other = write(tmp_path / "other")
        typed = ["validate", str(folder), str(other), *SMALL, "--out", str(tmp_path / "out")]
        with pytest.raises(SystemExit) as left:
            main([*typed, "--json"])
        assert left.value.code == 0, "what fails is a finding and no error"
        answer = json.loads(capsys.readouterr().out)
        assert answer["schema"] == 1
        entries = answer["targets"]
        assert {entry["place"] for entry in entries} == {"small", "other"}
        wanted = {"place", "id", "indicator", "value", "low", "high", "target", "tolerance"}
        for entry in entries:
            assert entry.keys() >= wanted | {"kind", "source", "verdict"}
            assert entry["kind"] in {"fit", "pattern", "holdout"}
            assert entry["verdict"] == ("fail" if entry["reason"] else "pass")
        assert {x["id"] for x in answer["skipped"] if x["place"] == "small"} == {"later"}
        names = {path.name for path in (tmp_path / "out" / "small").iterdir()}
        assert names == {"validation.csv", "validation.png", "validation.svg", "manifest.json"}

        with pytest.raises(SystemExit):
            main(typed)
        text = capsys.readouterr().out
        assert all(words in text for words in ("noted", "FAILS: nothing differs", "for a reason", "above 0"))

    @pytest.mark.parametrize(
        ("typed", "named"),
        [
            (["--replicates", "1"], "2 or more"),
            (["yongann"], "'yongan'"),
            (["--replicates", "-3"], "replicates"),
            (["--workers", "0"], "workers"),
            (["yongan", str(PACKAGED)], "two places named 'yongan'"),
        ],
    )
    def test_refused(
        self,
        typed: list[str],
        named: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as left:
            main(["validate", *typed])
        printed = capsys.readouterr()
        assert (left.value.code, printed.out, printed.err.count("\n")) == (2, "", 1)
        assert named in printed.err
        assert list(tmp_path.iterdir()) == []


RECORDED = sorted((Path(__file__).parent.parent / "results" / "validation").glob("*/manifest.json"))


SAMPLE = 4_000  #: residents
CLEAR = 3.0  #: half-widths of the interval, as wide as it would be in a sample of that size


def clearly(row: dict[str, Any], residents: int) -> bool:
    """Whether a recorded mean is so far from every end of its band that a smaller sample sees the same."""
    half = CLEAR * (row["high"] - row["low"]) / 2 * math.sqrt(residents / SAMPLE)
    return all(math.isnan(end) or abs(row["value"] - end) > half for end in (row["above"], row["below"]))


@pytest.mark.slow
@pytest.mark.parametrize("manifest", RECORDED, ids=lambda path: path.parent.name)
def test_every_pattern_has_the_sign_on_record(manifest: Path) -> None:
    """Over 20 seeds, and in a smaller sample: the sign found, whether it is the source's or not."""
    asked = json.loads(manifest.read_text("utf-8"))["request"]
    assert asked["replicates"] >= 20
    recorded = pd.read_csv(manifest.parent / "validation.csv")
    patterns = recorded[recorded["claim"].notna()].to_dict("records")
    sure = {row["id"]: row["verdict"] for row in patterns if clearly(row, asked["population"])}
    assert len(sure) > len(patterns) / 2
    design = {"replicates": 20, "months": 36, "burn_in": asked["burn_in"], "seed": asked["seed"] + 1}
    found = validate(load_place(asked["place"], SAMPLE), **design).table()
    value = found.set_index("id")["value"]
    bands = recorded.set_index("id")[["above", "below"]].fillna({"above": -math.inf, "below": math.inf})
    inside = {name: bands["above"][name] < value[name] < bands["below"][name] for name in sure}
    assert inside == {name: verdict == "pass" for name, verdict in sure.items()}


def test_every_pattern_of_the_sources_is_on_record() -> None:
    """E01 to E13, each with its interval over at least 20 seeds."""
    rows = pd.concat([pd.read_csv(path.parent / "validation.csv") for path in RECORDED])
    tried = rows[rows["n"] >= 20]["id"].str.extract(r"^(E\d\d)")[0].dropna()
    assert set(tried) == {f"E{k:02d}" for k in range(1, 14)}
    assert set(rows["place"]) == set(place_names())


def test_what_was_fitted_passes_on_record() -> None:
    rows = pd.concat([pd.read_csv(path.parent / "validation.csv") for path in RECORDED])
    assert (
        rows[(rows["kind"] == "fit") & (rows["verdict"] != "pass")][["place", "id"]].to_numpy().tolist() == []
    )
