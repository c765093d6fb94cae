"""The books: every fen goes from one account to another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.engine.compiled import compiled
from incentive_model.incentives.accounts import CARE, Accounts, Group, Purpose

Fen = NDArray[np.int64]

#: What :func:`post` says of a posting that it refuses.
NEGATIVE, NO_ACCOUNT = -1, -2
KEPT = 1_000_000  #: rows of entries


class Ledger:
    """Postings of the simulated residents' money, in whole fen.

    Attributes:
        accounts: the numbering of accounts.
        purposes: what money can be paid for, by number: every ``Purpose``, then the instruments that
            none of these is named for.
        balances: what each account holds since the run began (negative: paid more than it got).
        entries: (month, purpose, payers, payees, fen) as posted, zeros left out; the latest million rows
            (of a county, years; of a prefecture of thousands of facilities, the last twenty months or so).
        imbalance_fen: the largest imbalance found by :meth:`close` in any month.
    """

    def __init__(self, accounts: Accounts, instruments: Iterable[str] = ()) -> None:
        self.accounts = accounts
        self.purposes = list(dict.fromkeys([*(purpose.name.lower() for purpose in Purpose), *instruments]))
        self.balances: Fen = np.zeros(accounts.size, np.int64)
        self.entries: deque[tuple[int, int, Fen, Fen, Fen]] = deque()
        self._rows = 0
        self.imbalance_fen = 0
        self.months: list[int] = []
        self._by_group: list[Fen] = []
        self._month = np.zeros((len(self.purposes), len(Group), len(Group)), np.int64)

    def pay(self, month: int, purpose: Purpose | str, payer: Any, payee: Any, fen: Any) -> None:
        """Post ``fen`` from ``payer`` to ``payee``; each a number or an array, broadcast together.

        Args:
            purpose: one of ``Purpose``, or the name of an instrument.

        Raises:
            ValueError: a negative amount (who pays must be said, not signed), or an unknown purpose.
            IndexError: an account that there is not.
        """
        number = self._number(purpose)
        posting = np.empty((3, *np.broadcast(payer, payee, fen).shape), np.int64)
        posting[0], posting[1], posting[2] = payer, payee, fen
        posting = posting.reshape(3, -1)
        moved = compiled(post)(posting, self.accounts.group, self.balances, self._month[number])
        if moved == NEGATIVE:
            raise ValueError(f"{self.purposes[number]}: negative amount in month {month}")
        if moved == NO_ACCOUNT:
            raise IndexError(f"{self.purposes[number]}: no such account in month {month}")
        if moved:
            self.entries.append((month, number, *posting[:, :moved].copy()))
            self._rows += moved
            while self._rows > KEPT:
                self._rows -= len(self.entries.popleft()[2])

    def _number(self, purpose: Purpose | str) -> int:
        if isinstance(purpose, Purpose):
            return int(purpose)
        if purpose not in self.purposes:
            raise ValueError(f"nothing is paid for {purpose!r}: neither a Purpose nor an instrument's name")
        return self.purposes.index(purpose)

    def close(self, month: int, residents_out_of_pocket: int) -> None:
        """End a month: the accounts must sum to zero, and what facilities got from residents for care
        must be what residents' own columns say they paid.

        Raises:
            ArithmeticError: the books do not balance.
        """
        posted = sum(int(self._month[purpose, Group.PATIENTS].sum()) for purpose in CARE)
        off = max(abs(int(self.balances.sum())), abs(posted - residents_out_of_pocket))
        self.imbalance_fen = max(self.imbalance_fen, off)
        self.months.append(month)
        self._by_group.append(self._month)
        self._month = np.zeros_like(self._month)
        if off:
            raise ArithmeticError(f"the books of month {month} are out of balance by {off} fen")

    def between(self, first: int, last: int) -> Fen:
        """Sums over months ``first`` … ``last`` by (purpose, paying group, paid group), in fen."""
        chosen = self._by_group[bisect_left(self.months, first) : bisect_right(self.months, last)]
        return sum(chosen, np.zeros_like(self._month))

    @property
    def latest(self) -> Fen:
        """Sums of the month closed last by (purpose, paying group, paid group), in fen."""
        return self._by_group[-1]

    def flows(self) -> pd.DataFrame:
        """Who paid whom for what: one row a month, purpose, payer and payee group, in yuan of the
        simulated residents."""
        rows = [
            (
                month,
                Group(payer).name.lower(),
                Group(payee).name.lower(),
                self.purposes[purpose],
                fen / 100.0,
            )
            for month, table in zip(self.months, self._by_group, strict=True)
            for purpose, payer, payee in zip(*np.nonzero(table), strict=True)
            for fen in (int(table[purpose, payer, payee]),)
        ]
        return pd.DataFrame(rows, columns=["month", "payer", "payee", "purpose", "yuan"])


def post(posting: Fen, group: Fen, balances: Fen, flows: Fen) -> int:
    """Move money in the balances and in the month's flows by group; how many amounts were not zero.

    These are moved to the front of the posting. Nothing is done if anything in it is refused. (Compiled,
    because there are dozens of postings a month, and NumPy takes longer over one than all its sums do.)

    Args:
        posting: payers, payees and fen.
        flows: of the posting's purpose, by (paying group, paid group).
    """
    some, accounts = 0, len(balances)
    for k in range(posting.shape[1]):
        if posting[2, k] < 0:
            return NEGATIVE
        if not (-accounts <= posting[0, k] < accounts and -accounts <= posting[1, k] < accounts):
            return NO_ACCOUNT
    for k in range(posting.shape[1]):
        payer, payee, fen = posting[0, k], posting[1, k], posting[2, k]
        if fen != 0:
            balances[payer] -= fen
            balances[payee] += fen
            flows[group[payer], group[payee]] += fen
            posting[0, some], posting[1, some], posting[2, some] = payer, payee, fen
            some += 1
    return some
