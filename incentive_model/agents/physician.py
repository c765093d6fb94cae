"""One physician, and the reasons for their choice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from incentive_model.agents.handle import Handle, severity_given
from incentive_model.agents.patient import Patient
from incentive_model.cards import Fault, InputError
from incentive_model.engine.caring import discharge_reasons
from incentive_model.engine.columns import Slot, World
from incentive_model.engine.home import facility_of, specialty_of
from incentive_model.engine.referring import expected_chain, referral_reasons, referral_slot, tie_to
from incentive_model.engine.seeking import felt, slot_value
from incentive_model.incentives.events import Event
from incentive_model.rules.quality import gain_of_going_up, referral_needed
from incentive_model.rules.referral import referral_probability

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel

Terms = dict[str, float]


class Physician(Handle):
    """A handle on one physician's row.

    Every column of the physicians is an attribute (``altruism``, ``unaware``, ``complex``, ``tie`` …).
    """

    table = "physician_columns"

    def __repr__(self) -> str:
        return f"<Physician {self.unique_id}, at {self._place}>"

    @property
    def _place(self) -> str:
        return str(self.model.place.facilities["name"].iloc[int(self.facility)])

    @property
    def beliefs(self) -> dict[str, float]:
        """How far this physician believes each instrument's promised pay (0–1)."""
        model: IncentiveModel = self.model
        values = model.belief[self.row]
        return {x.name: float(b) for x, b in zip(model.instruments, values, strict=True)}

    def explain_choice(self, patient: Patient | None = None, severity: float = 0.5) -> pd.DataFrame:
        """Why this physician would decide one way or another next month.

        At a clinic or centre: treat ``patient``, refer them up to the hospital, or (a clinic's physician who
        does not) within the township to the centre. At a hospital: what to do with an inpatient who could
        recover elsewhere (keep, send down or send home), for which nothing about the patient matters. The
        same rules that decide are called on the next month's opening values; what is left out is luck,
        and the patient's answer.

        Args:
            patient: who comes to a clinic or centre.
            severity: of that illness, as the physician diagnoses it and the patient feels it, 0–1.

        Returns:
            One row an alternative, one column a reason in yuan: the terms of the rule, with expected pay
            split by instrument (how far it is believed, times what is promised); ``felt`` is what weighs
            without money. ``yuan`` is their sum, ``probability`` what follows from it. ``treat`` is what
            referring is held against: its row is 0.

        Raises:
            InputError: no patient, or one whose clinic and centre are elsewhere; a severity out of bounds.
        """
        ahead: IncentiveModel = self.model.opening()
        world = ahead.make_world()
        if int(ahead.facilities.tier[self.facility]) >= 2:
            return self._discharge(ahead, world)
        slot = self._slot_of(patient)
        return self._referral(ahead, world, patient, slot, severity_given(severity))

    def _slot_of(self, patient: Patient | None) -> int:
        """Which of the patient's facilities this physician works at."""
        allowed = f"a resident whose clinic or centre is {self._place}"
        mend = "for example model.patients[41] and their own model.physicians[model.patients[41].doctor[0]]"
        if isinstance(patient, Patient) and patient.model is self.model:
            for slot in (Slot.CLINIC, Slot.CENTRE):
                if patient.facility[slot] == self.facility:
                    return slot
        raise InputError(Fault("patient", repr(patient), allowed, mend))

    def _referral(
        self, ahead: IncentiveModel, world: World, patient: Any, here: int, ill: float
    ) -> pd.DataFrame:
        """Treating, referring up, and at a clinic also within the township, which is decided after it."""
        me = ahead.residents[patient.row]
        specialty = specialty_of(world, me, ill)
        sick = felt(ahead.p, ill, specialty)
        stay = slot_value(world, me, here, sick, 0)

        def reasons(slot: int, referred: int, tie: float) -> dict[str, Any]:
            go = slot_value(world, me, slot, sick, referred)
            terms = referral_reasons(world, me, here, self.row, slot, specialty, ill, tie, go, stay)
            return terms._asdict()

        rows: dict[str, Terms] = {"treat": {}}
        up = referral_slot(world, me, ill, specialty, self.row)
        if up >= 0:
            there = int(facility_of(world, me, up, specialty))
            skill = world.skill[specialty]
            gain = gain_of_going_up(ahead.p, skill[self.facility], skill[there], ill)
            needed = referral_needed(ahead.p, gain)
            events = {
                Event.UP_REFERRAL: 1.0,
                Event.CHAIN_YUAN: expected_chain(world, there, ill),
                Event.NEEDED_UP_REFERRAL: float(needed),
                Event.REFUSED: -float(needed),
            }
            terms = reasons(up, 1, tie_to(world, self.row, there))
            rows["refer up"] = self._split(ahead, terms, "referral_pay", events)
        if here == Slot.CLINIC:
            rows["refer within"] = self._split(ahead, reasons(Slot.CENTRE, 0, 1.0), "referral_pay", {})
        frame = _summed(rows)
        left = 1.0
        for name in frame.index[1:]:
            chance = referral_probability(ahead.p, float(frame.loc[name, "yuan"]))
            frame.loc[name, "probability"] = left * chance
            left *= 1.0 - chance
        frame.loc["treat", "probability"] = left
        return frame

    def _discharge(self, ahead: IncentiveModel, world: World) -> pd.DataFrame:
        """Keeping, sending down and sending home."""
        keep, down, home = discharge_reasons(world, self.row, int(self.facility))
        frame = _summed(
            {
                "keep": self._split(ahead, keep._asdict(), "promised", {Event.RETAINED: 1.0}),
                "send down": self._split(ahead, down._asdict(), "pay", {Event.DOWN_REFERRAL: 1.0}),
                "send home": {"conscience": float(home)},
            }
        )
        weights = ((frame["yuan"] - frame["yuan"].max()) / ahead.p.scale_discharge).map(math.exp)
        frame["probability"] = weights / weights.sum()
        return frame

    def _split(
        self, ahead: IncentiveModel, terms: dict[str, Any], pay: str, events: dict[Event, float]
    ) -> Terms:
        """A rule's terms with the one called ``pay`` split by instrument, and what is felt without money.

        Args:
            events: how many of each event the decision brings, as the physician reckons.
        """
        found = {name: float(yuan) + 0.0 for name, yuan in terms.items() if name != pay}  # no minus zero
        t, here, some = ahead.tables, int(self.facility), list(events)
        times = np.array(list(events.values()))
        for k, instrument in enumerate(ahead.instruments):
            promised, personal = t.promised[k, some, here], t.personal[k, some, here]
            if promised.any() or personal.any():
                believed = ahead.belief[self.row, k] * (t.means.pass_on[here] * promised + personal)
                found[instrument.name] = found.get(instrument.name, 0.0) + float((believed * times).sum())
        if t.felt[some, here].any():
            found["felt"] = float((t.felt[some, here] * times).sum())
        return found


def _summed(rows: dict[str, Terms]) -> pd.DataFrame:
    """Terms as a table, 0 where an alternative has no such term, and their sum."""
    frame = pd.DataFrame.from_dict(rows, orient="index").fillna(0.0)
    return frame.assign(yuan=frame.sum(axis=1))
