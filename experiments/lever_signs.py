"""What each lever does on its own, and a few together: paired changes, against what must follow.

    python experiments/lever_signs.py [--replicates 20] [--population 10000] [--months 36] [--workers 2]

Every lever once, as ``experiments/levers.toml`` sets it and with the signs that must follow, and the
settings of a rough prototype of the equations. Writes to ``results/lever-signs/``: ``changes.csv`` (one row
a setting and indicator: the paired change with its 95% interval over replicates), ``signs.md`` (signs
expected and found) and ``beside-prototype.md`` (sizes beside the prototype's). Five minutes on two cores.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from tqdm import tqdm

import incentive_model as im
from incentive_model.analysis.contrast import Values, contrast
from incentive_model.analysis.intervals import interval
from incentive_model.inputs import Scheme
from incentive_model.runs import plan_runs, run_all

LEVERS = Path(__file__).with_name("levers.toml")
Levers = dict[str, Any]
MINUS = "\N{MINUS SIGN}"

#: Settings of the prototype, and what it found (20,000 residents, 6 seeds), in units and order of ``SHOWN``.
PROTOTYPE: dict[str, tuple[Levers, tuple[float, ...]]] = {
    "gap +.20": ({"reimbursement_gap": 0.20}, (1.2, -0.15, 0.25, -0.2, -0.044)),
    "upward_share .10": ({"upward_share": 0.10}, (-1.1, 3.4, 0.27, 1.5, 0.113)),
    "bonus 20": ({"referral_bonus": 20, "referral_fund": 500}, (-0.5, 1.5, 0.13, 3.5, 0.05)),
    "bonus 100": ({"referral_bonus": 100, "referral_fund": 500}, (-2.7, 9.1, 0.72, 14.6, 0.31)),
    "rehab_credit .30": ({"rehab_credit": 0.30}, (0.2, -0.02, 2.2, 0.0, -0.010)),
    "evaluation": ({"performance_pay_share": 0.10}, (-0.1, 0.4, 3.9, 0.9, 0.014)),
    "budget": ({"payment_method": "global_budget"}, (0.1, -1.1, 0.44, 1.1, -0.007)),
    "budget + rehab_credit": (
        {"payment_method": "global_budget", "rehab_credit": 0.30},
        (0.3, -1.2, 2.9, 1.2, -0.019),
    ),
    "budget + rehab_credit + upward_share .05": (
        {"payment_method": "global_budget", "rehab_credit": 0.30, "upward_share": 0.05},
        (-0.4, 0.9, 3.2, 0.4, 0.042),
    ),
    "per case": ({"payment_method": "per_case"}, (0.0, 0.0, 2.6, 0.0, 0.0)),
    "reserve .20 releasable": ({"reserved_slots": 0.20}, (0.1, 0.4, 0.0, 0.5, 0.0)),
    "reserve .20 hard": (
        {"reserved_slots": 0.20, "reserved_release": "hard"},
        (0.9, 0.5, 0.0, 0.3, -0.05),
    ),
    "soft gate": ({"gatekeeping": "soft"}, (2.9, 0.3, 0.2, -0.9, -0.17)),
    "hard gate .3": ({"gatekeeping": "hard", "gate_compliance": 0.3}, (8.6, 1.0, 0.0, -1.3, -0.44)),
    "hard gate .5": ({"gatekeeping": "hard", "gate_compliance": 0.5}, (14.7, 1.5, -0.1, -2.0, -0.77)),
    "platform": ({"platform_coverage": 1.0}, (-0.5, 2.8, 0.85, 2.5, 0.07)),
    "expert on": ({"expert_visits": 1.0}, (3.7, -1.3, -0.44, 2.7, -0.21)),
    "training": ({"training_investment": 1.0}, (4.0, -1.5, -0.33, 5.5, -0.23)),
    "full package": (im.load_scheme("full-package").levers, (11.9, 3.3, 7.4, 11.0, -0.49)),
}
#: What the table beside the prototype shows: indicator, heading, factor, decimals.
SHOWN = (
    ("primary_visit_share", "primary share, pp", 100.0, 1),
    ("up_referral_rate", "up, pp", 100.0, 2),
    ("down_referral_rate", "down, pp", 100.0, 2),
    ("unnecessary_referral_share", "unnecessary, pp", 100.0, 1),
    ("visits_T2", "T2 visits", 1.0, 3),
)


class Comparison(NamedTuple):
    """A lever without and with it, and the signs that must follow."""

    name: str
    place: str
    before: Levers
    after: Levers
    expect: dict[str, str]
    why: str


def comparisons() -> Iterator[Comparison]:
    """Every one in ``levers.toml``."""
    for name, lever in tomllib.loads(LEVERS.read_text("utf-8")).items():
        beside, place = lever.get("beside", {}), lever.get("place", "yongan")
        yield Comparison(name, place, beside, beside | lever["set"], lever["expect"], lever["why"])


def changes(measured: dict[str, Values], compared: dict[str, tuple[str, str, str]]) -> pd.DataFrame:
    """The paired change of every indicator in every comparison: (place, without, with) by its name."""
    rows = []
    units = {name: card.unit for name, card in im.indicators().items()}
    for name, (place, before, after) in compared.items():
        values = measured[place]
        for indicator, unit in units.items():
            change = contrast(values, {indicator: {after: 1.0, before: -1.0}})
            mean, low, high, n = interval([x for x in change.values() if x is not None])
            rows.append((name, indicator, unit, mean, low, high, n))
    columns = ["setting", "indicator", "unit", "delta", "delta_low", "delta_high", "n"]
    return pd.DataFrame(rows, columns=columns)


def signs(found: pd.DataFrame) -> str:
    """A Markdown table: each lever, what must follow and what did."""
    by = found.set_index(["setting", "indicator"])
    lines = ["| lever | set | beside | indicator | expected | change [95% interval] | | why |"]
    lines.append("| --- |" + " --- |" * 7)
    for x in comparisons():
        put = ", ".join(f"{k} = {v}" for k, v in x.after.items() if x.before.get(k) != v)
        put += "" if x.place == "yongan" else f" (in {x.place})"
        for indicator, sign in x.expect.items():
            row = by.loc[(x.name, indicator)]
            low, high = row["delta_low"], row["delta_high"]
            seen = "as expected" if (low > 0 if sign == "+" else high < 0) else "**NOT AS EXPECTED**"
            change = f"{row['delta']:+.3g} [{low:+.3g}, {high:+.3g}]".replace("-", MINUS) + f" {row['unit']}"
            beside_it = ", ".join(f"{k} = {v}" for k, v in x.before.items()) or "status quo"
            cells = (x.name, put, beside_it, f"`{indicator}`", sign.replace("-", MINUS), change, seen, x.why)
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def beside_prototype(found: pd.DataFrame) -> str:
    """A Markdown table: each setting's change, its interval, and the prototype's size in italics."""
    by = found.set_index(["setting", "indicator"])
    lines = ["| setting | " + " | ".join(heading for _, heading, _, _ in SHOWN) + " |"]
    lines.append("| --- |" + " --- |" * len(SHOWN))
    for setting, (_, sizes) in PROTOTYPE.items():
        cells = []
        for (indicator, _, factor, digits), size in zip(SHOWN, sizes, strict=True):
            row = by.loc[(setting, indicator)]
            change, low, high = (factor * row[x] for x in ("delta", "delta_low", "delta_high"))
            cell = f"{change:+.{digits}f} [{low:+.{digits}f}, {high:+.{digits}f}] *{size:+g}*"
            cells.append(cell.replace("-", MINUS))
        lines.append(f"| {setting} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--population", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("results/lever-signs"))
    args = parser.parse_args()
    settings: dict[tuple[str, str], Scheme] = {}  # by place and what they set: many comparisons share one

    def scheme_of(place: str, levers: Levers) -> str:
        key = place, repr(sorted(levers.items()))
        name = f"setting-{len(settings)}" if levers else "status-quo"
        return settings.setdefault(key, Scheme(name, name, ("MODEL 17",), dict(levers))).name

    compared = {
        x.name: (x.place, scheme_of(x.place, x.before), scheme_of(x.place, x.after)) for x in comparisons()
    }
    compared |= {
        name: ("yongan", scheme_of("yongan", {}), scheme_of("yongan", levers))
        for name, (levers, _) in PROTOTYPE.items()
    }
    measured: dict[str, Values] = {}
    for name in dict.fromkeys(place for place, _ in settings):
        place = im.load_place(name, population=args.population)
        schemes = [scheme for (where, _), scheme in settings.items() if where == name]
        plan = plan_runs(place, schemes, replicates=args.replicates, months=args.months, seed=2026)
        runs = run_all(place, plan.requests, workers=args.workers)
        values = measured.setdefault(name, {})
        for run in tqdm(runs, desc=name, total=len(plan.requests), unit="run"):
            seen = {name: value for name, (value, _, _) in run.indicators.items()}
            values.setdefault(run.scheme, {})[run.replicate] = seen
    found = changes(measured, compared)
    args.out.mkdir(parents=True, exist_ok=True)
    found.to_csv(args.out / "changes.csv", index=False, lineterminator="\n", float_format="%.6g")
    (args.out / "signs.md").write_text(signs(found), encoding="utf-8")
    (args.out / "beside-prototype.md").write_text(beside_prototype(found), encoding="utf-8")


if __name__ == "__main__":
    main()
