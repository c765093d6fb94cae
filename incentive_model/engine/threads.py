"""Let all residents live through a month, in chunks if there are threads to use."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from incentive_model.engine.columns import Tally, World, make_tile
from incentive_model.engine.compiled import compiled
from incentive_model.engine.month import TILE, live


class Chunks:
    """Residents in equal chunks, one a thread, each with a tally of its own.

    Tallies hold whole numbers only, so their sum does not depend on how residents were cut up.

    Attributes:
        tiles: by chunk, the paper it works on; at the end of a month it shows the last tile.
    """

    def __init__(self, n: int, tallies: list[Tally]) -> None:
        self.tallies = tallies
        k = len(tallies)
        self.ranges = [(n * c // k, n * (c + 1) // k) for c in range(k)]
        self.tiles = [make_tile(min(TILE, n)) for _ in tallies]
        self.pool = ThreadPoolExecutor(k - 1) if k > 1 else None

    def run(self, world: World) -> None:
        """One month of everybody; returns when all are done."""
        work = compiled(live)
        jobs = [
            (world, lo, hi, tally, tile)
            for (lo, hi), tally, tile in zip(self.ranges, self.tallies, self.tiles, strict=True)
        ]
        others = [self.pool.submit(work, *job) for job in jobs[1:]] if self.pool else []
        work(*jobs[0])  # to wake a thread takes as long as a thousand residents
        for other in others:
            other.result()

    def clear(self) -> None:
        """Set every tally to zero."""
        for tally in self.tallies:
            for table in tally:
                table[:] = 0

    def total(self) -> Tally:
        """The sum of all tallies."""
        return Tally(*(sum(tables[1:], tables[0].copy()) for tables in zip(*self.tallies, strict=True)))
