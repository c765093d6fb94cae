"""The model as its users meet it: Mesa's idioms, the same luck for all, and what must change nothing."""

from __future__ import annotations

import copy
import hashlib
import inspect
import os
import pickle
import subprocess
import sys
from pathlib import Path

import mesa
import networkx as nx
import numpy as np
import pytest
import small_place

import incentive_model as im
from incentive_model.cards import indicators
from incentive_model.engine.compiled import compiled
from incentive_model.engine.population import make_residents
from incentive_model.engine.seeking import felt, slot_value
from incentive_model.incentives.events import Count


@pytest.fixture(scope="module")
def yongan():
    return im.load_place("yongan", population=2_000)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return im.load_place(small_place.write(tmp_path_factory.mktemp("small") / "place"), population=300)


def state(model, *, but=()):
    """A digest of all that a run leaves behind: residents, beliefs, books, counts."""
    digest = hashlib.sha256()
    for name in model.residents.dtype.names:
        if name not in but:
            digest.update(np.ascontiguousarray(model.residents[name]).tobytes())
    for table in (model.belief, model.ledger.balances, model.county.counts, model.facilities):
        digest.update(np.ascontiguousarray(table).tobytes())
    return digest.hexdigest()


def after(place, months, *args, **kwargs):
    return im.IncentiveModel(place, *args, **{"seed": 1, "burn_in": 2} | kwargs).run(months)


class TestNothingChanges:
    """Metamorphic relations: settings that must leave every resident exactly as they were."""

    def test_an_empty_scheme_changes_nothing_for_anybody(self, yongan):
        status_quo = after(yongan, 14)
        empty = after(yongan, 14, im.Scheme("empty", "Empty", (), {}))
        for name in ("oop_fen", "qaly_nano", "time_fen"):
            delta = getattr(empty.resident_outcome, name) - getattr(status_quo.resident_outcome, name)
            assert not delta.any()
        assert state(empty) == state(status_quo)
        assert empty.indicators() == status_quo.indicators()

    @pytest.mark.parametrize(
        "idle",
        [
            {"upward_share": 0.0, "reimbursement_gap": 0.1, "gatekeeping": "none"},  # as it stands there
            {"gate_compliance": 1.0},
            {"reserved_release": "hard"},
            {"referral_fund": 500.0, "fund_share_individuals": 1.0},
            {"weight_first_contact": 1.0, "weight_two_way_referral": 0.0}
            | {"weight_rehab_referral": 0.0, "weight_satisfaction": 0.0},
            {"surplus_retained": 1.0, "loss_shared": 1.0},
            {"retention_penalty": 2_000.0, "refusal_penalty": 500.0},
            {"evaluation_form": "tournament"},
            {"payment_delay": 12},
        ],
        ids=["nothing new", "gate", "reserve", "fund", "weights", "budget", "audit", "score", "delay"],
    )
    def test_a_lever_that_has_nothing_to_act_on_is_only_talked_about(self, small, idle):
        assert state(after(small, 14, **idle), but=("awareness",)) == state(
            after(small, 14), but=("awareness",)
        )

    def test_no_lever_acts_before_its_month(self, yongan):
        scheme = im.load_scheme("full-package")
        later = im.Scheme("later", "Later", (), {}, ((4, dict(scheme.levers)),))
        models = [im.IncentiveModel(yongan, x, seed=1, burn_in=2) for x in ("status-quo", scheme, later)]

        def all_at(month):
            return [state(model.run(month)) for model in models]

        status_quo, now, _ = all_at(0)
        assert now == status_quo
        status_quo, now, _ = all_at(1)
        assert now != status_quo
        status_quo, _, then = [state(m, but=("awareness",)) for m in (x.run(3) for x in models)]
        assert then == status_quo
        status_quo, _, then = all_at(4)
        assert then != status_quo

    def test_looking_changes_nothing(self, small):
        looked, alone = (im.IncentiveModel(small, "full-package", seed=1, burn_in=2) for _ in range(2))
        for _ in range(8):
            agents = set(looked.agents)
            for patient in looked.patients[::25]:
                patient.explain_choice(0.4)
            assert [p.altruism for p in looked.physicians]
            looked.institutions(), looked.indicators(), looked.stakeholders(), looked.flows()
            looked.ledger.flows(), looked.patients.to_frame(), looked.patients.groupby("age")
            assert set(looked.agents) == agents
            looked.step()
            alone.step()
        assert state(looked) == state(alone)

    @pytest.mark.parametrize("threads", [2, 3, 7])
    def test_threads_do_not_matter(self, small, threads):
        one = after(small, 13, "full-package", burn_in=12)
        more = after(small, 13, "full-package", burn_in=12, threads=threads)
        assert state(more) == state(one)
        assert more.indicators() == one.indicators()

    def test_compiled_and_interpreted_are_the_same_model_to_the_bit(self, small, tmp_path):
        """Also under another hash seed, and so in another order of every set of words."""
        script = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
            "import incentive_model as im\n"
            "from test_model import after, state\n"
            f"place = im.load_place({str(small.folder)!r}, population=60)\n"
            "print(state(after(place, 13, 'full-package', burn_in=12)))\n"
        )
        interpreted = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONHASHSEED": "7"},
            capture_output=True,
            text=True,
            check=True,
        )
        compiled_state = state(after(small.with_population(60), 13, "full-package", burn_in=12))
        assert interpreted.stdout.strip() == compiled_state


