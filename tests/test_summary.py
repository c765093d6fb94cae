"""What a study's table is summed up to."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from incentive_model.analysis.summary import REGION
from incentive_model.inputs.county import County
from incentive_model.inputs.design import Design, Factor
from incentive_model.inputs.study import Study
from incentive_model.report.study import sweep

OUTPUTS = ("first_contact_primary_share", "net_hospitals", "qalys")


def swept(folder: Path, study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of runs and its summary."""
    made = sweep(study, folder, executor="none", progress=False)
    return made.runs(), pd.read_csv(folder / "summary.csv")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    counties = (County("large", "l", "yongan", 600_000), County("small", "s", "yongan", 200_000))
    study = Study(
        "region",
        "r",
        (),
        counties=counties,
        schemes=("full-package",),
        population=150,
        months=2,
        burn_in=1,
        replicates=3,
        outputs=OUTPUTS,
    )
    return swept(tmp_path_factory.mktemp("region") / "out", study)


def line(summary: pd.DataFrame, **said: object) -> pd.Series:
    rows = summary.loc[(summary[list(said)] == pd.Series(said)).all(axis=1)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_region_is_the_mean_of_its_counties_by_residents(
    region: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    _, summary = region
    for scheme in ("status-quo", "full-package"):
        for output in OUTPUTS:
            large, small, all_of_them = (
                line(summary, place=place, scheme=scheme, output=output)
                for place in ("large", "small", REGION)
            )
            assert math.isclose(all_of_them["value"], 0.75 * large["value"] + 0.25 * small["value"])
            if scheme != "status-quo":
                assert math.isclose(all_of_them["delta"], 0.75 * large["delta"] + 0.25 * small["delta"])


def test_changes_are_paired_within_a_replicate(region: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    runs, summary = region
    base = runs.set_index("run_id")
    treated = runs[(runs["scheme"] == "full-package") & (runs["place"] == "large")]
    by_hand = treated["net_hospitals"].to_numpy() - base.loc[treated["baseline"], "net_hospitals"].to_numpy()
    found = line(summary, place="large", scheme="full-package", output="net_hospitals")
    assert math.isclose(found["delta"], by_hand.mean())
    half = 4.302652729911275 * by_hand.std(ddof=1) / math.sqrt(3)  # Student's t, 2 degrees of freedom
    assert math.isclose(found["delta_high"] - found["delta_low"], 2 * half)
    assert found["n"] == 3


def test_a_point_at_which_nothing_is_set_changes_nothing(tmp_path: Path) -> None:
    design = Design("full-factorial", {"referral_bonus": Factor("referral_bonus", (0.0, 100.0))})
    study = Study("s", "s", ("yongan",), population=200, months=2, burn_in=1, replicates=2, design=design)
    _, summary = swept(tmp_path / "out", study)
    nothing = summary[summary["referral_bonus"].eq(0.0) & summary["scheme"].eq("s")]
    assert len(nothing) > 100
    assert nothing["delta"].dropna().eq(0.0).all()
    assert summary.loc[summary["referral_bonus"].eq(100.0), "delta"].dropna().ne(0.0).any()
