"""The books: what is billed, paid, shared and owed, to the fen, whatever the place and the scheme."""

from __future__ import annotations

import math

import numpy as np
import pytest
import small_place
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_place import places, schemes

import incentive_model as im
from incentive_model.incentives.account import shares
from incentive_model.incentives.accounts import CARE, Group, Purpose
from incentive_model.incentives.events import Count, Event, Kind, Setting
from incentive_model.incentives.instrument import basis_points


def posted(model, month, purposes=tuple(Purpose), payers=None, payees=None):
    """What the ledger's entries of a month say went from some accounts to others, in fen."""
    fen = 0
    for when, purpose, payer, payee, amount in model.ledger.entries:
        if when == month and purpose in purposes:
            chosen = np.ones(len(amount), bool)
            if payers is not None:
                chosen &= np.isin(payer, payers)
            if payees is not None:
                chosen &= np.isin(payee, payees)
            fen += int(amount[chosen].sum())
    return fen


class Auditor:
    """Watches a model month by month, from the residents' own columns and the counts of events."""

    def __init__(self, model):
        self.model = model

    def month(self):
        model, r, f = self.model, self.model.residents, self.model.facilities
        january = (model.month + 1) % 12 == 1
        oop = 0 if january else int(r.oop_year.sum())
        fund = np.zeros_like(r.fund_paid) if january else r.fund_paid.copy()
        prices = f.price_visit.copy(), f.price_admission.copy()  # of this month: they change at its end
        model.step()
        self._money(int(r.oop_year.sum()) - oop, r.fund_paid - fund)
        self._bills(*prices)
        self._people()
        if model.month % 12 == 0:
            self._year_end()

    def _money(self, oop, fund):
        """What residents say they paid, and had paid for them, is what the ledger says."""
        model, a = self.model, self.model.county.accounts
        assert model.ledger.balances.sum() == 0
        assert posted(model, model.month, CARE, payers=[a.residents]) == oop
        for k, account in enumerate(a.funds):
            mine = model.residents.insurance == k
            assert posted(model, model.month, CARE, payers=[account]) == fund[mine].sum()
            if model.place.insurances[k].name == "none":  # the uninsured have no fund
                assert model.ledger.balances[account] == 0
        assert model.ledger.balances[a.referral_fund] >= 0
        highest = model._cap.max(axis=1)  # by (insurance, setting)
        assert (model.residents.fund_paid <= highest[model.residents.insurance]).all()

    def _bills(self, visit, admission):
        """Every visit and stay that was counted was billed once, at its price."""
        model, county, p = self.model, self.model.county, self.model.p
        billed = county.bills.sum(axis=(1, 3))
        c = county.counts
        admitted = c[:, [Count.ADMITTED_EMERGENCY, Count.ADMITTED_REFERRED, Count.ADMITTED_OTHER]].sum(axis=1)
        np.testing.assert_array_equal(billed[:, Kind.VISIT], c[:, Count.VISIT] * visit)
        np.testing.assert_array_equal(billed[:, Kind.ADMISSION], admitted * admission)
        np.testing.assert_array_equal(billed[:, Kind.REHAB], c[:, Count.REHAB] * round(p.rehab_price * 100))
        by_case = model.levers["payment_method"] == "per_case"
        day = np.where(by_case & ~county.outside, 0, round(p.day_price * 100))
        late = np.floor(p.extra_days * day + 0.5).astype(np.int64)
        np.testing.assert_array_equal(billed[:, Kind.LATE_DAYS], c[:, Count.RETAINED] * late)
        missing = 1.0 - float(model.levers["platform_coverage"])
        missing *= 1.0 - float(model.levers["test_recognition"])
        centre = county.tier == 1
        below = math.floor(p.repeat_tests_down * p.rehab_price * 100.0 * missing + 0.5)
        tests = np.where(centre, c[:, Count.REHAB] * below, 0)
        above = np.floor(p.repeat_tests_up * visit * missing + 0.5).astype(np.int64)
        specialists = c[:, Count.VISIT_REFERRED] > 0  # where anybody came by a referral
        np.testing.assert_array_equal(billed[centre, Kind.REPEAT_TESTS], tests[centre])
        assert (billed[~centre & ~specialists, Kind.REPEAT_TESTS] == 0).all()
        hospital = county.tier >= 2
        referred = c[:, Count.UP_REFERRAL].sum()
        np.testing.assert_array_equal(billed[hospital, Kind.REPEAT_TESTS] % np.maximum(above[hospital], 1), 0)
        onward = c[:, Count.ONWARD].sum()  # of patients who had been referred up, or had come by themselves
        if (above[hospital] > 0).all():
            tested = (billed[hospital, Kind.REPEAT_TESTS] // above[hospital]).sum()
            assert referred <= tested <= referred + onward

    def _people(self):
        """Nobody is lost, nobody counted twice."""
        c = self.model.county.counts
        for fewer, more in (
            (Count.ADMITTED_EMERGENCY, Count.BED_EMERGENCY),
            (Count.ADMITTED_REFERRED, Count.BED_REFERRED),
            (Count.ADMITTED_OTHER, Count.BED_OTHER),
            (Count.UP_REFERRAL, Count.REFERRAL_ISSUED),
            (Count.UP_NEEDED, Count.UP_REFERRAL),
            (Count.ONWARD, Count.ONWARD_ISSUED),
            (Count.VISIT_REFERRED, Count.VISIT),
            (Count.FIRST_CONTACT, Count.VISIT),
            (Count.BYPASS, Count.FIRST_CONTACT),
            (Count.DOWN_REFERRAL, Count.DOWN_OFFER),
            (Count.OUTPATIENT_RETURN, Count.RETURN_OFFER),
            (Count.RETURN_OFFER, Count.RETURN_ELIGIBLE),
            (Count.SUCCESS, Count.TREATED),
            (Count.INTERNAL_REFERRAL, Count.FIRST_CONTACT),
            (Count.AUDITED_RETENTION, Count.RETAINED),
            (Count.AUDITED_REFUSAL, Count.REFUSED),
            (Count.UP_NEEDED, Count.CONTACT_NEEDING),
            (Count.REFUSED, Count.CONTACT_NEEDING),
            (Count.LOOP_CLOSED, Count.DOWN_REFERRAL),
        ):
            assert (c[:, fewer] <= c[:, more]).all(), (fewer.name, more.name)
        assert (c[:, Count.ADMITTED_EMERGENCY] == c[:, Count.BED_EMERGENCY]).all()  # never turned away
        fates = c[:, Count.RETAINED] + c[:, Count.SENT_HOME] + c[:, Count.DOWN_REFERRAL]
        np.testing.assert_array_equal(c[:, Count.CANDIDATE], fates)
        total = c.sum(axis=0)
        clinics = self.model.county.tier == 0
        assert (c[clinics, Count.INTERNAL_REFERRAL] > 0).sum() == (c[:, Count.INTERNAL_REFERRAL] > 0).sum()
        assert total[Count.REHAB] == total[Count.DOWN_REFERRAL]
        assert total[Count.LISTED_CONTACT] == total[Count.FIRST_CONTACT]
        assert total[Count.LISTED_CANDIDATE] == total[Count.CANDIDATE]
        assert total[Count.NEW_EPISODE] <= total[Count.FIRST_CONTACT] + total[Count.SELF_CARE]

    def _year_end(self):
        """Nothing is left lying in a shared account or in the pool of pay withheld."""
        a = self.model.county.accounts
        assert (self.model.ledger.balances[a.consortia] == 0).all()
        assert self.model.ledger.balances[a.evaluation_pool] == 0


def audit(place, scheme, seed):
    """A run of two years, a year of it before the scheme, under the auditor's eyes."""
    model = im.IncentiveModel(place, scheme, seed=seed, burn_in=12)
    auditor = Auditor(model)
    while model.month < 13:
        auditor.month()
    assert model.ledger.imbalance_fen == 0
    care = model.ledger.between(1, 13)[list(CARE), Group.PATIENTS].sum()
    assert model.residents.oop.sum() == care

    # what stakeholders gain adds up to nothing, in whole fen, and is what the flows say
    fen = {k: v * 100.0 * place.agents * 13 / 12.0 for k, v in model.stakeholders().items()}
    assert sum(round(x) for x in fen.values()) == 0
    assert all(abs(x - round(x)) < 1e-3 for x in fen.values())
    flows = model.flows()
    for name, position in model.stakeholders().items():
        got = flows.loc[flows.payee == name, "yuan_per_resident_year"].sum()
        paid = flows.loc[flows.payer == name, "yuan_per_resident_year"].sum()
        assert got - paid == pytest.approx(position, abs=1e-6)


relaxed = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@given(places(), schemes(), st.integers(0, 2**32))
@settings(max_examples=20, derandomize=True, **relaxed)
def test_the_books_balance_in_every_month(place, scheme, seed):
    audit(place, scheme, seed)


@pytest.mark.slow
@given(places(), schemes(), st.integers(0, 2**32))
@settings(max_examples=200, **relaxed)
def test_the_books_balance_in_200_places(place, scheme, seed):
    audit(place, scheme, seed)


@given(st.integers(0, 10**14), st.lists(st.integers(0, 10**6), max_size=12))
def test_shares_split_to_the_fen(fen, weights):
    pieces = shares(fen, np.array(weights, np.int64))
    if sum(weights) == 0:
        assert (pieces == 0).all()
        return
    assert pieces.sum() == fen
    for piece, weight in zip(pieces.tolist(), weights, strict=True):
        assert abs(piece * sum(weights) - fen * weight) < sum(weights)  # within a fen of the exact part
        assert weight > 0 or piece == 0


def test_shares_give_the_odd_fen_to_the_largest_remainder_then_to_the_first():
    assert shares(100, np.array([1, 1, 1])).tolist() == [34, 33, 33]
    assert shares(101, np.array([1, 2, 3])).tolist() == [17, 34, 50]
    assert shares(10, np.array([0, 0])).tolist() == [0, 0]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small county whose wards are full enough for every kind of referral in most months."""
    folder = small_place.write(tmp_path_factory.mktemp("small") / "place")
    return im.load_place(folder, population=300)


def watched(place, months=12, **settings):
    """Months of a model, one after the other: the model after each of the scheme's months."""
    busy = {"severe_scale": 4.0, "hassle_down": 0.0, "hassle_return": 0.0, "candidate_share": 0.9}
    model = im.IncentiveModel(place, seed=5, burn_in=12, **busy | settings)
    model.run(0)
    while model.month < months:
        model.step()
        yield model


def by_facility(model, purpose, accounts):
    """What each of some accounts got for a purpose in the last month, in fen."""
    got = np.zeros(model.county.accounts.size, np.int64)
    for month, what, _, payee, fen in model.ledger.entries:
        if month == model.month and what == purpose:
            np.add.at(got, payee, fen)
    return got[accounts]


def instrument(model, name):
    return next(k for k, x in enumerate(model.instruments) if x.name == name)


class TestExpectedIsSettled:
    """For a linear instrument, what payees expect for an event, summed over what happened, is paid."""

    def settled(self, model, purpose):
        a = model.county.accounts
        to_facilities = by_facility(model, purpose, a.facilities)
        to_staff = by_facility(model, purpose, a.physicians)
        return to_facilities, to_staff

    def test_upward_share(self, small):
        seen = 0
        for model in watched(small, upward_share=0.137):
            county, t = model.county, model.tables
            me = instrument(model, "upward_share")
            expected = t.promised[me, Event.CHAIN_YUAN] * county.chain.sum(axis=1)
            got, staff = self.settled(model, Purpose.UPWARD_SHARE)
            columns = county.chain.shape[1]
            assert (np.abs(got - expected) <= columns).all()  # rounded down, one fen a hospital
            assert (np.abs(staff - got * county.pass_on) <= 1).all()
            seen += got.sum()
        assert seen > 0

    def test_rehab_credit(self, small):
        seen = 0
        for model in watched(small, rehab_credit=0.3):
            county, t = model.county, model.tables
            me = instrument(model, "rehab_credit")
            expected = sum(
                t.promised[me, event] * 100 * county.counts[:, count]
                for event, count in (
                    (Event.DOWN_REFERRAL, Count.DOWN_REFERRAL),
                    (Event.OUTPATIENT_RETURN, Count.OUTPATIENT_RETURN),
                )
            )
            got, staff = self.settled(model, Purpose.REHAB_CREDIT)
            np.testing.assert_allclose(got, expected, atol=1e-6)
            assert (np.abs(staff - got * county.pass_on) <= 1).all()
            seen += got.sum()
        assert seen > 0

    def test_referral_bonus(self, small):
        seen = 0
        for model in watched(small, referral_bonus=33.33, referral_fund=1_000, fund_share_individuals=0.77):
            county, t = model.county, model.tables
            me = instrument(model, "referral_bonus")
            events = (
                (Event.UP_REFERRAL, Count.UP_REFERRAL),
                (Event.DOWN_REFERRAL, Count.DOWN_REFERRAL),
                (Event.OUTPATIENT_RETURN, Count.OUTPATIENT_RETURN),
            )
            facility = sum(t.promised[me, e] * 100 * county.counts[:, c] for e, c in events)
            person = sum(t.personal[me, e] * 100 * county.counts[:, c] for e, c in events)
            got, staff = self.settled(model, Purpose.REFERRAL_BONUS)
            assert (np.abs(got - facility) <= 1).all()
            assert (np.abs(staff - person - got * county.pass_on) <= 3).all()
            seen += got.sum()
        assert seen > 0


class TestReferralFund:
    def test_an_exhausted_fund_pays_everybody_the_same_part_and_loses_belief(self, small):
        bonus = {"referral_bonus": 200.0, "fund_share_individuals": 1.0, "belief_speed": 0.5}
        short = 0
        for model in watched(small, referral_fund=2.0, **bonus):
            a, county = model.county.accounts, model.county
            me = instrument(model, "referral_bonus")
            realised = model.instruments[me].realised
            referrals = county.counts[:, Count.UP_REFERRAL] + county.counts[:, Count.DOWN_REFERRAL]
            returns = county.counts[:, Count.OUTPATIENT_RETURN]
            due = np.where(county.tier <= 2, referrals + 0.15 * returns, 0) * 20_000
            got = by_facility(model, Purpose.REFERRAL_BONUS, a.physicians)
            assert (np.abs(got - due * realised) <= 2).all()
            assert 0.0 <= realised <= 1.0
            if realised < 1.0:
                short += 1
                assert county.balance(a.referral_fund) <= 2 * len(county.tier)  # only fractions are left
        assert short > 3
        poor = model.belief[:, me].mean()
        *_, model = watched(small, referral_fund=1_000.0, **bonus)
        assert poor < 0.5 < model.belief[:, me].mean()

    def test_the_government_fills_the_fund_and_nobody_else_pays(self, small):
        *_, model = watched(small, referral_bonus=20.0, referral_fund=10.0)
        a = model.county.accounts
        filled = sum(posted(model, m, [Purpose.REFERRAL_FUND], [a.government]) for m in range(-11, 13))
        paid = sum(posted(model, m, [Purpose.REFERRAL_BONUS], [a.referral_fund]) for m in range(-11, 13))
        assert filled == 300 * 1_000  # ten yuan a resident, once
        assert 0 < paid <= filled
        assert model.county.balance(a.referral_fund) == filled - paid


class TestBudget:
    @pytest.mark.parametrize("growth", [0.4, -0.4], ids=["surplus", "deficit"])
    def test_surplus_and_deficit_go_to_those_who_share_them(self, small, growth):
        part = {"surplus_retained": 0.5, "loss_shared": 0.3}
        model = im.IncentiveModel(
            small, seed=5, burn_in=12, payment_method="global_budget", budget_growth=growth, **part
        )
        claims = []
        while model.month < 12:
            model.step()
            claims.append(int(model.county.bills[..., 0].sum()))
        over = sum(claims[:12]) * (1 + growth) - sum(claims[12:])  # left of the budget
        assert over * growth > 0
        a, tier = model.county.accounts, model.county.tier
        account, funds = a.consortia, a.funds
        share = part["surplus_retained" if growth > 0 else "loss_shared"]
        parties = (funds, account) if growth > 0 else (account, funds)
        purpose = Purpose.SURPLUS if growth > 0 else Purpose.DEFICIT
        moved = posted(model, 12, [purpose], *parties)
        assert moved == pytest.approx(abs(over) * share, abs=2)
        assert posted(model, 12, [Purpose.SURPLUS, Purpose.DEFICIT]) == moved

        for k, weight in ((2, 0.6), (1, 0.3), (0, 0.1)):
            members = a.facilities[tier == k]
            side = {"payees": members} if growth > 0 else {"payers": members}
            assert posted(model, 12, [Purpose.ACCOUNT_SPLIT], **side) == pytest.approx(
                moved * weight, abs=len(members) + 1
            )
        outside = a.facilities[tier == 3]
        assert posted(model, 12, [Purpose.ACCOUNT_SPLIT], payees=outside) == 0
        assert posted(model, 12, [Purpose.ACCOUNT_SPLIT], payers=outside) == 0

    def test_without_a_year_to_measure_by_there_is_no_budget_and_no_fear_of_it(self, small):
        model = im.IncentiveModel(small, seed=5, burn_in=0, payment_method="global_budget")
        plain = im.IncentiveModel(small, seed=5, burn_in=0)
        for _ in range(12):
            model.step()
            plain.step()
            assert (model.tables.certain[Event.CLAIM_YUAN] == 0.0).all()
        np.testing.assert_array_equal(model.ledger.balances, plain.ledger.balances)

    def test_a_budget_begun_in_june_is_measured_by_last_june(self, small):
        june = im.Scheme("june", "June", (), {}, ((6, {"payment_method": "global_budget"}),))
        model = im.IncentiveModel(small, june, seed=5, burn_in=12, surplus_retained=1.0, budget_growth=0.4)
        claims = {}
        while model.month < 12:
            model.step()
            claims[model.month] = int(model.county.bills[..., 0].sum())
        budget = 1.4 * sum(claims[m - 12] for m in range(6, 13))
        left = budget - sum(claims[m] for m in range(6, 13))
        assert left > 0
        assert posted(model, 12, [Purpose.SURPLUS]) == pytest.approx(left, abs=2)


class TestPerformancePay:
    def test_what_is_withheld_comes_back_by_score_and_the_rest_stays_with_the_government(self, small):
        *_, model = watched(small, performance_pay_share=0.2)
        a = model.county.accounts
        everybody = range(1, 13)
        withheld = sum(
            posted(model, m, [Purpose.STAKE_WITHHELD], a.physicians, [a.evaluation_pool]) for m in everybody
        )
        inside = model.county.tier <= 2
        monthly = (model.county.wage_bill[inside] // 12) * basis_points(0.2) // 10_000
        assert withheld == 12 * monthly.sum()
        paid = posted(model, 12, [Purpose.PERFORMANCE_PAY], [a.evaluation_pool], a.physicians)
        kept = posted(model, 12, [Purpose.STAKE_WITHHELD], [a.evaluation_pool], [a.government])
        assert paid + kept == withheld
        assert 0 < paid < withheld


class TestReimbursement:
    def test_a_wider_gap_raises_primary_rates_for_the_insured_alone(self):
        model = im.IncentiveModel("yongan", population=200, burn_in=0, seed=1, reimbursement_gap=0.2)
        today = im.IncentiveModel("yongan", population=200, burn_in=0, seed=1)
        model.step()
        today.step()
        raised = model.tables.rate_bp - today.tables.rate_bp
        names = [x.name for x in model.place.insurances]
        for k, name in enumerate(names):
            before = today.tables.rate_bp[:, k, :2]
            answer = 0 if name == "none" else np.minimum(2_000, 9_500 - before)
            assert (raised[:, k, :2] == answer).all()
        assert (raised[:, :, 2:] == 0).all()

    def test_a_gate_lowers_only_the_unreferred_hospital_rate(self):
        gate = im.IncentiveModel("yongan", population=200, burn_in=0, seed=1, gatekeeping="soft")
        today = im.IncentiveModel("yongan", population=200, burn_in=0, seed=1)
        gate.step()
        today.step()
        cut = today.tables.rate_bp - gate.tables.rate_bp
        assert (cut[1] == 0).all()  # referred patients and emergencies
        assert (cut[0, :, :2] == 0).all()
        before = today.tables.rate_bp[0, :, 2:]
        for setting, points in ((Setting.OUTPATIENT, 2_000), (Setting.INPATIENT, 1_500)):
            assert (cut[0, :, 2:, setting] == np.minimum(points, before[..., setting])).all()