class TestSeeds:
    def test_the_same_seed_gives_the_same_bytes_and_another_does_not(self, small):
        first = state(after(small, 6))
        assert state(after(small, 6)) == first
        assert state(after(small, 6, seed=2)) != first
        assert state(after(small, 6, replicate=1)) != first
        assert state(after(small, 6, seed=None, rng=1)) == first

    def test_without_a_seed_a_fresh_one_is_kept(self, small):
        model, other = (im.IncentiveModel(small, burn_in=0).run(3) for _ in range(2))
        assert model.seed != other.seed
        assert state(im.IncentiveModel(small, burn_in=0, seed=model.seed).run(3)) == state(model)

    def test_a_replicate_redraws_luck_and_a_population_seed_redraws_people(self, yongan):
        luck, other = after(yongan, 1), after(yongan, 1, replicate=1)
        for column in ("id", "clinic", "age", "income", "distance"):
            np.testing.assert_array_equal(luck.residents[column], other.residents[column])
        np.testing.assert_array_equal(luck.tie, other.tie)


class TestPeople:
    def people(self, place, n):
        model = im.IncentiveModel(place.with_population(n), seed=1, burn_in=0)
        return model.residents, model.tie

    @staticmethod
    def by_id(residents, *columns):
        """Some columns in the order of ids."""
        order = np.argsort(residents["id"])
        return [residents[name][order] for name in columns or residents.dtype.names if "rank" not in name]

    def test_more_residents_leave_the_others_who_they_were(self, yongan):
        few = self.by_id(self.people(yongan, 500)[0])
        many = self.by_id(self.people(yongan, 1_700)[0])
        for some, all_of_them in zip(few, many, strict=True):
            np.testing.assert_array_equal(some, all_of_them[:500])

    def test_they_stand_in_the_order_of_their_homes(self, yongan):
        residents, tie = self.people(yongan, 20_000)
        for column in (residents["clinic"], yongan.facilities["parent_row"].to_numpy()[residents["clinic"]]):
            moves = np.count_nonzero(np.diff(column))
            assert moves == len(np.unique(column)) - 1  # nobody of a village or township stands elsewhere
        far = np.abs(tie - np.arange(20_000)[:, None])[tie >= 0]
        assert np.median(far) < 100  # who listen to each other are near each other

    def test_draws_belong_to_ids_not_to_rows(self, yongan):
        place = yongan.with_population(300)
        p = im.IncentiveModel(place, seed=1, burn_in=0).p
        whole = self.by_id(make_residents(place, p)[0])
        tail = self.by_id(make_residents(place.with_population(200), p, first_id=100)[0])
        for some, all_of_them in zip(tail, whole, strict=True):
            np.testing.assert_array_equal(some, all_of_them[100:])

    def test_a_newcomer_takes_over_a_few_ties_and_leaves_all_others(self, yongan):
        before, after = (self.ties_by_id(*self.people(yongan, n)) for n in (4_000, 4_001))
        changed = after[:4_000] != before
        assert 0 < changed.sum() < 40  # six to eight ties point at a resident on average
        assert (after[:4_000][changed] == 4_000).all()

    @staticmethod
    def ties_by_id(residents, tie):
        """Ids of those each resident listens to, −1 where there is none, in the order of ids."""
        ids = np.where(tie >= 0, residents["id"].astype(int)[tie], -1)
        return ids[np.argsort(residents["id"])]

    def test_everybody_in_a_large_village_listens_to_six_to_eight_others(self, yongan):
        residents, ties = self.people(yongan, 20_000)
        n = (ties >= 0).sum(axis=1)
        assert n.min() == 6
        assert n.max() == 8
        owner, tie = np.nonzero(ties >= 0)[0], ties[ties >= 0]
        assert (tie != owner).all()
        clinic, centre = residents.clinic, yongan.facilities["parent_row"].to_numpy()[residents.clinic]
        same_village = clinic[owner] == clinic[tie]
        same_township = centre[owner] == centre[tie]
        assert same_township.all()
        assert 0.75 < same_village.mean() < 0.80  # and some of those at work are neighbours too

    def test_people_are_as_the_place_says(self, yongan):
        residents, _ = self.people(yongan, 20_000)
        n = len(residents)
        shares = [x.share for x in yongan.insurances]
        for column, expected in (("age", yongan.age_shares), ("insurance", shares)):
            found = np.bincount(residents[column], minlength=len(expected)) / n
            np.testing.assert_allclose(found, expected, atol=5 * np.sqrt(0.25 / n))
        for band, share in enumerate(yongan.chronic_shares):
            mine = residents.chronic[residents.age == band]
            assert mine.mean() == pytest.approx(share, abs=5 * np.sqrt(0.25 / len(mine)))
        assert np.median(residents.income) == pytest.approx(21_000, rel=0.05)
        assert np.log(residents.income).std() == pytest.approx(0.75, rel=0.03)


