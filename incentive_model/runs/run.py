"""One run: a request made, and what it hands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.cards import InputError
from incentive_model.inputs.place import Place
from incentive_model.inputs.values import Value
from incentive_model.runs.plan import Request

if TYPE_CHECKING:
    from incentive_model.measures import ResidentOutcome
    from incentive_model.measures.sent import Sent


class RunFailed(RuntimeError):
    """A run did not finish. ``run_id`` says which, ``reason`` why."""

    def __init__(self, run_id: str, reason: str) -> None:
        self.run_id, self.reason = run_id, reason
        super().__init__(run_id, reason)

    def __str__(self) -> str:
        return f"run {self.run_id} failed: {self.reason}"


@dataclass(frozen=True)
class Run:
    """What a finished run hands on.

    Attributes:
        run_id, place, scheme, replicate, seed: the key, as in the request.
        levers, parameters: every one of them, as in the request.
        indicators: name → (value or None, numerator, denominator), over the scheme's months.
        series: one row a month (burn-in too), a column ``month``, one column an indicator.
        stakeholders: net position, yuan per resident-year; sums to 0.
        flows: payer, payee, purpose, yuan_per_resident_year.
        present: costs by payer and QALYs, discounted and not, a resident-year.
        sent: who sent how much where, a year and for the whole place.
        tie_target: hospital row of each physician's personal tie at the end, −1 without one.
        happenings: what came about that nobody planned: month, what, facility's id.
        breakdown: group, indicator, value, numerator, denominator; None if not asked for.
        outcome: what each resident got and paid, arrays over residents.
        imbalance_fen: the largest imbalance of the books in any month; always 0.
    """

    run_id: str
    place: str
    scheme: str
    replicate: int
    seed: int
    levers: dict[str, Value]
    parameters: dict[str, Value]
    indicators: dict[str, tuple[float | None, float, float]]
    series: pd.DataFrame
    stakeholders: dict[str, float]
    flows: pd.DataFrame
    present: dict[str, float]
    sent: Sent
    tie_target: NDArray[np.int64]
    happenings: tuple[tuple[int, str, str], ...]
    breakdown: pd.DataFrame | None
    outcome: ResidentOutcome
    imbalance_fen: int


def execute(place: Place, request: Request) -> Run:
    """Make one run.

    Raises:
        InputError: the request cannot be run.
        RunFailed: anything else, with the run's id; the cause is chained.
    """
    try:
        return _execute(place, request)
    except (InputError, MemoryError):
        raise
    except Exception as error:
        raise RunFailed(request.run_id, f"{type(error).__name__}: {error}") from error


def _execute(place: Place, request: Request) -> Run:
    # Here and not above: whoever plans runs, or is told that they cannot be, need not wait for the engine.
    import mesa

    from incentive_model.model import IncentiveModel

    behaviour: dict[str, Any] = dict(request.parameters)
    model = IncentiveModel(
        place,
        request.scheme,
        seed=request.seed,
        replicate=request.replicate,
        burn_in=request.burn_in,
        threads=1,
        by=request.by,
        **behaviour,
    )
    try:
        model.run(months=request.months)
        return Run(
            run_id=request.run_id,
            place=request.place,
            scheme=request.scheme.name,
            replicate=request.replicate,
            seed=request.seed,
            levers=request.levers,
            parameters=request.parameters,
            indicators=model.indicators(),
            series=model.series(),
            stakeholders=model.stakeholders(),
            flows=model.flows(),
            present=model.present_values(),
            sent=model.observer.sent.a_year(place.weight),
            tie_target=model.tie_target,
            happenings=tuple((x.month, x.what, x.facility) for x in model.happenings),
            breakdown=model.breakdown() if request.by else None,
            outcome=model.resident_outcome,
            imbalance_fen=model.ledger.imbalance_fen,
        )
    finally:
        # Mesa 3.3 keeps every model ever built alive through this table.
        getattr(mesa.Agent, "_ids", {}).pop(model, None)
        # A model and its parts hold each other: untied, its columns go now and not when Python next looks for
        # such rings, which is many runs later.
        model.__dict__.clear()
