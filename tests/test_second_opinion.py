"""OpenTURNS, by other people and in another language, on the same outputs.

It is no part of the test extra: it is larger than all of that together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from known_functions import ISHIGAMI_FACTORS, ishigami

import incentive_model as im
from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.analysis.sensitivity.evaluations import Floats
from incentive_model.analysis.sensitivity.of_study import evaluations_of
from incentive_model.analysis.study_runs import StudyRuns
from incentive_model.cards import levers
from incentive_model.inputs.design import Design, Factor
from incentive_model.inputs.study import Study
from incentive_model.runs.study_plan import plan_study

ot = pytest.importorskip("openturns")


def theirs(cube: Floats, values: Floats, estimator: str) -> dict[str, Floats]:
    """First and total indices by one of OpenTURNS's estimators.

    Args:
        cube, values: base row by base row: A, then A with one factor of B after the other, then B.
    """
    factors = cube.shape[1]
    order = [0, factors + 1, *range(1, factors + 1)]  # first all of A, then all of B, then each mixture
    x = cube.reshape(-1, factors + 2, factors)[:, order].swapaxes(0, 1).reshape(-1, factors)
    y = values.reshape(-1, factors + 2)[:, order].T.reshape(-1, 1)
    kind = getattr(ot, f"{estimator}SensitivityAlgorithm")
    algorithm = kind(ot.Sample(x), ot.Sample(y), len(values) // (factors + 2))
    return {
        "first": np.array(algorithm.getFirstOrderIndices()),
        "total": np.array(algorithm.getTotalOrderIndices()),
    }


def ours(found: Sensitivity, output: str, index: str, factors: list[str]) -> Floats:
    rows = found.of(output, index, of="run").set_index("factor")
    return np.asarray(rows.loc[factors, "value"])


@pytest.mark.parametrize("estimator", ["Saltelli", "Jansen", "MauntzKucherenko", "Martinez"])
def test_on_ishigami(estimator: str) -> None:
    calls: list[tuple[list[float], float]] = []

    def noted(factors: dict[str, Any], seed: int) -> float:
        calls.append((list(factors.values()), ishigami(factors)))
        return calls[-1][1]

    found = im.sensitivity_of(noted, ISHIGAMI_FACTORS, n=2048)
    cube, values = (np.array(x) for x in zip(*calls, strict=True))
    for index, other in theirs(cube, values, estimator).items():
        assert ours(found, "output", index, [*ISHIGAMI_FACTORS]) == pytest.approx(other, abs=0.01)


@pytest.mark.slow
def test_on_our_own_model(tmp_path: Path) -> None:
    """The same but for the variance that indices are shares of: we take A's and B's, OpenTURNS A's alone, and
    n less one here or there.

    A and B are lucky together, so that of the first-order estimators only the one by Mauntz and Kucherenko,
    which takes differences, is none the wiser for it, as ours.
    """
    factors = {
        "reimbursement_gap": Factor("reimbursement_gap", (), 0.0, 0.4),
        "beta_travel": Factor("beta_travel", (), 0.01, 0.1, log=True),
        "payment_method": Factor("payment_method", levers()["payment_method"].choices),
    }
    asked = Study(
        "second-opinion",
        "Second opinion",
        ("yongan",),
        population=400,
        months=3,
        burn_in=1,
        replicates=2,
        baseline=False,
        outputs=("oop_per_capita", "net_hospitals", "primary_visit_share"),
        design=Design("sobol", factors, 32),
    )
    found = im.sensitivity(asked, tmp_path / "out", executor="none", progress=False)
    made = evaluations_of(StudyRuns(tmp_path / "out", plan_study(asked)))
    for output in made.outputs:
        values = output.values.mean(axis=1)
        a, b = (values.reshape(32, 5)[:, k] - values.mean() for k in (0, -1))
        variance = (a @ a + b @ b) / 2 / 32
        for index, estimator in (("first", "MauntzKucherenko"), ("total", "Jansen")):
            other = theirs(made.layout.cube, values, estimator)[index]
            mine = ours(found, output.name, index, [*factors])
            assert mine / mine.sum() == pytest.approx(other / other.sum(), rel=1e-6, abs=1e-9)
            assert mine.sum() * variance == pytest.approx(other.sum() * a.var(), rel=1 / 32)
