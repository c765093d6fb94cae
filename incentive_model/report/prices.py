"""What a lever costs beside what it changes, and who pays for it: as the cards of its prices say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incentive_model.cards import parameters

#: The parameter that holds a lever's price, where it is not called ``cost_LEVER``.
PRICES = {
    "training_investment": "trainer_pay",
    "staff_posting": "posting_allowance",
    "family_doctor_coverage": "contract_fee",
    "chronic_management": "management_fee",
    "dual_director_coverage": "dual_director_pay",
    "audit_rate": "audit_cost",
    "corrective_talks": "talk_cost",
}


def price(lever: str, values: Mapping[str, Any] | None = None) -> str:
    """``6 yuan a resident-year at full strength, paid by the government``; empty if nothing is paid for it.

    Args:
        lever: its name.
        values: parameters by name; one that is missing is as its card has it.
    """
    if lever == "capital_grant":
        return "the grant itself, paid by the government"
    name = PRICES.get(lever, f"cost_{lever}")
    card = parameters().get(name)
    if card is None:
        return ""
    amount = f"{(values or {}).get(name, card.default):,.6g} {card.unit}"
    running = f"running cost of {lever} "
    if card.meaning.startswith(running):
        return f"{amount} {card.meaning.removeprefix(running)}"
    return f"{amount}: {card.meaning}"
