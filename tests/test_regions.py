"""Where patterns hold: points, shares, what decides, and that each run is made once."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from small_place import write

import incentive_model as im
from incentive_model.analysis.band import Band
from incentive_model.analysis.intervals import interval
from incentive_model.analysis.regions import (
    Key,
    RegionPlan,
    Seen,
    _key,
    find_regions,
    hypercube,
    plan_regions,
    plausible,
    region_of,
    regions_of,
    share_of,
)
from incentive_model.analysis.validation import Finding
from incentive_model.cards import InputError
from incentive_model.inputs.patterns import Patterns, read_patterns
from incentive_model.report.regions import write_regions

EXPERIMENTS = Path(__file__).parent.parent / "experiments"
EFFECTS = sorted((EXPERIMENTS / "effects").glob("V*.toml"))
PATTERNS = """\
[factors]
upward_share = { low = 0.1, high = 0.3 }
[variant.share]
levers = { upward_share = 0.2 }
[variant.country]
group = "rural"
[variant.share-country]
includes = ["share"]
group = "rural"

[pattern.up]
claim = "more are sent up"
source = ["M02"]
above = 0
[pattern.up.value]
up_referral_rate = { share = 1, status-quo = -1 }

[pattern.country]
claim = "a tenth more in the country"
source = ["M02"]
above = 0.05
below = 0.15
[pattern.country.value]
visits_T2 = { share-country = 1, country = -1 }
[pattern.country.per]
visits_T2 = { country = 1 }

