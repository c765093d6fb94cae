"""The frame that bar figures share: a heading for each scheme in its colour, its rows beneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from incentive_model.report.style import INK, RULE

_HEADING = 1.1  # rows of space that a heading takes
_GAP = 0.55  # rows of space after a scheme
_INCHES = 0.245  # height of a row


@dataclass(frozen=True)
class Rows:
    """Where everything stands, from the top down (the y axis runs downwards).

    Attributes:
        heading: y of each scheme's heading.
        row: y of each (scheme, row).
        height: the lowest y.
    """

    heading: dict[str, float]
    row: dict[tuple[str, str], float]
    height: float

    @property
    def inches(self) -> float:
        """Height of a figure in which the rows are readable."""
        return self.height * _INCHES + 1.3


def lay_out(schemes: Sequence[str], names: Sequence[str]) -> Rows:
    """Stack the schemes, each with the same rows."""
    heading, row, y = {}, {}, 0.0
    for scheme in schemes:
        heading[scheme] = y
        y += _HEADING
        for name in names:
            row[scheme, name] = y
            y += 1
        y += _GAP
    return Rows(heading, row, y - _GAP)


def dress(
    axes: Axes, rows: Rows, labels: dict[str, str], headings: dict[str, str], colours: dict[str, str]
) -> None:
    """Headings, row labels, a line at zero and a light grid; the limits of y.

    Args:
        labels: what each row is called.
        headings: what stands over each scheme.
    """
    axes.set_ylim(rows.height - 0.4, -0.8)
    axes.set_yticks(list(rows.row.values()), [labels[name] for _, name in rows.row])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=3)
    axes.grid(axis="x", color=RULE, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    beside = axes.get_yaxis_transform()
    for scheme, y in rows.heading.items():
        text = headings[scheme]
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        axes.text(
            0,
            y,
            text,
            transform=beside,
            color=colours[scheme],
            weight="bold",
            va="center",
            size=11,
            bbox=ground,
        )


def at_right(axes: Axes, y: float, text: str, *, weight: str = "normal") -> None:
    """A line of text to the right of the axes, level with ``y``."""
    axes.annotate(
        text,
        (1, y),
        xycoords=axes.get_yaxis_transform(),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        size=9,
        color=INK,
        weight=weight,
        annotation_clip=False,
    )
