"""Made-up finished runs for tests of analysis and report: cheap, paired, and of known effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from incentive_model.analysis.comparison import Comparison
from incentive_model.analysis.frames import gather
from incentive_model.cards import Card, declare, indicators

NAMES = {
    # name: (unit, family, good, baseline)
    "up_referral_rate": ("share of primary visits", "system", "none", 0.073),
    "down_referral_rate": ("share of hospital discharges", "system", "up", 0.022),
    "rehab_referral_rate": ("share", "system", "up", 0.08),
    "primary_visit_share": ("share", "patients", "up", 0.51),
    "first_contact_primary_share": ("share", "patients", "up", 0.57),
    "unnecessary_referral_share": ("share", "system", "down", 0.21),
    "bypass_share": ("share", "patients", "down", 0.31),
    "visits_per_capita": ("visits per resident-year", "system", "none", 6.8),
    "admissions_per_capita": ("admissions per resident-year", "system", "none", 0.22),
    "oop_per_capita": ("yuan per resident-year", "patients", "down", 1278.0),
    "fund_spending": ("yuan per resident-year", "insurer", "down", 1231.0),
    "qalys_per_1000": ("QALYs per 1,000 residents and year", "patients", "up", 880.0),
    "satisfaction": ("share", "patients", "up", 0.8),
    "wait_days_T2_referred": ("days", "patients", "down", 6.0),
    "wait_days_T2_other": ("days", "patients", "down", 7.0),
}
AGES = ("0-14", "15-44", "45-59", "60+")
NET = {
    "patients": -1700.0,
    "physicians": 900.0,
    "primary": 120.0,
    "hospitals": 260.0,
    "insurer": 80.0,
    "government": -700.0,
}


@dataclass(frozen=True)
class Outcome:
    oop_fen: np.ndarray
    qaly_nano: np.ndarray
    time_fen: np.ndarray
    quintile: np.ndarray
    part: np.ndarray


@dataclass(frozen=True)
class FakeRun:
    run_id: str
    place: str
    scheme: str
    replicate: int
    seed: int
    levers: dict[str, Any]
    parameters: dict[str, Any]
    indicators: dict[str, tuple]
    series: pd.DataFrame
    stakeholders: dict[str, float]
    flows: pd.DataFrame
    present: dict[str, float]
    outcome: Outcome
    breakdown: pd.DataFrame | None = None
    imbalance_fen: int = 0


@dataclass(frozen=True)
class Effect:
    """What a made-up scheme does: relative to indicators, in yuan to accounts, in fen to residents."""

    indicators: dict[str, float] = field(default_factory=dict)
    money: dict[str, float] = field(default_factory=dict)
    oop_yuan: float = 0.0
    noise: float = 0.0


def declare_cards() -> None:
    """Cards for the indicators above, unless the model's own are there."""
    known = indicators()
    for name, (unit, family, good, _) in NAMES.items():
        if name not in known:
            declare(Card(name, "indicator", family, unit, name.replace("_", " "), "test", good=good))


def make_run(
    scheme: str,
    effect: Effect,
    replicate: int,
    *,
    months: int,
    burn_in: int,
    agents: int,
    by_age: bool = False,
) -> FakeRun:
    luck = np.random.default_rng([replicate, 1])
    own = np.random.default_rng([replicate, 2, *scheme.encode()])
    values = {}
    for name, (*_, base) in NAMES.items():
        value = base * (1 + 0.01 * luck.standard_normal())
        factor = effect.indicators.get(name, 0.0)
        if factor or effect.noise:
            value *= 1 + factor + effect.noise * own.standard_normal()
        values[name] = (value, round(value * 10**6), 10**6)
    net = {name: base + luck.standard_normal() for name, base in NET.items()}
    for name, change in effect.money.items():
        net[name] += change * (1 + effect.noise * own.standard_normal())
    net["external"] = -sum(net.values())
    calendar = np.arange(1 - burn_in, months + 1)
    series = {"month": calendar}
    for name, (*_, base) in NAMES.items():
        series[name] = base * (1 + 0.04 * luck.standard_normal(len(calendar)))
        started = np.clip(calendar / 12, 0, 1)
        series[name] = series[name] * (1 + effect.indicators.get(name, 0.0) * started)
    base_oop = luck.integers(0, 2_000_000, agents)
    qaly = luck.integers(3_000_000_000, 5_000_000_000, agents)
    change = np.zeros(agents, np.int64)
    if effect.oop_yuan:
        change = (100 * effect.oop_yuan * own.standard_normal(agents) + 30 * effect.oop_yuan).astype(np.int64)
    outcome = Outcome(
        base_oop + change,
        qaly,
        luck.integers(0, 50_000, agents),
        np.arange(agents) % 5,
        np.arange(agents) % len(AGES),
    )
    flows = pd.DataFrame(
        [
            ("insurer", "hospitals", "inpatient claim", 800 + effect.money.get("hospitals", 0.0)),
            ("patients", "hospitals", "copayment", 600.0 + luck.standard_normal()),
            ("patients", "primary", "copayment", 200 + effect.money.get("primary", 0.0)),
            ("hospitals", "external", "supplies", 500.0),
            ("hospitals", "physicians", "pay", 400 + effect.money.get("physicians", 0.0)),
        ],
        columns=["payer", "payee", "purpose", "yuan_per_resident_year"],
    )
    if effect.money:
        flows.loc[len(flows)] = ("hospitals", "primary", "upward share", 12.5 + luck.standard_normal())
    return FakeRun(
        run_id=f"{scheme}-{replicate}",
        place="testham",
        scheme=scheme,
        replicate=replicate,
        seed=1,
        levers={"upward_share": 0.1 if effect.money else 0.0},
        parameters={"qaly_threshold": 37_446.0},
        indicators=values,
        series=pd.DataFrame(series),
        stakeholders=net,
        flows=flows,
        present={"qalys": int(qaly.sum()) / 10**9 / (agents * months / 12)},
        outcome=outcome,
        breakdown=pd.DataFrame(
            [
                (age, name, value, above / len(AGES), below / len(AGES))
                for age in AGES
                for name, (value, above, below) in values.items()
            ],
            columns=["group", "indicator", "value", "numerator", "denominator"],
        )
        if by_age
        else None,
    )


