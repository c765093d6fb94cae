"""Indicators against the list of the design and against answers known in advance."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import small_place
from test_model import after

import incentive_model as im
from incentive_model.cards import indicators
from incentive_model.engine.columns import Slot
from incentive_model.incentives.events import ADMITTED, Count, Sum
from incentive_model.measures import BREAKDOWNS, MEASURES, equity
from incentive_model.measures.parts import income_rank, whole_rank
from incentive_model.measures.present import PAYERS, factor
from incentive_model.measures.window import value
from incentive_model.rules.spending import poverty_line
from incentive_model.runs.tables import write_parquet

#: What the design asks for at the least, by stakeholder.
ASKED = {
    "patients": "first_contact_primary_share primary_visit_share bypass_share appropriate_level_share "
    "wait_days_T2_referred wait_days_T0_other wait_days_T1_other wait_days_T2_other wait_days_T3_other "
    "oop_per_capita catastrophic_share_10 catastrophic_share_25 catastrophic_share_40 catastrophic_share_sdg "
    "satisfaction trust_T0 trust_T1 trust_T2 trust_T3 qalys_per_1000 expected_deaths_per_100k "
    "oop_concentration_index visits_concentration_index qalys_concentration_index",
    "physicians": "income_T0 income_T1 income_T2 workload_T0 workload_T1 workload_T2 "
    "physician_welfare_T0 physician_welfare_T1 physician_welfare_T2",
    "institutions": "visits_T0 visits_T1 visits_T2 visits_T3 bed_occupancy_T1 bed_occupancy_T2 surplus_T0 "
    "surplus_T1 surplus_T2 revenue_per_capita capability_T1 infrastructure_T0 infrastructure_T1",
    "insurer": "fund_spending fund_balance fund_claims",
    "government": "fiscal_cost referral_fund_spent",
    "system": "visits_per_capita admissions_per_capita up_referral_rate down_referral_rate "
    "rehab_referral_rate outpatient_return_rate referrals_issued_rate loop_closure_rate up_fulfilment "
    "down_fulfilment unnecessary_referral_share retained_days out_of_area_admissions_per_1000 "
    "total_cost_per_capita internal_referral_rate refusal_rate workload_gini repeat_test_cost",
}


@pytest.fixture(scope="module")
def model():
    return after(im.load_place("yongan", population=2_000), 24, "full-package")


def test_everything_asked_for_is_measured():
    found = indicators()
    for family, names in ASKED.items():
        for name in names.split():
            assert name in found
            assert found[name].family in (family, "system")


def concentration(amounts, income):
    """The index as a ratio, from what residents have."""
    return equity.concentration((amounts * whole_rank(income).astype(np.int64)).sum(), amounts.sum())


class TestKnownAnswers:
    @pytest.mark.parametrize(
        ("values", "answer"),
        [([0, 0, 0, 1], 0.75), ([1, 2, 3, 4], 0.25), (range(1, 101), 0.33), ([3, 3, 3], 0.0)],
    )
    def test_gini(self, values, answer):
        found = value(equity.gini(np.array(list(values), float)))
        assert found == pytest.approx(answer, abs=1e-12)

    def test_gini_of_a_lognormal(self):
        """2Φ(σ/√2) − 1 at σ = ½."""
        draws = np.exp(0.5 * np.random.default_rng(1).standard_normal(400_000))
        assert value(equity.gini(draws)) == pytest.approx(0.276326, abs=0.002)

    def test_concentration(self):
        income = np.arange(5.0)
        assert value(concentration(np.arange(5, 0, -1), income)) == pytest.approx(-4 / 15, abs=1e-4)
        assert value(concentration(np.full(5, 7), income)) == 0
        assert value(concentration(np.zeros(5), income)) is None

    def test_ranks(self):
        income = np.array([30.0, 10.0, 20.0])
        np.testing.assert_allclose(income_rank(income), [5 / 6, 1 / 6, 1 / 2])
        assert whole_rank(income).tolist() == [21_845, -21_845, 0]  # two thirds of 32,767
        ranks = whole_rank(np.random.default_rng(3).random(10_000))
        assert abs(int(ranks.sum(dtype=np.int64))) <= 1
        assert (-ranks.min(), ranks.max()) == (32_764, 32_764)

    def test_concentration_over_years_is_a_ratio_of_sums(self):
        rng = np.random.default_rng(2)
        years = [rng.integers(0, 1000, 40) for _ in range(3)]
        income = rng.random(40)
        above, below = np.sum([concentration(year, income) for year in years], axis=0)
        assert above / below == pytest.approx(value(concentration(sum(years), income)), rel=1e-12)

    @pytest.mark.parametrize(
        ("rate", "month", "answer"),
        [(0.05, 1, 1.0), (0.05, 13, 1 / 1.05), (0.05, 7, 1.05**-0.5), (0.0, 60, 1.0)],
    )
    def test_discount_factor(self, rate, month, answer):
        assert factor(SimpleNamespace(discount_rate=rate), month) == pytest.approx(answer, rel=1e-14)


class TestOfARun:
    """Indicators against the columns and the books they are made of."""

    def test_visits_of_residents_are_the_visits_of_facilities(self, model):
        counted = model.county.counts[:, Count.VISIT].sum()
        assert last_month(model).sum(Sum.VISITS) == counted

    def test_bills_are_the_money_that_was_paid(self, model):
        found = model.indicators()
        flows = model.flows()
        care = flows[
            flows["purpose"].isin(["visits", "admissions", "late_days", "rehabilitation", "repeat_tests"])
        ]
        by_payer = care.groupby("payer")["yuan_per_resident_year"].sum()
        assert found["oop_per_capita"][0] == pytest.approx(by_payer["patients"], rel=1e-12)
        assert found["fund_claims"][0] == pytest.approx(by_payer["insurer"], rel=1e-12)
        assert found["revenue_per_capita"][0] == pytest.approx(by_payer.sum(), rel=1e-12)

    def test_loops_close_only_for_the_referred(self, model):
        value, closed, admitted = model.indicators()["loop_closure_rate"]
        scheme = model.observer.months().some(slice(model.burn_in, None)).together()
        assert scheme.months == 24
        assert 0 < closed < scheme.count(Count.DOWN_REFERRAL)
        assert admitted == scheme.count(Count.ADMITTED_REFERRED) < scheme.count(*ADMITTED)
        assert value == closed / admitted

    def test_discretionary_spending_is_the_strictest_of_the_forty_per_cent(self, model):
        found = model.indicators()
        assert found["catastrophic_share_sdg"][0] > found["catastrophic_share_40"][0] > 0
        assert found["catastrophic_share_sdg"][2] == 2 * model.place.agents  # two household-years each

    def test_training_shows_in_capability(self):
        place = im.load_place("yongan", population=300)
        value = after(place, 2).indicators()["capability_T1"][0]
        centres = place.facilities["tier"] == "T1"
        assert value == pytest.approx(place.facilities.loc[centres, "capability"].mean())

    def test_trust_is_the_mean_of_residents(self, model):
        month = last_month(model)
        trust, aware = (value(MEASURES[name](month)) for name in ("trust_T1", "awareness"))
        centre, awareness = model.residents.trust[:, Slot.CENTRE], model.residents.awareness
        assert trust == pytest.approx(centre.mean(dtype=float), rel=1e-8)  # columns are in single precision
        assert aware == pytest.approx(awareness.mean(dtype=float), rel=1e-8)

    def test_a_month_of_the_series_is_that_month_by_itself(self, model):
        """Every measure, of all months at once and of each alone."""
        series, months = model.series(), model.observer.months()
        for k in (0, 1, 13, 25):
            month = months.some(slice(k, k + 1)).together()
            alone = {name: value(take(month)) for name, take in MEASURES.items()}
            for name, found in alone.items():
                expected = np.nan if found is None else found
                assert series[name][k] == pytest.approx(expected, rel=1e-12, nan_ok=True), name

    def test_no_answer_depends_on_when_it_is_asked(self, model):
        asked = im.IncentiveModel(model.place, "full-package", seed=1, burn_in=2)
        for _ in range(26):
            asked.series(), asked.indicators(), asked.datacollector.model_vars
            asked.step()
        assert asked.series().equals(model.series())
        assert asked.datacollector.get_model_vars_dataframe().equals(model.series())
        assert asked.indicators() == model.indicators()


def last_month(model):
    return model.observer.months().some(slice(-1, None)).together()


def nano(amounts):
    """In whole billionths, computed in double precision whatever the column's."""
    return np.floor(np.asarray(amounts, float) * 1e9 + 0.5).astype(np.int64)


