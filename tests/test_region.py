"""A county of a table has what a resident of its template has; a region is refused by row and column."""

from __future__ import annotations

import pickle
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import small_place

from incentive_model import IncentiveModel
from incentive_model.cards import InputError
from incentive_model.inputs import Place, load_place, place_names
from incentive_model.inputs.county import County, template
from incentive_model.inputs.region import CountyRow, read_region
from incentive_model.runs.plan import place_hash

REGION = Path(__file__).resolve().parent.parent / "experiments" / "region"


def county(like: str, size: float = 1.0, **columns: float) -> County:
    return County("here", "Here", like, round(template(like).population * size), **columns)  # type: ignore[arg-type]


def region(tmp_path: Path, text: str) -> tuple[County, ...]:
    (tmp_path / "counties.csv").write_text(text, encoding="utf-8")
    return read_region(tmp_path / "counties.csv")


def results(place: Place) -> tuple[str, list[int], int]:
    model = IncentiveModel(place, "full-package", seed=1, burn_in=0, threads=1)
    model.run(months=3)
    outcome = model.resident_outcome
    return model.series().to_csv(), [hash(x.tobytes()) for x in outcome], int(model.ledger.balances.sum())


@pytest.mark.parametrize("like", place_names())
def test_as_many_residents_as_the_template_s_make_the_template(like: str) -> None:
    made, there = county(like).place("full"), template(like)
    assert place_hash(replace(made, name=there.name, title=there.title)) == place_hash(there)


def test_as_many_residents_as_the_template_s_give_its_results_to_the_bit() -> None:
    assert results(county("yongan").place(200)) == results(load_place("yongan", 200))
    assert results(county("yongan", 1.1).place(200)) != results(load_place("yongan", 200))


@pytest.mark.parametrize("size", [0.13, 0.5, 0.997, 1.3, 7.77])
@pytest.mark.parametrize("like", place_names())
def test_a_resident_has_what_one_of_the_template_has(like: str, size: float) -> None:
    there, here = template(like), county(like, size).place("full")
    size = here.population / there.population
    assert here.villages["residents"].sum() == here.population == here.agents
    assert (here.facilities["physicians"] > 0).all()
    before, after = (x.facilities.set_index("id") for x in (there, here))
    for column in ("beds", "physicians"):
        was, now = before[column] * size, after[column].reindex(before.index, fill_value=0)
        assert (abs(now - was) < 1 + 1e-9).all()
        assert abs(now[before["outside"] == 0].sum() - was[before["outside"] == 0].sum()) <= 0.5 + 1e-6
        for tier in ("T0", "T1", "T2", "T3"):
            assert abs(now[before["tier"] == tier].sum() - was[before["tier"] == tier].sum()) < 1 + 1e-6
    centres = [x.villages.groupby(x.facilities["parent"].to_numpy()[x.villages["clinic_row"]])["residents"].sum() for x in (there, here)]
    assert (abs(centres[1] - centres[0] * size) < 1 + 1e-6).all()
    physicians, clinics = after["physicians"].to_numpy(), here.villages["clinic_row"].to_numpy()
    if size > 0.1:  # nobody's clinic closes without another taking its residents in
        assert (here.villages["residents"] / physicians[clinics]).max() < 3 * (
            there.villages["residents"] / before["physicians"].to_numpy()[there.villages["clinic_row"]]
        ).max()
    for made, of in ((here, there),):  # rows still mean the same facilities
        ids, old = made.facilities["id"].to_numpy(), of.facilities["id"].to_numpy()
        parents = made.facilities["parent_row"].to_numpy()
        assert [ids[row] if row >= 0 else "" for row in parents] == made.facilities["parent"].tolist()
        assert ids[made.skills["facility_row"]].tolist() == old[of.skills["facility_row"]].tolist()
