"""Whose money it is: the accounts of the ledger, and the stakeholder behind each."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Group(IntEnum):
    """Stakeholders. ``EXTERNAL`` is everyone outside the five: suppliers, the outside hospital and
    its staff, employers."""

    PATIENTS = 0
    PHYSICIANS = 1
    PRIMARY = 2
    HOSPITALS = 3
    INSURER = 4
    GOVERNMENT = 5
    EXTERNAL = 6


class Purpose(IntEnum):
    """What money is paid for."""

    VISITS = 0
    ADMISSIONS = 1
    LATE_DAYS = 2
    REHABILITATION = 3
    SUPPLIES = 4
    BASE_PAY = 5
    MARGIN_PAY = 6
    SUBSIDY = 7
    PREMIUMS = 8
    UPWARD_SHARE = 9
    REHAB_CREDIT = 10
    REFERRAL_BONUS = 11
    REFERRAL_FUND = 12
    STAKE_WITHHELD = 13
    PERFORMANCE_PAY = 14
    SURPLUS = 15
    DEFICIT = 16
    ACCOUNT_SPLIT = 17
    SUPPORT = 18
    OTHER = 19
    REPEAT_TESTS = 20
    CAPITATION = 21
    PUBLIC_HEALTH = 22
    PENALTY = 23
    AUDIT = 24
    CONTRACTS = 25
    CHRONIC_CARE = 26
    POSTING = 27
    DIRECTORS = 28


#: What residents and funds pay facilities for, in the order of ``Kind``.
CARE = (
    Purpose.VISITS,
    Purpose.ADMISSIONS,
    Purpose.LATE_DAYS,
    Purpose.REHABILITATION,
    Purpose.REPEAT_TESTS,
)


@dataclass(frozen=True)
class Accounts:
    """Account numbers for a place with given facilities (by tier), funds and consortia."""

    tier: NDArray[np.int64]
    is_outside: NDArray[np.bool_]
    n_funds: int
    n_consortia: int
    group: NDArray[np.int64] = field(init=False)
    facilities: NDArray[np.int64] = field(init=False)  #: one a facility, in the order of the place's
    physicians: NDArray[np.int64] = field(init=False)  #: one for the physicians of each facility
    funds: NDArray[np.int64] = field(init=False)  #: one an insurance
    consortia: NDArray[np.int64] = field(init=False)  #: one a consortium that shares an account

    def __post_init__(self) -> None:
        n, start = len(self.tier), 1
        for name, size in (
            ("facilities", n),
            ("physicians", n),
            ("funds", self.n_funds),
            ("consortia", self.n_consortia),
        ):
            object.__setattr__(self, name, np.arange(start, start + size))
            start += size
        group = np.full(self.size, Group.EXTERNAL, np.int64)
        group[self.residents] = Group.PATIENTS
        inside = ~self.is_outside
        group[self.facilities] = np.where(
            self.tier <= 1, Group.PRIMARY, np.where(inside, Group.HOSPITALS, Group.EXTERNAL)
        )
        group[self.physicians] = np.where(inside, Group.PHYSICIANS, Group.EXTERNAL)
        group[self.funds] = Group.INSURER
        group[self.consortia] = Group.INSURER
        group[[self.referral_fund, self.government]] = Group.GOVERNMENT
        group[self.evaluation_pool] = Group.PHYSICIANS  # withheld pay is theirs until the year is judged
        object.__setattr__(self, "group", group)

    @property
    def size(self) -> int:
        return 1 + 2 * len(self.tier) + self.n_funds + self.n_consortia + 6

    @property
    def residents(self) -> int:
        return 0

    @property
    def referral_fund(self) -> int:
        return self.size - 6

    @property
    def government(self) -> int:
        return self.size - 5

    @property
    def evaluation_pool(self) -> int:
        return self.size - 4

    @property
    def suppliers(self) -> int:
        return self.size - 3

    @property
    def employers(self) -> int:
        return self.size - 2

    @property
    def outside(self) -> int:
        """Anybody else outside the county (for instruments that need one)."""
        return self.size - 1
