"""All cards by name. A card enters when the module that declares it is imported."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from incentive_model.cards.card import Card, Family

_cards: dict[str, Card] = {}

#: The rooms whose modules declare cards.
ROOMS = ("rules", "incentives", "measures")


def declare(*cards: Card) -> None:
    """Enter cards. The same card may be entered twice; another one of that name may not."""
    for card in cards:
        known = _cards.setdefault(card.name, card)
        if known != card:
            raise ValueError(f"two cards are named {card.name!r}: {known} and {card}")


def load_all() -> None:
    """Import every room that declares cards, so that the registry is complete."""
    for room in ROOMS:
        importlib.import_module(f"incentive_model.{room}")


def _of(*roles: str) -> Mapping[str, Card]:
    load_all()
    families = get_args(Family)
    cards = sorted(_cards.values(), key=lambda card: families.index(card.family))
    return MappingProxyType({card.name: card for card in cards if card.role in roles})


def levers() -> Mapping[str, Card]:
    """Every lever that a scheme may set."""
    return _of("lever")


def parameters() -> Mapping[str, Card]:
    """Every behavioural or economic parameter, uncertain and fixed."""
    return _of("uncertain", "fixed")


def indicators() -> Mapping[str, Card]:
    """Everything that is measured."""
    return _of("indicator")
