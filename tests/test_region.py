"""Residents of a county have what its template's have; what cannot be is refused by row and column."""

from __future__ import annotations

import json
import pickle
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import small_place

from benchmarks.region import country, tables
from incentive_model import IncentiveModel
from incentive_model.cards import InputError
from incentive_model.inputs import Place, load_place, place_names
from incentive_model.inputs.county import County, template
from incentive_model.inputs.region import CountyRow, read_region
from incentive_model.runs.plan import place_hash

ROOT = Path(__file__).resolve().parent.parent
REGION = ROOT / "experiments" / "region"
EDGE = 1e-6  # a running sum of fractions may miss by so much


def like(place: str, size: float = 1.0) -> County:
    return County("here", "Here", place, round(template(place).population * size))


def region(folder: Path, *rows: str) -> tuple[County, ...]:
    (folder / "counties.csv").write_text("\n".join(rows), encoding="utf-8")
    return read_region(folder / "counties.csv")


def results(place: Place) -> tuple[object, ...]:
    model = IncentiveModel(place, "full-package", seed=1, burn_in=0, threads=1)
    model.run(months=3)
    columns = [np.asarray(column).tobytes() for column in vars(model.resident_outcome).values()]
    return model.series().to_csv(), model.flows().to_csv(), model.ledger.balances.tolist(), columns


@pytest.mark.parametrize("name", place_names())
def test_as_many_residents_as_in_the_template_make_the_template(name: str) -> None:
    made, there = like(name).place("full"), template(name)
    assert place_hash(replace(made, name=there.name, title=there.title)) == place_hash(there)


def test_as_many_residents_as_in_the_template_give_its_results_to_the_bit() -> None:
    assert results(like("yongan").place(200)) == results(load_place("yongan", 200))
    assert results(like("yongan", 1.1).place(200)) != results(load_place("yongan", 200))


@pytest.mark.parametrize("size", [0.13, 0.5, 0.997, 1.3, 7.77])
@pytest.mark.parametrize("name", place_names())
def test_a_resident_has_what_one_of_the_template_has(name: str, size: float) -> None:
    there, here = template(name), like(name, size).place("full")
    size = here.population / there.population
    before, after = there.facilities.set_index("id"), here.facilities.set_index("id")
    inside = before["outside"] == 0
    for column in ("beds", "physicians"):
        wanted, found = before[column] * size, after[column].reindex(before.index, fill_value=0)
        assert (abs(found - wanted) < 1 + EDGE).all()
        assert abs(found[inside].sum() - wanted[inside].sum()) < 0.5 + EDGE
        assert (abs((found - wanted).groupby(before["tier"]).sum()) < 1 + EDGE).all()
    assert (after["physicians"] > 0).all()
    assert here.villages["residents"].sum() == here.population == here.agents
    at_centres = [
        place.villages["residents"]
        .groupby(rows.iloc[place.villages["clinic_row"]]["parent"].to_numpy())
        .sum()
        for place, rows in ((there, before), (here, after))
    ]
    assert (abs(at_centres[1] - at_centres[0] * size) < 1 + EDGE).all()


def test_rows_mean_the_same_facilities_when_clinics_close() -> None:
    there = template("zhangjiakou-beijing")
    here = like("zhangjiakou-beijing", 0.2).place("full")
    f, ids = here.facilities, here.facilities["id"].to_numpy()
    assert len(f) < len(there.facilities)
    parents = [ids[row] if row >= 0 else "" for row in f["parent_row"]]
    assert parents == f["parent"].tolist()
    assert set(f["tier"].iloc[here.villages["clinic_row"]]) == {"T0"}
    before = there.facilities["id"].to_numpy()[there.skills["facility_row"]]
    assert ids[here.skills["facility_row"]].tolist() == before.tolist()


def test_columns_say_what_is_not_as_in_the_template(tmp_path: Path) -> None:
    head = "id;like;residents;beds_per_1000;physicians_per_1000;income_median;share_60_plus;distance"
    row = "x;gaochun;１ 000 000;6,5;2,9;25 000;30%;2"
    (county,) = region(tmp_path, f"{head};Reimbursement gap;consortium_form;hassle_up", f"{row};0,2;loose;")
    place, there = county.place(5_000), template("gaochun")
    f, before = place.facilities, there.facilities
    inside = (f["outside"] == 0).to_numpy()
    assert f["beds"][inside].sum() == 6_500
    assert f["physicians"][inside].sum() == 2_900
    assert f["beds"][~inside].sum() == round(before["beds"][~inside].sum() / 0.43)
    assert f["x_km"].tolist() == (2 * before["x_km"]).tolist()
    assert place.income_median == 25_000
    assert place.age_shares == pytest.approx([0.16 * 0.7 / 0.76, 0.34 * 0.7 / 0.76, 0.26 * 0.7 / 0.76, 0.3])
    assert place.levers == {**there.levers, "reimbursement_gap": 0.2, "consortium_form": "loose"}
    assert place.parameters == there.parameters
    assert (place.name, place.agents, place.targets) == ("x", 5_000, None)


