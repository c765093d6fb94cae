"""Several methods side by side: whether they agree on which factors matter."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.inputs.design import DUMMY
from incentive_model.report.sensitivity_panels import (
    MOST_FACTORS,
    colour_of,
    headed,
    known,
    outputs_with,
    role_patches,
    rows_of_names,
)
from incentive_model.report.study_panels import SMALL, legend, small_multiples
from incentive_model.report.style import RULE

#: Methods that stand side by side, in order, and what a figure calls them.
COLUMNS = {
    "sobol total": "Sobol, total",
    "sobol first": "Sobol, first",
    "shapley shapley": "Shapley",
    "surrogate total": "surrogate, total",
    "surrogate first": "surrogate, first",
    "fast total": "FAST, total",
    "fast first": "FAST, first",
    "rbd-fast first": "RBD-FAST",
    "hdmr total": "HDMR, total",
    "hdmr first": "HDMR, first",
    "delta delta": "delta",
    "pawn pawn": "PAWN",
    "morris mu_star": "Morris μ*",
    "regional ks": "regional",
}


def methods_of(result: Sensitivity) -> Axes:
    """Several methods side by side: a row a factor, a column a method, a circle as large as its index."""
    rows = _by_method(result)
    outputs = outputs_with(rows, result)
    columns = [x for x in COLUMNS if (rows["column"] == x).any()]

    def draw(axes: Axes, output: str) -> None:
        own = rows[rows["output"] == output]
        value = own.pivot_table(index="factor", columns="column", values="value", sort=False)
        value = value.reindex(columns=columns).clip(lower=0)
        rank = value.rank(ascending=False, method="first")
        names = [str(name) for name in rank.mean(axis=1).sort_values(kind="stable").index[:MOST_FACTORS]]
        sizes, ranks = (value / value.max().replace(0.0, 1.0)).to_dict(), rank.to_dict()
        rows_of_names(axes, names)
        headed(axes, output)
        axes.grid(visible=False)
        axes.set_xticks(range(len(columns)), [COLUMNS[x] for x in columns], rotation=35, ha="left")
        axes.xaxis.set_ticks_position("top")
        axes.tick_params(axis="x", length=0)
        axes.set_xlim(-0.6, len(columns) - 0.4)
        axes.spines[:].set_visible(False)
        for y, name in enumerate(names):
            axes.axhline(y, color=RULE, linewidth=0.6, zorder=0)
            for x, column in enumerate(columns):
                size, place = sizes[column][name], ranks[column][name]
                if math.isfinite(size):
                    colour = colour_of(result, name)
                    axes.scatter(x, y, 20 + 460 * size, color=colour, alpha=0.3, linewidth=0)
                    axes.text(x, y, f"{place:.0f}", ha="center", va="center", size=SMALL - 0.5)

    count = rows.groupby("output")["factor"].nunique().max()
    height = 0.34 * min(int(count), MOST_FACTORS) + 1.3
    first = small_multiples(outputs, height, draw, 2, own_rows=True)
    handles = role_patches(result, list(dict.fromkeys(rows["factor"])))
    if handles:
        legend(first, handles)
    return first


def _by_method(result: Sensitivity) -> pd.DataFrame:
    """Indices by factor alone that rank factors, each with its column: of means where a method has them."""
    rows = known(result.indices[result.indices["factor"] != DUMMY])
    rows = rows.assign(column=rows["method"] + " " + rows["index"])
    rows = rows[rows["column"].isin(list(COLUMNS)) & (rows["of"] != "dispersion")]
    of_means = rows.loc[rows["of"] == "mean", "method"].unique()
    return rows[(rows["of"] == "mean") | ~rows["method"].isin(of_means)]


def has_several_methods(result: Sensitivity) -> bool:
    """Whether there is anything to hold side by side."""
    rows = _by_method(result)
    return bool(len(rows)) and rows["method"].nunique() > 1
