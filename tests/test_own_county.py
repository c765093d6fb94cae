"""A county of one's own: tables as spreadsheets save them, what may be left out, a folder to start from."""

from __future__ import annotations

import csv
import io
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from small_place import FILES, assert_same, write
from spreadsheet import SHAPES, Style, styles

from incentive_model.cards import InputError
from incentive_model.inputs import check, load_place
from incentive_model.inputs.new_place import TEMPLATE, new_place
from incentive_model.inputs.remarks import remarks
from incentive_model.inputs.tier_values import TIER_VALUES

ROOT = Path(__file__).resolve().parent.parent
EXPORTS = ROOT / "experiments" / "own_county"


# The same table, however it was saved


def chinese_county(folder: Path) -> Path:
    """The template with Chinese names and a cap of thousands, clean."""
    shutil.copytree(TEMPLATE, folder)
    table = folder / "facilities.csv"
    table.write_text(re.sub("clinic ", "卫生室，", table.read_text("utf-8"), flags=re.IGNORECASE), "utf-8")
    schedule = folder / "schedule.csv"
    schedule.write_text(schedule.read_text("utf-8").replace("0.75,500,,", "0.75,500.5,150000,"), "utf-8")
    return folder


@given(styles)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_county_is_the_same_however_its_tables_were_saved(tmp_path: Path, style: Style) -> None:
    comma_is_decimal = style.decimal == ","
    comma_is_thousands = style.thousands in (",", "\N{FULLWIDTH COMMA}")
    assume(not (comma_is_decimal and (style.separator == "," or comma_is_thousands)))
    assume(style.encoding not in ("gbk",) or style.thousands != "\N{NO-BREAK SPACE}")
    shutil.rmtree(tmp_path / "clean", ignore_errors=True)
    shutil.rmtree(tmp_path / "messy", ignore_errors=True)
    clean = chinese_county(tmp_path / "clean")
    messy = tmp_path / "messy"
    shutil.copytree(clean, messy)
    for name in SHAPES:
        (messy / name).write_bytes(style.table((clean / name).read_text("utf-8"), name))
    assert check(messy) == []
    assert_same(load_place(messy), load_place(clean))


@pytest.mark.parametrize(
    ("separator", "cells", "residents"),
    [
        # a comma between thousands, where commas part cells or only whole numbers make sense
        (",", '"1,234"', 1_234),
        (";", "1,234", 1_234),
        ("\t", "1,234,567", 1_234_567),
        (";", "1 234", 1_234),
        (",", "12.0", 12),
        (",", "1.000", "write it without commas and points"),
        (",", "1.0000", "write it without commas and points"),
        (";", "1,5", "write it without commas and points"),
        (",", '"1,0000"', "write it without commas and points"),
        (",", "60%", "write it without %"),
        (",", "12 34", "whole number"),
        (",", "5\N{SUPERSCRIPT TWO}", "whole number"),
    ],
)
def test_whole_numbers(tmp_path: Path, separator: str, cells: str, residents: int | str) -> None:
    folder = write(tmp_path / "one", villages_csv=f"clinic{separator}residents\nclinic-1{separator}{cells}\n")
    found = [fault for fault in check(folder) if fault.where.startswith("villages.csv: row 2")]
    if isinstance(residents, str):
        assert [residents in str(fault) for fault in found] == [True]
        assert found[0].where == "villages.csv: row 2, column residents"
        assert found[0].found == repr(cells.strip('"'))
    else:
        assert found == []
        total = [fault.found for fault in check(folder) if "residents" in fault.where]
        assert total == [] or total == [f"a sum of {residents:,}"]


@pytest.mark.parametrize(
    ("other", "deductible"),
    [("0,5", 1.234), ("0.5", 1_234.0), ("1", None), ("0,5;0.5", None)],
)
def test_a_comma_between_semicolons_means_what_other_fractions_say(
    tmp_path: Path, other: str, deductible: float | None
) -> None:
    """1,234 beside 0,5 is a little more than one, beside 0.5 more than a thousand, and else refused."""
    rates = (other.split(";") * 8)[:8]
    lines = [
        f"all;T{k // 2};{'inpatient' if k % 2 else 'outpatient'};{rate};{'1,234' if k == 1 else 0}"
        for k, rate in enumerate("0" if rate == "1" else rate for rate in rates)
    ]
    table = "\n".join(["insurance;tier;setting;rate;deductible", *lines])
    folder = write(tmp_path / "one", schedule_csv=table)
    if deductible is None:
        (fault,) = check(folder)
        assert fault.where == "schedule.csv: row 3, column deductible"
        assert fault.mend == "write 1234 or 1.234"
    else:
        assert load_place(folder).schedule["deductible"].max() == deductible


