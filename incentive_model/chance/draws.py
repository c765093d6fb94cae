"""Random numbers at an address.

An address is (key, purpose, agent, month, k): the key comes from (seed, replicate); ``purpose``
says what the draw is for; ``agent`` is a stable id, never a row number; ``k`` counts the events of
that purpose in that month. Asking twice gives the same number; asking in another order, on
another thread or with one more agent changes nothing.
"""

import math

from incentive_model.chance.elementary import cos_of_turns, log
from incentive_model.chance.philox import MASK, philox

#: 2^-52: the grid of the uniform numbers, which lie at its half-steps, inside (0, 1).
STEP = 2.220446049250313e-16


def replicate_key(seed: int, replicate: int) -> tuple[int, int]:
    """The generator's key of one replicate: two 32-bit words.

    Philox itself scrambles (seed, replicate), so that neighbouring seeds share nothing.
    """
    words = philox(
        int(seed) & MASK, (int(seed) >> 32) & MASK, int(replicate) & MASK, 0x696E6365, 0x6E746976, 0x65000001
    )
    return words[0], words[1]


def uniform_pair(key: tuple[int, int], purpose: int, agent: int, month: int, k: int) -> tuple[float, float]:
    """Two independent uniform numbers in the open interval (0, 1)."""
    w0, w1, w2, w3 = philox(
        int(agent) & MASK,
        int(month) & MASK,
        (int(purpose) << 16) | int(k),
        (int(agent) >> 32) & MASK,
        int(key[0]),
        int(key[1]),
    )
    return (
        (float((w0 >> 6) * 67108864 + (w1 >> 6)) + 0.5) * STEP,
        (float((w2 >> 6) * 67108864 + (w3 >> 6)) + 0.5) * STEP,
    )


def uniform(key: tuple[int, int], purpose: int, agent: int, month: int, k: int) -> float:
    """One uniform number in (0, 1): the first of the pair at this address."""
    return uniform_pair(key, purpose, agent, month, k)[0]


def normal(key: tuple[int, int], purpose: int, agent: int, month: int, k: int) -> float:
    """One standard normal number (Box and Muller 1958)."""
    u, v = uniform_pair(key, purpose, agent, month, k)
    return math.sqrt(-2.0 * log(u)) * cos_of_turns(v)


def gumbel_pair(key: tuple[int, int], purpose: int, agent: int, month: int, k: int) -> tuple[float, float]:
    """Two standard Gumbel numbers, one for each of two alternatives of a discrete choice."""
    u, v = uniform_pair(key, purpose, agent, month, k)
    return -log(-log(u)), -log(-log(v))
