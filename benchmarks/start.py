"""Seconds until something happens: the command's help, and a process's first month.

python -m benchmarks.start   # prints JSON: import, set-up and first month of this process
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from benchmarks.children import ROOT, child
from benchmarks.clock import Spread, rounds, seconds

RESIDENTS = 10_000


def starts(n_rounds: int) -> dict[str, Any]:
    """The help of the command, and a fresh process that finds the engine compiled."""
    command = [sys.executable, "-m", "incentive_model", "--help"]

    def ask() -> float:
        return seconds(lambda: subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL))

    parts: list[dict[str, float]] = []

    def begin() -> float:
        parts.append(child("start"))
        return sum(parts[-1].values())

    found = rounds("start", n_rounds, {"help": ask, "first month": begin})
    return {
        "help": Spread.of(found["help"]),
        "first_month": Spread.of(found["first month"]),
        "residents": RESIDENTS,
        "of_it": {name: Spread.of([part[name] for part in parts]) for name in parts[0]},
    }


def main() -> None:
    """Seconds of this process."""
    found = {}

    def load() -> None:
        import incentive_model.model  # noqa: F401

    found["import"] = seconds(load)
    from incentive_model import IncentiveModel

    models: list[Any] = []
    found["set_up"] = seconds(lambda: models.append(IncentiveModel(population=RESIDENTS, seed=1)))
    found["month"] = seconds(lambda: models[0].step())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
