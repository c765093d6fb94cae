"""What the model is known to do: baseline, signs of the levers, limits (slow: some minutes).

Signs are of paired changes: the same people and the same luck with and without a lever, over
replicates, with a 95% interval that must keep to one side. Where a sign speaks against what the sources
hope for, the test says so.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

import incentive_model as im

pytestmark = pytest.mark.slow

REPLICATES = 8
PLACE = im.load_place("yongan", population=4_000)

#: Large enough never to run dry.
FUND = {"referral_fund": 500.0}
SETTINGS = {
    "status quo": {},
    "gap": {"reimbursement_gap": 0.20},
    "upward share": {"upward_share": 0.10},
    "bonus 20": {"referral_bonus": 20.0, **FUND},
    "bonus 100": {"referral_bonus": 100.0, **FUND},
    "rehab credit": {"rehab_credit": 0.30},
    "evaluation": {"performance_pay_share": 0.10},
    "budget": {"payment_method": "global_budget"},
    "budget and credit": {"payment_method": "global_budget", "rehab_credit": 0.30},
    "releasable reserve": {"reserved_slots": 0.20},
    "hard reserve": {"reserved_slots": 0.20, "reserved_release": "hard"},
    "soft gate": {"gatekeeping": "soft"},
    "hard gate": {"gatekeeping": "hard", "gate_compliance": 0.3},
    "harder gate": {"gatekeeping": "hard", "gate_compliance": 0.5},
    "platform": {"platform_coverage": 1.0},
    "late days earn nothing": {"late_day_margin": 0.0},
    "late days earn 250": {"late_day_margin": 250.0},
    "more altruism": {"altruism_mean": 1.2},
}


@cache
def measured(setting):
    """Indicators of each replicate under a setting, three years of it after one of burn-in."""
    runs = [
        im.IncentiveModel(PLACE, seed=11, replicate=r, burn_in=12, **SETTINGS[setting]).run(36)
        for r in range(REPLICATES)
    ]
    values = [{name: ratio[0] for name, ratio in run.indicators().items()} for run in runs]
    for run in values:
        run["patients_part_of_bills"] = run["oop_per_capita"] / run["revenue_per_capita"]
    return values


def interval(values):
    """95% interval of a mean."""
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return np.mean(values) - half, np.mean(values) + half


def change(indicator, setting, against="status quo"):
    """95% interval of the paired change of an indicator."""
    pairs = zip(measured(setting), measured(against), strict=True)
    return interval([now[indicator] - before[indicator] for now, before in pairs])


UP, DOWN = 1, -1


@pytest.mark.parametrize(
    ("setting", "indicator", "sign"),
    [
        ("gap", "first_contact_primary_share", UP),
        ("gap", "primary_visit_share", UP),
        ("gap", "fund_spending", UP),
        ("gap", "oop_per_capita", DOWN),
        ("upward share", "up_referral_rate", UP),
        ("bonus 20", "up_referral_rate", UP),
        ("bonus 100", "up_referral_rate", UP),
        ("bonus 20", "fiscal_cost", UP),
        ("rehab credit", "down_referral_rate", UP),
        ("rehab credit", "visits_T2", DOWN),
        ("evaluation", "up_referral_rate", UP),
        ("evaluation", "down_referral_rate", UP),
        ("budget", "fund_spending", DOWN),
        ("budget", "revenue_per_capita", DOWN),
        ("budget", "patients_part_of_bills", UP),
        ("budget", "down_referral_rate", UP),
        ("budget and credit", "visits_T2", DOWN),
        ("releasable reserve", "wait_days_T2_referred", DOWN),
        ("hard reserve", "wait_days_T2_referred", DOWN),
        ("hard reserve", "wait_days_T2_other", UP),
        ("soft gate", "primary_visit_share", UP),
        ("soft gate", "visits_T2", DOWN),
        ("hard gate", "primary_visit_share", UP),
        ("platform", "up_referral_rate", UP),
        ("platform", "down_referral_rate", UP),
        ("late days earn nothing", "down_referral_rate", UP),
        ("late days earn 250", "down_referral_rate", DOWN),
        ("more altruism", "up_referral_rate", UP),
        ("more altruism", "down_referral_rate", UP),
    ],
)
def test_known_reactions(setting, indicator, sign):
    low, high = change(indicator, setting)
    assert sign * low > 0.0, (low, high)
    assert sign * high > 0.0, (low, high)


class TestReactions:
    def test_paying_for_referrals_up_fills_the_county_hospital(self):
        """A finding against E03, which hopes that sharing revenue keeps patients in primary care: more of
        them are referred, the county hospitals see more visits, and primary care's part of visits falls."""
        assert change("visits_T2", "upward share")[0] > 0.0
        assert change("primary_visit_share", "upward share")[1] < 0.0

    def test_past_a_point_a_bonus_buys_referrals_nobody_needs(self):
        """Goodhart: the measure is met, not what it stood for."""
        assert change("unnecessary_referral_share", "bonus 100")[0] > 0.10
        assert change("unnecessary_referral_share", "bonus 100", against="bonus 20")[0] > 0.0

    def test_a_stricter_gate_keeps_more_in_primary_care_at_a_cost_in_health(self):
        assert change("primary_visit_share", "hard gate", against="soft gate")[0] > 0.0
        assert change("primary_visit_share", "harder gate", against="hard gate")[0] > 0.0
        assert change("qalys_per_1000", "harder gate")[1] < 0.0

    def test_a_releasable_reserve_costs_the_others_nothing(self):
        assert change("wait_days_T2_other", "releasable reserve")[1] <= 0.0


