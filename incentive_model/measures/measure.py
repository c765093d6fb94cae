"""How an indicator is declared: its card and its formula together."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from incentive_model.cards import Card, declare
from incentive_model.cards.card import Family
from incentive_model.measures.window import CountyWindow, Ratio, Window

Good = Literal["up", "down", "none"]
W = TypeVar("W", bound=Window)
#: :func:`measure` or :func:`county_measure`.
Declaring = Callable[[str, Family, str, str, Good], Callable[[Callable[[W], Ratio]], Callable[[W], Ratio]]]

#: Every indicator: its name to the function that takes numerator and denominator from a window.
MEASURES: dict[str, Callable[[CountyWindow], Ratio]] = {}
#: Of these, what can also be said of a group of residents.
OF_GROUPS: dict[str, Callable[[Window], Ratio]] = {}


def measure(
    name: str, family: Family, unit: str, meaning: str, good: Good = "none", source: str = "MODEL 16"
) -> Callable[[Callable[[Window], Ratio]], Callable[[Window], Ratio]]:
    """Declare an indicator of residents: of all of them, and of any group."""

    def enter(function: Callable[[Window], Ratio]) -> Callable[[Window], Ratio]:
        _declare(name, family, unit, meaning, good, source, by_group=True)
        MEASURES[name] = OF_GROUPS[name] = function
        return function

    return enter


def county_measure(
    name: str, family: Family, unit: str, meaning: str, good: Good = "none", source: str = "MODEL 16"
) -> Callable[[Callable[[CountyWindow], Ratio]], Callable[[CountyWindow], Ratio]]:
    """Declare an indicator of the county alone: no group of residents has a surplus, or beds."""

    def enter(function: Callable[[CountyWindow], Ratio]) -> Callable[[CountyWindow], Ratio]:
        _declare(name, family, unit, meaning, good, source, by_group=False)
        MEASURES[name] = function
        return function

    return enter


def _declare(
    name: str, family: Family, unit: str, meaning: str, good: Good, source: str, *, by_group: bool
) -> None:
    declare(
        Card(
            name=name,
            role="indicator",
            family=family,
            unit=unit,
            meaning=meaning,
            source=source,
            tag="D",
            good=good,
            distribution="none",
            by_group=by_group,
        )
    )


def per_tier(
    of: Declaring[W],
    stem: str,
    tiers: Iterable[int],
    family: Family,
    unit: str,
    meaning: str,
    good: Good = "none",
) -> Callable[[Callable[[W, int], Ratio]], Callable[[W, int], Ratio]]:
    """Declare one indicator a tier; ``{tier}`` in the stem and the meaning is replaced.

    Args:
        of: :func:`measure` or :func:`county_measure`.
    """
    words = {0: "village clinics", 1: "centres", 2: "county hospitals", 3: "tertiary hospitals"}

    def enter(function: Callable[[W, int], Ratio]) -> Callable[[W, int], Ratio]:
        for tier in tiers:
            name, told = stem.format(tier=f"T{tier}"), meaning.format(tier=words[tier])
            of(name, family, unit, told, good)(functools.partial(_at, function, tier))
        return function

    return enter


def _at(function: Callable[[W, int], Ratio], tier: int, w: W) -> Ratio:
    return function(w, tier)
