"""Indicators by group of residents: the groups add up to the whole, and looking at them changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small_place
from test_cli import exit_code, strict
from test_model import after, state

import incentive_model as im
from incentive_model.cards import indicators
from incentive_model.cli.options import By
from incentive_model.measures import BREAKDOWNS, MEASURES, OF_GROUPS
from incentive_model.runs import plan_runs

#: Of a group by itself: ranks within the group, and a ratio of products.
NOT_SUMS = {
    "oop_concentration_index",
    "visits_concentration_index",
    "qalys_concentration_index",
    "referral_asymmetry",
}
SMALL = ["--population", "300", "--months", "13", "--burn-in", "2"]


@pytest.fixture(scope="module")
def place():
    return im.load_place("yongan", population=1_500)


@pytest.fixture(scope="module")
def whole(place):
    return after(place, 14, "full-package")


@pytest.fixture(scope="module", params=BREAKDOWNS)
def by(request, place):
    return after(place, 14, "full-package", by=request.param)


class TestConsistency:
    def test_nothing_depends_on_it(self, whole, by):
        own = ("part", "rank_within")  # of the group
        assert state(by, but=own) == state(whole, but=own)
        assert by.indicators() == whole.indicators()
        assert by.series().equals(whole.series())
        assert by.stakeholders() == whole.stakeholders()
        assert by.present_values() == whole.present_values()

    def test_groups_add_up_to_the_whole(self, whole, by):
        """Numerators and denominators alike: each is a sum over residents."""
        sums = by.breakdown().groupby("indicator")[["numerator", "denominator"]].sum()
        for name in set(OF_GROUPS) - NOT_SUMS:
            _, numerator, denominator = whole.indicators()[name]
            assert tuple(sums.loc[name]) == pytest.approx((numerator, denominator), rel=1e-12), name

    def test_a_value_is_the_ratio_of_its_parts(self, by):
        found = by.breakdown()
        some = found[found["denominator"] != 0]
        assert some["value"].tolist() == (some["numerator"] / some["denominator"]).tolist()
        assert found.loc[found["denominator"] == 0, "value"].isna().all()
        assert set(found["indicator"]) == set(OF_GROUPS)

    def test_without_groups_there_is_one_of_all(self, whole):
        found = whole.breakdown().set_index("indicator")
        assert set(found["group"]) == {"all"}
        for name, (value, numerator, denominator) in whole.indicators().items():
            if name in OF_GROUPS:
                assert tuple(found.loc[name, ["numerator", "denominator"]]) == (numerator, denominator)
                assert found.loc[name, "value"] == value or value is None

    @pytest.mark.parametrize("threads", [2, 5])
    def test_threads_do_not_matter(self, place, threads):
        one, more = (after(place, 3, by="age", threads=k) for k in (1, threads))
        assert one.breakdown().equals(more.breakdown())

    def test_before_the_scheme_there_is_nothing_to_say(self, place):
        found = im.IncentiveModel(place, seed=1, burn_in=2, by="home").run(0).breakdown()
        assert found["value"].isna().all()


class TestGroups:
    def test_everybody_is_in_the_group_they_belong_to(self, place):
        r = after(place, 1).residents
        fifth = pd.qcut(pd.Series(r.income).rank(method="first"), 5, labels=False)
        urban = place.facilities["urban"].to_numpy()[r.clinic]  # at home is where the village clinic is
        expected = {"quintile": fifth, "age": r.age, "insurance": r.insurance, "home": urban}
        expected["chronic"] = r.chronic
        for by in BREAKDOWNS:
            np.testing.assert_array_equal(after(place, 1, by=by).residents.part, expected[by])

    def test_groups_are_named(self, place):
        def names(by):
            return after(place, 1, by=by).breakdown()["group"].unique().tolist()

        assert names("quintile") == ["1", "2", "3", "4", "5"]
        assert names("age") == ["0-14", "15-44", "45-59", "60+"]
        assert names("insurance") == [x.name for x in place.insurances]
        assert names("home") == ["rural", "urban"]
        assert names("chronic") == ["well", "chronic"]

    def test_what_is_known_of_a_group(self, by):
        """Out-of-pocket and QALYs by group are what the residents' own columns say."""
        found = by.breakdown().set_index(["group", "indicator"])["numerator"]
        r = by.residents
        for part, group in enumerate(by.parts.names):
            mine = r.part == part
            assert found[group, "oop_per_capita"] * 100 == pytest.approx(r.oop[mine].sum(), abs=1e-3)
            assert found[group, "qalys_per_1000"] * 1e6 == pytest.approx(r.qaly[mine].sum(), rel=1e-12)

    def test_the_uninsured_cost_the_funds_nothing(self, place):
        found = after(place, 14, by="insurance").breakdown().set_index(["group", "indicator"])["value"]
        assert found["none", "fund_claims"] == 0
        assert found["resident", "fund_claims"] > 0
        assert found["none", "oop_per_capita"] > found["resident", "oop_per_capita"]

    def test_the_old_are_iller_and_children_healthier(self, place):
        found = after(place, 14, by="age").breakdown().set_index(["group", "indicator"])["value"]
        for name, more in (("visits_per_capita", 1), ("expected_deaths_per_100k", 1), ("qalys_per_1000", -1)):
            assert more * (found["60+", name] - found["15-44", name]) > 0

    def test_an_unknown_breakdown_is_named_with_the_mend(self, place):
        with pytest.raises(im.InputError, match="did you mean 'quintile'"):
            im.IncentiveModel(place, by="quintiles")
        with pytest.raises(im.InputError, match="did you mean 'age'"):
            im.compare(place, [], by="ages")

    def test_an_empty_group_has_no_value(self, tmp_path):
        small = im.load_place(small_place.write(tmp_path / "small"), population=50)
        found = after(small, 2, by="home").breakdown().set_index("group")  # nobody lives in town
        assert found.loc["urban", "value"].isna().all()
        assert found.loc["rural", "value"].notna().any()


