"""The same month by four ways of computing it, side by side."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from benchmarks.clock import Spread, rounds
from benchmarks.models import SEED, WARM_UP, built, months, warm
from benchmarks.numpy_month.model import NumpyModel
from incentive_model.inputs import load_place, load_scheme

TESTS = Path(__file__).resolve().parents[1] / "tests"
MONTHS = 2  #: a round

REFERENCE, NUMPY, ONE, TWO = "reference", "numpy", "one thread", "two threads"
TITLES = {
    REFERENCE: "plain Mesa objects (reference model)",
    NUMPY: "NumPy, whole columns",
    ONE: "this model, one thread",
    TWO: "this model, two threads",
}
RATIOS = ((ONE, REFERENCE), (ONE, NUMPY), (TWO, REFERENCE), (TWO, NUMPY), (TWO, ONE))


def compare(n_rounds: int, residents: int, reference_residents: int) -> dict[str, Any]:
    """Million patient-months a second of each, and ratios of them within rounds.

    Whole models on Yong'an under the status quo; the reference has fewer residents and is scaled by them, and
    at its size what is no resident's (facilities, physicians, instruments) weighs more.
    """
    place = load_place("yongan", residents)
    models: dict[str, Any] = {
        REFERENCE: reference_model(reference_residents),
        NUMPY: warm(built(place, kind=NumpyModel)),
        ONE: warm(built(place)),
        TWO: warm(built(place, threads=2)),
    }
    size = {name: reference_residents if name == REFERENCE else residents for name in models}
    found = rounds("contenders", n_rounds, {name: months(model, MONTHS) for name, model in models.items()})
    rate = {name: [size[name] / second / 1e6 for second in values] for name, values in found.items()}
    return {
        "million_patient_months_a_second": {name: Spread.of(values) for name, values in rate.items()},
        "residents": size,
        "ratios": [
            {
                "of": of,
                "to": to,
                "ratio": Spread.of([a / b for a, b in zip(rate[of], rate[to], strict=True)]),
            }
            for of, to in RATIOS
        ],
    }


def reference_model(residents: int) -> Any:
    """The plain model that the tests hold the engine against, with a few months behind it."""
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    plain = importlib.import_module("reference.month").ReferenceModel
    model = plain(load_place("yongan", residents), load_scheme("status-quo"), seed=SEED)
    for _ in range(WARM_UP):
        model.step()
    return model
