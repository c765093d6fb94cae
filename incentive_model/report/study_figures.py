"""Figures of a study, as its design asks: changes, effects and interactions, or clouds of sampled points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from incentive_model.analysis.effects import IN, OUT, TIMES, Effects, Grid, setting
from incentive_model.analysis.intervals import interval
from incentive_model.analysis.study_runs import MOST_OUTPUTS, Floats, StudyRuns, outputs_shown, unit_of
from incentive_model.inputs.design import SAMPLED
from incentive_model.report.study_panels import (
    COLUMNS,
    Mark,
    change_unit,
    cloud,
    dots,
    heat,
    legend,
    output_label,
    small_multiples,
)
from incentive_model.report.style import OTHERS, panels, save, styled
from incentive_model.report.words import scale, shortened
from incentive_model.runs.study_plan import Cell, StudyPlan

#: So many rows with a name are drawn at most, and so many figures of one kind.
MOST_ROWS, MOST_GRIDS = 40, 6
#: Of more settings than that, so many are drawn, without names.
MOST_DOTS = 200
#: So long may a row's name be.
LABEL = 44
#: Of sampled designs: outputs, and the factors that each hangs on most.
CLOUDS, STRONGEST = 3, 4
BLUE = OTHERS[0]


@dataclass(frozen=True)
class Drawn:
    """A figure on disk: its files (PNG first), what it shows for those who cannot see it, and its caption."""

    paths: list[Path]
    alt: str
    caption: str


def write_figures(runs: StudyRuns, tried: Sequence[Effects]) -> dict[str, Drawn]:
    """Draw what the design asks for into the study's folder, as PNG and SVG.

    Args:
        tried: what factors do in combination (:func:`incentive_model.analysis.effects.all_effects`).

    Returns:
        The figures by name.
    """
    found = {}
    with styled():
        for name, axes, alt, caption in _figures(runs, tried):
            found[name] = Drawn(save(axes, runs.folder, name), alt, caption)
    return found


def _figures(runs: StudyRuns, tried: Sequence[Effects]) -> Iterator[tuple[str, Axes, str, str]]:
    plan = runs.plan
    design = plan.study.design
    outputs = outputs_shown(plan)
    for one in tried[:MOST_GRIDS]:
        ending, title = _ending(one.grid, tried), title_of(one.grid)
        yield (
            f"effects{ending}",
            effects_of(one, outputs),
            "Dots of each factor's effect on every output. The table has the numbers.",
            f"{title}: filled, each factor alone, and the sum of all; bar, its mean over every "
            "combination of the others; open, beside all others, and all jointly. Lines are 95% intervals.",
        )
        if len(one.grid.factors) > 2 and any(kind == "pair" for _, kind, _ in one.found):
            yield (
                f"interactions{ending}",
                interactions_of(one, outputs),
                "Maps of what each two factors do together beyond the sum of what each does.",
                f"{title}: what two factors do together beyond the sum of what each does; "
                "averaged over all combinations of the others where all were run, else without them. "
                "Orange more, purple less; grey numbers have a 95% interval that holds zero.",
            )
    if design is not None and design.method in SAMPLED:
        if len(plan.points.select_dtypes("number").columns):
            yield (
                "points",
                points_of(runs, outputs[:CLOUDS]),
                "Clouds of outputs against the factors that they hang on most, with a running mean.",
                f"Each dot is a point of the design, mean over replicates, in {plan.places[0].name}; lines "
                "are running means over a fifth of the points. Beside each output the factors that it hangs "
                "on most (rank correlation), the strongest first.",
            )
    elif not tried and any(plan.schemes):
        yield (
            "changes",
            changes_of(runs, outputs),
            "Dots of the change of every output in each setting. The table has the numbers.",
            "Changes against the status quo of the same place and luck. Lines are 95% intervals. Where there "
            f"are more than {MOST_ROWS} settings, each output has them in order of size, without names.",
        )


def changes_of(runs: StudyRuns, outputs: Sequence[str]) -> Axes:
    """What every setting changes of each output: a row a setting, a colour a place (or a row, where many)."""
    plan = runs.plan
    several = 1 < len(plan.places) <= len(OTHERS)
    cells = [(row, cell) for row, cell in enumerate(plan.cells) if cell.scheme >= 0]
    keys = [_key(plan, cell, several) for _, cell in cells]
    if len(set(keys)) > MOST_ROWS:
        return _by_size(runs, outputs, [row for row, _ in cells])
    labels = {key: row_of(plan, cell, several) for key, (_, cell) in zip(keys, cells, strict=True)}
    at = {key: y for y, key in enumerate(labels)}

    def draw(axes: Axes, output: str) -> None:
        changes = runs.changes(output)
        marks = []
        for key, (row, cell) in zip(keys, cells, strict=True):
            shift = 0.7 * ((cell.place + 0.5) / len(plan.places) - 0.5) if several else 0.0
            colour = OTHERS[cell.place if several else 0]
            marks.append(Mark(at[key] + shift, interval(changes[row].tolist()), (colour, colour, "o")))
        dots(axes, output, marks, list(labels.values()))

    height = (0.12 * len(plan.places) + 0.14 if several else 0.2) * len(labels)
    first = small_multiples(outputs, height + 0.9, draw)
    if several:
        colours = [(place.name, OTHERS[number]) for number, place in enumerate(plan.places)]
        legend(first, [Line2D([], [], color=x, marker="o", label=name) for name, x in colours])
    return first


def _by_size(runs: StudyRuns, outputs: Sequence[str], rows: Sequence[int]) -> Axes:
    """More settings than anybody reads the names of: each output's in order of size, at most MOST_DOTS."""
    shown = min(len(rows), MOST_DOTS)

    def draw(axes: Axes, output: str) -> None:
        changes = runs.changes(output)
        found = sorted((interval(changes[row].tolist()) for row in rows), key=lambda x: x.mean or 0.0)
        kept = [found[k] for k in np.linspace(0, len(found) - 1, shown).round().astype(int)]
        dots(axes, output, [Mark(float(y), x) for y, x in enumerate(kept)], [""] * shown)

    return small_multiples(outputs, 4.0, draw)


