"""What was fitted is what the cards say."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from incentive_model.cards import parameters
from incentive_model.inputs import load_place, place_names

FITS = Path(__file__).resolve().parent.parent / "results" / "calibration"
FIT = FITS / "yongan" / "fit.toml"
OTHERS = [name for name in place_names() if name != "yongan" and (FITS / name / "fit.toml").exists()]


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


@pytest.mark.parametrize("name", OTHERS)
def test_a_place_holds_its_own_fitted_values(name: str) -> None:
    """A place's parameters are those of its ``fit.toml``, and at most others of which it says why."""
    fit = tomllib.loads((FITS / name / "fit.toml").read_text("utf-8"))
    own = load_place(name).parameters
    for table in (fit["fitted"], fit["settled"]):
        assert {parameter: own.get(parameter) for parameter in table} == table
