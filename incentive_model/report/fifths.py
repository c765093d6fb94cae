"""Figure: which residents win and lose, by income."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from incentive_model.analysis.comparison import Comparison
from incentive_model.report.rows import at_right, dress, lay_out
from incentive_model.report.style import INK, canvas, figure_title, scheme_colours
from incentive_model.report.words import GROUP_LABELS, scaled, with_bounds


def fifths(comparison: Comparison, axes: Axes | None = None) -> Axes:
    """Shares of residents worse off (left, hatched) and better off (right) with 95% whiskers."""
    schemes = comparison.alternatives
    rows = lay_out(schemes, comparison.groups)
    axes = canvas(rows.inches) if axes is None else axes
    colours = scheme_colours(comparison.schemes, comparison.baseline)
    furthest = 5.0
    for (scheme, group), y in rows.row.items():
        filled: dict[str, Any] = {"color": colours[scheme], "alpha": 0.9}
        hatched: dict[str, Any] = {"facecolor": "white", "edgecolor": colours[scheme], "hatch": "////"}
        for name, sign, look in (("better", 1, filled), ("worse", -1, hatched)):
            share = scaled(comparison.group(scheme, group, name), 100)
            mean, end = share.mean or 0.0, share.mean or 0.0
            axes.barh(y, sign * mean, height=0.74, zorder=2, **look)
            if share.low is not None and share.high is not None and not share.zero:
                axes.plot([sign * share.low, sign * share.high], [y, y], color=INK, linewidth=1.4, zorder=4)
                end = share.high
            side = "left" if sign > 0 else "right"
            label = axes.annotate(f"{mean:.0f}%", (sign * end, y), (4 * sign, 0), textcoords="offset points")
            label.set(ha=side, va="center", size=8.5)
            furthest = max(furthest, end)
        at_right(axes, y, with_bounds(comparison.group(scheme, group, "gain"), sign=True))
    dress(axes, rows, GROUP_LABELS, {name: figure_title(comparison, name) for name in schemes}, colours)
    at_right(axes, -0.55, "mean gain [95% interval],\nyuan per resident and year")
    axes.set_xlim(-furthest * 1.18, furthest * 1.18)
    axes.xaxis.set_major_formatter(lambda x, _: f"{abs(x):.0f}%")
    axes.set_xlabel("Share of residents: ← worse off (hatched)   |   better off (filled) →")
    axes.set_title("Which residents win and lose, by income", pad=22)
    return axes
