"""Figures and the page of a sensitivity analysis: what they must say, and that nothing breaks them."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pandas as pd
import pytest
from made_up_sensitivity import OUTPUTS, TWELVE, bare, made_up, many

from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.report.sensitivity_bars import index_bars
from incentive_model.report.sensitivity_figures import FIGURES, write_figures
from incentive_model.report.sensitivity_morris import morris_plane
from incentive_model.report.sensitivity_page import write_page
from incentive_model.report.sensitivity_shares import shares_of
from incentive_model.report.style import styled

ONE = (("x1", "factor", "", "-pi", "pi", 1.0),)
SIX = (*TWELVE[:3], *TWELVE[6:8], TWELVE[-1])
SOME = {"down_referral_rate": OUTPUTS["down_referral_rate"]}
TWO = SOME | {"cessation_rate": OUTPUTS["cessation_rate"]}
#: What a number that is none looks like; a lever may well be set to ``none``.
NO_NUMBER = re.compile(r"\b(nan|NaN|inf|None)\b")


@pytest.fixture(scope="module")
def result():
    return below_zero(made_up(SIX, TWO), "beta_trust")


@pytest.fixture(scope="module")
def made(result, tmp_path_factory):
    """A folder, the figures in it, and the page."""
    folder = tmp_path_factory.mktemp("sensitivity")
    figures = write_figures(result, folder)
    return folder, figures, write_page(result, figures, folder).read_text("utf-8")


def words(page: str) -> str:
    """What a reader reads."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def only(method: str) -> Sensitivity:
    """A result with the indices of one method and nothing else."""
    whole = made_up(SIX, TWO)
    return replace(bare(whole), indices=whole.indices[whole.indices["method"] == method])


def below_zero(whole: Sensitivity, factor: str) -> Sensitivity:
    """The same, but a factor's first-order index is a little below zero."""
    rows = whole.indices.copy()
    its = rows.eval("of == 'mean' and method == 'sobol' and index == 'first'") & (rows["factor"] == factor)
    rows.loc[its, ["value", "low", "high"]] = (-0.02, -0.05, 0.01)
    return replace(whole, indices=rows)


class TestPage:
    def test_every_verdict_comes_before_the_first_figure(self, made, result):
        lead = words(made[2][: made[2].index("<figure>")])
        assert [said for said in result.verdicts.values() if said not in lead] == []

    def test_says_what_failed_runs_cost(self, made):
        text = words(made[2])
        assert "13% of base rows (66 of 512) had failed runs and were left out as a whole" in text
        assert "221 replicates, in which a run failed, were left out" in text

    def test_says_nothing_of_failures_where_there_were_none(self, tmp_path, result):
        whole = replace(bare(result), failed=0, dropped_base_rows=0, dropped_replicates=0)
        text = words(write_page(whole, {}, tmp_path).read_text("utf-8"))
        assert "did not go well" not in text
        assert "Left out nothing" in text

    def test_has_every_figure_with_alt_text_and_caption(self, made):
        _, figures, page = made
        assert list(figures) == list(FIGURES)
        assert page.count("<figure>") == len(figures)
        assert all(x.alt and x.caption in html.unescape(page) for x in figures.values())

    def test_is_self_contained(self, made):
        assert not re.search(r"<(script|link|iframe)|@import|url\(", made[2])
        assert set(re.findall(r'src="(.....)', made[2])) == {"data:"}

    def test_has_no_number_that_is_none(self, made):
        assert not NO_NUMBER.search(words(made[2]))

    def test_an_estimate_below_zero_is_zero_within_error(self, made):
        text = words(made[2])
        assert "0 [−0.050, 0.010]" in text
        assert "<b>−" not in made[2]

    def test_a_hostile_title_stays_text(self, tmp_path, result):
        hostile = replace(bare(result), title="<script>alert(1)</script> $\\frac{$ 分级诊疗 50%")
        assert "<script>" not in write_page(hostile, {}, tmp_path).read_text("utf-8")


class TestFigures:
    def test_are_the_same_bytes_twice(self, tmp_path, made):
        folder, figures, _ = made
        again = write_figures(below_zero(made_up(SIX, TWO), "beta_trust"), tmp_path)
        assert list(again) == list(figures)
        files = [path for figure in again.values() for path in figure.paths]
        assert [path.name for path in files if path.read_bytes() != (folder / path.name).read_bytes()] == []

    def test_bars_start_at_zero_and_none_goes_below(self, result):
        with styled():
            figure = index_bars(result, "mean").get_figure(root=True)
        bars = [bar for axes in figure.axes for bar in axes.patches]
        assert bars
        assert min(bar.get_width() for bar in bars) == 0
        assert {bar.get_x() for bar in bars} == {0}

    def test_shares_of_a_run_add_up_to_one(self, result):
        with styled():
            axes = shares_of(result)
        rows = pd.DataFrame([(bar.get_y(), bar.get_width()) for bar in axes.patches], columns=["y", "width"])
        assert rows.groupby("y")["width"].sum().tolist() == pytest.approx([1.0])

    def test_the_plane_says_how_many_lie_under_the_dummy_and_names_none_of_them(self):
        found = made_up(many(60), SOME, ())
        with styled():
            axes = morris_plane(found)
        mu = found.indices.query("method == 'morris' and index == 'mu_star'").set_index("factor")
        under = mu.index[(mu["value"] <= mu["high"]["dummy"]) & (mu.index != "dummy")]
        texts = [text.get_text() for text in axes.texts]
        assert f"no more than luck alone: {len(under)} of 60" in texts
        assert not set(under) & set(texts)

    def test_names_in_the_plane_do_not_overlap(self):
        with styled():
            axes = morris_plane(made_up(many(60), SOME, ()))
            boxes = [text.get_window_extent() for text in axes.texts if "_" in text.get_text()]
        assert len(boxes) > 5
        assert not [1 for k, one in enumerate(boxes) for other in boxes[:k] if one.overlaps(other)]


@pytest.mark.parametrize(
    ("case", "there"),
    [
        (made_up(ONE, {"y": ""}, ()), {"shares", "indices", "morris", "tornado", "boxes"}),
        (bare(made_up(SIX[:-1], SOME, ())), {"shares", "indices", "dispersion"}),
        (bare(made_up(SIX, TWO, of="run")), {"shares", "indices"}),
        (made_up(SIX, {"y": ""}, ("y",)), set()),
        (only("morris"), {"morris"}),
        (only("pawn"), {"indices"}),
    ],
    ids=["one factor", "no dummy", "one replicate", "constant", "Morris alone", "PAWN alone"],
)
def test_nothing_breaks_with(case, there, tmp_path):
    figures = write_figures(case, tmp_path)
    assert there <= set(figures)
    assert (set(figures) == set()) == (there == set())
    text = words(write_page(case, figures, tmp_path).read_text("utf-8"))
    assert not NO_NUMBER.search(text)


def test_indices_without_intervals_are_drawn_and_written(tmp_path):
    few = bare(made_up(SIX, SOME, ()))
    unsure = replace(few, indices=few.indices.assign(low=float("nan"), high=float("nan")))
    figures = write_figures(unsure, tmp_path)
    assert {"shares", "indices"} <= set(figures)
    text = words(write_page(unsure, figures, tmp_path).read_text("utf-8"))
    assert "[no interval]" in text
    assert "nan" not in text.lower().split()
