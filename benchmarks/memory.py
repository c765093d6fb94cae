"""Memory a model takes, in a fresh process.

python -m benchmarks.memory RESIDENTS FACILITIES THREADS   # prints JSON
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.children import child
from benchmarks.models import built, warm
from benchmarks.prefecture import prefecture
from benchmarks.slopes import slope
from incentive_model.engine.columns import RESIDENT, RESIDENT_BYTES, table
from incentive_model.inputs import load_place

MONTHS = 12
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
SEEN_FROM = 100_000  #: residents; below, a model is lost in what Python itself takes


def against_population(sizes: Sequence[int]) -> dict[str, Any]:
    """Bytes a resident, and how memory grows with residents."""
    points = [child("memory", size, 0, 1) for size in tqdm(sizes, desc="memory: population")]
    seen = [point for point in points if point["residents"] >= SEEN_FROM]
    x = [point["residents"] for point in seen]
    return {
        "resident_bytes": RESIDENT_BYTES,
        "row_bytes": table(RESIDENT, 0).itemsize,
        "points": points,
        "slopes": {name: slope(x, [point[name] for point in seen]) for name in ("set_up", "year")},
    }


def against_facilities(residents: int, numbers: Sequence[int]) -> dict[str, Any]:
    """How memory grows with facilities at a constant population."""
    points = [child("memory", residents, number, 1) for number in tqdm(numbers, desc="memory: facilities")]
    x = [point["facilities"] for point in points]
    return {
        "points": points,
        "slopes": {name: slope(x, [point[name] for point in points]) for name in ("set_up", "year")},
    }


def begin() -> int:
    """What this process has now, in bytes; its peak begins anew where the platform can do that."""
    if not STATUS.exists():
        return peak()
    CLEAR.write_text("5")
    return status("VmRSS")


def peak() -> int:
    """The most memory since then, or ever where the platform cannot forget."""
    if STATUS.exists():
        return status("VmHWM")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def status(field: str) -> int:
    """A number of bytes from what Linux says of this process."""
    (line,) = [line for line in STATUS.read_text().splitlines() if line.startswith(field)]
    return int(line.split()[1]) * 1024


def main() -> None:
    """Set up one model and run a year; growth over what a tiny one had taken already."""
    residents, facilities, threads = map(int, sys.argv[1:])
    warm(built(load_place("yongan", 1_000), threads=threads))
    place = prefecture(residents, facilities or None)
    before = begin()
    model = built(place, threads=threads)
    set_up = peak() - before
    for _ in range(MONTHS):
        model.step()
    found = {
        "residents": residents,
        "facilities": len(place.facilities),
        "threads": threads,
        "set_up": set_up,
        "year": peak() - before,
        "held": status("VmRSS") - before if STATUS.exists() else None,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
