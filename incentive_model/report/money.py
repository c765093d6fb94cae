"""Figure: where the money goes, and what each scheme changes of it."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from incentive_model.analysis.comparison import Comparison
from incentive_model.analysis.frames import FLOW
from incentive_model.report.style import INK, canvas
from incentive_model.report.words import bounds, number, scheme_title, stakeholder

_SHOWN = 12
_COLOURS = "PuOr_r"  # two hues that colour-blind readers tell apart


def flow_label(payer: str, payee: str, purpose: str) -> str:
    """``Insurer → Hospitals: inpatient claims``."""
    return f"{stakeholder(payer)} → {stakeholder(payee)}: {purpose.replace('_', ' ')}"


def largest_changes(comparison: Comparison, shown: int = _SHOWN) -> pd.DataFrame:
    """The flows that any scheme changes most: payer, payee, purpose and one column a scheme (delta)."""
    flows = comparison.flows()
    wide = flows.pivot(index=list(FLOW), columns="scheme", values="delta")[comparison.alternatives]
    size = wide.abs().max(axis=1)
    kept = size[size > 0].sort_values(ascending=False, kind="stable").index[:shown]
    return wide.loc[kept].reset_index()


def money(comparison: Comparison, axes: Axes | None = None) -> Axes:
    """The payments that change most, a column a scheme: the change in yuan with its 95% interval."""
    schemes = comparison.alternatives
    largest = largest_changes(comparison)
    axes = canvas(1.6 + 0.47 * max(1, len(largest))) if axes is None else axes
    axes.set_title("Which payments change most", pad=34)
    if largest.empty:
        axes.text(0.5, 0.5, "No payment changes.", ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return axes
    values = largest[schemes].to_numpy()
    # Square-root shading: a few large flows must not bleach the rest.
    shade = (abs(values) ** 0.5) * ((values > 0) * 1.0 - (values < 0) * 1.0)
    edge = max(abs(shade).max(), 1e-9) * 1.9
    axes.imshow(shade, cmap=_COLOURS, norm=TwoSlopeNorm(0, -edge, edge), aspect="auto")
    changes = comparison.flows().set_index(["scheme", *FLOW])
    for row, flow in enumerate(largest[list(FLOW)].itertuples(index=False)):
        for column, scheme in enumerate(schemes):
            cell = changes.loc[(scheme, *flow)]
            text = number(cell["delta"], sign=True)
            moved = cell["delta"] != 0
            lift = 0.16 if moved else 0.0
            axes.text(column, row - lift, text, ha="center", va="center", size=9.5, weight="bold", color=INK)
            if moved:
                under = bounds(cell["delta_low"], cell["delta_high"])
                axes.text(column, row + 0.22, under, ha="center", va="center", size=8, color=INK)
    labels = [flow_label(*flow) for flow in largest[list(FLOW)].itertuples(index=False)]
    axes.set_yticks(range(len(labels)), [textwrap.fill(label, 34) for label in labels], size=9)
    titles = [textwrap.fill(scheme_title(comparison, name), 16) for name in schemes]
    axes.set_xticks(range(len(schemes)), titles, size=9.5, weight="bold")
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("Change against the status quo, yuan per resident and year, with its 95% interval")
    return axes
