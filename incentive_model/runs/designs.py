"""Designs: the points at which levers and parameters are tried."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.design import SAMPLED, Design, Factor
from incentive_model.inputs.values import wholes
from incentive_model.runs.layout import Cube, Layout, layout_of, rows_of

#: Points that a plan can hold.
MOST = 2_000_000
#: Sampled values have so many digits, and are exactly what is written.
DIGITS = 10


class Draws(NamedTuple):
    """The points of a design.

    Attributes:
        points: one row each, one column a lever or parameter; the index ``draw`` counts from 1. A blank
            (None, NaN) leaves what the scheme or place says.
        layout: of a sampled design, where they stand.
    """

    points: pd.DataFrame
    layout: Layout | None


def draws_of(design: Design, seed: int) -> Draws:
    """Every point of a design.

    Levers that are parts of one whole (``surplus_split_*``, ``weight_*``) are sampled together, even over all
    parts that sum to 1.

    Args:
        seed: of sampled designs; 0 is a seed like any other.

    Raises:
        InputError: the method refuses its ``n`` or its factors, or there are too many points.
    """
    factors = list(design.factors.values())
    _check_count(design, factors)
    layout = None
    if design.points is not None:
        table = design.points.reset_index(drop=True)
    elif design.method == "full-factorial":
        table = _table(factors, itertools.product(*(factor.values for factor in factors)))
    elif design.method == "one-at-a-time":
        table = _table(factors, _one_at_a_time(factors))
    else:
        assert design.method in SAMPLED
        _check_parts(factors)
        layout = layout_of(design, seed)
        table = stretched(factors, layout.cube).drop(columns=[x.name for x in factors if x.unseen])
    table.index = pd.RangeIndex(1, len(table) + 1, name="draw")
    return Draws(table, layout)


def stretched(factors: Sequence[Factor], cube: Cube) -> pd.DataFrame:
    """Points of the unit cube as values of factors."""
    columns = {factor.name: _values(factor, cube[:, k]) for k, factor in enumerate(factors)}
    for whole in wholes():
        parts = [k for k, factor in enumerate(factors) if factor.name in whole]
        if parts:  # gaps between even points, as shares: even over the simplex
            lengths = -np.log1p(-np.minimum(cube[:, parts], 1.0 - 2.0**-53))
            shares = (lengths + 1e-12) / (lengths + 1e-12).sum(axis=1, keepdims=True)
            columns |= {factors[k].name: shares[:, j].tolist() for j, k in enumerate(parts)}
    return pd.DataFrame(columns)


def _table(factors: Sequence[Factor], rows: Iterator[Sequence[Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=[factor.name for factor in factors])


def _one_at_a_time(factors: Sequence[Factor]) -> Iterator[list[Any]]:
    """Each factor at each of its values, all others left alone."""
    for k, factor in enumerate(factors):
        for value in factor.values:
            yield [value if k == j else None for j in range(len(factors))]


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
        movers = len(design.groups) or len(factors)
        count = (design.n or 0) * rows_of(design.method, movers, second_order=design.second_order)
    if count > MOST:
        mend = "fewer values, or a sampled design" if design.n is None else "a smaller n"
        raise InputError(Fault(f"design.{design.method}", f"{count:,} points", f"at most {MOST:,}", mend))


def _check_parts(factors: Sequence[Factor]) -> None:
    """Parts of one whole are sampled all together.

    Raises:
        InputError: a part is missing.
    """
    names = {factor.name for factor in factors}
    for parts in wholes():
        if names & parts and parts - names:
            found = f"{', '.join(sorted(names & parts))} without {', '.join(sorted(parts - names))}"
            raise InputError(Fault("design.factors", found, "all parts of a whole, which sum to 1, or none"))
