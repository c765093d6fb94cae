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
        low, high: from where to where, as written; of a group, nothing and its factors.
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
    told = {factor.name: _info(factor, cards=cards) for factor in factors.values()}
    if not groups:
        return tuple(told.values())
    return tuple(_of_group(name, [told[factor] for factor in of]) for name, of in groups.items())


def _of_group(name: str, members: list[FactorInfo]) -> FactorInfo:
    """What is said of a group: the role that all of it have."""
    roles = {member.role for member in members}
    role = roles.pop() if len(roles) == 1 else "group"
    return FactorInfo(name, role, name if role != DUMMY else "", "", ", ".join(x.name for x in members))


def _info(factor: Factor, *, cards: bool) -> FactorInfo:
    if factor.unseen:
        return FactorInfo(DUMMY, DUMMY, "", "", "")
    ends = (factor.values[0], factor.values[-1]) if factor.values else (factor.low, factor.high)
    low, high = (x if isinstance(x, str) else f"{x:g}" for x in ends)
    if not cards:
        return FactorInfo(factor.name, "factor", "", low, high)
    card = varied_cards()[factor.name]
    return FactorInfo(factor.name, card.part, card.concern, low, high)
