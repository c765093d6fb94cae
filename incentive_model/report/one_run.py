"""The page of one run: its months, its indicators, and its network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx

from incentive_model.cards import indicators
from incentive_model.measures.network import summary
from incentive_model.network.institutions import hierarchy
from incentive_model.report import method
from incentive_model.report.html import PAGE, environment, picture
from incentive_model.report.map import network_map
from incentive_model.report.months import months
from incentive_model.report.networks import hospitals, sentences
from incentive_model.report.style import save, scheme_colours, styled
from incentive_model.report.tables import HEADLINE_INDICATORS, Cell, Row, Table
from incentive_model.report.words import decimals_for, display_unit, number, scale, scheme_title
from incentive_model.runs.run import Run

TEMPLATE = "run.html"
#: What each figure shows, for those who cannot see it; and its caption.
_CAPTIONS = {
    "months": (
        "Six panels of lines: referral up and down, visits to primary care, beds in use, spending of the "
        "fund, and out-of-pocket, month by month. The table below has the totals.",
        "Left of the dashed line: burn-in under the status quo. Right: the scheme; the broad line is its "
        "value over all its months.",
    ),
    "network": (
        "A map of the place's facilities with lines from centres to the hospitals they referred patients to. "
        "The tables below have the numbers.",
        "Lines are as broad as what the hospital billed for patients referred by a centre and its clinics. "
        "Areas are consortia: the smallest convex area with all members.",
    ),
}


@dataclass(frozen=True)
class OneRun:
    """A run, and what was asked for: enough to draw it and to make it again."""

    run: Run
    request: dict[str, Any]
    institutions: nx.MultiDiGraph
    referrals: nx.DiGraph

    @property
    def baseline(self) -> str:
        return str(self.request["baseline"])

    @property
    def alternatives(self) -> list[str]:
        return [name for name in (self.run.scheme,) if name != self.baseline]


def write_run_report(one: OneRun, folder: Path) -> Path:
    """Write the figures (``months``, ``network``; PNG and SVG) and ``report.html`` into an existing folder.

    Returns:
        The path of the page.
    """
    colour = scheme_colours([one.run.scheme], one.baseline)[one.run.scheme]
    with styled():
        figures = {
            "months": save(months(one.run.series, one.run.indicators, colour)[0], folder, "months"),
            "network": save(network_map(hierarchy(one.institutions), one.referrals)[0], folder, "network"),
        }
    page = folder / PAGE
    page.write_text(_text(one, figures), encoding="utf-8", newline="\n")
    return page


def _text(one: OneRun, figures: dict[str, list[Path]]) -> str:
    request = one.request
    luck = f"one run, seed {request['seed']}, {request['population']:,} simulated residents"
    rest = [name for name in one.run.indicators if name not in HEADLINE_INDICATORS]
    return (
        environment()
        .get_template(TEMPLATE)
        .render(
            request=request,
            title=scheme_title(one, one.run.scheme),
            luck=luck,
            pictures={name: picture(*_CAPTIONS[name], paths, luck) for name, paths in figures.items()},
            use=_indicator_table(one, HEADLINE_INDICATORS),
            rest=_indicator_table(one, rest),
            said=sentences(summary(one.institutions, one.referrals), one.referrals),
            hospitals=hospitals(one.referrals),
            happenings=happenings(one.run, one.institutions),
            facts=_facts(one),
            evidence=method.evidence(),
            tags=method.TAGS,
            schemes=method.scheme_levers(one),
            command=method.command(one, "run"),
        )
    )


def happenings(run: Run, institutions: nx.MultiDiGraph) -> list[str]:
    """What came about that nobody planned, a sentence each."""
    told = {"upgraded": "is graded a second-level hospital"}
    return [
        f"Month {month}: {institutions.nodes[facility]['name']} {told[what]}."
        for month, what, facility in run.happenings
    ]


def _facts(one: OneRun) -> list[tuple[str, str]]:
    request = one.request
    return [
        *method.whom(one),
        ("Scheme", f"{scheme_title(one, one.run.scheme)} ({one.run.scheme})"),
        ("Time", method.when(request)),
        ("Luck", f"Seed {request['seed']}, one replicate. Another seed gives other numbers."),
        ("Money", method.money(request)),
        ("Books", f"Largest imbalance of the ledger in any month: {one.run.imbalance_fen} fen."),
        method.version(request),
    ]


def _indicator_table(one: OneRun, names: Iterable[str]) -> Table:
    """Indicators over the scheme's months; those that had no case are left out."""
    cards = indicators()
    rows = []
    for name in names:
        value, _, _ = one.run.indicators[name]
        if value is None:
            continue
        card = cards[name]
        found = value * scale(card.unit)
        cell = Cell(number(found, min(3, decimals_for([found]) + 1)), "")
        rows.append(Row(card.meaning[:1].upper() + card.meaning[1:], display_unit(card.unit), [cell]))
    return Table([f"Months 1 to {one.request['months']}"], rows)
