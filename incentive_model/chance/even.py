"""Numbers that fill the unit cube evenly: a small sample of residents is a fair picture of the place.

The additive recurrence u_k(i) = frac(shift_k + (i + 1)·φ⁻ᵏ), with φ the root of φ⁶ = φ + 1, the
five-dimensional kin of the golden ratio (Roberts 2018, "The unreasonable effectiveness of
quasirandom sequences"). A resident's numbers follow from the own id alone: one more resident
changes nobody else, and the first thousand are as even as the first million.
"""

import math

from incentive_model.chance.draws import uniform
from incentive_model.chance.purpose import Purpose

#: φ⁻¹ … φ⁻⁵
STEPS = (
    0.8812714616335696,
    0.7766393890897682,
    0.6844301295853426,
    0.6031687406857282,
    0.5315553977157913,
)


def even(key: tuple[int, int], dimension: int, agent: int) -> float:
    """The agent's number in [0, 1) in one of five dimensions."""
    x = uniform(key, Purpose.EVEN, 0, 0, dimension) + (agent + 1) * STEPS[dimension]
    return x - math.floor(x)
