"""Where outputs fail: the boxes that hold the failures."""

from __future__ import annotations

import math
from typing import Literal

from matplotlib.axes import Axes

from incentive_model.analysis.sensitivity import FactorInfo, Sensitivity
from incentive_model.report.sensitivity_panels import (
    colour_of,
    headed,
    info_of,
    rows_of_names,
)
from incentive_model.report.study_panels import SMALL, small_multiples
from incentive_model.report.style import GREY, RULE
from incentive_model.report.words import MINUS, shortened

#: Boxes that are drawn at most.
MOST_BOXES = 9


def boxes_of(result: Sensitivity) -> Axes:
    """Where outputs fail: of each factor that a box is bounded by, its range within the whole."""
    boxes = list(dict.fromkeys(zip(result.boxes["output"], result.boxes["box"], strict=True)))[:MOST_BOXES]
    by_name = {f"{output} {box}": (output, box) for output, box in boxes}

    def draw(axes: Axes, name: str) -> None:
        output, box = by_name[name]
        own = result.boxes[(result.boxes["output"] == output) & (result.boxes["box"] == box)]
        names = [str(x) for x in own["factor"]]
        rows_of_names(axes, names)
        first = own.iloc[0]
        alone = sum(x == output for x, _ in boxes) == 1
        headed(
            axes,
            output if alone else f"{output}, box {box}",
            f"holds {first['coverage']:.0%} of the failures; {first['density']:.0%} of what it holds fails",
        )
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_xticks([])
        axes.set_xlim(-0.22, 1.22)
        for y, (factor, low, high) in enumerate(zip(names, own["low"], own["high"], strict=True)):
            info = info_of(result, factor)
            start, end = _share(low, info, 0.0), _share(high, info, 1.0)
            if isinstance(low, str):  # the values that the box holds, of a factor that is not a number
                axes.text(0.5, y, shortened(low, 40), size=SMALL - 1, ha="center", va="center")
                continue
            axes.hlines(y, 0, 1, colors=RULE, linewidth=3, zorder=1)
            axes.barh(y, max(end - start, 0.004), 0.34, left=start, color=colour_of(result, factor), zorder=2)
            _beside(axes, 0, y, info.low, "right")
            _beside(axes, 1, y, info.high, "left")
            if start > 0.001:
                axes.text(start, y - 0.22, _short(low), size=SMALL - 1, ha="right", va="bottom")
            if end < 0.999:
                axes.text(end, y - 0.22, _short(high), size=SMALL - 1, ha="left", va="bottom")

    rows = result.boxes.groupby(["output", "box"]).size().max()
    return small_multiples(list(by_name), 0.45 * max(int(rows), 2) + 0.8, draw, 2, own_rows=True)


def _share(value: object, info: FactorInfo, otherwise: float) -> float:
    """Where a limit lies within its factor's range, from 0 to 1."""
    try:
        at, low, high = float(str(value)), float(info.low), float(info.high)
    except ValueError:
        return otherwise
    if not (math.isfinite(at) and high > low):
        return otherwise
    return min(max((at - low) / (high - low), 0.0), 1.0)


def _short(value: object) -> str:
    return f"{value:.3g}".replace("-", MINUS) if isinstance(value, float) else str(value)


def _beside(axes: Axes, x: float, y: float, text: str, side: Literal["left", "right"]) -> None:
    axes.annotate(
        shortened(text, 14),
        (x, y),
        (-5 if side == "right" else 5, 0),
        textcoords="offset points",
        ha=side,
        va="center",
        size=SMALL - 1,
        color=GREY,
    )
