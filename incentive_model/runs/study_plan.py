"""The plan of a study: which run stands where, without holding them all.

Runs are ordered by place, draw, scheme and replicate, the status quo first. The number of a run in this order
says everything about it, so that a plan of a million runs takes no more room than its points.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.cards import Card, Fault, InputError, indicators, levers, nearest, parameters
from incentive_model.inputs.combined import combined
from incentive_model.inputs.design import EXTENSIBLE, Design
from incentive_model.inputs.instruments import own_files
from incentive_model.inputs.place import Place
from incentive_model.inputs.scheme import (
    Scheme,
    load_scheme,
    resolve_levers,
    resolve_parameters,
    scheme_names,
)
from incentive_model.inputs.shapes import Faults
from incentive_model.inputs.study import Study
from incentive_model.inputs.values import Value, typed, wholes
from incentive_model.measures.present import PRESENT
from incentive_model.runs.designs import draws_of
from incentive_model.runs.layout import Layout
from incentive_model.runs.plain import plain
from incentive_model.runs.plan import BASELINE, Request, digest, make_request, place_hash
from incentive_model.runs.row import BALANCES
from incentive_model.runs.task import PlaceRef, Task, place_of
from incentive_model.runs.versions import versions


class Cell(NamedTuple):
    """What its replicates have in common.

    Attributes:
        place, scheme: their numbers; scheme −1 is the status quo.
        draw: the point; 0 is the place as it is.
        pair: the draw of the status quo that it is held against; −1: none.
    """

    place: int
    draw: int
    scheme: int
    pair: int


@dataclass(frozen=True, eq=False)
class StudyPlan:
    """Every run of a study, by its number.

    Attributes:
        study: what was asked.
        places: where to read each.
        weights: real residents that one simulated one stands for, by place.
        schemes: by place, those beside the status quo.
        points: one row a draw, one column a factor; a blank leaves what the scheme or place says.
        luck: by draw, whom it shares its luck with: those of the same number; 0 is everything else.
        layout: of a sampled design, where its points stand in the unit cube; None in a plan read from a file.
        own: files with instruments of one's own: path and text.
        versions: of this package, its sources and the libraries that runs depend on.
    """

    study: Study
    places: tuple[PlaceRef, ...]
    weights: tuple[float, ...]
    schemes: tuple[tuple[Scheme, ...], ...]
    points: pd.DataFrame
    own: tuple[tuple[str, str], ...]
    versions: dict[str, str | None]
    luck: NDArray[np.int64]
    layout: Layout | None = None

    def __len__(self) -> int:
        return len(self.cells) * self.study.replicates

    def __getitem__(self, number: int) -> Task:
        """The run of that number, from 0."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        cell, replicate = self.cells[number // self.study.replicates], number % self.study.replicates
        place, request = self.places[cell.place], self._request(cell, replicate)
        paired = None if cell.pair < 0 else self._run_id(cell.place, cell.pair, replicate)
        values = request.levers | request.parameters
        key = (
            request.run_id,
            place.name,
            request.scheme.name,
            cell.draw,
            replicate,
            request.seed,
            paired,
            self.weights[cell.place],
            *(values[name] for name in self.varied),
        )
        kept, versions = (self.columns, self.study.series), tuple(self.versions.items())
        return Task(number, self.design_hash, place, self.own, request, key, *kept, versions)

    def number(self, place: str, draw: int, scheme: str, replicate: int) -> int:
        """The number of a run, by what its row says.

        Raises:
            ValueError: there is none such.
        """
        here = [ref.name for ref in self.places].index(place)
        names = {BASELINE: -1} | {x.name: number for number, x in enumerate(self.schemes[here])}
        for row, cell in enumerate(self.cells):
            if cell[:3] == (here, draw, names[scheme]):
                return row * self.study.replicates + replicate
        raise ValueError(f"no run of {scheme} in {place} at draw {draw}")

    @functools.cached_property
    def cells(self) -> list[Cell]:
        """Every place, point and scheme, in order."""
        pairs = self._pairs()
        alone = not any(self.schemes)  # nothing but the status quo, at every point
        held = set(self.points.index) if alone else set(pairs.values()) if self.study.baseline else set()
        if self.study.design is not None and self.study.design.method == "one-at-a-time":
            if alone:  # what nothing is moved in, to tell swings from
                held.add(0)
            elif not (self.study.baseline and 0 in pairs.values() and not self._packages):
                pairs[0] = 0  # else the status quo is the same
                held |= {0} if self.study.baseline else set()
        cells = []
        for place, schemes in enumerate(self.schemes):
            for draw in sorted({*self.points.index, *held}):
                if draw in held:
                    cells.append(Cell(place, draw, -1, -1))
                if draw in pairs:
                    pair = pairs[draw] if self.study.baseline else -1
                    cells += [Cell(place, draw, number, pair) for number in range(len(schemes))]
        return cells

    @property
    def _packages(self) -> bool:
        """Whether any scheme sets levers of its own, beside those of the points."""
        return any(scheme.levers or scheme.changes for schemes in self.schemes for scheme in schemes)

    def _pairs(self) -> dict[int, int]:
        """By draw, the first draw with the same parameters and luck; 0 where the design varies neither."""
        draws = self.points.index.tolist()
        behaviour = [name for name in self.points if name in parameters()]
        if not behaviour and not self.luck.any():
            return dict.fromkeys(draws, 0)
        keys = self.points[behaviour].assign(luck=self.luck)
        alike = keys.groupby(list(keys), dropna=False, sort=False).ngroup().tolist()
        first: dict[int, int] = {}
        return {draw: first.setdefault(group, draw) for draw, group in zip(draws, alike, strict=True)}

    @functools.cached_property
    def varied(self) -> tuple[str, ...]:
        """Levers and parameters that are not everywhere the place's own, in the order of their cards."""
        some = {*self.points, *self.study.parameters}
        for scheme in (x for schemes in self.schemes for x in schemes):
            some |= set(scheme.levers).union(*(table for _, table in scheme.changes))
        return tuple(name for name in (*levers(), *parameters()) if name in some)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs that were asked for, or all there are."""
        return self.study.outputs or outputs()

    @functools.cached_property
    def columns(self) -> tuple[str, ...]:
        """What is kept of every run: its outputs, indicators with numerator and denominator."""
        parts = {name: (name, f"{name}__numerator", f"{name}__denominator") for name in indicators()}
        return tuple(column for name in self.outputs for column in parts.get(name, (name,)))

    @functools.cached_property
    def request(self) -> dict[str, Any]:
        """The whole study as plain data: enough to tell two studies apart. Titles are no part of it."""
        study, design = self.study, self.study.design
        described: dict[str, Any] = {}
        for scheme in (x for schemes in self.schemes for x in schemes):
            described[scheme.name] = {"levers": scheme.levers, "changes": scheme.changes}
        return plain(
            {
                "study": {
                    name: getattr(study, name)
                    for name in ("name", "population", "months", "burn_in", "replicates", "seed", "baseline")
                }
                | {"outputs": self.outputs, "series": study.series, "parameters": study.parameters},
                "places": {place.name: place.hash for place in self.places},
                "schemes": described,
                "design": None if design is None else _described(design, [*map(str, self.points)]),
                "points": {"draws": len(self.points), "hash": digest(self.points.to_csv())},
                "own_instruments": {Path(path).name: digest(text) for path, text in self.own},
                "versions": self.versions,
            }
        )

    @functools.cached_property
    def design_hash(self) -> str:
        """Stands for everything that any of the runs depends on."""
        return digest(identity(self.request))

    def _scheme(self, cell: Cell) -> Scheme:
        """The cell's scheme, with what the point sets."""
        if cell.scheme < 0:
            return load_scheme(BASELINE)
        scheme = self.schemes[cell.place][cell.scheme]
        set_here = self._point(cell.draw, levers())
        return dataclasses.replace(scheme, levers={**scheme.levers, **set_here}) if set_here else scheme

    def _point(self, draw: int, cards: Mapping[str, Card]) -> dict[str, Any]:
        """What a point sets, of some cards."""
        if draw not in self.points.index:
            return {}
        row = draw - int(self.points.index[0])
        found = {name: values[row] for name, values in self._columns.items() if name in cards}
        return typed({name: value for name, value in found.items() if not _blank(value)}, cards)

    def _luck(self, draw: int) -> int:
        return int(self.luck[draw - int(self.points.index[0])]) if draw in self.points.index else 0

    @functools.cached_property
    def _columns(self) -> dict[str, Any]:
        return {str(name): column.to_numpy() for name, column in self.points.items()}

    @functools.cached_property
    def _resolved(self) -> Callable[[Cell], Resolved]:
        """The cell's scheme, and every lever and parameter there; replicates have them in common."""

        @functools.lru_cache(maxsize=8)
        def resolved(cell: Cell) -> Resolved:
            place, scheme = place_of(self.places[cell.place]), self._scheme(cell)
            behaviour = {**self.study.parameters, **self._point(cell.draw, parameters())}
            return Resolved(scheme, resolve_levers(place, scheme), resolve_parameters(place, behaviour))

        return resolved

    def _request(self, cell: Cell, replicate: int) -> Request:
        ref, found, study = self.places[cell.place], self._resolved(cell), self.study
        return make_request(
            ref.name,
            ref.hash,
            found.scheme,
            found.levers,
            found.parameters,
            draw=cell.draw,
            replicate=replicate,
            seed=_seed(study.seed, ref, self._luck(cell.draw)),
            months=study.months,
            burn_in=study.burn_in,
        )

    @functools.cached_property
    def _run_id(self) -> Callable[[int, int, int], str]:
        """The id of a run of the status quo, by place, draw and replicate."""

        @functools.lru_cache(maxsize=4096)
        def run_id(place: int, draw: int, replicate: int) -> str:
            return self._request(Cell(place, draw, -1, -1), replicate).run_id

        return run_id


