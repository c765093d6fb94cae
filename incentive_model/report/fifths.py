"""Figures: which residents win and lose, by income or by another group."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from incentive_model.analysis.comparison import Comparison
from incentive_model.analysis.residents import BY_INCOME
from incentive_model.report.rows import at_right, dress, lay_out
from incentive_model.report.style import INK, canvas, figure_title, scheme_colours
from incentive_model.report.words import BY_LABELS, group_label, scaled, with_bounds


def groups(comparison: Comparison, axes: Axes | None = None) -> Axes:
    """As :func:`fifths`, by the groups the comparison was broken down by."""
    return fifths(comparison, axes, comparison.by or BY_INCOME)


def fifths(comparison: Comparison, axes: Axes | None = None, by: str = BY_INCOME) -> Axes:
    """Shares of residents worse off (left, hatched) and better off (right) with 95% whiskers."""
    schemes = comparison.alternatives
    groups = comparison.counted(by)
    rows = lay_out(schemes, groups)
    axes = canvas(rows.inches) if axes is None else axes
    colours = scheme_colours(comparison.schemes, comparison.baseline)
    furthest = 5.0
    for (scheme, group), y in rows.row.items():
        filled: dict[str, Any] = {"color": colours[scheme], "alpha": 0.9}
        hatched: dict[str, Any] = {"facecolor": "white", "edgecolor": colours[scheme], "hatch": "////"}
        for name, sign, look in (("better", 1, filled), ("worse", -1, hatched)):
            share = scaled(comparison.group(scheme, group, name, by), 100)
            mean, end = share.mean or 0.0, share.mean or 0.0
            axes.barh(y, sign * mean, height=0.74, zorder=2, **look)
            if share.low is not None and share.high is not None and not share.zero:
                # With few replicates an interval leaves 0 to 100%: its line stops there, on its own side.
                start, end = max(share.low, 0.0), min(share.high, 100.0)
                axes.plot([sign * start, sign * end], [y, y], color=INK, linewidth=1.4, zorder=4)
            side = "left" if sign > 0 else "right"
            label = axes.annotate(f"{mean:.0f}%", (sign * end, y), (4 * sign, 0), textcoords="offset points")
            label.set(ha=side, va="center", size=8.5)
            furthest = max(furthest, end)
        at_right(axes, y, with_bounds(comparison.group(scheme, group, "gain", by), sign=True))
    labels = {group: group_label(by, group) for group in groups}
    dress(axes, rows, labels, {name: figure_title(comparison, name) for name in schemes}, colours)
    at_right(axes, -0.55, "mean gain [95% interval],\nyuan per resident and year")
    axes.set_xlim(-furthest * 1.18, furthest * 1.18)
    axes.xaxis.set_major_formatter(lambda x, _: f"{abs(x):.0f}%")
    axes.set_xlabel("Share of residents: ← worse off (hatched)   |   better off (filled) →")
    axes.set_title(f"Which residents win and lose, by {BY_LABELS[by]}", pad=22)
    return axes