def ranks(income, group):
    """Whole ranks by income within groups, mean 0; equal incomes in the order of the rows."""
    places = pd.Series(income).groupby(group)
    fraction = (places.rank(method="first") - 0.5) / places.transform("size")
    return np.rint(32_767 * (2.0 * fraction - 1.0)).to_numpy(np.int64)


def visits_made(model):
    """By resident, from the month's episodes. Tiles show the last one alone: there must be one a thread."""
    visits = np.zeros(len(model.residents), np.int64)
    for tile in model.tiles:
        ill = tile.ill[: np.flatnonzero(tile.ill.row < 0)[0]]
        passed = (ill.onward > 0) & (ill.origin != ill.onward)  # through a hospital that referred on
        went = ill.follow_ups + np.where(ill.first >= 0, 1 + ill.within + passed + ill.referred, 0)
        visits[ill.row] = np.where(ill.at >= 0, went, 0)
    return visits


def added_up(model, before):
    """What a month's sums should be, by (part, Sum): from the columns now and as they were a month ago."""
    r, within = model.residents, model.homes.reach[model.residents.clinic] >= 0
    mine = np.zeros((len(r), len(Sum)), np.int64)
    mine[:, Sum.AWARENESS] = nano(r.awareness)
    trust = np.where(within, nano(r.trust), 0)
    for tier, slots in enumerate(([Slot.CLINIC], [Slot.CENTRE], [Slot.PARENT, Slot.OTHER], [Slot.OUTSIDE])):
        mine[:, Sum.TRUST_T0 + tier] = trust[:, slots].sum(axis=1)
    everybody = ranks(r.income, np.zeros(len(r)))
    own = ranks(r.income, r.part)
    amounts = {"OOP": r.oop - before.oop, "VISITS": visits_made(model), "QALYS": r.qaly - before.qaly}
    for name, amount in amounts.items():
        mine[:, Sum[name]] = amount
        mine[:, Sum[f"{name}_RANKED"]] = amount * everybody
        mine[:, Sum[f"{name}_RANKED_WITHIN"]] = amount * own
    if model.month % 12 == 0:
        paid, income = r.oop_year / 100.0, r.income.astype(float)
        for percent in (10, 25, 40):
            mine[:, Sum[f"CATASTROPHIC_{percent}"]] = paid > income * (percent / 100.0)
        budget = np.maximum(income - poverty_line(model.p, model.place.income_median), 0.0)
        mine[:, Sum.CATASTROPHIC_SDG] = paid > 0.40 * budget
    found = np.zeros((len(model.parts.names), len(Sum)), np.int64)
    np.add.at(found, r.part, mine)
    return found  # without specialties nobody is a specialty's case


