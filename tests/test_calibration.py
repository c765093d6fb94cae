"""What was fitted is what the cards say."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from incentive_model.cards import parameters

FIT = Path(__file__).resolve().parent.parent / "results" / "calibration" / "yongan" / "fit.toml"


@pytest.mark.skipif(not FIT.exists(), reason="nothing has been fitted yet")
def test_the_cards_hold_the_fitted_values() -> None:
    """Defaults of the cards and ``fit.toml`` are the same numbers, with the same tags."""
    fit = tomllib.loads(FIT.read_text("utf-8"))
    cards = parameters()
    assert (
        fit["fitted"].keys()
        == {name for name, card in cards.items() if card.tag == "F"} & fit["fitted"].keys()
    )
    for tag, table in (("F", fit["fitted"]), ("D", fit["settled"])):
        assert {name: cards[name].default for name in table} == table
        assert {cards[name].tag for name in table} == {tag}
