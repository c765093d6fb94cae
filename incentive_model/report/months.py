"""Figure: a few indicators month by month in one run."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from incentive_model.cards import indicators
from incentive_model.report.referrals import mark_start
from incentive_model.report.style import GREY, RULE, panels
from incentive_model.report.words import decimals_for, display_unit, number, scale

#: What is drawn, and what it is called.
SHOWN = {
    "up_referral_rate": "Referred up to a hospital",
    "down_referral_rate": "Referred down to primary care",
    "primary_visit_share": "Visits to primary care",
    "bed_occupancy_T2": "Beds of county hospitals in use",
    "fund_spending": "Spending of the insurance fund",
    "oop_per_capita": "Out of pocket",
}


def months(
    series: pd.DataFrame, found: dict[str, tuple[float | None, float, float]], colour: str
) -> list[Axes]:
    """A panel an indicator: its months, and its value over the scheme's months as a line across them.

    Args:
        series: a row a month: ``month`` and indicators.
        found: value, numerator and denominator over the scheme's months.
        colour: of the scheme.
    """
    axes = panels(3, 2, 8.2)
    for ax, (name, title) in zip(axes, SHOWN.items(), strict=True):
        card = indicators()[name]
        factor = scale(card.unit)
        values = series[name] * factor
        before = series["month"] < 1
        ax.plot(series["month"][before], values[before], color=GREY, linewidth=1.2)
        ax.plot(series["month"][~before], values[~before], color=colour, linewidth=1.2)
        ax.set_ylim(0, 1.15 * float(values.max()) or 1.0)
        mean = found[name][0]
        if mean is not None:
            level = mean * factor
            last = float(series["month"].iloc[-1])
            ax.plot([1, last], [level, level], color=colour, linewidth=2.4, alpha=0.35, zorder=1)
            text = number(level, max(decimals_for([level]), int(level < 100)))
            ax.annotate(text, (1, level), (5, 0), ("axes fraction", "data"), textcoords="offset points")
            ax.texts[-1].set(color=colour, weight="bold", va="center", annotation_clip=False)
        ax.set_title(title, size=10.5)
        ax.set_ylabel(display_unit(card.unit), size=8.5)
        ax.grid(axis="y", color=RULE, linewidth=0.6)
        ax.set_axisbelow(True)
        ax.margins(x=0.01)
        mark_start(ax)
    for ax in axes[-2:]:
        ax.set_xlabel("Month (1 = first month of the scheme)")
    return axes