@pytest.fixture(scope="module", params=["yongan", "small"])
def place(request, tmp_path_factory):
    if request.param == "small":
        return im.load_place(small_place.write(tmp_path_factory.mktemp("sums") / "place"), population=300)
    return im.load_place("yongan", population=1_500)


class TestSums:
    """What residents' loops add up is what NumPy adds up from the columns they leave behind."""

    @pytest.mark.parametrize("by", [None, *BREAKDOWNS])
    def test_of_every_month_of_a_year(self, place, by):
        settings = {"seed": 1, "burn_in": 2, "by": by}
        model = im.IncentiveModel(place, "full-package", threads=2, **settings).run(0)
        alone = im.IncentiveModel(place, "full-package", **settings).run(0)  # a thread may have many tiles
        year = 0
        for _ in range(12):
            before = model.residents.copy()
            model.step()
            alone.step()
            expected = added_up(model, before)
            for what in Sum:
                assert model.tally.sums[:, what].tolist() == expected[:, what].tolist(), (model.month, what)
            np.testing.assert_array_equal(alone.tally.sums, expected)
            visits = model.tally.counts[..., Count.VISIT].sum(axis=1)
            np.testing.assert_array_equal(model.tally.sums[:, Sum.VISITS], visits)
            year += expected
        np.testing.assert_array_equal(model.residents.oop, model.residents.oop_year)
        assert year[:, : Sum.CATASTROPHIC_10].any(axis=0).all()  # there was something to add up
        assert year[:, Sum.CATASTROPHIC_SDG].any()

    def test_without_groups_the_two_ranks_are_one(self, place):
        residents = im.IncentiveModel(place, seed=1).residents
        np.testing.assert_array_equal(residents.rank, residents.rank_within)
        assert not residents.part.any()


class TestPresentValues:
    def test_a_payers_cost_is_what_it_paid_less_what_it_got(self, model):
        found, net = model.present_values(), model.stakeholders()
        assert {f"cost_{payer.name.lower()}" for payer in PAYERS} < set(found)
        for payer in PAYERS:
            name = payer.name.lower()
            assert found[f"cost_{name}"] == pytest.approx(-net[name], rel=1e-12)

    def test_qalys_are_those_of_residents(self, model):
        years = model.place.agents * 2
        assert model.present_values()["qalys"] == pytest.approx(model.residents.qaly.sum() / 1e9 / years)

    def test_two_years_at_five_per_cent(self, model):
        """Health hardly changes from month to month: its present value is the annuity's."""
        found = model.present_values()
        annuity = np.mean([1.05 ** (-k / 12) for k in range(24)])
        assert found["qalys_discounted"] / found["qalys"] == pytest.approx(annuity, rel=1e-4)
        assert 0 < found["cost_patients_discounted"] < found["cost_patients"]

    def test_at_no_rate_nothing_is_discounted(self):
        found = after(im.load_place("yongan", population=300), 5, discount_rate=0.0).present_values()
        for name in (name for name in found if not name.endswith("_discounted")):
            assert found[f"{name}_discounted"] == pytest.approx(found[name], rel=1e-14)

    def test_runs_have_them_as_columns(self, tmp_path):
        place = im.load_place("yongan", population=300)
        result = im.compare(place, [], replicates=1, months=3, burn_in=1, workers=1)
        write_parquet(result.runs, tmp_path / "runs.parquet")
        columns = pq.read_schema(tmp_path / "runs.parquet").names
        wanted = {"qalys", *(f"cost_{payer.name.lower()}" for payer in PAYERS)}
        assert {*wanted, *(f"{name}_discounted" for name in wanted)} <= set(columns)
        assert (result.runs["cost_insurer"] == -result.runs["net_insurer"]).all()