class Resolved(NamedTuple):
    """A scheme with what a point sets, and every lever and parameter as it is then."""

    scheme: Scheme
    levers: dict[str, Value]
    parameters: dict[str, Value]


def plan_study(study: Study) -> StudyPlan:
    """Every run of a study, in order; nothing runs.

    Raises:
        InputError: a place that cannot be read, an unknown scheme or output, a point that a design refuses or
            at which parts of one whole do not sum to 1.
    """
    faults = Faults()
    known = outputs()
    for name in study.outputs:
        if name not in known:
            mend = nearest(name, known) or "see: incentive-model list indicators"
            faults.append(Fault(f"study {study.name}: outputs", repr(name), "an indicator or balance", mend))
    refs, weights, schemes = [], [], []
    for ref in _refs(study):
        with faults.caught():
            place = ref.found()
            refs.append(dataclasses.replace(ref, name=place.name, hash=place_hash(place)))
            weights.append(place.weight)
            schemes.append(tuple(_schemes(study, place)))
    if len({ref.name for ref in refs}) < len(refs):
        faults.append(Fault(f"study {study.name}: places", "two of one name", "places of different names"))
    faults.stop()
    points, layout = pd.DataFrame(index=pd.RangeIndex(1, name="draw")), None
    if study.design is not None:
        points, layout = draws_of(study.design, study.seed)
    luck = np.zeros(len(points), np.int64) if layout is None else layout.luck
    own = tuple((file.path, file.text) for file in own_files())
    plan = StudyPlan(
        study, tuple(refs), tuple(weights), tuple(schemes), points, own, versions(), luck, layout
    )
    _check_sums(plan)
    return plan


