"""A surrogate: a formula fitted to runs, which answers at once where the model takes seconds.

A Gaussian process (smooth, good from few points) or boosted trees (for steps, words and many points),
whichever foretells better the points it was not shown. What neither can foretell is refused.
"""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from incentive_model.analysis.intervals import LEVEL
from incentive_model.analysis.sensitivity.columns import is_number, words
from incentive_model.analysis.sensitivity.index import Index
from incentive_model.analysis.sensitivity.one_thread import one_thread
from incentive_model.cards import Fault, InputError, nearest
from incentive_model.runs.layout import numpy_untouched

Numbers = NDArray[np.float64]
#: Below this share of the variance foretold, a surrogate is refused.
LEAST_Q2 = 0.7
#: Parts into which the points go; each is foretold by a fit to the others.
FOLDS = 10
#: Above this number of points a Gaussian process (cubic in it) is not tried.
MOST_FOR_PROCESS = 1500
#: Points on which a Gaussian process looks for its scales, and at most so many steps of that search.
TUNED_ON, STEPS = 400, 60
#: A factor with a larger first-order index is expected to act within a third of its range, others beyond it.
STRONG, SHORT, LONG = 0.03, 0.3, 3.0
#: Base rows of the Sobol design on a surrogate, a power of 2; and those on which its parts are compared.
BASE_ROWS, COMPARED_ON = 8192, 1024


@dataclass(frozen=True)
class Coding:
    """How the values of one factor become columns between 0 and 1.

    Attributes:
        low, high: of a number.
        words: what it may be, if not a number: one column each; blanks are a word.
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    words: tuple[str, ...] = ()

    def columns(self, values: pd.Series) -> Numbers:
        """(n, 1) for a number, (n, number of words) otherwise.

        Raises:
            InputError: a word that the fit never saw, or a word where it saw numbers.
        """
        if self.words:
            given = words(values)
            for word in sorted(set(given) - set(self.words)):
                known = ", ".join(self.words)
                raise InputError(Fault(f"points.{self.name}", word, known, nearest(word, self.words)))
            return (np.array(given)[:, None] == np.array(self.words)).astype(np.float64)
        if not is_number(values):
            raise InputError(Fault(f"points.{self.name}", "words or blanks", "numbers, as in the fit"))
        x = values.to_numpy(np.float64)
        return ((x - self.low) / ((self.high - self.low) or 1.0))[:, None]


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A formula fitted to runs.

    Attributes:
        kind: ``Gaussian process`` or ``boosted trees``.
        q2: share of the variance of the values that is foretold of points which the fit was not shown.
        factors: how each factor is coded.
        whole: the fit to all points.
        parts: the fits that each left out one part of the points.
    """

    kind: str
    q2: float
    factors: tuple[Coding, ...]
    whole: Any
    parts: tuple[Any, ...]

    def predict(self, points: pd.DataFrame) -> Numbers:
        """The value at each row of ``points``, which has the factors of the fit as columns.

        Raises:
            InputError: a factor is missing, or has a value of another kind than in the fit.
        """
        with one_thread():
            return np.asarray(self.whole.predict(_coded(self.factors, points)), np.float64)

    def by_part(self, points: pd.DataFrame) -> Numbers:
        """(parts, n): the values as each of the partial fits has them."""
        coded = _coded(self.factors, points)
        with one_thread():
            return np.array([part.predict(coded) for part in self.parts], np.float64)


