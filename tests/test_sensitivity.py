"""The whole way from a function of factors and a seed to indices with intervals, against what is known."""

from __future__ import annotations

import itertools
import math
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import SALib.analyze.fast
import SALib.analyze.morris
import SALib.analyze.shapley
import SALib.analyze.sobol
from known_functions import (
    G_FACTORS,
    ISHIGAMI,
    ISHIGAMI_FACTORS,
    ISHIGAMI_VARIANCE,
    G,
    ishigami,
    noisy_ishigami,
    sobol_g,
)

import incentive_model as im
from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.analysis.sensitivity.given import METHODS
from incentive_model.analysis.sensitivity.jackknife import Estimate
from incentive_model.analysis.sensitivity.ranking import ranking, stability, verdict
from incentive_model.inputs.design import EXTENSIBLE, Design, Factor
from incentive_model.runs.designs import draws_of
from incentive_model.runs.layout import layout_of

UNIT = {"x1": (0.0, 1.0), "x2": (0.0, 1.0)}
NAMES = list(ISHIGAMI_FACTORS)
Function = Callable[[dict[str, Any], int], float]


class Noted:
    """A function, and every call of it."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.calls: list[tuple[dict[str, Any], int, float]] = []

    def __call__(self, factors: dict[str, Any], seed: int) -> float:
        self.calls.append((dict(factors), seed, value := self.function(factors, seed)))
        return value

    @property
    def points(self) -> np.ndarray:
        return np.array([list(factors.values()) for factors, *_ in self.calls])

    @property
    def seeds(self) -> list[int]:
        return [seed for _, seed, _ in self.calls]

    @property
    def values(self) -> np.ndarray:
        return np.array([value for *_, value in self.calls])


def of(found: Sensitivity, index: str, kind: str = "mean", output: str = "output") -> dict[str, float]:
    """An index by factor."""
    rows = found.of(output, index, of=kind)
    return dict(zip(rows["factor"], rows["value"], strict=True))


def by_name(values: Any) -> dict[str, float]:
    return dict(zip(NAMES, values, strict=True))


def luck(seed: int) -> float:
    return float(np.random.default_rng(seed).normal())


PROBLEM = {"num_vars": 3, "names": NAMES, "bounds": [[-math.pi, math.pi]] * 3}


class TestOneReplicateIsAsInSALib:
    def test_sobol(self) -> None:
        """But for the variance: ours is about the mean of all points, SALib's about that of A and B."""
        f = Noted(ishigami)
        found = im.sensitivity_of(f, ISHIGAMI_FACTORS, n=256, second_order=True)
        theirs = SALib.analyze.sobol.analyze(PROBLEM, f.values, seed=1)
        ours = [of(found, index)[name] for index in ("first", "total") for name in NAMES]
        ratio = np.array(ours) / np.concatenate([theirs["S1"], theirs["ST"]])
        assert ratio == pytest.approx(ratio[0], abs=1e-9)
        assert ratio[0] == pytest.approx(1.0, abs=1e-3)
        for i, j in itertools.combinations(range(3), 2):
            second = of(found, "second")[f"{NAMES[i]} × {NAMES[j]}"]
            assert second == pytest.approx(ratio[0] * theirs["S2"][i, j], abs=1e-9)

    def test_morris(self) -> None:
        f = Noted(ishigami)
        found = im.sensitivity_of(f, ISHIGAMI_FACTORS, method="morris", n=40)
        theirs = SALib.analyze.morris.analyze(PROBLEM, f.points, f.values, seed=1)
        for index in ("mu", "mu_star", "sigma"):
            assert of(found, index) == pytest.approx(by_name(theirs[index]), abs=1e-9)

    def test_shapley(self) -> None:
        f = Noted(ishigami)
        found = im.sensitivity_of(f, ISHIGAMI_FACTORS, method="shapley", n=64)
        theirs = SALib.analyze.shapley.analyze(PROBLEM, f.points, f.values)
        assert of(found, "shapley") == pytest.approx(by_name(theirs["shapley_normalized"]), abs=1e-9)

    def test_fast(self) -> None:
        f = Noted(ishigami)
        found = im.sensitivity_of(f, ISHIGAMI_FACTORS, method="fast", n=257)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of intervals, which are not taken from there
            theirs = SALib.analyze.fast.analyze(PROBLEM, f.values, seed=1)
        assert of(found, "first") == pytest.approx(by_name(theirs["S1"]), abs=1e-9)
        assert of(found, "total") == pytest.approx(by_name(theirs["ST"]), abs=1e-9)


