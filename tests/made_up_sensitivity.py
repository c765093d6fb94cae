"""A made-up result of a sensitivity analysis, as real ones look: cheap, and of known strength."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from incentive_model.analysis.sensitivity import FactorInfo, Sensitivity

KEYS = ("value", "low", "high")
#: Name, role, family or stakeholder, ends, strength.
TWELVE = (
    ("reimbursement_gap", "lever", "reimbursement differential", "0", "0.3", 1.0),
    ("surplus_retained", "lever", "revenue sharing", "0", "1", 0.55),
    ("referral_bonus", "lever", "performance evaluation", "0", "100", 0.8),
    ("gatekeeping", "lever", "reimbursement differential", "none", "strict", 0.45),
    ("package_includes_public_health", "lever", "revenue sharing", "0", "1", 0.1),
    ("performance_pay_share", "lever", "performance evaluation", "0", "0.4", 0.35),
    ("beta_trust", "behaviour", "patients", "0.6", "2.4", 0.7),
    ("altruism_mean", "behaviour", "physicians", "0.1", "0.9", 0.6),
    ("hassle_down", "behaviour", "physicians", "5", "80", 0.3),
    ("hospital_learning", "behaviour", "hospitals", "0", "0.5", 0.04),
    ("travel_log_sd", "place", "place", "0.2", "0.8", 0.2),
    ("dummy", "dummy", "", "0", "1", 0.0),
)
OUTPUTS = {
    "down_referral_rate": "share of hospital discharges",
    "fund_spending": "yuan per resident-year",
    "net_hospitals": "yuan per resident-year",
    "cessation_rate": "share",
}
CONSTANT = ("cessation_rate",)


def made_up(factors=TWELVE, outputs=OUTPUTS, constant=CONSTANT, *, of="mean", seed=7) -> Sensitivity:
    """Indices of Sobol, its second order, Morris and others; through time, convergence, swings and boxes."""
    draw = np.random.default_rng(seed)
    infos = tuple(FactorInfo(*x[:5]) for x in factors)
    ends = {x.name: {"low": x.low, "high": x.high} for x in infos}
    rows: dict[str, list[tuple]] = {x: [] for x in ("indices", "time", "convergence", "swings", "boxes")}
    for output in (name for name in outputs if name not in constant):
        strength = pd.Series({x[0]: x[5] * draw.uniform(0.3, 1.2) for x in factors})
        first = 0.8 * strength**2 / max((strength**2).sum(), 1e-9)
        _indices(rows["indices"], output, of, first, draw)
        real = [name for name in strength.index if name != "dummy"]
        for month in range(3, 61, 3):
            for name in real:
                grown = first[name] * (1 - np.exp(-month / (8 + 30 * draw.uniform())))
                rows["time"].append((output, month, "first", name, *_around(grown, 0.02, draw)))
            luck = 0.1 + 0.6 * np.exp(-month / 12)
            rows["time"].append((output, month, "luck", "luck", luck, luck - 0.03, luck + 0.03))
        for base in (64, 128, 256, 512):
            for name in strength.index:
                value = _around(1.2 * first[name], 0.6 / np.sqrt(base), draw)
                rows["convergence"].append((output, base, "total", name, *value))
        unit = 0.02 if outputs[output].startswith("share") else 90.0
        for k, name in enumerate(real):
            for setting, sign in (("low", -0.4), ("high", 1.0)):
                value = _around(sign * unit * strength[name] * (-1) ** k, 0.08 * unit, draw)
                rows["swings"].append((output, name, setting, ends[name][setting], *value))
    failing = next((name for name in outputs if name not in constant), None)
    for info in infos[: min(3, len(infos))] if failing else ():
        low, high = (0.0, 0.12) if info.low == "0" else (0.6, 1.1)
        rows["boxes"].append((f"{failing} below 0.02", 1, info.name, low, high, 0.83, 0.91))
    if failing:
        rows["boxes"].append((f"{failing} below 0.02", 1, "gatekeeping", "none or loose", "", 0.83, 0.91))
    table = {
        "indices": ("output", "of", "method", "index", "factor", *KEYS),
        "time": ("output", "month", "index", "factor", *KEYS),
        "convergence": ("output", "base_rows", "index", "factor", *KEYS),
        "swings": ("output", "factor", "setting", "set_to", "change", "low", "high"),
        "boxes": ("output", "box", "factor", "low", "high", "coverage", "density"),
    }
    frames = {name: pd.DataFrame(rows[name], columns=list(columns)) for name, columns in table.items()}
    return Sensitivity(
        title="What the down-referral rate hangs on",
        design="sobol",
        factors=infos,
        outputs=dict(outputs),
        base_rows=446,
        replicates=4 if of == "mean" else 1,
        runs=28_672,
        failed=287,
        dropped_base_rows=66,
        dropped_replicates=221,
        constant=tuple(constant),
        indices=frames["indices"],
        through_time=frames["time"],
        convergence=frames["convergence"],
        swings=frames["swings"],
        boxes=frames["boxes"],
        verdicts={
            name: f"{name} never changes."
            if name in constant
            else f"The top three of {name} are settled; 512 more base rows would settle the fourth."
            for name in outputs
        },
    )


def bare(result: Sensitivity) -> Sensitivity:
    """The same with its first-order and total indices alone."""
    names = ("through_time", "convergence", "swings", "boxes")
    kept = result.indices[(result.indices["method"] == "sobol") & (result.indices["index"] != "second")]
    return replace(result, indices=kept, **{name: getattr(result, name).iloc[:0] for name in names})


def many(n: int) -> tuple:
    """So many factors, few of which do much."""
    roles = (
        ("lever", "support"),
        ("behaviour", "patients"),
        ("behaviour", "physicians"),
        ("lever", "revenue sharing"),
    )
    names = ("conscience_of_the_ward", "cost_platform_coverage", "beta_travel", "accept_down_formulary")
    some = tuple(
        (f"{names[k % 4]}_{k}", *roles[k % 4], "0", "1", 1.5 * float(np.exp(-k / 6)) + 0.02) for k in range(n)
    )
    return (*some, ("dummy", "dummy", "", "0", "1", 0.0))


def _indices(rows, output, of, first, draw) -> None:
    """What several methods find of one output; estimates of nothing fall on both sides of zero."""
    kinds = {
        ("sobol", "first"): (first, 0.03),
        ("sobol", "total"): (1.25 * first, 0.02),
        ("shapley", "shapley"): (1.1 * first, 0.03),
        ("delta", "delta"): (0.1 + 0.5 * first, 0.03),
        ("pawn", "pawn"): (0.1 + 0.6 * first**0.5, 0.04),
        ("morris", "mu_star"): (np.sqrt(first) * (0.02 if "rate" in output else 80), 0.0),
        ("morris", "sigma"): (
            np.sqrt(first) * draw.uniform(0.1, 1.2, len(first)) * (0.02 if "rate" in output else 80),
            0.0,
        ),
    }
    for (method, index), (values, noise) in kinds.items():
        for name, value in values.items():
            error = noise or 0.06 * float(values.max()) + 0.05 * value
            found = _around(value if value else 0.3 * error, error, draw)
            rows.append((output, of, method, index, name, *(abs(x) if not noise else x for x in found)))
    for name, value in first.items():
        rows.append((output, "dispersion", "sobol", "first", name, *_around(0.6 * value, 0.08, draw)))
        rows.append((output, "dispersion", "sobol", "total", name, *_around(0.9 * value, 0.08, draw)))
    for one, other in combinations([name for name in first.index if name != "dummy"], 2):
        together = 2 * first[one] * first[other]
        rows.append((output, of, "sobol", "second", f"{one} × {other}", *_around(together, 0.02, draw)))
    if of == "mean":
        luck = draw.uniform(0.05, 0.5)
        rows.append((output, of, "sobol", "luck", "luck", luck, luck - 0.02, luck + 0.02))


def _around(value, error, draw) -> tuple[float, float, float]:
    """A value found with an error, and its interval."""
    found = float(value + 0.5 * error * draw.standard_normal())
    return found, found - error, found + error
