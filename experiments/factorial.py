"""What each family does alone, in the bundle and beside the others: every combination of the four families.

    python experiments/factorial.py [--replicates 20] [--population 20000] [--workers 2]

The levers of a family are those of its packaged scheme. All sixteen combinations (2⁴) meet the same people
and the same luck. Writes to ``results/factorial/``: ``effects.csv`` (every effect on every outcome, with its
paired 95% interval over replicates), ``README.md`` (the main ones as tables) and ``factorial.png`` and
``.svg``. Takes about three minutes on two cores at the defaults.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from tqdm import tqdm

import incentive_model as im
from incentive_model.analysis.contrast import contrast
from incentive_model.analysis.intervals import Interval, interval
from incentive_model.analysis.stakeholders import STAKEHOLDERS
from incentive_model.report.style import save, styled
from incentive_model.report.words import decimals_for, display_unit, number, scale, stakeholder

#: Packaged schemes, in short.
FAMILIES = {
    "sharing": "revenue-sharing",
    "reimbursement": "reimbursement-differential",
    "evaluation": "performance-evaluation",
    "support": "support-only",
}
SHOWN = (
    "first_contact_primary_share",
    "up_referral_rate",
    "down_referral_rate",
    "unnecessary_referral_share",
    "visits_T2",
    "wait_days_T2_referred",
    "fund_spending",
    "oop_per_capita",
    "qalys_per_1000",
)
Combination = tuple[str, ...]
ALL: Combination = tuple(FAMILIES)
COMBINATIONS: list[Combination] = [x for k in range(len(ALL) + 1) for x in combinations(ALL, k)]


def name_of(combination: Combination) -> str:
    return "+".join(combination) or "status-quo"


def weights() -> Iterator[tuple[str, str, dict[Combination, float]]]:
    """Every effect: what kind, of which families, and the weights of the combinations that give it.

    * alone: the family and nothing else, against the status quo;
    * in the bundle: all four, against all without the family;
    * main: with against without, averaged over all combinations of the others;
    * interaction: half of how much one family's main effect differs with and without the other;
    * joint: all four against the status quo; sum of singles: the four alone; beyond the sum: joint less sum.
    """
    for family in ALL:
        without = tuple(x for x in ALL if x != family)
        yield "alone", family, {(family,): 1.0, (): -1.0}
        yield "in the bundle", family, {ALL: 1.0, without: -1.0}
    for order, kind in ((1, "main"), (2, "interaction")):
        for some in combinations(ALL, order):
            signs = {x: (-1.0) ** len(set(some) - set(x)) for x in COMBINATIONS}
            yield kind, " × ".join(some), {x: sign / 8.0 for x, sign in signs.items()}
    singles = {(family,): 1.0 for family in ALL} | {(): -4.0}
    yield "joint", "all", {ALL: 1.0, (): -1.0}
    yield "sum of singles", "all", singles
    yield "beyond the sum", "all", {ALL: 1.0, (): 3.0} | {(family,): -1.0 for family in ALL}


def effects(runs: pd.DataFrame, units: dict[str, str]) -> pd.DataFrame:
    """Every effect on every outcome, paired, with its 95% interval over replicates."""
    wide = runs[["scheme", "replicate", *units]].astype(object).where(runs.notna(), None)
    values = {
        str(scheme): {row["replicate"]: row for row in rows.to_dict("records")}
        for scheme, rows in wide.groupby("scheme")
    }
    rows = []
    for outcome, unit in units.items():
        for kind, family, by in weights():
            found = interval(contrast(values, {outcome: {name_of(x): w for x, w in by.items()}}).values())
            rows.append((outcome, unit, kind, family, *found))
    return pd.DataFrame(rows, columns=["outcome", "unit", "effect", "of", "value", "low", "high", "n"])


class Effects:
    """The effects, looked up."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.found = {
            (row.outcome, row.effect, row.of): Interval(row.value, row.low, row.high, row.n)
            for row in table.itertuples()
        }
        self.unit = dict(zip(table["outcome"], table["unit"], strict=True))

    def cell(self, outcome: str, kind: str, family: str) -> str:
        """``+1.23 [1.20, 1.26]``, bold if the interval leaves zero out."""
        factor = scale(self.unit[outcome])
        value, low, high = (None if x is None else factor * x for x in self.found[outcome, kind, family][:3])
        decimals = decimals_for([value, (high or 0.0) - (low or 0.0)])
        text = f"{number(value, decimals, sign=True)} [{number(low, decimals)}, {number(high, decimals)}]"
        sure = low is not None and high is not None and (low > 0 or high < 0)
        return f"**{text}**" if sure else text

    def table(self, outcomes: list[str], heads: list[tuple[str, str]]) -> str:
        """A Markdown table: an outcome a row, an effect a column."""
        lines = [
            f"| outcome | {' | '.join(f'{kind}: {of}' for kind, of in heads)} |",
            "| --- " * (len(heads) + 1) + "|",
        ]
        for outcome in outcomes:
            cells = [self.cell(outcome, kind, of) for kind, of in heads]
            lines.append(
                f"| {label(outcome)}, {display_unit(self.unit[outcome], change=True)} | {' | '.join(cells)} |"
            )
        return "\n".join(lines)


