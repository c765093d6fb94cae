"""A study: places, schemes, a design over levers and parameters, and seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field

from incentive_model.cards import Fault, indicators, nearest, parameters
from incentive_model.inputs.asked import Asked, SensitivityTable, read_asked
from incentive_model.inputs.county import County
from incentive_model.inputs.design import Design, DesignTable, read_design
from incentive_model.inputs.files import is_folder
from incentive_model.inputs.place import place_names, split_reading
from incentive_model.inputs.place_files import Text
from incentive_model.inputs.region import read_region
from incentive_model.inputs.scheme import Scheme, read_scheme
from incentive_model.inputs.shapes import Faults, TomlShape, shown, whole
from incentive_model.inputs.toml_file import read_toml
from incentive_model.inputs.values import LONGEST, SEED_LIMIT, Value, typed, value_faults


class RegionTable(TomlShape):
    """``[region]``."""

    counties: Text = Field(description="a CSV file of counties beside the study, in quotes")


class StudyFile(TomlShape):
    """A study's TOML file."""

    title: Text = Field(description="a title, in quotes")
    source: list[Text] = Field(default=[], description="a list of sources, in quotes")
    place: Text | None = Field(default=None, description="a place's name or folder, in quotes")
    places: list[Text] = Field(default=[], description="a list of places, in quotes")
    region: RegionTable | None = Field(default=None, description="a table with counties")
    schemes: list[Text] | None = Field(
        default=None, description="a list of schemes' names or files, in quotes"
    )
    combine: list[int] = Field(
        default=[1], min_length=1, description="a list of whole numbers: how many schemes at a time"
    )
    population: Any = Field(
        default=20_000, description='a whole number of simulated residents a place, or "full"'
    )
    months: int = whole(1, LONGEST, "months under the scheme", default=60)
    burn_in: int = whole(0, LONGEST, "months before it", default=12)
    replicates: int = whole(1, 1_000_000, "repetitions with other luck", default=10)
    seed: int = whole(0, SEED_LIMIT - 1, "where all luck comes from", default=1)
    outputs: list[Text] = Field(default=[], description="a list of indicators and other outputs, in quotes")
    series: list[Text] = Field(default=[], description="a list of indicators kept by month, in quotes")
    baseline: bool = Field(default=True, description="true or false: whether the status quo runs too")
    parameters: dict[str, Any] = Field(default={}, description="a table of parameters that hold everywhere")
    design: DesignTable | None = Field(default=None, description="a table with method and factors")
    sensitivity: SensitivityTable = Field(
        default=SensitivityTable(), description="a table: what sensitivity analysis is to make of it"
    )


@dataclass(frozen=True, eq=False)
class Study:
    """What is to be run; nothing in it depends on where or how.

    Attributes:
        name: the file's name without ``.toml``.
        places: names or folders; empty if there are ``counties``.
        schemes: names, or schemes read from files; None: those of the packaged and the place's own that a
            comparison has or, where the design sets levers, the design's levers alone.
        combine: how many of the schemes are in force at a time, each a number from 1: every combination of so
            many is a scheme.
        population: simulated residents a place, or ``"full"``.
        outputs: columns of the table of runs; empty: all.
        series: indicators kept month by month.
        baseline: whether the status quo runs too, at every draw of parameters.
        parameters: behaviour that holds everywhere.
        sensitivity: what a sensitivity analysis makes of it; no run depends on that.
    """

    name: str
    title: str
    places: tuple[str, ...]
    source: tuple[str, ...] = ()
    counties: tuple[County, ...] = ()
    schemes: tuple[str | Scheme, ...] | None = None
    combine: tuple[int, ...] = (1,)
    population: int | str = 20_000
    months: int = 60
    burn_in: int = 12
    replicates: int = 10
    seed: int = 1
    outputs: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    baseline: bool = True
    parameters: Mapping[str, Value] = field(default_factory=dict)
    design: Design | None = None
    sensitivity: Asked = field(default_factory=Asked)


def load_study(path: str | Path) -> Study:
    """A study from its TOML file. Files it names lie beside it.

    Raises:
        InputError: with every fault found.
    """
    path = Path(path)
    file = read_toml(path, StudyFile)
    faults = Faults()
    where = path.name
    faults += _place_faults(file, path)
    faults += value_faults(file.parameters, parameters(), f"{where}: parameters.", "parameter")
    faults += _series_faults(file.series, where)
    counties: tuple[County, ...] = ()
    if file.region is not None:
        with faults.caught():
            counties = read_region(path.parent / file.region.counties)
    schemes: list[str | Scheme] = []
    for name in file.schemes or ():
        with faults.caught():
            schemes.append(read_scheme(path.parent / name) if name.endswith(".toml") else name)
    design, asked = None, Asked()
    if file.design is not None:
        with faults.caught():
            design = read_design(file.design, path)
    with faults.caught():
        asked = read_asked(file.sensitivity, f"{where}: sensitivity")
    faults.stop()
    return Study(
        name=path.stem,
        title=file.title,
        source=tuple(file.source),
        places=tuple(_beside(name, path) for name in ([file.place] if file.place else file.places)),
        counties=counties,
        schemes=None if file.schemes is None else tuple(schemes),
        combine=tuple(file.combine),
        population=file.population,
        months=file.months,
        burn_in=file.burn_in,
        replicates=file.replicates,
        seed=file.seed,
        outputs=tuple(file.outputs),
        series=tuple(file.series),
        baseline=file.baseline,
        parameters=typed(file.parameters, parameters()),
        design=design,
        sensitivity=asked,
    )


def is_study(table: Mapping[str, Any]) -> bool:
    """Whether a TOML table is meant as a study: no scheme says where it is tried."""
    return bool(table.keys() & {"place", "places", "region", "design", "schemes"})


def _beside(name: str, path: Path) -> str:
    """A packaged place's name as it is; a folder beside the study as a path that holds anywhere."""
    if split_reading(name)[0] in place_names():
        return name
    return str((path.parent / name).resolve())


def _place_faults(file: StudyFile, path: Path) -> Iterator[Fault]:
    said = [key for key in ("place", "places", "region") if getattr(file, key)]
    if len(said) != 1:
        found = " and ".join(said) or "no place"
        yield Fault(path.name, found, "one of place, places and region", 'write place = "yongan"')
    for name in [file.place] if file.place else file.places:
        if split_reading(name)[0] not in place_names() and not is_folder(path.parent / name):
            allowed = f"a packaged place ({', '.join(place_names())}) or a folder beside the study"
            yield Fault(f"{path.name}: place", shown(name), allowed, nearest(name, place_names()))


def _series_faults(series: list[str], where: str) -> Iterator[Fault]:
    known = indicators()
    for name in series:
        if name not in known:
            mend = nearest(name, known) or "see: incentive-model list indicators"
            yield Fault(f"{where}: series", shown(name), "an indicator's name", mend)
