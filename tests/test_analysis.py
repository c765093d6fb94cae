"""Analysis against answers known in advance: intervals, verdicts, residents, the comparison and its JSON."""

from __future__ import annotations

import json
import math
import random

import numpy as np
import pytest
from scipy import stats
from synthetic_runs import (
    EFFECTS,
    NAMES,
    Effect,
    Outcome,
    declare_cards,
    make_comparison,
    make_request,
    make_run,
)

from incentive_model.analysis.comparison import Comparison
from incentive_model.analysis.frames import gather
from incentive_model.analysis.intervals import Interval, interval, paired
from incentive_model.analysis.residents import NANO, ResidentPairs, judge
from incentive_model.analysis.stakeholders import CONCERNS, STAKEHOLDERS, scheme_verdict, stakeholder_verdict
from incentive_model.cards import indicators

STAKEHOLDER_WORDS = {"gains", "loses", "unchanged", "unclear"}
SCHEME_WORDS = {"win-win", "potential", "conflict", "unclear", "no-difference"}


def sure(mean: float) -> Interval:
    """A change known for certain."""
    return Interval(mean, mean, mean, 10)


def around(mean: float, half: float) -> Interval:
    return Interval(mean, mean - half, mean + half, 10)


class TestIntervals:
    def test_equals_scipy(self):
        values = [3.1, 2.7, 4.4, 3.9, 2.2, 3.3]
        found = interval(values)
        low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
        assert found.n == 6
        assert found[:3] == pytest.approx((np.mean(values), low, high), rel=1e-12)

    def test_order_does_not_matter(self):
        values = [random.Random(1).gauss(0, 1e9) for _ in range(50)] + [1e-9]
        assert interval(values) == interval(reversed(values))

    def test_one_value_has_no_interval(self):
        assert interval([4.2]) == Interval(4.2, None, None, 1)

    def test_no_value_has_no_mean(self):
        assert interval([None, math.nan]) == Interval(None, None, None, 0)

    def test_equal_values_stay_exact(self):
        assert interval([0.1] * 7) == Interval(0.1, 0.1, 0.1, 7)
        assert interval([0.0] * 3).zero

    def test_pairs_by_replicate(self):
        luck = {r: 100.0 * r for r in range(5)}
        assert paired({r: luck[r] + 2 for r in luck}, luck) == sure(2.0)._replace(n=5)
        assert paired({0: 1.0, 1: None, 2: 5.0}, {0: 0.0, 1: 0.0, 3: 0.0}) == Interval(1.0, None, None, 1)

    def test_turned(self):
        assert -Interval(2.0, 1.0, 3.0, 4) == Interval(-2.0, -3.0, -1.0, 4)
        assert math.copysign(1, (-sure(0.0)).mean) == 1


class TestVerdicts:
    @pytest.mark.parametrize(
        ("delta", "word"),
        [
            (sure(0.0), "unchanged"),
            (Interval(0.0, None, None, 1), "unchanged"),
            (around(2, 1), "gains"),
            (around(-2, 1), "loses"),
            (around(1, 2), "unclear"),
            (around(0, 1), "unclear"),
            (Interval(5.0, None, None, 1), "unclear"),
        ],
    )
    def test_stakeholder(self, delta, word):
        assert stakeholder_verdict(delta) == word

    def test_gains_that_could_pay_for_the_losses_are_not_a_win_win(self):
        """Δ = (+5, −2, 0): better by Kaldor and Hicks, not by Pareto."""
        money = {"patients": sure(5.0), "hospitals": sure(-2.0), "insurer": sure(0.0)}
        assert scheme_verdict(money, [], sure(3.0)) == "potential"
        assert scheme_verdict(money | {"hospitals": sure(0.0)}, [], sure(5.0)) == "win-win"
        assert scheme_verdict(money | {"hospitals": sure(-7.0)}, [], sure(-2.0)) == "conflict"
        assert scheme_verdict(money | {"hospitals": sure(-5.0)}, [], sure(0.0)) == "conflict"

    def test_the_outside_does_not_vote(self):
        assert scheme_verdict({"patients": sure(5.0), "external": sure(-5.0)}, [], sure(5.0)) == "win-win"

    def test_a_concern_beside_money_spoils_a_win_win(self):
        assert scheme_verdict({"patients": sure(5.0)}, [sure(-0.1)], sure(4.0)) == "potential"

    def test_what_holds_zero_and_decides_is_unclear(self):
        money = {"patients": around(5, 1), "insurer": around(0.1, 1)}
        assert scheme_verdict(money, [], around(5, 2)) == "unclear"
        # Somebody surely loses, so the insurer decides nothing any more.
        assert scheme_verdict(money | {"hospitals": sure(-1.0)}, [], around(5, 2)) == "potential"
        assert scheme_verdict(money | {"hospitals": sure(-1.0)}, [], around(0, 2)) == "unclear"

    def test_falling_welfare_is_conflict_whoever_bears_it(self):
        assert scheme_verdict({"patients": around(0, 1)}, [], around(-5, 1)) == "conflict"

    def test_one_replicate_decides_nothing(self):
        assert scheme_verdict({"patients": Interval(5.0, None, None, 1)}, [], sure(5.0)) == "unclear"

    def test_no_difference_means_everything(self):
        nothing = {name: sure(0.0) for name in STAKEHOLDERS}
        assert scheme_verdict(nothing, [sure(0.0)], sure(0.0)) == "no-difference"
        assert scheme_verdict(nothing, [], sure(0.0), other=[around(0.1, 0.2)]) == "unclear"

    def test_every_concern_is_measured_and_has_a_better_side(self):
        declare_cards()
        for name in (name for names in CONCERNS.values() for name in names):
            assert indicators()[name].good in ("up", "down")