[pattern.later]
claim = "not to be tried"
source = []
skip = "for a reason"
"""


@pytest.fixture
def patterns(tmp_path: Path) -> Patterns:
    (tmp_path / "patterns.toml").write_text(PATTERNS, "utf-8")
    return read_patterns(tmp_path / "patterns.toml")


@pytest.fixture
def place(tmp_path: Path) -> im.Place:
    return im.load_place(write(tmp_path / "small"))


def made_up(plan: RegionPlan) -> dict[Key, Seen]:
    """What runs might give: the share sends a tenth of itself up, and more so the more trouble it is."""
    seen: dict[Key, Seen] = {}
    for request in plan.requests:
        luck = 0.001 * math.sin(request.replicate)
        lever, trouble = float(request.levers["upward_share"]), float(request.parameters["hassle_up"])
        sent = {
            "up_referral_rate": 0.07 + 0.1 * lever * (trouble - 60) + luck,
            "visits_T2": 1.0 + lever / 2,
        }
        seen[_key(request)] = {"": sent, "rural": sent, "urban": dict.fromkeys(sent)}
    return seen


class TestPoints:
    def test_every_slice_of_every_range_has_one_point(self) -> None:
        cube = hypercube({"a": (0.0, 1.0, False), "b": (1.0, 16.0, True)}, 16, seed=1)
        assert sorted((cube["a"] * 16).astype(int)) == list(range(16))
        assert sorted((np.log2(cube["b"]) * 4).astype(int)) == list(range(16))
        pd.testing.assert_frame_equal(
            cube, hypercube({"a": (0.0, 1.0, False), "b": (1.0, 16.0, True)}, 16, seed=1)
        )
        assert list(cube.index) == list(range(1, 17))

    def test_all_that_is_uncertain_is_drawn_within_its_range(
        self, place: im.Place, patterns: Patterns
    ) -> None:
        plan = plan_regions(place, patterns, points=10, seeds=2, months=1)
        uncertain = {name for name, card in im.parameters().items() if card.role == "uncertain"}
        assert set(plausible()) == uncertain
        assert set(plan.cube) == uncertain | {"upward_share"}
        for name, (low, high, _) in plausible().items():
            assert plan.cube[name].between(low, high).all()

    def test_a_factor_stands_where_a_variant_sets_the_lever(
        self, place: im.Place, patterns: Patterns
    ) -> None:
        plan = plan_regions(place, patterns, points=3, seeds=2, months=1)
        for (_, drawn), there in zip(plan.cube.iterrows(), plan.there, strict=True):
            levers = {x.scheme.name: x.levers["upward_share"] for x in there.requests}
            assert levers == {
                "status-quo": 0.0, "share": drawn["upward_share"],
                "country": 0.0, "share-country": drawn["upward_share"],
            }  # fmt: skip
            assert {x.parameters["hassle_up"] for x in there.requests} == {drawn["hassle_up"]}
        assert {x.levers["upward_share"] for x in plan.here.requests} == {0.0, 0.2}

    def test_studies_with_other_factors_share_their_parameters(
        self, place: im.Place, patterns: Patterns
    ) -> None:
        one = plan_regions(place, patterns, points=4, seeds=2)
        other = plan_regions(place, Patterns(patterns.patterns, patterns.variants), points=4, seeds=2)
        pd.testing.assert_frame_equal(one.cube.drop(columns="upward_share"), other.cube)

    @pytest.mark.parametrize("wrong", [{"points": 0}, {"seeds": 1}, {"replicates": 0}])
    def test_refused(self, place: im.Place, patterns: Patterns, wrong: dict[str, int]) -> None:
        with pytest.raises(InputError, match=next(iter(wrong))):
            plan_regions(place, patterns, **wrong)


class TestRegion:
    """One pattern, from its values at points."""

    def test_wilson(self) -> None:
        assert share_of(0, 10) == pytest.approx((0.0, 0.0, 0.2775), abs=1e-4)
        assert share_of(81, 263) == pytest.approx((0.308, 0.2553, 0.3662), abs=1e-4)
        assert all(map(math.isnan, share_of(0, 0)))

    @staticmethod
    def finding(values: list[float]) -> Finding:
        band = Band(low=0.0, strict=True)
        weights = {"visits_T1": {"status-quo": 1.0}}
        return Finding("x", "", weights, {}, interval(values), 1.0, None, None, band, None, "pattern", "", "")

    def test_what_decides_is_found_and_nothing_else(self) -> None:
        cube = hypercube({f"p{k}": (0.0, 1.0, False) for k in range(30)}, 100, seed=3)
        values = 0.3 - cube["p7"]
        values.iloc[:4] = math.nan
        region = region_of(self.finding([0.1, 0.3]), values, cube, 1)
        assert region.points == 96
        assert region.holding == (values > 0).sum()
        assert region.share[1] < 0.3 < region.share[2]
        (decider,) = region.deciders
        assert (decider.parameter, decider.distance, decider.higher) == ("p7", 1.0, False)
        assert region_of(self.finding([0.1, 0.3]), values + 0.65, cube, 1).deciders == (), "5 points outside"

    def test_close_is_what_luck_may_have_decided(self) -> None:
        """At 20 seeds of standard deviation σ the reach of one run is t·σ, of the mean of four half of it."""
        here = [1.0 + (-1.0) ** k for k in range(20)]
        reach = 2.093 * math.sqrt(20 / 19)
        values = pd.Series([0.49 * reach, 0.51 * reach, -0.99 * reach, 1.01 * reach])
        cube = pd.DataFrame({"p": range(4)})
        assert [region_of(self.finding(here), values, cube, r).close for r in (1, 4)] == [0.75, 0.25]


class TestRegions:
    def test_from_made_up_runs(self, place: im.Place, patterns: Patterns) -> None:
        plan = plan_regions(place, patterns, points=60, replicates=2, seeds=3, months=1)
        found = regions_of(plan, made_up(plan))
        up, country = found.regions
        assert [up.finding.id, country.finding.id] == ["up", "country"], "what is skipped is not tried"
        assert (up.points, up.holding) == (60, int((plan.cube["hassle_up"] > 60).sum()))
        assert [(x.parameter, x.higher) for x in up.deciders] == [("hassle_up", True)]
        assert country.holding == int((plan.cube["upward_share"] > 0.1).sum()), "half of 0.1 to 0.3"
        assert country.finding.found[:3] == pytest.approx((0.1, 0.1, 0.1))
        assert (country.finding.verdict, up.finding.verdict) == ("pass", "fail")
        points = found.points
        assert list(points["point"]) == list(range(61))
        assert points.loc[0, "upward_share"] == 0.2
        assert points.loc[0, "hassle_up"] == im.parameters()["hassle_up"].default
        assert points.loc[7, "country"] == pytest.approx(points.loc[7, "upward_share"] / 2)

    def test_the_same_request_gives_the_same_bytes(
        self, place: im.Place, patterns: Patterns, tmp_path: Path
    ) -> None:
        written = []
        for name in ("one", "two"):
            plan = plan_regions(place, patterns, points=40, seeds=2, months=1)
            folder = tmp_path / name
            folder.mkdir()
            write_regions(regions_of(plan, made_up(plan)), folder)
            written.append({path.name: path.read_bytes() for path in folder.iterdir()})
        assert written[0] == written[1]
        assert set(written[0]) == {
            "points.csv", "regions.csv", "deciding.csv", "regions.md", "regions.png", "regions.svg",
        }  # fmt: skip
        text = written[0]["regions.md"].decode()
        assert all(words in text for words in ("| up |", "`hassle_up` ↑", "5 to 15 %", "above 0"))

    def test_runs_that_are_alike_are_made_once(self, place: im.Place, patterns: Patterns) -> None:
        """``country`` is the status quo of a group, and two studies have it in common."""
        plan = plan_regions(place, patterns, points=2, seeds=2, months=2, burn_in=1)
        heard: list[tuple[int, int]] = []
        one, other = find_regions([plan, plan], workers=1, progress=lambda *x: heard.append(x))
        assert heard[-1] == (8, 8), "two points and two seeds, with the share and without"
        pd.testing.assert_frame_equal(one.points, other.points)
        drawn = plan.cube.loc[1].to_dict()
        lever = drawn.pop("upward_share")
        rates = [
            im.IncentiveModel(place, seed=2026, replicate=0, burn_in=1, **more, **drawn)
            .run(2)
            .indicators()["up_referral_rate"][0]
            for more in ({"upward_share": lever}, {})
        ]
        assert one.points.loc[1, "up"] == pytest.approx(rates[0] - rates[1])


class TestEffects:
    """``experiments/effects``."""

    @pytest.fixture
    @staticmethod
    def study(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        monkeypatch.syspath_prepend(EXPERIMENTS)
        spec = importlib.util.spec_from_file_location("effects", EXPERIMENTS / "published_effects.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def test_all_are_there(self, study: ModuleType) -> None:
        names = ["V01", "V04", "V05", "V07", "V10", "V15", "V18", "V20"]
        assert [path.stem for path in EFFECTS] == list(study.FILES) == names

    @pytest.mark.parametrize("path", EFFECTS, ids=lambda path: path.stem)
    def test_each_says_what_it_is_about(self, path: Path, study: ModuleType) -> None:
        patterns = read_patterns(path)
        assert all(path.stem in x.source or "E07" in x.source for x in patterns.patterns.values())
        assert "*not represented*" in study.about(path.stem)
        plan = plan_regions(im.load_place("yongan", 100), patterns, points=1, seeds=2, months=1)
        assert plan.requests

    def test_one_table_of_all(self, study: ModuleType, tmp_path: Path) -> None:
        """Sizes hold at points 1 and 2 of four, the sign at three."""
        folder = tmp_path / "V15"
        folder.mkdir()
        (folder / "regions.md").write_text(f"# V15\n\n{study.HEAD}\n| V15-x | it falls |\n", "utf-8")
        rows = ["V15-level-sign,,0,pass", "V15-level-size,-0.81,-0.27,fail"]
        (folder / "regions.csv").write_text("\n".join(["id,above,below,verdict", *rows]), "utf-8")
        points = "0,-1,-1\n1,-0.3,-0.3\n2,-0.5,-0.5\n3,-0.1,-0.1\n4,0,0\n"
        (folder / "points.csv").write_text(f"point,V15-level-sign,V15-level-size\n{points}", "utf-8")
        page = study.readme(tmp_path, "how")
        assert "| V15 | sign | 75% [30, 95] | yes |" in page
        assert "| V15 | size | 50% [15, 85] | no |" in page
        assert "| V15-x | it falls |" in page
        assert "## V15: " in page
        assert "V18" not in page
