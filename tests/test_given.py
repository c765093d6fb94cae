"""Sensitivity from given data against known answers, and where points fail."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import norm, qmc

from incentive_model.analysis.sensitivity.given import METHODS, Sample, delta, hdmr, pawn, rbd_fast
from incentive_model.analysis.sensitivity.index import Index
from incentive_model.analysis.sensitivity.regional import regional
from incentive_model.cards import InputError

Numbers = NDArray[np.float64]
#: Exact indices of the functions below.
ISHIGAMI = {"x1": 0.313905, "x2": 0.442411, "x3": 0.0, "dummy": 0.0}
ISHIGAMI_TOTAL = {"x1": 0.557589, "x2": 0.442411, "x3": 0.243684, "dummy": 0.0}
SOBOL_G = {"x1": 0.716192, "x2": 0.179048, "x3": 0.023676, "x4": 0.007162, "x5": 0.0000716}
#: Medians of ten distances between distribution functions, from 2,000,000 points, without SALib.
ISHIGAMI_PAWN = {"x1": 0.2374, "x2": 0.3909, "x3": 0.0808}


def ishigami(cube: Numbers) -> Numbers:
    x = (2 * cube - 1) * np.pi
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def sobol_g(cube: Numbers) -> Numbers:
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    return np.asarray(np.prod((np.abs(4 * cube - 2) + a) / (1 + a), axis=1))


def sample(f: Callable[[Numbers], Numbers], n: int, k: int = 4, seed: int = 1) -> Sample:
    cube = qmc.LatinHypercube(k, rng=np.random.default_rng(seed)).random(n)
    names = [f"x{i + 1}" for i in range(k)]
    if f is ishigami:
        names[3:] = ["dummy"]
    return Sample(tuple(names), cube, f(cube))


def of(rows: list[Index], index: str) -> dict[str, Index]:
    return {row.factor: row for row in rows if row.index == index}


class TestKnownAnswers:
    @pytest.mark.parametrize("method", [rbd_fast, hdmr])
    def test_first_order_indices_are_the_exact_ones(self, method: Callable[..., list[Index]]) -> None:
        for f, k, truth, within in ((ishigami, 4, ISHIGAMI, 0.025), (sobol_g, 8, SOBOL_G, 0.05)):
            found = of(method(sample(f, 1024, k), 0), "first")
            assert {name: found[name].value for name in truth} == pytest.approx(truth, abs=within)

    def test_hdmr_knows_what_factors_do_together(self) -> None:
        rows = hdmr(sample(ishigami, 1024), 0)
        total, second = of(rows, "total"), of(rows, "second")
        assert {name: row.value for name, row in total.items()} == pytest.approx(ISHIGAMI_TOTAL, abs=0.02)
        assert second["x1 × x3"].value == pytest.approx(0.243684, abs=0.02)
        assert second["x1 × x2"].value == pytest.approx(0, abs=0.01)
        assert of(rows, "explained")["all"].value == pytest.approx(1, abs=0.02)

    def test_pawn_is_what_a_large_sample_says(self) -> None:
        found = of(pawn(sample(ishigami, 4096), 0), "pawn")
        assert {name: found[name].value for name in ISHIGAMI_PAWN} == pytest.approx(ISHIGAMI_PAWN, abs=0.02)

    def test_delta_of_a_sum_of_normals_is_the_integral(self) -> None:
        weight = np.array([0.8, 0.6, 0])
        drawn = sample(lambda cube: ndtri(np.clip(cube, 1e-9, 1)) @ weight, 4096, 3)
        found = of(delta(drawn, 0), "delta")
        y, z = np.linspace(-6, 6, 1201), ndtri((np.arange(400) + 0.5) / 400)[:, None]
        for name, w in (("x1", 0.8), ("x2", 0.6)):
            apart = np.abs(norm.pdf(y) - norm.pdf(y, w * z, np.sqrt(1 - w * w)))
            exact = float(np.trapezoid(apart, y, axis=1).mean() / 2)
            assert found[name].value == pytest.approx(exact, abs=0.02)

    @pytest.mark.parametrize("name", METHODS)
    def test_a_dummy_is_inert_and_what_matters_is_not(self, name: str) -> None:
        rows = METHODS[name](sample(ishigami, 1024), 0)
        if name in ("pawn", "delta"):
            level = of(rows, f"{name}_noise")["noise"]
            found = of(rows, name)
            assert found["dummy"].value <= level.high
            assert all(found[x].low > level.high for x in ("x1", "x2"))
        else:
            found = of(rows, "first")
            assert found["dummy"].low <= 0 <= found["dummy"].high
            assert all(found[x].low > 0.1 for x in ("x1", "x2"))


class TestGuards:
    def test_what_is_not_finite_is_counted_and_refused(self) -> None:
        values = np.arange(200.0)
        values[3:5] = np.nan
        with pytest.raises(InputError, match="2 of 200 that are not finite"):
            Sample(("a",), np.random.default_rng(1).random((200, 1)), values)

    def test_a_constant_has_nothing_to_explain(self) -> None:
        with pytest.raises(InputError, match="all alike"):
            Sample(("a",), np.random.default_rng(1).random((200, 1)), np.ones(200))

    def test_values_with_few_that_differ_are_refused_and_delta_wants_a_density(self) -> None:
        cube = np.random.default_rng(1).random((512, 2))
        with pytest.raises(InputError, match="7 of 512 that differ from the rest"):
            Sample(("a", "b"), cube, (np.arange(512) < 7).astype(float))
        rare = Sample(("a", "b"), cube, np.where(cube[:, 0] > 0.9, cube[:, 1], 0.0))
        assert of(rbd_fast(rare, 0), "first")["a"].low > 0.1
        with pytest.raises(InputError, match=r"values alike; allowed: at most 5%; pawn takes any"):
            delta(rare, 0)

    def test_a_grid_is_refused(self) -> None:
        rng = np.random.default_rng(1)
        with pytest.raises(InputError, match=r"design\.a: found 4 places"):
            Sample(("a",), rng.integers(0, 4, (200, 1)) / 4, rng.random(200))

    @pytest.mark.parametrize("name", METHODS)
    def test_the_seed_decides_and_nothing_else_is_touched(self, name: str) -> None:
        drawn = sample(ishigami, 512)
        state, form = np.random.get_state()[1].copy(), warnings.formatwarning  # noqa: NPY002
        rows = METHODS[name](drawn, 0)
        assert rows == METHODS[name](drawn, 0)
        assert (np.random.get_state()[1] == state).all()  # noqa: NPY002
        assert warnings.formatwarning is form

    @pytest.mark.parametrize("name", METHODS)
    def test_the_order_of_the_points_does_not_matter(self, name: str) -> None:
        drawn = sample(ishigami, 512)
        other = Sample(drawn.names, drawn.cube[::-1].copy(), drawn.values[::-1].copy())
        values = [[row.value for row in METHODS[name](x, 0) if row.factor != "noise"] for x in (drawn, other)]
        assert values[0] == pytest.approx(values[1], abs=1e-6)


@pytest.mark.audit
@pytest.mark.parametrize("method", [rbd_fast, hdmr])
def test_intervals_hold_the_truth(method: Callable[..., list[Index]]) -> None:
    """Over 100 samples of 512 points; an inert factor's interval is wider than it need be."""
    held = {"x1": 0, "x2": 0, "x3": 0}
    for seed in range(100):
        rng = np.random.default_rng(1000 + seed)
        cube = rng.random((512, 3))
        found = of(method(Sample(("x1", "x2", "x3"), cube, ishigami(cube)), seed), "first")
        for name in held:
            held[name] += found[name].low <= ISHIGAMI[name] <= found[name].high
    assert min(held.values()) >= 85


class TestWherePointsFail:
    def test_the_distance_of_a_factor_that_decides_is_1(self) -> None:
        cube = np.random.default_rng(1).random((2000, 3))
        rows = regional(("a", "b", "c"), cube, cube[:, 0] > 0.7, 0)
        found, level = of(rows, "ks"), of(rows, "ks_noise")["noise"]
        assert found["a"].value == 1
        for name in ("b", "c"):
            assert found[name].value <= level.high

    def test_the_distance_is_the_one_between_the_distributions(self) -> None:
        rng = np.random.default_rng(3)
        cube = rng.random((20_000, 2))
        found = of(regional(("a", "b"), cube, rng.random(20_000) < cube[:, 0], 0), "ks")["a"]
        # failing points have density 2a, others 2(1 - a): a² against 1 - (1 - a)²
        assert found.low <= 0.5 <= found.high
        assert found.value == pytest.approx(0.5, abs=0.02)

    def test_it_takes_some_of_both_kinds(self) -> None:
        cube = np.random.default_rng(3).random((2000, 2))
        with pytest.raises(InputError, match="7 of 2000 points that fail"):
            regional(("a", "b"), cube, np.arange(2000) < 7, 0)