class TestKnownAnswers:
    def test_a_sum_has_each_terms_share_of_the_variance(self) -> None:
        factors = {"x1": (0.0, 1.0), "x2": (-1.0, 1.0), "x3": (5.0, 5.5)}
        found = im.sensitivity_of(lambda x, _: 3 * x["x1"] - 2 * x["x2"] + x["x3"], factors, n=512)
        variances = {"x1": 9 / 12, "x2": 4 * 4 / 12, "x3": 0.25 / 12}
        shares = {name: value / sum(variances.values()) for name, value in variances.items()}
        for index in ("first", "total", "shapley"):
            assert of(found, index) == pytest.approx(shares, abs=0.01)

    def test_elementary_effects_of_a_sum_are_its_slopes(self) -> None:
        found = im.sensitivity_of(lambda x, _: 3 * x["x1"] - 2 * x["x2"], UNIT, method="morris", n=10)
        assert of(found, "mu") == pytest.approx({"x1": 3.0, "x2": -2.0}, abs=1e-7)
        assert of(found, "mu_star") == pytest.approx({"x1": 3.0, "x2": 2.0}, abs=1e-7)
        assert of(found, "sigma") == pytest.approx({"x1": 0.0, "x2": 0.0}, abs=1e-6)

    @pytest.mark.parametrize(
        ("f", "factors", "truth", "n", "within"),
        [(ishigami, ISHIGAMI_FACTORS, ISHIGAMI, 4096, 0.01), (sobol_g, G_FACTORS, G, 1024, 0.05)],
    )
    def test_ishigami_and_sobol_g(
        self, f: Function, factors: dict[str, Any], truth: dict[str, Any], n: int, within: float
    ) -> None:
        found = im.sensitivity_of(f, factors, n=n)
        for index in ("first", "total"):
            exact = dict(zip(factors, truth[index], strict=True))
            assert of(found, index) == pytest.approx(exact, abs=within)

    @pytest.mark.parametrize("method", ["shapley", "sobol"])
    def test_shapley_effects_share_everything_out(self, method: str) -> None:
        pairs = {"second_order": True} if method == "sobol" else {}
        found = of(im.sensitivity_of(ishigami, ISHIGAMI_FACTORS, method=method, n=2048, **pairs), "shapley")
        assert found == pytest.approx(by_name(ISHIGAMI["shapley"]), abs=0.05)
        assert sum(found.values()) == pytest.approx(1.0, abs=1e-9 if method == "shapley" else 0.03)

    def test_factors_that_move_together_have_what_they_do_together(self) -> None:
        """x1 and x3 interact with each other alone."""
        groups = {"both": ["x1", "x3"], "other": ["x2"]}
        found = im.sensitivity_of(ishigami, ISHIGAMI_FACTORS, n=4096, groups=groups)
        for index in ("first", "total"):
            assert of(found, index) == pytest.approx({"both": 0.557589, "other": 0.442411}, abs=0.02)
        found = im.sensitivity_of(
            lambda x, _: 3 * x["x1"] + 2 * x["x2"],
            UNIT | {"x3": (0.0, 1.0)},
            method="morris",
            n=20,
            groups={"both": ["x1", "x2"], "none": ["x3"]},
        )
        assert of(found, "mu_star")["none"] == 0.0
        assert 1.0 <= of(found, "mu_star")["both"] <= 5.0

    def test_one_factor_alone_is_everything(self) -> None:
        found = im.sensitivity_of(lambda x, _: x["x"] ** 2, {"x": (0.0, 1.0)}, n=64)
        assert of(found, "first") == pytest.approx({"x": 1.0}, abs=0.03)
        assert of(found, "total") == pytest.approx({"x": 1.0}, abs=0.03)
        assert "nothing to rank" in found.verdicts["output"]

    def test_words_whole_numbers_and_parts_of_one_whole(self) -> None:
        points = {"none": 0.0, "some": 1.0, "much": 5.0}
        parts = [f"surplus_split_{level}" for level in ("county", "township", "village")]
        factors = {
            "kind": list(points),
            "count": Factor("count", (), 1, 6, whole=True),
            **{name: Factor(name) for name in parts},
        }
        f = Noted(lambda x, _: points[x["kind"]] + x["count"])
        found = im.sensitivity_of(f, factors, n=512)
        variances = {"kind": float(np.var([*points.values()])), "count": 35 / 12}
        exact = {name: value / sum(variances.values()) for name, value in variances.items()}
        assert of(found, "total") == pytest.approx(exact | dict.fromkeys(parts, 0.0), abs=0.02)
        assert {factors["count"] for factors, *_ in f.calls} == {1, 2, 3, 4, 5, 6}
        assert all(math.isclose(sum(x[name] for name in parts), 1.0) for x, *_ in f.calls)

    def test_several_outputs_are_looked_at_one_by_one(self) -> None:
        found = im.sensitivity_of(lambda x, _: {"one": x["x1"], "two": -x["x2"]}, UNIT, n=64)
        assert of(found, "total", output="one")["x2"] == 0.0
        assert of(found, "total", output="two")["x1"] == 0.0


