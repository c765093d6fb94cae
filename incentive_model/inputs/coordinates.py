"""Where facilities stand: kilometres, as written or out of longitude and latitude."""

from __future__ import annotations

import math
from statistics import fmean

from incentive_model.cards import Fault
from incentive_model.inputs.csv_file import Row, at
from incentive_model.inputs.place_files import FacilityRow

Facilities = list[Row[FacilityRow]]

KM, DEGREES = ("x_km", "y_km"), ("longitude", "latitude")
KM_PER_DEGREE = math.radians(6371.0088)  #: of latitude, on a sphere with the earth's mean radius


def in_degrees(rows: Facilities) -> bool:
    """Whether facilities are placed by longitude and latitude: by what most of them have."""
    return _written(rows, DEGREES) > _written(rows, KM)


def placed(rows: Facilities) -> Facilities:
    """The rows with ``x_km`` and ``y_km``, of which :func:`placement_faults` finds nothing wrong.

    Degrees become kilometres east and north of the mean of all facilities (equirectangular; distances within
    a county are right to one or two in a hundred), rounded to a metre: no two processors differ about that.
    """
    if not in_degrees(rows):
        return rows
    east, north = centre(rows)
    shrink = math.cos(math.radians(north))
    moved = []
    for number, cells in rows:
        assert cells.longitude is not None
        assert cells.latitude is not None
        x = round(KM_PER_DEGREE * shrink * (cells.longitude - east), 3)
        y = round(KM_PER_DEGREE * (cells.latitude - north), 3)
        moved.append(Row(number, cells.model_copy(update={"x_km": x, "y_km": y})))
    return moved


def centre(rows: Facilities) -> tuple[float, float]:
    """Mean longitude and latitude."""
    return (
        fmean(row.cells.longitude or 0.0 for row in rows),
        fmean(row.cells.latitude or 0.0 for row in rows),
    )


def placement_faults(rows: Facilities) -> list[Fault]:
    """Facilities that stand nowhere, or are placed in another way than the rest of the file."""
    if not _written(rows, KM + DEGREES):
        found = "neither x_km and y_km nor longitude and latitude"
        return [Fault("facilities.csv", found, "one of these pairs of columns", "add the two columns")]
    way, other = (DEGREES, KM) if in_degrees(rows) else (KM, DEGREES)
    mixed = [row for row in rows if _written([row], other)]
    faults = []
    for column in other:
        allowed = f"{way[0]} and {way[1]} alone, as in most rows"
        for row in mixed:
            if (value := getattr(row.cells, column)) is not None:
                where = at("facilities.csv", row.number, column)
                faults.append(Fault(where, f"{value:g}", allowed, "place every facility in one way"))
    for column in way:
        allowed = FacilityRow.model_fields[column].description or ""
        lacking = [row for row in rows if getattr(row.cells, column) is None]
        if len(lacking) == len(rows):
            faults.append(
                Fault("facilities.csv", f"nothing for {column} in any row", allowed, "add the column")
            )
            continue
        for row in lacking:
            if row not in mixed:
                where = at("facilities.csv", row.number, column)
                faults.append(Fault(where, "nothing", allowed, f"write {column}"))
    return faults


def _written(rows: Facilities, columns: tuple[str, ...]) -> int:
    return sum(getattr(row.cells, column) is not None for row in rows for column in columns)
