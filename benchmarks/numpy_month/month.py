"""What everybody meets in a month."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from benchmarks.numpy_month.people import Column, Ill, Rows
from incentive_model.cards import Fault, InputError
from incentive_model.engine.columns import FACILITY, NOW, PHYSICIAN, World
from incentive_model.incentives.events import Event, Setting

AGES = ("0_14", "15_44", "45_59", "60_up")


class Month:
    """What everybody meets this month, from the engine's ``World``, with what depends on a facility alone."""

    def __init__(self, w: World) -> None:
        refuse_what_is_missing(w)
        self.key, self.month, self.season, self.poverty_line = w.key, w.month, w.season, w.poverty_line
        self.p = p = SimpleNamespace(**{name: float(w.p[name]) for name in w.p.dtype.names})
        self.now = SimpleNamespace(**{name: float(w.now[name]) for name in NOW})
        self.f = f = SimpleNamespace(**{x: w.facilities[x].copy() for x, *_ in FACILITY})
        self.doctors = SimpleNamespace(**{x: w.physicians[x].copy() for x, *_ in PHYSICIAN})
        self.believed = np.ascontiguousarray(w.believed.T)
        self.certain = w.terms.certain
        self.reach, self.minutes = np.ascontiguousarray(w.reach.T), np.ascontiguousarray(w.minutes.T)

        constants = np.array([p.constant_T0, p.constant_T1, p.constant_T2, p.constant_T3])
        self.constant = constants[f.tier] - p.beta_waiting_room * f.room_minutes
        self.visit_margin = f.pass_on * self.certain[Event.VISIT_YUAN] * f.visit_yuan
        claim = self.certain[Event.CLAIM_YUAN]
        self.account = f.pass_on * f.attention * claim * p.fund_part

        # terms by (insurance, facility) in one row, so that one number finds them: see `term`
        t, n = w.terms, len(f.tier)
        self.n_facilities, self.n_insurances = n, len(t.deductible)
        by_term = (len(Setting), 2, self.n_insurances * n)
        self.rate = np.moveaxis(t.rate[:, :, f.tier, :], 3, 0).reshape(by_term)
        self.rate_now = np.moveaxis(t.share[:, :, f.tier, :], 3, 0).reshape(by_term)
        self.rate_before = np.moveaxis(t.share_before[:, :, f.tier, :], 3, 0).reshape(by_term)
        self.deductible = t.deductible[:, f.tier].ravel()
        self.cap = np.moveaxis(t.cap[:, f.tier, :], 2, 0).reshape(2, -1)

    def by_age(self, name: str) -> Column:
        """The four values of a parameter that depends on age."""
        return np.array([getattr(self.p, f"{name}_{age}") for age in AGES])

    def term(self, ep: Ill, who: Rows, row: Column) -> Column:
        """Where the terms of these patients' insurance at these facilities stand."""
        return ep.insurance[who] * self.n_facilities + row


def refuse_what_is_missing(w: World) -> None:
    """This month knows hospitals above that lie outside, and centres and hospitals of their tier's grade.

    Raises:
        InputError: for anything else.
    """
    f = w.facilities
    there = {
        "hospitals that refer on": bool(f.onward.any()),
        "facilities of another grade than their tier's": bool((f.grade != f.tier).any()),
        "hospitals above inside the area": bool(((f.tier == 3) & (f.outside == 0)).any()),
        "specialties": len(w.specialty_ends) > 1,
        "free choice of the hospital": bool(w.now.free),
    }
    for what, has in there.items():
        if has:
            raise InputError(Fault("the month in NumPy", what, "a place and a scheme without"))
