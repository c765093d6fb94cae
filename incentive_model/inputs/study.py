"""A study: places, schemes, a design over levers and parameters, and seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import Field

from incentive_model.cards import Card, Fault, InputError, indicators, nearest, parameters
from incentive_model.inputs.card_columns import varied_cards
from incentive_model.inputs.county import County
from incentive_model.inputs.files import is_folder
from incentive_model.inputs.place import place_names, split_reading
from incentive_model.inputs.place_files import Text
from incentive_model.inputs.points import read_points
from incentive_model.inputs.region import read_region
from incentive_model.inputs.scheme import Scheme, read_scheme
from incentive_model.inputs.shapes import Faults, TomlShape, shown, whole
from incentive_model.inputs.toml_file import read_toml
from incentive_model.inputs.values import (
    LONGEST,
    PARTS_OF_ONE,
    SEED_LIMIT,
    Value,
    typed,
    value_faults,
)

#: Designs whose points are written down, designs made of the values of factors, and sampled designs.
WRITTEN = ("list", "csv")
LISTED = ("full-factorial", "one-at-a-time")
SAMPLED = (
    "latin-hypercube",
    "sobol-sequence",
    "sobol",
    "morris",
    "fast",
    "finite-difference",
    "fractional-factorial",
)


class Span(TomlShape):
    """From where to where a factor goes; what is left out is the card's plausible end."""

    low: float | None = Field(default=None, allow_inf_nan=False, description="a number, the lowest")
    high: float | None = Field(default=None, allow_inf_nan=False, description="a number, the highest")


class DesignTable(TomlShape):
    """``[design]``."""

    method: Literal[(*WRITTEN, *LISTED, *SAMPLED)] = Field(  # type: ignore[valid-type]
        description="one of " + ", ".join((*WRITTEN, *LISTED, *SAMPLED))
    )
    n: int | None = whole(1, 10_000_000, "points; of sobol, morris and fast: base points", default=None)
    csv: Text | None = Field(default=None, description="a CSV file of points beside the study, in quotes")
    point: list[dict[str, Any]] = Field(
        default=[], description="tables of levers and parameters, one a point"
    )
    factors: dict[str, list[Any] | Span] = Field(
        default={}, description="a table: each factor a list of values, or {low = …, high = …}"
    )


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


@dataclass(frozen=True)
class Factor:
    """A lever or parameter that a design varies.

    Attributes:
        values: what it may be, one by one; empty if it goes from ``low`` to ``high``.
        log: whether it is even in the logarithm.
        whole: whether it is a whole number.
    """

    name: str
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    whole: bool = False


@dataclass(frozen=True, eq=False)
class Design:
    """Which points are tried.

    Attributes:
        method: how they are laid, or ``list``, ``csv``: they are written down.
        factors: what varies, by name.
        n: how many, where the method asks.
        points: those written down, a row each, a column a factor; a blank (None, NaN) leaves the scheme's.
    """

    method: str
    factors: dict[str, Factor] = field(default_factory=dict)
    n: int | None = None
    points: pd.DataFrame | None = None


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
    design = None
    if file.design is not None:
        with faults.caught():
            design = _design(file.design, path)
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


def _design(table: DesignTable, path: Path) -> Design:
    """A design as it was written.

    Raises:
        InputError: with every fault found.
    """
    where = f"{path.name}: design"
    faults = Faults(_keys_faults(table, where))
    faults.stop()
    if table.method == "csv":
        return Design("csv", points=read_points(path.parent / str(table.csv)))
    if table.method == "list":
        cards = varied_cards()
        for number, point in enumerate(table.point, start=1):
            faults += value_faults(point, cards, f"{where}.point.{number}.", "lever or parameter")
        faults.stop()
        return Design("list", points=pd.DataFrame([typed(point, cards) for point in table.point]))
    factors = {}
    for name, asked in table.factors.items():
        with faults.caught():
            factors[name] = _factor(name, asked, f"{where}.factors.{name}", table.method)
    faults.stop()
    return Design(table.method, factors, table.n)


def _keys_faults(table: DesignTable, where: str) -> Iterator[Fault]:
    """What a method needs, and what it has no use for."""
    needs = {"csv": "csv", "list": "point"}.get(table.method, "factors")
    for key in ("csv", "point", "factors"):
        if bool(getattr(table, key)) != (key == needs):
            found = f"{key} with method {table.method!r}" if key != needs else "nothing"
            yield Fault(f"{where}.{key}", found, f"{needs} with method {table.method!r}")
    wants_n = table.method in SAMPLED and table.method != "fractional-factorial"
    if (table.n is not None) != wants_n:
        found = "nothing" if wants_n else f"a number with method {table.method!r}"
        allowed = "a number of points" if wants_n else "no n: the factors say how many"
        yield Fault(f"{where}.n", found, allowed, "write n = 512" if wants_n else "leave it out")


def _factor(name: str, asked: list[Any] | Span, where: str, method: str) -> Factor:
    cards = varied_cards()

    def accepted(values: Sequence[Any]) -> tuple[Value, ...]:
        faults = Faults()
        for value in values:
            faults += value_faults({name: value}, cards, where.removesuffix(name), "lever or parameter")
        faults.stop()
        return tuple(typed({name: value}, cards)[name] for value in values)

    if name not in cards:
        accepted([0])
    card = cards[name]
    if isinstance(asked, list):
        if not asked:
            raise InputError(Fault(where, "an empty list", "values, or {low = …, high = …}"))
        return Factor(name, accepted(asked))
    if method in LISTED:
        raise InputError(Fault(where, "a range", f"a list of values with method {method!r}"))
    if card.choices:
        return Factor(name, card.choices)
    low, high = _end(asked.low, card, 0, where), _end(asked.high, card, 1, where)
    accepted([low, high])
    if low >= high:
        raise InputError(Fault(where, f"low = {low:g}, high = {high:g}", "low below high"))
    log = card.distribution == "loguniform" and low > 0 and not name.startswith(PARTS_OF_ONE)
    return Factor(name, (), low, high, log, isinstance(card.default, int))


def _end(asked: float | None, card: Card, side: int, where: str) -> float:
    if asked is not None:
        return asked
    if card.plausible is None:
        raise InputError(Fault(where, "no plausible range on its card", "{low = …, high = …}"))
    return float(card.plausible[side])
