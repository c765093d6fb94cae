"""One resident, and the reasons for their choice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.agents.handle import Handle, severity_given
from incentive_model.engine.columns import SLOTS, Slot
from incentive_model.engine.home import doctor_at, signs_at, specialty_of
from incentive_model.engine.seeking import felt, slot_appeal
from incentive_model.rules.choice import gateway, self_care
from incentive_model.rules.maths import total

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


AGES = ("aged 0–14", "aged 15–44", "aged 45–59", "60 or older")


class Patient(Handle):
    """A handle on one resident's row.

    Every column of the residents is an attribute (``age``, ``income``, ``trust``, ``habit`` …). What is
    written to one holds from the next month on; after writing to a part of one (``trust[1] = 0.9``) call
    ``model.remember()``, or the neighbours hear of it a month late.
    """

    table = "residents"

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        self.model.remember(self.row)

    def __repr__(self) -> str:
        home = self.model.place.facilities["name"].iloc[int(self.facility[Slot.CLINIC])]
        return f"<Patient {self.unique_id}, {AGES[int(self.age)]}, of {home}>"

    @property
    def facility(self) -> NDArray[np.int64]:
        """Rows of the facilities within reach, by choice slot; −1 where there is none."""
        return np.asarray(self.model.homes.reach[self.clinic])

    @property
    def doctor(self) -> list[int]:
        """Rows of the physicians who serve this resident there, −1 where there is no facility."""
        people, facilities = self.model.homes.key, self.model.facilities
        return [doctor_at(people, self.id, facilities[row]) if row >= 0 else -1 for row in self.facility]

    @property
    def minutes(self) -> NDArray[np.float64]:
        """Travel time one way, by choice slot."""
        return np.asarray(self.distance * self.model.homes.minutes[self.clinic])

    @property
    def contract(self) -> bool:
        """Whether this resident has a family-doctor contract now."""
        return bool(signs_at(self.model.homes.even, self.id, self.chronic) < self.model.tables.coverage)

    def explain_choice(self, severity: float = 0.5) -> pd.DataFrame:
        """Why this resident would go where, if they fell ill next month and felt a given severity.

        The same rules that decide are called on the next month's opening values; what is left out
        is luck (the Gumbel draw of each alternative).

        Args:
            severity: perceived severity, 0–1.

        Returns:
            One row an alternative (a facility's name, its id where names repeat, or ``self-care``),
            one column a term in utils, ``utility`` their sum and ``probability`` the logit share.
            Alternatives that a hard gate may close are kept.
        """
        model: IncentiveModel = self.model
        world = model.opening_world()
        me = model.residents[self.row]
        severity = severity_given(severity)
        rows: dict[str, dict[str, float]] = {}
        facilities = model.place.facilities
        names = (
            facilities["name"].where(~facilities["name"].duplicated(keep=False), facilities["id"]).to_list()
        )
        within = self.facility
        reach = [s for s in range(SLOTS) if within[s] >= 0]
        ill = felt(model.p, severity, specialty_of(world, me, severity))
        for slot in reach:
            terms = slot_appeal(world, me, slot, ill, 0)
            rows[names[within[slot]]] = {k: float(v) for k, v in terms._asdict().items()}
        frame = pd.DataFrame.from_dict(rows, orient="index")
        frame["gateway"] = 0.0
        if Slot.PARENT in reach:
            unreferred = [
                total(slot_appeal(world, me, s, ill, 0)) for s in reach if s in (Slot.PARENT, Slot.OTHER)
            ]
            referred = total(slot_appeal(world, me, Slot.PARENT, ill, 1))
            frame.loc[frame.index[: Slot.PARENT], "gateway"] = gateway(
                model.p, severity, referred, max(unreferred)
            )
        frame["utility"] = frame.sum(axis=1)
        frame.loc["self-care"] = 0.0
        frame.loc["self-care", "utility"] = self_care(model.p, severity)
        weights = (frame["utility"] - frame["utility"].max()).map(lambda x: math.exp(x))
        frame["probability"] = weights / weights.sum()
        return frame
