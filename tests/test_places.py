"""The packaged places: what their sources count, where their tables are from, and that they run."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import incentive_model as im
from incentive_model.inputs import Place, load_place, load_scheme, place_names, resolve_levers
from incentive_model.inputs.files import DATA

ROOT = Path(__file__).resolve().parent.parent
PLACES = DATA / "places"
READINGS = [f"{name}:{reading}" for name in place_names() for reading in load_place(name).readings]


def tiers(place: Place) -> dict[str, int]:
    return place.facilities["tier"].value_counts().sort_index().to_dict()


def test_the_systems_that_the_sources_name() -> None:
    systems = ["gaochun", "national", "shuanggou", "urumqi-321", "yongan", "zhangjiakou-beijing"]
    assert place_names() == systems
    assert READINGS == ["urumqi-321:three_party_two_way_one_platform"]


def test_the_generator_writes_what_is_packaged(tmp_path: Path) -> None:
    """Byte for byte, and no table of these places has another origin but those a person wrote."""
    runpy.run_path(str(ROOT / "experiments" / "make_places.py"))["make"](tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.csv")}
    assert made == {path: (PLACES / path).read_bytes() for path in made}
    others = {path.relative_to(PLACES) for path in PLACES.glob("*/*.csv") if path.parent.name != "yongan"}
    assert {path.name for path in others - set(made)} == {"targets.csv", "specialties.csv"}


def test_zhangjiakou_is_as_the_report_counts_it() -> None:
    """4.69 million residents, six hospitals, as many centres and clinics as the nation has a head."""
    place = load_place("zhangjiakou-beijing", "full")
    assert place.weight == 1
    assert place.villages["residents"].sum() == 4_690_000
    centres, clinics = 4.69e6 / 1_409.7e6 * 33_753, 4.69e6 / 1_409.7e6 * 581_964
    assert tiers(place) == {"T0": round(clinics), "T1": round(centres), "T2": 6, "T3": 3}
    hospitals = place.facilities.set_index("id")
    away = hospitals.loc["T3-1", ["x_km", "y_km"]] - hospitals.loc["T2-1", ["x_km", "y_km"]]
    assert (away**2).sum() ** 0.5 > 200
    assert hospitals.loc["T3-1", "admission_price"] == 80_000
    assert place.targets is not None
    outflow = place.targets.set_index("id").loc["out-of-area", "value"]
    assert outflow == pytest.approx(25_000 / 4_690, abs=0.005)
    days = load_scheme("blood-transfusion", place).levers["outside_visits"]
    assert days == pytest.approx(30 / 8.42 / 3, abs=0.005)


def test_both_modes_are_the_same_days() -> None:
    place = load_place("zhangjiakou-beijing")
    visits, work = (place.schemes[name].levers for name in ("blood-transfusion", "hematopoietic"))
    assert {**visits, "joint_training": 1.0} == work


def test_shuanggou_has_one_branch_that_may_rise() -> None:
    place = load_place("shuanggou")
    branch = place.facilities[place.facilities["tier"] == "T1"].iloc[0]
    assert tiers(place)["T1"] == 1
    assert branch["beds"] >= 100
    assert 0.52 < branch["capability"] < 0.70
    close, loose = (place.schemes[f"{form}-complex"].levers for form in ("close", "loose"))
    assert {key for key in close if close[key] != loose[key]} == {"consortium_form"}


def test_gaochun_lies_inside_one_division() -> None:
    place = load_place("gaochun")
    members = place.facilities[place.facilities["consortium"] == "gaochun"]
    assert set(members["tier"]) == {"T0", "T1", "T2", "T3"}
    assert (place.facilities["outside"] == 0).all()
    assert place.consortia == {"gaochun": "tight"}
    xy = place.facilities.set_index("id")[["x_km", "y_km"]]
    own, next_door = (
        ((xy[xy.index.str.startswith("T1-")] - xy.loc[name]) ** 2).sum(axis=1) for name in ("T2-1", "T2-2")
    )
    assert (next_door < own).any(), "for some centres the hospital across the border is nearer"


def test_the_nine_conditions_of_urumqi() -> None:
    """Together they are all that each is alone; and Yong'an's patterns have them from here."""
    place = load_place("urumqi-321")
    conditions = {name: x.levers for name, x in place.schemes.items() if name.startswith("condition-")}
    together = {key: value for levers in conditions.values() for key, value in levers.items()}
    assert len(conditions) == 9
    assert place.schemes["nine-conditions"].levers == together
    patterns = load_place("yongan").patterns
    assert patterns is not None
    for name, levers in conditions.items():
        assert patterns.variants[name.split("-", 2)[2]].scheme.levers == levers
    assert patterns.variants["all-nine"].scheme.levers == together


def test_both_readings_of_urumqi_have_the_same_people() -> None:
    chain, platform = load_place("urumqi-321"), load_place(READINGS[0])
    assert list(chain.villages["residents"]) == list(platform.villages["residents"])
    assert "T3" in tiers(chain)
    assert "T3" not in tiers(platform)
    assert set(platform.facilities["grade"]) == {"T0", "T1", "T3"}


def test_the_steps_of_policy_come_at_their_dates() -> None:
    """April 2009 is month 4 and January 2013 month 49 of a scheme that starts with 2009."""
    place = load_place("national")
    steps = load_scheme("steps-2009-2013", place).at(place)
    assert [month for month, _ in steps.changes] == [4, 49]
    found = [resolve_levers(place, steps, month) for month in (3, 4, 48, 49)]
    assert [x["reimbursement_gap"] for x in found] == [0.0, 0.1, 0.1, 0.1]
    assert [x["consortium_form"] for x in found] == ["as_found", "as_found", "as_found", "loose"]


@pytest.mark.parametrize("name", [*place_names(), *READINGS])
def test_every_place_runs(name: str) -> None:
    place = load_place(name, 400)
    model = im.IncentiveModel(place, "full-package", seed=1, burn_in=1)
    model.run(months=1)
    assert model.ledger.imbalance_fen == 0
