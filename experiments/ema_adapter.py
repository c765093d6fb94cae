"""The model in the EMA workbench: policies over levers, scenarios over uncertain behaviour.

    python experiments/ema_adapter.py [--policies 4] [--scenarios 10] [--seeds 3] [--population 2000]

``referral_model`` is the adapter. Ranges are the cards' plausible ones; an outcome is the mean over seeds,
which are the same at every point. Run as a script it draws policies over three levers and scenarios over
three uncertain parameters and prints what each policy gave over the scenarios. Needs ``ema_workbench``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import scipy.stats
from ema_workbench import (
    CategoricalParameter,
    IntegerParameter,
    RealParameter,
    ReplicatorModel,
    ScalarOutcome,
    perform_experiments,
)

import incentive_model as im
from incentive_model.cards import Card


def factor(card: Card) -> CategoricalParameter | IntegerParameter | RealParameter:
    """A lever or parameter as the workbench draws it: over the card's words or its plausible range."""
    if card.choices:
        return CategoricalParameter(card.name, card.choices)
    if card.plausible is None:
        raise ValueError(f"{card.name} has no plausible range: {card.meaning}")
    low, high = card.plausible
    if card.distribution == "loguniform":
        return RealParameter.from_dist(card.name, scipy.stats.loguniform(low, high))
    return (IntegerParameter if isinstance(card.default, int) else RealParameter)(card.name, low, high)


def simulate(f: im.Simulator, seed: int, **values: Any) -> dict[str, float]:
    """The plain function as the workbench calls it: names in one heap, and numbers alone out."""
    levers = {name: value for name, value in values.items() if name in im.levers()}
    parameters = {name: value for name, value in values.items() if name not in levers}
    outputs = f(levers, parameters, seed)
    return {name: np.nan if value is None else value for name, value in outputs.items()}


def referral_model(
    f: im.Simulator,
    levers: Iterable[str],
    parameters: Iterable[str],
    outcomes: Iterable[str],
    seeds: Iterable[int] = range(1, 6),
) -> ReplicatorModel:
    """A model of the workbench: its levers, uncertainties, outcomes and replications by name."""
    model = ReplicatorModel("referral", function=partial(simulate, f))
    model.levers = [factor(im.levers()[name]) for name in levers]
    model.uncertainties = [factor(im.parameters()[name]) for name in parameters]
    model.outcomes = [ScalarOutcome(name, function=np.mean) for name in outcomes]
    model.replications = [{"seed": seed} for seed in seeds]
    return model


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (
        ("policies", 4),
        ("scenarios", 10),
        ("seeds", 3),
        ("population", 2_000),
        ("months", 24),
    ):
        options.add_argument(f"--{name}", type=int, default=default)
    asked = options.parse_args()

    model = referral_model(
        im.Simulator("yongan", months=asked.months, population=asked.population),
        levers=["reimbursement_gap", "referral_bonus", "gatekeeping"],
        parameters=["beta_quality", "hassle_down", "value_of_health"],
        outcomes=["up_referral_rate", "down_referral_rate", "net_hospitals", "net_insurer"],
        seeds=range(1, asked.seeds + 1),
    )
    points, outcomes = perform_experiments(model, scenarios=asked.scenarios, policies=asked.policies)
    by = [points[lever.name] for lever in model.levers]
    print(pd.DataFrame(outcomes).groupby(by, observed=True).agg(["min", "mean", "max"]).round(3).to_string())


if __name__ == "__main__":
    main()
