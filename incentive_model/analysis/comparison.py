"""Schemes against the status quo, on the same residents and the same luck."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from incentive_model.analysis.frames import FLOW, Frames, gather
from incentive_model.analysis.intervals import Interval, interval, paired
from incentive_model.analysis.residents import BY_INCOME, FIFTHS
from incentive_model.analysis.stakeholders import (
    CONCERNS,
    STAKEHOLDERS,
    SchemeVerdict,
    scheme_verdict,
    stakeholder_verdict,
)
from incentive_model.cards import Fault, InputError, indicators

if TYPE_CHECKING:
    from incentive_model.inputs.place import Place
    from incentive_model.inputs.scheme import Scheme
    from incentive_model.runs import Plan


#: How a group of residents can fare.
FORTUNES = ("better", "worse", "same", "gain")
#: Payer, payee, purpose.
Flow = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What the schemes change, with 95% intervals over replicates.

    Levels are means over replicates; changes are paired with the status quo of the same replicate.
    Where an interval cannot be had (one replicate) it is NaN in tables and null in JSON.

    Attributes:
        request: everything that was asked, resolved in full.
        frames: what was kept of every run.
    """

    request: dict[str, Any]
    frames: Frames

    @property
    def runs(self) -> pd.DataFrame:
        """One row a run, as in ``runs.parquet``."""
        return self.frames.runs

    @property
    def series(self) -> pd.DataFrame:
        """One row a run and month, as in ``series.parquet``."""
        return self.frames.series

    @property
    def baseline(self) -> str:
        """The scheme that the others are held against."""
        return str(self.request["baseline"])

    @property
    def schemes(self) -> list[str]:
        """Every scheme, the baseline first, in the order they were asked for."""
        return list(self.request["schemes"])

    @property
    def alternatives(self) -> list[str]:
        """Every scheme but the baseline."""
        return [name for name in self.schemes if name != self.baseline]

    @functools.cached_property
    def measured(self) -> list[str]:
        """The indicators that the runs hold, in the order of the runs' columns."""
        columns = map(str, self.runs.columns)
        return [name.removesuffix("__numerator") for name in columns if name.endswith("__numerator")]

    def level(self, scheme: str, column: str) -> Interval:
        """Mean of one column of :attr:`runs` under a scheme."""
        return interval(self._values(scheme, column).values())

    def change(self, scheme: str, column: str) -> Interval:
        """Paired change of one column of :attr:`runs` against the status quo."""
        return paired(self._values(scheme, column), self._values(self.baseline, column))

    def _values(self, scheme: str, column: str) -> dict[int, float | None]:
        return _by_replicate(self._of_scheme[scheme], column)

    @functools.cached_property
    def _of_scheme(self) -> dict[str, pd.DataFrame]:
        return {str(name): rows for name, rows in self.runs.groupby("scheme")}

    def table(self) -> pd.DataFrame:
        """Every indicator under every scheme: the rows of ``comparison.csv``.

        Columns: scheme, indicator, unit, value, low, high, delta, delta_low, delta_high, n (replicates
        in which the indicator could be computed).
        """
        cards = indicators()
        rows = []
        for scheme in self.schemes:
            for name in self.measured:
                level, delta = self.level(scheme, name), self.change(scheme, name)
                rows.append((scheme, name, cards[name].unit, *level[:3], *delta[:3], level.n))
        numbers = ["value", "low", "high", "delta", "delta_low", "delta_high"]
        return _frame(rows, ["scheme", "indicator", "unit", *numbers, "n"], words=3)

    def stakeholders(self) -> pd.DataFrame:
        """Each stakeholder's change in money, yuan per resident-year, positive when better for them.

        Columns: scheme, stakeholder, delta_yuan_per_resident_year, low, high, verdict.
        """
        rows = []
        for scheme in self.schemes:
            for name in STAKEHOLDERS:
                delta = self.change(scheme, f"net_{name}")
                rows.append((scheme, name, *delta[:3], stakeholder_verdict(delta)))
        columns = ["scheme", "stakeholder", "delta_yuan_per_resident_year", "low", "high", "verdict"]
        return _frame(rows, columns, words=2)

    @property
    def by(self) -> str | None:
        """What residents are grouped by in :meth:`groups`; None if no breakdown was asked for."""
        return self.request.get("by")

    def groups(self) -> pd.DataFrame:
        """Every indicator that can be said of a group of residents: the rows of ``groups.csv``.

        Columns: scheme, by, group, indicator, unit, value, low, high, delta, delta_low, delta_high, n
        (replicates in which the indicator could be computed).

        Raises:
            InputError: no breakdown was asked for.
        """
        by = self._asked_by()
        cards = indicators()
        rows = []
        for scheme in self.schemes:
            for group in self.group_names:
                for name in self.measured_by_group:
                    level = self.group_level(scheme, group, name)
                    delta = self.group_change(scheme, group, name)
                    rows.append((scheme, by, group, name, cards[name].unit, *level[:3], *delta[:3], level.n))
        numbers = ["value", "low", "high", "delta", "delta_low", "delta_high"]
        return _frame(rows, ["scheme", "by", "group", "indicator", "unit", *numbers, "n"], words=5)

    def _asked_by(self) -> str:
        if self.by is None:
            allowed = "a comparison with a breakdown"
            raise InputError(Fault("groups", "none", allowed, 'compare(…, by="quintile") has them'))
        return self.by

    @property
    def group_names(self) -> list[str]:
        """The groups of the breakdown, in their order."""
        return list(self.request["groups"]) if self._asked_by() else []

    @functools.cached_property
    def measured_by_group(self) -> list[str]:
        """The indicators of :meth:`groups`, in the order of the runs' columns."""
        found = set(self.frames.groups["indicator"])
        return [name for name in self.measured if name in found]

    def group_level(self, scheme: str, group: str, indicator: str) -> Interval:
        """Mean of an indicator of one group of residents under a scheme."""
        return interval(self._broken_down[scheme, group, indicator].values())

    def group_change(self, scheme: str, group: str, indicator: str) -> Interval:
        """Paired change of an indicator of one group against the status quo."""
        values = self._broken_down
        return paired(values[scheme, group, indicator], values[self.baseline, group, indicator])

    @functools.cached_property
    def _broken_down(self) -> dict[tuple[str, str, str], dict[int, float | None]]:
        found: dict[tuple[str, str, str], dict[int, float | None]] = {}
        columns = ["scheme", "group", "indicator", "replicate", "value"]
        for scheme, group, name, replicate, value in self.frames.groups[columns].itertuples(index=False):
            found.setdefault((scheme, group, name), {})[int(replicate)] = (
                None if pd.isna(value) else float(value)
            )
        return found

    def residents(self, by: str = BY_INCOME) -> pd.DataFrame:
        """Shares of residents better off, worse off and the same, and their mean gain, by group.

        ``by`` is ``quintile``, or what the comparison was broken down by. Columns: scheme, group (``all``,
        or a fifth by income, ``1`` the poorest), then for each of
        better, worse, same (shares) and gain (yuan per resident-year: health at the threshold, less
        out-of-pocket, less time) the mean and NAME_low, NAME_high.
        """
        rows: list[list[Any]] = []
        for scheme in self.schemes:
            for group in self.counted(by):
                found = (self.group(scheme, group, name, by) for name in FORTUNES)
                rows.append([scheme, group, *(number for one in found for number in one[:3])])
        numbers = [f"{name}{end}" for name in FORTUNES for end in ("", "_low", "_high")]
        return _frame(rows, ["scheme", "group", *numbers], words=2)

    def counted(self, by: str = BY_INCOME) -> list[str]:
        """The groups that residents are counted in and that have a member."""
        found = self.frames.residents
        members = set(found.loc[found["by"] == by, "group"])
        return [group for group in (FIFTHS if by == BY_INCOME else self.group_names) if group in members]

    def group(self, scheme: str, group: str, name: str, by: str = BY_INCOME) -> Interval:
        """How a group of residents fares: the share ``better``, ``worse`` or ``same``, or its mean ``gain``.

        The gain is in yuan per resident-year.
        """
        rows = self._fortunes[scheme, by, group]
        if name == "gain":
            return interval(rows["gain_yuan"] * 12 / self.request["months"])
        return interval(rows[name])

    @functools.cached_property
    def _fortunes(self) -> dict[tuple[str, str, str], pd.DataFrame]:
        grouped = self.frames.residents.groupby(["scheme", "by", "group"])
        return {(str(scheme), str(by), str(group)): rows for (scheme, by, group), rows in grouped}

    def flows(self) -> pd.DataFrame:
        """Who pays whom for what, yuan per resident-year, and what each scheme changes of it.

        Columns: scheme, payer, payee, purpose, yuan_per_resident_year, low, high, delta, delta_low,
        delta_high. A flow that a run does not have is zero there.
        """
        rows = [
            (scheme, *flow, *self.flow(scheme, flow)[:3], *self.flow_change(scheme, flow)[:3])
            for scheme in self.schemes
            for flow in self.flow_names
        ]
        numbers = ["yuan_per_resident_year", "low", "high", "delta", "delta_low", "delta_high"]
        return _frame(rows, ["scheme", *FLOW, *numbers], words=4)

    @property
    def flow_names(self) -> list[Flow]:
        """Every (payer, payee, purpose) that any run has, sorted."""
        return sorted(self._flows)

    def flow(self, scheme: str, flow: Flow) -> Interval:
        """What one flow comes to under a scheme, yuan per resident-year."""
        return interval(self._paid(scheme, flow).values())

    def flow_change(self, scheme: str, flow: Flow) -> Interval:
        """Paired change of one flow against the status quo, yuan per resident-year."""
        return paired(self._paid(scheme, flow), self._paid(self.baseline, flow))

    def _paid(self, scheme: str, flow: Flow) -> dict[int, float | None]:
        paid = self._flows[flow]
        return {r: paid.get((scheme, r), 0.0) for r in self._of_scheme[scheme]["replicate"].tolist()}

    @functools.cached_property
    def _flows(self) -> dict[Flow, dict[tuple[str, int], float]]:
        found: dict[Flow, dict[tuple[str, int], float]] = {}
        for scheme, replicate, *flow, yuan in self.frames.flows.itertuples(index=False):
            paid = found.setdefault((flow[0], flow[1], flow[2]), {})
            paid[scheme, replicate] = paid.get((scheme, replicate), 0.0) + yuan
        return found

    def welfare(self, scheme: str) -> Interval:
        """Change of total welfare, yuan per resident-year.

        Money of every stakeholder inside, plus health at the threshold, less residents' time.
        """
        return self.change(scheme, "welfare")

    def concerns(self, scheme: str) -> dict[str, Interval]:
        """Changes of what concerns stakeholders beside money, turned so that positive is better."""
        cards = indicators()
        found = {}
        for name in (name for names in CONCERNS.values() for name in names):
            delta = self.change(scheme, name) if name in self.measured else Interval(None, None, None, 0)
            if delta.n:
                found[name] = -delta if cards[name].good == "down" else delta
        return found

    def verdicts(self) -> dict[str, SchemeVerdict]:
        """What each scheme is called (:func:`~incentive_model.analysis.stakeholders.scheme_verdict`)."""
        return {scheme: self._verdict(scheme) for scheme in self.schemes}

    def _verdict(self, scheme: str) -> SchemeVerdict:
        changes = [self.change(scheme, name) for name in self.measured]
        return scheme_verdict(
            money={name: self.change(scheme, f"net_{name}") for name in STAKEHOLDERS},
            concerns=self.concerns(scheme).values(),
            welfare=self.welfare(scheme),
            other=[
                *(change for change in changes if change.n),
                *(
                    self.group(scheme, group, name)
                    for group in self.counted()
                    for name in ("better", "worse")
                ),
            ],
        )

    def to_json(self, out: str | None = None) -> dict[str, Any]:
        """The comparison as ``compare --json`` prints it; ``out`` is the results folder, if any."""
        from incentive_model.analysis.payload import payload

        return payload(self, out)


