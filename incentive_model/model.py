"""The model: a county month by month.

``MONTH`` is what happens, in order. ``rules`` says how anyone decides, ``incentives`` what pays whom.
"""

from __future__ import annotations

import copy
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd

from incentive_model.agents import Government, Handles, Happening, Hospital, Insurer, Patient, Physician
from incentive_model.cards import Fault, InputError, levers, nearest, parameters
from incentive_model.chance.draws import replicate_key
from incentive_model.engine import caring, ending, referring, seeking
from incentive_model.engine.believing import Promises
from incentive_model.engine.capacity import Demand
from incentive_model.engine.columns import NOW, Slot, Tally, Terms, Tile, World, empty_tally, record
from incentive_model.engine.compiled import compiled
from incentive_model.engine.county import CountyState, make_facilities, reckon, schedule_tables, use_means
from incentive_model.engine.meeting import hand_out, meet
from incentive_model.engine.population import homes, make_physicians, make_residents
from incentive_model.engine.serving import Service
from incentive_model.engine.threads import Chunks
from incentive_model.incentives import INSTRUMENTS, Instrument
from incentive_model.incentives.events import Sum
from incentive_model.incentives.tables import Tables
from incentive_model.inputs import Place, Scheme, load_place, load_scheme, resolve_levers, resolve_parameters
from incentive_model.inputs.values import whole_number
from incentive_model.measures import Observer, ResidentOutcome, money, parts, whole_rank
from incentive_model.measures.collector import Collector
from incentive_model.network.consortium import Consortium
from incentive_model.network.institutions import institution_graph
from incentive_model.network.referrals import referral_graph
from incentive_model.rules.illness import season
from incentive_model.rules.spending import poverty_line
from incentive_model.rules.trust import belief_next


