"""Bars of a sensitivity analysis: indices with their intervals, and a tornado."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.inputs.design import DUMMY
from incentive_model.report.sensitivity_panels import (
    KINDS,
    MOST_FACTORS,
    by_factor,
    ceiling,
    colour_of,
    finite,
    grown,
    headed,
    known,
    main_method,
    outputs_with,
    role_patches,
    rows_of,
    rows_of_names,
)
from incentive_model.report.study_panels import SMALL, change_unit, legend, output_label, small_multiples
from incentive_model.report.style import GREY, INK
from incentive_model.report.words import MINUS, scale, shortened, some

#: Inches of a row of bars, and of what stands around the rows.
ROW, AROUND = 0.27, 0.75
DASHED = (0, (4, 3))


def index_bars(result: Sensitivity, of: str) -> Axes:
    """Each output's strongest factors: one bar an index, its 95% interval, and the dummy's upper end."""
    method, kinds = main_method(result, of)
    if "total" in kinds:  # between the two lies the fair share
        kinds = [kind for kind in kinds if kind != "shapley"]
    rows = rows_of(result, of, method)
    rows = rows[rows["index"].isin(kinds)]
    outputs = outputs_with(rows, result)
    found = {
        output: {
            kind: by_factor(rows[(rows["output"] == output) & (rows["index"] == kind)]) for kind in kinds
        }
        for output in outputs
    }
    order = "total" if "total" in kinds else kinds[0]
    names = {
        output: _strongest(by_kind[order] if len(by_kind[order]) else next(iter(by_kind.values())))
        for output, by_kind in found.items()
    }

    def draw(axes: Axes, output: str) -> None:
        rows_of_names(axes, names[output])
        headed(axes, output)
        thick = 0.78 / len(kinds)
        for k, kind in enumerate(kinds):
            own = found[output][kind].reindex(names[output])
            y = np.arange(len(own)) + (k - (len(kinds) - 1) / 2) * thick
            # A share below zero is nothing within error.
            size = own["value"].clip(lower=0).to_numpy()
            colours = [colour_of(result, name) for name in own.index]
            bars = axes.barh(y, size, thick * 0.94, color=colours, zorder=2)
            for bar in bars:
                bar.set_alpha(1.0 if k == 0 else 0.42)
            axes.hlines(y, own["low"], own["high"], colors=INK, linewidth=1.1, zorder=4)
            axes.plot(size, y, "o", color=INK, markersize=2.4, zorder=5)
        most = ceiling(found[output][order])
        if math.isfinite(most):
            axes.axvline(most, color=INK, linewidth=1.0, linestyle=DASHED, zorder=3)
        ends = finite(
            most, 0.0, *(x.reindex(names[output])[["value", "low", "high"]] for x in found[output].values())
        )
        right = float(ends.max()) or 1.0
        axes.set_xlim(max(float(ends.min()), -0.15 * right) - 0.02 * right, 1.04 * right)
        axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:.4g}".replace("-", MINUS))
        axes.locator_params(axis="x", nbins=5)

    rows_shown = max(map(len, names.values()))
    first = small_multiples(outputs, ROW * rows_shown + AROUND, draw, 2, own_rows=True)
    every = [name for own in names.values() for name in own]
    handles: list[Patch | Line2D] = [*role_patches(result, every)]
    handles += [Patch(color=INK, alpha=1.0 if k == 0 else 0.42, label=KINDS[x]) for k, x in enumerate(kinds)]
    if DUMMY in every:
        handles.append(
            Line2D([], [], color=INK, linewidth=1.0, linestyle=DASHED, label="what luck alone would show")
        )
    legend(first, handles, 4)
    _below(first, _not_drawn(result, set(rows["output"])))
    return first


def _not_drawn(result: Sensitivity, there: set[str]) -> str:
    """Which outputs have no bars, and why."""
    still = [output_label(name) for name in result.constant]
    lost = [output_label(name) for name in result.outputs if name not in {*there, *result.constant}]
    told = [f"Never change, whatever factors and luck are: {some(still, 6)}."] if still else []
    told += [f"Cannot be told from luck with so few base rows: {some(lost, 6)}."] if lost else []
    return "\n".join(told)


def _below(first: Axes, text: str) -> None:
    figure = first.get_figure(root=True)
    if text and figure is not None:
        figure.supxlabel(text, x=0.01, ha="left", size=9)


def tornado(result: Sensitivity) -> Axes:
    """What each factor alone does between its ends: a bar an output's strongest factors."""
    outputs = outputs_with(result.swings, result)
    found = {}
    for output in outputs:
        own = known(result.swings[result.swings["output"] == output], "change")
        size = own.groupby("factor")["change"].agg(lambda x: max(x.max(), 0.0) - min(x.min(), 0.0))
        names = size.sort_values(ascending=False, kind="stable").index[:MOST_FACTORS]
        found[output] = (list(names), own[own["factor"].isin(names)])

    def draw(axes: Axes, output: str) -> None:
        names, ends_of = found[output]
        factor = scale(result.outputs[output])
        rows_of_names(axes, names)
        headed(axes, output)
        axes.set_xlabel(change_unit(result.outputs[output]), fontsize=SMALL)
        axes.axvline(0, color=GREY, linewidth=0.8, zorder=3)
        ends = finite(0.0, factor * ends_of[["change", "low", "high"]].to_numpy().ravel())
        for y, name in enumerate(names):
            own = ends_of[ends_of["factor"] == name].sort_values("change", kind="stable")
            change = factor * own["change"].to_numpy(float)
            left, right = min(change.min(), 0.0), max(change.max(), 0.0)
            colour = colour_of(result, name)
            axes.barh(y, right - left, 0.56, left=left, color=colour, alpha=0.42, zorder=2)
            axes.hlines(
                [y] * len(own), factor * own["low"], factor * own["high"], colors=INK, lw=1.1, zorder=4
            )
            axes.plot(change, [y] * len(own), "o", color=INK, markersize=2.6, zorder=5)
            # Beside all of the factor's intervals, or one would strike another's label through.
            reach = finite(factor * own[["change", "low", "high"]].to_numpy(float))
            for k, side in ((0, -1), (-1, 1)) if len(own) > 1 else ((0, 1 if change[0] >= 0 else -1),):
                row = own.iloc[k]
                axes.annotate(
                    shortened(str(row["set_to"]), 18),
                    (reach.max() if side > 0 else reach.min(), y),
                    xytext=(4 * side, 0),
                    textcoords="offset points",
                    ha="left" if side > 0 else "right",
                    va="center",
                    size=SMALL - 1,
                    color=GREY,
                )
        axes.set_xlim(*grown(float(ends.min()), float(ends.max()), 0.2))
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.10g}".replace("-", MINUS))
        axes.locator_params(axis="x", nbins=5)

    rows = max(len(names) for names, _ in found.values())
    first = small_multiples(outputs, ROW * rows + AROUND + 0.15, draw, 2, own_rows=True)
    handles = role_patches(result, [name for names, _ in found.values() for name in names])
    if handles:
        legend(first, handles)
    return first


def _strongest(found: pd.DataFrame) -> list[str]:
    """The strongest factors, and after them the dummy, if there is one."""
    names = [str(name) for name in found.index if name != DUMMY][:MOST_FACTORS]
    return [*names, *([DUMMY] if DUMMY in found.index else [])]
