"""One figure: who computes how fast, and how time grows with residents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.contenders import NUMPY, ONE, REFERENCE, TITLES, TWO
from benchmarks.models import THREADS
from benchmarks.neighbours import NEIGHBOURS
from incentive_model.report.style import GREY, INK, PIXELS_PER_INCH, RULE, save, styled

OURS, OTHER = "#0072B2", "#B87A00"
COLOURS = {REFERENCE: OTHER, NUMPY: OTHER, ONE: OURS, TWO: OURS}


def draw(data: dict[str, Any], folder: Path) -> list[Path]:
    """Write ``performance.png`` and ``performance.svg``."""
    with styled():
        figure = Figure(figsize=(13.0, 5.4), dpi=PIXELS_PER_INCH, layout="constrained")
        FigureCanvasAgg(figure)
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1.0))
        speeds(left, data["contenders"]["million_patient_months_a_second"])
        growth(right, data["population"])
        return save(left, folder, "performance")


def speeds(axes: Axes, rates: dict[str, Any]) -> None:
    """Points of this run above, those of a simpler month measured elsewhere below, pale."""
    names = [*(TITLES[name] for name in rates), "", *NEIGHBOURS]
    for k, (name, rate) in enumerate(rates.items()):
        axes.plot([rate["low"], rate["high"]], [k, k], color=COLOURS[name], linewidth=2.0)
        axes.plot(rate["median"], k, "o", color=COLOURS[name], markersize=8)
        told(axes, rate["high"], k, rate["median"], INK)
    for k, rate in enumerate(NEIGHBOURS.values(), start=len(rates) + 1):
        axes.plot(rate, k, "o", markeredgecolor=GREY, markerfacecolor="white", markersize=8)
        told(axes, rate, k, rate, GREY)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xscale("log")
    numbered(axes.xaxis)
    axes.set_xlim(right=200.0)
    axes.text(
        0.0, len(rates), " below: a simpler month, measured elsewhere",
        transform=axes.get_yaxis_transform(), va="center", fontsize=9, color=GREY,
    )  # fmt: skip
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_xlabel("million patient-months a second (medians; lines: lowest to highest)")
    axes.set_title("The whole month, side by side")


def told(axes: Axes, right_of: float, row: int, value: float, colour: str) -> None:
    """A number beside its point."""
    axes.text(right_of * 1.25, row, f"{value:.2g}", va="center", fontsize=9, color=colour)


def numbered(axis: Axis) -> None:
    """Powers of ten as plain numbers."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def growth(axes: Axes, data: dict[str, Any]) -> None:
    """Seconds of set-up and of a month over residents."""
    for threads, style in ((1, "-"), (2, "--")):
        mine = [x for x in data["points"] if x["threads"] == threads]
        x = [point["residents"] for point in mine]
        for what, name, colour in (("month", "month", OURS), ("set_up", "set-up", OTHER)):
            label = f"{name}, {THREADS[threads]}"
            growing = data["slopes"][label]
            if growing:
                label += f": slope {growing['slope']:.2f} ± {growing['error']:.2f}"
            y = [point[what]["median"] for point in mine]
            axes.plot(x, y, style, marker="o", markersize=4, color=colour, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    numbered(axes.xaxis)
    numbered(axes.yaxis)
    axes.set_xlabel("residents")
    axes.set_ylabel("seconds")
    axes.grid(color=RULE, linewidth=0.6)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    axes.set_title("Time against residents")
