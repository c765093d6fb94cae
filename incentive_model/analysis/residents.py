"""Each resident against themselves: the same person, the same luck, another scheme."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from incentive_model.runs.row import FEN_PER_YUAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from incentive_model.measures import ResidentOutcome

#: Groups that residents are always counted in: everybody, and fifths by income from the poorest.
FIFTHS = ("all", "1", "2", "3", "4", "5")
#: What they are counted by there.
BY_INCOME = "quintile"
#: Another breakdown: by what, and the names of its groups.
Breakdown = tuple[str, Sequence[str]]

NANO = 10**9
#: A resident whose balance moved by less than this is "the same".
SAME_WITHIN_FEN = 1 * FEN_PER_YUAN


class GroupChange(NamedTuple):
    """How one group fared in one replicate.

    ``by`` says what residents are grouped by. ``better``, ``worse`` and ``same`` are shares of the group;
    ``gain_yuan`` is the mean balance per resident over the horizon (health at the threshold, less
    out-of-pocket, less time).
    """

    scheme: str
    replicate: int
    by: str
    group: str
    residents: int
    better: float
    worse: float
    same: float
    gain_yuan: float


def judge(
    scheme: str,
    replicate: int,
    outcome: ResidentOutcome,
    baseline: ResidentOutcome,
    threshold_fen: int,
    more: Breakdown | None = None,
) -> list[GroupChange]:
    """Every resident's change, counted by group.

    A resident's balance is λ·ΔQALY − ΔOOP − Δtime over the horizon; better or worse by less than one
    yuan is the same. All in whole numbers (fen times a nano-QALY's 10⁹), so that nobody moves between
    groups by rounding; 10⁹ bounds a resident's bills at 90 million yuan.

    Args:
        outcome, baseline: the same residents under the scheme and under the status quo.
        threshold_fen: λ, what a QALY is valued at, in fen.
        more: groups to count in beside the fifths by income (``outcome.part`` has each resident's number).
    """
    health = outcome.qaly_nano - baseline.qaly_nano
    cost = (outcome.oop_fen - baseline.oop_fen) + (outcome.time_fen - baseline.time_fen)
    balance = threshold_fen * health - NANO * cost
    better = balance >= SAME_WITHIN_FEN * NANO
    worse = balance <= -SAME_WITHIN_FEN * NANO
    changes = []
    for by, group, member in _groups(baseline, more):
        n = int(member.sum())
        if n == 0:
            continue
        total = threshold_fen * _sum(health[member]) - NANO * _sum(cost[member])
        up, down = int(better[member].sum()), int(worse[member].sum())
        changes.append(
            GroupChange(
                scheme=scheme,
                replicate=replicate,
                by=by,
                group=group,
                residents=n,
                better=up / n,
                worse=down / n,
                same=(n - up - down) / n,
                gain_yuan=total / (n * NANO * FEN_PER_YUAN),
            )
        )
    return changes


def _groups(outcome: ResidentOutcome, more: Breakdown | None) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """By what, the group's name, and who is in it."""
    yield BY_INCOME, FIFTHS[0], np.ones(len(outcome.quintile), bool)
    for fifth, group in enumerate(FIFTHS[1:]):
        yield BY_INCOME, group, outcome.quintile == fifth
    if more is not None and more[0] != BY_INCOME:
        for part, group in enumerate(more[1]):
            yield more[0], group, outcome.part == part


def _sum(values: NDArray[np.int64]) -> int:
    return int(values.sum())


class ResidentPairs:
    """Pairs every run with the status quo of its replicate, whatever order they arrive in.

    Residents' arrays are large, so none is kept longer than needed: a run waits only until its
    replicate's status quo is there, and the status quo only until all its schemes have come.

    Args:
        schemes: every scheme that is expected, with or without the baseline among them.
        baseline: the scheme the others are held against.
        threshold_yuan: λ, yuan per QALY.
        more: groups to count in beside the fifths by income.
    """

    def __init__(
        self,
        schemes: Collection[str],
        baseline: str,
        threshold_yuan: float,
        more: Breakdown | None = None,
    ) -> None:
        self._more = more
        self._expected = frozenset(schemes) | {baseline}
        self._baseline = baseline
        self._threshold_fen = round(threshold_yuan * FEN_PER_YUAN)
        self._seen: dict[int, set[str]] = {}
        self._status_quo: dict[int, ResidentOutcome] = {}
        self._waiting: dict[int, dict[str, ResidentOutcome]] = {}
        self.changes: list[GroupChange] = []

    @property
    def held(self) -> int:
        """How many runs' arrays are kept at this moment."""
        return len(self._status_quo) + sum(len(runs) for runs in self._waiting.values())

    def add(self, scheme: str, replicate: int, outcome: ResidentOutcome) -> None:
        """Take one run's residents; judge every run of its replicate that can now be judged."""
        if scheme == self._baseline:
            self._status_quo[replicate] = outcome
        waiting = self._waiting.setdefault(replicate, {})
        waiting[scheme] = outcome
        seen = self._seen.setdefault(replicate, set())
        seen.add(scheme)
        if replicate in self._status_quo:
            base = self._status_quo[replicate]
            for name, arrived in waiting.items():
                self.changes += judge(name, replicate, arrived, base, self._threshold_fen, self._more)
            waiting.clear()
        if seen >= self._expected:
            del self._status_quo[replicate], self._waiting[replicate]
