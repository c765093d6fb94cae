"""The page's tables as rows of text, ready to print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incentive_model.analysis.comparison import Comparison, Flow
from incentive_model.analysis.intervals import Interval
from incentive_model.analysis.residents import BY_INCOME
from incentive_model.analysis.stakeholders import STAKEHOLDERS, stakeholder_verdict
from incentive_model.cards import Card, indicators
from incentive_model.report.money import between, flow_label, largest_changes
from incentive_model.report.words import (
    bounds,
    decimals_for,
    display_unit,
    group_label,
    is_share,
    number,
    scale,
    scaled,
    scheme_title,
    stakeholder,
    with_bounds,
)

#: Shown first, in this order: referral and use, then what patients wait, pay and gain.
HEADLINE_INDICATORS = (
    "up_referral_rate",
    "down_referral_rate",
    "rehab_referral_rate",
    "unnecessary_referral_share",
    "first_contact_primary_share",
    "primary_visit_share",
    "bypass_share",
    "visits_per_capita",
    "admissions_per_capita",
    "retained_days",
    "bed_occupancy_T1",
    "bed_occupancy_T2",
    "wait_days_T2_referred",
    "wait_days_T2_other",
    "oop_per_capita",
    "fund_spending",
    "fiscal_cost",
    "total_cost_per_capita",
    "qalys_per_1000",
    "satisfaction",
)
#: Shown by group: who comes to care, where, what they pay and how they fare.
GROUP_INDICATORS = (
    "visits_per_capita",
    "admissions_per_capita",
    "primary_visit_share",
    "up_referral_rate",
    "down_referral_rate",
    "oop_per_capita",
    "catastrophic_share_25",
    "catastrophic_share_sdg",
    "fund_claims",
    "satisfaction",
    "qalys_per_1000",
)
_FLOWS_SHOWN = 15


@dataclass(frozen=True)
class Cell:
    """A number over its interval.

    Attributes:
        main, under: the number; its interval.
        mood: ``gains``, ``loses``, ``unchanged`` or ``unclear``, for shading.
        level: for a change, the level it leads to, with its interval.
    """

    main: str
    under: str
    mood: str = "unclear"
    level: str = ""


@dataclass(frozen=True)
class Row:
    """A label, a note beneath it, and its cells; a heading over the rows that follow has none."""

    label: str
    note: str
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """Column headings after the row labels, and the rows."""

    columns: list[str]
    rows: list[Row]


def _titles(comparison: Comparison, *, baseline: bool = False) -> list[str]:
    names = ([comparison.baseline] if baseline else []) + comparison.alternatives
    return [scheme_title(comparison, name) for name in names]


def _cell(found: Interval, decimals: int = 1, *, sign: bool = True, mood: str = "unclear") -> Cell:
    return Cell(number(found.mean, decimals, sign=sign), bounds(found.low, found.high, decimals), mood)


def stakeholder_table(comparison: Comparison) -> Table:
    """Stakeholder by scheme: the change in money."""
    rows = []
    for name in STAKEHOLDERS:
        changes = [comparison.change(scheme, f"net_{name}") for scheme in comparison.alternatives]
        note = "suppliers, employers, the outside hospital and its staff" if name == "external" else ""
        cells = [_cell(change, mood=stakeholder_verdict(change)) for change in changes]
        rows.append(Row(stakeholder(name), note, cells))
    return Table(_titles(comparison), rows)


def indicator_table(comparison: Comparison, names: Iterable[str]) -> Table:
    """Indicator by scheme: the status quo's level, and each scheme's change and level."""
    cards = indicators()
    rows = [_indicator_row(comparison, cards[name]) for name in names if name in comparison.measured]
    return Table(_titles(comparison, baseline=True), rows)


def group_table(comparison: Comparison) -> Table:
    """Under each indicator, group by scheme: the status quo's level, and each scheme's change and level."""
    cards, by = indicators(), comparison.by or ""
    rows = []
    for name in GROUP_INDICATORS:
        if name in comparison.measured_by_group:
            found = [_indicator_row(comparison, cards[name], group) for group in comparison.group_names]
            rows.append(Row(found[0].label, found[0].note, []))
            rows += [
                Row(group_label(by, group), "", row.cells)
                for group, row in zip(comparison.group_names, found, strict=True)
            ]
    return Table(_titles(comparison, baseline=True), rows)


def _indicator_row(comparison: Comparison, card: Card, group: str | None = None) -> Row:
    """An indicator of everybody, or of a group."""

    def level(scheme: str) -> Interval:
        if group is None:
            return comparison.level(scheme, card.name)
        return comparison.group_level(scheme, group, card.name)

    def change(scheme: str) -> Interval:
        if group is None:
            return comparison.change(scheme, card.name)
        return comparison.group_change(scheme, group, card.name)

    factor = scale(card.unit)
    base = scaled(level(comparison.baseline), factor)
    changes = [scaled(change(scheme), factor) for scheme in comparison.alternatives]
    decimals = _decimals(base, changes)
    cells = [_cell(base, decimals, sign=False)]
    for scheme, found in zip(comparison.alternatives, changes, strict=True):
        cell = _cell(found, decimals, mood=_mood(card, found))
        now = with_bounds(scaled(level(scheme), factor), decimals)
        cells.append(Cell(cell.main, cell.under, cell.mood, now))
    note = display_unit(card.unit)
    note += "; changes in percentage points" if is_share(card.unit) else ""
    return Row(card.meaning[:1].upper() + card.meaning[1:], note, cells)


def _decimals(base: Interval, changes: Sequence[Interval]) -> int:
    """As many as the widest interval deserves: two digits of its half-width, no more than 3 decimals."""
    found = [base, *changes]
    halves = [(x.high - x.low) / 2 for x in found if x.high is not None and x.low is not None]
    return min(3, decimals_for(halves if any(halves) else [x.mean for x in found]))


def _mood(card: Card, change: Interval) -> str:
    """Shaded only where the card says which way is better."""
    if card.good == "none":
        return "unclear"
    return stakeholder_verdict(change if card.good == "up" else -change)


def other_indicators(comparison: Comparison) -> list[str]:
    """What was measured and does not stand in the first table."""
    return [name for name in comparison.measured if name not in HEADLINE_INDICATORS]


def resident_table(comparison: Comparison, by: str = BY_INCOME) -> Table:
    """Group by scheme: the mean gain, and the shares better and worse off."""
    rows = []
    for group in comparison.counted(by):
        cells = []
        for scheme in comparison.alternatives:
            gain = comparison.group(scheme, group, "gain", by)
            shares = [
                with_bounds(scaled(comparison.group(scheme, group, name, by), 100), 0, unit="%") + f" {name}"
                for name in ("better", "worse")
            ]
            cell = _cell(gain, mood=stakeholder_verdict(gain))
            cells.append(Cell(cell.main, cell.under, cell.mood, "; ".join(shares)))
        rows.append(Row(group_label(by, group), "", cells))
    return Table(_titles(comparison), rows)


def flow_table(comparison: Comparison, shown: int = _FLOWS_SHOWN) -> Table:
    """The largest payments of the status quo and those that change most, and what each scheme changes."""
    base = {flow: comparison.flow(comparison.baseline, flow) for flow in between(comparison)}
    by_size = sorted(base, key=lambda flow: -(base[flow].mean or 0.0))
    kept = {*by_size[:shown], *largest_changes(comparison, shown)}
    rows = []
    for flow in by_size:
        if flow in kept:
            rows.append(
                Row(flow_label(flow), "", [_cell(base[flow], sign=False), *_flow_cells(comparison, flow)])
            )
    return Table(_titles(comparison, baseline=True), rows)


def new_flow_table(comparison: Comparison) -> Table:
    """Every payment that only a scheme brings: who pays for it, however little it is."""
    new = [flow for flow in between(comparison) if not comparison.flow(comparison.baseline, flow).mean]
    rows = [Row(flow_label(flow), "", _flow_cells(comparison, flow)) for flow in new]
    return Table(_titles(comparison), rows)


def _flow_cells(comparison: Comparison, flow: Flow) -> list[Cell]:
    return [_cell(comparison.flow_change(scheme, flow)) for scheme in comparison.alternatives]
