"""Measure everything: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from tqdm import tqdm

from benchmarks import memory
from benchmarks.bounds import bounds
from benchmarks.contenders import compare
from benchmarks.prefecture import RESIDENTS
from benchmarks.report import machine, write
from benchmarks.scaling import by_facilities, by_population
from benchmarks.small_runs import small_runs
from benchmarks.start import starts


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    rounds: int = 6
    residents: int = 100_000
    reference: int = 2_000
    populations: tuple[int, ...] = (10_000, 100_000, 1_000_000, RESIDENTS)
    one_place: int = 300_000  #: residents of the places that differ in facilities
    facilities: tuple[int, ...] = (100, 300, 1_000, 2_000, 4_000)
    run_months: int = 12  #: of the largest place at a stretch
    copied: int = 100_000_000  #: numbers


QUICK = Sizes(
    rounds=3,
    residents=30_000,
    reference=300,
    populations=(10_000, 30_000, 100_000),
    one_place=30_000,
    facilities=(100, 300, 1_000),
    copied=10_000_000,
)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed and memory.")
    parser.add_argument("--quick", action="store_true", help="small places and few rounds: about a minute")
    parser.add_argument("--full", action="store_true", help="120 months of the largest place at a stretch")
    parser.add_argument("--out", type=Path, default=Path("results/performance"), help="folder to write into")
    options = parser.parse_args()
    sizes = QUICK if options.quick else Sizes(run_months=120) if options.full else Sizes()
    start = perf_counter()
    found: dict[str, Any] = {
        "options": " --quick" if options.quick else " --full" if options.full else "",
        "machine": machine(),
        "contenders": compare(sizes.rounds, sizes.residents, sizes.reference),
        "bounds": bounds(sizes.rounds, sizes.residents, sizes.copied),
        "small_runs": small_runs(sizes.rounds),
        "start": starts(sizes.rounds),
        "memory": {
            "population": memory.against_population(sizes.populations),
            "facilities": memory.against_facilities(sizes.one_place, sizes.facilities),
        },
        "facilities": by_facilities(sizes.rounds, sizes.one_place, sizes.facilities),
        "population": by_population(sizes.rounds, sizes.populations, sizes.run_months),
    }
    found["seconds"] = perf_counter() - start
    write(found, options.out)
    tqdm.write(f"{options.out}/performance.md", file=sys.stderr)


if __name__ == "__main__":
    main()
