"""Interactions: what each two factors explain together, as a map."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from incentive_model.analysis.effects import TIMES
from incentive_model.analysis.intervals import Interval
from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.inputs.design import DUMMY
from incentive_model.report.sensitivity_panels import (
    LABEL,
    known,
    main_method,
    main_of,
    outputs_with,
    rows_of,
)
from incentive_model.report.study_panels import heat, output_label, small_multiples
from incentive_model.report.words import shortened

#: Factors in a map.
MOST_PAIRED = 8


def interactions_of(result: Sensitivity) -> Axes:
    """What each two factors do together beyond the sum of what each does: a map an output."""
    rows = pairs_of(result)
    found = {output: _by_pair(rows[rows["output"] == output]) for output in outputs_with(rows, result)}
    names = {output: _most_paired(pairs) for output, pairs in found.items()}

    def draw(axes: Axes, output: str) -> None:
        cells = {
            (k, j): x
            for k, one in enumerate(names[output])
            for j, other in enumerate(names[output][:k])
            if (x := found[output].get(frozenset((one, other)))) is not None
        }
        heat(axes, output_label(output), [shortened(x, LABEL) for x in names[output]], cells, sign=False)

    size = max(map(len, names.values()))
    return small_multiples(list(found), 0.32 * size + 1.5, draw, 2, own_rows=True)


def pairs_of(result: Sensitivity) -> pd.DataFrame:
    """Indices of two factors together, by the method shown first if it has them; without the dummy."""
    of = main_of(result)
    rows = rows_of(result, of)
    rows = known(rows[rows["index"] == "second"])
    main = rows["method"] == main_method(result, of)[0]
    rows = rows[main] if main.any() else rows
    with_dummy = [DUMMY in str(x).split(TIMES) for x in rows["factor"]]
    return rows[~np.array(with_dummy, dtype=bool)]


def _by_pair(rows: pd.DataFrame) -> dict[frozenset[str], Interval]:
    """Findings by their two factors; one below zero is nothing, within error."""
    found = {}
    for pair, value, low, high in zip(rows["factor"], rows["value"], rows["low"], rows["high"], strict=True):
        sure = not (math.isnan(low) or math.isnan(high))
        ends = (float(low), max(float(high), 0.0)) if sure else (None, None)
        found[frozenset(str(pair).split(TIMES))] = Interval(max(float(value), 0.0), ends[0], ends[1], 2)
    return found


def _most_paired(pairs: dict[frozenset[str], Interval]) -> list[str]:
    """The factors that do most together with others."""
    strength: dict[str, float] = {}
    for pair, found in pairs.items():
        for name in sorted(pair):
            strength[name] = strength.get(name, 0.0) + (found.mean or 0.0)
    return sorted(strength, key=lambda name: -strength[name])[:MOST_PAIRED]