def test_the_id_is_a_name_and_every_other_cell_a_difference(tmp_path: Path) -> None:
    head = "id,like,residents,beds_per_1000,physicians_per_1000,income_median,share_60_plus,distance"
    values = ("7", "3", "20000", "0.3", "2", "7", "0.1", "50")
    first, twin, *others = region(
        tmp_path,
        f"{head},population_seed,reimbursement_gap,hassle_up",
        "one,yongan,300000,,,,,,,,",
        "two,yongan,300000,,,,,,,,",
        "one-a,gaochun,300000,,,,,,,,",
        "one-b,yongan,300001,,,,,,,,",
        *(f"one-{k},yongan,300000{',' * k}{value}{',' * (8 - k)}" for k, value in enumerate(values, start=1)),
    )
    assert results(first.place(60)) == results(twin.place(60))
    assert (first.place().name, twin.place().name) == ("one", "two")
    hashes = {place_hash(replace(county, id="one", title="one").place()) for county in (first, *others)}
    assert len(hashes) == 1 + len(others)


def test_a_county_travels_to_another_process() -> None:
    county = read_region(REGION / "counties.csv")[0]
    sent = pickle.dumps(county)
    before = place_hash(county.place(5_000))
    template.cache_clear()
    assert len(sent) < 1_000
    assert pickle.loads(sent) == county
    assert place_hash(pickle.loads(sent).place(5_000)) == before


WRONG = [
    ("id,residents", "a,5000", "row 2, column residents: found 5,000: no beds left"),
    ("id,residents", "a,0", "row 2, column residents: found '0'"),
    ("id,residents,like", "a,90000,yongen", "row 2, column like"),
    ("id,residents,beds_per_1000", "a,90000,0", "row 2, column beds_per_1000: found 0.0: no beds left"),
    ("id,residents,physicians_per_1000", "a,90000,0.05", "row 2, column physicians_per_1000: found 0.05: no"),
    ("id,residents,distance,like", "a,90000,100,gaochun", "row 2, column distance: found 100.0"),
    ("id,residents", "a,80000000", "row 2, column residents: found 80,000,000"),
    ("id,residents", "a,90000\nA,90000", "row 3, column id: found 'A' again, as in row 2"),
    ("id,residents,reimbursement_gap", "a,90000,0.9", "row 2, column reimbursement_gap: found '0.9'"),
    ("id,residents,consortium_form", "a,90000,lose", "row 2, column consortium_form: found 'lose'"),
    ("id,residents,weight_first_contact", "a,90000,0.5", "row 2, column weight_*"),
    ("id,residents,reimbursment_gap", "a,90000,0.1", "did you mean 'reimbursement_gap'?"),
    ("id,people", "a,90000", "row 1: found an unknown column 'people'"),
    ("place,people", "a,90000", "row 1: found no known column"),
]


@pytest.mark.parametrize(("head", "row", "said"), WRONG, ids=[row for _, row, _ in WRONG])
def test_a_fault_names_its_row_and_column(tmp_path: Path, head: str, row: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        region(tmp_path, head, row)
    (fault,) = caught.value.faults
    assert str(fault).startswith("counties.csv: row")
    assert said in str(fault)


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        region(tmp_path, "id,like,residents", "a,,5000", "b,,300000", "c,nowhere,300000", "b,,400000")
    rows = sorted(fault.where.split(",")[0].removeprefix("counties.csv: ") for fault in caught.value.faults)
    assert rows == ["row 2", "row 4", "row 5"]


def test_a_template_of_one_s_own_lies_beside_the_table(tmp_path: Path) -> None:
    small_place.write(tmp_path / "mine")
    (county,) = region(tmp_path, "id,like,residents", "a,mine,300")
    assert county.place().ties is not None
    with pytest.raises(
        InputError, match=r"row 2, column residents: found 900: other physicians than in ties\.csv"
    ):
        region(tmp_path, "id,like,residents", "a,mine,900")
    (tmp_path / "mine" / "ties.csv").unlink()
    template.cache_clear()
    (county,) = region(tmp_path, "id,like,residents", "a,mine,900")
    assert county.place().facilities["physicians"].sum() == 3 * 71


def test_the_region_is_what_its_script_makes() -> None:
    make = runpy.run_path(str(REGION / "make_counties.py"))
    text = (REGION / "counties.csv").read_text("utf-8").splitlines()
    made = [make["COLUMNS"], *make["rows"](40, 1)]
    assert text == [",".join(map(str, row)) for row in made]
    assert len(read_region(REGION / "counties.csv")) == 40
    country = [row[3] for row in make["rows"](2_800, 1)]
    assert sum(country) == pytest.approx(1.4e9, rel=1e-6)


def test_the_document_has_every_column_and_the_measured_numbers() -> None:
    data = json.loads((ROOT / "results" / "performance" / "region.json").read_text("utf-8"))
    text = (ROOT / "docs" / "region.md").read_text("utf-8")
    assert all(table.strip() in text for table in tables(data).split("\n\n"))
    found = country(data["points"])
    for kind in ("sampled", "full"):
        assert found.pop(kind) == pytest.approx(data["country"].pop(kind))
    assert found == data["country"]
    rows = "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    assert [name for name in CountyRow.model_fields if f"`{name}`" not in rows] == []
