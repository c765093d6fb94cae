"""Numbers that fill the unit cube evenly: a small sample of residents is a fair picture of the place.

The additive recurrence u_k(i) = frac(shift_k + (i + 1)·√a_k) with √a_k = √2, √3, √6, √7, √13, √17, √19, which
no small whole numbers relate to each other (Richtmyer 1951). A resident's numbers follow from the own id
alone: one more resident changes nobody else, and the first thousand are as even as the first million.
"""

import math

import numpy as np
from numpy.typing import NDArray

from incentive_model.chance.draws import uniform
from incentive_model.chance.purpose import Purpose

#: Fractional parts of √2, √3, √6, √7, √13, √17, √19.
STEPS = (
    0.41421356237309515,
    0.7320508075688772,
    0.4494897427831779,
    0.6457513110645907,
    0.6055512754639891,
    0.12310562561766059,
    0.3588989435406740,
)


def even_starts(key: tuple[int, int]) -> NDArray[np.float64]:
    """shift_k: where the sequence of each dimension starts."""
    return np.array([uniform(key, Purpose.EVEN, 0, 0, dimension) for dimension in range(len(STEPS))])


def even(starts: NDArray[np.float64], dimension: int, agent: int) -> float:
    """The agent's number in [0, 1) in one of seven dimensions."""
    x = starts[dimension] + (agent + 1) * STEPS[dimension]
    return x - math.floor(x)
