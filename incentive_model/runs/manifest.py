"""The manifest: what a results folder holds, and everything needed to make it again."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import incentive_model
from incentive_model.runs.durable import replaced
from incentive_model.runs.plain import to_json
from incentive_model.runs.study_plan import StudyPlan
from incentive_model.runs.versions import libraries

FILE = "manifest.json"
KIND = "incentive-model results"
SCHEMA = 1
PERSPECTIVE = (
    "money of each stakeholder apart, yuan per resident-year; welfare adds health at the threshold "
    "and residents' time as a cost"
)
DISCOUNTING = (
    "none within the horizon, for money, health and time alike, but for columns named _discounted: costs "
    "and QALYs by month, at the parameter discount_rate a year; the years of life that an expected death "
    "takes are discounted everywhere (parameters life_left_*)"
)


def write_manifest(folder: Path, request: Mapping[str, Any], *, wall_seconds: float, **findings: Any) -> None:
    """Write the manifest of ``folder``, last: it lists every file that is there.

    Args:
        request: the request, resolved in full, with the ``command`` that made it.
        wall_seconds: how long it took. Time and machine stand here and nowhere else.
        findings: what else is worth saying about the results.
    """
    content = {
        "request": request,
        "seeds": {"seed": request["seed"], "population_seed": request["population_seed"]},
        "population": request["population"],
        "residents_an_agent": request["weight"],
        "currency_year": request["currency_year"],
        "horizon_months": request["months"],
        "yuan_per_qaly": request["parameters"].get("qaly_threshold"),
        **findings,
    }
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    _write(folder, str(request["command"]), content, files, wall_seconds)


def write_sweep_manifest(
    folder: Path, plan: StudyPlan, files: Iterable[str], *, wall_seconds: float, **findings: Any
) -> None:
    """The same for the results of a study, whose folder may hold other people's files beside ``files``."""
    study = plan.study
    content = {
        "title": study.title,
        "source": study.source,
        "request": plan.request,
        "design_hash": plan.design_hash,
        "seeds": {"seed": study.seed},
        "population": study.population,
        "residents_an_agent": dict(zip((x.name for x in plan.places), plan.weights, strict=True)),
        "horizon_months": study.months,
        "runs": len(plan),
        **findings,
    }
    _write(folder, "sweep", content, files, wall_seconds)


def _write(
    folder: Path, command: str, content: Mapping[str, Any], files: Iterable[str], wall_seconds: float
) -> None:
    said = {
        "schema": SCHEMA,
        "kind": KIND,
        "command": command,
        "model_version": incentive_model.__version__,
        **content,
        "perspective": PERSPECTIVE,
        "discounting": DISCOUNTING,
        "files": [*sorted(files), FILE],
        "versions": libraries(),
        "machine": {"system": platform.platform(), "processor": _processor(), "processors": os.cpu_count()},
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(wall_seconds, 2),
    }
    with replaced(folder / FILE) as fresh:
        fresh.write_text(to_json(said) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a results folder; None if ``folder`` is not one of ours."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and content.get("kind") == KIND else None


def _processor() -> str:
    """The processor's name; Linux says it in a file of its own."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
