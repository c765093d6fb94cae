"""A place: the county as people wrote it down, read from a folder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from incentive_model.cards import Fault, InputError, levers, nearest, parameters
from incentive_model.inputs import place_checks as checks
from incentive_model.inputs.coordinates import DEGREES, placed, placement_faults
from incentive_model.inputs.csv_file import Row, frame, read_csv
from incentive_model.inputs.edges import agreed, joined
from incentive_model.inputs.files import DATA, is_file, is_folder
from incentive_model.inputs.patterns import Patterns, pattern_faults, read_patterns
from incentive_model.inputs.place_files import (
    FacilityRow,
    FamilyDoctor,
    Insurance,
    PlaceFile,
    ScheduleRow,
    SkillRow,
    TargetRow,
    Tier,
    TieRow,
    VillageRow,
)
from incentive_model.inputs.scheme import Scheme, place_schemes
from incentive_model.inputs.shapes import Faults, shown
from incentive_model.inputs.tier_values import filled
from incentive_model.inputs.toml_file import read_toml
from incentive_model.inputs.values import Value, sum_faults, typed, value_faults


@dataclass(frozen=True, eq=False)
class Place:
    """A county: people, facilities, insurances and the terms that hold there today.

    Attributes:
        name: the packaged name, or the folder's; of another reading ``NAME:READING``.
        title, source: for people; where its numbers are from.
        folder: where it was read.
        population: real residents.
        agents: simulated residents; one stands for ``weight`` real ones.
        population_seed: seed of the people and their networks.
        currency_year: year of the prices.
        start: the calendar month of a scheme's first month (``2009-01``), or None.
        levers: the status quo, only what was written.
        parameters: behaviour, only what was written.
        consortia: name to form (``none``, ``loose``, ``tight``).
        specialties: name to the share of residents whose serious illnesses belong to it.
        readings: the other readings of this place: name to the file of facilities.
        insurances: in file order.
        tiers: ``T0`` … to prices, stays, pay.
        age_shares, chronic_shares: for ages 0-14, 15-44, 45-59, 60+.
        income_median: yuan a head and year; ``income_log_sd`` its spread.
        travel_base_minutes, travel_minutes_per_km: from home to a facility.
        family_doctor: teams, physicians.
        facilities: one row each, sorted by tier, then as in the file; the columns of ``facilities.csv``,
            what was left blank filled in, longitude and latitude as ``x_km`` and ``y_km``, and
            ``parent_row`` (-1: none). Outside no beds mean no limit.
        skills: capability in specialties, where it is not the general one: ``facility_row``,
            ``specialty`` (number, from 1), ``capability``.
        schedule: the columns of ``schedule.csv``; ``cap`` is NaN if there is none.
        villages: ``clinic_row`` and ``residents``, one row a T0 facility.
        ties: the columns of ``ties.csv`` with ``facility_row`` and ``hospital_row``, or None.
        targets: the columns of ``targets.csv``, or None.
        patterns: what ``patterns.toml`` says, or None.
        schemes: schemes of its own, from the folder ``schemes``.
    """

    name: str
    title: str
    source: tuple[str, ...]
    folder: Path
    population: int
    agents: int
    population_seed: int
    currency_year: int
    start: str | None
    levers: dict[str, Value]
    parameters: dict[str, float]
    consortia: dict[str, str]
    specialties: dict[str, float]
    readings: dict[str, str]
    insurances: tuple[Insurance, ...]
    tiers: dict[str, Tier]
    age_shares: tuple[float, ...]
    chronic_shares: tuple[float, ...]
    income_median: float
    income_log_sd: float
    travel_base_minutes: float
    travel_minutes_per_km: float
    family_doctor: FamilyDoctor
    facilities: pd.DataFrame
    skills: pd.DataFrame
    schedule: pd.DataFrame
    villages: pd.DataFrame
    ties: pd.DataFrame | None
    targets: pd.DataFrame | None
    patterns: Patterns | None = None
    schemes: dict[str, Scheme] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        """Real residents that one simulated resident stands for."""
        return self.population / self.agents

    @property
    def file_name(self) -> str:
        """Its name as a part of a folder's or file's, which may hold no colon on some systems."""
        return self.name.replace(":", "-")

    def with_population(self, agents: int | str) -> Place:
        """The same place with so many simulated residents (``"full"``: one for every real one).

        A number above the place's residents means ``"full"``.

        Raises:
            InputError: no whole number from 1 on, nor ``"full"``.
        """
        return replace(self, agents=_agents(agents, self.population))


def place_names() -> list[str]:
    """The packaged places."""
    return sorted(entry.name for entry in (DATA / "places").iterdir() if is_file(entry / "place.toml"))


def load_place(name_or_folder: str | Path, population: int | str = 20_000) -> Place:
    """A packaged place by its name, or one of your own by its folder (or its ``place.toml``).

    Args:
        name_or_folder: a packaged name stands before a folder of that name; write ``./name`` for the folder.
            ``PLACE:READING`` is another reading of it.
        population: simulated residents, or ``"full"``; more than the place has means ``"full"``.

    Raises:
        InputError: with every fault found.
    """
    name, reading = split_reading(name_or_folder)
    return read_place(place_folder(name), reading).with_population(population)


def split_reading(name_or_folder: str | Path) -> tuple[str | Path, str]:
    """A place's name or folder, and the reading asked for: ``PLACE:READING``; blank for the first one."""
    if not isinstance(name_or_folder, str) or is_folder(name_or_folder):
        return name_or_folder, ""
    name, mark, reading = name_or_folder.rpartition(":")
    if mark and (name in place_names() or is_folder(name)):
        return name, reading
    return name_or_folder, ""


