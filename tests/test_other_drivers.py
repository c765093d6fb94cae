"""Others drive the model too: a plain function, Mesa's batch_run, the EMA workbench, SALib by hand."""

from __future__ import annotations

import dataclasses
import gc
import importlib.util
import multiprocessing
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
import small_place

import incentive_model as im
from incentive_model.cards import Card, registry
from incentive_model.incentives import INSTRUMENTS
from incentive_model.inputs import instruments as own

ROOT = Path(__file__).resolve().parent.parent
LEVERS = {"reimbursement_gap": 0.25, "gatekeeping": "soft"}
BEHAVIOUR = {"beta_travel": 0.03}
#: The workbench warns of what is not installed, and calls what others deprecate.
warns = pytest.mark.filterwarnings("default::UserWarning", "default::DeprecationWarning")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> im.Place:
    return im.load_place(small_place.write(tmp_path_factory.mktemp("small") / "small"), population=300)


@pytest.fixture(scope="module")
def f(place: im.Place) -> im.Simulator:
    return im.Simulator(place, "support-only", months=4, burn_in=2)


class TestPlainFunction:
    def test_a_call_is_the_run_that_a_model_makes(self, place: im.Place, f: im.Simulator) -> None:
        settings: dict[str, Any] = {**LEVERS, **BEHAVIOUR}
        model = im.IncentiveModel(place, "support-only", seed=7, burn_in=2, **settings).run(4)
        expected = {name: value for name, (value, _, _) in model.indicators().items()}
        expected |= {f"net_{name}": value for name, value in model.stakeholders().items()}
        expected |= model.present_values()
        found = f(LEVERS, BEHAVIOUR, seed=7)
        assert found.keys() - expected.keys() == {"time_cost", "welfare"}
        assert expected.items() <= found.items()

    def test_a_call_remembers_nothing_of_the_one_before(self, f: im.Simulator) -> None:
        before = f(seed=3)
        assert f(LEVERS, BEHAVIOUR, seed=3) != before
        assert f(seed=4) != before
        assert f(seed=3) == before

    def test_population_is_the_functions_or_the_places(self, place: im.Place) -> None:
        assert im.Simulator(place, months=1).place.agents == 300
        assert im.Simulator(place, months=1, population=200).place.agents == 200
        assert im.Simulator("yongan", months=1).place.agents == 20_000

    def test_no_model_outlives_its_call(self, f: im.Simulator) -> None:
        gc.collect()
        gc.disable()
        try:
            before = sum(isinstance(thing, im.IncentiveModel) for thing in gc.get_objects())
            f()
            assert sum(isinstance(thing, im.IncentiveModel) for thing in gc.get_objects()) == before
        finally:
            gc.enable()

    @pytest.mark.parametrize(
        ("levers", "parameters", "seed", "words"),
        [
            ({"reimbursment_gap": 0.1}, {}, 1, ("reimbursment_gap", "'reimbursement_gap'")),
            ({"reimbursement_gap": 9}, {}, 1, ("reimbursement_gap", "9", "0.4")),
            ({}, {"beta_qualty": 1.0}, 1, ("beta_qualty", "'beta_quality'")),
            ({"surplus_split_county": 0.9}, {}, 1, ("surplus_split_", "sum to 1")),
            ({}, {}, -1, ("seed", "-1")),
        ],
    )
    def test_what_is_wrong_is_named(
        self,
        f: im.Simulator,
        levers: dict[str, float],
        parameters: dict[str, float],
        seed: int,
        words: tuple[str, ...],
    ) -> None:
        with pytest.raises(im.InputError) as error:
            f(levers, parameters, seed)
        assert all(word in str(error.value) for word in words)

    def test_a_wrong_request_is_refused_before_the_first_call(self, place: im.Place) -> None:
        for wrong in ({"months": 0}, {"burn_in": -1}, {"scheme": "full-pakage"}, {"population": 0}):
            with pytest.raises(im.InputError):
                im.Simulator(place, **wrong)