class TestMesa:
    def test_it_is_a_mesa_model_with_its_agents(self, yongan):
        model = im.IncentiveModel(yongan, seed=1, burn_in=0)
        assert isinstance(model, mesa.Model)
        assert all(isinstance(x, mesa.Agent) for x in (model.patients[0], model.physicians[0]))
        assert len(model.agents) == len(yongan.facilities) + 2  # every facility, insurer, government
        by_type = model.agents_by_type
        assert len(by_type[type(model.patients[0])]) == 2_000
        assert len(by_type[type(model.physicians[0])]) == yongan.facilities["physicians"].sum()
        assert len(by_type[type(model.hospitals[0])]) == len(yongan.facilities)
        model.step()
        assert model.steps == 1

    def test_the_collector_has_a_column_an_indicator_and_the_month(self, small):
        model = after(small, 5, burn_in=3)
        frame = model.datacollector.get_model_vars_dataframe()
        assert sorted(frame.columns) == sorted(["month", *indicators()])
        assert frame["month"].tolist() == list(range(-2, 6))
        assert frame.equals(model.series())

    def test_it_can_be_pickled_copied_and_carried_on(self, small):
        whole, half = after(small, 6), after(small, 3)
        half.series()
        for other in (pickle.loads(pickle.dumps(half)), copy.deepcopy(half)):
            other.run(6)
            assert other.series().equals(whole.series())
            assert other.datacollector.get_model_vars_dataframe().equals(whole.series())

    def test_who_looks_in_between_collects_a_row_more(self, small):
        """As Mesa has it: a row each time, also before the first month, with what others report."""
        model = im.IncentiveModel(small, seed=1, burn_in=1)
        collector = model.datacollector
        collector._new_model_reporter("wanted", lambda m: m.month * 10)
        collector._new_agent_reporter("number", "unique_id")
        collector.collect(model)
        model.run(2)
        collector.collect(model)
        frame = collector.get_model_vars_dataframe()
        assert frame["month"].tolist() == [-1, 0, 1, 2, 2]
        assert frame["wanted"].tolist() == [-10, 0, 10, 20, 20]
        assert frame["visits_per_capita"].isna().tolist() == [True, False, False, False, False]
        series = model.series()
        assert frame[list(series)].iloc[1:4].reset_index(drop=True).equals(series)
        assert frame.iloc[3].equals(frame.iloc[4].rename(3))
        assert len(collector.get_agent_vars_dataframe()) == 4 * len(model.agents)

    def test_a_rate_over_months_is_a_ratio_of_sums(self, yongan):
        model = im.IncentiveModel(yongan, seed=1, burn_in=2)
        issued = visits = 0
        while model.month < 9:
            model.step()
            if model.month >= 1:
                primary = model.county.tier <= 1
                issued += model.county.counts[primary, Count.UP_REFERRAL].sum()
                visits += model.county.counts[primary, Count.VISIT].sum()
        value, numerator, denominator = model.indicators()["up_referral_rate"]
        assert (numerator, denominator) == (issued, visits)
        assert value == issued / visits
        assert value != model.series().query("month >= 1")["up_referral_rate"].mean()

    def test_what_cannot_be_computed_is_none(self, small):
        model = im.IncentiveModel(small, seed=1, burn_in=2).run(0)
        assert {value for value, _, _ in model.indicators().values()} == {None}
        assert after(small, 3).indicators()["catastrophic_share_10"][0] is None  # no year is over

    def test_batch_run(self):
        newer = "rng" in inspect.signature(mesa.batch_run).parameters
        twice = {"rng": [None, None]} if newer else {"iterations": 2}
        rows = mesa.batch_run(
            im.IncentiveModel,
            {"place": "yongan", "population": 300, "burn_in": [0], "reimbursement_gap": [0, 0.2]},
            **twice,
            max_steps=3,
            number_processes=1,
            display_progress=False,
        )
        assert len(rows) == 4
        assert {row["reimbursement_gap"] for row in rows} == {0, 0.2}
        assert all(row["visits_per_capita"] > 0 for row in rows)
        assert len({row["qalys_per_1000"] for row in rows}) == 4  # iterations differ in their luck
        assert set(indicators()) <= set(rows[0])

    def test_levers_and_behaviour_are_keywords(self, small):
        own = {"upward_share": 0.05, "beta_travel": 0.03}
        model = im.IncentiveModel(small, "support-only", seed=1, burn_in=0, **own)
        model.step()
        assert model.levers["upward_share"] == 0.05
        assert model.levers["reserved_slots"] == im.load_scheme("support-only").levers["reserved_slots"]
        assert model.p.beta_travel == 0.03

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"upwrd_share": 0.1}, ("upwrd_share", "upward_share")),
            ({"beta_qualty": 1.0}, ("beta_qualty", "beta_quality")),
            ({"upward_share": 0.9}, ("upward_share", "0.9", "0.5")),
            ({"gatekeeping": "medium"}, ("gatekeeping", "medium", "soft")),
            ({"weight_first_contact": 0.9}, ("weight", "1")),
            ({"burn_in": -1}, ("burn_in", "-1")),
        ],
    )
    def test_wrong_settings_are_named_with_the_mend(self, small, wrong, words):
        with pytest.raises(im.InputError) as error:
            im.IncentiveModel(small, seed=1, **wrong)
        assert all(word in str(error.value) for word in words)
        assert "\n" not in str(error.value)


