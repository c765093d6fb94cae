"""Designs: the points at which levers and parameters are tried.

Sampled designs are laid in the unit cube, by SALib and SciPy, and then stretched to the factors.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.cards import Fault, InputError, levers
from incentive_model.inputs.study import SAMPLED, Design, Factor
from incentive_model.inputs.values import PARTS_OF_ONE

Cube = NDArray[np.float64]
#: Points that a plan can hold.
MOST = 2_000_000
#: Rows of a sampled design for each of its ``n``, at k factors, where that is not one.
ROWS: dict[str, Callable[[int], int]] = {
    "sobol": lambda k: k + 2,
    "morris": lambda k: k + 1,
    "fast": lambda k: k,
    "finite-difference": lambda k: k + 1,
}
#: Sampled values have so many digits, and are exactly what is written.
DIGITS = 10


def points_of(design: Design, seed: int) -> pd.DataFrame:
    """Every point of a design: one row each, one column a factor; the index ``draw`` counts from 1.

    A blank (None, NaN) leaves what the scheme or place says. Levers that are parts of one whole
    (``surplus_split_*``, ``weight_*``) are sampled together, even over all parts that sum to 1.

    Args:
        seed: of sampled designs; 0 is a seed like any other.

    Raises:
        InputError: the method refuses its ``n`` or its factors, or there are too many points.
    """
    factors = list(design.factors.values())
    _check_count(design, factors)
    if design.points is not None:
        table = design.points.reset_index(drop=True)
    elif design.method == "full-factorial":
        table = _table(factors, itertools.product(*(factor.values for factor in factors)))
    elif design.method == "one-at-a-time":
        table = _table(factors, _one_at_a_time(factors))
    else:
        _check_parts(factors)
        table = _stretched(factors, _cube(design, len(factors), seed))
    table.index = pd.RangeIndex(1, len(table) + 1, name="draw")
    return table


def problem_of(factors: Sequence[Factor]) -> dict[str, Any]:
    """The factors as SALib's problem, in the unit cube."""
    return {
        "num_vars": len(factors),
        "names": [x.name for x in factors],
        "bounds": [[0.0, 1.0]] * len(factors),
    }


def _table(factors: Sequence[Factor], rows: Iterator[Sequence[Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=[factor.name for factor in factors])


def _one_at_a_time(factors: Sequence[Factor]) -> Iterator[list[Any]]:
    """Each factor at each of its values, all others left alone."""
    for k, factor in enumerate(factors):
        for value in factor.values:
            yield [value if k == j else None for j in range(len(factors))]


def _cube(design: Design, dimensions: int, seed: int) -> Cube:
    """The design in the unit cube, one row a point."""
    from SALib.sample import fast_sampler, ff, finite_diff, morris, sobol
    from scipy.stats import qmc

    problem = problem_of(list(design.factors.values()))
    rng = np.random.default_rng(seed)
    n: Any = design.n
    laid: dict[str, Callable[[], Cube]] = {
        "latin-hypercube": lambda: qmc.LatinHypercube(dimensions, rng=rng).random(n),
        "sobol-sequence": lambda: qmc.Sobol(dimensions, rng=rng).random(n),
        "sobol": lambda: sobol.sample(problem, n, calc_second_order=False, seed=rng),
        "morris": lambda: morris.sample(problem, n, seed=rng),
        "fast": lambda: fast_sampler.sample(problem, n, seed=rng),
        "finite-difference": lambda: finite_diff.sample(problem, n, seed=rng),
        "fractional-factorial": lambda: ff.sample(problem, seed=rng)[:, :dimensions],
    }
    assert laid.keys() == set(SAMPLED)
    try:
        with _numpy_untouched():
            cube = laid[design.method]()
    except ValueError as error:  # SALib's and SciPy's own limits, in their words
        found, allowed = f"n = {n} with {dimensions} factors", " ".join(str(error).split())
        raise InputError(Fault(f"design.{design.method}", found, allowed)) from error
    return np.clip(np.asarray(cube, np.float64), 0.0, 1.0)


@contextmanager
def _numpy_untouched() -> Iterator[None]:
    """NumPy's global generator as it was: SALib reseeds it. SciPy's advice on n is nobody's error."""
    import warnings

    state = np.random.get_state()  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _stretched(factors: Sequence[Factor], cube: Cube) -> pd.DataFrame:
    columns = {factor.name: _values(factor, cube[:, k]) for k, factor in enumerate(factors)}
    for prefix in PARTS_OF_ONE:
        parts = [k for k, factor in enumerate(factors) if factor.name.startswith(prefix)]
        if parts:  # gaps between even points, as shares: even over the simplex
            lengths = -np.log1p(-np.minimum(cube[:, parts], 1.0 - 2.0**-53))
            shares = (lengths + 1e-12) / (lengths + 1e-12).sum(axis=1, keepdims=True)
            columns |= {factors[k].name: shares[:, j].tolist() for j, k in enumerate(parts)}
    return pd.DataFrame(columns)


def _values(factor: Factor, even: Cube) -> list[Any]:
    """Points of the unit interval as values of a factor."""
    if factor.values:
        return [factor.values[min(int(u * len(factor.values)), len(factor.values) - 1)] for u in even]
    low, high = factor.low, factor.high
    if factor.whole:
        return [min(int(low + u * (high - low + 1)), int(high)) for u in even]
    drawn = low * (high / low) ** even if factor.log else low + (high - low) * even
    return [float(f"{x:.{DIGITS}g}") for x in drawn.tolist()]


def _check_count(design: Design, factors: Sequence[Factor]) -> None:
    """Combinations multiply faster than one thinks.

    Raises:
        InputError: more points than a plan can hold.
    """
    if design.method == "full-factorial":
        count = math.prod(len(factor.values) for factor in factors)
    else:
        count = (design.n or 0) * ROWS.get(design.method, lambda _: 1)(len(factors))
    if count > MOST:
        mend = "fewer values, or a sampled design" if design.n is None else "a smaller n"
        raise InputError(Fault(f"design.{design.method}", f"{count:,} points", f"at most {MOST:,}", mend))


def _check_parts(factors: Sequence[Factor]) -> None:
    """Parts of one whole are sampled all together.

    Raises:
        InputError: a part is missing.
    """
    names = {factor.name for factor in factors}
    for prefix in PARTS_OF_ONE:
        parts = {name for name in levers() if name.startswith(prefix)}
        if names & parts and parts - names:
            found = f"{', '.join(sorted(names & parts))} without {', '.join(sorted(parts - names))}"
            raise InputError(Fault("design.factors", found, "all parts of a whole, which sum to 1, or none"))
