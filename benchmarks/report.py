"""The measurements as JSON, as tables and as a figure."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict, is_dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.contenders import TITLES
from benchmarks.figure import draw
from benchmarks.models import THREADS
from benchmarks.neighbours import NEIGHBOURS

PACKAGES = ("numpy", "numba", "llvmlite", "mesa", "pandas", "scipy")


def machine() -> dict[str, Any]:
    """What ran the measurements, as the platform reports it."""
    return {
        "processor": processor(),
        "machine": platform.machine(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "load_before": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        "python": sys.version.split()[0],
        "packages": {name: version(name) for name in PACKAGES},
    }


def processor() -> str:
    """The processor's name."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def write(found: dict[str, Any], folder: Path) -> None:
    """``performance.json``, ``.md``, ``.png`` and ``.svg``."""
    folder.mkdir(parents=True, exist_ok=True)
    data = json.loads(json.dumps(found, default=plain))  # as a reader of the file will have it
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    (folder / "performance.json").write_text(text, encoding="utf-8")
    (folder / "performance.md").write_text(tables(data), encoding="utf-8")
    draw(data, folder)


def plain(value: Any) -> Any:
    """A record as a dictionary."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{value!r} is not for JSON")


def tables(data: dict[str, Any]) -> str:
    """All of it as tables."""
    parts = [heading(data), contenders(data["contenders"]), population(data["population"])]
    parts += [facilities(data["facilities"]), memory(data["memory"]), bounds(data["bounds"])]
    parts += [small(data["small_runs"]), start(data["start"])]
    return "\n\n".join(parts) + "\n"


def heading(data: dict[str, Any]) -> str:
    """What ran where."""
    m = data["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in m["packages"].items())
    load = "" if m["load_before"] is None else f" Load before: {m['load_before'][0]:.2f}."
    return (
        f"# Measurements\n\n`python -m benchmarks{data['options']}` in {data['seconds'] / 60:.1f} minutes. "
        f"{m['processor']}, {m['processors']} processors, Python {m['python']}, {packages}.{load}\n\n"
        "Medians over rounds, each of which goes once round all that is compared; in brackets the lowest and "
        "the highest. Ratios are taken within rounds."
    )


def told(spread: dict[str, Any], digits: int = 2) -> str:
    """A median and its range."""
    return f"{spread['median']:.{digits}f} ({spread['low']:.{digits}f}–{spread['high']:.{digits}f})"


def grid(head: list[str], rows: list[list[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def sloped(slopes: dict[str, Any]) -> str:
    """Slopes in a line."""
    parts = [
        f"{name} {s['slope']:.3f} ± {s['error']:.3f}" if s else f"{name} –" for name, s in slopes.items()
    ]
    return f"Slopes in log-log (least squares, ± standard error): {'; '.join(parts)}."


def contenders(data: dict[str, Any]) -> str:
    """Who computes how fast."""
    rates, size = data["million_patient_months_a_second"], data["residents"]
    rows = [[TITLES[name], f"{size[name]:,}", told(rate, 4)] for name, rate in rates.items()]
    ratios = [[f"{TITLES[x['of']]} / {TITLES[x['to']]}", told(x["ratio"])] for x in data["ratios"]]
    elsewhere = [[name, f"{rate:g}"] for name, rate in NEIGHBOURS.items()]
    return "\n\n".join(
        [
            "## The whole month, four ways",
            grid(["computed by", "residents", "million patient-months a second"], rows),
            grid(["ratio", ""], ratios),
            "For comparison, as measured elsewhere, on a **simpler** month (two cores, 100,000 residents):",
            grid(["computed by", "million patient-months a second"], elsewhere),
        ]
    )


def population(data: dict[str, Any]) -> str:
    """Time against residents."""
    run = data["long_run"]
    return "\n\n".join(
        [
            "## Against residents",
            grid(*pointed(data["points"])),
            sloped(data["slopes"]),
            f"{run['residents']:,} residents, {run['months']} months at a stretch, "
            f"{THREADS[run['threads']]}: {run['seconds']:.1f} s, "
            f"{run['million_patient_months_a_second']:.2f} million patient-months a second.",
        ]
    )


def facilities(data: dict[str, Any]) -> str:
    """Time against facilities."""
    return "\n\n".join(["## Against facilities", grid(*pointed(data["points"])), sloped(data["slopes"])])


def pointed(points: list[dict[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Points as a table."""
    head = [
        "residents",
        "facilities",
        "threads",
        "set-up, s",
        "a month, ms",
        "million patient-months a second",
    ]
    return head, [
        [
            f"{x['residents']:,}",
            f"{x['facilities']:,}",
            str(x["threads"]),
            told(x["set_up"], 3),
            told({name: 1e3 * x["month"][name] for name in ("median", "low", "high")}),
            told(x["rate"]),
        ]
        for x in points
    ]


