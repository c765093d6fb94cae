"""Figure: referral month by month under each scheme."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from incentive_model.analysis.comparison import Comparison
from incentive_model.analysis.intervals import interval
from incentive_model.cards import indicators
from incentive_model.report.style import GREY, INK, RULE, canvas, figure_title, label_ends, scheme_colours
from incentive_model.report.words import display_unit, scale

_TITLES = {
    "up_referral_rate": ("Referral up, month by month", "Referred up to a hospital"),
    "down_referral_rate": ("Referral down, month by month", "Referred down to primary care"),
}


def referrals(comparison: Comparison, axes: Axes | None = None, indicator: str = "up_referral_rate") -> Axes:
    """Monthly mean over replicates of an indicator, with its 95% band; labels stand at the lines' ends.

    Args:
        indicator: any indicator of the monthly series.
    """
    axes = canvas(4.6) if axes is None else axes
    card = indicators()[indicator]
    title, label = _TITLES.get(indicator, (f"{indicator}, month by month", card.meaning))
    colours = scheme_colours(comparison.schemes, comparison.baseline)
    ends = {}
    for scheme in comparison.schemes:
        months = monthly(comparison, scheme, indicator).dropna(subset="mean")
        if months.empty:
            continue
        lead = scheme == comparison.baseline
        if not lead:  # until the scheme starts it is the status quo
            months = months[months["month"] >= 0]
        values = months[["mean", "low", "high"]] * scale(card.unit)
        axes.fill_between(
            months["month"], values["low"], values["high"], color=colours[scheme], alpha=0.16, lw=0
        )
        axes.plot(months["month"], values["mean"], color=colours[scheme], lw=2.2 if lead else 1.5, zorder=3)
        ends[scheme] = float(values["mean"].iloc[-6:].mean())
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("Month (1 = first month of the scheme)")
    axes.set_ylabel(f"{label},\n{display_unit(card.unit)}")
    axes.set_title(title, pad=12)
    axes.margins(x=0.01)
    mark_start(axes)
    label_ends(axes, [(y, figure_title(comparison, name, 30), colours[name]) for name, y in ends.items()])
    return axes


def monthly(comparison: Comparison, scheme: str, indicator: str) -> pd.DataFrame:
    """month, mean, low, high over the replicates of a scheme; NaN where there is no value or interval."""
    rows = comparison.series[comparison.series["scheme"] == scheme]
    found = [(month, *interval(values)[:3]) for month, values in rows.groupby("month")[indicator]]
    return pd.DataFrame(found, columns=["month", "mean", "low", "high"]).astype(float)


def mark_start(axes: Axes) -> None:
    """A line where the scheme starts."""
    axes.axvline(0.5, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)
    mixed = blended_transform_factory(axes.transData, axes.transAxes)
    axes.text(0.5, 0.99, "  scheme starts", transform=mixed, size=9, color=GREY, va="top", ha="left")