def outcome(oop, qaly, time=None, quintile=None) -> Outcome:
    size = len(oop)
    whole = [np.asarray(x, np.int64) for x in (oop, qaly, time or [0] * size)]
    fifths = np.asarray(quintile or [0] * size, np.int8)
    return Outcome(*whole, fifths, np.arange(size) % 2)


class TestResidents:
    def test_one_yuan_is_the_limit(self):
        """Five residents, out-of-pocket changed by 0, ±0.99 and ±1.00 yuan."""
        base = outcome([1000] * 5, [NANO] * 5)
        found = judge("s", 0, outcome([1000, 901, 1099, 900, 1100], [NANO] * 5), base, 3_744_600)[0]
        assert (found.better, found.worse, found.same) == (1 / 5, 1 / 5, 3 / 5)
        assert found.gain_yuan == 0

    def test_health_pays_for_money_and_time(self):
        """A hundredth of a QALY is worth 374.46 yuan; it pays 300 yuan and 74 yuan of time, barely not 75."""
        base = outcome([0, 0], [NANO, NANO])
        after = outcome([30_000, 30_000], [NANO + NANO // 100] * 2, [7_300, 7_600])
        found = judge("s", 0, after, base, 3_744_600)[0]
        assert (found.better, found.worse) == (1 / 2, 1 / 2)
        assert found.gain_yuan == pytest.approx(374.46 - 300 - 74.5, abs=1e-12)

    def test_groups_are_fifths_by_income(self):
        base = outcome([0] * 10, [0] * 10, quintile=[0, 1, 2, 3, 4] * 2)
        after = outcome([500 * (i % 5 == 4) for i in range(10)], [0] * 10, quintile=[0] * 10)
        found = {change.group: change for change in judge("s", 0, after, base, 100)}
        assert list(found) == ["all", "1", "2", "3", "4", "5"]
        assert (found["all"].worse, found["4"].worse, found["5"].worse) == (1 / 5, 0, 1)
        assert found["5"].gain_yuan == -5

    def test_other_groups_stand_beside_the_fifths(self):
        base = outcome([0] * 4, [0] * 4)
        found = judge("s", 0, outcome([0, 500] * 2, [0] * 4), base, 100, ("home", ("rural", "urban")))
        shares = {(change.by, change.group): change.worse for change in found}
        assert shares == {
            ("quintile", "all"): 1 / 2,
            ("quintile", "1"): 1 / 2,
            ("home", "rural"): 0,
            ("home", "urban"): 1,
        }

    def test_no_overflow_over_a_whole_prefecture(self):
        n = 400_000
        base = outcome([0] * n, [0] * n)
        found = judge("s", 0, outcome([0] * n, [5 * NANO] * n), base, 3_744_600)[0]
        assert found.gain_yuan == 5 * 37_446

    def test_any_order_gives_the_same_and_little_is_kept(self):
        rng = np.random.default_rng(1)
        runs = [
            (scheme, r, outcome(rng.integers(0, 10**6, 50), rng.integers(0, NANO, 50)))
            for r in range(4)
            for scheme in ("status-quo", "a", "b")
        ]
        seen = []
        for order in (runs, runs[::-1], random.Random(3).sample(runs, len(runs))):
            pairs = ResidentPairs(["a", "b"], "status-quo", 37_446)
            for run in order:
                pairs.add(*run)
            assert pairs.held == 0
            seen.append(sorted(pairs.changes))
        assert seen[0] == seen[1] == seen[2]

    def test_replicate_by_replicate_only_one_status_quo_is_kept(self):
        pairs = ResidentPairs(["a", "b"], "status-quo", 37_446)
        for r in range(3):
            for scheme in ("status-quo", "a", "b"):
                pairs.add(scheme, r, outcome([0], [0]))
                assert pairs.held <= 1


class TestComparison:
    def test_an_empty_scheme_changes_nothing_exactly(self):
        found = make_comparison({"empty": Effect()})
        assert found.verdicts() == {"status-quo": "no-difference", "empty": "no-difference"}
        table, money, people = found.table(), found.stakeholders(), found.residents()
        assert (table[["delta", "delta_low", "delta_high"]] == 0).all(axis=None)
        assert (money["verdict"] == "unchanged").all()
        assert (people["same"] == 1).all()
        assert (people[["better", "worse", "gain"]] == 0).all(axis=None)
        assert (found.flows()[["delta", "delta_low", "delta_high"]] == 0).all(axis=None)

    def test_tables_have_the_columns_promised(self):
        found = make_comparison(replicates=3)
        columns = "scheme indicator unit value low high delta delta_low delta_high n"
        assert list(found.table()) == columns.split(" ")
        assert len(found.table()) == len(EFFECTS) * len(NAMES)
        assert (found.table()["n"] == 3).all()
        assert list(found.stakeholders())[2:] == ["delta_yuan_per_resident_year", "low", "high", "verdict"]
        keys = ["run_id", "place", "scheme", "draw", "replicate", "seed"]
        assert list(found.runs)[:6] == keys
        assert list(found.series)[:7] == [*keys, "month"]
        assert {"up_referral_rate__numerator", "net_patients", "qalys", "upward_share", "status"} <= set(
            found.runs
        )

    def test_deltas_are_paired(self):
        """Noise between replicates is large, the effect within each is known: +66 yuan, no spread."""
        found = make_comparison({"s": Effect(money={"patients": 66.0})}, replicates=4)
        change = found.change("s", "net_patients")
        assert change[:3] == pytest.approx((66, 66, 66), abs=1e-9)
        assert found.level("s", "net_patients").high - found.level("s", "net_patients").low > 1

    def test_money_sums_to_zero_with_the_outside(self):
        money = make_comparison().stakeholders()
        sums = money.groupby("scheme")["delta_yuan_per_resident_year"].sum()
        assert sums.abs().max() < 1e-9

    def test_changes_of_groups_are_paired(self):
        found = make_comparison({"s": Effect({"up_referral_rate": 0.5})}, replicates=4, by_age=True)
        rows = found.groups().set_index(["scheme", "group", "indicator"])
        for age in found.group_names:
            change = rows.loc[("s", age, "up_referral_rate")]
            level = found.level("status-quo", "up_referral_rate").mean
            assert change["delta"] == pytest.approx(0.5 * level, rel=1e-9)
            assert change["delta_high"] - change["delta_low"] < change["high"] - change["low"]

    def test_a_missing_flow_is_zero(self):
        found = make_comparison({"s": Effect(money={"primary": 1.0})})
        flow = ("hospitals", "primary", "upward share")
        assert found.flow("status-quo", flow) == Interval(0.0, 0.0, 0.0, 10)
        assert found.flow_change("s", flow) == found.flow("s", flow)

    def test_what_cannot_be_computed_is_left_out(self):
        declare_cards()
        size = {"months": 12, "burn_in": 12, "agents": 50}
        runs = [make_run("status-quo", Effect(), r, **size) for r in range(3)]
        runs[1].indicators["down_referral_rate"] = (None, 0, 0)
        request = make_request({"status-quo": "Status quo"}, replicates=3, **size)
        table = Comparison(request, gather(request, runs)).table().set_index("indicator")
        assert table.loc["down_referral_rate", "n"] == 2
        assert table.loc["up_referral_rate", "n"] == 3

    def test_the_order_of_runs_does_not_matter(self):
        declare_cards()
        size = {"months": 12, "burn_in": 12, "agents": 50}
        runs = [make_run(name, EFFECTS[name], r, **size) for r in range(3) for name in EFFECTS]
        request = make_request({name: name for name in EFFECTS}, replicates=3, **size)
        one = gather(request, runs)
        two = gather(request, random.Random(5).sample(runs, len(runs)))
        for name in ("runs", "series", "flows", "residents"):
            assert getattr(one, name).equals(getattr(two, name))


class TestJson:
    @pytest.mark.parametrize("replicates", [1, 3])
    def test_has_every_key_and_no_nan(self, replicates):
        found = make_comparison(replicates=replicates).to_json(out="results/x")
        text = json.dumps(found, allow_nan=False)
        assert "NaN" not in text
        assert set(found) >= {
            *(
                "schema",
                "place",
                "baseline",
                "schemes",
                "replicates",
                "months",
                "burn_in",
                "population",
                "seed",
            ),
            *("ledger_imbalance_fen", "out"),
        }
        assert (found["schema"], found["baseline"], found["out"]) == (1, "status-quo", "results/x")
        assert (found["replicates"], found["population"], found["ledger_imbalance_fen"]) == (
            replicates,
            500,
            0,
        )
        assert set(found["schemes"]) == set(EFFECTS)
        for scheme in found["schemes"].values():
            assert scheme["verdict"] in SCHEME_WORDS
            assert set(scheme["indicators"]) == set(NAMES)
            for item in scheme["indicators"].values():
                assert set(item) == {"value", "low", "high", "delta", "delta_low", "delta_high", "unit"}
                assert (item["low"] is None) == (replicates == 1)
            assert tuple(scheme["stakeholders"]) == STAKEHOLDERS
            for item in scheme["stakeholders"].values():
                assert set(item) == {"delta_yuan_per_resident_year", "low", "high", "verdict"}
                assert item["verdict"] in STAKEHOLDER_WORDS
            assert set(scheme["residents"]) == {"better", "worse", "same"}
            assert sum(scheme["residents"].values()) == pytest.approx(1)
