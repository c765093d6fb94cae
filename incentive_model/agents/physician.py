"""One physician, and the reasons for their choice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from incentive_model.agents.handle import Handle, severity_given
from incentive_model.agents.patient import Patient
from incentive_model.cards import Fault, InputError
from incentive_model.engine.caring import discharge_reasons
from incentive_model.engine.columns import Slot, World
from incentive_model.engine.seeking import chain_revenue, referral_reasons, referral_slot, slot_value
from incentive_model.incentives.events import Event
from incentive_model.rules.quality import referral_needed

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

        At a clinic or centre: treat ``patient`` or refer them up. At a hospital: what to do with an
        inpatient who could recover elsewhere (keep, send down or send home), for which nothing about the
        patient matters. The same rules that decide are called on the next month's opening values; what is
        left out is luck.

        Args:
            patient: who comes to a clinic or centre.
            severity: of that illness, as the physician diagnoses it and the patient feels it, 0–1.

        Returns:
            One row an alternative, one column a reason in yuan: the terms of the rule, with expected pay
            split by instrument (how far it is believed, times what is promised). ``yuan`` is their sum,
            ``probability`` what follows from it. ``treat`` is what referring is held against: its row is 0.

        Raises:
            InputError: no patient, or one whose clinic and centre are elsewhere; a severity out of bounds.
        """
        model: IncentiveModel = self.model
        ahead = model.opening()
        world = ahead.make_world()
        if int(ahead.facilities.tier[self.facility]) >= 2:
            rows, noise = self._discharge(ahead, world), float(ahead.p.scale_discharge)
        else:
            slot = self._slot_of(patient)
            rows = self._referral(ahead, world, patient, slot, severity_given(severity))
            noise = float(ahead.p.scale_referral)
        frame = pd.DataFrame.from_dict(rows, orient="index").fillna(0.0)
        frame["yuan"] = frame.sum(axis=1)
        weights = ((frame["yuan"] - frame["yuan"].max()) / noise).map(math.exp)
        frame["probability"] = weights / weights.sum()
        return frame

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
        self, ahead: IncentiveModel, world: World, patient: Any, first: int, ill: float
    ) -> dict[str, Terms]:
        """Terms of treating and of referring up."""
        me = ahead.residents[patient.row]
        slot = referral_slot(world, me, self.row)
        rows: dict[str, Terms] = {"treat": {}}
        if slot < 0:
            return rows
        here, above = int(self.facility), int(me.facility[slot])
        stay, go = slot_value(world, me, first, ill, 0), slot_value(world, me, slot, ill, 1)
        f = ahead.facilities
        needed = referral_needed(ahead.p, f.capability[here], f.capability[above], ill)
        events = {
            Event.UP_REFERRAL: 1.0,
            Event.CHAIN_YUAN: chain_revenue(world, above, ill),
            Event.NEEDED_UP_REFERRAL: float(needed),
        }
        reasons = referral_reasons(world, self.row, here, above, ill, go, stay)._asdict()
        rows["refer up"] = self._split(ahead, reasons, "referral_pay", events)
        return rows

    def _discharge(self, ahead: IncentiveModel, world: World) -> dict[str, Terms]:
        """Terms of keeping, sending down and sending home."""
        keep, down, home = discharge_reasons(world, self.row, int(self.facility))
        return {
            "keep": self._split(ahead, keep._asdict(), "promised", {Event.RETAINED: 1.0}),
            "send down": self._split(ahead, down._asdict(), "pay", {Event.DOWN_REFERRAL: 1.0}),
            "send home": {"conscience": float(home)},
        }

    def _split(
        self, ahead: IncentiveModel, terms: dict[str, Any], pay: str, events: dict[Event, float]
    ) -> Terms:
        """A rule's terms with the one called ``pay`` split by instrument."""
        found = {name: float(yuan) + 0.0 for name, yuan in terms.items() if name != pay}  # no minus zero
        t, here = ahead.tables, int(self.facility)
        for k, instrument in enumerate(ahead.instruments):
            promised, personal = t.promised[k, list(events), here], t.personal[k, list(events), here]
            if promised.any() or personal.any():
                felt = ahead.belief[self.row, k] * (ahead.facilities.pass_on[here] * promised + personal)
                yuan = float((felt * list(events.values())).sum())
                found[instrument.name] = found.get(instrument.name, 0.0) + yuan
        return found
