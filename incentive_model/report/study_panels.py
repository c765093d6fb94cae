"""Panels of a study's figures: dots with intervals, a map of interactions, a cloud of points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from numpy.typing import NDArray

from incentive_model.analysis.intervals import Interval
from incentive_model.analysis.study_runs import unit_of
from incentive_model.report.style import GREY, INK, OTHERS, RULE, WIDTH, panels
from incentive_model.report.words import (
    MINUS,
    decimals_for,
    display_unit,
    is_share,
    number,
    scale,
    stakeholder,
)

SMALL = 8
#: A running mean is taken over this part of the points.
WINDOW = 0.2
#: More points than these are one image in an SVG.
DENSE = 2_000
Floats = NDArray[np.float64]
#: Panels beside one another, and how wide a figure of several is, in inches.
COLUMNS, WIDE = 4, 13.0


@dataclass(frozen=True)
class Mark:
    """A finding on a panel of dots.

    Attributes:
        y: the row it stands in, a little up or down from its middle.
        found: in the output's own unit.
        look: colour, colour inside, and Matplotlib's marker.
    """

    y: float
    found: Interval
    look: tuple[str, str, str] = (OTHERS[0], OTHERS[0], "o")


def dots(axes: Axes, output: str, marks: Sequence[Mark], labels: Sequence[str]) -> Axes:
    """Means as dots, 95% intervals as lines; rows from the top down."""
    factor = scale(unit_of(output))
    axes.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    for look in dict.fromkeys(mark.look for mark in marks):
        colour, face, shape = look
        alike = [mark for mark in marks if mark.look == look and mark.found.mean is not None]
        low, mean, high = (
            np.array([_number(getattr(mark.found, end)) for mark in alike]) * factor
            for end in ("low", "mean", "high")
        )
        y = np.array([mark.y for mark in alike])
        axes.hlines(y, low, high, colors=colour, linewidth=1.5, zorder=2)
        size = 9 if shape == "|" else 5
        axes.plot(mean, y, shape, color=colour, markerfacecolor=face, markersize=size, zorder=3)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(max(len(labels), 1) - 0.5, -0.5)
    axes.grid(axis="x", color=RULE, linewidth=0.6, zorder=0)
    axes.tick_params(labelsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.08)
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.10g}".replace("-", MINUS))
    axes.set_xlabel(change_unit(unit_of(output)), fontsize=SMALL)
    axes.set_title(output_label(output), fontsize=SMALL + 1)
    return axes


def heat(
    axes: Axes,
    title: str,
    names: Sequence[str],
    found: dict[tuple[int, int], Interval],
    factor: float = 1.0,
    *,
    sign: bool = True,
) -> Axes:
    """Below the diagonal, what two factors do together beyond the sum; grey where the interval holds zero.

    Args:
        factor: what numbers are multiplied by before they are shown.
        sign: whether a number above zero is written with its sign.
    """
    size = len(names)
    values = np.full((size, size), np.nan)
    for (row, column), x in found.items():
        values[row, column] = np.nan if x.mean is None else factor * x.mean
    largest = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 0.0
    paler = 2.0 * largest or 1.0  # numbers must be readable on the colours
    axes.imshow(values[1:, :-1], cmap="PuOr_r", norm=TwoSlopeNorm(0.0, -paler, paler), aspect="auto")
    decimals = decimals_for([largest])
    for (row, column), x in found.items():
        sure = x.positive or x.negative
        axes.text(
            column,
            row - 1,
            number(values[row, column], decimals, sign=sign),
            ha="center",
            va="center",
            fontsize=SMALL if size <= 5 else SMALL - 2,
            color=INK if sure else GREY,
            weight="bold" if sure else "normal",
        )
    axes.set_xticks(range(size - 1), names[:-1], rotation=30, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(size - 1), names[1:])
    axes.tick_params(labelsize=SMALL - (size > 5), length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title(title, fontsize=SMALL + 1)
    return axes


def cloud(axes: Axes, output: str, factor: str, x: Floats, y: Floats, colour: str) -> Axes:
    """Every point's mean over replicates against one factor, and a running mean."""
    known = np.isfinite(x) & np.isfinite(y)
    order = np.argsort(x[known], kind="stable")
    along, up = x[known][order], scale(unit_of(output)) * y[known][order]
    dense = len(along) > DENSE
    axes.plot(along, up, ".", color=colour, markersize=3, alpha=0.4, zorder=2, rasterized=dense)
    width = max(3, round(WINDOW * len(along)))
    if len(along) >= 2 * width:
        kernel = np.full(width, 1 / width)
        line = (np.convolve(along, kernel, "valid"), np.convolve(up, kernel, "valid"))
        axes.plot(*line, color=colour, linewidth=2.2, zorder=3)
    axes.axhline(0, color=GREY, linewidth=0.8, zorder=1)
    axes.tick_params(labelsize=SMALL)
    axes.set_xlabel(factor, fontsize=SMALL)
    axes.set_ylabel(f"{output_label(output)}\n{change_unit(unit_of(output))}", fontsize=SMALL)
    return axes


def small_multiples(
    outputs: Sequence[str],
    height: float,
    draw: Callable[[Axes, str], None],
    columns: int = COLUMNS,
    *,
    maps: bool = False,
    own_rows: bool = False,
) -> Axes:
    """A panel an output, all with the same rows, whose names stand at the left; of maps those below too.

    Args:
        own_rows: whether every panel has rows of its own, whose names stand beside it, in fewer columns.
    """
    columns = min(columns, len(outputs))
    lines = -(-len(outputs) // columns)
    drawn = panels(
        lines, columns, height * lines + 0.5 + maps, WIDE if columns > 1 and not own_rows else WIDTH
    )
    for k, (axes, output) in enumerate(zip(drawn, outputs, strict=False)):
        draw(axes, output)
        if k % columns and not own_rows:
            axes.set_yticklabels([])
        if maps and k + columns < len(outputs):
            axes.set_xticklabels([])
    for axes in drawn[len(outputs) :]:
        axes.set_axis_off()
    return drawn[0]


def legend(axes: Axes, handles: Sequence[Artist], most: int = 8) -> None:
    """What the marks mean, over all panels, at most so many in a line."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.legend(
        handles=list(handles),
        loc="outside upper left",
        ncols=min(len(handles), most),
        frameon=False,
        fontsize=9,
    )


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def output_label(output: str) -> str:
    """An output as a figure calls it."""
    if output.startswith("net_"):
        return f"Money: {stakeholder(output.removeprefix('net_')).lower()}"
    return output.replace("_", " ")


def change_unit(unit: str) -> str:
    """The unit of a change, short enough for a panel."""
    return display_unit(unit, change=True) if is_share(unit) else unit.replace("resident-year", "person-year")
