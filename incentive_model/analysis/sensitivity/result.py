"""What a sensitivity analysis found."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from incentive_model.analysis.sensitivity.factor_info import FactorInfo

#: Columns of the tables, in order.
INDICES = ("output", "of", "method", "index", "factor", "value", "low", "high")
THROUGH_TIME = ("output", "month", "index", "factor", "value", "low", "high")
CONVERGENCE = ("output", "base_rows", "index", "factor", "value", "low", "high")
SWINGS = ("output", "factor", "setting", "set_to", "change", "low", "high")
BOXES = ("output", "box", "factor", "low", "high", "coverage", "density")


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What a sensitivity analysis found. Intervals are 95%.

    Attributes:
        design: the design's method.
        factors: what was varied.
        outputs: what was looked at, with its unit.
        base_rows: base rows that were used, of the output that most were lost of.
        replicates: of each point.
        runs, failed: how many were made, and failed.
        dropped_base_rows, dropped_replicates: what failed runs cost beside themselves: whole base rows, and
            replicates of base rows that are left.
        constant: outputs that never change; they have no indices.
        indices: all of them, tidy: ``of`` is ``mean`` (of E[Y|X], free of luck), ``run`` (of the average over
            replicates as it is) or ``dispersion`` (of the variance over replicates).
        through_time: by quarter, named by its last month.
        convergence: the main index of the first base rows alone.
        swings: of factors varied one at a time.
        boxes: where a scheme fails.
        verdicts: by output, what it hangs on and how sure that is.
        settled: whether every output's main indices are as sure as was asked.
        notes: what could not be told, and why: a surrogate that predicts too badly, no failures.
    """

    title: str
    design: str
    factors: tuple[FactorInfo, ...]
    outputs: dict[str, str]
    base_rows: int
    replicates: int
    runs: int
    failed: int
    dropped_base_rows: int
    dropped_replicates: int
    constant: tuple[str, ...]
    indices: pd.DataFrame
    through_time: pd.DataFrame
    convergence: pd.DataFrame
    swings: pd.DataFrame
    boxes: pd.DataFrame
    verdicts: dict[str, str]
    settled: bool = True
    notes: tuple[str, ...] = ()

    def of(self, output: str, index: str, of: str = "mean", method: str | None = None) -> pd.DataFrame:
        """The indices of one kind of an output, the strongest first; those of the run where there are none of
        the mean (one replicate). By the design's own method, if it has that index and no other is named."""
        table = self.indices
        found = table[(table["output"] == output) & (table["index"] == index)]
        own = found[found["method"] == (method or self.design)]
        if method is not None or len(own):
            found = own
        if of == "mean" and not (found["of"] == "mean").any():
            of = "run"
        return found[found["of"] == of].sort_values("value", ascending=False, kind="stable")

    @property
    def basis(self) -> str:
        """What it rests on, in words: base rows, replicates, and what failed runs have cost."""
        text = f"{self.base_rows:,} base rows of the design {self.design!r}, {self.runs:,} runs"
        text += f", {self.replicates} replicates of each point" if self.replicates > 1 else ""
        if self.design == "one-at-a-time":
            text = f"{self.runs:,} runs, {self.replicates} replicates of each setting"
        if self.failed:
            text += f"; {self.failed:,} runs failed"
        if self.dropped_base_rows:
            share = self.dropped_base_rows / (self.base_rows + self.dropped_base_rows)
            text += f"; {self.dropped_base_rows:,} more base rows ({share:.1%}) were not whole and left out"
        if self.dropped_replicates:
            text += f"; {self.dropped_replicates:,} replicates of others were left out"
        return text


#: By design, the method and the index that factors are ranked by.
MAIN = {
    "sobol": ("sobol", "total"),
    "morris": ("morris", "mu_star"),
    "shapley": ("shapley", "shapley"),
    "fast": ("fast", "total"),
    "latin-hypercube": ("rbd-fast", "first"),
    "sobol-sequence": ("rbd-fast", "first"),
}