class IncentiveModel(mesa.Model):
    """A county under a scheme: patients, physicians, hospitals, insurer and government.

    Args:
        place: a :class:`Place`, a packaged name or a folder.
        scheme: a :class:`Scheme`, a packaged name or a file. Default: the place's status quo.
        seed: of the luck; None takes fresh entropy (kept in ``model.seed``).
        rng: the same, under Mesa's newer name.
        replicate: which replicate of that seed.
        population: simulated residents; default 20,000, or what a ``Place`` has.
        burn_in: months under the status quo before the scheme's first month.
        threads: threads for the loops; results do not depend on it.
        by: group residents for :meth:`breakdown`: ``quintile``, ``age``, ``insurance``, ``home`` or
            ``chronic``; nothing else depends on it.
        instruments: classes of instruments, if not the packaged ones.
        **kwargs: any lever or behavioural parameter by its card's name.

    Attributes:
        month: the last completed month: −B … 0 are the burn-in, 1 … the scheme's.
        residents, physician_columns, facilities: the columns.
        patients, physicians: the same as sets of agents.
        hospitals, insurer, government: Mesa agents.
        consortia: who belongs together, and how closely.
        happenings: what came about that nobody planned, such as a centre's upgrade, by month.
        ledger: the books. ``datacollector``: one column an indicator.

    Raises:
        InputError: an unknown place, scheme, lever, parameter or breakdown, or a value out of bounds.
    """

    def __init__(
        self,
        place: Place | str | Path = "yongan",
        scheme: Scheme | str | Path = "status-quo",
        *,
        seed: int | None = None,
        rng: int | None = None,
        replicate: int = 0,
        population: int | str | None = None,
        burn_in: int = 12,
        threads: int = 1,
        by: str | None = None,
        instruments: Sequence[type[Instrument]] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("scenario", None)  # Mesa 3.5's page hands one over on Reset
        seed = rng if seed is None else seed
        seed = secrets.randbits(63) if seed is None else whole_number("seed", seed, 0, 2**63 - 1)
        _start_mesa(super().__init__, seed)
        self.seed = seed
        if not isinstance(place, Place):
            place = load_place(place, 20_000 if population is None else population)
        elif population is not None:
            place = place.with_population(population)
        self.place = place
        scheme = (scheme if isinstance(scheme, Scheme) else load_scheme(scheme, place)).at(place)
        set_levers, set_parameters = _sort_settings(kwargs)
        self.scheme = scheme.with_levers(**set_levers) if set_levers else scheme
        self.p = record(resolve_parameters(self.place, set_parameters))
        self.instruments = [make() for make in (INSTRUMENTS if instruments is None else instruments)]
        self.key = replicate_key(seed, whole_number("replicate", replicate, 0))
        self.burn_in = whole_number("burn_in", burn_in, 0)
        self.month = -self.burn_in

        self._build(whole_number("threads", threads, 1), by)

        self.happenings: list[Happening] = []
        self.insurer = Insurer(self)
        self.government = Government(self)
        self.hospitals = [Hospital(self, row) for row in range(len(self.county.tier))]
        self.datacollector = Collector(self.observer)

        for month in (1, *(month for month, _ in self.scheme.changes)):
            self._levers_of(month)  # a faulty combination is told now, not in that month
        self.levers = self._levers_of(0)  # the status quo, which the burn-in lives under
        self._announce_terms()
        self._rate_before = self.tables.rate_bp.copy()
        Hospital.adapt_all(self.hospitals)

    def _build(self, threads: int, by: str | None) -> None:
        """Columns, tables and books of the place."""
        place, p = self.place, self.p
        self.homes = homes(place)
        self.residents, self.tie = make_residents(place, p, threads=threads)
        self.parts = parts(by, place, self.residents)
        self.residents["part"] = self.parts.of
        self.residents["rank"] = whole_rank(self.residents["income"])
        for rows in self.parts.rows:
            self.residents["rank_within"][rows] = whole_rank(self.residents["income"][rows])
        names = [instrument.name for instrument in self.instruments]
        self.county = CountyState(place, p, self.residents, self.homes.even, names)
        self.ledger = self.county.ledger
        self.physician_columns, self.belief = make_physicians(place, p, len(self.instruments))
        self.facilities = make_facilities(place, self.county, p)
        schedule, self._deductible, self._cap = schedule_tables(place)
        coverage = resolve_levers(place, STATUS_QUO)["family_doctor_coverage"]
        self.tables = Tables(schedule, self.county.means, float(coverage), len(self.instruments))
        self.demand = Demand(p, len(self.county.tier))
        self.service = Service(len(self.county.tier))
        self._resolved: dict[int, dict[str, float | int | str]] = {}
        self._promises = Promises(self.tables, [])
        self.heard = np.empty((place.agents, 2), np.float32)
        self.said = np.empty_like(self.heard)
        self.remember()
        tally = (len(self.county.tier), len(place.insurances), len(self.county.hospitals))
        tallies = [empty_tally(len(self.parts.names), *tally) for _ in range(threads)]
        self._chunks = Chunks(place.agents, tallies)
        self._poverty_line = poverty_line(p, place.income_median)
        self._last_year: deque[np.ndarray] = deque(maxlen=12)
        self.observer = Observer(self)

    # the month

    def step(self) -> None:
        """One month: the phases of ``MONTH``."""
        self.month += 1
        self.county.month = self.month
        self.announce()
        self.live()
        self.settle()
        self.adapt()
        self.observer.observe()
        self.datacollector.collect(self)
        if self.month == 0:  # residents' sums count from the scheme's first month
            for name in ("oop", "qaly", "time"):
                self.residents[name][:] = 0

    def run(self, months: int = 60) -> IncentiveModel:
        """Run the burn-in that is left and the scheme up to month ``months``."""
        while self.month < whole_number("months", months, -self.burn_in):
            self.step()
        return self

    def announce(self) -> None:
        """Phase 1: the terms in force this month."""
        self.levers = self._levers_of(self.month)
        self._chunks.clear()
        self._announce_terms()

    def live(self) -> None:
        """Phases 2 to 9, in which residents live through the month (:mod:`incentive_model.engine.month`)."""
        self._chunks.run(self.make_world())
        self.heard, self.said = self.said, self.heard
        self.add_up()

    def add_up(self) -> None:
        """Tell the county what has happened to residents this month."""
        self.tally = total = self._chunks.total()
        self.county.counts = total.counts.sum(axis=0)
        self.county.bills = total.bills.sum(axis=0)
        self.county.chain = total.chain

    def settle(self) -> None:
        """Phase 7: every bill (``engine.settling``); then every instrument in force pays for the month."""
        for instrument in self._active:
            instrument.settle(self.county)

    @property
    def tiles(self) -> list[Tile]:
        """What each thread worked on last."""
        return self._chunks.tiles

    @property
    def tallies(self) -> list[Tally]:
        """What each thread has counted this month."""
        return self._chunks.tallies

    def remember(self, rows: int | slice = slice(None)) -> None:
        """Set down what neighbours will hear next month; to be called after a change from outside."""
        self.heard[rows, 0] = self.residents["trust"][rows, Slot.CENTRE]
        self.heard[rows, 1] = self.residents["awareness"][rows]

    def adapt(self) -> None:
        """Phase 10: beliefs monthly, hospitals quarterly, accounts of insurer and government yearly."""
        county = self.county
        if len(self._last_year) == 12:
            county.year = county.year - self._last_year[0]
        self._last_year.append(county.counts)
        county.year = county.year + county.counts
        county.months_in_year = len(self._last_year)
        if self.month % 12 == 0:
            for instrument in self.instruments:
                instrument.close_year(county)
            self.insurer.adapt()
            self.government.adapt()
        self.ledger.close(self.month, int(self.tally.sums[:, Sum.OOP].sum()))
        belief: Any = self.belief  # the rule works element by element
        for k in self.promising:
            belief[:, k] = belief_next(county.p, belief[:, k], self.instruments[k].realised)
        self.demand.learn(self.facilities, county.counts, self.place.weight)
        if self.tables.meeting.any():
            compiled(meet)(self.key, self.month, self.tables.meeting, self.physician_columns)
        if self.tables.cards.any():
            compiled(hand_out)(
                self.key, self.month, self.tables.cards, self.facilities, self.physician_columns
            )
        if self.month % 3 == 0:
            Hospital.adapt_all(self.hospitals)

    def believed_pay(self) -> np.ndarray:
        """What each physician believes one event brings, by (physician, Event), in yuan:
        Σ over instruments of b·(θ·promised + personal), and what is felt without money."""
        return self._promises.believed(self.tables, self.belief, self.physician_columns["facility"])

    @property
    def promising(self) -> list[int]:
        """The instruments that have announced pay this month, by number."""
        return self._promises.makers

    def _levers_of(self, month: int) -> dict[str, float | int | str]:
        """The levers in force in a month. They are resolved once for each change of the scheme."""
        changes = sum(start <= month for start, _ in self.scheme.changes) if month >= 1 else -1
        if changes not in self._resolved:
            scheme = self.scheme if month >= 1 else STATUS_QUO
            self._resolved[changes] = resolve_levers(self.place, scheme, month)
        return dict(self._resolved[changes])

    def _announce_terms(self) -> None:
        county, tables = self.county, self.tables
        county.levers = self.levers
        tables.clear(self._promises.makers)
        active = [k for k, instrument in enumerate(self.instruments) if not instrument.idle(county)]
        for me in active:
            self.instruments[me].announce(county, tables, me)
        self._active = [self.instruments[k] for k in active]
        self._promises = Promises(tables, active)
        self.skill, self.appeal = use_means(self.facilities, tables, county)
        county.pass_on = tables.means.pass_on
        self.demand.congest(self.facilities, float(tables.reserved), bool(tables.releasable))
        reckon(self.facilities)
        self.in_force = self.levers != self._levers_of(0)

    def make_world(self) -> World:
        """All columns with the terms in force, as the loops get them."""
        t = self.tables
        share, share_before = t.rate_bp / 10_000.0, self._rate_before / 10_000.0
        terms = Terms(t.rate_bp, share, share_before, self._deductible, self._cap, t.certain)
        now = record({"in_force": self.in_force, **{x: getattr(t, x) for x in NOW if x != "in_force"}})
        home = self.homes
        return World(
            self.residents, self.physician_columns, self.facilities, home.reach, home.minutes,
            home.specialist, home.far, home.specialty_ends, self.skill, self.appeal,
            self.tie, self.heard, self.said, self.believed_pay(), terms, now, self.p, home.key, home.even,
            self.key, self.month, season(self.p, self.month), self._poverty_line,
        )  # fmt: skip

    def opening(self) -> IncentiveModel:
        """The model as the coming month will open it, for explanations; looking changes nothing."""
        ahead = copy.copy(self)
        ahead.month = self.month + 1
        ahead.county = copy.copy(self.county)
        ahead.county.consortia = copy.deepcopy(self.county.consortia)
        ahead.county.month = ahead.month
        ahead.tables = copy.deepcopy(self.tables)
        ahead.facilities = self.facilities.copy()
        ahead.instruments = copy.deepcopy(self.instruments)
        ahead.levers = self._levers_of(ahead.month)
        ahead._announce_terms()
        return ahead

    def opening_world(self) -> World:
        """All columns as the coming month will open them."""
        return self.opening().make_world()

    # what is seen

    def indicators(self) -> dict[str, tuple[float | None, float, float]]:
        """Every indicator over the scheme's months: (value or None, numerator, denominator)."""
        return self.observer.indicators()

    def breakdown(self) -> pd.DataFrame:
        """Every indicator that can be said of a group of residents, by the groups of ``by``.

        Over the scheme's months. Columns: group, indicator, value, numerator, denominator. Without
        ``by`` there is one group, ``all``.
        """
        return self.observer.breakdown()

    def present_values(self) -> dict[str, float]:
        """Costs by payer and QALYs over the scheme's months, discounted and not, a resident-year
        (:func:`~incentive_model.measures.present.present_values`)."""
        return self.observer.present()

    def series(self) -> pd.DataFrame:
        """One row a month, one column an indicator."""
        return self.observer.series()

    def _resident_years(self) -> float:
        return self.place.agents * max(self.month, 1) / 12.0

    def stakeholders(self) -> dict[str, float]:
        """Net position of each stakeholder over the scheme's months, yuan a resident-year; sums to 0."""
        return money.positions(self.ledger.between(1, self.month), self._resident_years())

    def flows(self) -> pd.DataFrame:
        """Who paid whom for what over the scheme's months, yuan a resident-year."""
        flows = self.ledger.between(1, self.month)
        return money.table(flows, self.ledger.purposes, self._resident_years())

    @property
    def resident_outcome(self) -> ResidentOutcome:
        """What each resident got and paid over the scheme's months."""
        return self.observer.outcome()

    @cached_property
    def patients(self) -> Handles[Patient]:
        """All residents, as a set of agents."""
        return Handles(self, Patient, self.residents, np.arange(self.place.agents))

    @cached_property
    def physicians(self) -> Handles[Physician]:
        """All physicians, as a set of agents."""
        return Handles(self, Physician, self.physician_columns, np.arange(len(self.physician_columns)))

    @property
    def agents_by_type(self) -> dict[Any, Any]:
        """Mesa's sets by class, with the residents and physicians that live in columns."""
        return {**super().agents_by_type, Patient: self.patients, Physician: self.physicians}

    @property
    def consortia(self) -> list[Consortium]:
        """The consortia of the place, in the form they have now."""
        return self.county.consortia

    def institutions(self) -> Any:
        """The typed NetworkX graph of facilities, consortia and physicians (made when asked for)."""
        return institution_graph(self.place, self.tie_target)

    def referrals(self) -> Any:
        """Who sent whom patients over the scheme's months: a weighted NetworkX graph of facilities."""
        return referral_graph(self.place, *self.observer.sent.a_year(self.place.weight))

    @property
    def tie_target(self) -> np.ndarray:
        """Hospital row of each physician's personal tie, −1 without one."""
        return np.where(self.physician_columns["tie"] == 1, self.physician_columns["target"], -1)


#: What happens in a month, in order. Each resident lives through phases 2 to 9 before the next one does
#: (``engine.month``); when all are through, instruments settle.
MONTH: tuple[Callable[..., None], ...] = (
    IncentiveModel.announce,
    seeking.fall_ill,
    seeking.seek,
    referring.treat_or_refer,
    caring.admit,
    caring.recover,
    IncentiveModel.settle,
    ending.outcome,
    ending.talk,
    IncentiveModel.adapt,
)

STATUS_QUO = Scheme("status-quo", "Status quo", (), {})


def _start_mesa(start: Callable[..., None], seed: int) -> None:
    """Mesa 3.5 wants ``rng=``, 3.3 knows only ``seed=`` for a whole number. Our draws are addressed;
    Mesa's own generator serves only those who shuffle its agents."""
    small = seed % 2**32
    if int(mesa.__version__.split(".")[1]) >= 4:
        start(rng=small)
    else:
        start(seed=small)


def _sort_settings(settings: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Levers and parameters apart.

    Raises:
        InputError: a name that is neither.
    """
    known_levers, known_parameters = levers(), parameters()
    unknown = [name for name in settings if name not in known_levers and name not in known_parameters]
    if unknown:
        names = [*known_levers, *known_parameters]
        raise InputError(
            [Fault("IncentiveModel", repr(x), "a lever or parameter", nearest(x, names)) for x in unknown]
        )
    return (
        {k: v for k, v in settings.items() if k in known_levers},
        {k: v for k, v in settings.items() if k in known_parameters},
    )