# Where facilities stand


def degrees(x_km: float, y_km: float) -> tuple[float, float]:
    """Longitude and latitude of a point so far from 117.36 E, 25.94 N."""
    north = 25.94 + y_km / 111.195
    return 117.36 + x_km / (111.195 * math.cos(math.radians(25.94))), north


def in_degrees(text: str) -> list[list[str]]:
    """The small place's facilities, placed by longitude and latitude."""
    header, *rows = list(csv.reader(io.StringIO(text)))
    placed = [[*row[:-2], *map(str, degrees(float(row[-2]), float(row[-1])))] for row in rows]
    return [[*header[:-2], "longitude", "latitude"], *placed]


def csv_of(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def test_degrees_are_kilometres(tmp_path: Path) -> None:
    in_km = load_place(write(tmp_path / "km")).facilities
    rows = in_degrees(FILES["facilities.csv"])
    found = load_place(write(tmp_path / "degrees", facilities_csv=csv_of(rows))).facilities
    assert list(found.columns) == list(in_km.columns)
    assert abs(found["x_km"].mean()) < 0.001
    for axis in ("x_km", "y_km"):
        assert (found[axis] - found[axis][0]).to_list() == pytest.approx(
            (in_km[axis] - in_km[axis][0]).to_list(), rel=0.01, abs=0.002
        )


def test_two_ways_of_placing_are_refused_cell_by_cell(tmp_path: Path) -> None:
    rows = in_degrees(FILES["facilities.csv"])
    mixed = [[*rows[0], "x_km", "y_km"], *([*row, "", ""] for row in rows[1:])]
    mixed[3][-4:] = ["", "", "-1", "1"]
    mixed[5][-1] = "7"
    mixed[2][-3] = ""
    folder = write(tmp_path / "mixed", facilities_csv=csv_of(mixed))
    allowed = "longitude and latitude alone, as in most rows; place every facility in one way"
    assert [str(fault) for fault in check(folder)] == [
        f"facilities.csv: row 4, column x_km: found -1; allowed: {allowed}",
        f"facilities.csv: row 4, column y_km: found 1; allowed: {allowed}",
        f"facilities.csv: row 6, column y_km: found 7; allowed: {allowed}",
        "facilities.csv: row 3, column latitude: found nothing; allowed: a number from -90 to 90 "
        "(degrees north, WGS84); write latitude",
    ]
    neither = csv_of([row[:-2] for row in rows])
    (fault,) = check(write(tmp_path / "neither", facilities_csv=neither))
    assert fault.found == "neither x_km and y_km nor longitude and latitude"
    (fault,) = check(write(tmp_path / "half", facilities_csv=csv_of([row[:-1] for row in rows])))
    assert fault.found == "nothing for latitude in any row"


# What may be left out


def test_a_blank_is_the_tier_s_value(tmp_path: Path) -> None:
    """Whether the column is missing or its cells are blank."""
    table = pd.read_csv(io.StringIO(FILES["facilities.csv"]), dtype=str, keep_default_na=False)
    out = ["name", "consortium", "beds", "capability", "infrastructure"]
    beds = table["beds"].where(table["tier"] == "T2", "")
    missing = write(
        tmp_path / "missing", facilities_csv=table.drop(columns=out).assign(beds=beds).to_csv(index=False)
    )
    toml = FILES["place.toml"].replace('[consortium.one]\nform = "tight"\n', "")
    (missing / "place.toml").write_text(toml, "utf-8")
    blank = table.assign(**(dict.fromkeys(out, "") | {"beds": beds}))
    blanks = write(tmp_path / "blank", place_toml=toml, facilities_csv=blank.to_csv(index=False))
    place = load_place(missing)
    assert_same(place, load_place(blanks))
    assert list(place.facilities["name"]) == list(place.facilities["id"])
    for column, of_tier in TIER_VALUES.items():
        assert list(place.facilities[column]) == [of_tier[tier] for tier in place.facilities["tier"]]


def test_what_a_tier_is_like_is_what_the_packaged_place_is_like() -> None:
    facilities = load_place("yongan").facilities.drop_duplicates("tier")
    for column, of_tier in TIER_VALUES.items():
        assert dict(zip(facilities["tier"], facilities[column], strict=True)) == of_tier


def test_check_says_what_was_assumed_and_what_looks_odd(tmp_path: Path) -> None:
    def said(**changed: str) -> str:
        folder = write(tmp_path / str(len(list(tmp_path.iterdir()))), **changed)
        return "\n".join(remarks(folder))

    table = FILES["facilities.csv"]
    assert "row 3: clinic-1 stands 300 km from centre" in said(
        facilities_csv=table.replace("0.3,1,1", "0.3,300,1")
    )
    flat = re.sub(r"[-\d.]+,[-\d.]+$", "0,0", table, flags=re.MULTILINE)
    assert "on one spot" in said(facilities_csv=flat)
    east = re.sub(r"([-\d.]+),([-\d.]+)$", r"117.\1,25.9", flat, flags=re.MULTILINE)
    assert "look like degrees" in said(facilities_csv=east)
    assert "20 beds in county hospitals: 66.7 for 1,000 residents (4.0 would do); expect empty beds" in said()
    assert "every home counts as rural" in said()
    assert "capability left out, and taken for 0.52 at 1 T1" in said(facilities_csv=table.replace("0.52", ""))
    assert "no beds at 1 T1" in said(facilities_csv=table.replace("one,5,", "one,,"))
    folder = write(tmp_path / "unread")
    (folder / "Villages.CSV").write_text("")
    (folder / "villages.csv").unlink()
    assert remarks(folder)[0].startswith("Villages.CSV: not read")
    assert "no villages.csv: residents spread equally over the clinics, 150 each" in remarks(folder)


def test_faults_of_every_file_are_told_at_once(tmp_path: Path) -> None:
    """A wrong number hides nothing but what follows from it."""
    folder = write(
        tmp_path / "bad",
        facilities_csv=FILES["facilities.csv"]
        .replace("one,,1", "one,,many")
        .replace("one,20", "one,lots")
        .replace("T0,centre,one,,2", "T0,center,one,,2")
        .replace("id,name", "phone,id,name")
        .replace("\nc", "\n,c")
        .replace("\nh", "\n,h"),
        schedule_csv=FILES["schedule.csv"]
        .replace("all,T2,outpatient,0.5,0", "all,T2,outpatient,0.5,none")
        .replace("all,T3,in", "al,T3,in"),
        villages_csv=FILES["villages.csv"].replace("clinic-2", "clinic-9"),
        ties_csv=FILES["ties.csv"].replace("hospital,6", "centre,6"),
        targets_csv=FILES["targets.csv"].replace("up_referral_rate", "up_rate"),
        place_toml=FILES["place.toml"].replace("reimbursement_gap", "gap"),
    )
    assert [fault.where for fault in check(folder)] == [
        "place.toml: levers.gap",
        "facilities.csv: row 1",
        "facilities.csv: row 3, column physicians",
        "facilities.csv: row 6, column beds",
        "facilities.csv: row 4, column parent",
        "schedule.csv: row 6, column deductible",
        "targets.csv: row 2, column indicator",
        "schedule.csv: row 9, column insurance",
        "schedule.csv",
        "villages.csv: row 2, column clinic",
        "villages.csv",
        "ties.csv: row 2, column hospital",
    ]


def test_a_misnamed_file_is_found(tmp_path: Path) -> None:
    folder = write(tmp_path / "named")
    (folder / "facilities.csv").rename(folder / "Facilities.xlsx")
    assert check(folder)[0].mend == "save Facilities.xlsx as facilities.csv"


# A folder to start from


def test_a_new_folder_has_no_faults(tmp_path: Path) -> None:
    assert new_place(tmp_path / "deep" / "mine") == [
        "README.md",
        "place.toml",
        "facilities.csv",
        "schedule.csv",
        "villages.csv",
    ]
    assert check(tmp_path / "deep" / "mine") == []
    assert not any("expect" in remark for remark in remarks(tmp_path / "deep" / "mine"))


def test_a_new_folder_has_the_packaged_place_s_national_values() -> None:
    """One source of numbers, though they stand in two files; and each carries its tag."""
    mine, packaged = load_place(TEMPLATE), load_place("yongan")
    for field in ("tiers", "insurances", "age_shares", "chronic_shares", "income_median", "income_log_sd"):
        assert getattr(mine, field) == getattr(packaged, field)
    for field in ("travel_base_minutes", "travel_minutes_per_km", "levers", "parameters", "currency_year"):
        assert getattr(mine, field) == getattr(packaged, field)
    pd.testing.assert_frame_equal(mine.schedule, packaged.schedule)
    numbers = [line for line in (TEMPLATE / "place.toml").read_text("utf-8").splitlines() if " = " in line]
    untagged = [line for line in numbers if "#" not in line and not line.startswith(("title", "source"))]
    assert untagged == []


def test_the_columns_are_explained() -> None:
    text = (TEMPLATE / "README.md").read_text("utf-8")
    for shape in SHAPES.values():
        assert [column for column in shape.model_fields if f"`{column}`" not in text] == []


def test_a_copy_is_the_place_itself(tmp_path: Path) -> None:
    new_place(tmp_path / "mine", "yongan")
    assert_same(load_place(tmp_path / "mine"), load_place("yongan"))
    new_place(tmp_path / "other", tmp_path / "mine")
    assert_same(load_place(tmp_path / "other"), load_place("yongan"))


def test_a_copy_has_readings_specialties_and_schemes_too(tmp_path: Path) -> None:
    for name in ("urumqi-321", "zhangjiakou-beijing"):
        new_place(tmp_path / name, name)
        copy, place = load_place(tmp_path / name), load_place(name)
        assert_same(copy, place)
        assert copy.skills.equals(place.skills)
        assert (copy.schemes, copy.readings) == (place.schemes, place.readings)
        for reading in place.readings:
            assert load_place(f"{tmp_path / name}:{reading}").facilities.equals(
                load_place(f"{name}:{reading}").facilities
            )


def test_nothing_is_written_over_or_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("years of work")
    (tmp_path / "file").write_text("")
    bad = write(tmp_path / "bad", schedule_csv="")
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    for folder, like, said in (
        ("full", None, r"full: found a folder that holds something \(thesis.tex\)"),
        ("file", None, "file: found a file; allowed: a new or empty folder"),
        ("file/inside", None, "inside: found"),
        ("a\0b", None, "found"),
        ("new", "yongen", "did you mean 'yongan'"),
        ("new", bad, "schedule.csv: found an empty file"),
    ):
        with pytest.raises(InputError, match=said):
            new_place(tmp_path / folder, like)
    real = Path.open

    def full_disk(path: Path, mode: str = "r", *rest: Any) -> Any:
        if path.name == "schedule.csv" and "x" in mode:
            raise OSError(28, "No space left on device")
        return real(path, mode, *rest)

    monkeypatch.setattr(Path, "open", full_disk)
    with pytest.raises(InputError, match="No space left"):
        new_place(tmp_path / "one" / "two")
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before


# The example


def test_the_exports_read_as_their_clean_selves(tmp_path: Path) -> None:
    """GBK, Windows line ends, blank columns, "4,933" and 60% are as good as plain UTF-8."""
    county = {"population = 18_000": "population = 76_467"}
    for kind in ("messy", "clean"):
        new_place(tmp_path / kind)
        toml = tmp_path / kind / "place.toml"
        toml.write_text(toml.read_text("utf-8").replace(*next(iter(county.items()))), "utf-8")
    for export in EXPORTS.glob("*.csv"):
        raw = export.read_bytes().replace(b"C-O2", b"C-02").replace(b"32 (plan)", b"32")
        assert b"\r\n" in raw
        (tmp_path / "messy" / export.name).write_bytes(raw)
        text = raw.decode("gbk").replace("\r\n", "\n")
        text = re.sub(r'"(\d+),(\d+)"', r"\1\2", text)
        text = re.sub(r"\b(\d+)%", lambda found: f"{int(found[1]) / 100}", text)
        text = re.sub(r",,\n", "\n", text) if export.name == "facilities.csv" else text
        (tmp_path / "clean" / export.name).write_text(text, "utf-8")
    assert_same(load_place(tmp_path / "messy"), load_place(tmp_path / "clean"))
    assert "临江市第一医院（市级）" in set(load_place(tmp_path / "messy").facilities["name"])


@pytest.mark.skipif(os.name == "nt", reason="the example is written for a Unix shell")
def test_the_example_does_what_its_document_says(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "own-county.md").read_text("utf-8")
    blocks = re.findall(r"^```(bash|text)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "experiments").symlink_to(ROOT / "experiments")
    for k, (kind, commands) in enumerate(blocks):
        if kind == "text":
            continue
        small = re.sub(r"(compare \S+) .*", r"\1 --population 500 --months 2 --replicates 2", commands)
        script = f'incentive-model() {{ "{sys.executable}" -m incentive_model "$@"; }}\n{small}'
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=600,
        )
        if small == commands:
            said = blocks[k + 1][1] if blocks[k + 1][0] == "text" else ""
            assert done.stdout == said
        else:
            assert done.returncode == 0, done.stdout
            assert done.stdout.startswith("Qingshan: 500 simulated residents")
            assert (tmp_path / "results" / "compare-qingshan" / "report.html").is_file()
