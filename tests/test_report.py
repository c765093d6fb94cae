"""Figures and the page: the same bytes every time, self-contained, and safe with whatever a title holds."""

from __future__ import annotations

import html.parser
import re

import matplotlib
import pytest
from matplotlib.figure import Figure
from synthetic_runs import Effect, make_comparison

import incentive_model.report
from incentive_model.cards import InputError, parameters
from incentive_model.inputs.scheme import load_scheme
from incentive_model.report import FIGURES, plot, write_report
from incentive_model.report.headlines import headline
from incentive_model.report.method import command, scheme_levers
from incentive_model.report.prices import PRICES, price
from incentive_model.report.style import scheme_colours
from incentive_model.report.words import bounds, decimals_for, joined, number

#: Markup, quotes, mathematics that does not parse, and characters that few fonts have.
HOSTILE = "<script>alert(1)</script> & \"both\" 'ways' $\\frac{$ 分级诊疗 50%"


@pytest.fixture(scope="module")
def comparison():
    return make_comparison(replicates=4, by_age=True)


@pytest.fixture(scope="module")
def folder(comparison, tmp_path_factory):
    """A folder with everything that the report writes."""
    return write_report(comparison, tmp_path_factory.mktemp("report")).parent


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


class Elements(html.parser.HTMLParser):
    """Every tag with its attributes, the text, and whether tags close in order."""

    VOID = frozenset({"meta", "img", "br", "link", "input", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


class TestPage:
    def test_is_self_contained(self, page):
        elements = Elements(page)
        assert not {"script", "link", "iframe", "object", "embed"} & {tag for tag, _ in elements.tags}
        for _, attributes in elements.tags:
            for name in ("src", "href", "srcset", "action"):
                assert (attributes.get(name) or "data:").startswith("data:")
            assert not [name for name in attributes if name.startswith("on")]
        assert "url(" not in page
        assert "@import" not in page

    def test_every_figure_has_alt_text_and_caption(self, page):
        images = [attributes for tag, attributes in Elements(page).tags if tag == "img"]
        assert len(images) == len(FIGURES)
        assert all(len(image["alt"] or "") > 40 for image in images)
        assert page.count("<figcaption>") == len(FIGURES)

    def test_leads_with_the_finding(self, page):
        text = Elements(page).text
        assert text.index("Patients and primary institutions gain; the insurer loses.") < text.index(
            "Replicates"
        )
        for words in (
            "4 replicates",
            "95% interval",
            "not a forecast",
            "win-win",
            "sum to zero",
            "Yuan of 2022",
        ):
            assert words in text

    def test_a_hostile_title_is_text(self, tmp_path):
        found = make_comparison(
            {"revenue-sharing": Effect(money={"patients": 1.0})},
            titles={"revenue-sharing": HOSTILE},
            replicates=2,
        )
        found.request["title"] = HOSTILE
        text = write_report(found, tmp_path).read_text(encoding="utf-8")
        elements = Elements(text)
        assert "script" not in {tag for tag, _ in elements.tags}
        assert HOSTILE in elements.text

    def test_one_replicate_says_that_it_has_no_interval(self, tmp_path):
        text = write_report(make_comparison(replicates=1), tmp_path / "page.html").read_text(encoding="utf-8")
        assert "one replicate has no interval" in text
        assert "nan" not in re.sub(r"base64,[^\"]*", "", text).lower().replace("financ", "")
        assert [path.name for path in tmp_path.iterdir()] == ["page.html"]

    @pytest.mark.parametrize("effects", [{}, {"empty": Effect()}])
    def test_nothing_to_say_is_said(self, effects, tmp_path):
        text = write_report(make_comparison(effects, replicates=2), tmp_path).read_text(encoding="utf-8")
        assert ("No account changes" if effects else "nothing to compare") in text

    def test_the_room_can_be_called(self, tmp_path):
        path = incentive_model.report(make_comparison({}, replicates=1), tmp_path / "r.html")
        assert path == tmp_path / "r.html"

    def test_names_the_command_that_makes_it_again(self, comparison):
        line = command(comparison)
        assert line.startswith("incentive-model compare testham --scheme revenue-sharing ")
        assert line.endswith("--replicates 4 --population 500 --months 24 --burn-in 12 --seed 1 --by age")


def test_levers_stand_side_by_side_month_by_month():
    found = make_comparison({"early": Effect(money={"patients": 1.0}), "late": Effect()}, replicates=2)
    schemes = found.request["schemes"]
    schemes["early"]["levers"] = {"upward_share": 0.1, "rehab_credit": 0.0}
    schemes["late"]["levers"] = {}
    schemes["late"]["changes"] = [{"month": 13, "levers": {"upward_share": 0.2}}]
    schemes["status-quo"]["resolved"] = {"upward_share": 0.0, "rehab_credit": 0.0}
    levers = scheme_levers(found)
    rows = [(row.name, row.before, row.cells) for rows in levers.families.values() for row in rows]
    assert rows == [("upward_share", "0", ["0.1", "0; 0.2 from month 13"])]
    assert levers.kept == ["rehab_credit 0"]


def test_whatever_support_costs_says_who_pays():
    support = load_scheme("support-only").levers
    assert [name for name in support if not price(name)] == ["reserved_release"]
    payers = ("the government", "government to", "county hospitals")
    assert [name for name in support if price(name) and not any(who in price(name) for who in payers)] == []
    assert set(PRICES.values()) <= parameters().keys()
    assert price("platform_coverage", {"cost_platform_coverage": 7.0}).startswith("7 yuan a resident-year at")


class TestHeadlines:
    def test_size_direction_and_interval(self):
        found = headline(make_comparison({"s": Effect(money={"patients": 66.0, "insurer": -60.0})}), "s")
        assert found.lead == "Patients gain; the insurer loses."
        assert "patients gain 66.0 [66.0, 66.0]; the insurer loses 60.0 [60.0, 60.0]." in found.money
        assert "Exactly as before: physicians, primary institutions, county hospitals" in found.money
        assert "The outside: −6.0 [−6.0, −6.0]." in found.money
        assert found.verdict == "potential"


class TestFigures:
    def test_same_bytes_every_time(self, comparison, folder, tmp_path):
        """Figures and page; the user's own settings change nothing, and stay."""
        with matplotlib.rc_context({"font.size": 31, "axes.facecolor": "red"}):
            write_report(comparison, tmp_path)
            assert matplotlib.rcParams["font.size"] == 31
        names = sorted(path.name for path in folder.iterdir())
        figures = [f"{kind}.{ending}" for kind in FIGURES for ending in ("png", "svg")]
        assert names == sorted([*figures, "report.html"])
        for name in names:
            assert (folder / name).read_bytes() == (tmp_path / name).read_bytes()

    def test_carry_no_date_and_no_version(self, folder):
        for kind in FIGURES:
            assert "<dc:date>" not in (folder / f"{kind}.svg").read_text(encoding="utf-8")
            assert b"Software" not in (folder / f"{kind}.png").read_bytes()

    @pytest.mark.parametrize("kind", FIGURES)
    def test_draws_on_the_axes_given(self, comparison, kind):
        axes = Figure().add_subplot()
        assert plot(comparison, kind, ax=axes) is axes
        assert axes.get_title(loc="left")
        assert axes.get_xlabel()

    @pytest.mark.parametrize("kind", FIGURES)
    def test_no_labels_overlap(self, comparison, kind):
        """Texts beside bars, lines and cells keep clear of each other."""
        axes = plot(comparison, kind)
        figure = axes.get_figure()
        figure.draw_without_rendering()
        ticks = [
            tick.label1 if tick.label1.get_visible() else tick.label2
            for axis in (axes.xaxis, axes.yaxis)
            for tick in axis.get_major_ticks()
            if min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        ]
        boxes = [text.get_window_extent() for text in (*axes.texts, *ticks) if text.get_text()]
        width, height = figure.bbox.size
        for i, one in enumerate(boxes):
            assert one.x0 >= -1
            assert one.x1 <= width + 1
            assert one.y0 >= -1
            assert one.y1 <= height + 1
            for other in boxes[i + 1 :]:
                wide = min(one.x1, other.x1) - max(one.x0, other.x0)
                high = min(one.y1, other.y1) - max(one.y0, other.y0)
                assert wide <= 1 or high <= 3

    def test_an_unknown_figure_names_the_nearest(self, comparison):
        with pytest.raises(InputError, match="did you mean 'money'"):
            plot(comparison, "mony")

    def test_a_scheme_has_one_colour_and_the_status_quo_is_grey(self):
        one = scheme_colours(["status-quo", "full-package", "mine"], "status-quo")
        two = scheme_colours(["status-quo", "support-only", "full-package"], "status-quo")
        assert one["full-package"] == two["full-package"]
        assert len(set(one.values())) == 3


class TestWords:
    @pytest.mark.parametrize(
        ("value", "text"),
        [(0.0, "0"), (-0.04, "−0.0"), (1234.56, "+1,234.6"), (None, "n/a"), (float("nan"), "n/a")],
    )
    def test_number(self, value, text):
        assert number(value, sign=True) == text

    def test_bounds(self):
        assert bounds(-1.0, 2.0) == "[−1.0, 2.0]"
        assert bounds(None, None) == "[no interval]"

    @pytest.mark.parametrize(("values", "decimals"), [([0.034], 3), ([3.4], 1), ([340], 0), ([], 1)])
    def test_decimals(self, values, decimals):
        assert decimals_for(values) == decimals

    def test_joined(self):
        assert [joined(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
