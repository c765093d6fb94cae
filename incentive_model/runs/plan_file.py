"""A study's plan as a file, so that any of its runs can be made again without the study's own files."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.county import County
from incentive_model.inputs.design import Design, Factor
from incentive_model.inputs.instruments import load_text
from incentive_model.inputs.scheme import Scheme
from incentive_model.inputs.study import Study
from incentive_model.runs.durable import replaced
from incentive_model.runs.plain import to_json
from incentive_model.runs.plan import digest
from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.task import PlaceRef

FILE = "plan.json"
KIND = "incentive-model study"
#: What of a study its plan holds in another form.
ELSEWHERE = ("places", "counties", "schemes", "design", "sensitivity")


def write_plan(plan: StudyPlan, folder: Path) -> None:
    """Write ``plan.json``.

    Raises:
        OSError: it could not be written.
    """
    study = {f.name: getattr(plan.study, f.name) for f in dataclasses.fields(plan.study)}
    table: list[Scheme] = []
    numbers = []
    for schemes in plan.schemes:
        for scheme in schemes:
            if scheme not in table:
                table.append(scheme)
        numbers.append([table.index(scheme) for scheme in schemes])
    content = {
        "schema": 1,
        "kind": KIND,
        "request": plan.request,
        "study": {name: value for name, value in study.items() if name not in ELSEWHERE},
        "places": [vars(ref) for ref in plan.places],
        "weights": plan.weights,
        "scheme_table": [vars(scheme) for scheme in table],
        "schemes": numbers,
        "first_draw": int(plan.points.index[0]),
        "draws": len(plan.points),
        "points": {name: column.tolist() for name, column in plan.points.items()},
        "luck": plan.luck.tolist(),
        "own": plan.own,
        "versions": plan.versions,
    }
    with replaced(folder / FILE) as fresh:
        fresh.write_text(to_json({"hash": digest(content)} | content), encoding="utf-8")


def read_plan(folder: Path) -> StudyPlan:
    """The plan in ``plan.json``. Instruments of its own are loaded.

    Raises:
        InputError: there is none, or it is damaged.
    """
    said = read_content(folder)
    if said is None:
        raise InputError(Fault(str(folder / FILE), "no plan, or a damaged one", "the plan of a sweep"))
    for path, text in said["own"]:
        load_text(path, text)
    table = [_scheme(entry) for entry in said["scheme_table"]]
    index = pd.RangeIndex(said["first_draw"], said["first_draw"] + said["draws"], name="draw")
    points = pd.DataFrame(said["points"], index=index)
    study = {name: _frozen(value) for name, value in said["study"].items()}
    if laid := said["request"]["design"]:
        study["design"] = _design(laid, points)
    return StudyPlan(
        study=Study(places=(), **study),
        places=tuple(_ref(entry) for entry in said["places"]),
        weights=tuple(said["weights"]),
        schemes=tuple(tuple(table[number] for number in numbers) for numbers in said["schemes"]),
        points=points,
        own=tuple((path, text) for path, text in said["own"]),
        versions=said["versions"],
        luck=np.array(said["luck"], np.int64),
    )


def read_content(folder: Path) -> dict[str, Any] | None:
    """What ``plan.json`` says; None if there is none, or it is not as it was written."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("kind") != KIND:
        return None
    return found if found.pop("hash", None) == digest(found) else None


def differences(there: Any, here: Any, path: str = "") -> Iterator[str]:
    """Where two requests differ: ``study.months is 60 there and 48 now``."""
    if isinstance(there, dict) and isinstance(here, dict):
        for key in sorted(there.keys() | here.keys()):
            yield from differences(there.get(key), here.get(key), f"{path}.{key}" if path else key)
    elif there != here:
        yield f"{path} is {_short(there)} there and {_short(here)} now"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _scheme(entry: dict[str, Any]) -> Scheme:
    changes = tuple((int(month), levers) for month, levers in entry["changes"])
    return Scheme(entry["name"], entry["title"], tuple(entry["source"]), entry["levers"], changes)


def _design(said: dict[str, Any], points: pd.DataFrame) -> Design:
    if "levels" not in said:
        return Design(said["method"], n=said["n"], points=points)
    factors = {
        name: Factor(**entry | {"name": name, "values": tuple(entry["values"])})
        for name, entry in said["factors"].items()
    }
    groups = {group: tuple(names) for group, names in said["groups"].items()}
    return Design(
        said["method"], factors, said["n"], None, groups, said["second_order"], tuple(said["levels"])
    )


def _ref(entry: dict[str, Any]) -> PlaceRef:
    county = entry["county"]
    if county is not None:
        county = County(**{name: _frozen(value) for name, value in county.items()})
    return PlaceRef(**entry | {"county": county})


def _frozen(value: Any) -> Any:
    """JSON's lists as the tuples they were."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
