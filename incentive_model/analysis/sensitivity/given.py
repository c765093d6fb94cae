"""Sensitivity from given data: points and numbers, whoever laid them.

Each method is SALib's estimator; the intervals are ours, for SALib's own do not cover. All are
``estimate ± 1.96 s``. They are of what so many points show: the smoothing and the noise in an estimate (see
:func:`pawn` and :func:`delta`) are in it and not in its interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from incentive_model.analysis.effects import TIMES
from incentive_model.analysis.intervals import LEVEL
from incentive_model.analysis.sensitivity.index import Index
from incentive_model.analysis.sensitivity.one_thread import one_thread
from incentive_model.cards import Fault, InputError
from incentive_model.runs.layout import numpy_untouched, problem_of

Numbers = NDArray[np.float64]
#: What a method finds in points and values: (index, factor) -> estimate.
Found = dict[tuple[str, str], float]

#: Fewer points say nothing.
LEAST_POINTS = 100
#: Fewer values that differ from the most common one, and parts of the points may be all alike.
LEAST_DIFFERENT = 20
#: A factor that takes fewer places than this is on a grid: ranks and slices of it are arbitrary.
LEAST_PLACES = 20
#: Random parts of the points from which the spread s of an estimate is taken, and their size. Parts are
#: drawn without replacement: what a bootstrap repeats looks like structure to ranks, to densities and to a
#: fit (at 512 points it lifts an inert factor's PAWN from 0.11 to 0.15). s² is SHARE / (1 - SHARE) times the
#: variance over parts (Shao and Wu's delete-d jackknife); as much is left out each time, it holds for
#: distances between distributions too, which are not smooth.
PARTS = 60
FEWER_PARTS = 30  # for methods that take seconds
SHARE = 0.6
#: Standard errors on either side of a 95% interval.
ERRORS = float(ndtri((1 + LEVEL) / 2))
#: Columns of pure chance that show the level of noise.
CHANCE_COLUMNS = 100
#: Harmonics of RBD-FAST, as SALib has it.
HARMONICS = 10
#: Largest share of points with one value that delta, which is about densities, can bear.
MOST_ALIKE = 0.05
#: Degree of HDMR's polynomials: the least that holds Ishigami's second factor (2 waves).
DEGREE = 6
#: SALib's HDMR takes no fewer points, nor does it solve for more terms than this in good time.
LEAST_HDMR, MOST_TERMS = 300, 600


@dataclass(frozen=True, eq=False)
class Sample:
    """Points with a value each.

    Attributes:
        names: the k factors.
        cube: (n, k); where each point lies in the unit cube.
        values: (n,); finite, not all alike.

    Raises:
        InputError: values that are not finite, or (nearly) all alike; too few points; factors on a grid.
    """

    names: tuple[str, ...]
    cube: Numbers
    values: Numbers

    def __post_init__(self) -> None:
        n = len(self.values)
        if self.cube.shape != (n, len(self.names)):
            raise ValueError(f"{self.cube.shape} positions for {n} values of {len(self.names)} factors")
        unfit = n - int((np.isfinite(self.values) & np.isfinite(self.cube).all(axis=1)).sum())
        if unfit:
            found, mend = f"{unfit} of {n} that are not finite", "leave these points out"
            raise InputError(Fault("values", found, "finite numbers", mend))
        if n < LEAST_POINTS:
            raise InputError(Fault("values", f"{n} points", f"at least {LEAST_POINTS}", "a larger design.n"))
        if np.ptp(self.values) == 0:
            raise InputError(
                Fault("values", "all alike", "values that differ", "there is nothing to explain")
            )
        different = n - self.most_alike
        if different < LEAST_DIFFERENT:
            found, allowed = f"{different} of {n} that differ from the rest", f"at least {LEAST_DIFFERENT}"
            raise InputError(Fault("values", found, allowed, "a larger design.n, or wider factors"))
        for name, places in zip(self.names, self.cube.T, strict=True):
            if (found_places := len(np.unique(places))) < LEAST_PLACES:
                found, allowed = f"{found_places} places", f"at least {LEAST_PLACES}"
                raise InputError(Fault(f"design.{name}", found, allowed, "a latin-hypercube, not a grid"))

    @property
    def most_alike(self) -> int:
        """How many points have the most common value."""
        return int(np.unique(self.values, return_counts=True)[1].max())


def rbd_fast(sample: Sample, seed: int) -> list[Index]:
    """First-order indices by random balance designs (SALib ``rbd_fast``): ``first``."""
    from SALib.analyze import rbd_fast as salib

    def estimate(cube: Numbers, values: Numbers) -> Found:
        # the estimator without the analyser's bootstrap, which divides 0 by 0 where few values differ
        found: Found = {}
        for name, column in zip(sample.names, cube.T, strict=True):
            raw = salib.compute_first_order(salib.permute_outputs(column, values), HARMONICS)
            found["first", name] = float(salib.unskew_S1(raw, HARMONICS, len(values)))
        return found

    return _with_intervals(sample, estimate, seed, PARTS)


def pawn(sample: Sample, seed: int) -> list[Index]:
    """How far fixing a factor moves the whole distribution of the values (SALib ``pawn``): ``pawn``.

    The median, over ten slices of the factor, of the Kolmogorov-Smirnov distance between the values in the
    slice and all values. It is never 0: the row ``pawn_noise`` of the factor ``noise`` has the level of a
    column of pure chance, and the interval in which 95% of such columns lie. A factor within it is inert.
    """
    from SALib.analyze import pawn as salib

    def estimate(cube: Numbers, values: Numbers) -> Found:
        names = [str(k) for k in range(cube.shape[1])]
        found = salib.analyze(problem_of(names), cube, values)["median"]
        return {("pawn", name): float(x) for name, x in zip(names, found, strict=True)}

    return _with_noise(sample, estimate, seed, "pawn")


def delta(sample: Sample, seed: int) -> list[Index]:
    """How far fixing a factor moves the density of the values (Borgonovo's delta, SALib): ``delta``.

    Half the area between the density of the values in a class of the factor and that of all, averaged over
    classes. SALib's classes are few (5 at 512 points, 16 at 4096) and its densities smooth, so that it reads
    low for a factor that acts in waves (Ishigami's second: 0.22 at 512 points, the truth is 0.43). It is
    never 0: see :func:`pawn` for the row ``delta_noise``.

    Raises:
        InputError: more than 5% of the values are alike: they have no density.
    """
    from SALib.analyze import delta as salib

    n = len(sample.values)
    if sample.most_alike > MOST_ALIKE * n:  # SALib skips a class of equal values, as if it were like all
        found = f"{sample.most_alike} of {n} values alike"
        raise InputError(Fault("delta", found, f"at most {MOST_ALIKE:.0%}", "pawn takes any values"))
    classes = _classes(n)

    def estimate(cube: Numbers, values: Numbers) -> Found:
        # calc_delta is the estimator itself: the analyser around it averages it over bootstraps,
        # swallows errors, and changes how the whole process formats warnings
        edges = np.linspace(0, len(values), classes + 1)
        grid = np.linspace(values.min(), values.max(), 100)
        return {
            ("delta", str(k)): float(salib.calc_delta(values, grid, column, edges))
            for k, column in enumerate(cube.T)
        }

    return _with_noise(sample, estimate, seed, "delta")


def hdmr(sample: Sample, seed: int) -> list[Index]:
    """Indices by high-dimensional model representation (SALib ``enhanced_hdmr``).

    Polynomials of one and of two factors are fitted to the values. ``first``, ``second`` and ``total`` (which
    leaves out what only three factors do together) if there are three points for each term,
    as for 3 factors at 378 points and 6 at 1728; else ``first`` alone, from fits of two factors at a time.
    The row ``explained`` of the factor ``all`` has the share of variance that the indices sum to.

    Raises:
        InputError: fewer points than SALib takes, or one factor only.
    """
    k, n = len(sample.names), len(sample.values)
    least = math.ceil(LEAST_HDMR / SHARE)
    if n < least:
        raise InputError(Fault("hdmr", f"{n} points", f"at least {least}", "a larger design.n"))
    if k < 2:
        raise InputError(Fault("hdmr", "1 factor", "at least 2"))
    terms = _terms(k)
    together = terms <= MOST_TERMS and 3 * terms <= n

    def estimate(cube: Numbers, values: Numbers) -> Found:
        if not together:
            first = {}
            for i in range(0, k, 2):
                j = min(i, k - 2)  # the last of an odd number goes with the one before
                for name, x in zip(sample.names[j : j + 2], _hdmr(cube[:, j : j + 2], values), strict=False):
                    first["first", name] = float(x)
            return first | {("explained", "all"): sum(first.values())}
        shares = _hdmr(cube, values)
        first = {("first", name): float(x) for name, x in zip(sample.names, shares[:k], strict=True)}
        total = {("total", name): first["first", name] for name in sample.names}
        second = {}
        for pair, x in zip(combinations(sample.names, 2), shares[k:], strict=True):
            second["second", TIMES.join(pair)] = float(x)
            for name in pair:
                total["total", name] += float(x)
        return first | total | second | {("explained", "all"): float(shares.sum())}

    return _with_intervals(sample, estimate, seed, FEWER_PARTS)


METHODS: dict[str, Callable[[Sample, int], list[Index]]] = {
    "rbd-fast": rbd_fast,
    "pawn": pawn,
    "delta": delta,
    "hdmr": hdmr,
}


def _terms(k: int) -> int:
    """Coefficients of an HDMR of k factors."""
    return k * DEGREE + math.comb(k, 2) * DEGREE**2


def _hdmr(cube: Numbers, values: Numbers) -> Numbers:
    """Shares of variance of each factor, then of each pair, without what the fit makes of luck.

    A fit explains some of whatever is left over: each coefficient 1/n of it, on average, which is taken off
    (as in adjusted R²). Of SALib's two HDMRs this is the one that will stay; its order 1 fails (1.6.0).
    """
    from SALib.analyze import enhanced_hdmr

    n, k = cube.shape
    problem = problem_of([str(i) for i in range(k)])
    fit = enhanced_hdmr.analyze(problem, cube, values, poly_order=DEGREE, bootstrap=1, subset=n)
    shares = np.asarray(fit["S"], np.float64)
    coefficients = np.where(np.arange(shares.size) < k, DEGREE, DEGREE**2)
    left_over = max(0.0, 1 - shares.sum()) / (n - 1 - coefficients.sum())
    return shares - coefficients * left_over


def _classes(n: int) -> int:
    """Into how many classes SALib's delta cuts a factor, by the number of points."""
    return round(min(math.ceil(n ** (2 / (7 + math.tanh((1500 - n) / 500)))), 48))


def _with_intervals(
    sample: Sample, estimate: Callable[[Numbers, Numbers], Found], seed: int, parts: int
) -> list[Index]:
    """What the estimator finds in all points, with its interval from parts of them."""
    n = len(sample.values)
    rng = np.random.default_rng(seed)
    with numpy_untouched(), one_thread():
        found = estimate(sample.cube, sample.values)
        drawn = []
        for _ in range(parts):
            rows = rng.permutation(n)[: round(SHARE * n)]
            drawn.append(list(estimate(sample.cube[rows], sample.values[rows]).values()))
    half = ERRORS * math.sqrt(SHARE / (1 - SHARE)) * np.std(drawn, axis=0, ddof=1)
    return [
        Index(index, factor, value, value - h, value + h)
        for ((index, factor), value), h in zip(found.items(), half.tolist(), strict=True)
    ]


def _with_noise(
    sample: Sample, estimate: Callable[[Numbers, Numbers], Found], seed: int, index: str
) -> list[Index]:
    """The same for a method whose factors are counted, and the level of a column of pure chance."""
    rows = [
        row._replace(factor=sample.names[int(row.factor)])
        for row in _with_intervals(sample, estimate, seed, FEWER_PARTS)
    ]
    chance = np.random.default_rng([seed, 1]).random((len(sample.values), CHANCE_COLUMNS))
    with numpy_untouched(), one_thread():
        levels = list(estimate(chance, sample.values).values())
    low, high = np.quantile(levels, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return [*rows, Index(f"{index}_noise", "noise", float(np.mean(levels)), float(low), float(high))]