def fit(
    points: pd.DataFrame, values: Numbers, seed: int, groups: Sequence[Hashable] | None = None
) -> Surrogate:
    """A surrogate for values at points.

    The same input gives the same surrogate. The partial fits of a Gaussian process take the scales (one
    number a factor) from the fit to all; they see none of the points they foretell.

    Args:
        points: a row each, a column a factor: numbers, words, blanks.
        values: one each.
        seed: which points go together into a part; 0 is a seed like any other.
        groups: one each; points of one group go into the same part (rows of a base row share their luck).

    Raises:
        InputError: scikit-learn is missing; values that are not finite or all alike; fewer than 50 points,
            or fewer groups than parts; less than 0.7 of the variance is foretold.
    """
    y = np.asarray(values, np.float64)
    _check(y, len(points))
    factors = tuple(_coding(points[name]) for name in points.columns)
    x = _coded(factors, points)
    part = _parts(np.arange(len(y)) if groups is None else pd.factorize(np.asarray(groups))[0], seed)
    found: list[Surrogate] = []
    _sklearn("ensemble")  # threads can be limited of libraries that are loaded
    with one_thread():
        kinds = {"boosted trees": _trees(seed)}
        if len(y) <= MOST_FOR_PROCESS:
            kinds["Gaussian process"] = _process(x, y, seed)
        for kind, model in kinds.items():
            parts = [_fitted(model, x[part != p], y[part != p]) for p in range(FOLDS)]
            error = [y[part == p] - parts[p].predict(x[part == p]) for p in range(FOLDS)]
            q2 = 1 - float(np.mean(np.concatenate(error) ** 2) / np.var(y))
            found.append(Surrogate(kind, q2, factors, _fitted(model, x, y), tuple(parts)))
    best = max(found, key=lambda surrogate: surrogate.q2)
    if best.q2 < LEAST_Q2:
        what = f"Q² = {best.q2:.2f} with {len(y)} points and {len(factors)} factors ({best.kind})"
        mend = "more points or replicates, or fewer factors"
        raise InputError(Fault("surrogate", what, f"at least {LEAST_Q2}", mend))
    return best


def surrogate_sobol(
    surrogate: Surrogate, points_at: Callable[[Numbers], pd.DataFrame], names: Sequence[str], seed: int
) -> list[Index]:
    """First and total order Sobol indices of the surrogate, by SALib: ``first``, ``total``.

    The intervals hold what other points might have taught the surrogate (a jackknife over the partial fits,
    with Student's t); they do not hold what it has wrong whatever the points, nor the error of the design
    laid on it (standard error 0.002 on Ishigami). The row ``q2`` of the factor ``all`` has the share of the
    variance of the values that the surrogate foretells; the indices are shares of what it foretells: luck
    is not among them.

    Args:
        points_at: positions (n, k) in the unit cube -> the points there, as for :meth:`Surrogate.predict`.
        names: the k factors.
    """
    from SALib.analyze.sobol import first_order, total_order
    from scipy.stats import qmc

    k = len(names)
    with numpy_untouched():
        laid = qmc.Sobol(2 * k, rng=np.random.default_rng(seed)).random(BASE_ROWS)
    a, b = laid[:, :k], laid[:, k:]
    cubes = [a, b]
    for j in range(k):
        mixed = a.copy()
        mixed[:, j] = b[:, j]
        cubes.append(mixed)
    designs = [points_at(cube) for cube in cubes]

    def indices(predicted: Numbers) -> Numbers:
        """(2 k): first order, then total, of predictions (k + 2, base rows), a row a cube."""
        y = (predicted - predicted.mean()) / (predicted.std() or 1.0)
        both = [[order(y[0], y[2 + j], y[1]) for j in range(k)] for order in (first_order, total_order)]
        return np.array(both, np.float64).ravel()

    # cube by cube: a Gaussian process compares each point asked for with each that it was fitted to
    found = indices(np.array([surrogate.predict(design) for design in designs]))
    compared = np.array([surrogate.by_part(design.iloc[:COMPARED_ON]) for design in designs])
    by_part = np.array([indices(predicted) for predicted in compared.swapaxes(0, 1)])
    parts = len(by_part)
    spread = np.sqrt((parts - 1) * np.var(by_part, axis=0))
    half = float(stdtrit(parts - 1, (1 + LEVEL) / 2)) * spread
    labels = [(order, name) for order in ("first", "total") for name in names]
    rows = [
        Index(order, name, value, value - h, value + h)
        for (order, name), value, h in zip(labels, found.tolist(), half.tolist(), strict=True)
    ]
    return [*rows, Index("q2", "all", surrogate.q2, math.nan, math.nan)]


def _check(y: Numbers, rows: int) -> None:
    """Raises: InputError: nothing can be fitted to the values."""
    least = 5 * FOLDS
    if len(y) != rows:
        raise ValueError(f"{len(y)} values for {rows} points")
    if unfit := int((~np.isfinite(y)).sum()):
        raise InputError(Fault("values", f"{unfit} of {rows} that are not finite", "finite numbers"))
    if rows < least:
        raise InputError(Fault("points", f"{rows} points", f"at least {least}", "a larger design.n"))
    if np.ptp(y) == 0:
        raise InputError(Fault("values", "all alike", "values that differ", "there is nothing to fit"))


