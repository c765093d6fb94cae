"""Answers for people, as text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from incentive_model.analysis.intervals import Interval
from incentive_model.cards import Card, indicators, levers

if TYPE_CHECKING:
    from incentive_model.analysis.comparison import Comparison
    from incentive_model.inputs.place import Place
    from incentive_model.inputs.scheme import Scheme
    from incentive_model.runs.run import Run

WIDTH = 110
#: What ``run`` prints of the many columns of a series.
IN_SHORT = (
    "up_referral_rate",
    "down_referral_rate",
    "primary_visit_share",
    "visits_per_capita",
    "admissions_per_capita",
    "fund_spending",
    "oop_per_capita",
)


def comparison_text(result: Comparison, out: Path) -> str:
    """Who gains and who loses under each scheme, and where the report is."""
    from incentive_model.report.words import part_year, scheme_title

    asked = result.request
    repeated = "1 replicate" if asked["replicates"] == 1 else f"{asked['replicates']} replicates"
    lines = [
        f"{asked['title']}: {asked['population']:,} simulated residents (each for {asked['weight']:.1f} real "
        f"ones), {asked['months']} months, {repeated}, seed {asked['seed']}",
        "Change in money against the status quo, yuan per resident and year; + is better for them; "
        "[95% interval over replicates]",
    ]
    for scheme in result.alternatives:
        lines += ["", f"{scheme_title(result, scheme)} ({scheme}): {_verdict(result, scheme)}"]
        lines += [f"  {line}" for line in (*_money_lines(result, scheme), *_other_lines(result, scheme))]
    if not result.alternatives:
        lines += ["", "Nothing but the status quo was asked for."]
    if caution := part_year(asked["months"]):
        lines += ["", *textwrap.wrap(caution.strip(), WIDTH)]
    lines += [
        "",
        "All changes sum to zero with the outside (suppliers, employers, the outside hospital and its",
        "staff): what the stakeholders gain together, the outside loses. Not a forecast: what the model's",
        "assumptions imply.",
        "",
        f"Report: {out / 'report.html'}",
    ]
    return "\n".join(lines)


def _verdict(result: Comparison, scheme: str) -> str:
    from incentive_model.report.words import VERDICT_LABELS, VERDICT_MEANINGS

    verdict = result.verdicts()[scheme]
    return f"{VERDICT_LABELS[verdict].upper()}: {VERDICT_MEANINGS[verdict]}"


def _money_lines(result: Comparison, scheme: str) -> list[str]:
    from incentive_model.report.words import bounds, number, stakeholder

    rows = result.stakeholders()
    return [
        f"{stakeholder(row['stakeholder']):<22}{row['verdict']:<10}"
        f"{number(row['delta_yuan_per_resident_year'], sign=True):>9}  {bounds(row['low'], row['high'])}"
        for row in rows[rows["scheme"] == scheme].to_dict("records")
    ]


def _other_lines(result: Comparison, scheme: str) -> list[str]:
    """Residents better and worse off, and how the two referral rates change."""
    from incentive_model.report.words import bounds, number

    shares = []
    for name, words in (("better", "better off"), ("worse", "worse off"), ("same", "the same")):
        share = result.group(scheme, "all", name)
        shares.append(f"{share.mean:.0%} {_percent(share)}{words}")
    lines = [f"{'Residents':<22}{', '.join(shares)} (health, bills and time together)"]
    for name, label in (("up_referral_rate", "Referred up"), ("down_referral_rate", "Referred down")):
        level, change = result.level(scheme, name), result.change(scheme, name)
        if level.mean is not None and change.mean is not None:
            of = "primary visits" if name.startswith("up") else "hospital cases"
            mean, low, high = (None if x is None else 100.0 * x for x in change[:3])
            points = f"{number(mean, sign=True)} {bounds(low, high)}"
            lines.append(f"{label:<22}{points} percentage points, to {level.mean:.2%} of {of}")
    return lines


def _percent(share: Interval) -> str:
    """A share's interval in per cent; nothing where one replicate leaves none."""
    return (
        ""
        if share.low is None
        else f"[{100 * share.low:.0f}, {100 * (share.high or 0):.0f}] ".replace("-", "−")
    )


def run_text(made: Run, place: Place, out: Path | None) -> str:
    """The months of one run, a few indicators each."""
    names = [name for name in IN_SHORT if name in made.series]
    shares = {name for name in names if indicators()[name].unit.startswith("share")}
    months = made.series[["month", *names]].copy()
    for name in names:
        months[name] = [_number(value, name in shares) for value in months[name]]
    columns = [name.replace("_per_capita", "").replace("_", " ") for name in names]
    months.columns = pd.Index(["month", *columns])
    rest = len(indicators()) - len(names)
    more = (
        f"{rest} more indicators"
        if out is None
        else f"All {len(indicators())} indicators: {out / 'series.csv'}"
    )
    return "\n".join(
        [
            f"{place.title}, {made.scheme}: {place.agents:,} simulated residents, seed {made.seed}. "
            "Months up to 0 are burn-in; visits, admissions and yuan are per resident-year.",
            "",
            months.to_string(index=False),
            "",
            *_group_lines(made, names),
            *(f"Month {month}: {facility} is {what}." for month, what, facility in made.happenings),
            f"{more}\nReport: {out / 'report.html'}" if out else f"{more} with --json, or with --out FOLDER.",
        ]
    )


