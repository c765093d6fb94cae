"""A generated prefecture: a place of any size, for measurements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.inputs import Place, load_place
from incentive_model.inputs.place_files import FamilyDoctor

RESIDENTS = 4_690_000
A_CLINIC, A_CENTRE, A_HOSPITAL = 1_100, 20_000, 300_000  #: residents each
TWO_OUTSIDE_FROM = 1_000_000  #: residents
SQUARE_KM = 0.015  #: a resident; a county of 330,000 is some 40 km in radius
TOWNSHIP_KM = 7.0  #: radius within which a centre's clinics lie
GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))

Floats = NDArray[np.float64]


def prefecture(residents: int = RESIDENTS, facilities: int | None = None) -> Place:
    """A place with so many residents, each simulated by an agent of their own.

    Assumptions, none of them about a real prefecture: a clinic per 1,100 residents, a centre per 20,000, a
    county hospital per 300,000, each with a consortium of its own, and one hospital outside, two from a
    million residents on. People, prices, insurances, and beds and physicians per resident are those of the
    packaged county; centres lie evenly over the prefecture, clinics evenly around their centre.

    Args:
        facilities: how many of all tiers, in the same proportions; default what the assumptions give.
    """
    county = load_place("yongan")
    clinics, centres, hospitals = residents / A_CLINIC, residents / A_CENTRE, residents / A_HOSPITAL
    outside = 2 if residents >= TWO_OUTSIDE_FROM else 1
    if facilities is not None:
        scale = (facilities - outside) / (clinics + centres + hospitals)
        clinics, centres, hospitals = clinics * scale, centres * scale, hospitals * scale
    n_hospitals = max(1, round(hospitals))
    n_centres = max(n_hospitals, round(centres))
    n_clinics = max(n_centres, round(clinics))
    if facilities is not None:
        n_clinics = max(n_centres, facilities - outside - n_hospitals - n_centres)
    scale = residents / county.population
    table = _facilities(county, (n_clinics, n_centres, n_hospitals, outside), scale)
    each, rest = divmod(residents, n_clinics)
    living = np.full(n_clinics, each, np.int64)
    living[:rest] += 1
    teams = county.family_doctor
    return replace(
        county,
        name="prefecture",
        title="A generated prefecture",
        source=("generated",),
        population=residents,
        agents=residents,
        consortia={f"county-{k + 1}": "tight" for k in range(n_hospitals)},
        family_doctor=FamilyDoctor(
            teams=round(teams.teams * scale), physicians=round(teams.physicians * scale)
        ),
        facilities=table,
        villages=pd.DataFrame({"clinic_row": np.arange(n_clinics), "residents": living}),
        ties=None,
        targets=None,
        patterns=None,
    )


def _facilities(county: Place, numbers: tuple[int, int, int, int], scale: float) -> pd.DataFrame:
    """The table of facilities, like the county's, whose beds and physicians are shared out among more."""
    n_clinics, n_centres, n_hospitals, outside = numbers
    first_centre, first_hospital = n_clinics, n_clinics + n_centres
    radius = np.sqrt(SQUARE_KM * scale * county.population / np.pi)
    hospitals, centres = sunflower(n_hospitals) * radius, sunflower(n_centres) * radius
    home = np.arange(n_clinics) * n_centres // n_clinics
    around = sunflower(-(-n_clinics // n_centres))
    clinics = centres[home] + TOWNSHIP_KM * around[np.arange(n_clinics) - home_starts(home)]
    cities = np.stack([np.full(outside, 1.5 * radius), np.linspace(0.0, 20.0, outside)], axis=1)
    above = ((centres[:, None] - hospitals) ** 2).sum(axis=2).argmin(axis=1)
    unit = [above[home], above, np.arange(n_hospitals), np.full(outside, -1)]
    nobody = [np.full(n_hospitals, -1), np.full(outside, -1)]  #: as in the county: nobody refers on
    parents = [first_centre + home, first_hospital + above, *nobody]
    places = [clinics, centres, hospitals, cities]

    tables = []
    for tier, (n, xy, consortium, parent) in enumerate(zip(numbers, places, unit, parents, strict=True)):
        like = county.facilities[county.facilities["tier"] == f"T{tier}"]
        beds = like["beds"].sum() * scale
        rows: dict[str, Any] = {
            "id": [f"T{tier}-{k + 1}" for k in range(n)],
            "name": [f"T{tier}-{k + 1}" for k in range(n)],
            "tier": f"T{tier}",
            "consortium": [f"county-{k + 1}" if k >= 0 else "" for k in consortium],
            "beds": share(beds, n) if tier < 3 else 0,
            "physicians": np.maximum(1, share(like["physicians"].sum() * scale, n)),
            "capability": like["capability"].mean(),
            "infrastructure": like["infrastructure"].mean(),
            "grade": f"T{tier}",
            "outside": int(tier == 3),
            **{what: like[what].iloc[0] for what in ("visit_price", "admission_price", "stay_days")},
            "x_km": xy[:, 0].round(2),
            "y_km": xy[:, 1].round(2),
            "urban": 0,
            "dual_director": int(tier == 1),
            "parent_row": parent,
        }
        tables.append(pd.DataFrame(rows))
    table = pd.concat(tables, ignore_index=True)
    ids = table["id"].to_numpy()
    table["parent"] = np.where(table["parent_row"] >= 0, ids[table["parent_row"]], "")
    return table[[name for name in county.facilities.columns if name in table]]


def home_starts(home: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each clinic the position of the first one of the same centre."""
    return np.searchsorted(home, home)


def share(whole: float, n: int) -> NDArray[np.int64]:
    """A whole number for each of ``n``, as equal as can be."""
    each, rest = divmod(round(whole), n)
    return each + (np.arange(n) < rest)


def sunflower(n: int) -> Floats:
    """``n`` points spread evenly over the unit disc (Vogel 1979)."""
    k = np.arange(n)
    r, angle = np.sqrt((k + 0.5) / n), GOLDEN_ANGLE * k
    return np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1)
