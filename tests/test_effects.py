"""What factors do in combination: known answers, and the figures and the page of a study."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from incentive_model.analysis.effects import TIMES, all_effects, effects
from incentive_model.analysis.study_runs import StudyRuns
from incentive_model.cards import InputError
from incentive_model.inputs.combined import combined, together
from incentive_model.inputs.design import Design, Factor
from incentive_model.inputs.scheme import Scheme
from incentive_model.inputs.study import Study, is_study, load_study
from incentive_model.report.study import finished
from incentive_model.runs.run_table import run_schema
from incentive_model.runs.study_plan import StudyPlan, plan_study

LUCK = np.random.default_rng(7).normal(size=5)
OUTPUTS = ("net_hospitals", "down_referral_rate")
FACTORS = {"a": (0.0, 0.1, 0.2), "b": ("out", "in"), "c": (0, 1)}
Row = dict[str, Any]


def grid(factors: dict[str, tuple[Any, ...]], value: Callable[..., float]) -> tuple[dict[Any, int], Any]:
    """Every combination, with the same luck added to each."""
    levels = list(itertools.product(*(range(len(x)) for x in factors.values())))
    return {x: row for row, x in enumerate(levels)}, np.array([value(*x) + LUCK for x in levels])


def found(factors: dict[str, tuple[Any, ...]], value: Callable[..., float]) -> dict[tuple[str, str], float]:
    """Every effect, which luck must not move."""
    rows, values = grid(factors, value)
    sizes = {}
    for effect, of, by_replicate in effects(factors, rows, values):
        assert np.ptp(by_replicate) < 1e-12
        sizes[effect, of] = round(float(by_replicate[0]), 9)
    return sizes


class TestKnownAnswers:
    def test_what_adds_up_has_no_interaction_and_is_the_same_in_any_company(self) -> None:
        sizes = found(FACTORS, lambda a, b, c: 2 * a + 3 * b - c)
        for effect in ("alone", "in company", "main"):
            assert sizes[effect, "a = 0.1"] == 2
            assert sizes[effect, "a = 0.2"] == 4
            assert sizes[effect, "b"] == 3
            assert sizes[effect, "c = 1"] == -1
        assert all(size == 0 for (effect, _), size in sizes.items() if effect in ("pair", "interaction"))
        assert sizes["joint", "all"] == sizes["sum of singles", "all"] == 6
        assert sizes["beyond the sum", "all"] == 0

    def test_two_that_need_each_other(self) -> None:
        sizes = found(FACTORS, lambda a, b, c: 8 * b * c)
        assert sizes["alone", "b"] == 0
        assert sizes["in company", "b"] == 8
        assert sizes["main", "b"] == 4
        assert sizes["interaction", "b" + TIMES + "c = 1"] == sizes["pair", "b" + TIMES + "c = 1"] == 8
        assert sizes["interaction", "a = 0.2" + TIMES + "b"] == 0
        assert sizes["beyond the sum", "all"] == 8

    def test_three_that_need_each_other_show_in_company_and_not_in_pairs(self) -> None:
        sizes = found(FACTORS, lambda a, b, c: (a == 2) * b * c)
        assert sizes["pair", "b" + TIMES + "c = 1"] == 0
        assert sizes["interaction", "b" + TIMES + "c = 1"] == pytest.approx(1 / 3)
        assert sizes["in company", "a = 0.2"] == 1
        assert sizes["in company", "a = 0.1"] == 0

    def test_swapping_a_factors_values_turns_the_sign(self) -> None:
        def value(a: int, b: int, c: int) -> float:
            return 1.5 * a + b + 0.5 * b * c - a * c

        there = found(FACTORS, value)
        here = found(FACTORS | {"c": (1, 0)}, lambda a, b, c: value(a, b, 1 - c))
        assert here["main", "c = 0"] == -there["main", "c = 1"]
        assert here["main", "b"] == there["main", "b"]
        for of in ("a = 0.2", "b"):
            one, other = here["interaction", of + TIMES + "c = 0"], there["interaction", of + TIMES + "c = 1"]
            assert one == -other != 0

    def test_what_was_not_run_is_not_told(self) -> None:
        rows, values = grid(FACTORS, lambda a, b, c: a + b + c)
        del rows[2, 1, 1]
        told = {(effect, of) for effect, of, _ in effects(FACTORS, rows, values)}
        assert {effect for effect, _ in told} == {"alone", "in company", "pair", "sum of singles"}
        assert [of for effect, of in told if effect == "in company"] == ["a = 0.1"]


class TestTogether:
    def scheme(self, name: str, **levers: Any) -> Scheme:
        return Scheme(name, name.upper(), (name,), levers)

    def test_every_combination_of_so_many(self) -> None:
        schemes = [self.scheme(name) for name in "abcd"]
        assert [x.name for x in combined(schemes, [1, 3])] == [*"abcd", "a+b+c", "a+b+d", "a+c+d", "b+c+d"]
        assert len(list(combined(schemes, [1, 2, 3, 4]))) == 15

    def test_each_sets_what_it_sets_and_none_goes_before_another(self) -> None:
        later = Scheme("b", "B", (), {"upward_share": 0.1}, ((13, {"referral_bonus": 20.0}),))
        both = together([self.scheme("a", rehab_credit=0.3, upward_share=0.1), later])
        assert both.levers == {"rehab_credit": 0.3, "upward_share": 0.1}
        assert both.changes == later.changes
        for other in (self.scheme("c", upward_share=0.2), self.scheme("c", referral_bonus=20.0)):
            with pytest.raises(InputError, match="not the same in b and c"):
                together([later, other])


def study(**more: Any) -> Study:
    size: Row = {"population": 200, "months": 2, "burn_in": 1, "replicates": 5, "outputs": OUTPUTS}
    return Study("trial", "A trial", ("yongan",), **(size | more))


def factorial(**factors: tuple[Any, ...]) -> Design:
    return Design("full-factorial", {name: Factor(name, values) for name, values in factors.items()})


def made_up(folder: Path, plan: StudyPlan, value: Callable[[Row], float]) -> StudyRuns:
    """A finished sweep whose runs gave what ``value`` makes of their rows, and the luck of the replicate."""
    schema = run_schema(plan)
    names = [*schema.names[:6], "baseline", "residents_an_agent", *plan.varied]
    rows = []
    for number in range(len(plan)):
        row = dict(zip(names, plan[number].key, strict=True)) | {"status": "done"}
        row |= dict.fromkeys(plan.outputs, value(row) + LUCK[row["replicate"]])
        rows.append({name: row.get(name) for name in schema.names})
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "runs.parquet")
    (folder / "failures.csv").write_text("run_id,status,stage,error,replay\n")
    return StudyRuns(folder, plan)


class TestStudies:
    def test_combined_schemes_are_factors_out_and_in(self, tmp_path: Path) -> None:
        names = ("revenue-sharing", "support-only", "performance-evaluation")
        plan = plan_study(study(schemes=names, combine=(1, 2, 3)))

        def value(row: Row) -> float:
            shares, supports, evaluates = (name in row["scheme"] for name in names)
            return 10 + shares + 2 * supports + 4 * shares * evaluates

        (one,) = all_effects(made_up(tmp_path, plan, value))
        found = {key[1:]: x for key, x in one.found.items() if key[0] == "net_hospitals"}
        assert found["alone", names[0]].mean == pytest.approx(1)
        assert found["main", names[0]].mean == pytest.approx(3)
        assert found["in company", names[2]].mean == pytest.approx(4)
        assert found["interaction", names[0] + TIMES + names[2]].mean == pytest.approx(4)
        assert found["beyond the sum", "all"].mean == pytest.approx(4)

    def test_the_effect_of_a_parameter_is_that_on_the_change(self, tmp_path: Path) -> None:
        laid = factorial(beta_travel=(0.02, 0.03), reimbursement_gap=(0.0, 0.2))
        plan = plan_study(study(schemes=("full-package",), design=laid))

        def value(row: Row) -> float:
            much = row["beta_travel"] > 0.025
            return 100 * much + (row["scheme"] != "status-quo") * (
                3 + much + 5 * (row["reimbursement_gap"] > 0.1)
            )

        (one,) = all_effects(made_up(tmp_path, plan, value))
        assert one.found["net_hospitals", "main", "beta_travel = 0.03"].mean == pytest.approx(1)
        assert one.found["net_hospitals", "main", "reimbursement_gap = 0.2"].mean == pytest.approx(5)

    def test_a_run_that_failed_takes_its_replicate_out_of_what_needs_it(self, tmp_path: Path) -> None:
        laid = factorial(upward_share=(0.0, 0.1), rehab_credit=(0.0, 0.3))
        runs = made_up(tmp_path, plan_study(study(design=laid)), lambda row: row["upward_share"])
        table = pd.read_parquet(tmp_path / "runs.parquet")
        table.loc[table.index[-1], list(OUTPUTS)] = np.nan  # both levers high, last replicate
        table.to_parquet(tmp_path / "runs.parquet")
        (one,) = all_effects(runs)
        assert one.found["net_hospitals", "alone", "upward_share = 0.1"].n == 5
        assert one.found["net_hospitals", "joint", "all"].n == 4


DRAWN: dict[str, tuple[Row, set[str]]] = {
    "schemes": ({"schemes": ("support-only",)}, {"changes"}),
    "combined": ({"schemes": ("support-only", "revenue-sharing"), "combine": (1, 2)}, {"effects"}),
    "factorial": (
        {"design": factorial(upward_share=(0.0, 0.1), rehab_credit=(0.0, 0.3), audit_rate=(0.0, 0.1))},
        {"effects", "interactions"},
    ),
    "sampled": (
        {"design": Design("latin-hypercube", {"rehab_credit": Factor("rehab_credit", low=0, high=0.5)}, 20)},
        {"points"},
    ),
    "many settings": (
        {"design": Design("list", points=pd.DataFrame({"upward_share": np.linspace(0, 0.4, 45)}))},
        {"changes"},
    ),
    "status quo": ({"schemes": ()}, set()),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_study_gets_the_figures_of_its_design_and_a_page_without_a_network(
    tmp_path: Path, name: str
) -> None:
    more, figures = DRAWN[name]
    plan = plan_study(study(**more))
    runs = made_up(tmp_path, plan, lambda row: row.get("rehab_credit", 0.0) + len(row["scheme"]))
    finished(tmp_path, plan)
    assert {path.stem for path in tmp_path.glob("*.png")} == figures
    assert {path.stem for path in tmp_path.glob("*.svg")} == figures
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "A trial" in page
    assert page.count("data:image/svg+xml") == len(figures)
    assert not re.search(r'(src|href)="(?!data:)', page)
    before = {path.name: path.read_bytes() for path in runs.folder.iterdir()}
    finished(tmp_path, plan)
    assert before == {path.name: path.read_bytes() for path in runs.folder.iterdir()}


EXPERIMENTS = Path(__file__).parents[1] / "experiments"
STUDIES = [
    path for path in sorted(EXPERIMENTS.rglob("*.toml")) if is_study(tomllib.loads(path.read_text("utf-8")))
]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_study_here_can_be_run(path: Path) -> None:
    plan = plan_study(load_study(path))
    assert len(plan) > 100
    assert plan[len(plan) - 1].request.scheme.name != "status-quo"
