"""Short ways to write a behavioural parameter's card."""

from __future__ import annotations

import math

from incentive_model.cards.card import Card, Tag
from incentive_model.cards.registry import declare

AGE_BANDS = ("0_14", "15_44", "45_59", "60_up")


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
    stem: str, defaults: tuple[float, float, float, float], unit: str, meaning: str, source: str, tag: Tag = "A"
) -> None:
    """Declare four numbers, one an age band: ``stem_0_14`` … ``stem_60_up``."""
    for band, default in zip(AGE_BANDS, defaults, strict=True):
        fixed(f"{stem}_{band}", default, unit, f"{meaning}, age {band.replace('_', '-')}", source, tag)
