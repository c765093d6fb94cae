"""What an instrument is, and what it can see and do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from incentive_model.incentives.accounts import Accounts, Purpose
from incentive_model.incentives.tables import Tables

Fen = NDArray[np.int64]


class County(Protocol):
    """What an instrument sees of the place and of the month, and its one way to move money.

    All money is that of the simulated residents, in fen; all counts are of simulated residents.
    """

    month: int
    levers: Mapping[str, float | int | str]  #: in force this month
    p: Any  #: behavioural parameters by card name
    n: int  #: residents simulated
    tier: NDArray[np.int64]  #: by facility
    unit: NDArray[np.int64]  #: facility that is evaluated for it: a centre for its clinics
    consortium: NDArray[np.int64]  #: by facility, −1 for none
    tight: NDArray[np.bool_]  #: by consortium
    pass_on: NDArray[np.float64]  #: θ by facility: share of margin that reaches its physicians
    wage_bill: Fen  #: yearly base pay by facility
    subsidy: Fen  #: yearly, by facility
    insured: NDArray[np.int64]  #: residents by insurance
    premiums: NDArray[np.float64]  #: yuan a head and year by (insurance, resident/government/employer)
    counts: NDArray[np.int64]  #: this month's, by (facility, Count)
    year: NDArray[np.int64]  #: sums of ``counts`` over the last twelve months
    months_in_year: int  #: how many months those sums cover: 12, but fewer at first
    listed: NDArray[np.int64]  #: residents listed with a centre of each consortium
    bills: Fen  #: this month's, by (facility, insurance, Kind, fund/patient)
    chain: Fen  #: this month's hospital revenue by (referring facility, hospital)
    hospitals: NDArray[np.int64]  #: rows of the hospitals in ``chain``
    accounts: Accounts

    def balance(self, account: int) -> int:
        """What an account holds, in fen."""
        ...

    def pay(self, purpose: Purpose, payer: object, payee: object, fen: object) -> None:
        """Post ``fen`` from ``payer`` to ``payee`` (numbers or equal-length arrays of accounts)."""
        ...

    def pay_staff(self, purpose: Purpose, fen: Fen) -> None:
        """Pass the share θ of ``fen`` (by facility) on from each facility to its physicians."""
        ...


class Instrument:
    """One incentive: turns events into money.

    Subclass it, name it, and say in ``announce`` what payees may expect and in ``settle`` what is
    paid, month by month; ``close_year`` settles what waits for the year's end. Effects are never
    written in: residents, physicians and hospitals react to what they expect and to what they get.
    """

    name: str = ""
    #: part of this month's announced pay that was really paid; beliefs learn from it
    realised: float = 1.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        """Fill ``tables``; ``me`` is this instrument's row in ``promised`` and ``personal``."""

    def settle(self, county: County) -> None:
        """Pay for what happened this month."""

    def close_year(self, county: County) -> None:
        """Called at the end of each year (months 0, 12, 24 …), when ``county.year`` is complete."""


def basis_points(share: float) -> int:
    """A share as whole basis points."""
    return round(share * 10_000)


def lever(county: County, name: str) -> float:
    """A lever's number."""
    return float(county.levers[name])


def sample_fen(yuan_per_head: float, heads: int) -> int:
    """``yuan_per_head`` for ``heads`` residents, in whole fen (rounded down: the declared remainder)."""
    return int(yuan_per_head * 100.0 * heads)