class TestAgentSetLanguage:
    """The same calls on residents in columns and on a real AgentSet of the same people."""

    @pytest.fixture
    def sets(self, small):
        model = after(small, 2)
        names = [n for n in model.residents.dtype.names if model.residents[n].ndim == 1]
        plain = mesa.Model()
        for row in model.residents:
            agent = mesa.Agent(plain)
            for name in names:
                setattr(agent, name, row[name].item())
        return model.patients, plain.agents

    @pytest.mark.parametrize(
        "call",
        [
            len,
            lambda s: [a.id for a in s],
            lambda s: s[7].income,
            lambda s: [a.id for a in s[2:9]],
            lambda s: s.get("income"),
            lambda s: s.get(["age", "income"]),
            lambda s: s.select(lambda a: a.age == 3).get("id"),
            lambda s: s.select(at_most=7).get("id"),
            lambda s: s.select(at_most=0.25).get("id"),
            lambda s: s.select(lambda a: a.chronic == 1, at_most=5).get("id"),
            lambda s: s.select(lambda a: a.age == 3, inplace=True) is s and len(s),
            lambda s: s.agg("income", max),
            lambda s: s.agg("income", [min, max, len]),
            lambda s: s.agg("income", np.mean),
            lambda s: s.map(lambda a: a.income * 2),
            lambda s: s.map(lambda a, more, less=0: a.age + more - less, 3, less=1),
            lambda s: s.sort("income").get("id"),
            lambda s: s.sort("age", ascending=True).get("id"),
            lambda s: s.sort(lambda a: (a.age, -a.income)).get("id"),
            lambda s: {k: g.get("id") for k, g in s.groupby("age")},
            lambda s: s.groupby(lambda a: a.income > 21_000).count(),
            lambda s: s.groupby("chronic").agg("income", max),
            lambda s: s.set("habit", 2).get("habit"),
            lambda s: s.select(lambda a: a.age == 0).set("habit", 4) and s.get("habit"),
            lambda s: s.do(lambda a: None) is s,
            lambda s: s[3] in s,
        ],
    )
    def test_gives_the_same_answer(self, sets, call):
        columns, plain = sets
        assert call(columns) == call(plain)

    def test_an_unknown_attribute_is_named(self, sets):
        for people in sets:
            with pytest.raises(AttributeError, match="incme"):
                people.get("incme")

    def test_a_physician_is_no_patient(self, small):
        model = im.IncentiveModel(small, seed=1, burn_in=0)
        assert model.physicians[0] not in model.patients
        assert model.patients[0] in model.patients
        assert im.IncentiveModel(small, seed=1, burn_in=0).patients[0] not in model.patients


