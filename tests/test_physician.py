"""A physician's reasons are the rule's own terms, those that the engine decides by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import small_place

import incentive_model as im
from incentive_model.engine import caring, referring, seeking
from incentive_model.engine.columns import Noise, Slot, empty_tally, make_tile
from incentive_model.rules.maths import sigma, total


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> im.IncentiveModel:
    """A county where everything is paid for."""
    place = im.load_place(small_place.write(tmp_path_factory.mktemp("physician") / "small"), population=300)
    levers = {
        "corrective_talks": 1.0,
        "upward_share": 0.1,
        "referral_bonus": 40,
        "performance_pay_share": 0.2,
        "rehab_credit": 0.3,
    }
    return im.IncentiveModel(place, seed=1, burn_in=6, payment_method="global_budget", **levers).run(14)


def tally(model: im.IncentiveModel) -> Any:
    county = model.county
    return empty_tally(1, len(county.tier), len(model.place.insurances), len(county.hospitals))


def test_referral_as_the_engine_decides_it(model: im.IncentiveModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Next month's primary contacts, interpreted and without noise, against the explanations."""
    seen: list[tuple[int, int, int, float, float]] = []
    reasons, row_of = referring.referral_reasons, {who: row for row, who in enumerate(model.residents["id"])}

    def noted(
        w: Any, me: Any, slot: int, physician: int, above: int, special: int, diagnosed: float, *rest: float
    ) -> Any:
        terms = reasons(w, me, slot, physician, above, special, diagnosed, *rest)
        if above != Slot.OUTSIDE:  # nobody asks a hospital's physician why they refer on
            seen.append((row_of[int(me.id)], physician, above, diagnosed, total(terms)))
        return terms

    monkeypatch.setattr(referring, "referral_reasons", noted)
    monkeypatch.setattr(referring, "normal", lambda *address: 0.0)
    monkeypatch.setattr(seeking, "perceived_severity", lambda p, severity, education, noise: severity)
    world, month, tile = model.opening_world(), tally(model), make_tile(model.place.agents)
    seeking.fall_ill(world, 0, model.place.agents, tile, month)
    for k in range(int(np.argmax(tile.ill["row"] == -1))):
        me, ep = model.residents[tile.ill[k].row], tile.ill[k]
        seeking.seek(world, me, ep, tile, k, month)
        tile.noise[Noise.DIAGNOSIS, k] = 0.0
        referring.treat_or_refer(world, me, ep, tile, k, month)
    monkeypatch.undo()
    assert len({physician for _, physician, *_ in seen}) > 2
    assert {above for _, _, above, *_ in seen} >= {Slot.CENTRE, Slot.PARENT}
    for who, physician, above, diagnosed, delta in seen[:60]:
        frame = model.physicians[physician].explain_choice(model.patients[who], diagnosed)
        row = "refer within" if above == Slot.CENTRE else "refer up"
        assert frame.loc[row, "yuan"] == pytest.approx(delta)
        assert (frame.loc["treat"].drop("probability") == 0.0).all()
        up = sigma(frame.loc["refer up", "yuan"] / model.p.scale_referral)
        assert frame.loc["refer up", "probability"] == pytest.approx(up)
        if row == "refer within":
            within = sigma(delta / model.p.scale_referral)
            assert frame.loc[row, "probability"] == pytest.approx((1.0 - up) * within)
        assert frame["probability"].sum() == pytest.approx(1.0)


def test_discharge_as_the_engine_decides_it(model: im.IncentiveModel) -> None:
    world = model.opening_world()
    for row, physician in enumerate(model.physicians):
        tier = model.facilities.tier[physician.facility]
        if tier < 2:
            continue
        frame = physician.explain_choice()
        keep, down, home = caring.discharge_reasons(world, row, int(physician.facility))
        assert list(frame.index) == ["keep", "send down", "send home"]
        assert list(frame["yuan"]) == pytest.approx([total(keep), total(down), home])
        utility = np.exp(frame["yuan"] / model.p.scale_discharge)
        assert list(frame["probability"]) == pytest.approx(list(utility / utility.sum()))


def test_pay_is_split_by_instrument(model: im.IncentiveModel) -> None:
    patient = model.patients[7]
    primary = model.physicians[int(patient.doctor[Slot.CLINIC])].explain_choice(patient, 0.9)
    assert {"upward_share", "referral_bonus"} <= {*primary.columns}
    assert "referral_pay" not in primary
    assert primary.loc["refer up", "upward_share"] > 0.0
    ward = model.physicians[int(patient.doctor[Slot.PARENT])].explain_choice()
    assert {"rehab_credit", "referral_bonus", "late_days", "conscience"} <= {*ward.columns}
    assert "global_budget" not in ward, "what it pays is the shared account's"


def test_looking_changes_nothing(model: im.IncentiveModel) -> None:
    before = [x.copy() for x in (model.residents, model.facilities, model.belief, model.tables.promised)]
    patient = model.patients[7]
    physician = model.physicians[int(patient.doctor[Slot.CENTRE])]
    pd.testing.assert_frame_equal(physician.explain_choice(patient), physician.explain_choice(patient))
    for old, new in zip(
        before, (model.residents, model.facilities, model.belief, model.tables.promised), strict=True
    ):
        assert old.tobytes() == new.tobytes()


def test_without_a_hospital_above_there_is_nothing_to_choose(model: im.IncentiveModel) -> None:
    patient = model.patients[7]
    reach, centre = patient.facility.copy(), int(patient.doctor[Slot.CENTRE])
    try:
        patient.facility[[Slot.PARENT, Slot.OTHER]] = -1
        frame = model.physicians[centre].explain_choice(patient)
    finally:
        patient.facility[:] = reach
    assert frame["probability"].to_dict() == {"treat": 1.0}


def test_what_cannot_be_explained_is_refused(model: im.IncentiveModel) -> None:
    clinic = model.physicians[0]
    elsewhere = next(one for one in model.patients if one.facility[Slot.CLINIC] != clinic.facility)
    here = next(one for one in model.patients if one.facility[Slot.CLINIC] == clinic.facility)
    for patient in (None, 7, elsewhere):
        with pytest.raises(im.InputError, match=r"patient: found .* clinic or centre is Clinic 1"):
            clinic.explain_choice(patient)
    for severity in (-0.1, 2, "bad", None):
        with pytest.raises(im.InputError, match=r"severity: found .* from 0 to 1"):
            clinic.explain_choice(here, severity)
    assert repr(clinic).endswith("at Clinic 1>")