def asymmetry(**behaviour):
    """Fulfilment of the need to go up over that of the need to come down, all replicates together."""
    runs = [
        im.IncentiveModel(PLACE, seed=77, replicate=r, burn_in=12, **behaviour).run(36).indicators()
        for r in range(REPLICATES)
    ]

    def rate(name):
        return sum(run[name][1] for run in runs) / sum(run[name][2] for run in runs)

    return rate("up_fulfilment") / rate("down_fulfilment")


class TestLimits:
    def test_without_late_bed_margin_hassle_distrust_or_quality_gap_the_asymmetry_shrinks(self):
        """It falls by 40% at least; it does not vanish."""
        nothing = dict.fromkeys(("late_day_margin", "hassle_up", "hassle_down", "repute_gap"), 0.0)
        equal_trust = {f"trust_start_{where}": 0.80 for where in ("T0", "T1", "T2", "T2_other", "T3")}
        without = asymmetry(**nothing, **equal_trust)
        assert 1.0 < without < 0.6 * asymmetry()

    def test_the_dearer_a_late_bed_day_the_lonelier_the_way_down(self):
        earned = [asymmetry(late_day_margin=x) for x in (0.0, 150.0, 300.0)]
        assert earned == sorted(earned)
        assert earned[2] > 3.0 * earned[0]

    def test_nobody_is_referred_down_where_it_costs_the_physician_a_fortune(self):
        model = im.IncentiveModel(PLACE, seed=1, burn_in=2, hassle_down=100_000.0).run(12)
        assert model.indicators()["down_referral_rate"][0] == pytest.approx(0.0, abs=0.002)

    def test_with_every_hospital_closed_to_the_unreferred_first_contact_is_primary(self):
        """All that is left at hospitals are emergencies."""
        model = im.IncentiveModel(PLACE, seed=1, burn_in=2, gatekeeping="hard", gate_compliance=1.0).run(12)
        assert model.indicators()["bypass_share"][0] == 0.0
        assert model.indicators()["first_contact_primary_share"][0] > 0.97


