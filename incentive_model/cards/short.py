"""Short ways to write the card of a lever or of a behavioural parameter."""

from __future__ import annotations

import math

from incentive_model.cards.card import Card, Family, Tag, Value
from incentive_model.cards.registry import declare

AGE_BANDS = ("0_14", "15_44", "45_59", "60_up")


def lever_card(
    name: str,
    family: Family,
    unit: str,
    meaning: str,
    source: str,
    tag: Tag,
    default: Value,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    plausible: tuple[float, float] | None = None,
    *,
    choices: tuple[str, ...] = (),
) -> None:
    """Declare a lever: a number within ``bounds``, or one of the words in ``choices``."""
    declare(
        Card(
            name=name,
            role="lever",
            family=family,
            unit=unit,
            meaning=meaning,
            source=source,
            tag=tag,
            default=default,
            low=bounds[0],
            high=bounds[1],
            plausible=plausible,
            distribution="choice" if choices else "uniform",
            choices=choices,
        )
    )


def uncertain(
    name: str,
    default: float,
    plausible: tuple[float, float],
    unit: str,
    meaning: str,
    source: str,
    tag: Tag = "A",
    *,
    symbol: str = "",
    low: float = -math.inf,
    high: float = math.inf,
) -> None:
    """Declare a behavioural parameter that sensitivity analysis may vary over ``plausible``."""
    declare(
        Card(
            name=name,
            role="uncertain",
            family="behaviour",
            unit=unit,
            meaning=meaning,
            source=source,
            tag=tag,
            default=float(default),
            low=low,
            high=high,
            plausible=plausible,
            symbol=symbol,
        )
    )


def fixed(
    name: str,
    default: float,
    unit: str,
    meaning: str,
    source: str,
    tag: Tag = "A",
    *,
    low: float = -math.inf,
    high: float = math.inf,
) -> None:
    """Declare a number of the model's structure that is not varied by default."""
    declare(
        Card(
            name=name,
            role="fixed",
            family="behaviour",
            unit=unit,
            meaning=meaning,
            source=source,
            tag=tag,
            default=float(default),
            low=low,
            high=high,
            distribution="none",
        )
    )


def fixed_by_age(
    stem: str,
    defaults: tuple[float, float, float, float],
    unit: str,
    meaning: str,
    source: str,
    tag: Tag = "A",
) -> None:
    """Declare four numbers, one an age band: ``stem_0_14`` … ``stem_60_up``."""
    for band, default in zip(AGE_BANDS, defaults, strict=True):
        fixed(f"{stem}_{band}", default, unit, f"{meaning}, age {band.replace('_', '-')}", source, tag)
