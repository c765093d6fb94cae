"""The rules against answers worked out by hand from the equations, their signs, limits and properties.

Every rule is called on plain numbers and a SimpleNamespace: nothing else of the model is needed. The
behaviour is that of the written model (``MODEL``), whatever the cards' fitted defaults are today.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incentive_model.cards import parameters
from incentive_model.rules import (
    adapting,
    billing,
    capacity,
    choice,
    discharge,
    followup,
    illness,
    inducement,
    outcome,
    quality,
    referral,
    spending,
    trust,
)
from incentive_model.rules.maths import by_age, clip, nano, sigma, total

#: Free coefficients as MODEL writes them; the cards hold their fitted values.
AS_WRITTEN = {
    "illness_rate": 0.76,
    "severe_scale": 1.0,
    "beta_quality": 6.0,
    "beta_admission_price": 0.0003,
    "constant_T2": -0.05,
    "constant_T3": -0.10,
    "self_care_constant": 3.35,
    "value_of_health": 160.0,
    "hassle_up": 58.0,
    "hassle_down": 44.0,
    "late_day_margin": 150.0,
    "repute_gap": 4.2,
}
p = SimpleNamespace(**{name: card.default for name, card in parameters().items()} | AS_WRITTEN)

unit = st.floats(0.0, 1.0)
about = lambda x: pytest.approx(x, rel=1e-9, abs=1e-12)  # noqa: E731


class TestArithmetic:
    @given(st.floats(-1e6, 1e6))
    def test_sigma_is_a_probability_and_mirrors(self, x):
        assert 0.0 <= sigma(x) <= 1.0
        assert sigma(x) + sigma(-x) == about(1.0)

    def test_sigma_by_hand(self):
        assert sigma(0.0) == 0.5
        assert sigma(math.log(3.0)) == about(0.75)

    def test_age_bands_and_billionths(self):
        assert [by_age(band, 1.0, 2.0, 3.0, 4.0) for band in range(4)] == [1.0, 2.0, 3.0, 4.0]
        assert [nano(x) for x in (1.0, -0.25, 0.4e-9, 0.6e-9)] == [1_000_000_000, -250_000_000, 0, 1]


class TestIllness:
    def test_an_old_chronic_patient_in_january(self):
        assert illness.onset_probability(p, 3, 1, 0.62, illness.season(p, 1)) == about(
            0.76 * 0.72 * 1.15 * (1.0 + 0.25 * 0.38)
        )

    def test_a_healthy_adult_in_july(self):
        assert illness.onset_probability(p, 1, 0, 0.0, illness.season(p, 7)) == about(0.76 * 0.33 * 0.85)

    def test_seasons_only_move_illness_within_the_year(self):
        assert sum(illness.season(p, m) for m in range(1, 13)) == about(12.0)
        assert illness.season(p, -11) == about(illness.season(p, 1))

    @pytest.mark.parametrize(
        ("u_class", "answer"),
        # severe below .038·(1 + .6·(.5 − .62)) = .035264; moderate below that + .17
        [(0.0352, 0.85), (0.0353, 0.55), (0.2052, 0.55), (0.2053, 0.225), (0.9999, 0.225)],
    )
    def test_the_three_classes_of_an_old_chronic_patient(self, u_class, answer):
        assert illness.severity(p, 3, 1, 0.62, u_class, 0.5) == about(answer)

    @given(unit, st.lists(st.booleans(), max_size=60))
    def test_control_stays_a_share(self, control, months):
        for cared_for in months:
            after = illness.control_next(p, control, cared_for)
            assert 0.0 <= after <= 1.0
            assert (after >= control) if cared_for else (after <= control)
            control = after

    def test_control_starts_where_a_month_with_care_in_62_of_100_keeps_it(self):
        k = 0.62
        mean = 0.62 * illness.control_next(p, k, True) + 0.38 * illness.control_next(p, k, False)
        assert mean == about(k)


class TestQuality:
    def test_by_hand(self):
        assert quality.success(p, 0.80, 0.80) == about(1.0 / (1.0 + math.exp(-1.2)))
        assert quality.success(p, 0.36, 0.50) == about(1.0 / (1.0 + math.exp(0.06)))
        assert quality.attractiveness(p, 0.36, 0.30) == about(0.568 * 0.36 + 0.432 * 0.30)

    def test_beds(self):
        assert quality.bed_need(p, 2, 0.70) == quality.bed_need(p, 3, 0.70) == about(0.425)
        assert quality.bed_need(p, 1, 0.62) == about(0.425)  # a centre admits cases 0.08 milder
        assert quality.bed_need(p, 1, 0.75) == 0.0
        assert quality.bed_need(p, 0, 0.99) == 0.0

    def test_a_referral_is_needed_from_a_gain_of_eight_points(self):
        # clinic: q falls from .972 at s = .1 to .851 at s = .3; the hospital stays above .996
        def needed(here, above, severity):
            return quality.referral_needed(p, quality.gain_of_going_up(p, here, above, severity))

        assert not needed(0.36, 0.80, 0.10)
        assert needed(0.36, 0.80, 0.30)
        assert not needed(0.80, 0.80, 0.99)
        assert quality.referral_needed(p, 0.08)
        assert not quality.referral_needed(p, math.nextafter(0.08, 0.0))

    def test_the_gain_of_going_up_by_hand(self):
        gain = 1 / (1 + math.exp(-3.9)) - 1 / (1 + math.exp(0.06))
        assert quality.gain_of_going_up(p, 0.36, 0.80, 0.50) == about(gain)

    @given(unit, unit, unit)
    def test_going_back_loses_what_going_up_gains(self, here, above, s):
        gain = quality.gain_of_going_up(p, here, above, s)
        assert gain == -quality.gain_of_going_up(p, above, here, s)
        assert gain >= 0.0 if above >= here else gain <= 0.0

    @given(unit, unit, unit, st.floats(0.0, 0.5))
    def test_ability_helps_and_severity_harms(self, c, s, n, more):
        assert quality.success(p, c + more, s) >= quality.success(p, c, s) >= quality.success(p, c, s + more)
        assert quality.attractiveness(p, c + more, n) >= quality.attractiveness(p, c, n)


class TestBilling:
    def test_an_admission_by_hand(self):
        # 6,800 yuan, 8% uncovered: 6,256 covered, less 150 deductible: 6,106; the fund pays 70%
        assert billing.split_bill(680_000, 800, 15_000, 7_000, 10**9) == (427_420, 252_580)

    def test_the_annual_cap_comes_last(self):
        assert billing.split_bill(680_000, 800, 15_000, 7_000, 400_000) == (400_000, 280_000)

    def test_the_patient_gets_every_remainder(self):
        assert billing.split_bill(9_999, 0, 0, 3_333, 10**9) == (3_332, 6_667)

    def test_a_chain_of_care_pays_its_deductible_once(self):
        assert billing.deductible_due(50_000, True, 15_000) == 35_000
        assert billing.deductible_due(15_000, True, 50_000) == 0  # nothing is paid back
        assert billing.deductible_due(50_000, False, 15_000) == 50_000

    @given(
        price=st.integers(0, 10**8),
        uncovered=st.integers(0, 10_000),
        deductible=st.integers(0, 10**7),
        rate=st.integers(0, 10_000),
        room=st.integers(0, 10**8),
    )
    def test_nothing_is_lost_and_nobody_pays_a_negative_part(self, price, uncovered, deductible, rate, room):
        fund, patient = billing.split_bill(price, uncovered, deductible, rate, room)
        assert fund + patient == price
        assert fund >= 0
        assert patient >= 0
        assert fund <= room
        covered = price - price * uncovered // 10_000
        assert fund * 10_000 <= rate * max(covered - deductible, 0)

    @given(
        st.integers(0, 10**8), st.integers(0, 9_999), st.integers(0, 10**6), st.integers(0, 9_999), unit, unit
    )
    def test_better_terms_never_cost_the_patient_more(self, price, uncovered, deductible, rate, a, b):
        def pays(uncovered, deductible, rate):
            return billing.split_bill(price, uncovered, deductible, rate, 10**9).patient

        asked = pays(uncovered, deductible, rate)
        assert pays(int(uncovered * a), int(deductible * b), rate + 1) <= asked

    @given(st.integers(0, 10**7), st.integers(0, 10_000), st.integers(0, 10_000))
    def test_what_a_patient_expects_of_a_visit_is_what_the_bill_says(self, price, uncovered, rate):
        bill = billing.split_bill(price, uncovered, 0, rate, 10**9)
        expected = billing.expected_patient_cost(price / 100.0, uncovered / 1e4, 0.0, rate / 1e4)
        assert expected == pytest.approx(bill.patient / 100.0, abs=0.021)  # two roundings to the fen

    def test_what_a_patient_expects_of_an_admission(self):
        assert billing.expected_patient_cost(6_800.0, 0.08, 150.0, 0.70) == about(150 + 0.356 * 6_650)
        assert billing.expected_patient_cost(100.0, 0.08, 150.0, 0.70) == 100.0

    def test_only_what_a_resident_has_heard_of_counts(self):
        assert billing.known(0.5, 0.7, 0.0) == 0.5
        assert billing.known(0.5, 0.7, 1.0) == about(0.7)
        assert billing.known(0.5, 0.7, 0.3) == about(0.56)


APPEAL = {
    "tier": 2,
    "severity": 0.5,
    "attractiveness": 0.8,
    "trust": 0.82,
    "visit_cost": 180.0,
    "expected_admission_cost": 150.0,
    "price_sensitivity": 1.2,
    "travel_minutes": 50.0,
    "waiting_minutes": 40.0,
    "appointment_days": 3.0,
    "contract": 1,
    "habitual": True,
}


class TestChoice:
    def test_the_county_hospital_by_hand(self):
        assert choice.appeal(p, **APPEAL) == pytest.approx(
            (
                6.0 * 0.85 * 0.8,
                3.0 * 0.32,
                -0.005 * 180 * 1.2 * 0.75,
                -0.0003 * 150 * 1.2,
                -0.02 * 50 * 0.7,
                -0.01 * 40,
                -0.03 * 3,
                -0.05,
                0.0,  # a family-doctor contract pulls to primary care only
                0.5,
            )
        )

    def test_a_contract_pulls_to_clinic_and_centre_alone(self):
        pull = [choice.appeal(p, **APPEAL | {"tier": tier}).contract for tier in range(4)]
        assert pull == [0.6, 0.6, 0.0, 0.0]

    @given(unit, st.sampled_from(range(4)), st.floats(0.01, 50.0))
    @pytest.mark.parametrize(
        ("what", "sign"),
        [
            ("attractiveness", 1),
            ("trust", 1),
            ("visit_cost", -1),
            ("expected_admission_cost", -1),
            ("travel_minutes", -1),
            ("waiting_minutes", -1),
            ("appointment_days", -1),
        ],
    )
    def test_what_attracts_and_what_deters(self, what, sign, severity, tier, more):
        now = APPEAL | {"tier": tier, "severity": severity}
        better = now | {what: now[what] + more}
        assert sign * (total(choice.appeal(p, **better)) - total(choice.appeal(p, **now))) > 0.0

    def test_the_severely_ill_mind_distance_and_price_less_and_quality_more(self):
        mild, severe = (choice.appeal(p, **APPEAL | {"severity": s}) for s in (0.2, 0.9))
        assert severe.travel > mild.travel
        assert severe.visit_price > mild.visit_price
        assert severe.quality > mild.quality

    def test_self_care_and_perception(self):
        assert choice.self_care(p, 0.5) == about(3.35 - 2.25)
        assert choice.perceived_severity(p, 0.5, 0.0, 1.0) == about(0.5 + 0.06 + 0.12)
        assert choice.perceived_severity(p, 0.5, 1.0, 1.0) == about(0.5 + 0.06 * 0.5 + 0.12 * 0.8)  # educated
        assert choice.perceived_severity(p, 0.99, 0.0, 3.0) == 1.0
        assert choice.perceived_severity(p, 0.01, 0.0, -9.0) == 0.0

    def test_the_way_up_is_worth_something_only_where_referral_improves_terms(self):
        assert choice.gateway(p, 0.5, 2.0, 1.0) == about(0.7 * 0.5)
        assert choice.gateway(p, 0.5, 9.0, 1.0) == about(0.7 * 0.5 * 2.0)
        assert choice.gateway(p, 0.9, 1.0, 1.5) == 0.0


REFER = {
    "diagnosed": 0.5,
    "altruism": 0.78,
    "capability_here": 0.36,
    "capability_above": 0.80,
    "pass_on": 0.30,
    "margin_here": 0.35,
    "referral_pay": 12.0,
    "account_per_claim": -0.25,
    "attention": 0.3,
    "chain_revenue": 460.0,
    "price_here": 60.0,
    "follow_ups": 0.95,
    "load_here": 1.2,
    "complex_process": 1,
    "tie": 0.0,
    "platform": 0.0,
    "criteria": 0.0,
    "value_referred": 3.0,
    "value_here": 2.0,
}


def refer(change=None, rules=p):
    """Why the physician of ``REFER`` would refer, the gain being that from one capability to the other."""
    now = REFER | (change or {})
    here, above = now.pop("capability_here"), now.pop("capability_above")
    gain = quality.gain_of_going_up(rules, here, above, now["diagnosed"])
    return referral.refer_or_treat(rules, gain=gain, **now)


class TestReferralUp:
    def test_a_clinic_physician_by_hand(self):
        gain = 1 / (1 + math.exp(-3.9)) - 1 / (1 + math.exp(0.06))
        assert refer() == pytest.approx(
            (
                0.78 * 160 * 1.0 * gain,
                12.0,
                -0.30 * 0.35 * 60 * 1.95,
                0.30 * 0.3 * -0.25 * 0.6 * 400,
                0.0,
                -58 * 1.6,
                12 * 0.5,
            )
        )

    def test_a_tie_or_channel_the_platform_and_common_criteria_take_trouble_away(self):
        changes = (
            ({}, 1.6),
            ({"tie": 1.0}, 1.6 * 0.6),
            ({"tie": 0.5}, 1.6 * 0.8),  # half a channel
            ({"platform": 1.0}, 1.6 * 0.5),
            ({"criteria": 1.0}, 1.6 * 0.7),
            ({"tie": 1.0, "platform": 1.0, "criteria": 1.0}, 1.6 * 0.6 * 0.5 * 0.7),
            ({"complex_process": 0}, 0.4),
        )
        trouble = [-refer(change).hassle for change, _ in changes]
        assert trouble == pytest.approx([58 * factor for _, factor in changes])

    def test_a_physician_with_far_too_many_patients_would_rather_be_rid_of_one(self):
        def effort(load):
            return refer({"load_here": load}).effort

        assert effort(1.2) == 0.0  # not yet beyond
        assert effort(1.21) == effort(3.0) == about(2.0 * 1.95)  # two yuan a visit, follow-ups too

    def test_who_attends_twice_to_the_account_feels_it_twice(self):
        once, twice = (refer({"attention": x}).shared_account for x in (0.3, 0.6))
        assert twice == about(2.0 * once)
        assert once < 0.0

    def test_the_patients_wishes_weigh_at_most_twelve_yuan(self):
        for gap, weight in ((9.0, 12.0), (-9.0, -12.0), (0.0, 0.0)):
            reasons = refer({"value_referred": 2.0 + gap})
            assert reasons.patient_wishes == weight

    @given(unit, st.floats(0.1, 3.0))
    @pytest.mark.parametrize(
        ("what", "sign"),
        [
            ("altruism", 1),
            ("capability_above", 1),
            ("referral_pay", 1),
            ("margin_here", -1),
            ("price_here", -1),
            ("chain_revenue", -1),  # the shared account bears it
            ("capability_here", -1),
        ],
    )
    def test_what_speaks_for_and_against(self, what, sign, diagnosed, more):
        now = {"diagnosed": diagnosed}
        change = total(refer(now | {what: REFER[what] + more})) - total(refer(now))
        assert sign * change > 0.0

    def test_without_profit_trouble_or_difference_the_physician_is_torn(self):
        no_money = {"margin_here": 0.0, "referral_pay": 0.0, "account_per_claim": 0.0}
        nothing = no_money | {"capability_here": 0.8, "value_here": 3.0}
        free = SimpleNamespace(**vars(p) | {"hassle_up": 0.0})
        delta = total(refer(nothing, free))
        assert referral.referral_probability(p, delta) == 0.5
        assert referral.referral_probability(p, 20.0) == about(1 / (1 + math.exp(-1)))

    def test_diagnosis_and_acceptance_by_hand(self):
        assert referral.diagnosed_severity(p, 0.5, 0.0, 0.0, 0.0, 1.0) == about(0.64)
        assert referral.diagnosed_severity(p, 0.5, 1.0, 0.0, 0.0, 1.0) == about(0.5 + 0.14 * 0.7)
        assert referral.diagnosed_severity(p, 0.5, 0.0, 1.0, 0.0, 1.0) == about(0.5 + 0.14 * 0.6)
        assert referral.diagnosed_severity(p, 0.5, 0.0, 0.0, 1.0, 1.0) == about(0.5 + 0.14 * 0.7)
        assert referral.diagnosed_severity(p, 0.5, 1.0, 1.0, 1.0, 1.0) == about(0.5 + 0.14 * 0.7 * 0.6 * 0.7)
        assert total(referral.accept_up(p, 0.5, 3.0, 2.0)) == about(1.2 + 1.0 + 3.2 * 0.1)


class TestFollowUp:
    def test_by_hand(self):
        assert followup.follow_ups(p, 0.5) == about(0.95)
        assert followup.return_or_keep(p, 10.0, 0.5, 0.3, 220.0, 2, -0.3, 0.0, 0.0, 1.0) == pytest.approx(
            (10.0, -0.5 * 0.3 * 220 * 2, 0.5 * 0.3 * 0.6 * 220 * 2, -40.0, 15.0)
        )
        eased = followup.return_or_keep(p, 10.0, 0.5, 0.3, 220.0, 2, -0.3, 1.0, 1.0, 1.0)
        assert eased.hassle == about(-40.0 * 0.5 * 0.8)  # platform, criteria
        assert total(followup.accept_return(p, 0.7, 1)) == about(-0.5 + 0.6)
        assert total(followup.accept_return(p, 0.9, 0)) == about(-0.5 + 0.6)

    def test_relief_begins_at_85_and_ends_at_100_percent_of_capacity(self):
        relief = [
            followup.return_or_keep(p, 0, 0.5, 0.3, 220.0, 1, 0.0, 0.0, 0.0, x).relief
            for x in (0.8, 0.925, 2.0)
        ]
        assert relief == pytest.approx([0.0, 7.5, 15.0])

    def test_more_visits_to_lose_make_the_specialist_keep_the_patient_and_a_shared_account_return_them(self):
        def worth(visits, account):
            return total(followup.return_or_keep(p, 10.0, 0.5, 0.3, 220.0, visits, account, 0.0, 0.0, 0.9))

        assert worth(2, 0.0) < worth(1, 0.0)
        assert worth(1, -0.4) > worth(1, 0.0)


def accept_down(**changed):
    same = {
        "attractiveness_here": 0.7, "attractiveness_centre": 0.7, "trust_centre": 0.8, "trust_here": 0.8,
        "cost_stay": 500.0, "cost_down": 500.0, "price_sensitivity": 1.0, "minutes_here": 30.0,
        "minutes_centre": 30.0, "contract": 0, "platform": 0.0, "formulary": 0.0,
    }  # fmt: skip
    return total(discharge.accept_down(p, **same | changed))


class TestDischarge:
    def test_about_27_of_100_could_recover_elsewhere(self):
        assert discharge.candidate_probability(p, 0.85) == about(0.28 * 1.025)

    def test_keeping_a_candidate_by_hand(self):
        # θ·n·M, nothing displaced at 85% occupancy, θ·n·ρ·350·F under a shared account
        keep = discharge.retain(p, 0, 0.5, 150.0, -0.3, 350.0, -7.0, 0.85)
        assert keep == pytest.approx((300.0, 0.0, -0.5 * 4 * 0.3 * 350 * 0.6, -7.0))
        assert discharge.retain(p, 0, 0.5, 150.0, 0.0, 350.0, 0.0, 1.0).displaced == about(-600.0)
        assert discharge.retain(p, 0, 0.5, 150.0, 0.0, 350.0, 0.0, 0.925).displaced == about(-300.0)
        assert discharge.retain(p, 1, 0.5, 150.0, 0.0, 350.0, 0.0, 0.5).displaced == about(-300.0)
        # paid by the case a late day brings no bill, neither to the account
        by_case = discharge.retain(p, 0, 0.5, -150.0, -0.3, 0.0, 0.0, 0.5)
        assert by_case == pytest.approx((-300.0, 0.0, 0.0, 0.0))

    def test_sending_down_or_home_by_hand(self):
        assert total(discharge.send_down(p, 20.0, 0.78, 1, 1, 0.0, 0.0)) == about(20 - 44 * 1.6 + 31.2)
        assert discharge.send_down(p, 0.0, 0.0, 0, 0, 1.0, 0.0).hassle == about(-44 * 0.4 * 0.4)
        assert discharge.send_down(p, 0.0, 0.0, 0, 0, 0.0, 1.0).hassle == about(-44 * 0.4 * 0.75)
        assert discharge.send_home(p, 0.78) == about(-23.4)

    def test_a_patient_with_nothing_to_choose_between_is_indifferent(self):
        """No free constant stands in for an acceptance."""
        assert sigma(accept_down()) == 0.5

    def test_why_a_patient_accepts(self):
        assert accept_down(attractiveness_here=0.8, attractiveness_centre=0.5) == about(-4.2 * 0.3)
        assert accept_down(trust_centre=0.7) == about(-0.3)
        assert accept_down(cost_stay=700.0, price_sensitivity=2.0) == about(0.002 * 2 * 200)
        assert accept_down(minutes_here=50.0) == about(0.4)
        assert accept_down(contract=1) == about(0.5)
        assert accept_down(platform=1.0) == about(0.3)
        assert accept_down(formulary=1.0) == about(0.3)


class TestCapacity:
    def test_days_by_hand(self):
        assert capacity.days(5.0, 2.0, 1.0) == 5.0
        assert capacity.days(5.0, 2.0, 0.8) == about(2.56)
        assert capacity.days(5.0, 2.0, 7.0) == 40.0

    def test_reserved_appointments_by_hand(self):
        # 1,000 places, 200 kept; 100 referred, 700 others
        assert capacity.appointment_days(5, 2, 100, 700, 1_000, 0.2, False) == pytest.approx(
            (5 * 0.5**3, 5 * (700 / 800) ** 3)
        )
        assert capacity.appointment_days(5, 2, 100, 700, 1_000, 0.2, True) == pytest.approx(
            (5 * 0.5**3, 5 * (700 / 900) ** 3)
        )

    loads = st.floats(0.0, 5_000.0)

    @given(loads, loads, st.floats(0.0, 500.0), st.floats(0.0, 0.5), st.booleans())
    def test_more_patients_never_shorten_a_wait(self, referred, other, more, reserved, releasable):
        def wait(referred, other):
            return capacity.appointment_days(5.0, 2.0, referred, other, 1_000.0, reserved, releasable)

        now = wait(referred, other)
        for then in (wait(referred + more, other), wait(referred, other + more)):
            assert then.referred >= now.referred - 1e-9
            assert then.other >= now.other - 1e-9
        assert 0.0 <= now.referred <= now.other <= 40.0

    @given(loads, loads, st.floats(0.01, 0.5))
    def test_a_hard_reserve_costs_the_others_a_releasable_one_does_not(self, referred, other, reserved):
        def wait(share, releasable):
            return capacity.appointment_days(5.0, 2.0, referred, other, 1_000.0, share, releasable)

        none, releasable, hard = wait(0.0, True), wait(reserved, True), wait(reserved, False)
        assert hard.other >= releasable.other - 1e-9
        if referred + other <= 1_000.0:  # beyond that the part open to all is fuller than the whole was
            assert releasable.referred <= none.referred + 1e-9
        if referred == 0.0:
            assert releasable.other == about(none.other)

    def test_beds_by_hand(self):
        # 200 admissions: 40 of 100 referred first, then 160 among 60 + 300
        chance = capacity.bed_chances(100.0, 300.0, 200.0, 0.2, True)
        assert chance == pytest.approx((0.4 + 0.6 * 160 / 360, 160 / 360))
        assert capacity.bed_chances(10.0, 300.0, 200.0, 0.2, True).other == about(190 / 300)
        assert capacity.bed_chances(10.0, 300.0, 200.0, 0.2, False).other == about(160 / 300)

    @given(loads, loads, st.floats(-100.0, 5_000.0), st.floats(0.0, 0.5), st.booleans())
    def test_chances_of_a_bed(self, referred, other, slots, reserved, releasable):
        chance = capacity.bed_chances(referred, other, slots, reserved, releasable)
        assert 0.0 <= chance.other <= chance.referred <= 1.0
        admitted = chance.referred * referred + chance.other * other
        assert admitted <= max(slots, 0.0) + 1e-6  # nobody is admitted to a bed that is not there
        if releasable and 0.0 < slots < referred + other:
            assert admitted == pytest.approx(slots)  # and no bed stays empty while somebody waits
        hard = capacity.bed_chances(referred, other, slots, reserved, False)
        assert hard.other <= chance.other + 1e-12

    @given(st.lists(st.floats(0.0, 1e4), min_size=1, max_size=40))
    def test_expected_demand_is_a_mean_at_first_and_stays_within_what_was_seen(self, seen):
        x = 0.0
        for month, now in enumerate(seen):
            x = capacity.expect(x, now, month, 12.0)
        assert min(seen) - 1e-6 <= x <= max(seen) + 1e-6
        if len(seen) <= 12:
            assert x == pytest.approx(sum(seen) / len(seen), abs=1e-6)


class TestOutcome:
    def test_a_month_of_an_old_chronic_patient_by_hand(self):
        well = 0.87 - 0.05 * (1.3 - 0.6 * 0.62)
        d = 0.04 + 0.35 * 0.25
        for ending, inpatient, felt in (
            (outcome.Ending.NONE, False, 0.0),
            (outcome.Ending.RESOLVED, False, 0.4),
            (outcome.Ending.RESOLVED, True, 0.7),
            (outcome.Ending.UNTREATED, False, 0.7),
            (outcome.Ending.FAILED, False, 1.0),
            (outcome.Ending.WAITING, False, 1.0),
            (outcome.Ending.FAILED, True, 1.3),
        ):
            assert outcome.month_qaly(p, 3, 1, 0.62, 0.5, ending, inpatient) == about((well - d * felt) / 12)

    def test_expected_death_by_hand(self):
        assert outcome.death_probability(p, 0.85, outcome.Ending.RESOLVED) == about(0.0005 + 0.015)
        assert outcome.death_probability(p, 0.85, outcome.Ending.FAILED) == about(0.0005 + 0.06)
        assert outcome.death_probability(p, 0.85, outcome.Ending.WAITING) == about(0.0005 + 0.06)
        assert outcome.death_probability(p, 0.85, outcome.Ending.UNTREATED) == about(0.0005 + 0.045)
        assert outcome.death_probability(p, 0.5, outcome.Ending.FAILED) == about(0.0005)
        assert outcome.death_probability(p, 0.9, outcome.Ending.NONE) == 0.0
        assert outcome.life_lost(p, 3, 0.01) == about(0.085)

    @given(unit, st.sampled_from(range(4)), st.sampled_from((0, 1)), unit)
    def test_treated_in_time_is_better_than_not_and_that_better_than_in_vain(self, s, age, chronic, control):
        def month(ending):
            return outcome.month_qaly(p, age, chronic, control, s, ending, False)

        endings = (
            outcome.Ending.NONE,
            outcome.Ending.RESOLVED,
            outcome.Ending.UNTREATED,
            outcome.Ending.FAILED,
        )
        qalys = [month(ending) for ending in endings]
        assert qalys == sorted(set(qalys), reverse=True)

    @pytest.mark.parametrize(
        ("severity", "ending", "inpatient", "u", "carried"),
        [
            (0.5, outcome.Ending.FAILED, False, 0.99, 0.58),
            (0.95, outcome.Ending.FAILED, False, 0.99, 0.98),
            (0.3, outcome.Ending.FAILED, False, 0.29, 0.38),
            (0.3, outcome.Ending.FAILED, False, 0.31, 0.0),
            (0.8, outcome.Ending.FAILED, True, 0.24, 0.88),
            (0.8, outcome.Ending.FAILED, True, 0.26, 0.0),
            (0.5, outcome.Ending.UNTREATED, False, 0.29, 0.5),
            (0.5, outcome.Ending.UNTREATED, False, 0.31, 0.0),
            (0.4, outcome.Ending.UNTREATED, False, 0.0, 0.0),
            (0.9, outcome.Ending.RESOLVED, False, 0.0, 0.0),
            (0.9, outcome.Ending.WAITING, False, 0.0, 0.0),
        ],
    )
    def test_what_is_carried_into_next_month(self, severity, ending, inpatient, u, carried):
        assert outcome.carried_severity(p, severity, ending, inpatient, u) == about(carried)

    def test_an_hour_of_the_median_earner(self):
        assert outcome.time_cost(p, 21_000.0, 60.0) == 525  # half of 10.50 yuan, in fen


class TestTrust:
    def test_by_hand(self):
        assert trust.trust_next(p, 0.7, 0.74, 1, False, 0.0) == about(0.736 + 0.015 * 0.004)
        assert trust.trust_next(p, 0.7, 0.74, -1, False, 0.0) == about(0.532 + 0.015 * 0.208)
        assert trust.trust_next(p, 0.7, 0.74, 0, True, 0.01) == about(0.715 + 0.015 * 0.025 + 0.01)
        assert trust.awareness_next(p, 0.3, 1, 0.0, True, 0.5) == about(0.3 + 0.7 * 0.07 + 0.05 * 0.2)
        assert trust.awareness_next(p, 0.3, 0, 1.0, True, 0.3) == about(
            0.3 + 0.7 * (0.02 + 0.10)
        )  # publicity
        assert trust.belief_next(p, 0.2, 1.0) == about(0.4)

    def test_a_failure_costs_twice_what_a_success_wins(self):
        won = trust.trust_next(p, 0.5, 0.5, 1, False, 0.0) - 0.5
        lost = 0.5 - trust.trust_next(p, 0.5, 0.5, -1, False, 0.0)
        assert lost == about(2.0 * won)

    @given(
        start=unit,
        first=unit,
        months=st.lists(st.tuples(st.sampled_from((-1, 0, 1)), st.booleans(), unit), max_size=80),
    )
    def test_trust_stays_a_share_whatever_happens_and_whatever_neighbours_say(self, start, first, months):
        x = first
        for experience, referred, neighbours in months:
            x = trust.trust_next(p, x, start, experience, referred, p.word_of_mouth * (neighbours - x))
            assert 0.0 <= x <= 1.0

    @given(unit, st.sampled_from((0, 1)), unit, unit)
    def test_without_a_scheme_those_who_think_alike_go_on_thinking_so(
        self, awareness, contract, publicity, other
    ):
        assert trust.awareness_next(p, awareness, contract, publicity, False, awareness) == awareness
        assert 0.0 <= trust.awareness_next(p, awareness, contract, publicity, True, other) <= 1.0

    @given(unit, unit)
    def test_belief_settles_on_what_is_really_paid(self, belief, paid):
        for _ in range(120):
            nearer = trust.belief_next(p, belief, paid)
            assert abs(nearer - paid) <= abs(belief - paid)
            belief = nearer
        assert belief == about(paid)


class TestSpending:
    def test_catastrophic_spending_is_strictly_above(self):
        paid = [0.0, 900.0, 1_000.0, 2_600.0, 5_000.0]
        found = [[spending.overspent(x, 10_000.0, share) for x in paid] for share in (0.10, 0.25, 0.40)]
        assert found == [[0, 0, 0, 1, 1], [0, 0, 0, 1, 1], [0, 0, 0, 0, 1]]

    def test_below_the_poverty_line_any_payment_is_catastrophic(self):
        for budget in (-50.0, 0.0):
            assert [spending.overspent(paid, budget, 0.40) for paid in (0.0, 1.0)] == [0, 1]

    def test_discretionary_spending_is_ruinous_above_forty_per_cent(self):
        assert spending.DISCRETIONARY == 0.40

    @given(st.floats(0.0, 1e6), st.floats(-1e6, 1e6), unit, st.floats(0.0, 1e6))
    def test_who_pays_more_or_has_less_is_no_better_off(self, paid, budget, share, more):
        now = spending.overspent(paid, budget, share)
        assert now in (0, 1)
        assert spending.overspent(paid + more, budget, share) >= now
        assert spending.overspent(paid, budget - more, share) >= now

    def test_societal_poverty_line(self):
        """2.15 dollars a day in a poor county; 1.15 and half the median in others (from 2 dollars on)."""
        dollar = 365 * p.yuan_per_dollar
        assert spending.poverty_line(p, 1.5 * dollar) == about(2.15 * dollar)
        assert spending.poverty_line(p, 2.0 * dollar) == about(2.15 * dollar)
        assert spending.poverty_line(p, 10.0 * dollar) == about(6.15 * dollar)


def serve(account=0.0, visit=0.35, admission=0.35, by_case=False, **changed):
    """How a facility serves under the given terms; fee for service without an account by default."""
    return inducement.service(SimpleNamespace(**vars(p) | changed), account, visit, admission, by_case)


class TestInducement:
    usual = 1 + 0.175 / 1.28  #: x = ½μ/(½ + .78) under fee for service: .136719

    def test_by_hand(self):
        assert inducement.intensity(p, 0.35) == about(self.usual - 1)
        shared = serve(account=-0.4)
        bill = (1 + 0.035 / 1.28) / self.usual
        assert shared == pytest.approx((bill, bill, 1.0, 1.0, 1.0, 0.08 + 0.4 / (4.5 * 1.78)))
        assert inducement.effort(p, -0.10) == about(1 - 0.3 * 0.10)
        assert inducement.effort(p, 0.30) == 1.0  # more service does not heal more

    def test_without_a_shared_account_bills_are_as_observed(self):
        assert serve() == (1.0, 1.0, 1.0, 1.0, 1.0, 0.08)

    def test_paid_by_the_case_an_admission_is_billed_its_list_price_and_what_is_saved_is_saved_in_its_cost(
        self,
    ):
        x = -0.125 / 1.28
        by_case = serve(admission=-0.25, by_case=True)
        assert by_case.bill_visit == by_case.bill_admission == by_case.effort_visit == 1.0
        assert by_case.cost_admission == about((1 + x) / self.usual)
        assert by_case.effort_admission == about(1 + 0.3 * x)

    def test_a_visit_that_brings_less_is_served_less(self):
        """Under payment by the head a visit's fund part brings nothing more."""
        x = 0.5 * 0.15 / 1.28
        head = serve(visit=0.15)
        assert head.bill_visit == about((1 + x) / self.usual)
        assert head.bill_admission == 1.0

    def test_an_income_target_makes_good_nine_tenths_of_a_lost_margin(self):
        assert serve(income_target=1.0) == pytest.approx(serve())  # nothing is lost
        aimed = serve(visit=0.30, income_target=1.0)
        assert aimed.bill_visit == about(1 + 0.9 * (0.35 / 0.30 - 1))  # against what conscience would do
        half = serve(visit=0.30, income_target=0.5).bill_visit
        assert half == about((aimed.bill_visit + serve(visit=0.30).bill_visit) / 2)
        for nothing in (0.0, -0.25):  # no service makes it good: all that is bearable
            assert serve(visit=nothing, income_target=1.0).bill_visit == about(1.35 / self.usual)

    @given(st.floats(0.0, 2.0), st.floats(0.0, 1.0))
    def test_a_heavier_account_means_less_service_and_more_shifted_within_limits(self, weight, more):
        light, heavy = serve(account=-weight), serve(account=-weight - more)
        assert 0.90 / self.usual - 1e-12 <= heavy.bill_visit <= light.bill_visit <= 1.0
        assert light.uncovered <= heavy.uncovered <= 0.08 + 0.15
        assert 0.97 - 1e-12 <= heavy.effort_admission <= light.effort_admission <= 1.0