def effects_of(one: Effects, outputs: Sequence[str]) -> Axes:
    """Each factor alone (filled), on average (bar), beside all (open); last their sum and all jointly."""
    found = one.found
    names = list(dict.fromkeys(of for _, kind, of in found if kind in ("alone", "in company")))
    rows = [*names, "all"]
    kinds = {
        "alone": (-0.2, (BLUE, BLUE, "o")),
        "sum of singles": (-0.2, (BLUE, BLUE, "o")),
        "main": (0.0, (BLUE, BLUE, "|")),
        "in company": (0.2, (BLUE, "white", "o")),
        "joint": (0.2, (BLUE, "white", "o")),
    }

    def draw(axes: Axes, output: str) -> None:
        marks = [
            Mark(row + kinds[kind][0], found[output, kind, of], kinds[kind][1])
            for row, of in enumerate(rows)
            for kind in kinds
            if (output, kind, of) in found
        ]
        dots(axes, output, marks, rows)

    first = small_multiples(outputs, 0.3 * len(rows) + 0.9, draw)
    handles = [
        Line2D([], [], color=BLUE, marker="o", label="alone; the sum of all"),
        Line2D(
            [], [], color=BLUE, marker="o", markerfacecolor="white", label="beside all others; all jointly"
        ),
    ]
    if any(kind == "main" for _, kind, _ in found):
        label = "mean over all combinations of the others"
        handles.insert(1, Line2D([], [], color=BLUE, marker="|", markersize=9, label=label))
    legend(first, handles)
    return first


def interactions_of(one: Effects, outputs: Sequence[str]) -> Axes:
    """What each two factors do beyond the sum of what each does: a map an output."""
    found, names = one.found, list(one.grid.factors)
    ends = [_last(name, values) for name, values in one.grid.factors.items()]
    kind = "interaction" if any(k == "interaction" for _, k, _ in found) else "pair"
    wide = len(names) > 5
    shown = list(outputs)[: 6 if wide else MOST_OUTPUTS]

    def draw(axes: Axes, output: str) -> None:
        pairs = {
            (k, j): found[output, kind, ends[j] + TIMES + ends[k]]
            for j, k in combinations(range(len(names)), 2)
            if (output, kind, ends[j] + TIMES + ends[k]) in found
        }
        unit = unit_of(output)
        heat(axes, f"{output_label(output)}\n{change_unit(unit)}", ends, pairs, scale(unit))

    return small_multiples(shown, 0.28 * len(names) + 0.9, draw, 2 if wide else COLUMNS, maps=True)


