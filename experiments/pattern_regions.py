"""Where in the plausible region the patterns of a place hold, and whether the calibrated place lies there.

    python experiments/pattern_regions.py yongan [--patterns FILE] [--points 128] [--replicates 1]

Writes to ``results/regions/PLACE/``: ``points.csv`` (every point and what each pattern gave there),
``regions.csv`` (a row a pattern), ``deciding.csv`` (which parameters decide), ``regions.md``, ``regions.png``
and ``.svg``, ``manifest.json``. About six minutes on two free cores at the defaults.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

import incentive_model as im
from incentive_model.analysis.regions import RegionPlan, Regions, find_regions, plan_regions
from incentive_model.cards import Fault, InputError
from incentive_model.inputs.patterns import Patterns, read_patterns
from incentive_model.report.regions import write_regions
from incentive_model.runs.manifest import write_manifest
from incentive_model.runs.store import results_folder


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The sizes that every study of regions has."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=128, help="points of the Latin hypercube")
    parser.add_argument("--replicates", type=int, default=1, help="runs of each point and variant")
    parser.add_argument("--seeds", type=int, default=20, help="runs of the calibrated place")
    parser.add_argument("--population", type=int, default=5_000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--workers", type=int, default=2)
    return parser


def planned(place: im.Place, patterns: Patterns, args: argparse.Namespace) -> RegionPlan:
    """The runs that some patterns need."""
    sizes = {name: getattr(args, name) for name in ("points", "replicates", "seeds", "months", "seed")}
    return plan_regions(place, patterns, **sizes)


def found(plans: list[RegionPlan], workers: int) -> list[Regions]:
    """Where patterns hold; a bar says when that will be known."""
    with tqdm(total=1, unit="run") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return find_regions(plans, workers=workers, progress=progress)


def kept(regions: Regions, command: str, out: Path, started: float) -> None:
    """Write a study's folder."""
    request = {"command": command} | regions.request
    with results_folder(out, request, force=True) as folder:
        write_regions(regions, folder)
        write_manifest(folder, request, wall_seconds=time.perf_counter() - started)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("place", metavar="PLACE", help="a packaged place, or a folder")
    parser.add_argument("--patterns", type=Path, help="a file of patterns, if not the place's own")
    parser.add_argument("--out", type=Path, help="[results/regions/PLACE]")
    args = parser.parse_args()
    started = time.perf_counter()
    place = im.load_place(args.place, population=args.population)
    patterns = place.patterns
    if args.patterns is not None:
        patterns = read_patterns(args.patterns, place.schemes)
    if patterns is None:
        raise InputError(Fault(f"place {place.name}", "no patterns.toml", "patterns", "--patterns FILE"))
    (regions,) = found([planned(place, patterns, args)], args.workers)
    kept(regions, "pattern-regions", args.out or Path("results/regions") / place.name, started)


def ended(study: Callable[[], None]) -> None:
    """Run a study from the command line: what was wrong with the input is one line, and exit code 2."""
    try:
        study()
    except InputError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    ended(main)
