"""Fits the status quo of a place: behaviour to its targets, and starting values to where they settle.

    python experiments/calibrate.py [yongan] [--seeds 8] [--population 20000] [--workers 2] [--resume]

All parameters together, on the same luck every time: of free behaviour those that the place's ``fit`` targets
determine. Levers stay at the status quo throughout, so that no lever's effect is ever fitted. Writes to
``results/calibration/PLACE/``: ``fit.toml`` (the values: for the cards if the place is Yong'an, else for the
place's own ``[parameters]``), ``fit.csv`` (every target before and after), ``history.csv`` (every evaluation,
as it is made), ``fit.png`` and ``README.md``. Takes some minutes on two cores at the defaults.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.optimize import lsq_linear
from tqdm import tqdm

import incentive_model as im
from incentive_model.analysis.intervals import interval
from incentive_model.engine.population import homes
from incentive_model.inputs import resolve_parameters

#: Free behaviour: the id of the ``fit`` target that determines it, the part of the target's tolerance that it
#: should be met within (1 where the source gives a range and no figure), and the step of its difference.
#: In the order in which one target determines a parameter, given those before it.
FREE = {
    "illness_rate": ("visits", 0.1, 0.02),
    "severe_scale": ("admissions", 0.2, 0.05),
    "self_care_constant": ("self-care", 0.3, 0.2),
    "constant_T2": ("primary-visits", 0.1, 0.1),
    "beta_quality": ("bypass", 0.5, 0.4),
    "hassle_up": ("up", 0.1, 4.0),
    "hassle_down": ("offers", 0.3, 6.0),
    "repute_gap": ("acceptances", 0.5, 0.3),
    "constant_T3": ("out-of-area", 0.3, 0.1),
}
#: Starting values, which should be where the status quo settles: mean trust by choice slot, and chronic
#: patients' control of their condition. They should not drift by more than ``SETTLED``.
STARTS = (*(f"trust_start_{x}" for x in ("T0", "T1", "T2", "T2_other", "T3")), "control_start")
SETTLED = 0.002
#: The place whose fit stands on the cards, for all places that do not say otherwise.
CARDS = "yongan"
#: The fit ends when no parameter would move by this part of its step, or nothing more is won.
SMALL = 0.02
ROUNDS = 2
#: No command's default: what is fitted here is validated on other luck.
SEED = 18_000
MONTHS = 60


def measured(place: im.Place, values: dict[str, float], replicate: int) -> dict[str, float | None]:
    """One run of the status quo: every indicator, and where the starts stand in the last year."""
    model = im.IncentiveModel(place, seed=SEED, replicate=replicate, **values)
    residents = model.residents
    last_year = []
    for month in range(MONTHS - 11, MONTHS + 1):
        model.run(month)
        trust = np.ma.masked_array(residents.trust, model.homes.reach[residents.clinic] < 0).mean(
            axis=0, dtype=float
        )
        last_year.append([*trust, residents.control[residents.chronic == 1].mean(dtype=float)])
    found = {name: value for name, (value, _, _) in model.indicators().items()}
    return found | dict(zip(STARTS, np.mean(last_year, axis=0), strict=True))


class Problem:
    """The place, its targets, and everything that has been evaluated.

    What the targets leave open (``beta_quality`` and ``constant_T2`` move the same two shares alike) is
    drawn to the middle of its plausible range: half that range away costs as much as a target just met.
    """

    def __init__(self, place: im.Place, seeds: int, out: Path, map_: Callable[..., Iterable[Any]]) -> None:
        assert place.targets is not None
        self.place, self.seeds, self.out, self.map = place, seeds, out, map_
        self.every = place.targets.set_index("id")
        fitted = set(self.every.index[self.every["kind"] == "fit"])
        self.free = {name: entry for name, entry in FREE.items() if entry[0] in fitted}
        within_reach = (homes(place).reach[place.villages["clinic_row"]] >= 0).any(axis=0)
        self.starts = [name for name, there in zip(STARTS, [*within_reach, True], strict=True) if there]
        self.names = (*self.free, *self.starts)
        self.missed_by = [f"missed by {name}" for name in self.names]
        self.steps = np.array([step for _, _, step in self.free.values()] + [0.02] * len(self.starts))
        self.prior = np.array([1.0] * len(self.free) + [0.0] * len(self.starts))
        self.targets = self.every.loc[[target for target, _, _ in self.free.values()]]
        within = self.targets["tolerance"] * [part for _, part, _ in self.free.values()]
        self.within = np.array([*within, *[SETTLED] * len(self.starts)])
        cards = im.parameters()
        plausible = np.array([cards[name].plausible or (0.0, 1.0) for name in self.names])
        self.middle, self.half = plausible.mean(axis=1), np.diff(plausible)[:, 0] / 2
        now = resolve_parameters(place)
        self.default = np.array([now[name] for name in self.names], float)
        self.history = pd.DataFrame(columns=[*self.names, *self.missed_by, "cost"], dtype=float)

    def runs(self, x: np.ndarray, seeds: int) -> pd.DataFrame:
        """One run a seed, a row each."""
        values = dict(zip(self.names, map(float, x), strict=True))
        return pd.DataFrame(list(self.map(partial(measured, self.place, values), range(seeds))))

    def missed(self, x: np.ndarray, runs: pd.DataFrame) -> np.ndarray:
        """How far each target is missed and each start drifts; 1 is just met."""
        mean = runs[[*self.targets["indicator"], *self.starts]].mean().to_numpy()
        wanted = np.concatenate([self.targets["value"], x[len(self.free) :]])
        return (mean - wanted) / self.within

    def evaluate(self, x: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
        """The runs of all seeds and what they miss; noted and told."""
        runs = self.runs(x, self.seeds)
        missed = self.missed(x, runs)
        cost = float(np.square(self.cost_terms(x, missed)).sum())
        self.history.loc[len(self.history)] = [*x, *missed, cost]
        self.history.to_csv(self.out / "history.csv", index_label="evaluation", lineterminator="\n")
        worst = int(np.abs(missed).argmax())
        told = f"{self.names[worst]} misses most, by {missed[worst]:+.2f}; cost {cost:.2f}"
        print(f"evaluation {len(self.history)}: {told}", file=sys.stderr)
        return runs, missed

    def slopes(self, x: np.ndarray) -> np.ndarray:
        """What a step of each parameter changes, on half of the seeds: it need only point the way."""
        some = (self.seeds + 1) // 2
        base = self.missed(x, self.runs(x, some))
        moves = tqdm(np.diag(self.steps), desc="slopes", unit="parameter", disable=None, leave=False)
        return np.array([self.missed(x + move, self.runs(x + move, some)) - base for move in moves]).T

    def solve(self, x: np.ndarray) -> np.ndarray:
        """The values that miss least: Gauss and Newton's steps inside the plausible ranges.

        Slopes are measured, and corrected by what each step shows (Broyden's rule) until two steps running
        win nothing; then once more from there.
        """
        _, missed = self.evaluate(x)
        for _ in range(ROUNDS):
            slopes, idle = self.slopes(x), 0
            while idle < 2:
                system = np.vstack([slopes, np.diag(self.prior * self.steps / self.half)])
                room = [(self.middle + side * self.half - x) / self.steps + side * 1e-9 for side in (-1, 1)]
                step = lsq_linear(system, -self.cost_terms(x, missed), bounds=(room[0], room[1])).x
                if np.abs(step).max() < SMALL:
                    break
                tried, best = x + step * self.steps, self.history["cost"].min()
                _, now = self.evaluate(tried)
                cost = self.history["cost"].iloc[-1]
                slopes += np.outer(now - missed - slopes @ step, step) / (step @ step)
                idle = 0 if cost < 0.99 * best else idle + 1
                if cost < best:
                    x, missed = tried, now
        return x

    def cost_terms(self, x: np.ndarray, missed: np.ndarray) -> np.ndarray:
        """What is squared and summed: what is missed, and how far values are from the middle."""
        return np.concatenate([missed, self.prior * (x - self.middle) / self.half])


def rounded(x: np.ndarray) -> np.ndarray:
    """Four significant digits: more than the luck of a few seeds can tell apart."""
    return np.array([float(f"{value:.4g}") for value in x])


def targets_table(problem: Problem, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Every target of the place, before and after, with 95% intervals over seeds."""
    rows = []
    determined = {target: name for name, (target, _, _) in problem.free.items()}
    for target, row in problem.every.iterrows():
        found = {
            "parameter": determined.get(str(target), ""),
            "target": row["value"],
            "tolerance": row["tolerance"],
        }
        for when, runs in (("before", before), ("after", after)):
            mean, low, high, _ = interval(runs[row["indicator"]])
            found |= {when: mean, f"{when}_low": low, f"{when}_high": high}
        rows.append({"id": target, "indicator": row["indicator"], "kind": row["kind"]} | found)
    return pd.DataFrame(rows)


def toml(problem: Problem, x: np.ndarray) -> str:
    """``fit.toml``: every value with its tag."""
    values = dict(zip(problem.names, map(float, x), strict=True))
    head = f"# {problem.place.title}, fitted by experiments/calibrate.py: {problem.seeds} seeds, "
    lines = [f"{head}{problem.place.agents:,} simulated residents.", "", "[fitted]"]
    lines += [
        f"{name} = {values[name]}  # F, target {target}" for name, (target, _, _) in problem.free.items()
    ]
    lines += ["", "[settled]"]
    lines += [f"{name} = {values[name]}  # D, where the status quo settles" for name in problem.starts]
    return "\n".join(lines) + "\n"


def figure(problem: Problem) -> Figure:
    """How far each target is missed, evaluation by evaluation."""
    drawn = Figure(figsize=(9, 5), dpi=100, layout="constrained")
    axes = drawn.add_subplot()
    axes.axhspan(-1, 1, color="#dfe7ee")
    # No grey among the targets' colours: grey are the starting values.
    colours = iter(
        ("#0072B2", "#D55E00", "#00805E", "#B0588F", "#B87A00", "#56B4E9", "#5B4FA2", "#222222", "#7A9A01")
    )
    for name, column in zip(problem.names, problem.missed_by, strict=True):
        label = f"{problem.free[name][0]} (by {name})" if name in problem.free else None
        axes.plot(
            problem.history[column].to_numpy(),
            marker="o",
            ms=3,
            lw=1,
            label=label,
            color=next(colours) if label else "#BBBBBB",
            zorder=2 if label else 1.5,
        )
    axes.set_xlabel("evaluation (the last one with rounded values)")
    axes.set_ylabel("target missed by (between −1 and 1, shaded: met)")
    axes.set_yscale("symlog", linthresh=1)
    axes.set_yticks([-5, -2, -1, 0, 1, 2, 5], ["−5", "−2", "−1", "0", "1", "2", "5"])
    axes.yaxis.minorticks_off()
    axes.set_title(
        f"{problem.place.title}: fit of the status quo (grey: drift of the starting values)", loc="left"
    )
    axes.legend(frameon=False, fontsize=8, ncols=2)
    return drawn


def page(problem: Problem, x: np.ndarray, found: pd.DataFrame) -> str:
    """``README.md``: what was fitted to what, and how well."""
    missed = problem.history[problem.missed_by].iloc[-1].to_numpy()
    named = dict(zip(problem.names, zip(problem.default, x, missed, strict=True), strict=True))
    off = [f"`{name}`" for name in problem.names if abs(named[name][2]) > 1]
    where = "on the cards of these names" if problem.place.name == CARDS else "in the place's `[parameters]`"
    asked = f"--seeds {problem.seeds} --population {problem.place.agents}"
    lines = [
        f"# The fit of {problem.place.title}'s status quo",
        "",
        f"`python experiments/calibrate.py {problem.place.name} {asked}` made this folder. `fit.toml`",
        f"holds the values, which stand {where}. No lever's effect was fitted.",
        "",
        "Between −1 and 1 a target is met: within a tenth of its tolerance, or in its range where the source",
        f"gives a range; a start drifts by {SETTLED:g} at the most. "
        + (f"Not met: {', '.join(off)}." if off else "All are met."),
        "What the targets leave open stays near the middle of its plausible range.",
        "",
        "| parameter | before | after | determined by | missed by |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, (old, new, by) in named.items():
        target = f"`{problem.free[name][0]}`" if name in problem.free else "where it settles"
        lines.append(f"| `{name}` | {old:.4g} | {new:.4g} | {target} | {by:+.2f} |")
    head = ["target", "indicator", "kind", "wanted", "before", "after [95% interval]"]
    lines += ["", f"| {' | '.join(head)} |", "| --- " * len(head) + "|"]
    for row in found.to_dict("records"):
        cells = [f"`{row['id']}`", f"`{row['indicator']}`", row["kind"]]
        cells += [f"{row['target']:.4g} ± {row['tolerance']:.4g}", f"{row['before']:.4g}"]
        cells += [f"{row['after']:.4g} [{row['after_low']:.4g}, {row['after_high']:.4g}]"]
        lines.append(f"| {' | '.join(cells)} |")
    return re.sub(r"(?<=[ (])-(?=\d)", "−", "\n".join(lines)) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("place", nargs="?", default=CARDS)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--population", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="default: results/calibration/PLACE")
    parser.add_argument(
        "--resume", action="store_true", help="start from the best values of --out's history.csv"
    )
    args = parser.parse_args()
    place = im.load_place(args.place, population=args.population)
    args.out = args.out or Path("results/calibration") / place.name
    args.out.mkdir(parents=True, exist_ok=True)
    im.IncentiveModel(place, population=1, burn_in=0).run(1)  # compile once, before the workers do
    with ProcessPoolExecutor(args.workers, multiprocessing.get_context("spawn")) as pool:
        problem = Problem(place, args.seeds, args.out, pool.map)
        start = problem.default
        if args.resume:
            past = pd.read_csv(args.out / "history.csv")
            start = past.loc[past["cost"].idxmin(), list(problem.names)].to_numpy(float)
        before = problem.runs(problem.default, args.seeds)
        x = rounded(problem.solve(start))
        after, _ = problem.evaluate(x)
    found = targets_table(problem, before, after)
    found.to_csv(args.out / "fit.csv", index=False, lineterminator="\n")
    (args.out / "fit.toml").write_text(toml(problem, x), encoding="utf-8")
    (args.out / "README.md").write_text(page(problem, x, found), encoding="utf-8")
    figure(problem).savefig(args.out / "fit.png", metadata={"Software": None})
    print((args.out / "README.md").read_text("utf-8"))


if __name__ == "__main__":
    main()