class TestCards:
    def test_a_card_says_whether_groups_have_it(self):
        assert {name: card.by_group for name, card in indicators().items()} == {
            name: name in OF_GROUPS for name in MEASURES
        }
        assert all(card.by_group is None for card in (*im.levers().values(), *im.parameters().values()))

    def test_no_group_has_a_surplus_beds_or_a_fund(self):
        alone = set(MEASURES) - set(OF_GROUPS)
        assert alone >= {
            *(f"income_T{k}" for k in (0, 1, 2)), *(f"surplus_T{k}" for k in (0, 1, 2)), "bed_occupancy_T2",
            "fund_balance", "fund_spending", "fiscal_cost", "referral_fund_spent", "workload_T1", "belief",
        }  # fmt: skip
        assert set(OF_GROUPS) >= {
            "visits_per_capita", "up_referral_rate", "down_referral_rate", "oop_per_capita", "trust_T1",
            "catastrophic_share_sdg", "qalys_per_1000", "wait_days_T2_referred", "fund_claims",
        }  # fmt: skip


@pytest.fixture(scope="module")
def compared(place):
    small = place.with_population(400)
    size = {"replicates": 2, "months": 13, "burn_in": 2, "workers": 1}
    return [im.compare(small, ["full-package"], by=by, **size) for by in (None, "quintile", "age")]


