"""The page of a sensitivity analysis: the verdicts, the figures, the indices, and how they were found."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.inputs.design import DUMMY
from incentive_model.report.html import PAGE, environment, picture
from incentive_model.report.sensitivity_figures import METHOD_NAMES
from incentive_model.report.sensitivity_panels import (
    MOST_OUTPUTS,
    by_factor,
    info_of,
    known,
    main_method,
    main_of,
    outputs_with,
    rows_of,
    unit_after,
)
from incentive_model.report.study_figures import Drawn
from incentive_model.report.study_panels import output_label
from incentive_model.report.tables import Cell, Row, Table
from incentive_model.report.words import bounds, counted, decimals_for, number, scale, some
from incentive_model.runs.durable import replaced

TEMPLATE = "sensitivity.html"
#: Factors in a table; the file has all.
MOST_ROWS = 20
#: What the columns of a table are called.
COLUMNS = {
    "first": "alone (first order)",
    "total": "with all its interactions (total)",
    "shapley": "Shapley",
    "delta": "delta",
    "pawn": "PAWN",
    "mu_star": "μ*, mean size of an effect",
    "mu": "μ, mean effect",
    "sigma": "σ, spread of the effect",
}
#: Indices in the unit of the output; all others are shares.
IN_UNITS = ("mu_star", "mu", "sigma")
#: Of an output that has no verdict.
UNSAID = "Nothing can be said."
#: Where the intervals of a method's indices come from.
INTERVALS = {
    "sobol": "of Sobol indices, a jackknife over the design's four independently scrambled sequences, with "
    "Student's t",
    "morris": "of elementary effects, a jackknife over trajectories, with Student's t",
    "shapley": "of Shapley effects, a jackknife over trajectories, with Student's t",
    "fast": "FAST has none",
    "regional": "of distances, a bootstrap over points",
    "surrogate": "of a surrogate's indices, a jackknife over its fits to parts of the points",
}
GIVEN = "of methods on given data, the spread over random parts of the points"


def write_page(result: Sensitivity, figures: dict[str, Drawn], folder: Path) -> Path:
    """Write ``report.html`` into an existing folder; it holds all it needs and opens without a network.

    Args:
        figures: those that were drawn (:func:`incentive_model.report.sensitivity_figures.write_figures`).

    Returns:
        The path of the page.
    """
    sample = f"{counted(result.base_rows, 'base row')}, {counted(result.replicates, 'replicate')}"
    text = (
        environment()
        .get_template(TEMPLATE)
        .render(
            title=result.title,
            sample=sample,
            runs=result.runs,
            failed=result.failed,
            verdicts=[(output_label(name), result.verdicts.get(name, UNSAID)) for name in result.outputs],
            pictures={name: picture(x.alt, x.caption, x.paths, sample) for name, x in figures.items()},
            tables=_tables(result),
            more_outputs=max(0, len(result.outputs) - len(result.constant) - MOST_OUTPUTS),
            dropped=_dropped(result),
            notes=_notes(result),
            files="indices.csv (every index with its interval)" if len(result.indices) else "swings.csv",
            facts=_facts(result),
        )
    )
    path = folder / PAGE
    with replaced(path) as fresh:
        fresh.write_text(text, encoding="utf-8", newline="\n")
    return path


def _tables(result: Sensitivity) -> list[tuple[str, str, Table]]:
    """A table an output: factor by index, by the method shown first; where there is none, Morris'."""
    of = main_of(result)
    method, kinds = main_method(result, of)
    if not method:
        method, kinds = "morris", [name for name in COLUMNS if name in IN_UNITS]
    rows = known(rows_of(result, of, method))
    rows = rows[rows["index"].isin(kinds)]
    return [
        (output_label(name), METHOD_NAMES[method], _table(result, name, rows[rows["output"] == name]))
        for name in outputs_with(rows, result)
    ]


