"""Run a loop over all residents, in chunks if there are threads to use."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from incentive_model.engine.columns import Tally, World
from incentive_model.engine.compiled import compiled

Loop = Callable[[World, int, int, Tally], None]


class Chunks:
    """Residents in equal chunks, one a thread, each with a tally of its own.

    Tallies hold whole numbers only, so their sum does not depend on how residents were cut up.
    """

    def __init__(self, n: int, tallies: list[Tally]) -> None:
        self.tallies = tallies
        k = len(tallies)
        self.ranges = [(n * c // k, n * (c + 1) // k) for c in range(k)]
        self.pool = ThreadPoolExecutor(k) if k > 1 else None

    def run(self, loop: Loop, world: World) -> None:
        """Run one phase's loop over everybody; returns when all are done."""
        work = compiled(loop)
        if self.pool is None:
            work(world, *self.ranges[0], self.tallies[0])
            return
        jobs = [
            self.pool.submit(work, world, lo, hi, tally)
            for (lo, hi), tally in zip(self.ranges, self.tallies, strict=True)
        ]
        for job in jobs:
            job.result()

    def clear(self) -> None:
        """Set every tally to zero."""
        for tally in self.tallies:
            for table in tally:
                table[:] = 0

    def total(self) -> Tally:
        """The sum of all tallies."""
        return Tally(*(sum(tables[1:], tables[0].copy()) for tables in zip(*self.tallies, strict=True)))
