"""Who listens to whom among residents, by consistent hashing.

Every resident stands at a drawn place on the ring of their village and on the ring of their
township (workplaces). Tie ``k`` of a resident points at a drawn place and reaches the next
resident from there. So one more resident takes over a few ties and leaves all others as they were.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from incentive_model.chance.draws import uniform_pair
from incentive_model.chance.purpose import Purpose

FEWEST_TIES, TIE_SPREAD = 6, 3  #: six to eight neighbours (MODEL 10)
WORKPLACE_SHARE = 0.25  #: of ties [A]


def tie_rows(place_on_ring: NDArray[np.float64]) -> NDArray[np.int64]:
    """First tie of each resident in the list of all ties, and its length at the end."""
    wanted = FEWEST_TIES + np.floor(place_on_ring * 1e6).astype(np.int64) % TIE_SPREAD
    return np.concatenate([[0], np.cumsum(wanted)]).astype(np.int64)


def point_ties(
    key: tuple[int, int],
    ids: NDArray[np.int64],
    village: NDArray[np.int64],
    township: NDArray[np.int64],
    start: NDArray[np.int64],
    spot: NDArray[np.float64],
) -> None:
    """Fill ``spot`` with the places ties point at: village + u, or −1 − township − u for a workplace tie."""
    for i in range(len(ids)):
        for t in range(start[i], start[i + 1]):
            u, v = uniform_pair(key, Purpose.TIE, ids[i], 0, t - start[i])
            spot[t] = -1.0 - township[i] - u if v < WORKPLACE_SHARE else village[i] + u


def reached(
    start: NDArray[np.int64],
    spot: NDArray[np.float64],
    place_on_ring: NDArray[np.float64],
    village: NDArray[np.int64],
    township: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sparse rows of the resident network: ``(start, tie)``.

    Args:
        start: first tie of each resident, as :func:`tie_rows` gives it.
        spot: where ties point, as :func:`point_ties` fills it.
        place_on_ring: each resident's place, in (0, 1).
        village, township: facility rows of the home clinic and centre.

    Returns:
        ``tie[start[i]:start[i + 1]]`` are the rows resident ``i`` listens to. Nobody listens to
        themselves: who is alone on a ring has fewer ties.
    """
    n = len(place_on_ring)
    tie = np.empty(start[-1], np.int64)
    work = spot < 0.0
    owner = np.repeat(np.arange(n), np.diff(start))
    for chosen, ring, points in (
        (~work, village, spot[~work]),
        (work, township, -1.0 - spot[work]),
    ):
        places = ring + place_on_ring
        order = np.argsort(places, kind="stable")
        reached = _next_on_ring(places[order], ring[order], points)
        tie[chosen] = order[reached]
        # the next one on, for who would have reached themselves
        self_tie = chosen & (tie == owner)
        own = places[tie[self_tie]]
        tie[self_tie] = order[_next_on_ring(places[order], ring[order], np.nextafter(own, np.inf))]
    keep = tie != owner
    kept = np.add.reduceat(keep.astype(np.int64), start[:-1]) if n else np.zeros(0, np.int64)
    return np.concatenate([[0], np.cumsum(kept)]).astype(np.int64), tie[keep]


def _next_on_ring(
    places: NDArray[np.float64], ring: NDArray[np.int64], points: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Position of the first place at or after each point on the same ring, round the end if need be."""
    found = np.searchsorted(places, points, side="left")
    wanted = np.floor(points).astype(np.int64)
    first = np.searchsorted(ring, wanted, side="left")
    past_end = (found >= len(places)) | (ring[np.minimum(found, len(places) - 1)] != wanted)
    return np.where(past_end, first, found).astype(np.int64)
