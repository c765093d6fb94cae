"""Short ways to write the card of a lever or of a behavioural parameter."""

from __future__ import annotations

import math

from incentive_model.cards.card import Card, Family, Tag, Value, Whose
from incentive_model.cards.registry import declare

AGE_BANDS = ("0_14", "15_44", "45_59", "60_up")


#: Hard bounds that a unit implies, where a card does not say its own.
BOUNDS = {
    "share": (0.0, 1.0),
    "0–1": (0.0, 1.0),
    "severity": (0.0, 1.0),
    "utility": (0.0, 1.0),
    "rate": (0.0, 1.0),
    "an episode": (0.0, 1.0),
    "a month": (0.0, 1.0),
    "yuan": (0.0, math.inf),
    "yuan a day": (0.0, math.inf),
    "days": (0.0, math.inf),
    "days a month": (0.0, 31.0),
    "months": (1.0, math.inf),
    "visits": (0.0, math.inf),
    "weight": (0.0, math.inf),
    "ratio": (0.0, math.inf),
    "factor": (0.0, math.inf),
    "scale": (0.0, math.inf),
}


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
    plausible: tuple[float, float] | None,
    unit: str,
    meaning: str,
    source: str,
    tag: Tag = "A",
    *,
    symbol: str = "",
    low: float | None = None,
    high: float | None = None,
    whose: Whose = "",
) -> None:
    """Declare a behavioural parameter that sensitivity analysis may vary over ``plausible``.

    ``low`` and ``high`` are hard bounds; where they are not given, the unit's own hold. ``whose`` behaviour
    it is, or ``place``.
    """
    least, most = BOUNDS.get(unit, (-math.inf, math.inf))
    declare(
        Card(
            name=name,
            role="fixed" if plausible is None else "uncertain",
            family="behaviour",
            unit=unit,
            meaning=meaning,
            source=source,
            tag=tag,
            default=float(default),
            low=least if low is None else low,
            high=most if high is None else high,
            plausible=plausible,
            distribution="none" if plausible is None else "uniform",
            symbol=symbol,
            whose=whose,
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
    low: float | None = None,
    high: float | None = None,
) -> None:
    """Declare a number of the model's structure that is not varied by default."""
    uncertain(name, default, None, unit, meaning, source, tag, low=low, high=high)


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