class TestDesign:
    @pytest.mark.parametrize("method", EXTENSIBLE)
    @pytest.mark.parametrize(("few", "many"), [(3, 5), (8, 16), (16, 64)])
    def test_a_design_begins_with_the_smaller_ones(self, method: str, few: int, many: int) -> None:
        factors = {name: Factor(name) for name in ("reimbursement_gap", "upward_share")}
        factors["dummy"] = Factor("dummy", unseen=True)
        levels = (4, 6) if method == "morris" else (4,)
        some, more = (Design(method, factors, n, levels=levels) for n in (few, many))
        short, long = layout_of(some, 1), layout_of(more, 1)
        count = len(short.cube)
        assert count == len(long.cube) * few // many
        for name in ("cube", "base", "luck"):
            assert np.array_equal(getattr(short, name), getattr(long, name)[:count])
        pd.testing.assert_frame_equal(draws_of(some, 1).points, draws_of(more, 1).points[:count])

    @pytest.mark.parametrize("method", ["sobol", "morris", "shapley", "fast", "latin-hypercube"])
    def test_zero_is_a_seed_like_any_other_and_numpys_own_is_left_alone(self, method: str) -> None:
        before = np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
        own = ["pawn"] if method == "latin-hypercube" else []
        tables = [
            im.sensitivity_of(
                ishigami, ISHIGAMI_FACTORS, method=method, n=128, methods=own, seed=seed
            ).indices
            for seed in (0, 0, 1)
        ]
        assert np.random.get_state()[1].tolist() == before  # type: ignore[index]  # noqa: NPY002
        pd.testing.assert_frame_equal(tables[0], tables[1])
        assert not tables[0].equals(tables[2])

    def test_a_base_row_has_one_luck_and_the_dummy_draws_it_anew(self) -> None:
        f = Noted(ishigami)
        im.sensitivity_of(f, ISHIGAMI_FACTORS, n=16, replicates=2, dummy=True)
        seeds = np.array(f.seeds).reshape(16, 6, 2)  # A, AB of x1, x2, x3 and the dummy, B
        assert (seeds[:, 1:4] == seeds[:, :1]).all(), "whatever the model sees"
        assert (seeds[:, 4:] == seeds[:, 4:5]).all(), "B has the dummy as it is in AB"
        assert len(np.unique(seeds)) == 16 * 2 * 2

    def test_doubling_stops_when_it_is_sure_and_no_call_is_made_twice(self) -> None:
        f = Noted(ishigami)
        found = im.sensitivity_of(f, ISHIGAMI_FACTORS, n=8192, precision=0.05)
        assert found.settled
        assert 64 <= found.base_rows < 8192
        assert len(f.calls) == found.runs == 5 * found.base_rows
        assert len({(*x.values(), seed) for x, seed, _ in f.calls}) == len(f.calls)
        total = found.of("output", "total")
        assert (total["high"] - total["low"]).max() <= 2 * 0.05
        at_once = im.sensitivity_of(ishigami, ISHIGAMI_FACTORS, n=found.base_rows)
        pd.testing.assert_frame_equal(found.indices, at_once.indices)
        pd.testing.assert_frame_equal(found.convergence, at_once.convergence)

    def test_doubling_ends_at_n_and_says_so(self) -> None:
        found = im.sensitivity_of(ishigami, ISHIGAMI_FACTORS, n=128, precision=1e-4)
        assert (found.base_rows, found.settled) == (128, False)


