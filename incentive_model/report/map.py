"""Figure: facilities where they stand, the borders of consortia, and who sent patients to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from incentive_model.measures.network import HOSPITAL, PRIMARY
from incentive_model.report.style import GREY, INK, OTHERS, RULE, drawable, panels
from incentive_model.report.words import shortened

ALONG, BESIDE = "#0072B2", "#D55E00"
#: Shape, size, colour and word of each tier, the small ones drawn first.
MARKS = {
    "T0": ("o", 13, "#9a9a9a", "clinic"),
    "T1": ("s", 34, "#00805E", "centre"),
    "T2": ("D", 80, INK, "county hospital"),
    "T3": ("*", 190, INK, "outside hospital"),
}
WIDEST, THINNEST = 7.0, 0.5  #: points of a line
#: The dense middle gets a panel of its own if this share of facilities stands within so much of the map.
CROWD, CROWDED = 0.25, 0.2
#: From so many facilities on, dots and lines are kept as pixels in an SVG.
MANY = 1_500
LABELLED = 40  #: at most so many hospitals get a name, and centres an id if they are no more
_PATCH = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8}
_FRAME: dict[str, Any] = {"edgecolor": GREY, "linestyle": (0, (4, 3)), "linewidth": 0.9}


def network_map(ways: nx.DiGraph, referrals: nx.DiGraph) -> list[Axes]:
    """The whole place, and beside it the surroundings of the busiest hospital, if they are crowded.

    Patients sent by a clinic start at its centre, together with the centre's own.

    Args:
        ways: facilities, each with an edge to the one it refers up to.
        referrals: who sent whom patients.
    """
    spot = {name: np.array([said["x_km"], said["y_km"]]) for name, said in ways.nodes(data=True)}
    flows = _by_township(referrals, ways)
    window = _crowd(spot, flows)
    axes = panels(1, 1 if window is None else 2, 6.4 if window is None else 6.0)
    centres = [name for name, tier in ways.nodes(data="tier") if tier == "T1"]
    hospitals = [name for name, tier in ways.nodes(data="tier") if tier in HOSPITAL]
    for ax in axes:
        _draw(ax, ways, spot, flows)
        ax.set_aspect("equal")
        ax.set_xlabel("km")
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0, labelsize=8)
    _frame(axes[0], np.array(list(spot.values())))
    axes[0].set_title("Who sent patients up to whom", pad=12)
    _legend(axes[0], ways)
    if window is not None:
        (x, y), radius = window
        axes[1].set(xlim=(x - radius, x + radius), ylim=(y - radius, y + radius))
        axes[1].set_title("The crowded middle", pad=12)
        corner = (x - radius, y - radius)
        axes[0].add_patch(Rectangle(corner, 2 * radius, 2 * radius, fill=False, **_FRAME))
        axes[1].spines[:].set(visible=True, **_FRAME)
    figure = axes[0].get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # now it is known where everything will stand
    for ax in axes:
        _label(ax, hospitals, centres, ways, spot, but=window if ax is axes[0] else None)
    return axes


def _by_township(referrals: nx.DiGraph, ways: nx.DiGraph) -> dict[tuple[str, str], float]:
    """Yuan a year by (centre, hospital), what its clinics send with it; without a centre, by clinic."""
    flows: dict[tuple[str, str], float] = defaultdict(float)
    tier = dict(ways.nodes(data="tier"))
    for low, high, weight in referrals.edges(data="weight"):
        start = next(iter(ways.successors(low)), low) if tier[low] == "T0" else low
        flows[start, high] += weight
    return flows


def _crowd(spot: dict[str, Any], flows: dict[tuple[str, str], float]) -> tuple[Any, float] | None:
    """Centre and half width of the crowded surroundings of the busiest hospital."""
    inflow: dict[str, float] = defaultdict(float)
    for (_, high), weight in flows.items():
        inflow[high] += weight
    places = np.array(list(spot.values()))
    middle = spot[max(inflow, key=lambda name: inflow[name])] if inflow else places.mean(axis=0)
    away = np.abs(places - middle).max(axis=1)
    radius = float(np.quantile(away, CROWD)) * 1.3
    extent = float(np.ptp(places, axis=0).max()) / 2
    return (middle, radius) if len(places) > 30 and 0 < radius < CROWDED * extent else None


def _frame(ax: Axes, places: NDArray[np.float64]) -> None:
    """Room for all, and no narrower than half as wide as long."""
    half = np.ptp(places, axis=0) / 2
    half = 1.08 * np.maximum(half, max(0.5 * half.max(), 0.5))
    low, high = (places.min(axis=0) + places.max(axis=0)) / 2 + np.outer((-1, 1), half)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))


def _draw(ax: Axes, ways: nx.DiGraph, spot: dict[str, Any], flows: dict[tuple[str, str], float]) -> None:
    pixels, shrink = len(ways) > MANY, min(1.0, max(0.3, 400 / len(ways)))
    tier, consortium = (dict(ways.nodes(data=key)) for key in ("tier", "consortium"))
    for colour, members in zip(_cycle(), _members(consortium, spot), strict=False):
        _border(ax, members, colour)
    legs = [(spot[a], spot[b]) for a, b in ways.edges if tier[a] == "T0"]
    ax.add_collection(LineCollection(legs, colors=RULE, linewidths=0.7, zorder=1, rasterized=pixels))
    most = max(flows.values(), default=1.0)
    order = sorted(flows, key=lambda edge: -flows[edge])
    ax.add_collection(
        LineCollection(
            [(spot[a], spot[b]) for a, b in order],
            colors=[ALONG if high in nx.descendants(ways, low) else BESIDE for low, high in order],
            linewidths=[THINNEST + (WIDEST - THINNEST) * flows[edge] / most for edge in order],
            alpha=0.55,
            zorder=2,
            capstyle="round",
            rasterized=pixels,
        )
    )
    for k, (name, (shape, size, colour, _)) in enumerate(MARKS.items()):
        some = np.array([spot[x] for x in ways if tier[x] == name])
        if len(some):
            look: dict[str, Any] = {"edgecolors": "white", "linewidths": 0.6 * shrink, "zorder": 3 + k}
            look |= {
                "s": size * (shrink if name in PRIMARY else 1.0),
                "c": colour,
                "marker": shape,
                "rasterized": pixels and name == "T0",
            }
            ax.scatter(some[:, 0], some[:, 1], **look)


def _members(consortium: dict[str, str], spot: dict[str, Any]) -> Iterable[NDArray[np.float64]]:
    names = sorted({name for name in consortium.values() if name})
    return [np.array([spot[x] for x in spot if consortium[x] == name]) for name in names]


def _cycle() -> Iterable[str]:
    while True:
        yield from OTHERS


def _border(ax: Axes, members: NDArray[np.float64], colour: str) -> None:
    """The smallest convex area that holds all members; nothing if they stand on one line."""
    if len(members) < 3:
        return
    try:
        corners = members[ConvexHull(members).vertices]
    except QhullError:
        return
    ax.fill(*corners.T, facecolor=colour, alpha=0.06, zorder=0)
    ax.fill(*corners.T, facecolor="none", edgecolor=colour, alpha=0.6, linewidth=1.0, zorder=0)


def _label(
    ax: Axes,
    hospitals: list[str],
    centres: list[str],
    ways: nx.DiGraph,
    spot: dict[str, Any],
    but: tuple[Any, float] | None,
) -> None:
    """Names of hospitals and ids of centres, as far as they keep clear of each other; none where another
    panel shows more."""
    taken: list[Any] = []
    inside = ax.get_window_extent()
    for name in [*hospitals[:LABELLED], *(centres if len(centres) <= LABELLED else [])]:
        away = np.abs(spot[name] - but[0]).max() if but else np.inf
        at = ax.transData.transform(spot[name])
        if (but and away <= but[1]) or not inside.contains(*at):
            continue
        hospital = name in hospitals
        text = shortened(drawable(ways.nodes[name]["label"], name), 40) if hospital else name
        note = ax.annotate(text, spot[name], (8, 0), textcoords="offset points", va="center", zorder=12)
        note.set(size=8.5 if hospital else 7, weight="bold" if hospital else "normal", bbox=_PATCH)
        if note.get_window_extent().x1 > inside.x1:
            note.set(ha="right", position=(-8, 0))
        box = note.get_window_extent()
        if any(box.overlaps(other) for other in taken):
            note.remove()
        else:
            taken.append(box)


def _legend(ax: Axes, ways: nx.DiGraph) -> None:
    there = {tier for _, tier in ways.nodes(data="tier")}
    handles: list[Any] = [
        Line2D([], [], linestyle="", marker=shape, color=colour, markersize=np.sqrt(size), label=word)
        for tier, (shape, size, colour, word) in MARKS.items()
        if tier in there
    ]
    handles += [
        Line2D([], [], color=ALONG, linewidth=3, alpha=0.55, label="to the hospital above"),
        Line2D([], [], color=BESIDE, linewidth=3, alpha=0.55, label="to another hospital"),
        Line2D([], [], color=RULE, linewidth=1, label="clinic and its centre"),
    ]
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=8.5
    )
