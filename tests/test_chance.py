"""Addressed draws: known answers, the same numbers compiled and interpreted, independence, distribution."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from incentive_model.chance import (
    Purpose,
    draws,
    even,
    gumbel_pair,
    normal,
    replicate_key,
    uniform,
    uniform_pair,
)
from incentive_model.chance.philox import MASK, philox
from incentive_model.engine.compiled import compiled

N = 100_000
KEY = replicate_key(2024, 3)

#: Salmon and others 2011, file kat_vectors of Random123: (c0, c1, c2, c3, k0, k1) and the four words.
KNOWN_ANSWERS = {
    "zeros": ((0, 0, 0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    "ones": ((MASK,) * 6, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    "pi": (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
}


@pytest.mark.parametrize("form", [philox, compiled(philox)], ids=["interpreted", "compiled"])
@pytest.mark.parametrize("case", KNOWN_ANSWERS)
def test_philox_gives_the_published_words(form, case):
    words, answer = KNOWN_ANSWERS[case]
    assert form(*words) == answer


ADDRESS = st.tuples(
    st.sampled_from(list(Purpose)).map(int),
    st.integers(0, 2**40),
    st.integers(-600, 600),
    st.integers(0, 2**16 - 1),
)


@given(seed=st.integers(0, 2**63 - 1), replicate=st.integers(0, 2**31), address=ADDRESS)
@settings(max_examples=300, deadline=None)
def test_compiled_and_interpreted_draws_are_the_same_to_the_bit(seed, replicate, address):
    key = replicate_key(seed, replicate)
    for draw in (uniform_pair, uniform, normal, gumbel_pair):
        assert compiled(draw)(key, *address) == draw(key, *address)


@pytest.mark.parametrize("words", [(0, 0, 0, 0), (MASK, MASK, MASK, MASK), (0, 0, MASK, MASK)])
def test_extreme_words_still_give_numbers_inside_the_open_interval(monkeypatch, words):
    monkeypatch.setattr(draws, "philox", lambda *_: words)
    assert all(0.0 < u < 1.0 for u in uniform_pair(KEY, 1, 2, 3, 4))
    assert math.isfinite(normal(KEY, 1, 2, 3, 4))
    assert all(math.isfinite(g) for g in gumbel_pair(KEY, 1, 2, 3, 4))


OF_A_RUN = (
    "ONSET SEVERITY PERCEPTION CHOICE GATE DIAGNOSIS REFERRAL BED_NEED QUEUE ADMISSION FOLLOW_UP RETURN "
    "CANDIDATE DISCHARGE ACCEPT_DOWN SUCCESS WITHIN AUDIT MEETING"
)
OF_A_POPULATION = {
    "EVEN": 100, "INCOME": 103, "TRAVEL": 104, "RING": 105, "TIE": 106, "DOCTOR": 107, "PHYSICIAN": 108,
    "ALTRUISM": 109,
}  # fmt: skip
FIRST_PAIR = (0.44374367436787854, 0.7683242185629348)
SECOND_PAIR = (0.9810010065788913, 0.5702213498206906)


def test_an_address_never_moves():
    """Results are only comparable between versions if these numbers stay as they are."""
    assert dict(Purpose.__members__) == {
        **{name: k for k, name in enumerate(OF_A_RUN.split(), 1)},
        **OF_A_POPULATION,
    }
    assert uniform_pair(replicate_key(1, 0), Purpose.ONSET, 41, 7, 0) == FIRST_PAIR
    assert uniform_pair(replicate_key(2**40 + 1, 9), Purpose.CHOICE, 2**33, -11, 2) == SECOND_PAIR


def test_purposes_are_numbered_apart_and_leave_room_for_k():
    numbers = [int(x) for x in Purpose.__members__.values()]  # aliases included
    assert len(set(numbers)) == len(numbers)
    assert all(0 < x < 2**15 for x in numbers)


def many(draw, *, key=KEY, purpose=Purpose.ONSET, month=5, k=0, first=0):
    """One draw for each of N agents."""
    work = compiled(draw)
    return np.array([work(key, int(purpose), agent, month, k) for agent in range(first, first + N)])


#: A correlation of N independent pairs is beyond this once in 1.7 million tries.
FIVE_SIGMA = 5.0 / math.sqrt(N)


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": Purpose.SEVERITY},
        {"purpose": Purpose.INCOME},
        {"month": 6},
        {"month": -5},
        {"k": 1},
        {"first": 1},
        {"key": replicate_key(2024, 4)},
        {"key": replicate_key(2025, 3)},
    ],
    ids=["purpose", "purpose of another table", "month", "sign of month", "k", "agent", "replicate", "seed"],
)
def test_a_step_in_any_direction_gives_an_unrelated_number(other):
    here, there = many(uniform), many(uniform, **other)
    assert abs(np.corrcoef(here, there)[0, 1]) < FIVE_SIGMA
    # near each other as often as independent numbers are: no shared values, no mirrored ones
    assert np.mean(np.abs(here - there) < 0.01) == pytest.approx(0.0199, abs=0.0025)
    assert np.mean(np.abs(here + there - 1.0) < 0.01) == pytest.approx(0.0199, abs=0.0025)


def test_the_pair_at_one_address_is_independent():
    pair = many(uniform_pair)
    cells, _, _ = np.histogram2d(*pair.T, bins=20, range=[[0, 1], [0, 1]])
    assert stats.chisquare(cells.ravel()).pvalue > 1e-4


@pytest.mark.parametrize(
    ("draw", "law"),
    [(uniform, "uniform"), (normal, "norm"), (gumbel_pair, "gumbel_r")],
    ids=["uniform", "normal", "Gumbel"],
)
def test_draws_follow_their_distribution(draw, law):
    values = many(draw)
    for column in values.reshape(N, -1).T:
        assert stats.kstest(column, law).pvalue > 1e-4


def test_the_larger_of_two_utilities_with_gumbel_noise_wins_as_the_logit_says():
    """What discrete choice rests on: P(a beats b) = 1/(1 + e^(b − a))."""
    first, second = many(gumbel_pair).T
    won = np.mean(0.8 + first > second)
    assert won == pytest.approx(1.0 / (1.0 + math.exp(-0.8)), abs=5 * 0.5 / math.sqrt(N))


class TestEven:
    """Numbers for samples of people: even in every dimension, and one dimension tells nothing of another."""

    @given(st.integers(0, 2**63 - 1), st.integers(0, 4), st.integers(0, 10**7))
    @settings(deadline=None)
    def test_compiled_and_interpreted_are_the_same_to_the_bit(self, seed, dimension, agent):
        key = replicate_key(seed, 0)
        number = even(key, dimension, agent)
        assert compiled(even)(key, dimension, agent) == number
        assert 0.0 <= number < 1.0

    @pytest.mark.parametrize("n", [300, 2_000, 5_000, 20_000])
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_a_sample_of_any_size_is_a_fairer_picture_than_luck_gives(self, n, seed):
        key, number = replicate_key(seed, 0), compiled(even)
        numbers = np.array([[number(key, d, agent) for d in range(5)] for agent in range(n)])
        for column in numbers.T:  # independent draws: 0.83/√n in the median
            assert stats.kstest(column, "uniform").statistic < 0.5 / math.sqrt(n)
        correlation = np.corrcoef(numbers.T)[np.triu_indices(5, 1)]
        assert np.abs(correlation).max() < 3.0 / math.sqrt(n)