def _by_replicate(rows: pd.DataFrame, column: str) -> dict[int, float | None]:
    return {
        int(replicate): None if pd.isna(value) else float(value)
        for replicate, value in zip(rows["replicate"], rows[column], strict=True)
    }


def _frame(rows: Sequence[Sequence[Any]], columns: list[str], words: int) -> pd.DataFrame:
    """A table whose first ``words`` columns are words and whose numbers are numbers (None → NaN)."""
    frame = pd.DataFrame([list(row) for row in rows], columns=columns)
    numbers = [name for name in columns[words:] if name not in ("n", "verdict")]
    return frame.astype(dict.fromkeys(numbers, float))


def compare(
    place: str | Path | Place = "yongan",
    schemes: Iterable[str | Path | Scheme] | None = None,
    *,
    replicates: int = 10,
    months: int = 60,
    burn_in: int = 12,
    seed: int = 1,
    workers: int | None = None,
    parameters: Mapping[str, float] | None = None,
    by: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run schemes and the place's status quo on the same residents and the same luck.

    Args:
        place: a packaged name, a folder, or a :class:`Place` (which fixes the simulated population).
        schemes: names, files or :class:`Scheme` objects; None takes every packaged one. The status
            quo is always run, first, and need not be named.
        replicates: repetitions with other luck; intervals need two or more.
        months: months under the scheme.
        burn_in: months under the status quo before it starts.
        seed: where all draws come from.
        workers: processes; None takes one a processor. The result does not depend on it.
        parameters: behaviour that differs from the place's.
        by: break the findings down by ``quintile`` of income, ``age``, ``insurance``, ``home`` or ``chronic``
            (:meth:`Comparison.groups`); nothing else changes.
        progress: called with the number of runs done and their total: at the start, and after every run.

    Raises:
        InputError: an input cannot be used; it names the fault and the mend.
        RunFailed: a run failed; it names the run.
    """
    from incentive_model.inputs.place import Place, load_place
    from incentive_model.runs import plan_runs

    plan = plan_runs(
        place if isinstance(place, Place) else load_place(place),
        schemes,
        replicates=replicates,
        months=months,
        burn_in=burn_in,
        seed=seed,
        parameters=parameters,
        by=by,
    )
    return carry_out(plan, workers=workers, progress=progress)


def carry_out(
    plan: Plan, *, workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Comparison:
    """Make every run of a plan and compare them; see :func:`compare`."""
    from incentive_model.runs import run_all, watched

    runs = run_all(plan.place, plan.requests, workers=workers)
    return Comparison(plan.request, gather(plan.request, watched(runs, len(plan.requests), progress)))
