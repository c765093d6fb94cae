"""A task: one run of a study, with all that another machine needs to make it."""

from __future__ import annotations

import functools
import json
import math
import platform
import sys
from concurrent.futures import BrokenExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.county import County
from incentive_model.inputs.instruments import load_text
from incentive_model.inputs.place import Place, load_place
from incentive_model.runs.plan import Request, place_hash
from incentive_model.runs.row import row_of
from incentive_model.runs.run import RunFailed, execute
from incentive_model.runs.versions import versions

#: A reason is told in so many letters.
LONG = 500


@dataclass(frozen=True)
class PlaceRef:
    """A place as it travels: where to read it, and what was found there.

    Attributes:
        name: the place's.
        source: a packaged name or a folder; of a county nothing.
        population: simulated residents, or ``"full"``.
        hash: of everything in it that a run depends on.
        county: the row of a region's table that it is made from, if it is.
    """

    name: str
    source: str
    population: int | str
    hash: str = ""
    county: County | None = None

    def read(self) -> Place:
        """The place itself.

        Raises:
            InputError: it cannot be read, or is no longer what it was.
        """
        place = self.found()
        if place_hash(place) != self.hash:
            found = f"{place_hash(place)} now, {self.hash} when the study was planned"
            raise InputError(Fault(f"place {self.name}", found, "the same place", "plan the study anew"))
        return place

    def found(self) -> Place:
        """The place as it is now."""
        if self.county is not None:
            return self.county.place(self.population)
        return load_place(self.source, self.population)


@functools.lru_cache(maxsize=4)
def place_of(ref: PlaceRef) -> Place:
    """The place, read once by each process.

    Raises:
        InputError: it cannot be read, or is no longer what it was.
    """
    return ref.read()


@dataclass(frozen=True)
class Task:
    """One run of a study.

    Attributes:
        number: its place in the plan, from 0.
        design: hash of the whole design.
        place: where it is tried.
        own: files with instruments of one's own: path and text.
        request: the run.
        key: what its row says before anything is measured.
        columns: what is kept of its row.
        series: indicators of which every month is kept.
        versions: of this package, its sources and libraries, with which the study was planned.
    """

    number: int
    design: str
    place: PlaceRef
    own: tuple[tuple[str, str], ...]
    request: Request
    key: tuple[Any, ...]
    columns: tuple[str, ...]
    series: tuple[str, ...]
    versions: tuple[tuple[str, str | None], ...]

    def done(self, values: list[float | None], series: list[list[float | None]]) -> bytes:
        """The record of a run that went well."""
        return self._record("done", values=values, series=series)

    def failed(self, stage: str, error: object, status: str = "failed") -> bytes:
        """The record of one that did not: where it ended, and why."""
        return self._record(status, stage=stage, error=" ".join(str(error).split())[:LONG])

    def _record(self, status: str, **more: Any) -> bytes:
        said = {"run": self.number, "design": self.design, "status": status, "key": self.key} | more
        return encoded(said)


def encoded(record: dict[str, Any]) -> bytes:
    """A record as bytes: JSON on one line."""
    return json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


class OtherVersions(BrokenExecutor):
    """Whoever is to make the run has other versions than the study was planned with."""


#: What is installed where this process runs.
versions_here = functools.cache(versions)


def make(task: Task) -> bytes:
    """Make the run; returns its record, whatever comes of it.

    Raises:
        MemoryError: there was none left; whoever called should start afresh.
        OtherVersions: it would not be this study's run; names what differs.
    """
    here = versions_here()
    for name, planned in task.versions:
        if here.get(name) != planned:
            differs = f"{name} is {here.get(name)} there and {planned} where the study was planned"
            raise OtherVersions(f"a worker on {platform.node()} has other versions: {differs}")
    try:
        for path, text in task.own:
            load_text(path, text)
        place = place_of(task.place)
    except InputError as error:
        return task.failed("read", error)
    try:
        with redirect_stdout(sys.stderr):  # what an instrument prints is no answer of ours
            run = execute(place, task.request)
    except RunFailed as error:
        return task.failed("run", error.reason)
    except InputError as error:
        return task.failed("run", error)
    except SystemExit as error:
        return task.failed("run", f"SystemExit: {error.code}")
    row = row_of(run, task.request.months)
    for name, value in row.items():
        if value is not None and not math.isfinite(value):
            return task.failed("outputs", f"{name} is {value}")
    if run.imbalance_fen:
        return task.failed("outputs", f"the books are out of balance by {run.imbalance_fen} fen")
    months = [
        [x if math.isfinite(x) else None for x in run.series[name].astype(float).tolist()]
        for name in task.series
    ]
    return task.done([row[name] for name in task.columns], months)