def _table(result: Sensitivity, output: str, rows: pd.DataFrame) -> Table:
    kinds = [name for name in COLUMNS if (rows["index"] == name).any()]
    found = {kind: by_factor(rows[rows["index"] == kind]) for kind in kinds}
    unit = result.outputs[output]
    order = found["total" if "total" in found else kinds[0]]
    names = list(dict.fromkeys([*order.index, *(name for some in found.values() for name in some.index)]))
    shown = [name for name in names if name != DUMMY][:MOST_ROWS] + [name for name in names if name == DUMMY]
    lines = []
    for name in shown:
        cells = [
            _cell(some.loc[name].to_numpy(float), scale(unit) if kind in IN_UNITS else 1.0, kind)
            if name in some.index
            else Cell("n/a", "")
            for kind, some in found.items()
        ]
        info = info_of(result, name)
        ends = f"{info.low} to {info.high}" if info.low and name != DUMMY else ""
        role = "" if info.role == "factor" else info.role
        lines.append(Row(name, ", ".join(dict.fromkeys(x for x in (role, info.group, ends) if x)), cells))
    columns = [COLUMNS[kind] + (unit_after(unit) if kind in IN_UNITS else "") for kind in kinds]
    return Table(columns, lines)


def _cell(found: list[float], factor: float, kind: str) -> Cell:
    """A number over its interval; a share or a size below zero is zero within error."""
    value, low, high = (factor * float(x) for x in found)
    shown = value if kind == "mu" else max(value, 0.0)
    decimals = max(decimals_for([value, high]), 2 if kind not in IN_UNITS else 0)
    return Cell(number(shown, decimals), bounds(low, high, decimals))


def _dropped(result: Sensitivity) -> str:
    """What failed runs cost, in words; nothing if nothing was left out."""
    parts = []
    if result.dropped_base_rows:
        share = result.dropped_base_rows / (result.base_rows + result.dropped_base_rows)
        parts.append(
            f"{_percent(share)} of base rows ({result.dropped_base_rows:,} of "
            f"{result.base_rows + result.dropped_base_rows:,}) had failed runs and were left out as a whole"
        )
    if result.dropped_replicates:
        one = result.dropped_replicates == 1
        parts.append(
            f"of other base rows {counted(result.dropped_replicates, 'replicate')}, in which a run failed, "
            f"{'was' if one else 'were'} left out"
        )
    return "; ".join(parts)


def _notes(result: Sensitivity) -> list[str]:
    """What could not be told, and whether it is as sure as was asked."""
    unsettled = "Not as sure yet as was asked: a larger n in the same study goes on from here."
    return [*result.notes, *([] if result.settled else [unsettled])]


def _percent(share: float) -> str:
    return "less than 1%" if share < 0.005 else f"{share:.0%}"


def _facts(result: Sensitivity) -> list[tuple[str, str]]:
    """How it was computed, as terms and their values."""
    roles = Counter(info.role for info in result.factors)
    words = {"behaviour": "behavioural parameter", "place": "place parameter"}
    kinds = [counted(n, words.get(role, role)) for role, n in roles.items() if role != DUMMY]
    methods = list(dict.fromkeys(result.indices["method"]))
    facts = [
        ("Factors", f"{', '.join(kinds)}: {some([x.name for x in result.factors if x.role != DUMMY])}"),
        ("Design", f"{result.design}, {counted(result.base_rows, 'base row')} used"),
        ("Methods", ", ".join(METHOD_NAMES.get(name, name) for name in methods)),
        (
            "Replicates",
            f"{counted(result.replicates, 'replicate')}. All runs of a base row have the same "
            "luck, replicate by replicate; different base rows have luck of their own.",
        ),
        ("What indices are of", _subject(result)),
        ("Intervals", _intervals(result)),
        ("Runs", f"{result.runs:,}, of which {result.failed:,} failed"),
        ("Left out", _dropped(result) or "nothing"),
    ]
    if roles[DUMMY]:
        dummy = (
            "A factor that the model does not see; where it moves, luck is drawn anew. A factor whose index "
            "is no larger than the upper end of the dummy's interval cannot be told from luck."
        )
        facts.insert(5, ("Dummy", dummy))
    return facts


def _subject(result: Sensitivity) -> str:
    if main_of(result) == "mean":
        return (
            "The mean over luck: sums of products take their two parts from different replicates, so that "
            "luck does not count as a factor's effect. Luck is the share of one run's variance that is left "
            "where all factors stand still."
        )
    return (
        "A run as it is. With one replicate luck cannot be told from interactions, and counts as them; two "
        "replicates would tell them apart."
    )


def _intervals(result: Sensitivity) -> str:
    ways = [INTERVALS.get(name, GIVEN) for name in dict.fromkeys(result.indices["method"])]
    said = "; ".join(dict.fromkeys(ways)) or "Student's t over replicates"
    return f"95%: {said}. They show how much another sample would differ, not whether assumptions hold."