def place_folder(name_or_folder: str | Path) -> Path:
    """The folder of a packaged name, of a folder, or of its ``place.toml``.

    Raises:
        InputError: there is no such place.
    """
    if isinstance(name_or_folder, str) and name_or_folder in place_names():
        return DATA / "places" / name_or_folder
    folder = Path(name_or_folder if isinstance(name_or_folder, str | Path) else repr(name_or_folder))
    folder = folder.parent if folder.name == "place.toml" else folder
    if is_folder(folder):
        return folder
    names = place_names()
    allowed = f"a packaged place ({', '.join(names)}) or a folder with a place.toml"
    raise InputError(Fault("place", shown(str(name_or_folder)), allowed, nearest(str(name_or_folder), names)))


def read_place(folder: Path, reading: str = "") -> Place:
    """The place in ``folder``, one agent a resident.

    Args:
        reading: one of its other readings; blank for the first one.

    Raises:
        InputError: with every fault found in any of its files.
    """
    faults = Faults()
    file: PlaceFile | None = None
    facilities: list[Row[FacilityRow]] | None = None
    schedule: list[Row[ScheduleRow]] | None = None
    villages: list[Row[VillageRow]] | None = None
    ties: list[Row[TieRow]] | None = None
    drawn: list[Row[TieRow]] | None = None
    targets: list[Row[TargetRow]] | None = None
    patterns: Patterns | None = None
    skills: list[Row[SkillRow]] = []
    schemes: dict[str, Scheme] = {}
    with faults.caught():
        file = read_toml(folder / "place.toml", PlaceFile)
        faults += checks.place_file_faults(file) + _value_faults(file)
    with faults.caught():
        rows = read_csv(folder / _facilities_file(file, reading), FacilityRow, told=faults)
        facilities, drawn = joined(folder, rows, file)
        faults += checks.facility_faults(facilities) + placement_faults(facilities)
    with faults.caught():
        schedule = read_csv(folder / "schedule.csv", ScheduleRow, told=faults)
    with faults.caught():
        if is_file(folder / "villages.csv"):
            villages = read_csv(folder / "villages.csv", VillageRow)
    with faults.caught():
        if is_file(folder / "ties.csv"):
            ties = read_csv(folder / "ties.csv", TieRow, may_be_empty=True)
        ties = agreed(ties, drawn)
    with faults.caught():
        if is_file(folder / "targets.csv"):
            targets = read_csv(folder / "targets.csv", TargetRow, may_be_empty=True)
            faults += checks.target_faults(targets)
    with faults.caught():
        if is_file(folder / "specialties.csv"):
            skills = read_csv(folder / "specialties.csv", SkillRow, may_be_empty=True)
    with faults.caught():
        schemes = place_schemes(folder / "schemes")
    with faults.caught():
        if is_file(folder / "patterns.toml"):
            patterns = read_patterns(folder / "patterns.toml", schemes)
            faults += pattern_faults(patterns, [row.cells.id for row in targets or []])
    if file and facilities:
        faults += checks.tier_faults(file, facilities) + checks.consortium_faults(file, facilities)
        faults += checks.schedule_faults(file, facilities, schedule) if schedule else []
        faults += checks.village_faults(file, facilities, villages) if villages else []
        faults += checks.skill_faults(file, facilities, skills)
    if facilities and ties:
        faults += checks.tie_faults(facilities, ties)
    faults.once().stop()
    assert file is not None  # each is there, or a fault said why not
    assert facilities is not None
    assert schedule is not None
    table = _facility_frame(facilities, file.tier)
    name = folder.resolve().name
    place = Place(
        name=f"{name}:{reading}" if reading else name,
        title=file.reading[reading].title if reading else file.title,
        source=tuple(file.source),
        folder=folder,
        population=file.population,
        agents=file.population,
        population_seed=file.population_seed,
        currency_year=file.currency_year,
        start=file.start,
        levers=typed(file.levers, levers()),
        parameters=typed(file.parameters, parameters()),
        consortia={name: consortium.form for name, consortium in file.consortium.items()},
        specialties={name: specialty.share for name, specialty in file.specialty.items()},
        readings={name: reading.facilities for name, reading in file.reading.items()},
        insurances=tuple(Insurance(name=name, **dict(entry)) for name, entry in file.insurance.items()),
        tiers=dict(sorted(file.tier.items())),
        age_shares=tuple(file.age.shares),
        chronic_shares=tuple(file.age.chronic),
        income_median=file.income.median,
        income_log_sd=file.income.log_sd,
        travel_base_minutes=file.travel.base_minutes,
        travel_minutes_per_km=file.travel.minutes_per_km,
        family_doctor=file.family_doctor,
        facilities=table,
        skills=_skill_frame(table, skills, list(file.specialty)),
        schedule=frame(schedule, ScheduleRow),
        villages=_village_frame(table, villages, file.population),
        ties=None if ties is None else _tie_frame(table, ties),
        targets=None if targets is None else frame(targets, TargetRow),
        patterns=patterns,
        schemes=schemes,
    )
    for scheme in schemes.values():
        with faults.caught():
            scheme.at(place)
    faults.stop()
    return place