def label(outcome: str) -> str:
    return stakeholder(outcome.removeprefix("net_")) if outcome.startswith("net_") else f"`{outcome}`"


def page(found: Effects, request: dict[str, object]) -> str:
    """``README.md``."""
    money = [f"net_{name}" for name in STAKEHOLDERS]
    pairs = [("interaction", " × ".join(pair)) for pair in combinations(ALL, 2)]
    sums = [(kind, "all") for kind in ("joint", "sum of singles", "beyond the sum")]
    asked = f"--replicates {request['replicates']} --population {request['population']}"
    parts = [
        "# Components and bundle",
        f"`python experiments/factorial.py {asked}` made this folder:\n"
        "all sixteen combinations of the four families in "
        f"`{request['place']}`, {request['months']} months, the same people and luck.\n"
        "Changes with 95% intervals over replicates, bold where they leave zero out.\n\n"
        "* *alone*: against the status quo\n"
        "* *in the bundle*: what is lost if the family is taken out of all four\n"
        "* *beyond the sum*: what all four do together, less the sum of what each does alone (E12)\n"
        "* *interaction*: half of how much one's main effect differs with and without the other\n\n"
        "Main effects and every outcome are in `effects.csv`.",
        "![Each family alone and in the bundle](factorial.png)",
    ]
    for title, outcomes in (
        ("Indicators", list(SHOWN)),
        ("Stakeholders, yuan per resident-year, + is better for them", money),
    ):
        parts.append(f"## {title}")
        for heads in ([("alone", x) for x in ALL], [("in the bundle", x) for x in ALL], sums, pairs):
            parts.append(found.table(outcomes, heads))
    return "\n\n".join(parts) + "\n"


def draw(found: Effects) -> Axes:
    """Each family alone (filled) and in the bundle (open), by outcome; the last row has sum and joint."""
    outcomes = [*SHOWN, *(f"net_{name}" for name in STAKEHOLDERS)]
    drawn = Figure(figsize=(13, 11), dpi=100, layout="constrained")
    panels = drawn.subplots(4, 4, sharey=True).ravel()
    rows = [*ALL, "all"]
    for panel, outcome in zip(panels, outcomes, strict=True):
        factor = scale(found.unit[outcome])
        panel.axvline(0, color="#999999", lw=0.8)
        for row, family in enumerate(rows):
            kinds = ("sum of singles", "joint") if family == "all" else ("alone", "in the bundle")
            for kind, face, shift in zip(kinds, ("#0072B2", "white"), (-0.14, 0.14), strict=True):
                mean, low, high = (factor * x for x in found.found[outcome, kind, family][:3])
                panel.plot([low, high], [row + shift] * 2, color="#0072B2", lw=1.5)
                panel.plot(mean, row + shift, "o", color="#0072B2", markerfacecolor=face, ms=5)
        unit = display_unit(found.unit[outcome], change=True).replace("resident-year", "person-year")
        panel.set_title(label(outcome).strip("`"), fontsize=9)
        panel.set_xlabel(unit, fontsize=8)
        panel.tick_params(labelsize=8)
        panel.set_yticks(range(len(rows)), rows)
        panel.set_ylim(len(rows) - 0.5, -0.5)
    drawn.suptitle(
        "Filled: each family alone, and their sum. Open: each in the bundle of four, and all jointly.",
        fontsize=11,
    )
    return panels[0]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--population", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("results/factorial"))
    args = parser.parse_args()
    place = im.load_place("yongan", population=args.population)
    families = {family: im.load_scheme(scheme).levers for family, scheme in FAMILIES.items()}
    schemes = []
    for some in COMBINATIONS[1:]:
        levers = {name: value for family in some for name, value in families[family].items()}
        schemes.append(im.Scheme(name_of(some), name_of(some), ("E12",), levers))
    with tqdm(total=1, unit="run") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        result = im.compare(
            place, schemes, replicates=args.replicates, seed=2026, workers=args.workers, progress=progress
        )
    units = {name: im.indicators()[name].unit for name in result.measured}
    units |= {f"net_{name}": "yuan a resident-year" for name in STAKEHOLDERS}
    table = effects(result.runs, units)
    args.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(args.out / "effects.csv", index=False, lineterminator="\n")
    found = Effects(table)
    (args.out / "README.md").write_text(page(found, result.request), encoding="utf-8")
    with styled():
        save(draw(found), args.out, "factorial")


if __name__ == "__main__":
    main()