class TestBaseline:
    """Twenty fresh seeds of the status quo, 20,000 residents, five years after one of burn-in."""

    @pytest.fixture(scope="class")
    @staticmethod
    def runs():
        place = im.load_place("yongan", population=20_000)
        return [im.IncentiveModel(place, seed=52_000 + k, burn_in=12).run(60) for k in range(20)]

    @pytest.mark.parametrize(
        ("indicator", "low", "high"),
        [
            ("up_referral_rate", 0.9 * 0.0730, 1.1 * 0.0730),
            ("down_referral_rate", 0.9 * 0.0220, 1.1 * 0.0220),
            ("rehab_candidate_share", 0.9 * 0.27, 1.1 * 0.27),
            ("down_offer_share", 0.9 * 0.208, 1.1 * 0.208),
            ("down_acceptance_share", 0.9 * 0.376, 1.1 * 0.376),
            ("visits_per_capita", 0.95 * 6.8, 1.05 * 6.8),
            ("admissions_per_capita", 0.9 * 0.21, 1.1 * 0.21),
            ("primary_visit_share", 0.49, 0.55),
            ("bypass_share", 0.30, 0.40),
            ("revenue_per_capita", 2_200.0, 4_000.0),
        ],
    )
    def test_levels(self, runs, indicator, low, high):
        mean_low, mean_high = interval([run.indicators()[indicator][0] for run in runs])
        assert low <= mean_low <= mean_high <= high

    @pytest.mark.parametrize(
        ("indicator", "bound"),
        [
            ("first_contact_primary_share", 0.01),
            ("primary_visit_share", 0.01),
            ("visits_per_capita", 0.01),
            ("self_care_share", 0.015),
            ("up_referral_rate", 0.03),  # a year's luck moves it by a few per cent
            ("revenue_per_capita", 0.02),
            ("admissions_per_capita", 0.03),
            ("bed_occupancy_T2", 0.03),
            ("wait_days_T2_other", 0.03),
            ("down_referral_rate", 0.20),  # 450 a year: mostly noise
            ("trust_T1", 0.01),
            ("trust_T2", 0.01),
        ],
    )
    def test_no_trend(self, runs, indicator, bound):
        """Over the five years the status quo moves by less than ``bound`` of its level, seasons apart."""
        month = np.arange(1, 61)
        seasons = (month[:, None] % 12 == np.arange(12)).astype(float)
        design = np.column_stack([seasons, month / 60.0])
        drift = []
        for run in runs:
            y = run.series().query("month >= 1")[indicator].to_numpy(float)
            drift.append(np.linalg.lstsq(design, y, rcond=None)[0][-1] / y.mean())
        low, high = interval(drift)
        assert -bound < low < high < bound, (low, high)


HEADLINES = (
    "up_referral_rate",
    "down_referral_rate",
    "first_contact_primary_share",
    "primary_visit_share",
    "bypass_share",
    "visits_per_capita",
    "admissions_per_capita",
    "revenue_per_capita",
    "oop_per_capita",
)


@pytest.mark.parametrize("indicator", HEADLINES)
def test_the_sample_does_not_change_the_model(indicator):
    """2,000, 10,000, 20,000 residents and all 330,000 agree within noise, with other people each time."""
    found = samples()
    for agents in (2_000, 10_000, 330_000):
        same = stats.ttest_ind(
            [run[indicator] for run in found[agents]],
            [run[indicator] for run in found[20_000]],
            equal_var=False,
        )
        assert same.pvalue > 1e-3, (agents, same)


@cache
def samples():
    """Indicators by sample size over two years."""
    found = {}
    for agents, replicates in ((2_000, 24), (10_000, 12), (20_000, 10), (330_000, 4)):
        place = im.load_place("yongan", population=agents)
        people = [replace(place, population_seed=100 + r) for r in range(replicates)]
        runs = [im.IncentiveModel(x, seed=r, burn_in=12, threads=2).run(24) for r, x in enumerate(people)]
        found[agents] = [{name: ratio[0] for name, ratio in run.indicators().items()} for run in runs]
    return found
