"""Layouts: where the points of a sampled design stand in the unit cube, and which of them belong together.

SALib and SciPy lay the points. A design consists of base rows: points that are only worth something together,
such as a trajectory. All points of a base row have their luck in common, so that what differs between them is
the factors' doing; every base row has luck of its own, or no number of them would make an average surer.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.design import Design

Cube = NDArray[np.float64]
#: A Sobol design is this many sequences, each scrambled for itself: how much they differ is its error, which
#: no look at one sequence can tell (its points are more even than chance, so a bootstrap is far too wide).
BLOCKS = 4
#: Harmonics that FAST looks at.
HARMONICS = 4


@dataclass(frozen=True, eq=False)
class Layout:
    """Points in the unit cube.

    Attributes:
        names: factors, a column each.
        movers: what moves together: the factors, or groups of them.
        cube: positions, point by factor.
        base: by point, the number of its base row, from 0.
        luck: by point: points of one number are lucky together. 0: together with everything else.
    """

    names: tuple[str, ...]
    movers: tuple[str, ...]
    cube: Cube
    base: NDArray[np.int64]
    luck: NDArray[np.int64]


def rows_of(method: str, movers: int, *, second_order: bool = False) -> int:
    """Points of a sampled design for each of its ``n``."""
    known = {
        "sobol": movers * (1 + second_order) + 2,
        "morris": movers + 1,
        "shapley": movers + 1,
        "fast": movers,
        "finite-difference": movers + 1,
    }
    return known.get(method, 1)


def layout_of(design: Design, seed: int) -> Layout:
    """Where the points of a sampled design stand.

    A design of ``n`` base rows is the beginning of the one of 2n, for ``sobol``, ``morris``, ``shapley`` and
    ``sobol-sequence``.

    Args:
        seed: 0 is a seed like any other.

    Raises:
        InputError: the method refuses its ``n`` or its factors.
    """
    names = tuple(design.factors)
    problem = problem_of(names, design.groups)
    movers = tuple(dict.fromkeys(problem.get("groups", names)))  # in SALib's order, by their first factors
    try:
        with numpy_untouched():
            cube = np.clip(np.asarray(_LAID[design.method](design, problem, seed), np.float64), 0.0, 1.0)
    except ValueError as error:  # SALib's and SciPy's own limits, in their words
        found, allowed = f"n = {design.n} with {len(names)} factors", " ".join(str(error).split())
        raise InputError(Fault(f"design.{design.method}", found, allowed)) from error
    together = (
        1
        if design.method == "fast"
        else rows_of(design.method, len(movers), second_order=design.second_order)
    )
    base = np.arange(len(cube)) // together
    return Layout(names, movers, cube, base, _luck(design, cube, base))


def problem_of(names: Sequence[str], groups: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    """The factors as SALib's problem, in the unit cube."""
    problem: dict[str, Any] = {
        "num_vars": len(names),
        "names": list(names),
        "bounds": [[0.0, 1.0]] * len(names),
    }
    if groups:
        of = {name: group for group, members in groups.items() for name in members}
        problem["groups"] = [of[name] for name in names]
    return problem


@contextmanager
def numpy_untouched() -> Iterator[None]:
    """NumPy's global generator as it was: SALib reseeds it. SciPy's advice on n is nobody's error."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _luck(design: Design, cube: Cube, base: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each base row has its own; a dummy draws it anew where it moves."""
    if design.method == "fractional-factorial":  # a few settings to be compared, no sample
        return np.zeros(len(cube), np.int64)
    luck = 2 * base + 1
    for k, factor in enumerate(design.factors.values()):
        if factor.unseen:
            first = np.searchsorted(base, base)
            luck = luck + (cube[:, k] != cube[first, k])
    return luck


def _interleaved(parts: Sequence[Cube], n: int, together: int) -> Cube:
    """Base rows of several samples in turn, the first n."""
    cube = np.empty((n * together, parts[0].shape[1]))
    rows = cube.reshape(n, together, -1)
    for k, part in enumerate(parts):
        rows[k :: len(parts)] = part.reshape(-1, together, part.shape[1])[: len(rows[k :: len(parts)])]
    return cube


def _sobol(design: Design, problem: dict[str, Any], seed: int) -> Cube:
    from SALib.sample import sobol

    n, second = _n(design), design.second_order
    generators = np.random.default_rng(seed).spawn(BLOCKS)[:n]
    parts = [
        sobol.sample(problem, -(-(n - k) // len(generators)), calc_second_order=second, seed=rng)
        for k, rng in enumerate(generators)
    ]
    movers = len(design.groups) or problem["num_vars"]
    return _interleaved(parts, n, rows_of("sobol", movers, second_order=second))


def _morris(design: Design, problem: dict[str, Any], seed: int) -> Cube:
    from SALib.sample import morris

    n = _n(design)
    generators = np.random.default_rng(seed).spawn(len(design.levels))[:n]
    parts = [
        morris.sample(problem, -(-(n - k) // len(generators)), num_levels=levels, seed=rng)
        for k, (levels, rng) in enumerate(zip(design.levels, generators, strict=False))
    ]
    return _interleaved(parts, n, rows_of("morris", len(design.groups) or problem["num_vars"]))


def _shapley(design: Design, problem: dict[str, Any], seed: int) -> Cube:
    from SALib.sample import shapley

    rng = np.random.default_rng(seed)
    return np.concatenate([shapley.sample(problem, 1, seed=rng) for _ in range(_n(design))])


def _fast(design: Design, problem: dict[str, Any], seed: int) -> Cube:
    from SALib.sample import fast_sampler

    rng = np.random.default_rng(seed)
    return np.asarray(fast_sampler.sample(problem, _n(design), M=HARMONICS, seed=rng))


def _finite_difference(design: Design, problem: dict[str, Any], seed: int) -> Cube:
    from SALib.sample import finite_diff

    return np.asarray(finite_diff.sample(problem, _n(design), seed=np.random.default_rng(seed)))


def _fractional_factorial(design: Design, problem: dict[str, Any], seed: int) -> Cube:
    from SALib.sample import ff

    return np.asarray(ff.sample(problem, seed=np.random.default_rng(seed)))[:, : problem["num_vars"]]


def _latin_hypercube(design: Design, problem: dict[str, Any], seed: int) -> Cube:
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    return np.asarray(qmc.LatinHypercube(problem["num_vars"], rng=rng).random(_n(design)))


def _sobol_sequence(design: Design, problem: dict[str, Any], seed: int) -> Cube:
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    return np.asarray(qmc.Sobol(problem["num_vars"], rng=rng).random(_n(design)))


_LAID: dict[str, Callable[[Design, dict[str, Any], int], Cube]] = {
    "latin-hypercube": _latin_hypercube,
    "sobol-sequence": _sobol_sequence,
    "sobol": _sobol,
    "morris": _morris,
    "shapley": _shapley,
    "fast": _fast,
    "finite-difference": _finite_difference,
    "fractional-factorial": _fractional_factorial,
}


def _n(design: Design) -> int:
    assert design.n is not None, f"{design.method} wants n"
    return design.n