def broken(share: float, f: Function = ishigami, how: str = "raises") -> Function:
    """A function that fails at so large a share of its calls."""

    def fails(factors: dict[str, Any], seed: int) -> float:
        if (
            np.random.default_rng([seed % 2**32, *(int(1e6 * abs(x)) for x in factors.values())]).random()
            < share
        ):
            if how == "raises":
                raise ArithmeticError("no balance")
            return float(how)
        return f(factors, seed)

    return fails


class TestFailures:
    @pytest.mark.parametrize("how", ["raises", "nan", "inf", "-inf"])
    def test_a_base_row_goes_as_a_whole_and_is_counted(self, how: str) -> None:
        failing = broken(0.01, lambda *_: 0.0, how)
        whole = Noted(ishigami)
        sure = im.sensitivity_of(whole, ISHIGAMI_FACTORS, n=512)
        failed = np.array([_fails(failing, x, seed) for x, seed, _ in whole.calls])
        found = im.sensitivity_of(broken(0.01, how=how), ISHIGAMI_FACTORS, n=512)
        rows = int(failed.reshape(512, 5).any(axis=1).sum())
        assert rows > 5
        assert (found.failed, found.dropped_base_rows) == (failed.sum(), rows)
        assert found.base_rows == 512 - rows
        assert f"{rows} more base rows ({rows / 512:.1%}) were not whole" in found.basis
        for index in ("first", "total"):
            assert of(found, index) == pytest.approx(of(sure, index), abs=0.05)

    def test_of_several_replicates_the_failed_one_goes_for_its_base_row(self) -> None:
        found = im.sensitivity_of(broken(0.01), ISHIGAMI_FACTORS, n=256, replicates=4)
        assert found.dropped_replicates > 0
        assert found.dropped_base_rows == 0
        assert of(found, "total") == pytest.approx(by_name(ISHIGAMI["total"]), abs=0.05)

    @pytest.mark.parametrize("method", ["sobol", "latin-hypercube"])
    def test_nothing_that_is_not_finite_reaches_salib(self, method: str) -> None:
        wanted = [name for name in METHODS if name not in ("hdmr", "delta")]  # which take their time
        found = im.sensitivity_of(
            broken(0.05, how="nan"), ISHIGAMI_FACTORS, method=method, n=128, methods=wanted
        )
        assert found.failed > 0
        assert {*wanted} <= {*found.indices["method"]}
        assert np.isfinite(found.indices["value"]).all()

    def test_a_curve_with_a_gap_has_no_spectrum(self) -> None:
        found = im.sensitivity_of(broken(0.05), ISHIGAMI_FACTORS, method="fast", n=65)
        assert not len(found.indices)
        assert "nothing can be told" in found.verdicts["output"]

    def test_a_function_that_never_answers_is_refused_in_one_line(self) -> None:
        with pytest.raises(im.InputError, match="function: found no call gave a number") as caught:
            im.sensitivity_of(broken(1.0), ISHIGAMI_FACTORS, n=8)
        assert len(caught.value.faults) == 1
        assert "\n" not in str(caught.value)


def _fails(f: Function, factors: dict[str, Any], seed: int) -> bool:
    try:
        return not math.isfinite(f(factors, seed))
    except ArithmeticError:
        return True


#: Luck's share of the variance of one run, and of the average of two.
SHARE = 0.25
OF_TWO = (SHARE / (1 - SHARE) / 2) / (1 + SHARE / (1 - SHARE) / 2)


