"""Levers act through instruments alone, and instruments only when they settle."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import small_place
from random_place import DRAWN, EVERYTHING, NUMBERS, PARTS, WORDS

import incentive_model as im
from incentive_model.cards import levers
from incentive_model.incentives import PACKAGED
from incentive_model.incentives.care import Care


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return im.load_place(small_place.write(tmp_path_factory.mktemp("small") / "place"), population=150)


def frozen(x: Any) -> Any:
    """Everything inside a thing, as something that can be compared."""
    if isinstance(x, np.ndarray):
        return str(x.dtype), x.shape, x.tobytes()
    if isinstance(x, dict):
        return sorted((str(key), frozen(value)) for key, value in x.items())
    if isinstance(x, list | tuple):
        return [frozen(value) for value in x]
    if hasattr(x, "__dict__"):
        return type(x).__name__, frozen(vars(x))
    return repr(x)


def test_random_schemes_draw_every_lever_within_its_bounds():
    assert set(levers()) == DRAWN
    drawn = [*WORDS.items(), *NUMBERS.items()]
    drawn += [
        (name, [parts[k] for parts in values])
        for names, values in PARTS.items()
        for k, name in enumerate(names)
    ]
    for name, values in drawn:
        assert len(set(values)) > 1, name
        assert all(levers()[name].accepts(value) for value in values), name
        if levers()[name].choices:
            assert set(values) == set(levers()[name].choices), name
    assert set(EVERYTHING.levers) == set(levers())


def extremes(low: bool) -> dict[str, Any]:
    """Every lever at one end of its bounds (its first or last word); parts of a whole all in one place."""
    ends: dict[str, Any] = {}
    for name, card in levers().items():
        ends[name] = card.choices[0 if low else -1] if card.choices else card.low if low else card.high
    for names in PARTS:
        ends |= dict.fromkeys(names, 0.0) | {names[0 if low else -1]: 1.0}
    return ends


@pytest.mark.parametrize("low", [True, False], ids=["lowest", "highest"])
def test_without_instruments_no_lever_does_anything(small, low):
    """There is only talk: residents hear that a scheme is in force."""

    def run(**kwargs):
        return im.IncentiveModel(small, seed=1, burn_in=12, instruments=[Care], **kwargs).run(13)

    plain, moved = run(), run(**extremes(low))
    assert moved.levers != plain.levers
    for name in plain.residents.dtype.names:
        if name != "awareness":
            np.testing.assert_array_equal(moved.residents[name], plain.residents[name], err_msg=name)
    assert (moved.residents.awareness > plain.residents.awareness).any()
    for table in ("physician_columns", "facilities", "belief"):
        assert frozen(getattr(moved, table)) == frozen(getattr(plain, table)), table
    for table in ("counts", "bills", "chain", "year", "means", "lent", "cost_admission"):
        assert frozen(getattr(moved.county, table)) == frozen(getattr(plain.county, table)), table
    assert frozen(moved.ledger.entries) == frozen(plain.ledger.entries)


@pytest.mark.parametrize("method", levers()["payment_method"].choices)
def test_announcing_changes_no_instrument_and_nothing_of_the_county(small, method):
    """Whoever only looks ahead may ask as often as they like."""
    slow = {"hospital_learning": 0.02, "hospital_initiative": 1.0, "lending_saving": 0.5}
    slow |= {"government_learning": 0.1, "audit_after_deficit": 0.5, "budget_growth": -0.3}
    scheme = EVERYTHING.with_levers(payment_method=method)
    model = im.IncentiveModel(small, scheme, seed=1, burn_in=12, **slow)
    while model.month < 13:
        model.step()
        instruments, county = frozen(model.instruments), frozen(vars(model.county))
        tables = copy.deepcopy(model.tables)  # of its own: the county's share θ is a column of the month's
        tables.clear()
        for me, instrument in enumerate(model.instruments):
            before = frozen(instrument)
            instrument.announce(model.county, tables, me)
            assert frozen(instrument) == before, f"{instrument.name} in month {model.month}"
        assert frozen(model.instruments) == instruments
        assert frozen(vars(model.county)) == county


def test_the_same_announcement_twice_gives_the_same_tables(small):
    model = im.IncentiveModel(small, EVERYTHING, seed=1, burn_in=12).run(7)
    said = []
    for _ in range(2):
        model.tables.clear()
        for me, instrument in enumerate(model.instruments):
            instrument.announce(model.county, model.tables, me)
        said.append(frozen(vars(model.tables)))
    assert said[0] == said[1]


def test_every_packaged_instrument_has_a_name_of_its_own():
    names = [make.name for make in PACKAGED]
    assert all(names)
    assert len(set(names)) == len(names)
