"""Who listens to whom among residents, by consistent hashing.

Every resident stands at a drawn place on the ring of their village and on the ring of their
township (workplaces). Tie ``k`` of a resident points at a drawn place and reaches the next
resident from there. So one more resident takes over a few ties and leaves all others as they were.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_model.chance.draws import uniform_pair
from incentive_model.chance.purpose import Purpose

FEWEST_TIES, TIE_SPREAD = 6, 3  #: six to eight neighbours (MODEL 10)
WORKPLACE_SHARE = 0.25  #: of ties [A]


def tie_township(
    key: tuple[int, int],
    ids: NDArray[np.uint32],
    village: NDArray[np.uint32],
    place: NDArray[np.float64],
    order: NDArray[np.int64],
    places: NDArray[np.float64],
    offset: int,
    tie: NDArray[np.int32],
) -> None:
    """Tie the residents of one township, who stand in consecutive rows, village by village along its ring.

    Args:
        ids: of the residents. ``village``: facility row of the home clinic.
        place: on the ring, in (0, 1), rising within each village.
        order: positions in the township in the order of their places; ``places``: these places.
        offset: row of the township's first resident.
        tie: filled with the rows each listens to, by (resident, tie), −1 from the last one on. Nobody
            listens to themselves: who is alone on a ring has fewer ties.
    """
    n = len(ids)
    first = 0
    while first < n:
        last = first
        while last < n and village[last] == village[first]:
            last += 1
        for i in range(first, last):
            filled = 0
            for k in range(FEWEST_TIES + int(place[i] * 1e6) % TIE_SPREAD):
                u, v = uniform_pair(key, Purpose.TIE, ids[i], 0, k)
                if v < WORKPLACE_SHARE:
                    found = next_on_ring(places, 0, n, u)
                    if order[found] == i:
                        found = (found + 1) % n
                    found = order[found]
                else:
                    found = next_on_ring(place, first, last, u)
                    if found == i:
                        found = i + 1 if i + 1 < last else first
                if found != i:
                    tie[i, filled] = offset + found
                    filled += 1
            for k in range(filled, tie.shape[1]):
                tie[i, k] = -1
        first = last


def next_on_ring(places: Any, first: int, last: int, point: float) -> int:
    """Position of the first place at or after a point among ``first`` … ``last`` − 1, else the first one."""
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if places[middle] < point:
            low = middle + 1
        else:
            high = middle
    return low if low < last else first