def _facilities_file(file: PlaceFile | None, reading: str) -> str:
    """The file of facilities of a reading.

    Raises:
        InputError: the place has no such reading.
    """
    if not reading or file is None:
        return "facilities.csv"
    if reading not in file.reading:
        allowed = "a reading of place.toml: " + (", ".join(file.reading) or "it has none")
        raise InputError(Fault("place", f"reading {shown(reading)}", allowed, nearest(reading, file.reading)))
    return file.reading[reading].facilities


def _value_faults(file: PlaceFile) -> list[Fault]:
    """What the cards say about the status quo and the behaviour of the place."""
    faults = value_faults(file.levers, levers(), "place.toml: levers.", "lever")
    faults += value_faults(file.parameters, parameters(), "place.toml: parameters.", "parameter")
    if not faults:
        defaults = {name: card.default for name, card in levers().items()}
        faults = sum_faults({**defaults, **file.levers}, "place.toml: levers.")
    return faults


def _facility_frame(rows: list[Row[FacilityRow]], tiers: dict[Any, Tier]) -> pd.DataFrame:
    """Facilities by tier; what was left blank is as it is at the facility's grade."""
    table = frame(placed(filled(rows)), FacilityRow).drop(columns=list(DEGREES))
    table = table.sort_values("tier", kind="stable", ignore_index=True)
    table["parent_row"] = _rows_of(table, table["parent"])
    table["grade"] = table["grade"].where(table["grade"] != "", table["tier"])
    table["outside"] = table["outside"].fillna((table["tier"] == "T3").astype("float64")).astype("int64")
    for column in ("visit_price", "admission_price", "stay_days"):
        usual = pd.Series([getattr(tiers[grade], column) for grade in table["grade"]], dtype="float64")
        table[column] = table[column].fillna(usual)
    return table


def _skill_frame(table: pd.DataFrame, rows: list[Row[SkillRow]], specialties: list[str]) -> pd.DataFrame:
    skills = frame(rows, SkillRow)
    number = {name: k for k, name in enumerate(specialties, start=1)}
    return pd.DataFrame(
        {
            "facility_row": _rows_of(table, skills["facility"]),
            "specialty": skills["specialty"].map(number).astype("int64"),
            "capability": skills["capability"],
        }
    )


def _village_frame(table: pd.DataFrame, rows: list[Row[VillageRow]] | None, population: int) -> pd.DataFrame:
    """Residents by clinic; spread equally, the remainder to the first, where nobody wrote them down."""
    clinics = np.flatnonzero(table["tier"] == "T0")
    if rows is None:
        each, rest = divmod(population, len(clinics))
        residents = np.full(len(clinics), each, dtype=np.int64)
        residents[:rest] += 1
        return pd.DataFrame({"clinic_row": clinics.astype(np.int64), "residents": residents})
    written = frame(rows, VillageRow)
    rows_of_clinics = _rows_of(table, written["clinic"])
    villages = pd.DataFrame({"clinic_row": rows_of_clinics, "residents": written["residents"]})
    return villages.sort_values("clinic_row", ignore_index=True)


def _tie_frame(table: pd.DataFrame, rows: list[Row[TieRow]]) -> pd.DataFrame:
    ties = frame(rows, TieRow)
    for column in ("facility", "hospital"):
        ties[f"{column}_row"] = _rows_of(table, ties[column])
    return ties.sort_values(["facility_row", "physician"], kind="stable", ignore_index=True)


def _rows_of(table: pd.DataFrame, names: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Row numbers of facilities by id; -1 for a blank."""
    row_of = {name: row for row, name in enumerate(table["id"])}
    return np.array([row_of.get(name, -1) for name in names], dtype=np.int64)


def _agents(agents: int | str, population: int) -> int:
    if agents == "full":
        return population
    try:
        count = int(agents) if isinstance(agents, str) else agents
    except ValueError:
        count = 0
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        allowed = f"a whole number from 1 to {population:,} (simulated residents; more means full), or full"
        raise InputError(Fault("population", shown(agents), allowed))
    return min(int(count), population)
