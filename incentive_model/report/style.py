"""What all figures share: colours, fonts, an empty page, and saving the same bytes every time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from incentive_model.report.words import Asked, scheme_title, shortened

GREY = "#6b6b6b"
INK = "#222222"
RULE = "#d0d0d0"

#: One colour a scheme in every figure, told apart by colour-blind readers too (after Okabe and Ito).
_PACKAGED = {
    "status-quo": GREY,
    "revenue-sharing": "#0072B2",
    "reimbursement-differential": "#B87A00",
    "performance-evaluation": "#00805E",
    "support-only": "#B0588F",
    "full-package": "#D55E00",
}
OTHERS = ("#0072B2", "#D55E00", "#00805E", "#B0588F", "#B87A00", "#3A8FC4", "#5B4FA2", "#7A5230")

#: Families asked for, in order; the later ones have Chinese characters.
_FONTS: tuple[str, ...] = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "SimHei",
)

PIXELS_PER_INCH = 100
WIDTH = 10.0
"""Inches; at 100 pixels an inch a figure is read at 1,000 pixels."""


def scheme_colours(schemes: Sequence[str], baseline: str) -> dict[str, str]:
    """A colour for every scheme: packaged ones keep theirs, others take what is left, in order."""
    colours = {name: _PACKAGED[name] for name in schemes if name in _PACKAGED} | {baseline: GREY}
    free = [colour for colour in OTHERS if colour not in colours.values()] or list(OTHERS)
    others = [name for name in schemes if name not in colours]
    return colours | {name: free[i % len(free)] for i, name in enumerate(others)}


def styled() -> AbstractContextManager[None]:
    """Matplotlib's settings while a figure is drawn and saved; what the user had comes back after."""
    # The user's own settings must not change a report.
    settings: dict[Any, Any] = {
        key: value for key, value in matplotlib.rcParamsDefault.items() if key != "backend"
    }
    settings |= {
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "axes.labelsize": 10,
        "axes.titlelocation": "left",
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "font.family": _families(),
        "font.size": 10,
        "svg.fonttype": "path",
        "svg.hashsalt": "incentive-model",
        "text.color": INK,
        # A scheme's title is text, whatever dollar signs are in it.
        "text.parse_math": False,
        "xtick.color": GREY,
        "xtick.labelcolor": INK,
        "ytick.color": GREY,
        "ytick.labelcolor": INK,
    }
    return matplotlib.rc_context(settings)


def figure_title(comparison: Asked, scheme: str, length: int = 60) -> str:
    """A scheme's title cut to ``length``; its name where no font at hand has the title's characters."""
    title = scheme_title(comparison, scheme)
    return shortened(drawable(title, scheme), length)


def drawable(text: str, otherwise: str) -> str:
    """The text, or another one if no font at hand has all its characters."""
    fonts = [font_manager.get_font(font_manager.findfont(name)) for name in _families()]
    missing = any(not any(font.get_char_index(ord(letter)) for font in fonts) for letter in text)
    return otherwise if missing else text


def _families() -> list[str]:
    installed = set(font_manager.get_font_names())
    return [name for name in _FONTS if name in installed]


def canvas(height: float, width: float = WIDTH) -> Axes:
    """Axes on a new figure of that many inches, without pyplot and its global state."""
    return panels(1, 1, height, width)[0]


def panels(rows: int, columns: int, height: float, width: float = WIDTH) -> list[Axes]:
    """Several axes on a new figure of that many inches, row by row."""
    figure = Figure(figsize=(width, height), dpi=PIXELS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    return list(figure.subplots(rows, columns, squeeze=False).flat)


def label_ends(
    axes: Axes, ends: list[tuple[float, str, str]], *, size: float = 9.5, space: float = 0.065
) -> None:
    """Names beside the lines' ends, moved apart until none overlaps.

    Args:
        ends: height in the axes' own unit, name, colour.
        space: what a line of text takes of the axes' height.
    """
    bottom, top = axes.get_ylim()
    places = sorted(((y - bottom) / (top - bottom), name, colour) for y, name, colour in ends)
    heights = [place for place, _, _ in places]
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + space)
    for i in reversed(range(len(heights))):
        ceiling = 1.0 if i == len(heights) - 1 else heights[i + 1] - space
        heights[i] = min(heights[i], ceiling)
    for height, (_, name, colour) in zip(heights, places, strict=True):
        axes.annotate(
            name,
            (1, height),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            color=colour,
            size=size,
            weight="bold",
            va="center",
            annotation_clip=False,
        )


def save(axes: Axes, folder: Path, name: str) -> list[Path]:
    """Write ``name.png`` and ``name.svg``: the same bytes for the same figure, with no date inside."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    figure.savefig(paths[0], metadata={"Software": None}, facecolor="white")
    figure.savefig(paths[1], metadata={"Date": None, "Creator": None}, facecolor="white")
    return paths
