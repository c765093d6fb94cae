"""What a card is, and the registry of all cards.

A lever, a behavioural parameter or an indicator is declared once, as a :class:`Card`, beside the
instrument, rule or measure that uses it. Validation, documentation, tables and report labels are
derived from it. ``short`` declares one in a line; ``names`` are those that are taken.
"""

from incentive_model.cards.card import Card, Family, Role
from incentive_model.cards.faults import Fault, InputError, nearest
from incentive_model.cards.registry import (
    declare,
    indicators,
    levers,
    load_all,
    parameters,
)

__all__ = [
    "Card",
    "Family",
    "Fault",
    "InputError",
    "Role",
    "declare",
    "indicators",
    "levers",
    "load_all",
    "nearest",
    "parameters",
]