class TestWorkers:
    @pytest.fixture
    def own_lever(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        registry.load_all()
        before, cards = list(INSTRUMENTS), registry.copied()
        monkeypatch.setattr(own, "_loaded", {})
        im.load_instruments(ROOT / "experiments" / "own_instrument.py")
        yield
        INSTRUMENTS[:] = before
        registry.restore(cards)

    @pytest.mark.usefixtures("own_lever")
    def test_processes_give_the_same_with_instruments_of_ones_own(self, f: im.Simulator) -> None:
        points = [{}, {"handover_payment": 200.0}]
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            there = list(pool.map(f, points))
        assert there == [f(point) for point in points]
        assert there[0] != there[1]


class TestBatchRun:
    @pytest.mark.parametrize("processes", [1, 2])
    def test_a_row_is_the_last_month_of_the_model_of_that_seed(self, place: im.Place, processes: int) -> None:
        """``rng`` among the parameters is the seed in every Mesa."""
        rows = mesa.batch_run(
            im.IncentiveModel,
            {"place": place, "burn_in": 1, "reimbursement_gap": [0, 0.2], "rng": [5, 6]},
            max_steps=3,
            number_processes=processes,
            display_progress=False,
        )
        assert {(row["reimbursement_gap"], row["rng"]) for row in rows} == {
            (0, 5),
            (0, 6),
            (0.2, 5),
            (0.2, 6),
        }
        for row in rows:
            gap, seed = row["reimbursement_gap"], row["rng"]
            model = im.IncentiveModel(place, seed=seed, burn_in=1, reimbursement_gap=gap).run(
                int(row["month"])
            )
            last = model.series().iloc[-1].drop("month")
            np.testing.assert_array_equal(
                np.array([row[name] for name in last.index], float), last.to_numpy(float)
            )


@pytest.fixture
def workbench(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The workbench, with the adapter where Python finds it."""
    found = pytest.importorskip("ema_workbench")
    monkeypatch.syspath_prepend(ROOT / "experiments")
    return found


@warns
class TestWorkbench:
    def test_an_outcome_is_the_mean_over_seeds_of_the_plain_function(
        self, workbench: Any, f: im.Simulator
    ) -> None:
        from ema_adapter import referral_model

        levers, parameters = ["reimbursement_gap", "gatekeeping", "payment_delay"], ["beta_quality"]
        names = ["visits_per_capita", "net_insurer", "catastrophic_share_10"]
        model = referral_model(f, levers, parameters, names, seeds=[3, 4])
        points, outcomes = workbench.perform_experiments(model, scenarios=2, policies=2)
        assert len(points) == 4
        for row, point in points.iterrows():
            runs = [f(dict(point[levers]), dict(point[parameters]), seed) for seed in (3, 4)]
            for name in names[:2]:
                assert outcomes[name][row] == np.mean([run[name] for run in runs])
        assert np.isnan(outcomes["catastrophic_share_10"]).all()  # no year is over

    def test_ranges_are_those_of_the_cards(self, workbench: Any) -> None:
        from ema_adapter import factor

        cards = [card for card in (*im.levers().values(), *im.parameters().values()) if card.role != "fixed"]
        for card in cards:
            drawn = factor(card)
            if card.choices:
                assert [category.value for category in drawn.categories] == list(card.choices)
            else:
                assert (drawn.lower_bound, drawn.upper_bound) == card.plausible
                assert isinstance(drawn, workbench.IntegerParameter) == isinstance(card.default, int)
        wide = Card("wide", "uncertain", "behaviour", "", "", "", default=1.0, plausible=(0.01, 1.0))
        assert factor(wide).dist.median() == pytest.approx(0.505)
        wide = dataclasses.replace(wide, distribution="loguniform")
        assert factor(wide).dist.median() == pytest.approx(0.1)
        with pytest.raises(ValueError, match="discount_rate has no plausible range"):
            factor(im.parameters()["discount_rate"])


BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "drivers.md").read_text("utf-8"), re.M | re.S)


@warns
def test_the_documents_blocks_run_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "experiments")
    page: dict[str, Any] = {"__name__": "__main__"}
    for block in BLOCKS:
        if "ema_" not in block or importlib.util.find_spec("ema_workbench"):
            exec(compile(block, "docs/drivers.md", "exec"), page)
    assert len(page["rates"]) == len(page["points"])
    assert {row["rng"] for row in page["rows"]} == {1, 2}
    assert page["indices"]["ST"].shape == (2,)
