"""The books: every fen goes from one account to another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.incentives.accounts import CARE, Accounts, Group, Purpose


class Ledger:
    """Postings of the simulated residents' money, in whole fen.

    Attributes:
        accounts: the numbering of accounts.
        purposes: what money can be paid for, by number: every ``Purpose``, then the instruments that
            none of these is named for.
        balances: what each account holds since the run began (negative: paid more than it got).
        entries: (month, purpose, payers, payees, fen) as posted, zeros left out.
        imbalance_fen: the largest imbalance found by :meth:`close` in any month.
    """

    def __init__(self, accounts: Accounts, instruments: Iterable[str] = ()) -> None:
        self.accounts = accounts
        self.purposes = list(dict.fromkeys([*(purpose.name.lower() for purpose in Purpose), *instruments]))
        self.balances: NDArray[np.int64] = np.zeros(accounts.size, np.int64)
        self.entries: list[tuple[int, int, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
        self.imbalance_fen = 0
        self.months: list[int] = []
        self._by_group: list[NDArray[np.int64]] = []
        self._month = np.zeros((len(self.purposes), len(Group), len(Group)), np.int64)

    def pay(self, month: int, purpose: Purpose | str, payer: Any, payee: Any, fen: Any) -> None:
        """Post ``fen`` from ``payer`` to ``payee``; each a number or an array, broadcast together.

        Args:
            purpose: one of ``Purpose``, or the name of an instrument.

        Raises:
            ValueError: a negative amount (who pays must be said, not signed), or an unknown purpose.
        """
        number = self._number(purpose)
        payers, payees, amounts = np.broadcast_arrays(
            np.asarray(payer, np.int64), np.asarray(payee, np.int64), np.asarray(fen, np.int64)
        )
        some = amounts != 0
        if not some.any():
            return
        payers, payees, amounts = payers[some], payees[some], amounts[some]
        if amounts.min() < 0:
            raise ValueError(f"{self.purposes[number]}: negative amount in month {month}")
        np.subtract.at(self.balances, payers, amounts)
        np.add.at(self.balances, payees, amounts)
        group = self.accounts.group
        np.add.at(self._month, (number, group[payers], group[payees]), amounts)
        self.entries.append((month, number, payers, payees, amounts))

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
        posted = int(self._month[list(CARE), Group.PATIENTS].sum())
        off = max(abs(int(self.balances.sum())), abs(posted - residents_out_of_pocket))
        self.imbalance_fen = max(self.imbalance_fen, off)
        self.months.append(month)
        self._by_group.append(self._month.copy())
        self._month[:] = 0
        if off:
            raise ArithmeticError(f"the books of month {month} are out of balance by {off} fen")

    def between(self, first: int, last: int) -> NDArray[np.int64]:
        """Sums over months ``first`` … ``last`` by (purpose, paying group, paid group), in fen."""
        found = np.zeros_like(self._month)
        for month, table in zip(self.months, self._by_group, strict=True):
            if first <= month <= last:
                found += table
        return found

    @property
    def latest(self) -> NDArray[np.int64]:
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
