"""What a county costs, and a country of them: ``python -m benchmarks.region`` (three minutes, one core).

python -m benchmarks.region RESIDENTS AGENTS   # one county in this process; prints JSON
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import runpy
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.children import ROOT, child
from benchmarks.memory import peak
from benchmarks.report import grid, machine
from incentive_model.inputs.county import County
from incentive_model.runs.plan import plan_runs
from incentive_model.runs.run import execute

RESIDENTS = (100_000, 500_000, 1_500_000)
SAMPLES = (5_000, 20_000)
SCHEME = "full-package"
MONTHS, BURN_IN = 60, 12
#: Runs of each scheme are repeated where they are short.
ROUNDS, SHORT = 3, 100_000

#: The country: what ``experiments/region/make_counties.py`` writes for so many counties.
COUNTIES, REPLICATES, SCHEMES = 2_800, 10, 2  # a scheme and the status quo
NIGHT, HOUR = 10, 1  # hours


def measure(residents: int, agents: int) -> dict[str, Any]:
    """A county's runs as a worker makes them, after it has read the template and made its first run."""
    county = County("county-1", "County 1", "yongan", residents)
    tiny = county.place(1)
    for request in plan_runs(tiny, [SCHEME], replicates=1, months=1, burn_in=0).requests:
        execute(tiny, request)
    before = peak()
    place = county.place(agents)
    plan = plan_runs(
        place, [SCHEME], replicates=ROUNDS if agents <= SHORT else 1, months=MONTHS, burn_in=BURN_IN
    )
    took: dict[str, list[float]] = {}
    for request in plan.requests:
        took.setdefault(request.scheme.name, []).append(processor_seconds(partial(execute, place, request)))
    return {
        "residents": residents,
        "agents": place.agents,
        "facilities": len(place.facilities),
        "run_seconds": {name: median(values) for name, values in took.items()},
        "place_seconds": median(processor_seconds(lambda: county.place(agents)) for _ in range(21)),
        "county_bytes": len(pickle.dumps(county)),
        "worker_bytes_before": before,
        "worker_bytes": peak(),
    }


def processor_seconds(work: Callable[[], object]) -> float:
    """What something takes of a processor, whoever else is using it."""
    start = process_time()
    work()
    return process_time() - start


def country(points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The country: a run's seconds and a worker's bytes lie on a line through the measured counties'."""
    make = runpy.run_path(str(ROOT / "experiments" / "region" / "make_counties.py"))
    sizes = np.array([row[make["COLUMNS"].index("residents")] for row in make["rows"](COUNTIES, 1)], float)
    found: dict[str, Any] = {
        "counties": COUNTIES,
        "residents": int(sizes.sum()),
        "largest": int(sizes.max()),
        "runs": COUNTIES * REPLICATES * SCHEMES,
    }
    for name, chosen in (
        ("sampled", [x for x in points if x["agents"] == SAMPLES[-1]]),
        ("full", [x for x in points if x["agents"] == x["residents"]]),
    ):
        at = [x["residents"] for x in chosen]
        seconds = line(at, [mean(x["run_seconds"].values()) + x["place_seconds"] for x in chosen])(sizes)
        worker = line(at, [x["worker_bytes"] for x in chosen])(sizes)
        hours = float(seconds.sum()) * REPLICATES * SCHEMES / 3600.0
        found[name] = {
            "mean_run_seconds": float(seconds.mean()),
            "longest_run_seconds": float(seconds.max()),
            "core_hours": hours,
            "worker_bytes_mean": float(worker.mean()),
            "worker_bytes_largest": float(worker.max()),
            "cores_for_a_night": math.ceil(hours / NIGHT),
            "cores_for_an_hour": math.ceil(hours / HOUR),
        }
    return found


def line(x: Sequence[float], y: Sequence[float]) -> Callable[[Any], Any]:
    """The straight line through points, by least squares of relative distances."""
    slope, start = np.polyfit(x, y, 1, w=1.0 / np.asarray(y, float))
    return lambda at: start + slope * at


def tables(data: dict[str, Any]) -> str:
    """All of it as tables."""
    rows = [
        [
            f"{x['residents']:,}",
            f"{x['agents']:,}",
            *(f"{x['run_seconds'][name]:.2f}" for name in ("status-quo", SCHEME)),
            f"{1e3 * x['place_seconds']:.1f}",
            f"{x['worker_bytes'] / 1e6:,.0f}",
        ]
        for x in data["points"]
    ]
    head = ["residents", "simulated", "status quo, s", f"{SCHEME}, s", "place from its row, ms", "worker, MB"]
    land = data["country"]
    sampled, full = land["sampled"], land["full"]

    def both(what: str, say: Callable[[float], str], key: str) -> list[str]:
        return [what, say(sampled[key]), say(full[key])]

    whole = [
        both("mean run, s", lambda x: f"{x:.2f}", "mean_run_seconds"),
        both("longest run, s", lambda x: f"{x:.1f}", "longest_run_seconds"),
        both("core-hours", lambda x: f"{x:,.1f}", "core_hours"),
        both("worker, mean county, MB", lambda x: f"{x / 1e6:,.0f}", "worker_bytes_mean"),
        both("worker, largest county, MB", lambda x: f"{x / 1e6:,.0f}", "worker_bytes_largest"),
        both(f"cores for a night ({NIGHT} h)", str, "cores_for_a_night"),
        both("cores for an hour", str, "cores_for_an_hour"),
    ]
    title = [f"{land['runs']:,} runs", f"{SAMPLES[-1]:,} a county", "an agent a resident"]
    return f"{grid(head, rows)}\n\n{grid(title, whole)}\n"


def main() -> None:
    """One county in this process; or all, each in a process of its own, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.region", description=__doc__)
    parser.add_argument("county", type=int, nargs="*", help="residents and agents of one county")
    parser.add_argument("--out", type=Path, default=Path("results/performance"), help="folder to write into")
    options = parser.parse_args()
    if options.county:
        print(json.dumps(measure(*options.county)))
        return
    start = perf_counter()
    told = machine()
    asked = [(residents, agents) for residents in RESIDENTS for agents in (*SAMPLES, residents)]
    points = [child("region", *each) for each in tqdm(asked, desc="region")]
    data = {
        "machine": told,
        "months": MONTHS,
        "burn_in": BURN_IN,
        "replicates": REPLICATES,
        "points": points,
        "country": country(points),
        "seconds": perf_counter() - start,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    (options.out / "region.json").write_text(text, encoding="utf-8")
    sys.stdout.write(tables(data))


if __name__ == "__main__":
    main()
