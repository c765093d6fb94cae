"""What instruments announce each month: the tables that the compiled loops look up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.events import Event

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Means(NamedTuple):
    """What each facility has to work with, by facility; the last axis where there are two."""

    capability: Floats
    special: Floats  #: capability by (specialty, facility), NaN where it is the general one
    infrastructure: Floats
    capacity: Floats  #: visits a month
    pass_on: Floats  #: θ
    attention: Floats  #: κ_acc, part of the shared account that one physician feels
    late_day_fen: Ints  #: what a late bed-day is billed
    paid_by_case: Ints  #: 1 where admissions earn the same whatever is done

    def copy(self) -> Means:
        """The same numbers in columns of their own."""
        return self._replace(**{name: getattr(self, name).copy() for name in self._fields})


class Tables:
    """Terms in force this month.

    What somebody is paid:

    Attributes:
        rate_bp: reimbursement in basis points by (referred 0/1, insurance, tier, setting).
        continuous: 1 when deductibles run on within a referral chain.
        certain: yuan a facility gets at the margin for an event, by (event, facility): pay that
            nobody doubts (margins, its part of the shared account).
        promised: the same for pay that is believed only as far as it has been seen, by
            (instrument, event, facility). The physician feels the part θ that is passed on.
        personal: as ``promised``, but paid to the physician in person.
        felt: yuan-equivalents an event is worth to a physician without any money, by (event, facility).
        means: what facilities have to work with (:class:`Means`); instruments change it in place.

    What somebody knows or can do, each from 0 to 1:

    Attributes:
        platform: coverage of the information platform.
        criteria: unified criteria and forms for referral.
        channel: an institutional channel for referral in the place of personal ties.
        diagnostics: shared diagnostics at centres.
        recognition: recognition of the other side's tests.
        formulary: the hospital's drugs at centres.
        disclosure: how far residents see what a facility can do now.
        education: health education. ``publicity``: of the policy.
        coverage: part of residents whom a family-doctor contract is offered.
        managed: part of chronic patients under management in primary care.
        meeting: chance a month that a primary physician wins a tie, by facility.
        cards: name cards that visiting specialists hand out to a hospital's physicians, by facility.
        free: 1 where referral goes wherever the patient would rather go.
        audit: part of kept candidates and of refusals that are looked at.
        gate: chance that a hospital turns an unreferred patient away.
        reserved, releasable: share of slots and beds kept for referred patients, and whether what
            they do not use goes to others.
    """

    def __init__(self, schedule_bp: Ints, means: Means, coverage: float, n_instruments: int) -> None:
        self.schedule_bp = schedule_bp
        self.own_means = means
        self.own_coverage = coverage
        n_facilities = len(means.capability)
        self.rate_bp = np.empty((2, *schedule_bp.shape), np.int64)
        self.means = means.copy()
        self.certain = np.empty((len(Event), n_facilities))
        self.promised = np.zeros((n_instruments, len(Event), n_facilities))  # most are never written to
        self.personal = np.zeros((n_instruments, len(Event), n_facilities))
        self.felt = np.empty((len(Event), n_facilities))
        self.meeting = np.empty(n_facilities)
        self.cards = np.empty(n_facilities)
        self.clear(())

    def clear(self, promisers: Iterable[int] | None = None) -> None:
        """Back to the insurer's own schedule, the place's own means and no pay at all.

        Args:
            promisers: the instruments that have promised anything, where that is known.
        """
        self.rate_bp[:] = self.schedule_bp
        for column, own in zip(self.means, self.own_means, strict=True):
            column[:] = own
        for k in range(len(self.promised)) if promisers is None else promisers:
            self.promised[k] = 0.0
            self.personal[k] = 0.0
        for table in (self.certain, self.felt, self.meeting, self.cards):
            table[:] = 0.0
        self.continuous = self.free = 0
        self.platform = self.criteria = self.channel = self.diagnostics = 0.0
        self.recognition = self.formulary = self.disclosure = 0.0
        self.education = self.publicity = self.managed = 0.0
        self.coverage = self.own_coverage
        self.audit = 0.0
        self.gate = 0.0
        self.reserved = 0.0
        self.releasable = True

    @property
    def missing_tests(self) -> float:
        """Part of tests that are repeated on the other side: (1 − platform)(1 − recognition)."""
        return (1.0 - self.platform) * (1.0 - self.recognition)
