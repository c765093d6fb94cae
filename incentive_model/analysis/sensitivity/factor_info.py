"""What is said of a factor beside its index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from incentive_model.inputs.card_columns import varied_cards
from incentive_model.inputs.design import DUMMY, Factor


@dataclass(frozen=True)
class FactorInfo:
    """A factor, or a group of factors that move together.

    Attributes:
        role: ``lever``, ``behaviour``, ``place``, ``dummy``; ``factor`` of a function; ``group``.
        group: the family of a lever, else whose behaviour it is; empty if unknown.
        low, high: from where to where, as written.
    """

    name: str
    role: str
    group: str
    low: str
    high: str


def infos(
    factors: Mapping[str, Factor], groups: Mapping[str, tuple[str, ...]], *, cards: bool
) -> tuple[FactorInfo, ...]:
    """What is said of the factors of a design, or of its groups.

    Args:
        cards: whether factors are levers and parameters.
    """
    if groups:
        return tuple(FactorInfo(name, "group", "", "", ", ".join(of)) for name, of in groups.items())
    return tuple(_info(factor, cards=cards) for factor in factors.values())


def _info(factor: Factor, *, cards: bool) -> FactorInfo:
    if factor.unseen:
        return FactorInfo(DUMMY, DUMMY, "", "", "")
    ends = (factor.values[0], factor.values[-1]) if factor.values else (factor.low, factor.high)
    low, high = (x if isinstance(x, str) else f"{x:g}" for x in ends)
    if not cards:
        return FactorInfo(factor.name, "factor", "", low, high)
    card = varied_cards()[factor.name]
    return FactorInfo(factor.name, card.part, card.concern, low, high)
