"""The page of a study: what was run, its figures, what came of it, and what failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from incentive_model.analysis.effects import Effects
from incentive_model.analysis.intervals import Interval, interval
from incentive_model.analysis.study_runs import StudyRuns, outputs_shown, unit_of
from incentive_model.cards import indicators
from incentive_model.report.html import PAGE, environment, picture
from incentive_model.report.study_figures import MOST_GRIDS, Drawn, row_of, title_of
from incentive_model.report.study_panels import output_label
from incentive_model.report.tables import Cell, Row, Table
from incentive_model.report.words import (
    bounds,
    counted,
    decimals_for,
    display_unit,
    number,
    scale,
    scaled,
    some,
)
from incentive_model.runs.durable import replaced
from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.sweep_folder import FAILURES

TEMPLATE = "study.html"
#: So many rows of a table, and failures, stand on the page; the files have all.
MOST_ROWS, MOST_FAILURES = 60, 20
#: Effects that have a table each, and what each means.
KINDS = {
    "alone": "Each factor alone, all others at their first value",
    "in company": "Each factor beside all others, which are at their last value",
    "main": "Each factor on average over every combination of the others",
    "interaction": "What two factors do together beyond the sum of what each does, on average over every "
    "combination of the others",
    "pair": "What two factors do together beyond the sum of what each does, all others at their first value",
    "joint": "All factors at their last value, against all at their first",
    "sum of singles": "The sum of what each does alone",
    "beyond the sum": "All jointly, less that sum",
}


def write_page(runs: StudyRuns, tried: Sequence[Effects], figures: dict[str, Drawn]) -> None:
    """Write ``report.html``, which holds all it needs and opens without a network."""
    plan = runs.plan
    failures = pd.read_csv(runs.folder / FAILURES, keep_default_na=False)
    sample = f"{counted(plan.study.replicates, 'replicate')}, 95% intervals"
    text = (
        environment()
        .get_template(TEMPLATE)
        .render(
            title=plan.study.title,
            months=plan.study.months,
            sample=sample,
            pictures={name: picture(x.alt, x.caption, x.paths, sample) for name, x in figures.items()},
            effects=[(title_of(one.grid), _effect_tables(one, plan)) for one in tried[:MOST_GRIDS]],
            more_effects=max(0, len(tried) - MOST_GRIDS),
            changes=None if tried else _change_table(runs),
            facts=_facts(plan),
            failures=failures.head(MOST_FAILURES).to_dict("records"),
            failed=len(failures),
            runs=len(plan),
        )
    )
    with replaced(runs.folder / PAGE) as fresh:
        fresh.write_text(text, encoding="utf-8", newline="\n")


def _facts(plan: StudyPlan) -> list[tuple[str, str]]:
    """What was run, as terms and their values."""
    study = plan.study
    schemes = dict.fromkeys(scheme.name for some in plan.schemes for scheme in some)
    facts = [
        ("Places", some([place.name for place in plan.places])),
        ("Schemes", some(list(schemes)) or "the status quo"),
        ("Source", some(list(study.source))),
        (
            "Simulated residents",
            f"{study.population:,} a place" if isinstance(study.population, int) else "all",
        ),
        ("Time", f"{counted(study.months, 'month')} after {study.burn_in} under the status quo"),
        ("Replicates and seed", f"{counted(study.replicates, 'replicate')}, seed {study.seed}"),
        ("Runs", f"{len(plan):,}"),
    ]
    if study.design is not None:
        design = f"{study.design.method}, {counted(len(plan.points), 'point')} over "
        facts.insert(2, ("Design", design + some([str(name) for name in plan.points])))
    if study.parameters:
        held = [f"{name} = {value}" for name, value in study.parameters.items()]
        facts.insert(2, ("Held everywhere", some(held)))
    return [(term, text) for term, text in facts if text]


def _effect_tables(one: Effects, plan: StudyPlan) -> list[tuple[str, Table]]:
    """A table a kind of effect: of what by output."""
    outputs = [name for name in outputs_shown(plan) if any(output == name for output, _, _ in one.found)]
    tables = []
    for kind, meaning in KINDS.items():
        factors = dict.fromkeys(of for _, found, of in one.found if found == kind)
        rows = [(of, [one.found.get((x, kind, of)) for x in outputs]) for of in factors]
        if rows:
            tables.append((meaning, _table(outputs, rows)))
    return tables


def _change_table(runs: StudyRuns) -> Table | None:
    """Setting by output: the change against the status quo."""
    plan = runs.plan
    cells = [(row, cell) for row, cell in enumerate(plan.cells) if cell.scheme >= 0][:MOST_ROWS]
    outputs = outputs_shown(plan)
    changes = {name: runs.changes(name) for name in outputs}
    rows = [
        (row_of(plan, cell), [interval(changes[name][row].tolist()) for name in outputs])
        for row, cell in cells
    ]
    return _table(outputs, rows) if rows else None


def _table(outputs: Sequence[str], rows: Iterable[tuple[str, Sequence[Interval | None]]]) -> Table:
    """Findings as text, each output in the unit that people read."""
    columns = [f"{output_label(name)}, {display_unit(unit_of(name), change=True)}" for name in outputs]
    return Table(
        columns,
        [
            Row(label, "", [_cell(x, name) for x, name in zip(found, outputs, strict=True)])
            for label, found in rows
        ],
    )


def _cell(found: Interval | None, output: str) -> Cell:
    if found is None:
        return Cell("n/a", "")
    x = scaled(found, scale(unit_of(output)))
    half = None if x.high is None or x.low is None else (x.high - x.low) / 2
    decimals = decimals_for([half if half else x.mean])
    return Cell(number(x.mean, decimals, sign=True), bounds(x.low, x.high, decimals), _mood(output, found))


def _mood(output: str, change: Interval) -> str:
    """Shaded where one way is better: an indicator's card says which, of money more is."""
    card = indicators().get(output)
    good = "up" if card is None else card.good
    if good == "none" or not (change.positive or change.negative):
        return "unclear"
    return "gains" if change.positive == (good == "up") else "loses"
