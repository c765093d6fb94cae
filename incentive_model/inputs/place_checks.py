"""What must hold between the rows and files of a place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import product

from incentive_model.cards import Fault, indicators, nearest
from incentive_model.inputs.csv_file import Row, at
from incentive_model.inputs.place_files import (
    SETTINGS,
    TIERS,
    FacilityRow,
    PlaceFile,
    ScheduleRow,
    SkillRow,
    TargetRow,
    TieRow,
    VillageRow,
)
from incentive_model.inputs.shapes import shown

#: The tier that a facility refers up to.
PARENT_TIER = {"T0": "T1", "T1": "T2", "T2": "T3", "T3": ""}

Facilities = list[Row[FacilityRow]]


def place_file_faults(file: PlaceFile) -> list[Fault]:
    """Shares that should sum to 1, or to no more."""
    faults = []
    serious = math.fsum(table.share for table in file.specialty.values())
    if serious > 1:
        faults.append(Fault("place.toml: specialty.*.share", f"a sum of {serious:.10g}", "no more than 1"))
    insured = math.fsum(table.share for table in file.insurance.values())
    for key, total in (("insurance.*.share", insured), ("age.shares", math.fsum(file.age.shares))):
        if abs(total - 1) > 1e-9:
            faults.append(Fault(f"place.toml: {key}", f"a sum of {total:.10g}", "shares that sum to 1"))
    return faults


def facility_faults(rows: Facilities) -> list[Fault]:
    """Ids, parents and what each tier needs."""
    faults = _repeated("facilities.csv", ((row.number, "id", row.cells.id) for row in rows))
    occurring = {row.cells.tier for row in rows}
    for tier in ("T0", "T1", "T2"):
        if tier not in occurring:
            found = f"no {tier} facility"
            faults.append(Fault("facilities.csv: column tier", found, "at least one each of T0, T1 and T2"))
    tier_of = {row.cells.id: row.cells.tier for row in rows}
    for row in rows:
        faults += _parent_faults(row, tier_of)
        faults += _grade_faults(row)
        if row.cells.tier == "T2" and row.cells.beds == 0:
            where = at("facilities.csv", row.number, "beds")
            faults.append(Fault(where, "no beds", "1 or more beds at a T2 hospital"))
    return faults + _outside_faults(rows)


def _outside_faults(rows: Facilities) -> list[Fault]:
    """Only T3 hospitals may lie outside, and all of them or none; one inside has beds."""
    faults = []
    outside = {row.cells.outside != 0 for row in rows if row.cells.tier == "T3"}
    for row in rows:
        where = at("facilities.csv", row.number, "outside")
        if row.cells.tier != "T3" and row.cells.outside == 1:
            faults.append(Fault(where, f"1 at a {row.cells.tier} facility", "0 or blank but at T3"))
        elif row.cells.tier == "T3" and len(outside) == 2 and row.cells.outside == 0:
            faults.append(Fault(where, "0, and others outside", "all T3 hospitals inside, or all outside"))
        elif row.cells.tier == "T3" and row.cells.outside == 0 and row.cells.beds == 0:
            where = at("facilities.csv", row.number, "beds")
            faults.append(Fault(where, "no beds", "1 or more beds at a hospital inside the area"))
    return faults


def _parent_faults(row: Row[FacilityRow], tier_of: Mapping[str, str]) -> list[Fault]:
    cells = row.cells
    where = at("facilities.csv", row.number, "parent")
    wanted = PARENT_TIER[cells.tier]
    if not wanted or wanted not in tier_of.values():
        if not cells.parent or (wanted and wanted != "T3"):
            return []  # nothing to refer to; that a T1 or T2 is missing has been said
        return [Fault(where, shown(cells.parent), f"blank: nobody stands above this {cells.tier}")]
    allowed = f"the id of a {wanted} facility"
    candidates = [name for name, tier in tier_of.items() if tier == wanted]
    if not cells.parent and cells.tier == "T2":
        return []  # its physicians refer nobody on
    if not cells.parent:
        return [Fault(where, f"nothing for {cells.tier} {cells.id}", allowed, f"for example {candidates[0]}")]
    if cells.parent not in tier_of:
        found = f"{shown(cells.parent)}, which is no facility"
        return [Fault(where, found, allowed, nearest(cells.parent, candidates))]
    if tier_of[cells.parent] != wanted:
        return [Fault(where, f"{shown(cells.parent)}, a {tier_of[cells.parent]}", allowed)]
    return []


def _grade_faults(row: Row[FacilityRow]) -> list[Fault]:
    """A clinic is a clinic; whatever admits people has the grade of something that does."""
    grade = row.cells.grade or row.cells.tier
    if (grade == "T0") == (row.cells.tier == "T0"):
        return []
    allowed = "T0 or blank at a T0 facility" if row.cells.tier == "T0" else "T1, T2, T3 or blank"
    return [Fault(at("facilities.csv", row.number, "grade"), grade, allowed)]


def _occurring(rows: Facilities) -> list[str]:
    """The tiers that occur among facilities, as their place in the network or as their grade."""
    found = {tier for row in rows for tier in (row.cells.tier, row.cells.grade or row.cells.tier)}
    return [tier for tier in TIERS if tier in found]


def tier_faults(file: PlaceFile, rows: Facilities) -> list[Fault]:
    """A table for each tier that occurs; prices and stays where people are admitted."""
    occurring = _occurring(rows)
    admitting = {
        row.cells.grade or row.cells.tier for row in rows if row.cells.tier == "T3" or row.cells.beds
    }
    faults = []
    for tier in TIERS:
        table = file.tier.get(tier)
        if tier in occurring and table is None:
            faults.append(Fault(f"place.toml: tier.{tier}", "nothing", "a table for each tier that occurs"))
        if tier not in occurring and table is not None:
            found = f"a table, but no {tier} in facilities.csv"
            faults.append(Fault(f"place.toml: tier.{tier}", found, "tables for tiers that occur"))
        if tier in admitting and table is not None:
            for key, value in (("admission_price", table.admission_price), ("stay_days", table.stay_days)):
                if value == 0:
                    where = f"place.toml: tier.{tier}.{key}"
                    faults.append(Fault(where, "0", "more than 0 where people are admitted"))
    return faults


def consortium_faults(file: PlaceFile, rows: Facilities) -> list[Fault]:
    """Every consortium is described, and has members."""
    faults = []
    for row in rows:
        name = row.cells.consortium
        if name and name not in file.consortium:
            allowed = "blank or a consortium of place.toml: " + (", ".join(file.consortium) or "none there")
            where = at("facilities.csv", row.number, "consortium")
            faults.append(Fault(where, shown(name), allowed, nearest(name, file.consortium)))
    members = {row.cells.consortium for row in rows}
    ids = {row.cells.id for row in rows}
    for name in file.consortium:
        if name in ids:  # they are nodes of one network
            where = f"place.toml: consortium.{name}"
            faults.append(Fault(where, "also the id of a facility", "a name of its own"))
        if name not in members:
            where = f"place.toml: consortium.{name}"
            faults.append(Fault(where, "no member in facilities.csv", "a consortium with members"))
    return faults


def schedule_faults(file: PlaceFile, facilities: Facilities, rows: list[Row[ScheduleRow]]) -> list[Fault]:
    """Every insurance, tier that occurs and setting exactly once; no deductible for outpatients."""
    faults = []
    tiers = _occurring(facilities)
    wanted: set[tuple[str, str, str]] = set(product(file.insurance, tiers, SETTINGS))
    seen: dict[tuple[str, str, str], int] = {}
    for number, cells in rows:
        key = (cells.insurance, cells.tier, cells.setting)
        if cells.insurance not in file.insurance:
            allowed = "an insurance of place.toml: " + ", ".join(file.insurance)
            where = at("schedule.csv", number, "insurance")
            mend = nearest(cells.insurance, file.insurance)
            faults.append(Fault(where, shown(cells.insurance), allowed, mend))
        elif key not in wanted:
            where = at("schedule.csv", number, "tier")
            faults.append(Fault(where, cells.tier, "a tier in facilities.csv: " + ", ".join(tiers)))
        elif key in seen:
            found = f"{', '.join(key)} again, as in row {seen[key]}"
            faults.append(Fault(f"schedule.csv: row {number}", found, "each once"))
        seen.setdefault(key, number)
        if cells.setting == "outpatient" and cells.deductible:
            where = at("schedule.csv", number, "deductible")
            faults.append(Fault(where, f"{cells.deductible:g}", "0 for outpatients"))
    for missing in sorted(wanted - set(seen)):
        allowed = "a row for every insurance, tier and setting"
        faults.append(Fault("schedule.csv", f"no row for {', '.join(missing)}", allowed, "add the row"))
    return faults


def skill_faults(file: PlaceFile, facilities: Facilities, rows: list[Row[SkillRow]]) -> list[Fault]:
    """Each facility and specialty exists, and stands there once; a declared specialty is used."""
    faults = []
    hospitals = [row.cells.id for row in facilities if row.cells.tier in ("T2", "T3")]
    for number, cells in rows:
        faults += _unknown("specialties.csv", number, "facility", cells.facility, hospitals, "T2 or T3")
        if cells.specialty not in file.specialty:
            where = at("specialties.csv", number, "specialty")
            allowed = "a specialty of place.toml: " + (", ".join(file.specialty) or "none there")
            mend = nearest(cells.specialty, file.specialty)
            faults.append(Fault(where, shown(cells.specialty), allowed, mend))
    pairs = ((row.number, "specialty", f"{row.cells.facility} {row.cells.specialty}") for row in rows)
    faults += _repeated("specialties.csv", pairs)
    special = {row.cells.facility for row in rows}
    if rows and not [x for x in facilities if x.cells.tier == "T3" and x.cells.id not in special]:
        found = "no T3 hospital without a specialty"
        faults.append(Fault("specialties.csv", found, "a T3 hospital for all other cases too"))
    used = {row.cells.specialty for row in rows}
    for name in file.specialty:
        if name not in used:
            found = f"no row for {name}"
            faults.append(Fault("specialties.csv", found, "a facility for every specialty of place.toml"))
    return faults


def village_faults(file: PlaceFile, facilities: Facilities, rows: list[Row[VillageRow]]) -> list[Fault]:
    """Every clinic once, and all residents together the place's population."""
    faults = _repeated("villages.csv", ((row.number, "clinic", row.cells.clinic) for row in rows))
    clinics = [row.cells.id for row in facilities if row.cells.tier == "T0"]
    listed = {row.cells.clinic for row in rows}
    for number, cells in rows:
        faults += _unknown("villages.csv", number, "clinic", cells.clinic, clinics, "T0")
    for clinic in clinics:
        if clinic not in listed:
            found = f"no row for clinic {clinic}"
            faults.append(Fault("villages.csv", found, "a row for every T0 facility", "add the row"))
    total = sum(row.cells.residents for row in rows)
    if not faults and total != file.population:
        allowed = f"{file.population:,}, the population of place.toml"
        faults.append(Fault("villages.csv: column residents", f"a sum of {total:,}", allowed))
    return faults