def outputs() -> tuple[str, ...]:
    """Everything that may be kept of a run: indicators, balances, present values."""
    return (*indicators(), *BALANCES[:-2], *PRESENT, *BALANCES[-2:])


def _refs(study: Study) -> Iterator[PlaceRef]:
    for source in study.places:
        yield PlaceRef(source, source, study.population)
    for county in study.counties:
        yield PlaceRef(county.id, county.like, study.population, county=county)


def _schemes(study: Study, place: Place) -> Iterator[Scheme]:
    """The schemes of a study in a place, alone and combined as it asks, without the status quo."""
    design = study.design
    asked = study.schemes
    if asked is None and design is None:
        asked = (*scheme_names(), *place.schemes)
    elif asked is None and design is not None:
        names = design.factors if design.points is None else design.points
        asked = (Scheme(study.name, study.title, study.source, {}),) if set(names) & set(levers()) else ()
    found: dict[str, Scheme] = {}
    for entry in asked or ():
        scheme = load_scheme(entry, place) if isinstance(entry, str) else entry
        if scheme.name in found:
            raise InputError(Fault(f"study {study.name}: schemes", f"{scheme.name!r} twice", "each once"))
        found[scheme.name] = scheme.at(place)
    found.pop(BASELINE, None)
    for size in study.combine if found else ():
        if not 1 <= size <= len(found) or study.combine.count(size) > 1:
            allowed = f"from 1 to {len(found)}, the number of schemes, each once"
            raise InputError(Fault(f"study {study.name}: combine", str(size), allowed))
    for scheme in combined(list(found.values()), study.combine):
        resolve_levers(place, scheme)
        yield scheme


def _check_sums(plan: StudyPlan) -> None:
    """Parts of one whole sum to 1 at every point.

    Raises:
        InputError: they do not.
    """
    if any(whole & {*plan.points} for whole in wholes()):
        for cell in plan.cells:
            plan._resolved(cell)


def identity(request: Mapping[str, Any]) -> dict[str, Any]:
    """What of a study's request tells it from others.

    Where a larger ``n`` only goes on where a smaller one ends, it is the same study, and what has been run
    stays good.
    """
    design = request["design"]
    if not design or design["method"] not in EXTENSIBLE or len(request["places"]) > 1:
        return {**request}
    return {**request, "design": {**design, "n": None}, "points": None}


def _described(design: Design, columns: list[str]) -> dict[str, Any]:
    """A design as plain data; points that are written down are told by their columns."""
    said: dict[str, Any] = {"method": design.method, "n": design.n, "factors": columns}
    if design.points is None:
        said["factors"] = {name: {**vars(x), "name": None} for name, x in design.factors.items()}
        said |= {"groups": design.groups, "second_order": design.second_order, "levels": design.levels}
    return said


def _seed(seed: int, place: PlaceRef, luck: int) -> int:
    """The study's seed; counties and base rows each have luck of their own, which only hangs on it.

    Schemes, points and places that people name have luck in common, to be compared. The counties of a region
    and the base rows of a sampled design are added up, and a sum over what is lucky together would not get
    surer with its number.
    """
    own = [place.name] * (place.county is not None) + [luck] * (luck > 0)
    return int(digest([seed, *own]), 16) if own else seed


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