class TestExplainChoice:
    def test_the_reasons_are_those_that_decide(self, yongan):
        """Explained before the month; the month itself then decides by the same utilities."""
        model = after(yongan, 1, "full-package", burn_in=12)
        rows = np.random.default_rng(1).choice(2_000, 12, replace=False)
        before = [model.residents[row].copy() for row in rows]
        explained = [model.patients[row].explain_choice(0.55) for row in rows]
        model.step()  # month 2: no hospital changes its bills afterwards
        world, value = model.make_world(), compiled(slot_value)
        names = model.place.facilities["name"]
        for me, frame in zip(before, explained, strict=True):
            for slot, row in enumerate(model.homes.reach[me.clinic]):
                mine = frame.loc[names[row]]
                decides = value(world, me, slot, felt(model.p, 0.55, 0), 0)
                assert mine["utility"] - mine["gateway"] == pytest.approx(decides, abs=1e-12)

    def test_terms_sum_up_and_shares_are_the_logit(self, yongan):
        model = after(yongan, 1)
        frame = model.patients[41].explain_choice(0.3)
        terms = frame.drop(columns=["utility", "probability"]).drop(index="self-care")
        np.testing.assert_allclose(terms.sum(axis=1), frame["utility"].drop(index="self-care"))
        odds = np.exp(frame["utility"])
        np.testing.assert_allclose(frame["probability"], odds / odds.sum())
        assert len(frame) == 6  # five facilities within reach, and self-care

    def test_the_same_resident_feeling_worse_stays_at_home_less(self, yongan):
        patient = after(yongan, 1).patients[41]
        home = [patient.explain_choice(s).loc["self-care", "probability"] for s in (0.1, 0.3, 0.5, 0.8)]
        assert home == sorted(home, reverse=True)
        assert home[0] > 0.2 > 0.02 > home[-1]


@pytest.fixture(scope="module")
def graph(yongan):
    return im.IncentiveModel(yongan, seed=1, burn_in=0).institutions()


class TestInstitutions:
    def test_nodes_of_yongan(self, graph, yongan):
        tiers = [d["tier"] for _, d in graph.nodes(data=True) if d["type"] == "facility"]
        assert [tiers.count(t) for t in ("T3", "T2", "T1", "T0")] == [1, 2, 15, 155]
        kinds = [d["type"] for _, d in graph.nodes(data=True)]
        assert kinds.count("consortium") == 1
        assert kinds.count("physician") == yongan.facilities["physicians"].sum()
        assert set(kinds) == {"facility", "consortium", "physician"}

    def test_edges_of_yongan(self, graph, yongan):
        keys = [key for _, _, key in graph.edges(keys=True)]
        assert keys.count("refers_to") == 170  # nobody refers out of the county
        assert keys.count("member_of") == (yongan.facilities["consortium"] != "").sum()
        assert keys.count("employed_by") == yongan.facilities["physicians"].sum()
        primary = yongan.facilities.loc[yongan.facilities["tier"].isin(["T0", "T1"]), "physicians"].sum()
        knows = keys.count("knows")
        assert abs(knows / primary - 0.25) < 4 * np.sqrt(0.25 * 0.75 / primary)
        for physician, hospital, key in graph.edges(keys=True):
            if key == "knows":
                assert graph.nodes[physician]["type"] == "physician"
                assert graph.nodes[hospital]["tier"] == "T2"

    def test_the_hierarchy_is_a_forest_that_climbs_a_tier_at_a_time(self, graph):
        up = nx.DiGraph((a, b) for a, b, key in graph.edges(keys=True) if key == "refers_to")
        assert nx.is_forest(up)
        assert max(degree for _, degree in up.out_degree()) == 1
        for low, high in up.edges:
            assert int(graph.nodes[high]["tier"][1]) == int(graph.nodes[low]["tier"][1]) + 1