def _parts(group: NDArray[np.integer[Any]], seed: int) -> NDArray[np.int64]:
    """To which part each point goes: its group's, groups being dealt out at random.

    Raises:
        InputError: fewer groups than parts.
    """
    count = int(group.max()) + 1
    if count < FOLDS:
        raise InputError(Fault("groups", f"{count} base rows", f"at least {FOLDS}", "a larger design.n"))
    return (np.random.default_rng(seed).permutation(count) % FOLDS)[group]


def _coding(column: pd.Series) -> Coding:
    name = str(column.name)
    if not is_number(column):
        return Coding(name, words=tuple(sorted(set(words(column)))))
    x = column.to_numpy(np.float64)
    return Coding(name, float(x.min()), float(x.max()))


def _coded(factors: tuple[Coding, ...], points: pd.DataFrame) -> Numbers:
    for factor in factors:
        if factor.name not in points:
            given = [str(x) for x in points.columns]
            raise InputError(
                Fault("points", ", ".join(given), f"a column {factor.name}", nearest(factor.name, given))
            )
    return np.hstack([factor.columns(points[factor.name]) for factor in factors])


def _fitted(model: Any, x: Numbers, y: Numbers) -> Any:
    return _sklearn("base").clone(model).fit(x, y)


def _trees(seed: int) -> Any:
    ensemble = _sklearn("ensemble")
    return ensemble.HistGradientBoostingRegressor(
        learning_rate=0.05,
        max_iter=400,
        min_samples_leaf=10,
        early_stopping=False,
        random_state=seed % 2**32,
    )


def _process(x: Numbers, y: Numbers, seed: int) -> Any:
    """A Gaussian process whose scales are found: a Matérn kernel, a length for each column, white noise.

    The likelihood has many hills; among a dozen factors a search from lengths that are all alike misses
    one that acts in waves. So it also starts from what each factor does alone, and the better end counts.
    """
    gp, kernels = _sklearn("gaussian_process"), _sklearn("gaussian_process.kernels")
    convergence = _sklearn("exceptions").ConvergenceWarning
    rows = np.random.default_rng(seed).permutation(len(y))[:TUNED_ON]
    alone = np.array([_first_order(column, y) for column in x.T])
    ends = []
    for lengths in (np.ones(x.shape[1]), np.where(alone > STRONG, SHORT, LONG)):
        start = kernels.ConstantKernel(1.0, (1e-2, 1e3)) * kernels.Matern(lengths, (0.05, 100.0), nu=2.5)
        start = start + kernels.WhiteKernel(0.1, (1e-6, 2.0))
        process = gp.GaussianProcessRegressor(start, optimizer=_climb, normalize_y=True)
        with warnings.catch_warnings():  # a length at its bound is that of a factor which does nothing
            warnings.filterwarnings("ignore", "The optimal value found", convergence)
            ends.append(process.fit(x[rows], y[rows]))
    best = max(ends, key=lambda end: float(end.log_marginal_likelihood_value_))
    return gp.GaussianProcessRegressor(best.kernel_, optimizer=None, normalize_y=True)


def _climb(loss: Callable[[Numbers], Any], start: Numbers, bounds: Numbers) -> tuple[Numbers, float]:
    """scikit-learn's search, with an end to it: the last hundred steps change nothing that matters."""
    from scipy.optimize import minimize

    end = minimize(loss, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": STEPS})
    return end.x, end.fun


def _first_order(column: Numbers, y: Numbers, slices: int = 8) -> float:
    """The variance of the mean over slices of a column, as a share, without what luck makes of it."""
    place = np.argsort(np.argsort(column, kind="stable"), kind="stable") * slices // len(y)
    means = np.array([y[place == s].mean() for s in range(slices)])
    share = float(np.var(means) / np.var(y))
    return share - (1 - share) * (slices - 1) / len(y)


def _sklearn(module: str = "") -> Any:
    """scikit-learn, or a part of it, imported when it is wanted.

    Raises:
        InputError: it is not installed.
    """
    try:
        return importlib.import_module(f"sklearn.{module}" if module else "sklearn")
    except ModuleNotFoundError as error:
        mend = "pip install 'incentive-model[fit]'"
        raise InputError(Fault("surrogate", "no scikit-learn", "scikit-learn installed", mend)) from error
