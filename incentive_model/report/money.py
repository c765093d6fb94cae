"""Figure: where the money goes, and what each scheme changes of it."""

from __future__ import annotations

import math
import textwrap

from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from incentive_model.analysis.comparison import Comparison, Flow
from incentive_model.analysis.intervals import Interval
from incentive_model.report.style import INK, canvas, figure_title
from incentive_model.report.words import bounds, number, stakeholder

_SHOWN = 12
_COLOURS = "PuOr_r"  # two hues that colour-blind readers tell apart


def flow_label(flow: Flow) -> str:
    """``Insurer → County hospitals: admissions``."""
    payer, payee, purpose = flow
    return f"{stakeholder(payer)} → {stakeholder(payee)}: {purpose.replace('_', ' ')}"


def between(comparison: Comparison) -> list[Flow]:
    """Payments from one stakeholder to another; within one they change nobody's account."""
    return [flow for flow in comparison.flow_names if flow[0] != flow[1]]


def largest_changes(comparison: Comparison, shown: int = _SHOWN) -> list[Flow]:
    """The payments between stakeholders that any scheme changes most, the largest change first."""
    size = {
        flow: max(
            (abs(comparison.flow_change(s, flow).mean or 0.0) for s in comparison.alternatives), default=0.0
        )
        for flow in between(comparison)
    }
    moved = sorted((flow for flow in size if size[flow] > 0), key=lambda flow: -size[flow])
    return moved[:shown]


def sure(change: Interval) -> bool:
    """Whether a change's interval lies on one side of zero (with one replicate there is none to ask)."""
    return change.low is None or change.positive or change.negative


def money(comparison: Comparison, axes: Axes | None = None) -> Axes:
    """The payments that change most, a column a scheme: the change in yuan with its 95% interval."""
    schemes, flows = comparison.alternatives, largest_changes(comparison)
    titles = [textwrap.fill(figure_title(comparison, name, 36), 14) for name in schemes]
    lines = max(title.count("\n") + 1 for title in titles)
    axes = canvas(1.2 + 0.18 * lines + 0.47 * max(1, len(flows))) if axes is None else axes
    axes.set_title("Which payments change most", pad=8 + 14 * lines)
    if not flows:
        axes.text(0.5, 0.5, "No payment changes.", ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return axes
    changes = [[comparison.flow_change(scheme, flow) for scheme in schemes] for flow in flows]
    # Square-root shading: a few large flows must not bleach the rest. No shade where the interval
    # holds zero: that is no finding.
    means = [[(change.mean or 0.0) if sure(change) else 0.0 for change in row] for row in changes]
    shade = [[math.copysign(math.sqrt(abs(mean)), mean) for mean in row] for row in means]
    edge = 1.9 * max(abs(value) for row in shade for value in row) or 1.0
    axes.imshow(shade, cmap=_COLOURS, norm=TwoSlopeNorm(0, -edge, edge), aspect="auto")
    for y, row in enumerate(changes):
        for x, change in enumerate(row):
            lift = 0.0 if change.zero else 0.16
            text = number(change.mean, sign=True)
            axes.text(x, y - lift, text, ha="center", va="center", size=9.5, weight="bold", color=INK)
            if not change.zero:
                under = bounds(change.low, change.high)
                axes.text(x, y + 0.22, under, ha="center", va="center", size=8, color=INK)
    axes.set_yticks(range(len(flows)), [textwrap.fill(flow_label(flow), 34) for flow in flows], size=9)
    axes.set_xticks(range(len(schemes)), titles, size=9.5, weight="bold")
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("Change against the status quo, yuan per resident and year, with its 95% interval")
    return axes
