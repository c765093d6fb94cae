"""Names and numbers in plain words, alike in every figure and table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from incentive_model.analysis.intervals import Interval

MINUS = "−"

STAKEHOLDER_LABELS = {
    "patients": "Patients",
    "physicians": "Physicians",
    "primary": "Primary institutions",
    "hospitals": "County hospitals",
    "insurer": "Insurer",
    "government": "Government",
    "external": "Outside",
}
GROUP_LABELS = {
    "all": "All residents",
    "1": "Poorest fifth",
    "2": "Second fifth",
    "3": "Middle fifth",
    "4": "Fourth fifth",
    "5": "Richest fifth",
}
BY_LABELS = {
    "quintile": "income",
    "age": "age",
    "insurance": "insurance",
    "home": "home",
    "chronic": "chronic condition",
}
VERDICT_LABELS = {
    "win-win": "Win-win",
    "potential": "Potential gain",
    "conflict": "Conflict",
    "unclear": "Unclear",
    "no-difference": "No difference",
}
VERDICT_MEANINGS = {
    "win-win": "nobody loses, in money or in what else concerns them, and somebody gains",
    "potential": "somebody loses; with health valued in yuan, less time, the gains of those inside are "
    "larger than the losses",
    "conflict": "somebody loses, and the gains, health valued in yuan included, do not make up for it",
    "unclear": "what decides has an interval that holds zero, or none; more replicates may settle it",
    "no-difference": "nothing changes, for anybody, in any replicate",
}


class Asked(Protocol):
    """What was asked for: a comparison, or one run."""

    @property
    def request(self) -> dict[str, Any]: ...

    @property
    def baseline(self) -> str: ...

    @property
    def alternatives(self) -> list[str]: ...


def group_label(by: str, group: str) -> str:
    """A group of residents as people call it."""
    if by == "quintile":
        return GROUP_LABELS[group]
    words = group.replace("_", " ").replace("-", "\N{EN DASH}" if by == "age" else "-")
    return {
        "age": f"Age {words}",
        "insurance": f"Insurance: {words}",
        "home": f"{words.capitalize()} homes",
        "chronic": "Chronically ill" if group == "chronic" else "Not chronically ill",
    }[by]


def scheme_title(comparison: Asked, scheme: str) -> str:
    """The title written in the scheme's file, or its name."""
    return str(comparison.request["schemes"][scheme]["title"] or scheme)


def shortened(text: str, length: int) -> str:
    """The text, cut to so many characters; whole words are not waited for, as Chinese has no spaces."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def stakeholder(name: str) -> str:
    """A stakeholder as people call it; an unknown account keeps its name."""
    return STAKEHOLDER_LABELS.get(name, name.replace("_", " ").capitalize())


def number(value: float | None, decimals: int = 1, *, sign: bool = False) -> str:
    """A number with thousands separated; with ``sign``, + or − in front unless it is exactly zero.

    A number too small to show keeps its sign: ``+0.0`` is a little more than nothing, ``0`` is nothing.
    """
    if value is None or math.isnan(value):
        return "n/a"
    if value == 0:
        return "0"
    body = f"{abs(value):,.{decimals}f}"
    if value < 0:
        return MINUS + body
    return "+" + body if sign else body


def part_year(months: int) -> str:
    """What a reader must know where the horizon is not whole years; else nothing."""
    if months % 12 == 0:
        return ""
    return (
        " The horizon is not whole years: pay at stake and shared accounts are settled each December, and "
        "what is not settled by then is missing here."
    )


def bounds(low: float | None, high: float | None, decimals: int = 1) -> str:
    """An interval in brackets, or that there is none."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return "[no interval]"
    return f"[{number(low, decimals)}, {number(high, decimals)}]"


def with_bounds(found: Interval, decimals: int = 1, *, sign: bool = False, unit: str = "") -> str:
    """A mean and its interval: ``+12.3 [11.0, 13.6]``; ``unit`` stands right after the mean."""
    return f"{number(found.mean, decimals, sign=sign)}{unit} {bounds(found.low, found.high, decimals)}"


def is_share(unit: str) -> bool:
    """Whether a card's unit is a fraction of one: ``share``, or ``share of visits``."""
    return unit == "share" or unit.startswith("share of ")


def display_unit(unit: str, *, change: bool = False) -> str:
    """How a card's unit is printed: shares in per cent, their changes in percentage points."""
    if not is_share(unit):
        return unit
    return "percentage points" if change else "%" + unit.removeprefix("share")


def scale(unit: str) -> float:
    """What to multiply a value by before it is printed in :func:`display_unit`."""
    return 100.0 if is_share(unit) else 1.0


def scaled(found: Interval, factor: float) -> Interval:
    """The same finding in another unit."""
    mean, low, high = (None if x is None else x * factor for x in found[:3])
    return Interval(mean, low, high, found.n)


def decimals_for(values: Iterable[float | None]) -> int:
    """Decimals (0 to 4) that show at least two digits of the largest of these numbers."""
    sizes = [abs(x) for x in values if x is not None and not math.isnan(x) and x != 0]
    if not sizes:
        return 1
    return max(0, min(4, 1 - math.floor(math.log10(max(sizes)))))


def joined(parts: list[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def some(names: Sequence[str], most: int = 12) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def counted(number: int, what: str) -> str:
    """``1 month``, ``1,200 months``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