@pytest.fixture(scope="module")
def noisy() -> Sensitivity:
    f = noisy_ishigami(SHARE, common=True)
    return im.sensitivity_of(f, ISHIGAMI_FACTORS, n=2048, replicates=2, dummy=True)


class TestLuck:
    def test_luck_is_no_part_of_what_means_hang_on(self, noisy: Sensitivity) -> None:
        for index in ("first", "total"):
            exact = by_name(ISHIGAMI[index]) | {"dummy": 0.0}
            assert of(noisy, index) == pytest.approx(exact, abs=0.04)

    def test_luck_has_its_share_of_what_one_run_gives(self, noisy: Sensitivity) -> None:
        assert of(noisy, "luck")["luck"] == pytest.approx(SHARE, abs=0.03)

    def test_the_dummy_shows_luck_in_runs_and_none_in_means(self, noisy: Sensitivity) -> None:
        """It stands for luck, which adds to this function, so that it is alike alone and in all."""
        total = noisy.of("output", "total").set_index("factor").loc["dummy"]
        assert total["low"] <= 0.0 <= total["high"]
        assert of(noisy, "total", "run")["dummy"] == pytest.approx(OF_TWO, abs=0.02)
        exact = by_name(share * (1 - OF_TWO) for share in ISHIGAMI["first"]) | {"dummy": OF_TWO}
        assert of(noisy, "first", "run") == pytest.approx(exact, abs=0.04)

    def test_a_factor_that_does_nothing_has_nothing_of_luck_either(self) -> None:
        f = noisy_ishigami(0.5, common=True)
        for replicates in (1, 2):
            found = im.sensitivity_of(f, {**ISHIGAMI_FACTORS, "idle": (0, 1)}, n=64, replicates=replicates)
            idle = found.indices[(found.indices["factor"] == "idle") & (found.indices["index"] != "shapley")]
            assert (idle[["value", "low", "high"]] == 0).all(axis=None)

    def test_with_nothing_but_luck_there_is_nothing_to_share(self) -> None:
        found = im.sensitivity_of(lambda _, seed: luck(seed), UNIT, n=256, replicates=4, seed=2)
        assert of(found, "luck")["luck"] == pytest.approx(1.0, abs=0.1)
        assert not len(found.indices[(found.indices["of"] == "mean") & (found.indices["index"] == "total")])

    def test_dispersion_hangs_on_the_factor_that_spreads(self) -> None:
        found = im.sensitivity_of(
            lambda x, seed: 10 * x["x2"] + (1 + 3 * x["x1"]) * luck(seed), UNIT, n=1024, replicates=8
        )
        assert of(found, "total") == pytest.approx({"x1": 0.0, "x2": 1.0}, abs=0.05)
        spread = of(found, "total", "dispersion")
        assert spread["x1"] == pytest.approx(1.0, abs=0.25)
        assert spread["x2"] == pytest.approx(0.0, abs=1e-9)