def make_request(
    titles: dict[str, str], *, replicates: int, months: int, burn_in: int, agents: int
) -> dict[str, Any]:
    request = {
        "place": "testham",
        "title": "Testham",
        "source": ["SYS3"],
        "residents": 330_000,
        "population": agents,
        "weight": 330_000 / agents,
        "population_seed": 1,
        "currency_year": 2022,
        "place_levers": {},
        "parameters": {"qaly_threshold": 37_446.0},
        "baseline": "status-quo",
        "schemes": {
            name: {
                "title": title,
                "source": [] if name == "status-quo" else ["M01"],
                "levers": {} if name == "status-quo" else {"upward_share": 0.1},
                "changes": [],
                "resolved": {"upward_share": 0.0 if name == "status-quo" else 0.1},
            }
            for name, title in titles.items()
        },
        "replicates": replicates,
        "months": months,
        "burn_in": burn_in,
        "seed": 1,
    }
    return request | {"design_hash": "0" * 12}


EFFECTS = {
    "status-quo": Effect(),
    "revenue-sharing": Effect(
        {"up_referral_rate": 0.35, "down_referral_rate": 0.9, "qalys_per_1000": 0.0004},
        {"primary": 18.0, "hospitals": -24.0, "insurer": 30.0, "physicians": 3.0},
        60.0,
        0.05,
    ),
    "reimbursement-differential": Effect(
        {"up_referral_rate": -0.02, "down_referral_rate": 0.1, "primary_visit_share": 0.03},
        {"patients": 66.0, "insurer": -60.0, "primary": 9.0},
        90.0,
        0.1,
    ),
    "performance-evaluation": Effect(
        {"up_referral_rate": 0.2, "down_referral_rate": 1.8},
        {"physicians": 4.0, "government": -10.0},
        30.0,
        0.3,
    ),
    "support-only": Effect(
        {"up_referral_rate": 0.38, "down_referral_rate": 0.4, "wait_days_T2_referred": -0.5},
        {"hospitals": 12.0, "patients": -4.0},
        20.0,
        0.2,
    ),
    "full-package": Effect(
        {"up_referral_rate": 0.5, "down_referral_rate": 3.0, "qalys_per_1000": 0.001},
        {"patients": 200.0, "hospitals": -180.0, "insurer": 51.0, "primary": 30.0, "government": -10.0},
        200.0,
        0.05,
    ),
}


def make_comparison(
    effects: dict[str, Effect] | None = None,
    *,
    titles: dict[str, str] | None = None,
    replicates: int = 10,
    months: int = 24,
    burn_in: int = 12,
    agents: int = 500,
    by_age: bool = False,
) -> Comparison:
    """A comparison of made-up schemes; the status quo is always among them, first.

    With ``by_age`` every age fares alike.
    """
    declare_cards()
    effects = {"status-quo": Effect()} | (EFFECTS if effects is None else effects)
    titles = {name: (titles or {}).get(name, name.replace("-", " ").capitalize()) for name in effects}
    size = {"months": months, "burn_in": burn_in, "agents": agents}
    request = make_request(titles, replicates=replicates, **size)
    request |= {"by": "age", "groups": list(AGES)} if by_age else {}
    runs = (
        make_run(name, effects[name], r, **size, by_age=by_age) for r in range(replicates) for name in effects
    )
    return Comparison(request, gather(request, runs))
