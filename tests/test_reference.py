"""The compiled engine equals the plain reference model to the bit, whatever way it is computed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import small_place
from hypothesis import HealthCheck, Phase, given, settings
from random_place import EVERYTHING, places, random_place, random_scheme, schemes
from reference.compare import differences, episodes_of
from reference.history import digest
from reference.month import ReferenceModel
from reference.sights import Sight, seen

import incentive_model
from incentive_model import IncentiveModel
from incentive_model.cards import levers
from incentive_model.inputs import Place, Scheme, load_place, load_scheme

BURN_IN, MONTHS = 13, 14  # a year to learn the budget, and one to close it
CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def fixed_profile(examples: int) -> settings:
    """The same examples each time, and no long search for a smaller one that fails."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=CALM,
    )


def agree(place: Place, scheme: Scheme, *, seed: int, months: int = MONTHS) -> Sight:
    """Run engine and reference side by side; what was seen.

    Raises:
        AssertionError: a month in which they differ, and where.
    """
    engine = IncentiveModel(place, scheme, seed=seed, burn_in=BURN_IN)
    reference = ReferenceModel(place, scheme, seed=seed, burn_in=BURN_IN)
    sights = Sight(0)
    while engine.month < months:
        engine.step()
        reference.step()
        found = differences(engine, reference)
        assert not found, "\n".join(found)
        sights |= seen(reference)
    assert sum(reference.county.ledger.balances) == 0
    return sights


def agree_everywhere(examples: int, scheme: Callable[[Random], Scheme]) -> Sight:
    """Compare over random counties; what was seen in any of them."""
    sights = Sight(0)
    for number in range(examples):
        luck = Random(number)
        place = random_place(luck)
        try:
            sights |= agree(place, scheme(luck), seed=luck.getrandbits(40))
        except AssertionError as difference:
            raise AssertionError(f"county {number}: {difference}") from None
    return sights


def everything(luck: Random) -> Scheme:
    """Every lever on at once, under any way to pay."""
    methods = [*levers()["payment_method"].choices, "global_budget"]  # whose sights are the rarest
    return EVERYTHING.with_levers(payment_method=luck.choice(methods))


def missed(sights: Sight) -> list[str]:
    """The names of what was not seen."""
    return [sight.name or "" for sight in Sight if sight not in sights]


def test_random_counties_and_schemes_agree_and_reach_everything() -> None:
    sights = agree_everywhere(50, random_scheme)
    sights |= agree_everywhere(20, everything)
    assert not missed(sights)


@pytest.mark.slow
def test_many_random_counties_and_schemes_agree() -> None:
    sights = agree_everywhere(90, random_scheme)
    sights |= agree_everywhere(30, everything)
    assert not missed(sights)


def test_a_county_short_of_beds_agrees(tmp_path: Path) -> None:
    """Many wait for a bed after a referral, and a referral weighs on success."""
    behaviour = "severe_scale = 4.0\nemergency_share = 0.1\nreferred_quality = 0.4"
    gate = 'gatekeeping = "hard"\ngate_compliance = 1.0'
    folder = small_place.write(
        tmp_path / "short",
        place_toml=small_place.FILES["place.toml"].replace(
            "[levers]", f"[parameters]\n{behaviour}\n\n[levers]\n{gate}"
        ),
        facilities_csv=small_place.FILES["facilities.csv"].replace("one,20,6", "one,1,6"),
    )
    assert Sight.WAITED_REFERRED in agree(load_place(folder, 250), load_scheme("status-quo"), seed=1)


@pytest.mark.parametrize("scheme", ["status-quo", "full-package"])
def test_the_packaged_county_agrees(scheme: str) -> None:
    agree(load_place("yongan", 60), load_scheme(scheme), seed=3, months=3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "scheme", ["status-quo", "full-package", "performance-evaluation", "revenue-sharing"]
)
def test_the_packaged_county_agrees_for_long(scheme: str) -> None:
    agree(load_place("yongan", 700), load_scheme(scheme), seed=3, months=36)


@fixed_profile(6)
@given(places(), schemes())
def test_threads_change_nothing(place: Place, scheme: Scheme) -> None:
    one, two, three = (digest(IncentiveModel(place, scheme, seed=2, threads=k), 6) for k in (1, 2, 3))
    assert one == two == three


PACKAGE = Path(incentive_model.__file__).parent


def history_of(folder: Path, **environment: str) -> str:
    """The digest another Python process finds."""
    command = [sys.executable, "-m", "reference.history", str(folder)]
    found = subprocess.run(
        command,
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


def test_compiled_and_interpreted_are_the_same_model(tmp_path: Path) -> None:
    folder = small_place.write(tmp_path / "small")
    here = digest(IncentiveModel(load_place(folder, 80), EVERYTHING, seed=1, burn_in=12), 14)
    assert history_of(folder, NUMBA_DISABLE_JIT="1") == here


def test_hash_seeds_change_nothing(tmp_path: Path) -> None:
    folder = small_place.write(tmp_path / "small")
    first, second = (history_of(folder, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert len(first) == 64
    assert first == second


@fixed_profile(10)
@given(places(), schemes())
def test_one_more_resident_changes_nobody_else(place: Place, scheme: Scheme) -> None:
    """At the same weight, a newcomer leaves everybody else's person, luck and first month as they were."""
    n = place.agents
    first = slice(0, n)
    few = IncentiveModel(replace(place, population=40 * n), scheme, seed=4, burn_in=0)
    more = IncentiveModel(replace(place, population=40 * n + 40, agents=n + 1), scheme, seed=4, burn_in=0)
    ranks = ("rank", "rank_within")
    assert_same(by_id(few), by_id(more)[first], but=ranks)
    before, after = listened_to(few), listened_to(more)
    kept = [i for i in range(n) if before[i] == after[i]]
    assert len(kept) > n // 2
    few.step()
    more.step()
    assert_same(by_id(few), by_id(more)[first], but=("trust", "awareness", *ranks))
    assert_same(by_id(few)[kept], by_id(more)[first][kept], but=ranks)
    order = [np.argsort(model.residents["id"]) for model in (few, more)]
    episodes = [episodes_of(model)[rows] for model, rows in zip((few, more), order, strict=True)]
    assert_same(episodes[0], episodes[1][first], but=("row",))


def by_id(model: IncentiveModel) -> np.ndarray:
    """Residents in the order of their ids."""
    return model.residents[np.argsort(model.residents["id"])]


def listened_to(model: IncentiveModel) -> list[list[int]]:
    """The ids each resident listens to, in the order of ids."""
    ids = model.residents["id"].astype(int)
    return [[int(ids[k]) for k in model.tie[i] if k >= 0] for i in np.argsort(ids)]


def assert_same(few: np.ndarray, more: np.ndarray, but: tuple[str, ...] = ()) -> None:
    """Equal columns, but for some."""
    for name in few.dtype.names or ():
        if name not in but:
            np.testing.assert_array_equal(few[name], more[name], err_msg=name)
