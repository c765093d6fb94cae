"""Convergence: what indices would have been with fewer base rows."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.inputs.design import DUMMY
from incentive_model.report.sensitivity_panels import (
    LABEL,
    finite,
    headed,
    outputs_with,
    unit_after,
)
from incentive_model.report.study_panels import (
    SMALL,
    small_multiples,
)
from incentive_model.report.style import GREY, INK, OTHERS, RULE, label_ends
from incentive_model.report.words import scale, shortened

#: Lines with a name.
MOST_LINES = 6
NAMES = {"total": "total index", "first": "first-order index", "mu_star": "μ*", "shapley": "Shapley index"}


def convergence_of(result: Sensitivity) -> Axes:
    """Indices with more and more base rows: a line a factor with its band, the strongest by name."""
    outputs = outputs_with(result.convergence, result)

    def draw(axes: Axes, output: str) -> None:
        own = result.convergence[result.convergence["output"] == output]
        kinds = set(own["index"])
        kind = next((x for x in NAMES if x in kinds), str(own["index"].iloc[0]))
        own = own[own["index"] == kind]
        unit = result.outputs[output]
        factor = scale(unit) if kind == "mu_star" else 1.0
        last = own[own["base_rows"] == own["base_rows"].max()].set_index("factor")["value"]
        order = [str(x) for x in last.sort_values(ascending=False, kind="stable").index]
        named = [x for x in order if x != DUMMY][:MOST_LINES]
        ends = []
        for name in reversed(order):
            line = own[own["factor"] == name].sort_values("base_rows")
            x = line["base_rows"].to_numpy(float)
            value, low, high = (
                factor * line[c].clip(lower=0).to_numpy(float) for c in ("value", "low", "high")
            )
            if name in named:
                colour = OTHERS[named.index(name)]
                axes.plot(x, value, "-o", color=colour, linewidth=1.8, markersize=3, zorder=3)
                axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0, zorder=2)
            elif name == DUMMY:
                colour = INK
                axes.plot(x, value, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=3)
            else:
                axes.plot(x, value, color=GREY, linewidth=0.7, alpha=0.3, zorder=1)
                continue
            ends.append((float(value[-1]), shortened(name, LABEL), colour))
        ticks = sorted(set(own["base_rows"]))
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
        top = finite(factor * own["value"], factor * own.loc[own["factor"].isin(named), "high"], 0.0).max()
        axes.set_ylim(0, 1.05 * top or 1.0)
        axes.grid(axis="y", color=RULE, linewidth=0.6)
        axes.tick_params(labelsize=SMALL)
        axes.set_xlabel("base rows", fontsize=SMALL)
        axes.set_ylabel(
            NAMES.get(kind, kind) + (unit_after(unit) if kind == "mu_star" else ""), fontsize=SMALL
        )
        headed(axes, output)
        label_ends(axes, ends, size=SMALL, space=0.075)

    return small_multiples(outputs, 2.7, draw, 2, own_rows=True)
