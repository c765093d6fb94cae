"""What an instrument is, and what it can see and do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.accounts import Accounts, Purpose
from incentive_model.incentives.tables import Means, Tables

Fen = NDArray[np.int64]


class County(Protocol):
    """What an instrument sees of the place and of the month, and its one way to move money.

    All money is that of the simulated residents, in fen; all counts are of simulated residents. One
    simulated resident stands for ``weight`` real ones; facilities' means are the real ones.
    """

    month: int
    levers: Mapping[str, float | int | str]  #: in force this month
    p: Any  #: behavioural parameters by card name
    n: int  #: residents simulated
    weight: float  #: real residents each stands for
    tier: NDArray[np.int64]  #: by facility
    grade: NDArray[np.int64]  #: the tier whose prices and reimbursement it has
    outside: NDArray[np.bool_]  #: outside the area
    onward: NDArray[np.bool_]  #: a hospital whose physicians refer on to the one above
    parent: NDArray[np.int64]  #: facility above, −1 without
    unit: NDArray[np.int64]  #: facility that is evaluated for it: a centre for its clinics
    consortium: NDArray[np.int64]  #: by facility, −1 for none that shares anything now
    form: str  #: of all consortia, or ``as_found``
    tight: NDArray[np.bool_]  #: by consortium: one account
    director: NDArray[np.int64]  #: 1 for a centre that has a dual director when any has
    physicians: NDArray[np.int64]  #: real number, by facility
    means: Means  #: the place's own
    pass_on: NDArray[np.float64]  #: θ by facility: share of margin that reaches its physicians, this month
    wage_bill: Fen  #: yearly base pay by facility
    subsidy: Fen  #: yearly, by facility
    insured: NDArray[np.int64]  #: residents by insurance
    residents_at: NDArray[np.int64]  #: residents listed with each clinic and centre
    premiums: NDArray[np.float64]  #: yuan a head and year by (insurance, resident/government/employer)
    counts: NDArray[np.int64]  #: this month's, by (facility, Count)
    year: NDArray[np.int64]  #: sums of ``counts`` over the last twelve months
    months_in_year: int  #: how many months those sums cover: 12, but fewer at first
    listed: NDArray[np.int64]  #: residents listed with a centre of each consortium
    bills: Fen  #: this month's, by (facility, insurance, Kind, fund/patient)
    chain: Fen  #: this month's hospital revenue by (referring facility, hospital)
    hospitals: NDArray[np.int64]  #: rows of the hospitals in ``chain``, those of the area
    cost_admission: NDArray[np.float64]  #: what an admission costs over what its bill lets expect
    accounts: Accounts
    # what slow agents decided
    lent: NDArray[np.float64]  #: experts hospitals lend of their own accord, by facility (0–1)
    raised_bonus: float  #: factor of the referral bonus
    deficit_audit: float  #: part of cases the insurer looks at of its own accord
    deficit: bool  #: whether the last budget ended in a deficit

    def balance(self, account: int) -> int:
        """What an account holds, in fen."""
        ...

    def pay(self, purpose: Purpose | str, payer: object, payee: object, fen: object) -> None:
        """Post ``fen`` from ``payer`` to ``payee`` (numbers or equal-length arrays of accounts).

        ``purpose`` is what the ledger shows it as: one of ``Purpose``, or an instrument's own name."""
        ...

    def pay_staff(self, purpose: Purpose | str, fen: Fen) -> None:
        """Pass the share θ of ``fen`` (by facility) on from each facility to its physicians; of a loss
        (negative) they bear it."""
        ...

    def contracts(self, coverage: float) -> NDArray[np.int64]:
        """Residents with a family-doctor contract at that coverage, by centre's row."""
        ...

    def managed(self, coverage: float) -> NDArray[np.int64]:
        """Chronic patients under management at that coverage, by clinic's row."""
        ...

    def integrate(self, form: str) -> None:
        """Give every consortium a form, or each its own in the place (``as_found``)."""
        ...

    def members(self, consortium: int) -> NDArray[np.bool_]:
        """Which facilities belong to a consortium, whatever its form, by facility."""
        ...


class Instrument:
    """One incentive: turns events into money.

    Subclass it, name it, and say in ``announce`` what payees may expect and in ``settle`` what is
    paid, month by month; ``close_year`` settles what waits for the year's end. Effects are never
    written in: residents, physicians and hospitals react to what they expect and to what they get.
    """

    name: str = ""
    #: value of the lever of that name at which there is nothing to announce and nothing to settle
    idle_at: float | str | None = None
    #: part of this month's announced pay that was really paid; beliefs learn from it
    realised: float = 1.0

    def idle(self, county: County) -> bool:
        """Whether neither ``announce`` nor ``settle`` would change anything this month, so that they need
        not be called: under most schemes most instruments are idle. Asked once a month, before anything
        happens. What still waits from earlier months (a backlog, something built up) is something to do.
        The year is closed in any case."""
        return self.idle_at is not None and county.levers[self.name] == self.idle_at

    def announce(self, county: County, tables: Tables, me: int) -> None:
        """Fill ``tables``; ``me`` is this instrument's row in ``promised`` and ``personal``.

        Called once a month before anything happens, and also by those who only look ahead: it must not
        change the instrument."""

    def settle(self, county: County) -> None:
        """Pay for what happened this month."""

    def close_year(self, county: County) -> None:
        """Called at the end of each year (months 0, 12, 24 …), when ``county.year`` is complete."""


class Backlog:
    """What has fallen due and is not paid yet (lever ``payment_delay``)."""

    def __init__(self) -> None:
        self.due: list[tuple[int, Fen]] = []
        self.seen = False  #: whether anybody has ever been paid

    def turn(self, county: County, fen: Fen) -> Fen:
        """Take in what falls due this month; what is to be paid now: all that is ``payment_delay``
        months old."""
        delay = int(county.levers["payment_delay"])
        self.due.append((county.month, fen))
        ripe = [amount for month, amount in self.due if month <= county.month - delay]
        self.due = [(month, amount) for month, amount in self.due if month > county.month - delay]
        paid: Fen = sum(ripe, np.zeros_like(fen))
        self.seen = self.seen or bool(paid.any())
        return paid

    @property
    def realised(self) -> float:
        """0 while pay is owed and nobody has seen any, 1 from then on (whatever is ripe is paid whole)."""
        return 0.0 if self.owed and not self.seen else 1.0

    @property
    def owed(self) -> bool:
        """Whether anything waits to be paid."""
        return any(amount.any() for _, amount in self.due)


def basis_points(share: float) -> int:
    """A share as whole basis points."""
    return round(share * 10_000)


def lever(county: County, name: str) -> float:
    """A lever's number."""
    return float(county.levers[name])


def whole_fen(fen: float) -> int:
    """Whole fen, rounded down. What floats leave a hair below a fen (2.01·100 < 201) is that fen."""
    return math.floor(fen + 1e-6)


def sample_fen(yuan_per_head: float, heads: int) -> int:
    """``yuan_per_head`` for ``heads`` residents, in whole fen (rounded down: the declared remainder)."""
    return whole_fen(yuan_per_head * 100.0 * heads)


def real_fen(county: County, yuan: float) -> int:
    """The simulated residents' part of a real sum in yuan, in whole fen (rounded down)."""
    return whole_fen(yuan * 100.0 / county.weight)


def hospitals(county: County) -> NDArray[np.bool_]:
    """Which facilities are hospitals of the area, by facility."""
    return (county.tier >= 2) & ~county.outside


def centres(county: County) -> NDArray[np.int64]:
    """Rows of the township centres."""
    return np.flatnonzero(county.tier == 1)
