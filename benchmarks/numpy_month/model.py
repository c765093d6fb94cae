"""A month of residents in NumPy, and a model that lives in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.numpy_month.caring import admit, recover
from benchmarks.numpy_month.draws import pair_at
from benchmarks.numpy_month.ending import add_up_year, outcome, talk
from benchmarks.numpy_month.illness import fall_ill
from benchmarks.numpy_month.month import Month
from benchmarks.numpy_month.people import Column, Heard, People
from benchmarks.numpy_month.referring import treat_or_refer
from benchmarks.numpy_month.seeking import seek
from benchmarks.numpy_month.settling import pay_bills
from incentive_model import IncentiveModel
from incentive_model.chance.even import STEPS
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import SLOTS, Slot, Tally, World

BLOCK = 131_072  #: residents taken at a time
POSITIONS = ("clinic", "age", "insurance", "part", "rank", "rank_within")  #: used as such, or multiplied
SAME = (
    "id", "chronic", "income", "price_sensitivity", "distance", "trust", "habit", "awareness", "control",
    "severity", "queue_slot", "queue_class", "queue_months", "fund_paid", "deductible_paid", "oop",
    "oop_year", "time", "qaly",
)  # fmt: skip
CHANGED = SAME[5:]  #: in the course of months


def columns_of(w: World) -> People:
    """Copies of the engine's columns as they are now, and what follows from them and never changes."""
    r = w.residents.view(np.ndarray)
    ids, chronic = r["id"].astype(np.int64), r["chronic"]
    starts: Any = w.even
    return People(
        **{name: r[name].T.copy() for name in SAME},
        **{name: r[name].astype(np.int64) for name in POSITIONS},
        signs_at=fraction(starts, 4, ids) / (1.0 + 0.5 * chronic),
        managed_at=np.where(chronic == 1, fraction(starts, 5, ids), 2.0),
        doctor=doctors(w),
        tie=w.tie.T.astype(np.int64),
        ties=(w.tie >= 0).sum(axis=1),
    )


def fraction(starts: Column, dimension: int, ids: Column) -> Column:
    """The residents' numbers in [0, 1) in one of the even sequences (see chance.even)."""
    x = starts[dimension] + (ids + 1) * STEPS[dimension]
    return x - np.floor(x)


def doctors(w: World) -> Column:
    """Rows of the physicians who serve residents, by (slot, resident) (see engine.home.doctor_of)."""
    r, f = w.residents.view(np.ndarray), w.facilities.view(np.ndarray)
    found = np.empty((SLOTS, len(r)), np.int32)
    for slot in range(SLOTS):
        at = f[w.reach[r["clinic"], slot]]
        u, _ = pair_at(w.people, Purpose.DOCTOR, r["id"], at["number"].astype(np.uint64), 0)
        found[slot] = at["first_physician"] + (u * at["physicians"]).astype(np.int64)
    return found


class NumpyMonth:
    """The residents' month in NumPy, on columns of its own."""

    def __init__(self, world: World) -> None:
        self.people = columns_of(world)

    def live(self, world: World, tally: Tally) -> None:
        """One month: every phase of the residents, from what ``world`` says, into ``tally``."""
        people, m = self.people, Month(world)
        heard = Heard(np.append(people.trust[Slot.CENTRE], 0.0), np.append(people.awareness, 0.0))
        if m.month % 12 == 1:
            people.oop_year[:] = 0
            people.fund_paid[:] = 0
        n = len(people.id)
        for first in range(0, n, BLOCK):
            block = slice(first, min(first + BLOCK, n))
            ep = fall_ill(m, people, block, tally)
            seek(m, ep, tally)
            treat_or_refer(m, ep, tally)
            admit(m, ep, tally)
            recover(m, ep, tally)
            pay_bills(m, people, ep, tally)
            outcome(m, people, ep, tally)
            talk(m, people, ep, heard, tally)
            if m.month % 12 == 0:
                add_up_year(m, people, block, tally)


class NumpyModel(IncentiveModel):
    """The model with the residents' month in NumPy in the place of the compiled loops."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numpy = NumpyMonth(self.make_world())

    def step(self) -> None:
        """One month; residents' sums count from the scheme's first one."""
        super().step()
        if self.month == 0:
            for name in ("oop", "qaly", "time"):
                getattr(self.numpy.people, name)[:] = 0

    def live(self) -> None:
        """Phases 2 to 9."""
        self.numpy.live(self.make_world(), self._chunks.tallies[0])
        self.add_up()

    def hand_back(self) -> None:
        """Write what months have changed into the engine's columns."""
        for name in CHANGED:
            self.residents[name][:] = getattr(self.numpy.people, name).T
