"""Draws that every resident of a tile needs, side by side: several at a time cost little more than one."""

from incentive_model.chance.draws import gumbel_pair, normal, uniform_pair
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import Floats, Ints, Noise


def draw_onsets(key: tuple[int, int], month: int, lo: int, hi: int, who: Ints, luck: Floats) -> None:
    """Whether an episode begins, and of which class: two uniform numbers each."""
    for k in range(lo, hi):
        luck[0, k], luck[1, k] = uniform_pair(key, Purpose.ONSET, who[k], month, 0)


def draw_noise(key: tuple[int, int], month: int, lo: int, hi: int, who: Ints, noise: Floats) -> None:
    """How the ill misjudge their illness (a normal number), what else speaks for each alternative (six
    Gumbel numbers), whether treatment succeeds and what is left carries on (two uniform numbers), and how
    the first physician misjudges it (a normal number; not everybody sees one, but it costs less than one
    by one)."""
    for k in range(lo, hi):
        noise[Noise.PERCEPTION, k] = normal(key, Purpose.PERCEPTION, who[k], month, 0)
        noise[Noise.CHOICE, k], noise[Noise.CHOICE + 1, k] = gumbel_pair(
            key, Purpose.CHOICE, who[k], month, 0
        )
        noise[Noise.CHOICE + 2, k], noise[Noise.CHOICE + 3, k] = gumbel_pair(
            key, Purpose.CHOICE, who[k], month, 1
        )
        noise[Noise.CHOICE + 4, k], noise[Noise.SELF_CARE, k] = gumbel_pair(
            key, Purpose.CHOICE, who[k], month, 2
        )
        noise[Noise.SUCCESS, k], noise[Noise.CARRIES_ON, k] = uniform_pair(
            key, Purpose.SUCCESS, who[k], month, 0
        )
        noise[Noise.DIAGNOSIS, k] = normal(key, Purpose.DIAGNOSIS, who[k], month, 0)
