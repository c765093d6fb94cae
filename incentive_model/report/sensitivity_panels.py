"""What the figures of a sensitivity analysis share: which rows they show, roles and their colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch
from numpy.typing import NDArray

from incentive_model.analysis.sensitivity import FactorInfo, Sensitivity
from incentive_model.inputs.design import DUMMY
from incentive_model.report.study_panels import SMALL, change_unit, output_label
from incentive_model.report.style import GREY, OTHERS, RULE
from incentive_model.report.words import shortened

Floats = NDArray[np.float64]

#: What a factor is, its colour, and what a legend calls it.
ROLES = {
    "lever": (OTHERS[0], "lever"),
    "behaviour": (OTHERS[1], "behaviour"),
    "place": (OTHERS[2], "place"),
    "factor": (OTHERS[0], "factor"),
    DUMMY: (GREY, "dummy: moves nothing but luck"),
}
#: So many outputs and factors are drawn at most, and so long may a factor's name be.
MOST_OUTPUTS, MOST_FACTORS, LABEL = 12, 12, 30
#: Methods whose indices are shares of variance, the ones to trust most first; then all others.
METHODS = ("sobol", "fast", "surrogate", "hdmr", "rbd-fast", "shapley", "delta", "pawn")
#: Indices that bars are drawn of, and what each is called.
KINDS = {
    "first": "alone (first order)",
    "total": "with all its interactions (total)",
    "shapley": "fair share (Shapley)",
    "delta": "shift of the distribution (delta)",
    "pawn": "shift of the distribution (PAWN)",
}


def main_of(result: Sensitivity) -> str:
    """What indices are of: ``mean`` over luck, or ``run`` where one replicate is all there is."""
    factors = result.indices[result.indices["index"] != "luck"]
    own = factors[factors["method"] == result.design]
    factors = own if len(own) else factors
    return "mean" if (factors["of"] == "mean").any() else "run"


def rows_of(result: Sensitivity, of: str, method: str = "") -> pd.DataFrame:
    """Indices of the mean, of a run or of the dispersion; by one method, if it is named."""
    rows = result.indices[result.indices["of"] == of]
    return rows[rows["method"] == method] if method else rows


def main_method(result: Sensitivity, of: str) -> tuple[str, list[str]]:
    """The method whose indices are shown first, and which indices it has; empty where there are none."""
    rows = rows_of(result, of)
    rows = rows[rows["index"].isin(list(KINDS))]
    found = [name for name in METHODS if (rows["method"] == name).any()]
    if not found:
        return "", []
    there = set(rows.loc[rows["method"] == found[0], "index"])
    return found[0], [kind for kind in KINDS if kind in there]


def known(rows: pd.DataFrame, column: str = "value") -> pd.DataFrame:
    """The rows that have a finite number."""
    return rows[np.isfinite(rows[column].astype(float))]


def outputs_with(rows: pd.DataFrame, result: Sensitivity, most: int = MOST_OUTPUTS) -> list[str]:
    """Outputs that a table has rows of, in the order in which they were asked for."""
    there = set(rows["output"]) - set(result.constant)
    return [name for name in result.outputs if name in there][:most]


def by_factor(rows: pd.DataFrame) -> pd.DataFrame:
    """Value, low and high by factor, the strongest first and the dummy last."""
    found = rows.set_index(rows["factor"].astype(str))[["value", "low", "high"]].astype(float)
    found = found[np.isfinite(found["value"])].sort_values("value", ascending=False, kind="stable")
    return pd.concat([found[found.index != DUMMY], found[found.index == DUMMY]])


def ceiling(found: pd.DataFrame) -> float:
    """The most that luck alone would show: the upper end of the dummy's interval; NaN without a dummy."""
    if DUMMY not in found.index:
        return float("nan")
    value, _, high = found.loc[DUMMY].to_numpy(float)
    return float(high if np.isfinite(high) else value)


def info_of(result: Sensitivity, factor: str) -> FactorInfo:
    """What is known of a factor; of a group of factors, what is known of its first."""
    for info in result.factors:
        if info.name == factor:
            return info
    for info in result.factors:
        if info.group == factor:
            return FactorInfo(factor, info.role, info.group, "", "")
    return FactorInfo(factor, DUMMY if factor == DUMMY else "factor", "", "", "")


def colour_of(result: Sensitivity, factor: str) -> str:
    """The colour of a factor's role."""
    return ROLES.get(info_of(result, factor).role, ROLES["factor"])[0]


def role_patches(result: Sensitivity, factors: Sequence[str]) -> list[Patch]:
    """A legend's entries for the roles of some factors; none where all are alike."""
    there = {info_of(result, factor).role for factor in factors}
    if there <= {"factor", DUMMY}:
        return []
    return [Patch(color=colour, label=label) for role, (colour, label) in ROLES.items() if role in there]


def shades(colour: str, n: int) -> list[tuple[float, float, float]]:
    """So many shades of a colour, from itself to a pale one."""
    own = np.array(to_rgb(colour))
    paler = (own + (1 - own) * 0.75 * k / max(n, 2) for k in range(n))
    return [(float(red), float(green), float(blue)) for red, green, blue in paler]


def rows_of_names(axes: Axes, names: Sequence[str]) -> None:
    """A row a name, from the top down, and a light grid."""
    axes.set_yticks(range(len(names)), [shortened(name, LABEL) for name in names])
    axes.set_ylim(max(len(names), 1) - 0.45, -0.55)
    axes.grid(axis="x", color=RULE, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=SMALL)
    axes.tick_params(axis="y", length=0)


def unit_after(unit: str) -> str:
    """The unit of a change after a comma; nothing where there is none."""
    return f", {change_unit(unit)}" if unit else ""


def headed(axes: Axes, output: str, under: str = "") -> None:
    """An output's name over its panel."""
    title = shortened(output_label(output), 44)
    axes.set_title(f"{title}\n{under}" if under else title, fontsize=SMALL + 1)


def grown(low: float, high: float, by: float = 0.06) -> tuple[float, float]:
    """Limits with a margin; never without width."""
    width = (high - low) or 1.0
    return low - by * width, high + by * width


def finite(*columns: Any) -> Floats:
    """All finite numbers among some columns."""
    values = np.concatenate([np.ravel(np.asarray(x, dtype=float)) for x in columns])
    return values[np.isfinite(values)]
