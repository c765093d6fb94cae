"""What to know about a place without faults: what was assumed where it says nothing, and what looks odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from incentive_model.inputs.coordinates import centre, in_degrees
from incentive_model.inputs.csv_file import Row, read_csv
from incentive_model.inputs.files import GB18030, is_file, table_encoding
from incentive_model.inputs.place import Place, read_place
from incentive_model.inputs.place_files import PARTS, FacilityRow
from incentive_model.inputs.scheme import resolve_parameters
from incentive_model.inputs.tier_values import TIER_VALUES

Facilities = list[Row[FacilityRow]]

# What a resident takes of county hospitals (MODEL 17 [D]); doctors in China in 2023 (calibration 2.6 [S]).
BEDS = 1_320 / 330_000
VISITS_A_MONTH = 87_500 / 330_000
DOCTORS = 3.40 / 1_000

#: So far from the facility above nobody lives in any county: kilometres by tier [A].
FAR = {"T0": 60, "T1": 200, "T2": 1_000}
#: Longitudes and latitudes of China, roughly; a county is not wider than so many degrees.
CHINA, WIDTH = ((73, 136), (17, 54)), 6


def remarks(folder: Path) -> list[str]:
    """Remarks on the place in a folder, each a line.

    Raises:
        InputError: the place has faults; these come first.
    """
    place = read_place(folder)
    rows = read_csv(folder / "facilities.csv", FacilityRow)
    return [
        *_files(folder, [*PARTS, *place.readings.values()]),
        *_assumed(place, rows),
        *_sizes(place),
        *_odd(place, rows),
    ]


def _files(folder: Path, parts: list[str]) -> Iterator[str]:
    files = sorted(folder.iterdir())
    tables = [file for file in files if file.name in parts and file.suffix == ".csv"]
    if chinese := [file.name for file in tables if table_encoding(file.read_bytes()) == GB18030]:
        yield f"{', '.join(chinese)}: read as GBK; if names look wrong, save as UTF-8"
    for file in files:
        if file.name not in parts and file.suffix.lower() in (".csv", ".toml", ".xls", ".xlsx"):
            yield f"{file.name}: not read; a place is made of {', '.join(PARTS)}"


def _assumed(place: Place, rows: Facilities) -> Iterator[str]:
    for column, of_tier in TIER_VALUES.items():
        blank = sorted(Counter(row.cells.tier for row in rows if getattr(row.cells, column) is None).items())
        if blank:
            values = ", ".join(f"{of_tier[tier]:g} at {count} {tier}" for tier, count in blank)
            yield f"facilities.csv: {column} left out, and taken for {values} (assumed)"
    without = sum(row.cells.tier == "T1" and row.cells.beds == 0 for row in rows)
    if without:
        yield f"facilities.csv: no beds at {without} T1: nobody is admitted or rehabilitated there"
    if not any("urban" in row.cells.model_fields_set for row in rows):
        yield "facilities.csv: no column urban: every home counts as rural"
    if not place.consortia:
        yield "facilities.csv: no consortium: no shared account and no common budget"
    if in_degrees(rows):
        east, north = centre(rows)
        yield f"facilities.csv: longitude and latitude read as kilometres from {east:.3f}, {north:.3f}"
    if not is_file(place.folder / "villages.csv"):
        each = place.population // len(place.villages)
        yield f"no villages.csv: residents spread equally over the clinics, {each:,} each"


def _sizes(place: Place) -> Iterator[str]:
    """Beds, visits and doctors for 1,000 residents beside what it takes."""
    table = place.facilities
    hospitals = table[table["tier"] == "T2"]
    day = place.tiers["T2"].visits_per_doctor_day
    visits = hospitals["physicians"].sum() * day * float(resolve_parameters(place)["clinic_days"])
    doctors = table.loc[table["tier"] != "T3", "physicians"].sum()
    for what, there, wanted, short, much in (
        ("beds in county hospitals", hospitals["beds"].sum(), BEDS, "long queues", "empty beds"),
        ("visits a month in county hospitals", visits, VISITS_A_MONTH, "long waits", "idle doctors"),
        ("physicians in the county", doctors, DOCTORS, "overwork", "idle doctors"),
    ):
        share = there / place.population
        outcome = short if share < 0.7 * wanted else much if share > 1.5 * wanted else ""
        line = (
            f"{there:,.0f} {what}: {1_000 * share:,.1f} for 1,000 residents ({1_000 * wanted:,.1f} would do)"
        )
        yield line + (f"; expect {outcome}" if outcome else "")


def _odd(place: Place, rows: Facilities) -> Iterator[str]:
    """Coordinates that cannot be meant."""
    table = place.facilities
    spots = table[["x_km", "y_km"]].to_numpy(float)
    low, high = spots.min(axis=0), spots.max(axis=0)
    if (low == high).all():
        yield "facilities.csv: all facilities stand on one spot: nobody travels"
    inside = all(first <= a and b <= last for (first, last), a, b in zip(CHINA, low, high, strict=True))
    if inside and not in_degrees(rows) and (high - low).max() < WIDTH:
        yield "facilities.csv: x_km and y_km look like degrees; if they are, name them longitude and latitude"
    parents = table["parent_row"].to_numpy()
    far = table["tier"].map(FAR).to_numpy(float)
    km = np.hypot(*(spots - spots[parents]).T)
    number = {row.cells.id: row.number for row in rows}
    names = table["id"].to_list()
    for k in np.flatnonzero((parents >= 0) & (km > far)).tolist():
        distance = f"{names[k]} stands {km[k]:,.0f} km from {names[parents[k]]}"
        yield f"facilities.csv: row {number[names[k]]}: {distance}"