def tie_faults(facilities: Facilities, rows: list[Row[TieRow]]) -> list[Fault]:
    """Both ends exist, and have so many physicians."""
    faults = []
    ends = (("facility", "physician", ("T0", "T1")), ("hospital", "specialist", ("T2", "T3")))
    for number, cells in rows:
        for column, counter, tiers in ends:
            known = {row.cells.id: row.cells.physicians for row in facilities if row.cells.tier in tiers}
            name = getattr(cells, column)
            faults += _unknown("ties.csv", number, column, name, list(known), " or ".join(tiers))
            if getattr(cells, counter) > known.get(name, math.inf):
                where = at("ties.csv", number, counter)
                allowed = f"1 to {known[name]}, the physicians of {name}"
                faults.append(Fault(where, str(getattr(cells, counter)), allowed))
    return faults


def target_faults(rows: list[Row[TargetRow]]) -> list[Fault]:
    """Each id once; every indicator is one."""
    faults = _repeated("targets.csv", ((row.number, "id", row.cells.id) for row in rows))
    known = indicators()
    for number, cells in rows:
        if cells.indicator not in known:
            where = at("targets.csv", number, "indicator")
            mend = nearest(cells.indicator, known) or "see: incentive-model list indicators"
            faults.append(Fault(where, shown(cells.indicator), "an indicator's name", mend))
    return faults


def _unknown(file: str, number: int, column: str, name: str, known: list[str], tiers: str) -> list[Fault]:
    if name in known:
        return []
    where = at(file, number, column)
    return [Fault(where, shown(name), f"the id of a {tiers} facility", nearest(name, known))]


def _repeated(file: str, entries: Iterable[tuple[int, str, str]]) -> list[Fault]:
    faults = []
    first: dict[str, int] = {}
    for number, column, name in entries:
        if name in first:
            found = f"{shown(name)} again, as in row {first[name]}"
            faults.append(Fault(at(file, number, column), found, "each once"))
        first.setdefault(name, number)
    return faults
