"""What is measured is the same model, and what the measurements say of its size is so."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import small_place
from random_place import EVERYTHING

from benchmarks.numpy_month.check import check
from benchmarks.prefecture import prefecture
from benchmarks.slopes import slope
from incentive_model import IncentiveModel
from incentive_model.cards import InputError
from incentive_model.engine.columns import RESIDENT, RESIDENT_BYTES, table
from incentive_model.inputs import Scheme, load_place, load_scheme

PERFORMANCE = (Path(__file__).parents[1] / "docs" / "performance.md").read_text("utf-8")
TAKES = PERFORMANCE.split("## What a resident takes")[1].split("\n## ")[0]


MOST = EVERYTHING.with_levers(referral_choice="assigned")


@pytest.mark.parametrize("scheme", [load_scheme("status-quo"), MOST], ids=lambda x: x.name)
def test_the_numpy_month_is_the_engine_s(scheme: Scheme) -> None:
    assert check(13, load_place("yongan", 400), scheme, seed=1, burn_in=2, by="age") == []


def test_the_numpy_month_refuses_what_it_does_without(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="free choice of the hospital"):
        check(1, load_place("yongan", 400), EVERYTHING, seed=1, burn_in=0)
    folder = small_place.write(tmp_path / "small")  # whose hospital has one above it
    with pytest.raises(InputError, match="hospitals that refer on"):
        check(1, load_place(folder, 40), load_scheme("status-quo"), seed=1, burn_in=0)


def test_a_prefecture_has_the_residents_and_facilities_asked_for() -> None:
    place = prefecture(40_000, 300)
    assert place.agents == place.population == place.villages["residents"].sum() == 40_000
    assert len(place.facilities) == 300
    model = IncentiveModel(place, seed=1, burn_in=0)
    model.step()
    assert model.county.residents_at[model.county.tier == 1].sum() == 40_000
    tiers = prefecture(1_200_000).facilities["tier"].value_counts()
    assert tiers.to_dict() == {"T0": 1_091, "T1": 60, "T2": 4, "T3": 2}


def test_the_slope_of_a_power_is_its_exponent() -> None:
    found = slope([1.0, 10.0, 100.0], [3.0, 30.0, 300.0])
    assert found is not None
    assert found.slope == pytest.approx(1.0)
    assert found.error == pytest.approx(0.0, abs=1e-12)
    assert slope([1.0, 2.0], [1.0, 2.0]) is None


def test_the_document_has_every_column_and_its_bytes() -> None:
    row = table(RESIDENT, 0)
    lines = [line.split("|")[1:-1] for line in TAKES.splitlines() if line.startswith("| `")]
    said = {}
    for names, _, size in lines:
        columns = re.findall(r"`(\w+)`", names)
        said.update(dict.fromkeys(columns, 0))
        assert sum(row.dtype[name].itemsize for name in columns) == int(size)
    assert sorted(said) == sorted(name for name, _, _ in RESIDENT)
    assert f"| row | {row.itemsize} |" in PERFORMANCE
    assert f"| together | {RESIDENT_BYTES} |" in PERFORMANCE
    assert np.sum([row.dtype[name].itemsize for name in said]) == row.itemsize
