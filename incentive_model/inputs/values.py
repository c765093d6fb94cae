"""Values of levers and parameters, judged by their cards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from incentive_model.cards import Card, Fault, InputError, levers, nearest
from incentive_model.inputs.shapes import shown

Value = float | int | str

#: Months: nobody is born, ages or moves, which ten years can bear.
LONGEST = 120
#: Seeds are held in 64 bits.
SEED_LIMIT = 2**63
#: Levers whose names begin so are parts of one whole and sum to 1.
PARTS_OF_ONE = ("weight_", "surplus_split_")


def value_faults(values: Mapping[str, Any], cards: Mapping[str, Card], where: str, kind: str) -> list[Fault]:
    """A fault for each unknown name and each value that its card refuses.

    Args:
        values: name to value, as written.
        cards: the cards of that kind.
        where: what stands before the name, for example ``place.toml: levers.``.
        kind: ``lever`` or ``parameter``.
    """
    faults = []
    for name, value in values.items():
        card = cards.get(name)
        if card is None:
            mend = nearest(name, cards) or f"see: incentive-model list {kind}s"
            if kind == "lever":
                mend += " (one of your own: --with FILE.py)"
            found = f"an unknown {kind} {shown(name)}"
            faults.append(Fault(where + _plain(name), found, f"a {kind}'s name", mend))
        elif not card.accepts(value):
            mend = nearest(value, card.choices) if isinstance(value, str) else ""
            faults.append(Fault(where + name, shown(value), card.allowed(), mend))
    return faults


def typed(values: Mapping[str, Any], cards: Mapping[str, Card]) -> dict[str, Any]:
    """Accepted values in their card's type: 1, written for a fraction, becomes 1.0, and 24.0 months 24."""
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}
    kinds: dict[str, Any] = {name: type(cards[name].default) for name in plain}
    return {name: kinds[name](x) if kinds[name] in (int, float) else x for name, x in plain.items()}


def whole_number(name: str, value: object, low: int, high: int | None = None) -> int:
    """``value`` as an int within [low, high]; else an :class:`InputError` that names it."""
    if isinstance(value, np.integer):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= (high or value):
        return value
    allowed = f"a whole number, {low} or more" if high is None else f"a whole number from {low} to {high}"
    raise InputError(Fault(name, repr(value), allowed))


def wholes() -> list[set[str]]:
    """The levers that are parts of one whole, whole by whole."""
    return [{name for name in levers() if name.startswith(prefix)} for prefix in PARTS_OF_ONE]


def sum_faults(resolved: Mapping[str, Any], where: str) -> list[Fault]:
    """A fault for each group of levers that should sum to 1 and does not."""
    faults = []
    for prefix in PARTS_OF_ONE:
        parts = {name: value for name, value in resolved.items() if name.startswith(prefix)}
        total = math.fsum(parts.values())
        if parts and abs(total - 1) > 1e-9:
            found = f"{' + '.join(parts)} = {total:.10g}"
            faults.append(Fault(f"{where}{prefix}*", found, "parts that sum to 1"))
    return faults


def _plain(name: str) -> str:
    return name if name.isidentifier() else shown(name)
