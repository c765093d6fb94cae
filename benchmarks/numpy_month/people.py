"""The residents as NumPy has them, and the month's episodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_model.engine.columns import BedClass

Column = Any  #: an array with one entry a resident or episode; rules written for one number take it as well
Rows = Any  #: positions in columns: an array of whole numbers or a slice
Ints = NDArray[np.int64]


@dataclass
class People:
    """The residents, one contiguous column a field; those with several entries each have them as rows.

    What the engine stores in single precision is stored so here too; everything is computed in double.
    """

    id: Column
    clinic: Column
    age: Column
    chronic: Column
    insurance: Column
    part: Column
    rank: Column
    rank_within: Column
    signs_at: Column  #: coverage of family doctors from which there is a contract
    managed_at: Column  #: coverage of chronic management from which there is care
    income: Column
    price_sensitivity: Column
    distance: Column
    doctor: Column  #: (slot, resident)
    trust: Column  #: (slot, resident)
    habit: Column
    awareness: Column
    control: Column
    severity: Column  #: carried over or waited with
    queue_slot: Column
    queue_class: Column
    queue_months: Column
    fund_paid: Column  #: (outpatient or inpatient, resident)
    deductible_paid: Column
    oop: Column
    oop_year: Column
    time: Column
    qaly: Column
    tie: Column  #: (tie, resident), −1 after the last
    ties: Column  #: how many there are


class Heard(NamedTuple):
    """What neighbours said last month, by resident; at the end stands a 0, which a tie of −1 finds."""

    trust: Column
    awareness: Column


class Ill:
    """The month's episodes of a block of residents, one entry each, with the residents' columns they need.

    Those who seek care come first, those who wait for a bed after them. Attributes are named as in the
    engine's table of episodes; ``rows`` says whose they are.
    """

    # of the residents
    id: Column
    clinic: Column
    insurance: Column
    part: Column
    habit: Column
    queue_slot: Column
    queue_class: Column
    queue_months: Column
    deductible_paid: Column
    oop_year: Column
    doctor: Column
    fund_paid: Column
    signs_at: Column
    income: Column
    price_sensitivity: Column
    distance: Column
    awareness: Column
    trust: Column
    facility: Column  #: (slot, episode)
    minutes: Column  #: one way, (slot, episode)

    # set on the way
    perceived: Column
    worth: list[Column]  #: utility of own clinic, own centre, and the parent hospital if referred there
    issued: Column  #: whether a referral up was issued
    minute_worth: Column  #: worth of a minute, in yuan
    spent: Column  #: worth of the time spent, in fen

    def __init__(
        self,
        people: People,
        block: slice,
        rows: Ints,
        n_seek: int,
        state: Column,
        severity: Column,
        emergency: Column,
        reach: Ints,
        minutes: Column,
    ) -> None:
        """Args: ``reach`` facility rows and ``minutes`` to them, by (slot, row of the own clinic)."""
        n = len(rows)
        self.n = n
        self.block = block
        self.rows = rows
        self.seeking = slice(0, n_seek)
        self.waiting = slice(n_seek, n)
        self.state = state
        self.severity = severity
        self.emergency = emergency
        for name in (
            "id", "clinic", "insurance", "part", "habit", "queue_slot", "queue_class", "queue_months",
            "deductible_paid", "oop_year", "doctor", "fund_paid",
        ):  # fmt: skip
            setattr(self, name, getattr(people, name).take(rows, axis=-1).astype(np.int64, copy=False))
        for name in ("signs_at", "income", "price_sensitivity", "distance", "awareness", "trust"):
            setattr(self, name, getattr(people, name).take(rows, axis=-1).astype(np.float64, copy=False))
        self.facility = reach.take(self.clinic, axis=1)
        self.minutes = self.distance * minutes.take(self.clinic, axis=1)
        self.first = np.full(n, -1)
        self.at = np.full(n, -1)
        self.origin = np.full(n, -1)
        self.bed_class = np.full(n, int(BedClass.NONE))
        self.fate = np.zeros(n, np.int64)
        self.follow_ups = np.zeros(n, np.int64)
        self.referred = np.zeros(n, bool)
        self.within = np.zeros(n, bool)
        self.admitted = np.zeros(n, bool)
        self.returned = np.zeros(n, bool)
        self.ending = np.zeros(n, np.int64)

    def pick(self, column: Column, slot: Column, who: Rows) -> Column:
        """Entries of a column by slot, each resident's in a slot of their own."""
        return column.ravel().take(slot * self.n + who)