class TestComparison:
    def test_all_else_is_the_same(self, compared):
        alone, *others = compared
        for other in others:
            assert other.runs.equals(alone.runs)
            assert other.series.equals(alone.series)
            assert other.table().equals(alone.table())
            assert other.verdicts() == alone.verdicts()
            assert other.residents().equals(alone.residents())
            assert {k: v for k, v in other.to_json().items() if k != "groups"} == alone.to_json()
        assert "groups" not in alone.to_json()

    def test_one_row_a_scheme_group_and_indicator(self, compared):
        found = compared[2].groups()
        assert list(found) == [
            "scheme", "by", "group", "indicator", "unit", "value", "low", "high", "delta", "delta_low",
            "delta_high", "n",
        ]  # fmt: skip
        assert len(found) == 2 * 4 * len(OF_GROUPS)
        assert set(found["by"]) == {"age"}
        base = found[found["scheme"] == "status-quo"]
        assert base["delta"].fillna(0).eq(0).all()
        assert base["group"].unique().tolist() == ["0-14", "15-44", "45-59", "60+"]

    def test_json_has_groups_and_no_nan(self, compared):
        found = strict(json.dumps(compared[1].to_json(), allow_nan=False))["groups"]
        assert found["by"] == "quintile"
        poorest = found["schemes"]["full-package"]["1"]
        assert set(poorest["indicators"]) == set(OF_GROUPS)
        assert set(poorest["residents"]) == {"better", "worse", "same", "gain"}

    def test_who_gains_by_group(self, compared):
        """Groups share out the gain of all: their mean, weighted by their size, is the mean of all."""
        found = compared[2]
        rows = found.frames.residents.query("scheme == 'full-package'")
        for _, replicate in rows.groupby("replicate"):
            groups = replicate[replicate["by"] == "age"]
            everybody = replicate[replicate["group"] == "all"].iloc[0]
            mean = np.average(groups["gain_yuan"], weights=groups["residents"])
            assert mean == pytest.approx(everybody["gain_yuan"], rel=1e-9)
        assert found.residents("age")["group"].unique().tolist() == ["0-14", "15-44", "45-59", "60+"]

    def test_not_asked_is_said(self, compared):
        with pytest.raises(im.InputError, match="by="):
            compared[0].groups()
        with pytest.raises(im.InputError, match="by="):
            im.plot(compared[0], "groups")

    def test_a_run_has_the_same_id(self, place):
        one, two = (plan_runs(place, ["full-package"], by=by) for by in (None, "home"))
        assert [x.run_id for x in one.requests] == [x.run_id for x in two.requests]
        assert one.request == {k: v for k, v in two.request.items() if k not in ("by", "groups")}

    def test_the_report_has_a_section_only_when_asked(self, compared, tmp_path):
        pages = {}
        for result in compared:
            folder = tmp_path / str(result.by)
            im.report(result, folder)
            pages[result.by] = (folder / "report.html").read_text("utf-8")
            assert (folder / "groups.png").exists() == (result.by == "age")
        assert "Who gains by" not in pages[None]
        assert "Who gains by income" in pages["quintile"]
        assert "Who gains by age" in pages["age"]
        assert "--by age" in pages["age"]


class TestCommands:
    @pytest.fixture(autouse=True)
    def _elsewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def test_the_words_are_the_models(self):
        assert tuple(By) == BREAKDOWNS

    def test_compare_writes_groups(self, capsys):
        asked = ["compare", *SMALL, "--replicates", "1", "--scheme", "support-only", "--workers", "1"]
        assert exit_code(*asked, "--by", "home", "--json") == 0
        assert strict(capsys.readouterr().out)["groups"]["by"] == "home"
        written = pd.read_csv("results/compare-yongan/groups.csv")
        assert set(written["group"]) == {"rural", "urban"}
        assert exit_code(*asked) == 2, "the results there are another request's"
        assert "by" in capsys.readouterr().err

    def test_run_tells_groups(self, capsys):
        asked = ["run", *SMALL, "--by", "age"]
        assert exit_code(*asked, "--out", "there") == 0
        printed = capsys.readouterr().out
        assert all(age in printed for age in ("0-14", "60+"))
        assert set(pd.read_csv("there/groups.csv")["indicator"]) == set(OF_GROUPS)
        assert exit_code(*asked, "--json") == 0
        found = strict(capsys.readouterr().out)["groups"]
        assert found["by"] == "age"
        assert set(found["groups"]["60+"]["visits_per_capita"]) == {"value", "numerator", "denominator"}

    def test_an_unknown_group_is_refused(self, capsys):
        assert exit_code("compare", "--by", "fifths") == 2
        printed = capsys.readouterr().err
        assert all(word in printed for word in ("--by", "fifths", "quintile"))
