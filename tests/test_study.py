"""Studies: what a file may say, which points a design lays, which runs a plan holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incentive_model.cards import InputError, levers, parameters
from incentive_model.inputs.check import check
from incentive_model.inputs.county import County
from incentive_model.inputs.design import SAMPLED, Design, Factor
from incentive_model.inputs.study import Study, load_study
from incentive_model.runs.designs import draws_of
from incentive_model.runs.plan import plan_runs
from incentive_model.runs.plan_file import differences, read_plan, write_plan
from incentive_model.runs.study_plan import StudyPlan, outputs, plan_study
from incentive_model.runs.task import place_of

STUDY = """
title = "Gap and bonus"
place = "yongan"
schemes = ["full-package"]
population = 300
months = 3
burn_in = 2
replicates = 2
outputs = ["down_referral_rate", "net_hospitals"]
series = []
[parameters]
beta_habit = 1.0
[design]
method = "full-factorial"
[design.factors]
reimbursement_gap = [0.0, 0.2]
referral_bonus = [0, 50]
"""


def cases() -> list[tuple[str, str, str]]:
    """Old text, new text and how the fault begins."""
    lines = (Path(__file__).parent / "bad_studies.txt").read_text("utf-8").splitlines()
    edits = [line.partition("=> ") for line in lines[::2]]
    return [
        (old.removesuffix(" "), new.replace("\\n", "\n"), said.strip())
        for (old, _, new), said in zip(edits, lines[1::2], strict=True)
    ]


@pytest.mark.parametrize(("old", "new", "said"), cases())
def test_a_bad_study_is_named_in_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert STUDY.count(old) == 1
    path = tmp_path / "study.toml"
    path.write_text(STUDY.replace(old, new), "utf-8")
    (tmp_path / "points.csv").write_text("reimbursement_gap\n0.1\n")
    with pytest.raises(InputError) as caught:
        plan_study(load_study(path))
    found = [str(fault) for fault in caught.value.faults]
    assert any(line.startswith(said) for line in found), found
    if found[0].startswith("study.toml"):
        assert [str(fault) for fault in check(path)] == found


def planned(tmp_path: Path, text: str = STUDY, **files: str) -> StudyPlan:
    path = tmp_path / "study.toml"
    path.write_text(text, "utf-8")
    for name, content in files.items():
        (tmp_path / name.replace("_", ".")).write_text(content, "utf-8")
    return plan_study(load_study(path))


class TestPlan:
    def test_by_place_draw_scheme_and_replicate_the_status_quo_first(self, tmp_path: Path) -> None:
        plan = planned(tmp_path)
        found = [(task.key[3], task.key[2], task.key[4]) for task in map(plan.__getitem__, range(len(plan)))]
        settings_ = [(0, "status-quo"), *((draw, "full-package") for draw in (1, 2, 3, 4))]
        assert found == [(*cell, replicate) for cell in settings_ for replicate in (0, 1)]

    def test_each_run_is_paired_with_the_status_quo_of_its_place_parameters_and_luck(
        self, tmp_path: Path
    ) -> None:
        text = STUDY.replace("referral_bonus = [0, 50]", "beta_travel = [0.02, 0.03]")
        plan = planned(tmp_path, text)
        tasks = {task.request.run_id: task for task in map(plan.__getitem__, range(len(plan)))}
        assert len(tasks) == len(plan)
        pairs = [(task, tasks[task.key[6]]) for task in tasks.values() if task.key[6]]
        assert len(pairs) == 8
        for run, base in pairs:
            assert base.request.scheme.name == "status-quo"
            assert base.request.replicate == run.request.replicate
            assert base.request.parameters == run.request.parameters
            assert base.request.levers["reimbursement_gap"] == 0.0
        assert sum(task.key[2] == "status-quo" for task in tasks.values()) == 4, "two of each behaviour"

    def test_a_run_is_the_one_that_a_comparison_makes(self, tmp_path: Path) -> None:
        text = STUDY[: STUDY.index("[design]")]
        plan = planned(tmp_path, text)
        place = place_of(plan.places[0])
        size: dict[str, Any] = {"replicates": 2, "months": 3, "burn_in": 2}
        there = plan_runs(place, ["full-package"], parameters={"beta_habit": 1.0}, **size)
        ids = {plan[number].request.run_id for number in range(len(plan))}
        assert ids == {request.run_id for request in there.requests}

    def test_what_the_design_sets_is_in_the_run_and_in_its_row(self, tmp_path: Path) -> None:
        plan = planned(tmp_path)
        task = plan[len(plan) - 1]
        row = dict(zip(plan.varied, task.key[8:], strict=True))
        assert (row["reimbursement_gap"], row["referral_bonus"]) == (0.2, 50.0)
        assert task.request.levers["referral_bonus"] == 50.0
        assert row.items() <= (task.request.levers | task.request.parameters).items()

    def test_a_design_of_levers_without_schemes_is_set_on_the_status_quo(self, tmp_path: Path) -> None:
        plan = planned(tmp_path, STUDY.replace('schemes = ["full-package"]\n', ""))
        assert {plan[number].key[2] for number in range(len(plan))} == {"status-quo", "study"}

    def test_a_design_of_parameters_without_schemes_tries_the_status_quo(self, tmp_path: Path) -> None:
        text = STUDY.replace('schemes = ["full-package"]\n', "").replace("baseline = true", "")
        text = text[: text.index("reimbursement_gap")] + "beta_travel = [0.02, 0.03]\n"
        plan = planned(tmp_path, text)
        assert [(plan[n].key[2], plan[n].key[3]) for n in range(0, len(plan), 2)] == [
            ("status-quo", 1),
            ("status-quo", 2),
        ]

    def test_without_a_baseline_nothing_is_paired(self, tmp_path: Path) -> None:
        plan = planned(tmp_path, STUDY.replace("months = 3", "months = 3\nbaseline = false"))
        assert {(plan[number].key[2], plan[number].key[6]) for number in range(len(plan))} == {
            ("full-package", None)
        }

    def test_points_from_a_table_leave_blanks_to_the_scheme(self, tmp_path: Path) -> None:
        text = STUDY[: STUDY.index("method")] + 'method = "csv"\ncsv = "points.csv"\n'
        table = "referral bonus;payment method;beta_travel\n50;;\n;capitation;0,03\n"
        plan = planned(tmp_path, text, points_csv=table)
        first, second = (plan[number].request for number in (2, 6))
        packaged = plan.schemes[0][0].levers
        assert first.levers["referral_bonus"] == 50.0
        assert first.levers["payment_method"] == packaged.get("payment_method")
        assert second.levers["payment_method"] == "capitation"
        assert second.levers["referral_bonus"] == packaged["referral_bonus"]
        assert second.parameters["beta_travel"] == 0.03

    def test_a_plan_comes_back_from_its_file_with_every_run(self, tmp_path: Path) -> None:
        plan = planned(tmp_path)
        write_plan(plan, tmp_path)
        again = read_plan(tmp_path)
        assert again.design_hash == plan.design_hash
        assert [again[number] for number in range(len(plan))] == [plan[n] for n in range(len(plan))]
        number = len(plan) - 1
        place, draw, scheme, replicate = (plan[number].key[k] for k in (1, 3, 2, 4))
        assert again.number(place, draw, scheme, replicate) == number

    def test_two_studies_differ_in_a_field_that_has_a_name(self, tmp_path: Path) -> None:
        one = planned(tmp_path)
        other = planned(tmp_path, STUDY.replace("months = 3", "months = 4"))
        assert list(differences(one.request, other.request)) == ["study.months is 3 there and 4 now"]
        assert one.design_hash != other.design_hash

    def test_a_title_is_for_people(self, tmp_path: Path) -> None:
        one = planned(tmp_path)
        assert planned(tmp_path, STUDY.replace("Gap and bonus", "Bonus")).design_hash == one.design_hash

    def test_every_output_is_there_unless_some_are_named(self) -> None:
        plan = plan_study(Study("s", "s", ("yongan",), population=100))
        assert plan.outputs == outputs()
        assert {"up_referral_rate__numerator", "welfare", "cost_insurer_discounted"} <= set(plan.columns)

    def test_several_places_each_with_its_own_status_quo(self) -> None:
        places = ("yongan", "gaochun")
        plan = plan_study(Study("s", "s", places, schemes=("full-package",), population=100, replicates=1))
        assert [(plan[n].key[1], plan[n].key[2]) for n in range(len(plan))] == [
            (place, scheme) for place in places for scheme in ("status-quo", "full-package")
        ]

    def test_counties_have_luck_of_their_own_and_schemes_meet_the_same(self) -> None:
        counties = tuple(County(name, name, "yongan", 330_000) for name in ("east", "west"))
        plan = plan_study(
            Study("s", "s", (), counties=counties, schemes=("full-package",), population=100, replicates=1)
        )
        seeds = [plan[number].request.seed for number in range(4)]
        assert seeds[0] == seeds[1] != seeds[2] == seeds[3]
        assert [plan[number].key[1] for number in range(4)] == ["east", "east", "west", "west"]


GAP = Factor("reimbursement_gap", low=0.0, high=0.4)
SPLIT = {name: Factor(name) for name in levers() if name.startswith("surplus_split_")}
#: Rows of each design, of N base points and k factors (written out: the designs' own table is tested by it).
ROWS = {
    "latin-hypercube": lambda n, k: n,
    "sobol-sequence": lambda n, k: n,
    "sobol": lambda n, k: n * (k + 2),
    "morris": lambda n, k: n * (k + 1),
    "shapley": lambda n, k: n * (k + 1),
    "fast": lambda n, k: n * k,
    "finite-difference": lambda n, k: n * (k + 1),
}


class TestDesigns:
    @pytest.mark.parametrize("method", ROWS)
    def test_a_sampled_design_has_its_rows_within_the_ranges_and_again_the_same(self, method: str) -> None:
        factors = {
            "reimbursement_gap": GAP,
            "payment_method": Factor("payment_method", levers()["payment_method"].choices),
            "beta_travel": Factor("beta_travel", low=0.01, high=0.1, log=True),
        }
        design = Design(method, factors, n=128)
        before = np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
        points = draws_of(design, 0).points
        assert np.random.get_state()[1].tolist() == before, "NumPy's own generator is left alone"  # type: ignore[index]  # noqa: NPY002
        assert len(points) == ROWS[method](128, 3)
        assert points.index.tolist() == list(range(1, len(points) + 1))
        assert points["reimbursement_gap"].between(0.0, 0.4).all()
        assert points["beta_travel"].between(0.01, 0.1).all()
        assert set(points["payment_method"]) == set(levers()["payment_method"].choices)
        pd.testing.assert_frame_equal(points, draws_of(design, 0).points)
        if method != "finite-difference":  # SALib draws nothing there
            assert not points.equals(draws_of(design, 1).points), "0 is a seed like any other"

    def test_every_method_is_tried_here(self) -> None:
        assert {*ROWS, "fractional-factorial"} == set(SAMPLED)

    def test_a_latin_hypercube_has_a_point_in_every_stratum(self) -> None:
        points = draws_of(Design("latin-hypercube", {"reimbursement_gap": GAP}, n=50), 3).points
        strata = np.floor(points["reimbursement_gap"].to_numpy() / 0.4 * 50)
        assert sorted(strata) == list(range(50))

    def test_one_at_a_time_leaves_the_others_alone(self) -> None:
        factors = {x.name: x for x in (Factor("upward_share", (0.1, 0.2)), Factor("referral_bonus", (50.0,)))}
        points = draws_of(Design("one-at-a-time", factors), 1).points
        assert points.notna().sum(axis=1).tolist() == [1, 1, 1]

    @settings(max_examples=20, deadline=None)
    @given(n=st.integers(1, 40), seed=st.integers(0, 2**32))
    def test_parts_of_one_whole_sum_to_one(self, n: int, seed: int) -> None:
        points = draws_of(Design("latin-hypercube", {"reimbursement_gap": GAP, **SPLIT}, n=n), seed).points
        parts = points[list(SPLIT)]
        assert ((parts >= 0) & (parts <= 1)).all(axis=None)
        assert np.allclose(parts.sum(axis=1), 1.0, atol=1e-12)

    def test_a_part_without_the_others_is_refused(self) -> None:
        name = next(iter(SPLIT))
        with pytest.raises(InputError, match=f"{name} without "):
            draws_of(Design("latin-hypercube", {name: SPLIT[name]}, n=4), 1)

    def test_what_salib_refuses_is_said_in_its_words(self) -> None:
        with pytest.raises(InputError, match="n = 3 with 1 factors"):
            draws_of(Design("fast", {"reimbursement_gap": GAP}, n=3), 1)

    def test_more_points_than_a_plan_can_hold_are_refused_before_they_are_laid(self) -> None:
        ten = {name: Factor(name, tuple(range(10))) for name in list(parameters())[:10]}
        with pytest.raises(InputError, match="10,000,000,000 points; allowed: at most 2,000,000"):
            draws_of(Design("full-factorial", ten), 1)
        with pytest.raises(InputError, match=r"3,000,000 points.*a smaller n"):
            draws_of(Design("sobol", {"reimbursement_gap": GAP}, n=1_000_000), 1)

    def test_a_blank_range_is_the_cards_plausible_one(self, tmp_path: Path) -> None:
        text = (
            STUDY[: STUDY.index("method")]
            + 'method = "latin-hypercube"\nn = 4\n[design.factors]\nbeta_travel = {}\n'
        )
        (tmp_path / "study.toml").write_text(text)
        factor = load_study(tmp_path / "study.toml").design.factors["beta_travel"]  # type: ignore[union-attr]
        assert (factor.low, factor.high) == parameters()["beta_travel"].plausible
