"""A county of a region: one row of its table, and the place of that size in the likeness of another place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.cards import InputError
from incentive_model.inputs.place import Place, place_folder, read_place, split_reading
from incentive_model.inputs.place_files import FacilityRow, FamilyDoctor
from incentive_model.inputs.shapes import key_path, shaped
from incentive_model.inputs.values import Value

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class County:
    """All that a worker elsewhere needs to make the place. None is as in the template.

    Attributes:
        id: the place's name.
        title: for people.
        like: the template: a packaged place or a folder's full path, with ``:READING`` if it is one.
        residents: real ones.
        beds_per_1000, physicians_per_1000: of all facilities inside, a thousand residents.
        income_median: yuan a head and year.
        share_60_plus: share of residents aged 60 and over.
        distance: what the template's kilometres are multiplied by.
        population_seed: seed of the people and their networks.
        levers, parameters: name and value, over the template's.
    """

    id: str
    title: str
    like: str
    residents: int
    beds_per_1000: float | None = None
    physicians_per_1000: float | None = None
    income_median: float | None = None
    share_60_plus: float | None = None
    distance: float = 1.0
    population_seed: int | None = None
    levers: tuple[tuple[str, Value], ...] = ()
    parameters: tuple[tuple[str, float], ...] = ()

    def place(self, population: int | str = 20_000) -> Place:
        """The template at this county's size.

        Scaled by residents: those around each clinic; beds and physicians of each facility, of those outside
        too (they are the part that treats this county's residents); family-doctor teams. So everybody has
        what a resident of the template has. ``beds_per_1000`` and ``physicians_per_1000`` scale those inside
        instead, each facility's alike. Clinic hours, wages and subsidies follow the physicians.

        Whole numbers are rounded on their running sum (inside before outside, tier by tier, centre by
        centre): each is rounded up or down, and sums stay right, residents exactly, beds and physicians
        inside to the nearest. The largest remainder would do so too, but clinics are much alike, and it
        would serve the first of equals and close the last. A clinic without a physician left closes; the
        other clinics of its centre take its residents, each in proportion to its own.

        Facilities are otherwise as many as in the template, as good, and in the same spots but for
        ``distance``: a county five times as large has clinics five times as large. ``share_60_plus`` changes
        the other ages in proportion. Prices, schedule, insurance, specialties and behaviour are the
        template's; its targets, patterns and other readings, which were of that place, are left out.

        Args:
            population: simulated residents, or ``"full"``; more than the county has means ``"full"``.

        Raises:
            InputError: the template cannot be read, or ``population`` is no number.
        """
        return scaled(template(self.like), self).with_population(population)


@cache
def template(like: str) -> Place:
    """The place that a county is like, read once a process.

    Raises:
        InputError: there is none, or with every fault found in it.
    """
    name, reading = split_reading(like)
    return read_place(place_folder(name), reading)


def scaled(like: Place, county: County) -> Place:
    """A place at the county's size (see :meth:`County.place`), one agent a resident."""
    size = county.residents / like.population
    physicians = _supply(like, "physicians", county.physicians_per_1000, county)
    beds = _supply(like, "beds", county.beds_per_1000, county)
    f = like.facilities
    kept = (physicians > 0) | (f["tier"] != "T0").to_numpy()
    row = np.cumsum(kept) - 1
    facilities = f.assign(
        beds=beds,
        physicians=physicians,
        x_km=f["x_km"] * county.distance,
        y_km=f["y_km"] * county.distance,
        parent_row=np.where(f["parent_row"] >= 0, row[f["parent_row"]], -1),
    )
    clinic = like.villages["clinic_row"].to_numpy()
    villages = pd.DataFrame({"clinic_row": row[clinic], "residents": _residents(like, kept[clinic], size)})
    doctors = like.family_doctor
    as_there = like.population_seed, like.income_median
    seed, income = county.population_seed, county.income_median
    return replace(
        like,
        name=county.id,
        title=county.title,
        population=county.residents,
        agents=county.residents,
        population_seed=as_there[0] if seed is None else seed,
        levers={**like.levers, **dict(county.levers)},
        parameters={**like.parameters, **dict(county.parameters)},
        readings={},
        age_shares=_ages(like.age_shares, county.share_60_plus),
        income_median=as_there[1] if income is None else income,
        family_doctor=FamilyDoctor(
            teams=round(doctors.teams * size), physicians=round(doctors.physicians * size)
        ),
        facilities=facilities[kept].reset_index(drop=True),
        skills=like.skills.assign(facility_row=row[like.skills["facility_row"]]),
        villages=villages[kept[clinic]].reset_index(drop=True),
        targets=None,
        patterns=None,
    )


def _supply(like: Place, column: str, per_1000: float | None, county: County) -> Ints:
    """Beds or physicians by facility of ``like``."""
    f = like.facilities
    now, inside = f[column].to_numpy(np.int64), f["outside"].to_numpy() == 0
    size = county.residents / like.population
    own = size if per_1000 is None else per_1000 * county.residents / 1000.0 / now[inside].sum()
    order = np.lexsort((f["parent_row"], f["tier"], ~inside))
    return _whole(now * np.where(inside, own, size), order)


def _residents(like: Place, is_open: NDArray[np.bool_], size: float) -> Ints:
    """Residents by clinic of ``like``, those of closed clinics with the others of their centre."""
    centre = like.facilities["parent_row"].to_numpy()[like.villages["clinic_row"]]
    before = like.villages["residents"].to_numpy(float)
    left = np.where(is_open, before, 0.0)
    there, here = np.bincount(centre, before), np.bincount(centre, left)
    grown = np.divide(there, here, out=np.zeros_like(here), where=here > 0)
    return _whole(left * grown[centre] * size, np.argsort(centre, kind="stable"))


def _whole(parts: Floats, order: Ints) -> Ints:
    """Whole numbers for fractions: the differences of their running sum, rounded, in that order."""
    found = np.empty(len(parts), np.int64)
    found[order] = np.diff(np.floor(np.cumsum(parts[order]) + 0.5), prepend=0.0)
    return found


def _ages(shares: tuple[float, ...], oldest: float | None) -> tuple[float, ...]:
    """Shares of ages with another share of the oldest; the others keep their proportions."""
    if oldest is None:
        return shares
    younger = math.fsum(shares[:-1]) or 1.0
    return (*(share * (1.0 - oldest) / younger for share in shares[:-1]), oldest)


def misfits(like: Place, place: Place) -> Iterator[tuple[str, str, str]]:
    """Why a place made like another cannot be: a column of its table, what is found, what is allowed."""
    before, after = like.facilities, place.facilities
    if abs(math.fsum(place.age_shares) - 1.0) > 1e-9:
        yield "share_60_plus", f"nobody younger in {like.name}", "1, or a blank cell"
    had = before["beds"].to_numpy()[before["id"].isin(after["id"])]
    for name in after["id"][(had > 0) & (after["beds"] == 0)]:
        yield "beds", f"no beds left at {name}", f"1 or more beds where {like.name} has some"
    with_clinics, still = (set(f["parent"][f["tier"] == "T0"]) for f in (before, after))
    for name in sorted(with_clinics - still):
        yield "physicians", f"no clinic left at {name}", "a physician in one of its clinics"
    if like.ties is not None and before["physicians"].tolist() != after["physicians"].tolist():
        yield "physicians", "other physicians than in ties.csv", f"those of {like.name}, or no ties.csv there"
    for column in ("beds", "physicians", "x_km", "y_km"):
        values = after[column].tolist()
        for row in (values.index(min(values)), values.index(max(values))):
            cells = {name: after[name].tolist()[row] for name in ("id", "tier", "physicians")}
            try:
                shaped(FacilityRow, cells | {column: values[row]}, key_path)
            except InputError as error:
                written = "distance" if column.endswith("_km") else column
                for fault in error.faults:
                    yield written, f"{fault.found} {fault.where} at {cells['id']}", fault.allowed
