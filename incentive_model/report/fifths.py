"""Figure: which residents win and lose, by income."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from incentive_model.analysis.comparison import Comparison
from incentive_model.analysis.residents import GROUPS
from incentive_model.report.rows import at_right, dress, lay_out
from incentive_model.report.style import INK, canvas, scheme_colours
from incentive_model.report.words import GROUP_LABELS, bounds, number, scheme_title


def fifths(comparison: Comparison, axes: Axes | None = None) -> Axes:
    """Shares of residents worse off (left, hatched) and better off (right) with 95% whiskers."""
    schemes = comparison.alternatives
    found = comparison.residents().set_index(["scheme", "group"])
    groups = [group for group in GROUPS if group in found.index.get_level_values("group")]
    rows = lay_out(schemes, groups)
    axes = canvas(rows.inches) if axes is None else axes
    colours = scheme_colours(comparison.schemes, comparison.baseline)
    for (scheme, group), y in rows.row.items():
        row = found.loc[(scheme, group)]
        better, worse = 100 * row["better"], 100 * row["worse"]
        colour = colours[scheme]
        axes.barh(y, better, height=0.74, color=colour, alpha=0.9, zorder=2)
        axes.barh(
            y, -worse, height=0.74, facecolor="white", edgecolor=colour, hatch="////", linewidth=0.8, zorder=2
        )
        for sign, name in ((1, "better"), (-1, "worse")):
            ends = [sign * 100 * row[f"{name}_low"], sign * 100 * row[f"{name}_high"]]
            axes.plot(ends, [y, y], color=INK, linewidth=1.4, zorder=4)
        right, left = (
            np.nanmax([better, 100 * row["better_high"]]),
            np.nanmax([worse, 100 * row["worse_high"]]),
        )
        for x, share, side in ((right, better, "left"), (-left, worse, "right")):
            offset = (4 if side == "left" else -4, 0)
            axes.annotate(
                f"{share:.0f}%", (x, y), offset, textcoords="offset points", ha=side, va="center", size=8.5
            )
        gain = number(row["gain"], sign=True)
        at_right(axes, y, f"{gain} {bounds(row['gain_low'], row['gain_high'])}")
    headings = {name: scheme_title(comparison, name) for name in schemes}
    dress(axes, rows, GROUP_LABELS, headings, colours)
    at_right(axes, -0.55, "mean gain [95% interval],\nyuan per resident and year")
    widest = 100 * max(0.02, float(found[["better_high", "worse_high", "better", "worse"]].max(axis=None)))
    axes.set_xlim(-widest * 1.18, widest * 1.18)
    axes.xaxis.set_major_formatter(lambda x, _: f"{abs(x):.0f}%")
    axes.set_xlabel("Share of residents: ← worse off (hatched)   |   better off (filled) →")
    axes.set_title("Which residents win and lose, by income", pad=22)
    return axes