def points_of(runs: StudyRuns, outputs: Sequence[str]) -> Axes:
    """Sampled points in the first place: a row an output, a column each of the factors it hangs on most."""
    plan = runs.plan
    numbers = plan.points.select_dtypes("number").astype(float)
    columns = min(STRONGEST, numbers.shape[1])
    drawn = panels(len(outputs), columns, 2.6 * len(outputs) + 0.4, 3.2 * columns)
    rows: dict[int, list[int]] = {}
    for row, cell in enumerate(plan.cells):
        if cell.place == 0 and cell.draw in plan.points.index and (cell.scheme >= 0 or not any(plan.schemes)):
            rows.setdefault(cell.scheme, []).append(row)
    schemes = dict(list(zip(rows, OTHERS, strict=False)))
    points = {x: numbers.loc[[plan.cells[row].draw for row in rows[x]]] for x in schemes}
    for line, output in enumerate(outputs):
        means = np.ma.masked_invalid(runs.changes(output)).mean(axis=1).filled(np.nan)
        first = next(iter(schemes))
        strength = {name: _rank_correlation(points[first][name], means[rows[first]]) for name in numbers}
        strongest = sorted(strength, key=lambda name: -strength[name])[:columns]
        for axes, name in zip(drawn[line * columns : (line + 1) * columns], strongest, strict=True):
            for scheme, colour in schemes.items():
                x, y = points[scheme][name].to_numpy(), means[rows[scheme]]
                cloud(axes, output, str(name), x, y, colour)
            if axes is not drawn[line * columns]:
                axes.set_ylabel("")
    if len(schemes) > 1:
        titles = [(plan.schemes[0][x].name, colour) for x, colour in schemes.items()]
        legend(drawn[0], [Line2D([], [], color=colour, marker=".", label=x) for x, colour in titles])
    return drawn[0]


def _rank_correlation(x: pd.Series, y: Floats) -> float:
    """How closely two columns go together, whichever way (Spearman); 0 where one of them does not move."""
    pairs = pd.DataFrame({"x": x.to_numpy(), "y": y}).dropna().rank()
    return abs(float(pairs["x"].corr(pairs["y"]))) if (pairs.nunique() > 1).all() else 0.0


def _key(plan: StudyPlan, cell: Cell, several: bool) -> tuple[str, str, int]:
    """What the row of a cell is known by; places that have a colour each share it."""
    place = "" if several or len(plan.places) == 1 else plan.places[cell.place].name
    return place, plan.schemes[cell.place][cell.scheme].name, cell.draw


def row_of(plan: StudyPlan, cell: Cell, several: bool = False) -> str:
    """What a row of changes is of: place, scheme and point, as far as there are several.

    Args:
        several: whether places are told apart otherwise.
    """
    place, scheme, draw = _key(plan, cell, several)
    point = {} if draw not in plan.points.index else plan.points.loc[draw].dropna().to_dict()
    values = ", ".join(setting(str(name), value) for name, value in point.items())
    schemes = {x.name for some in plan.schemes for x in some}
    said = [place, scheme if len(schemes) > 1 or not values else "", values]
    return shortened(", ".join(x for x in said if x), LABEL)


def title_of(grid: Grid) -> str:
    """Where a grid was tried."""
    return ", ".join([grid.place, *([grid.scheme] if grid.scheme else []), *_point(grid)])


def _ending(grid: Grid, tried: Sequence[Effects]) -> str:
    """What tells a grid's figures from those of the others."""
    if len(tried) == 1:
        return ""
    parts = [(x.place, x.scheme, *_point(x)) for x in (grid, *(one.grid for one in tried))]
    apart = [k for k in range(len(parts[0])) if len({part[k : k + 1] for part in parts}) > 1]
    return "".join(f"-{parts[0][k]}" for k in apart if parts[0][k]).replace(" ", "-")


def _point(grid: Grid) -> list[str]:
    return [f"point {grid.draw}"] if grid.draw else []


def _last(name: str, values: Sequence[object]) -> str:
    """A factor at its last value, as tables call it."""
    return name if tuple(values) == (OUT, IN) else setting(name, values[-1])