def memory(data: dict[str, Any]) -> str:
    """Bytes a resident."""
    people, places = data["population"], data["facilities"]
    rows = [
        [
            f"{x['residents']:,}",
            f"{x['facilities']:,}",
            *(
                "" if x[name] is None else f"{x[name] / x['residents']:.0f}"
                for name in ("held", "set_up", "year")
            ),
        ]
        for x in people["points"] + places["points"]
    ]
    head = ["residents", "facilities", "held after a year", "peak of set-up", "peak with a year"]
    return "\n\n".join(
        [
            "## Memory",
            f"A resident's row takes {people['row_bytes']} bytes, with ties and what is heard and said "
            f"{people['resident_bytes']}. What a process grew by, in bytes a resident (each once, in a "
            "process of its own; the fewer residents, the more there is of what is no resident's):",
            grid(head, rows),
            f"Against residents, from 100,000. {sloped(people['slopes'])}",
            f"Against facilities. {sloped(places['slopes'])}",
        ]
    )


def bounds(data: dict[str, Any]) -> str:
    """How near to what is possible."""
    counts, took = data["by_patient_month"], data["nanoseconds"]
    kernels = [
        [name, f"{counts[name]:.2f}", told(spread), f"{counts[name] * spread['low']:.1f}"]
        for name, spread in took.items()
    ]
    rows = [
        [
            THREADS[int(threads)],
            told(x["month"], 0),
            f"{x['compute_bound']:.0f}",
            f"{x['memory_bound']:.1f}",
            told(x["copy_gigabytes_a_second"], 1),
            x["nearer"],
            f"{x['share_reached']:.0%}",
        ]
        for threads, x in data["threads"].items()
    ]
    return "\n\n".join(
        [
            "## Against what is possible",
            f"A resident is ill in {counts['ill']:.2f} of months.",
            grid(["function", "a patient-month", "ns each", "ns a patient-month"], kernels),
            f"A patient-month moves {data['bytes_a_month']} bytes.",
            grid(
                [
                    "threads",
                    "ns a patient-month",
                    "draws and functions alone",
                    "memory alone",
                    "copy, GB/s",
                    "nearer",
                    "share reached",
                ],
                rows,
            ),
        ]
    )


def small(data: dict[str, Any]) -> str:
    """A run of a study."""
    rows = [
        [THREADS[int(threads)], *(told(x[name], 0) for name in ("total", "set_up", "months", "read_out"))]
        for threads, x in data["threads"].items()
    ]
    rows.append(["`runs.run.execute`", told(data["execute"], 0), "", "", ""])
    return "\n\n".join(
        [
            f"## A run of {data['residents']:,} residents and {data['months']} months",
            grid(["warm, ms", "all", "set-up", "months", "indicators, series and flows"], rows),
        ]
    )


def start(data: dict[str, Any]) -> str:
    """Until something happens."""
    parts = data["of_it"]
    return "\n\n".join(
        [
            "## From the start of a process",
            grid(
                ["what", "seconds"],
                [
                    ["`incentive-model --help`, the whole process", told(data["help"])],
                    [
                        f"first month of {data['residents']:,} residents, engine compiled before",
                        told(data["first_month"]),
                    ],
                    ["of it import", told(parts["import"])],
                    ["of it set-up", told(parts["set_up"])],
                    ["of it the month", told(parts["month"])],
                ],
            ),
        ]
    )
