"""How the findings were made: what was run, what each scheme sets, and how to make them again."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import incentive_model
from incentive_model.analysis.comparison import Comparison
from incentive_model.cards import levers, parameters
from incentive_model.inputs.scheme import scheme_names
from incentive_model.report.prices import price
from incentive_model.report.words import Asked, counted, number, part_year, scheme_title

TAGS = {
    "SEED": "stated in a source document",
    "S": "published, seen as an abstract",
    "R": "read in a public repository",
    "D": "derived from other numbers",
    "M": "commonly quoted, not checked again",
    "A": "assumed: no source",
    "F": "fitted to the status quo's figures",
}


@dataclass(frozen=True)
class Lever:
    """A lever that some scheme sets: what it is, who pays for it, what it was, and what each scheme makes it.

    Attributes:
        cells: a scheme each; empty where the lever stays as it stands.
    """

    name: str
    meaning: str
    unit: str
    price: str
    source: str
    before: str
    cells: list[str]


@dataclass(frozen=True)
class SchemeLevers:
    """What each scheme sets.

    Attributes:
        titles: of the schemes, in order.
        families: family to the levers in it that a scheme moves.
        kept: levers that a scheme names and leaves where they stand.
        sources: scheme's title to its sources, where it names any.
    """

    titles: list[str]
    families: dict[str, list[Lever]]
    kept: list[str]
    sources: dict[str, str]


def facts(comparison: Comparison) -> list[tuple[str, str]]:
    """What was run, as terms and their values."""
    request = comparison.request
    threshold = number(float(request["parameters"]["qaly_threshold"]), 0)
    imbalance = int(comparison.runs["ledger_imbalance_fen"].max())
    return [
        *whom(comparison),
        (
            "Replicates and seeds",
            f"{counted(request['replicates'], 'replicate')}, seed {request['seed']}. Each replicate redraws "
            "luck, not people. Every scheme meets the same people and the same luck as the status quo.",
        ),
        ("Time", when(request)),
        (
            "Intervals",
            "In brackets: 95% Student-t interval of the mean over replicates; for changes, of the difference "
            "within each replicate. It shows the play of chance in the model, not whether its assumptions "
            "hold.",
        ),
        ("Money", money(request)),
        (
            "Perspective",
            "Each stakeholder's own account. Welfare adds up the stakeholders' money, health at "
            f"{threshold} yuan a QALY, and residents' time as a cost.",
        ),
        ("Books", f"Largest imbalance of the ledger in any month of any run: {imbalance} fen."),
        version(request),
    ]


def whom(asked: Asked) -> list[tuple[str, str]]:
    """Place and people, and instruments of one's own if there were any."""
    request = asked.request
    source = ", ".join(request["source"]) or "none named"
    own = [
        f"{' and '.join(file['instruments'])} from {file['file']} ({file['hash']})" for file in _own(asked)
    ]
    return [
        ("Place", f"{request['title']} ({request['place']}); sources: {source}"),
        (
            "Population",
            f"{request['population']:,} simulated residents for {request['residents']:,} real ones: each "
            f"stands for {number(request['weight'], 2)}. Population seed {request['population_seed']}. "
            "Closed: nobody is born, ages, moves or is removed; deaths are an expected quantity.",
        ),
        *([("Instruments of one's own", "; ".join(own) + ".")] if own else []),
    ]


def when(request: dict[str, Any]) -> str:
    """Over which months figures are."""
    return (
        f"{counted(request['burn_in'], 'month')} under the status quo, then "
        f"{counted(request['months'], 'month')} under the scheme. Every figure is over the scheme's "
        f"months; rates are ratios of sums.{part_year(request['months'])}"
    )


def money(request: dict[str, Any]) -> str:
    """Which yuan are meant."""
    return (
        f"Yuan of {request['currency_year']}, undiscounted, per resident and year. For the whole place, "
        f"one such yuan is {number(request['residents'] / 1e6, 2)} million yuan a year."
    )


def version(request: dict[str, Any]) -> tuple[str, str]:
    """Which program made it."""
    return "Version", f"incentive-model {incentive_model.__version__}, design {request['design_hash']}"


