"""The tables of the documents, from the cards and from the code.

    python docs/tables.py           writes them anew
    python docs/tables.py --check   exits 1 if one is stale, and names it

A document holds a table between two comments, ``<!-- cards: NAME -->`` and ``<!-- end -->``. NAME is one of
the keys of ``TABLES``.
"""

from __future__ import annotations

import inspect
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import get_args

from incentive_model.cards import Card, Family, indicators, levers, parameters
from incentive_model.model import MONTH

DOCS = Path(__file__).resolve().parent
BLOCK = re.compile(r"(<!-- cards: ([a-z-]+) -->\n)(?:(?!<!-- ).)*(<!-- end -->)", re.DOTALL)
MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"

TAGS = {
    "SEED": "stated in a source document",
    "S": "published, seen as an abstract or the opening of a page",
    "R": "read in a public repository",
    "D": "derived from tagged numbers",
    "M": "commonly quoted, not checked again",
    "A": "assumed, no source",
    "F": "free: fitted to the baseline's targets",
}


def table(head: str, rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; ``head`` has the column names, separated by bars."""
    names = [name.strip() for name in head.split("|")]
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(x: object) -> str:
    """A value as people write it."""
    if isinstance(x, float | int) and not isinstance(x, bool):
        if math.isinf(x):
            return "∞"
        return f"{x:,.10g}".replace("-", MINUS)
    return f"`{x}`"


def span(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}" if low < 0 else f"{number(low)}{EN_DASH}{number(high)}"


def allowed(card: Card) -> str:
    return ", ".join(f"`{word}`" for word in card.choices) or span(card.low, card.high)


def by_family(cards: Mapping[str, Card]) -> list[Card]:
    """Family by family, as the card lists them; by name within one."""
    order = get_args(Family)
    return sorted(cards.values(), key=lambda card: (order.index(card.family), card.name))


def of_role(role: str) -> list[Card]:
    return sorted((card for card in parameters().values() if card.role == role), key=lambda card: card.name)


def schedule_table() -> str:
    rows = []
    for place, phase in enumerate(MONTH, start=1):
        told = inspect.cleandoc(phase.__doc__ or "").splitlines()[0]
        rows.append((str(place), f"`{phase.__name__}`", re.sub(r"^Phase \d+: ", "", told).rstrip(".")))
    return table("phase | name | what happens", rows)


def lever_table() -> str:
    head = "lever | family | unit | default | allowed | plausible | what it is | source | tag"
    return table(
        head,
        (
            (
                f"`{card.name}`",
                card.family,
                card.unit,
                number(card.default),
                allowed(card),
                span(*card.plausible) if card.plausible else "",
                card.meaning,
                card.source,
                card.tag,
            )
            for card in by_family(levers())
        ),
    )


def uncertain_table() -> str:
    return table(
        "parameter | symbol | unit | default | plausible | what it is | source | tag",
        (
            (
                f"`{card.name}`",
                card.symbol,
                card.unit,
                number(card.default),
                span(*card.plausible) if card.plausible else "",
                card.meaning,
                card.source,
                card.tag,
            )
            for card in of_role("uncertain")
        ),
    )


def fixed_table() -> str:
    return table(
        "parameter | unit | value | what it is | source | tag",
        (
            (f"`{card.name}`", card.unit, number(card.default), card.meaning, card.source, card.tag)
            for card in of_role("fixed")
        ),
    )


def indicator_table() -> str:
    good = {"up": "more", "down": "less", "none": ""}
    return table(
        "indicator | whose | unit | what it is | better | by group",
        (
            (
                f"`{card.name}`",
                card.family,
                card.unit,
                card.meaning,
                good[card.good],
                "yes" if card.by_group else "",
            )
            for card in by_family(indicators())
        ),
    )


def evidence_table() -> str:
    cards = (("levers", levers()), ("parameters", parameters()))
    counts = [Counter(card.tag for card in some.values()) for _, some in cards]
    rows = [(tag, meaning, *(str(count[tag]) for count in counts)) for tag, meaning in TAGS.items()]
    rows.append(("", "together", *(str(len(some)) for _, some in cards)))
    return table("tag | meaning | levers | parameters", rows)


TABLES: dict[str, Callable[[], str]] = {
    "schedule": schedule_table,
    "levers": lever_table,
    "uncertain": uncertain_table,
    "fixed": fixed_table,
    "indicators": indicator_table,
    "evidence": evidence_table,
}


def fresh(text: str) -> str:
    """A document with every table made anew.

    Raises:
        KeyError: a block names a table that does not exist.
    """
    return BLOCK.sub(lambda block: block[1] + TABLES[block[2]]() + "\n" + block[3], text)


def main(arguments: list[str]) -> int:
    """Write the tables, or say which document is stale."""
    stale = []
    for document in sorted(DOCS.glob("*.md")):
        text = document.read_text("utf-8")
        if (wanted := fresh(text)) == text:
            continue
        stale.append(document.name)
        if "--check" not in arguments:
            document.write_text(wanted, "utf-8")
    if "--check" in arguments:
        for name in stale:
            print(f"docs/{name}: a table is stale; python docs/tables.py writes it anew", file=sys.stderr)
        return 1 if stale else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
