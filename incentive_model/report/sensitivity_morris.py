"""The Morris plane: how large effects are, and how much they vary."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.inputs.design import DUMMY
from incentive_model.report.sensitivity_panels import (
    LABEL,
    ROLES,
    Floats,
    by_factor,
    ceiling,
    colour_of,
    headed,
    main_of,
    outputs_with,
    role_patches,
    rows_of,
    unit_after,
)
from incentive_model.report.study_panels import SMALL, legend, small_multiples
from incentive_model.report.style import GREY, INK, RULE
from incentive_model.report.words import scale, shortened

#: Of a Morris plane's factors, so many have a colour, and so many a name.
MOST_DOTS, MOST_NAMES = 20, 12
#: Where a name may stand beside its dot, in points, the best place first.
NEAR = 10.0
AROUND = [
    (reach * x, reach * y)
    for reach in (4, 11, 19, 28, 38)
    for x, y in ((1, 1), (1, -1), (-1, 1), (-1, -1), (2, 0), (-2, 0), (0, 2), (0, -2))
]
#: What a name that lies on another costs, against one that lies on a dot or a cross.
OVERLAP = 1000
#: Slopes of the lines in a Morris plane.
SLOPES = (1.0, 0.5, 0.1)


def morris_plane(result: Sensitivity) -> Axes:
    """Mean size of an effect against how it varies: strong to the right, curved or entangled upwards."""
    rows = rows_of(result, main_of(result), "morris")
    outputs = outputs_with(rows, result)

    def draw(axes: Axes, output: str) -> None:
        own = rows[rows["output"] == output]
        factor = scale(result.outputs[output])
        mu = by_factor(own[own["index"] == "mu_star"]) * factor
        sigma = (by_factor(own[own["index"] == "sigma"]) * factor).reindex(mu.index)
        unit = unit_after(result.outputs[output])
        headed(axes, output)
        axes.set_xlabel(f"μ*: mean size of an effect over the whole range{unit}", fontsize=SMALL)
        axes.set_ylabel(f"σ: spread of the effect{unit}", fontsize=SMALL)
        axes.tick_params(labelsize=SMALL)
        _limits(axes, mu, sigma)
        for slope in SLOPES:
            axes.plot([0, 1e9], [0, slope * 1e9], color=RULE, linewidth=1.0, zorder=1)
        most = ceiling(mu)
        if math.isfinite(most):
            axes.axvspan(axes.get_xlim()[0], most, color=GREY, alpha=0.15, linewidth=0, zorder=0)
        strongest = [name for name in mu.index if name != DUMMY][:MOST_DOTS]
        rest = [name for name in mu.index if name not in (*strongest, DUMMY)]
        axes.plot(mu.loc[rest, "value"], sigma.loc[rest, "value"], "o", color=GREY, markersize=3, alpha=0.6)
        for name in (*strongest, *([DUMMY] if DUMMY in mu.index else [])):
            colour, mark = (INK, "D") if name == DUMMY else (colour_of(result, name), "o")
            x, y = mu.loc[name], sigma.loc[name]
            axes.hlines(y["value"], x["low"], x["high"], colors=colour, linewidth=0.8, zorder=2)
            axes.vlines(x["value"], y["low"], y["high"], colors=colour, linewidth=0.8, zorder=2)
            axes.plot(x["value"], y["value"], mark, color=colour, markersize=5, zorder=3)
        under = int((mu.drop(index=DUMMY, errors="ignore")["value"] <= most).sum())
        if math.isfinite(most):
            of = len(mu) - (DUMMY in mu.index)
            text = f"no more than luck alone: {under} of {of}"
            axes.text(0.99, 1.0, text, transform=axes.transAxes, ha="right", va="bottom", size=SMALL - 1)
        clear = [name for name in strongest if not mu.loc[name, "value"] <= most]
        points = pd.DataFrame({"x": mu["value"], "y": sigma["value"]})
        named[axes] = points.loc[(clear or strongest[:3])[:MOST_NAMES]]
        crosses[axes] = np.column_stack([mu, sigma])
        weaker = ~mu.index.isin([*strongest, DUMMY])  # they are dots alone
        for column in (1, 2, 4, 5):
            crosses[axes][weaker, column] = np.nan

    named: dict[Axes, pd.DataFrame] = {}
    crosses: dict[Axes, Floats] = {}
    first = small_multiples(outputs, 4.2, draw, 2, own_rows=True)
    factors = [str(name) for name in dict.fromkeys(rows["factor"])]
    handles: list[Artist] = [*role_patches(result, [name for name in factors if name != DUMMY])]
    if DUMMY in factors:
        label = ROLES[DUMMY][1]
        handles.append(Line2D([], [], color=INK, marker="D", markersize=5, linestyle="", label=label))
    if handles:
        legend(first, handles)
    figure = first.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # only now is known where dots are on the page
    for axes, points in named.items():
        taken = _label_slopes(axes)
        _label_dots(axes, points, crosses[axes], taken)
    return first


def _limits(axes: Axes, mu: pd.DataFrame, sigma: pd.DataFrame) -> None:
    """From a little under zero to what the dots and their crosses need."""
    x = np.nanmax(mu[["value", "high"]].to_numpy(), initial=0.0) or 1.0
    y = np.nanmax(sigma[["value", "high"]].to_numpy(), initial=0.0) or x
    axes.set_xlim(-0.02 * x, 1.06 * x)
    axes.set_ylim(-0.03 * y, 1.1 * y)


def _label_slopes(axes: Axes) -> list[Bbox]:
    """What each line means, at its end inside the panel."""
    (_, right), (_, top) = axes.get_xlim(), axes.get_ylim()
    taken = []
    for slope in SLOPES:
        x, y = (right, slope * right) if slope * right <= top else (top / slope, top)
        note = axes.annotate(
            "σ = μ*" if slope == 1 else f"σ = {slope:g} μ*",
            (x, y),
            xytext=(-3, -3),
            textcoords="offset points",
            ha="right",
            va="top",
            size=SMALL - 1,
            color=GREY,
        )
        taken.append(note.get_window_extent())
    return taken


def _label_dots(axes: Axes, points: pd.DataFrame, crosses: Floats, taken: list[Bbox]) -> None:
    """Names beside their dots, clear of one another and of all dots; with a thin line where far away."""
    inside = axes.get_window_extent()
    marks = [box for cross in crosses for box in _boxes(axes, *cross)]
    for name, (x, y) in zip(points.index, points.to_numpy(), strict=True):
        if not (math.isfinite(x) and math.isfinite(y)):
            continue
        note = axes.annotate(
            shortened(str(name), LABEL), (x, y), (0, 0), textcoords="offset points", zorder=6
        )
        note.set(size=SMALL - 0.5, color=INK)

        def box_at(place: tuple[float, float], note: Annotation = note) -> Bbox:
            right, up = place
            ends = ("right", "center", "left"), ("top", "center", "bottom")
            note.set(position=place, ha=ends[0][1 + _sign(right)], va=ends[1][1 + _sign(up)])
            return note.get_window_extent()

        def cost(place: tuple[float, float]) -> int:
            box = box_at(place)
            outside = not inside.contains(box.x0, box.y0) or not inside.contains(box.x1, box.y1)
            return OVERLAP * (outside + sum(map(box.overlaps, taken))) + sum(map(box.overlaps, marks))

        best = min(AROUND, key=cost)
        if cost(best) >= OVERLAP:
            note.remove()  # no room: better no name than two names in one place
            continue
        taken.append(box_at(best))
        if math.hypot(*best) > NEAR:
            line = {"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2}
            axes.annotate("", (x, y), best, textcoords="offset points", arrowprops=line)


def _boxes(axes: Axes, *cross: float) -> Iterator[Bbox]:
    """Where a dot and the two lines of its cross are on the page."""
    x, left, right, y, low, high = cross
    for one, other in (((x, y), (x, y)), ((left, y), (right, y)), ((x, low), (x, high))):
        if np.isfinite([*one, *other]).all():
            yield Bbox(axes.transData.transform([one, other])).padded(2)


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)