def _own(asked: Asked) -> list[dict[str, Any]]:
    """The files with instruments of one's own that the runs had."""
    return list(asked.request.get("own_instruments", []))


def evidence() -> str:
    """How many of the behavioural numbers are assumed or fitted."""
    cards = parameters().values()
    count: Counter[str] = Counter(card.tag for card in cards)
    parts = [f"{count[tag]} {meaning}" for tag, meaning in TAGS.items() if count[tag]]
    return f"Of {len(cards)} numbers of behaviour and economics: {'; '.join(parts)}."


def scheme_levers(comparison: Asked) -> SchemeLevers:
    """Every lever that a scheme moves, side by side."""
    schemes = [comparison.request["schemes"][name] for name in comparison.alternatives]
    titles = [scheme_title(comparison, name) for name in comparison.alternatives]
    before = comparison.request["schemes"][comparison.baseline]["resolved"]
    found = SchemeLevers(titles, {}, [], {})
    for title, scheme in zip(titles, schemes, strict=True):
        if scheme["source"]:
            found.sources[title] = ", ".join(scheme["source"])
    for name, card in levers().items():
        cells = [_set(scheme, name, before.get(name)) for scheme in schemes]
        if any(cells):
            unit = "" if card.unit == "word" else card.unit
            cost = price(name, comparison.request["parameters"])
            meaning = card.meaning[:1].upper() + card.meaning[1:]
            source = f"{card.source} ({card.tag})"
            row = Lever(name, meaning, unit, cost, source, _value(before.get(name)), cells)
            found.families.setdefault(card.family, []).append(row)
        elif any(name in scheme["levers"] for scheme in schemes):
            found.kept.append(f"{name} {_value(before.get(name))}")
    return found


def _set(scheme: dict[str, Any], name: str, before: Any) -> str:
    """What a scheme makes of a lever, month by month; empty if it stays as it was."""
    first = scheme["levers"].get(name, before)
    changes = [(item["month"], item["levers"][name]) for item in scheme["changes"] if name in item["levers"]]
    if first == before and all(value == before for _, value in changes):
        return ""
    return "; ".join([_value(first), *(f"{_value(value)} from month {month}" for month, value in changes)])


def _value(value: Any) -> str:
    if value is None:
        return "n/a"
    return value.replace("_", " ") if isinstance(value, str) else f"{value:,.6g}"


def command(asked: Asked, verb: str = "compare") -> str:
    """The command that makes this comparison, or with ``run`` this run, again."""
    request = asked.request
    words = ["incentive-model", verb, shlex.quote(request["place"])]
    for name in asked.alternatives:
        words += ["--scheme", shlex.quote(_scheme_argument(name))]
    for file in _own(asked):
        words += ["--with", shlex.quote(file["file"])]
    for key in (*(["replicates"] if verb == "compare" else []), "population", "months", "burn_in", "seed"):
        words += [f"--{key.replace('_', '-')}", str(request[key])]
    if request.get("by"):
        words += ["--by", request["by"]]
    return " ".join(words)


def python(comparison: Comparison) -> str:
    """The Python that makes this comparison again."""
    request = comparison.request
    names = [_scheme_argument(name) for name in comparison.alternatives]
    numbers = ", ".join(f"{key}={request[key]}" for key in ("replicates", "months", "burn_in", "seed"))
    own = ", ".join(repr(file["file"]) for file in _own(comparison))
    numbers += f", by={comparison.by!r}" if comparison.by else ""
    return (
        "import incentive_model as im\n\n"
        + (f"im.load_instruments({own})\n" if own else "")
        + f"place = im.load_place({request['place']!r}, population={request['population']})\n"
        f"result = im.compare(place, {names!r}, {numbers})\n"
        f'im.report(result, "results/compare-{Path(request["place"]).name}")\n'
    )


def _scheme_argument(name: str) -> str:
    """A packaged scheme goes by its name, one's own by its file."""
    return name if name in scheme_names() else f"{name}.toml"
