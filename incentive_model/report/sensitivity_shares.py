"""Shares of variance, one on another: what a run hangs on, and what an output hangs on month by month."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch
from matplotlib.typing import ColorType

from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.analysis.sensitivity.ranking import percent
from incentive_model.inputs.design import DUMMY
from incentive_model.report.rows import at_right
from incentive_model.report.sensitivity_panels import (
    ROLES,
    headed,
    info_of,
    main_method,
    main_of,
    outputs_with,
    rows_of,
    shades,
)
from incentive_model.report.study_panels import SMALL, legend, output_label, small_multiples
from incentive_model.report.style import INK, OTHERS, canvas
from incentive_model.report.words import shortened

#: Shares that have a colour of their own, of families and of single factors; smaller ones are others.
MOST_SHARES, MOST_LAYERS = 9, 7
LUCK, REST, SMALLER = "#4a4a4a", "#e6e6e6", "#a8a8a8"
#: Narrower parts of a bar have no number.
NARROW = 0.035
WITHIN: Any = {"ha": "center", "va": "center", "size": SMALL}


def shares_of(result: Sensitivity) -> Axes:
    """One bar an output: what one run's variance hangs on, by role or family; interactions; luck."""
    firsts = firsts_of(result)
    outputs = outputs_with(firsts, result)
    luck = result.indices[result.indices["index"] == "luck"].drop_duplicates("output").set_index("output")
    by_output = {name: _parts(result, firsts[firsts["output"] == name]) for name in outputs}
    parts = _largest(pd.DataFrame(by_output).fillna(0.0))
    colours = _colours([str(name) for name in parts.index])
    axes = canvas(0.5 * len(outputs) + 1.1 + 0.2 * (len(colours) // 4))
    for y, output in enumerate(outputs):
        by_luck = _within_one(luck.at[output, "value"]) if output in luck.index else 0.0
        own = parts[output].to_numpy()
        own = own / max(1.0, own.sum()) * (1 - by_luck)
        widths = [*own, max(0.0, 1 - by_luck - own.sum()), by_luck]
        left = 0.0
        for width, colour in zip(widths, [*colours.values(), REST, LUCK], strict=True):
            hatch = "////" if colour == REST else None
            axes.barh(y, width, 0.7, left=left, color=colour, edgecolor="white", linewidth=1.0, hatch=hatch)
            if width >= NARROW:
                axes.text(left + width / 2, y, f"{width:.0%}", color=_readable(colour), **WITHIN)
            left += width
        if output in luck.index:
            at_right(axes, y, _luck_text(*luck.loc[output, ["value", "low", "high"]].astype(float)))
    axes.set_yticks(range(len(outputs)), [shortened(output_label(name), 34) for name in outputs])
    axes.set_ylim(len(outputs) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("share of the variance of one run" if len(luck) else "share of the variance")
    legend(
        axes,
        [*(Patch(color=x, label=shortened(name, 34)) for name, x in colours.items()), *_last(len(luck) > 0)],
        4,
    )
    return axes


def months_of(result: Sensitivity) -> Axes:
    """Shares of variance month by month, one on another: the strongest factors, interactions, luck."""
    rows = result.through_time
    firsts = rows[(rows["index"] == "first") & (rows["factor"] != DUMMY)]
    outputs = outputs_with(firsts, result)
    strength = (
        firsts.groupby("factor", sort=False)["value"].mean().sort_values(ascending=False, kind="stable")
    )
    layers = [str(name) for name in strength.index[:MOST_LAYERS]]
    colours = dict(zip(layers, OTHERS, strict=False))
    with_luck = bool((rows["index"] == "luck").any())

    def draw(axes: Axes, output: str) -> None:
        own = firsts[firsts["output"] == output]
        by_month = own.pivot_table(index="month", columns="factor", values="value", sort=False)
        by_month = by_month.sort_index().fillna(0.0)
        named = by_month.reindex(columns=layers, fill_value=0.0)
        others = by_month.sum(axis=1) - named.sum(axis=1)
        share = named.assign(others=others).clip(lower=0)
        luck = rows[(rows["output"] == output) & (rows["index"] == "luck")].set_index("month")["value"]
        by_luck = luck.reindex(by_month.index).fillna(0.0).clip(0, 1)
        share = share.div(share.sum(axis=1).clip(lower=1.0), axis=0).mul(1 - by_luck, axis=0)
        rest = (1 - by_luck - share.sum(axis=1)).clip(lower=0)
        stack = [*share.to_numpy().T, rest.to_numpy(), by_luck.to_numpy()]
        fills = [*colours.values(), SMALLER, REST, LUCK]
        hatch = [*[""] * (len(stack) - 2), "////", ""]
        x = by_month.index.to_numpy(float)
        axes.stackplot(x, *stack, colors=fills, hatch=hatch, edgecolor="white", linewidth=0.5)
        axes.set_ylim(0, 1)
        axes.margins(x=0)
        axes.yaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
        axes.tick_params(labelsize=SMALL)
        axes.set_xlabel("month", fontsize=SMALL)
        headed(axes, output)

    first = small_multiples(outputs, 2.9, draw, 3, own_rows=True)
    handles = [Patch(color=colour, label=shortened(name, 26)) for name, colour in colours.items()]
    if len(strength) > len(layers):
        handles.append(Patch(color=SMALLER, label="other factors"))
    legend(first, [*handles, *_last(with_luck)], 4)
    return first


def firsts_of(result: Sensitivity) -> pd.DataFrame:
    """First-order indices by the method that is shown first, without the dummy."""
    of = main_of(result)
    rows = rows_of(result, of, main_method(result, of)[0])
    return rows[(rows["index"] == "first") & (rows["factor"] != DUMMY)]


def _last(with_luck: bool) -> list[Patch]:
    """A legend's entries for what factors do not explain alone."""
    label = "interactions" if with_luck else "interactions and luck"
    rest = Patch(facecolor=REST, edgecolor="white", hatch="////", label=label)
    return [rest, *([Patch(color=LUCK, label="luck")] if with_luck else [])]


def _within_one(share: Any) -> float:
    """A share of luck as a part of a bar; nothing where it is not known."""
    return min(max(float(share), 0.0), 1.0) if math.isfinite(share) else 0.0


def _parts(result: Sensitivity, firsts: pd.DataFrame) -> pd.Series:
    """First-order shares added up by family or stakeholder; of a function's factors, each for itself.

    Estimates below zero enter a sum as they are: without them the errors of many would add up to something.
    """
    value = firsts.set_index("factor")["value"].astype(float).fillna(0.0)
    infos = [info_of(result, str(name)) for name in value.index]
    keys = [_part(info.role, info.group, info.name) for info in infos]
    return value.groupby(keys, sort=False).sum().clip(lower=0)


def _part(role: str, group: str, name: str) -> str:
    if role in ("factor", "group"):
        return group or name
    return role if group in ("", role) else f"{role}: {group}"


def _largest(parts: pd.DataFrame) -> pd.DataFrame:
    """The largest parts, those of one role side by side; what is left of them as others."""
    order = parts.max(axis=1).sort_values(ascending=False, kind="stable").index
    kept, left = order[:MOST_SHARES], order[MOST_SHARES:]
    roles = list(ROLES)
    rank = [roles.index(role) if (role := x.split(":")[0]) in ROLES else len(roles) for x in kept]
    kept = kept[np.argsort(rank, kind="stable")]
    largest = parts.loc[kept]
    return pd.concat([largest, parts.loc[left].sum().to_frame("others").T]) if len(left) else largest


def _colours(names: list[str]) -> dict[str, ColorType]:
    """Shades of the colour of each role; a function's factors and others are shades of one."""
    roles = [role if (role := name.split(":")[0]) in ROLES else "factor" for name in names]
    ladders = {role: iter(shades(ROLES[role][0], roles.count(role))) for role in roles}
    return {name: next(ladders[role]) for name, role in zip(names, roles, strict=True)}


def _readable(colour: ColorType) -> str:
    """Dark text on a pale colour, white on a dark one."""
    red, green, blue = to_rgb(colour)
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else "white"


def _luck_text(value: float, low: float, high: float) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"luck {percent(value)}"
    return f"luck {percent(value)} [{percent(low)}, {percent(high)}]"
