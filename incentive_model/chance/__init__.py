"""Addressed draws: every random number has an address, none has a place in a queue.

``philox``   the counter-based generator (Philox4x32-10), plain integer arithmetic
``draws``    uniform, normal and Gumbel numbers at an address (seed, replicate, purpose, agent, month, k)
``elementary`` logarithm and cosine, the same bits on every machine
``even``     numbers that fill the unit cube evenly, for samples of people
``purpose``  what a draw is for: fixed numbers, and what ``k`` counts in each
"""

from incentive_model.chance.draws import gumbel_pair, normal, replicate_key, uniform, uniform_pair
from incentive_model.chance.even import even, even_starts
from incentive_model.chance.purpose import Purpose

__all__ = [
    "Purpose",
    "even",
    "even_starts",
    "gumbel_pair",
    "normal",
    "replicate_key",
    "uniform",
    "uniform_pair",
]