class TestInWords:
    def test_what_never_changes_is_said_to_be_constant(self) -> None:
        found = im.sensitivity_of(lambda x, _: {"one": 1.0, "two": x["x1"]}, UNIT, n=32, replicates=2)
        assert found.constant == ("one",)
        assert set(found.indices["output"]) == {"two"}
        assert found.verdicts["one"].startswith("one is constant")

    @pytest.mark.parametrize("method", ["sobol", "shapley", "latin-hypercube", "morris"])
    def test_no_index_is_said_to_be_negative(self, method: str) -> None:
        factors = {"x1": (0.0, 1.0), "x2": (0.0, 1.0), "x3": (0.0, 1.0)}

        def f(x: dict[str, Any], seed: int) -> float:
            return float(x["x1"]) + 0.3 * luck(seed + int(1e9 * x["x2"]))

        size: dict[str, Any] = {"method": method, "n": 32}
        if method == "latin-hypercube":
            size |= {"n": 128, "methods": ["rbd-fast"]}
        both = itertools.product((1, 2), range(4))
        found = [im.sensitivity_of(f, factors, replicates=r, seed=seed, **size) for r, seed in both]
        assert method == "morris" or any((x.indices["value"] < 0).any() for x in found), "there are such"
        texts = [x.verdicts["output"] for x in found]
        assert not [text for text in texts if re.search(r"[-−]\d", text)]

    @staticmethod
    def estimate(values: list[float], spread: float) -> Estimate:
        """Four blocks' worth of numbers, of which the third differs between blocks."""
        parts = np.array([[1.0, *values]] * 4)
        parts[:, 3] += spread * np.array([1.0, -1.0, 1.0, -1.0])
        return Estimate(parts, lambda sums: sums[1:] / sums[0])

    def test_how_far_down_a_ranking_is_stable_and_what_would_settle_the_next(self) -> None:
        found = self.estimate([0.5, 0.3, 0.1, 0.07], 0.02)  # ± 0.037: a little more than the gap
        ranked = ranking(found, dict(enumerate("abcd")), 512)
        assert ranked.stable == 2
        assert stability(ranked) == (
            "The ranking of the top two is stable; about 512 more base rows would settle the third."
        )
        text = verdict("welfare", ranked, "total index", np.array([0.25, 0.2, 0.3]))
        assert text.startswith("welfare hangs most on a (0.50 ± 0.00), b (0.30 ± 0.00) and c (0.10 ± 0.04)")
        assert "luck is 25% of one run's variance [20%, 30%]" in text

    @pytest.mark.parametrize(("spread", "times"), [(0.02, 2), (0.03, 4), (0.05, 16), (0.1, 64)])
    def test_base_rows_are_doubled(self, spread: float, times: int) -> None:
        ranked = ranking(self.estimate([0.5, 0.3, 0.1, 0.07], spread), dict(enumerate("abcd")), 64)
        assert ranked.more_rows() == 64 * (times - 1)

    def test_what_cannot_be_told_apart_is_said_to_be_so(self) -> None:
        ranked = ranking(self.estimate([0.5, 0.3, 0.1, 0.1], 0.02), dict(enumerate("abcd")), 512)
        assert ranked.more_rows() is None
        assert "c and d cannot be told apart with any number of base rows" in stability(ranked)
        sure = ranking(self.estimate([0.5, 0.3, 0.2, 0.1], 0.0), dict(enumerate("abcd")), 512)
        assert stability(sure) == "The ranking is stable."


class TestSaidOtherwiseItIsTheSame:
    @pytest.mark.parametrize("method", ["sobol", "shapley"])
    @pytest.mark.parametrize(("a", "b"), [(1e6, 3.0), (-5.0, -1e-3)])
    def test_in_other_units(self, method: str, a: float, b: float) -> None:
        f = noisy_ishigami(0.2, common=True)
        own, other = (
            im.sensitivity_of(g, ISHIGAMI_FACTORS, method=method, n=128, replicates=2).indices
            for g in (f, lambda x, seed: a + b * f(x, seed))
        )
        pd.testing.assert_frame_equal(own, other, rtol=1e-6, atol=1e-6)

    def test_with_factors_in_another_order(self) -> None:
        backwards = dict(reversed(ISHIGAMI_FACTORS.items()))
        own, other = (
            of(im.sensitivity_of(ishigami, x, n=1024), "total") for x in (ISHIGAMI_FACTORS, backwards)
        )
        assert own == pytest.approx(other, abs=0.03)

    def test_beside_a_factor_that_does_nothing(self) -> None:
        more = {**ISHIGAMI_FACTORS, "nothing": (0.0, 1.0)}
        own, other = (of(im.sensitivity_of(ishigami, x, n=1024), "total") for x in (ISHIGAMI_FACTORS, more))
        assert other.pop("nothing") == 0.0
        assert own == pytest.approx(other, abs=0.03)

    def test_with_a_scale_the_variance_is_known(self) -> None:
        """V itself, from a run's values: what indices are shares of."""
        f = Noted(ishigami)
        im.sensitivity_of(f, ISHIGAMI_FACTORS, n=1024)
        assert f.values.reshape(1024, 5)[:, [0, -1]].var() == pytest.approx(ISHIGAMI_VARIANCE, rel=0.02)
