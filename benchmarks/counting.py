"""How many draws and transcendental functions a resident's month takes.

The engine's own loops, run uncompiled on a few residents, with counting functions in the place of the
generator's and the library's.

    NUMBA_DISABLE_JIT=1 python -m benchmarks.counting RESIDENTS MONTHS   # prints JSON
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from benchmarks.models import built
from incentive_model.chance import draws
from incentive_model.incentives.events import Count
from incentive_model.inputs import load_place
from incentive_model.rules import maths

counted: Counter[str] = Counter()


def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which counts how often it is called."""

    def call(*arguments: Any) -> Any:
        counted[name] += 1
        return function(*arguments)

    return call


def main() -> None:
    """Numbers by patient-month."""
    residents, months = map(int, sys.argv[1:])
    luck: Any = draws
    luck.philox = counting("draws", luck.philox)
    luck.log = counting("logs", luck.log)
    luck.cos_of_turns = counting("cosines", luck.cos_of_turns)
    arithmetic: Any = maths
    arithmetic.math = SimpleNamespace(exp=counting("exps", math.exp), floor=math.floor)
    model = built(load_place("yongan", residents))
    totals: Counter[str] = Counter()
    ill = 0
    for _ in range(months):
        counted.clear()
        carried = int((model.residents["severity"] > 0.0).sum())
        model.step()
        totals.update(counted)
        ill += carried + int(model.tally.counts[:, :, Count.NEW_EPISODE].sum())
    print(json.dumps({name: n / residents / months for name, n in {**totals, "ill": ill}.items()}))


if __name__ == "__main__":
    main()
