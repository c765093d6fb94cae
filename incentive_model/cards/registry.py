"""All cards by name. A card enters when the module that declares it is imported."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from incentive_model.cards.card import Card, Family, Tag
from incentive_model.cards.faults import Fault, InputError, nearest
from incentive_model.cards.names import name_fault

_cards: dict[str, Card] = {}
#: By roles, what has been asked for since a card last entered: a plan asks for each of its runs.
_asked: dict[tuple[str, ...], Mapping[str, Card]] = {}

#: The rooms whose modules declare cards.
ROOMS = ("rules", "incentives", "measures")


def declare(*cards: Card) -> None:
    """Enter cards. The same card may be entered twice; another one of that name may not.

    Raises:
        InputError: a name that is taken, or a card that contradicts itself.
    """
    for card in cards:
        if fault := _fault(card):
            raise InputError(fault)
        _cards[card.name] = card
    _asked.clear()


def _fault(card: Card) -> Fault | None:
    """What is wrong with a card, if anything."""
    where = f"card {card.name!r}"
    known = _cards.get(card.name, card)
    if known != card:
        found = f"the name of another {'lever' if known.role == 'lever' else 'card'} ({known.meaning})"
        return Fault(where, found, "a name of its own", "choose another name")
    if found := name_fault(card.name):
        return Fault(where, found, "a name of its own", "choose another name")
    for what, word, words in (
        ("family", card.family, get_args(Family)),
        ("tag", card.tag, get_args(Tag)),
    ):
        if word not in words:
            return Fault(f"{where}, {what}", repr(word), f"one of {', '.join(words)}", nearest(word, words))
    if card.role != "indicator" and not card.accepts(card.default):
        return Fault(f"{where}, default", repr(card.default), card.allowed())
    return None


def copied() -> dict[str, Card]:
    """All cards there are now, for :func:`restore`."""
    return dict(_cards)


def restore(cards: Mapping[str, Card]) -> None:
    """Have these cards and no others."""
    _cards.clear()
    _cards.update(cards)
    _asked.clear()


@functools.cache
def load_all() -> None:
    """Import every room that declares cards, so that the registry is complete."""
    for room in ROOMS:
        importlib.import_module(f"incentive_model.{room}")


def _of(*roles: str) -> Mapping[str, Card]:
    load_all()
    if roles not in _asked:
        families = get_args(Family)
        cards = sorted(_cards.values(), key=lambda card: families.index(card.family))
        _asked[roles] = MappingProxyType({card.name: card for card in cards if card.role in roles})
    return _asked[roles]


def levers() -> Mapping[str, Card]:
    """Every lever that a scheme may set."""
    return _of("lever")


def parameters() -> Mapping[str, Card]:
    """Every behavioural or economic parameter, uncertain and fixed."""
    return _of("uncertain", "fixed")


def indicators() -> Mapping[str, Card]:
    """Everything that is measured."""
    return _of("indicator")
