"""Figure: what each stakeholder gains or loses under each scheme."""

from __future__ import annotations

from matplotlib.axes import Axes

from incentive_model.analysis.comparison import Comparison
from incentive_model.analysis.stakeholders import STAKEHOLDERS
from incentive_model.report.rows import at_right, dress, lay_out
from incentive_model.report.style import INK, canvas, figure_title, scheme_colours
from incentive_model.report.words import MINUS, VERDICT_LABELS, stakeholder, with_bounds


def gains(comparison: Comparison, axes: Axes | None = None) -> Axes:
    """Bars of each stakeholder's change in money with 95% whiskers, a block of rows a scheme.

    Pale bars are changes whose interval holds zero.
    """
    schemes = comparison.alternatives
    rows = lay_out(schemes, STAKEHOLDERS)
    axes = canvas(rows.inches) if axes is None else axes
    colours = scheme_colours(comparison.schemes, comparison.baseline)
    verdicts = comparison.verdicts()
    changes = {key: comparison.change(key[0], f"net_{key[1]}") for key in rows.row}
    for (scheme, name), y in rows.row.items():
        change = changes[scheme, name]
        if change.mean is None:
            continue
        sure = change.positive or change.negative
        axes.barh(y, change.mean, height=0.72, color=colours[scheme], alpha=0.9 if sure else 0.35, zorder=2)
        if change.low is not None and change.high is not None and not change.zero:
            axes.plot([change.low, change.high], [y, y], color=INK, linewidth=1.4, zorder=4)
        at_right(axes, y, with_bounds(change, sign=True))
    headings = {
        name: f"{figure_title(comparison, name)}: {VERDICT_LABELS[verdicts[name]].lower()}"
        for name in schemes
    }
    dress(axes, rows, {name: stakeholder(name) for name in STAKEHOLDERS}, headings, colours)
    at_right(axes, -0.55, "mean [95% interval]")
    axes.margins(x=0.06)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.10g}".replace("-", MINUS))
    if all(change.zero for change in changes.values()):
        axes.set_xlim(-1, 1)
    axes.set_xlabel(
        "Change against the status quo, yuan per resident and year (right of zero: better for them)"
    )
    axes.set_title("Who gains and who loses", pad=14)
    return axes