class TestAdapting:
    def test_a_hospital_goes_on_the_way_that_paid_and_turns_back_from_the_other(self):
        learns = SimpleNamespace(hospital_learning=0.02)
        step = [
            adapting.pass_on_step(learns, gain, last) for gain, last in ((5, 1), (-5, 1), (5, -1), (-5, -1))
        ]
        assert step == [0.02, -0.02, -0.02, 0.02]
        assert adapting.pass_on_step(learns, 5.0, 0.0) == 0.02  # the first try is upwards
        assert adapting.pass_on_step(learns, 0.0, -0.02) == 0.02
        assert adapting.pass_on_step(p, 5.0, 1.0) == 0.0  # off by default

    def test_experts_are_lent_where_the_account_gains_more_than_the_clinic_loses(self):
        free = SimpleNamespace(hospital_initiative=1.0, lending_saving=0.03)
        assert adapting.lends(free, -0.4, 10_000.0, 119.0)  # 0.4 · 3% · 10,000 = 120 yuan
        assert not adapting.lends(free, -0.4, 10_000.0, 120.0)
        assert not adapting.lends(free, 0.0, 10_000.0, 0.0)
        assert not adapting.lends(p, -0.4, 10_000.0, 0.0)  # off by default

    def test_only_visits_that_could_not_be_seen_are_lost(self):
        assert adapting.lost_margin(0.04, 0.3, 1_000.0, 0.96) == 0.0
        assert adapting.lost_margin(0.04, 0.3, 1_000.0, 0.98) == about(0.3 * 1_000 * 0.04 * 0.5)
        assert adapting.lost_margin(0.04, 0.3, 1_000.0, 1.50) == about(0.3 * 1_000 * 0.04)
        assert adapting.lost_margin(0.0, 0.3, 1_000.0, 1.50) == 0.0

    def test_a_government_raises_the_bonus_after_a_poor_year_with_money_left(self):
        learns = SimpleNamespace(government_learning=0.1)
        assert adapting.raised_bonus(learns, 1.1, 0.4, True) == about(1.21)
        for reached, unspent in ((0.5, True), (0.4, False)):
            assert adapting.raised_bonus(learns, 1.1, reached, unspent) == 1.1
        assert adapting.raised_bonus(p, 1.0, 0.0, True) == 1.0  # off by default


@given(st.floats(-9.0, 9.0), st.floats(-9.0, 9.0), st.floats(-9.0, 9.0))
@settings(max_examples=50)
def test_clip_holds(x, low, high):
    assume(low <= high)
    assert low <= clip(x, low, high) <= high
