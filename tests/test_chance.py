"""Addressed draws: known answers, the same numbers compiled and interpreted, independence, distribution."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from incentive_model.chance import (
    Purpose,
    draws,
    even,
    even_starts,
    gumbel_pair,
    normal,
    replicate_key,
    uniform,
    uniform_pair,
)
from incentive_model.chance.elementary import cos_of_turns, log
from incentive_model.chance.philox import MASK, philox
from incentive_model.engine.columns import Noise
from incentive_model.engine.compiled import compiled
from incentive_model.engine.luck import draw_noise, draw_onsets

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
    "CANDIDATE DISCHARGE ACCEPT_DOWN SUCCESS WITHIN AUDIT MEETING ONWARD CARD"
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


PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
EXACT = decimal.Context(prec=50)


def exact_cos_of_turns(v):
    """cos 2πv to forty digits, from the series."""
    with decimal.localcontext(EXACT):
        square = (2 * PI * Decimal(v)) ** 2
        found = term = Decimal(1)
        k = 0
        while abs(term) > Decimal("1e-40"):
            k += 2
            term *= -square / (k * (k - 1))
            found += term
        return found


def compute_all(lo, hi, xs, turns, logs, cosines):
    """A loop over arrays, as ``engine.luck`` has them."""
    for k in range(lo, hi):
        logs[k] = log(xs[k])
        cosines[k] = cos_of_turns(turns[k])


def bits(numbers):
    """The very bits of doubles, as numbers that print and compare."""
    return np.asarray(numbers, np.float64).view(np.int64)


TURN = st.floats(0.0, 1.0)
TINIEST, LARGEST = np.finfo(float).tiny, np.finfo(float).max
#: On either side of 1, and of √½ and √2, where one power of two ends and the next begins.
NEAR = [
    centre * (1.0 + sign * 2.0**-k)
    for centre in (1.0, math.sqrt(0.5), math.sqrt(2.0))
    for k in range(1, 54)
    for sign in (-1, 1)
]
AWKWARD = [
    TINIEST,
    LARGEST,
    1e-300,
    1e300,
    draws.STEP / 2,
    1.0 - draws.STEP / 2,
    1.0,
    math.e,
    2.0,
    0.5,
    *NEAR,
]
#: Eighths of a turn and what is next to them, and the smallest and largest number a draw gives.
CORNERS = [
    min(max(f(k / 8), 0.0), 1.0)
    for k in range(9)
    for f in (lambda v: v, lambda v: math.nextafter(v, 2.0), lambda v: math.nextafter(v, -1.0))
] + [draws.STEP / 2, 1.0 - draws.STEP / 2]


class TestElementary:
    """Logarithm and cosine against exact answers, and the same to the bit in whatever form they run."""

    def within_one_unit(self, x):
        found = log(x)
        with decimal.localcontext(EXACT):
            exact = Decimal(x).ln()
            return abs(Decimal(float(found)) - exact) <= Decimal(math.ulp(float(exact)))

    @given(st.integers(-300, 299), st.floats(1.0, 10.0))
    @settings(deadline=None)
    def test_a_logarithm_of_any_magnitude_is_exact_to_one_unit_in_the_last_place(self, power, factor):
        assert self.within_one_unit(10.0**power * factor)

    @pytest.mark.parametrize("x", AWKWARD)
    def test_so_are_those_of_awkward_numbers(self, x):
        assert self.within_one_unit(x)

    def test_the_logarithm_of_one_is_nothing(self):
        assert log(1.0) == 0.0

    def test_so_are_those_of_every_power_of_two(self):
        assert all(self.within_one_unit(2.0**k) for k in range(-1022, 1024))

    def test_logarithms_are_those_of_the_mathematical_library_within_two_units(self):
        rng = np.random.default_rng(5)
        xs = np.concatenate(
            [
                10.0 ** rng.uniform(-300, 300, 20_000),
                1.0 + rng.uniform(-1, 1, 20_000) * 10.0 ** rng.uniform(-16, -0.5, 20_000),
                rng.random(20_000) + draws.STEP / 2,
            ]
        )
        for x in xs.tolist():
            expected = math.log(x)
            assert abs(log(x) - expected) <= 2.0 * math.ulp(expected), x

    @given(TURN)
    @settings(deadline=None)
    def test_a_cosine_is_exact_to_fifteen_places(self, v):
        assert abs(Decimal(cos_of_turns(v)) - exact_cos_of_turns(v)) <= Decimal("1e-15")

    def test_so_are_those_all_around_and_at_the_corners(self):
        for v in [*np.linspace(0.0, 1.0, 10_007).tolist(), *CORNERS]:
            assert abs(Decimal(cos_of_turns(v)) - exact_cos_of_turns(v)) <= Decimal("1e-15"), v

    def test_half_turns_and_quarter_turns(self):
        assert [cos_of_turns(v) for v in (0.25, 0.75)] == [0.0, 0.0]
        assert [cos_of_turns(v) for v in (0.0, 0.5, 1.0)] == pytest.approx([1.0, -1.0, 1.0], abs=1e-15)

    @given(st.floats(TINIEST, LARGEST), TURN)
    @settings(max_examples=300, deadline=None)
    def test_compiled_and_interpreted_are_the_same_to_the_bit(self, x, v):
        assert bits(compiled(log)(x)) == bits(log(x))
        assert bits(compiled(cos_of_turns)(v)) == bits(cos_of_turns(v))

    @pytest.mark.parametrize(("lo", "hi"), [(0, 1), (0, 7), (3, 4), (5, 1_030), (1, 20_000)])
    def test_so_they_are_in_a_loop_over_arrays(self, lo, hi):
        """Whether a compiler computes one at a time or several, and the few that are left at the end."""
        rng = np.random.default_rng(hi)
        xs = np.concatenate([10.0 ** rng.uniform(-300, 300, hi), rng.random(hi) + draws.STEP / 2, AWKWARD])
        turns = np.concatenate([rng.random(2 * hi), np.resize(CORNERS, len(AWKWARD))])
        for x, v in ((xs[k:], turns[k:]) for k in (0, hi, len(xs) - hi)):
            plain, quick = np.full((2, 2, len(x)), -7.0)
            compute_all(lo, min(hi, len(x)), x, v, *plain)
            compiled(compute_all)(lo, min(hi, len(x)), x, v, *quick)
            np.testing.assert_array_equal(bits(quick), bits(plain))

    @pytest.mark.parametrize(("lo", "hi"), [(0, 1), (2, 9), (0, 64), (3, 1_021)])
    def test_so_is_all_the_luck_of_a_tile(self, lo, hi):
        """Each number is the one at its address, and nothing is written where nobody is."""
        who = np.random.default_rng(hi).integers(0, 2**32, hi + 5)
        for draw, width in ((draw_onsets, 2), (draw_noise, max(Noise) + 1)):
            plain, quick = np.full((2, width, len(who)), -7.0)
            draw(KEY, 17, lo, hi, who, plain)
            compiled(draw)(KEY, 17, lo, hi, who, quick)
            np.testing.assert_array_equal(bits(quick), bits(plain))
            assert (np.delete(quick, np.s_[lo:hi], axis=1) == -7.0).all()
            assert (quick[:, lo:hi] != -7.0).all()


class TestEven:
    """Numbers for samples of people: even in every dimension, and one dimension tells nothing of another."""

    def test_each_dimension_starts_at_an_address_of_its_own(self):
        starts = even_starts(KEY)
        assert starts.tolist() == [uniform(KEY, Purpose.EVEN, 0, 0, dimension) for dimension in range(7)]
        assert len(set(starts)) == 7

    @given(st.integers(0, 2**63 - 1), st.integers(0, 6), st.integers(0, 10**7))
    @settings(deadline=None)
    def test_compiled_and_interpreted_are_the_same_to_the_bit(self, seed, dimension, agent):
        starts = even_starts(replicate_key(seed, 0))
        number = even(starts, dimension, agent)
        assert compiled(even)(starts, dimension, agent) == number
        assert 0.0 <= number < 1.0

    @pytest.mark.parametrize("n", [300, 2_000, 5_000, 20_000])
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_a_sample_of_any_size_is_a_fairer_picture_than_luck_gives(self, n, seed):
        starts, number = even_starts(replicate_key(seed, 0)), compiled(even)
        numbers = np.array([[number(starts, d, agent) for d in range(6)] for agent in range(n)])
        for column in numbers.T:  # independent draws: 0.83/√n in the median
            assert stats.kstest(column, "uniform").statistic < 0.5 / math.sqrt(n)
        correlation = np.corrcoef(numbers.T)[np.triu_indices(6, 1)]
        assert np.abs(correlation).max() < 3.0 / math.sqrt(n)
