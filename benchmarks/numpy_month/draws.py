"""Draws, several thousand at a time (see ``chance.philox`` and ``chance.draws``)."""

import numpy as np

from benchmarks.numpy_month.month import Month
from benchmarks.numpy_month.people import Column
from incentive_model.chance.draws import STEP
from incentive_model.chance.philox import MASK, MULTIPLIER_A, MULTIPLIER_B, ROUNDS, WEYL_A, WEYL_B
from incentive_model.chance.purpose import Purpose

TWO_PI = 6.283185307179586
DRAWS = 8_192  #: draws made at a time, whose words stay in the cache through the generator's ten rounds


def philox(c0: Column, c1: Column, c2: Column, c3: Column, key: tuple[int, int]) -> tuple[Column, ...]:
    """Four 32-bit words for each counter."""
    k0, k1 = int(key[0]), int(key[1])
    mask, half = np.uint64(MASK), np.uint64(32)
    multiplier_a, multiplier_b = np.uint64(MULTIPLIER_A), np.uint64(MULTIPLIER_B)
    for _ in range(ROUNDS):
        a, b = multiplier_a * c0, multiplier_b * c2
        c0, c2 = b >> half, a >> half
        c0 ^= c1
        c0 ^= np.uint64(k0)
        c2 ^= c3
        c2 ^= np.uint64(k1)
        a &= mask
        b &= mask
        c1, c3 = b, a
        k0, k1 = (k0 + WEYL_A) & MASK, (k1 + WEYL_B) & MASK
    return c0, c1, c2, c3


def uniform_pair(m: Month, purpose: Purpose, agent: Column, k: int = 0) -> tuple[Column, Column]:
    """Two uniform numbers for each agent, this month."""
    return pair_at(m.key, purpose, agent, np.broadcast_to(np.uint64(m.month & MASK), len(agent)), k)


def pair_at(
    key: tuple[int, int], purpose: Purpose, agent: Column, month: Column, k: int
) -> tuple[Column, Column]:
    """Two uniform numbers for each agent and what stands for the month."""
    event = np.uint64((int(purpose) << 16) | int(k))
    u, v = np.empty(len(agent)), np.empty(len(agent))
    for start in range(0, len(agent), DRAWS):
        some = slice(start, start + DRAWS)
        who = agent[some].astype(np.uint64)
        w0, w1, w2, w3 = philox(who & np.uint64(MASK), month[some], event, who >> np.uint64(32), key)
        u[some], v[some] = unit(w0, w1), unit(w2, w3)
    return u, v


def unit(high: Column, low: Column) -> Column:
    """A number in (0, 1) from 52 bits of two words."""
    bits = ((high >> np.uint64(6)) << np.uint64(26)) + (low >> np.uint64(6))
    return (bits.astype(np.float64) + 0.5) * STEP


def normal(m: Month, purpose: Purpose, agent: Column, k: int = 0) -> Column:
    """A standard normal number for each agent."""
    u, v = uniform_pair(m, purpose, agent, k)
    return np.sqrt(-2.0 * np.log(u)) * np.cos(TWO_PI * v)


def gumbel_pair(m: Month, purpose: Purpose, agent: Column, k: int = 0) -> tuple[Column, Column]:
    """Two standard Gumbel numbers for each agent."""
    u, v = uniform_pair(m, purpose, agent, k)
    return -np.log(-np.log(u)), -np.log(-np.log(v))