def _group_lines(made: Run, names: Sequence[str]) -> list[str]:
    """The same indicators by group over the scheme's months, where a breakdown was asked for."""
    if made.breakdown is None:
        return []
    told = [name for name in names if indicators()[name].by_group]
    found = made.breakdown.pivot(index="group", columns="indicator", values="value")
    found = found.loc[made.breakdown["group"].unique(), told]
    for name in told:
        share = indicators()[name].unit.startswith("share")
        found[name] = [_number(value, share) for value in found[name].astype(float)]
    found.columns = pd.Index([name.replace("_per_capita", "").replace("_", " ") for name in told])
    return [found.to_string(), ""]


def _number(value: float, share: bool) -> str:
    if math.isnan(value):
        return "n/a"
    return f"{value:.2%}" if share else f"{value:,.2f}"


def cards_text(cards: Iterable[Card]) -> str:
    """Cards by family: name, default, unit, what is allowed, meaning, source, how sure, and what it costs."""
    from incentive_model.report.method import TAGS

    lines: list[str] = []
    family = None
    tags = set()
    for card in cards:  # the registry has them family by family
        if card.family != family:
            family = card.family
            lines += ["", family.upper()]
        value = "" if card.default is None else f" = {card.default}"
        allowed = "" if card.role == "indicator" else f"; {card.allowed()}"
        grouped = "; by group" if card.by_group else ""
        lines.append(f"  {card.name}{value} [{card.unit}]{allowed}{grouped}")
        lines += _indented(f"{card.meaning}; source {card.source} ({card.tag})")
        if card.role == "lever":
            lines += _price_lines(card.name)
        tags.add(card.tag)
    sure = "; ".join(f"{tag} {meaning}" for tag, meaning in TAGS.items() if tag in tags)
    lines += [
        "",
        *textwrap.wrap(f"Sources: docs/sources.md; MODEL n is section 7.n of docs/model.md. {sure}.", WIDTH),
    ]
    return "\n".join(lines).strip("\n")


def _price_lines(lever: str) -> list[str]:
    """What a lever costs, and who pays for it."""
    from incentive_model.report.prices import price

    cost = price(lever)
    return _indented(f"costs: {cost}") if cost else []


def _indented(text: str, by: int = 6) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=" " * by, subsequent_indent=" " * by)


def entries_text(entries: Sequence[Mapping[str, Any]]) -> str:
    """Places or schemes, a line each, and under a place its other readings and its own schemes."""
    width = max(len(entry["name"]) for entry in entries) + 2
    lines = []
    for entry in entries:
        lines.append(
            f"{entry['name']:<{width}}{entry['title']} ({', '.join(entry['source']) or 'no source'})"
        )
        lines += [f"{'':<{width}}also read as {entry['name']}:{x}" for x in entry.get("readings", ())]
        if entry.get("schemes"):
            lines += _indented("own schemes: " + ", ".join(entry["schemes"]), width)
    return "\n".join(lines)


def scheme_text(scheme: Scheme) -> str:
    """A scheme, whole: every lever by family, with its meaning, its default, and who pays for it."""
    lines = [f"{scheme.name}: {scheme.title}", f"source: {', '.join(scheme.source) or 'none'}"]
    for month, values in ((1, scheme.levers), *scheme.changes):
        lines += ["", f"from month {month}:"]
        family = None
        for name, card in levers().items():  # the registry has them family by family
            if name not in values:
                continue
            if card.family != family:
                family = card.family
                lines.append(f" {family.upper()}")
            lines.append(f"  {name} = {values[name]} [{card.unit}] (by default {card.default})")
            lines += [*_indented(card.meaning), *_price_lines(name)]
        if not values:
            lines.append("  nothing differs from the place's status quo")
    return "\n".join(lines)


def place_text(place: Place) -> str:
    """A place, whole: what is in its files."""
    facts = {
        "source": ", ".join(place.source) or "none",
        "residents": f"{place.population:,}",
        "population seed": str(place.population_seed),
        "prices of": str(place.currency_year),
        "ages 0-14, 15-44, 45-59, 60+": _list(place.age_shares),
        "chronically ill among them": _list(place.chronic_shares),
        "median income, yuan a year": f"{place.income_median:,.0f} (sd of its log {place.income_log_sd:g})",
        "travel, minutes": f"{place.travel_base_minutes:g} and {place.travel_minutes_per_km:g} a km",
        "family doctors": _named(place.family_doctor),
        "levers as they stand today": _named(place.levers) or "all as by default",
        "behaviour of its own": _named(place.parameters) or "none",
        "consortia": _named(place.consortia) or "none",
        "specialties": _named(place.specialties) or "none",
        "schemes begin in": place.start or "no month in particular",
        "schemes of its own": ", ".join(place.schemes) or "none",
        "other readings": ", ".join(place.readings) or "none",
    }
    lines = [f"{place.name}: {place.title}", *(f"  {name:<30}{value}" for name, value in facts.items())]
    insurances = pd.DataFrame([dict(insurance) for insurance in place.insurances])
    tiers = pd.DataFrame([{"tier": name, **dict(tier)} for name, tier in place.tiers.items()])
    villages = place.villages.assign(clinic=place.facilities["id"].to_numpy()[place.villages["clinic_row"]])
    tables = {
        "insurance": insurances,
        "tiers": tiers,
        "schedule": place.schedule,
        "facilities": place.facilities.drop(columns="parent_row"),
        "villages": villages[["clinic", "residents"]],
        "ties": place.ties,
        "targets": place.targets,
    }
    for name, table in tables.items():
        if table is not None and len(table):
            lines += ["", f"{name.upper()} ({len(table)})", table.to_string(index=False, na_rep="-")]
    return "\n".join(lines)


def _list(values: Iterable[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _named(values: Any) -> str:
    """``name value`` pairs of a mapping or a pydantic model."""
    return ", ".join(f"{name} {value}" for name, value in dict(values).items())
