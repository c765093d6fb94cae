"""A study whose runs take a fiftieth of a second, and what it left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from incentive_model.inputs.study import Study
from incentive_model.runs.sweep_folder import file_hash


def tiny(replicates: int = 6, **changes: Any) -> Study:
    """The full package in Yong'an, with 200 residents, for two months."""
    said: dict[str, Any] = {
        "name": "tiny",
        "title": "Tiny",
        "places": ("yongan",),
        "schemes": ("full-package",),
        "population": 200,
        "months": 2,
        "burn_in": 1,
        "outputs": ("down_referral_rate", "net_hospitals"),
        "series": ("up_referral_rate",),
        "replicates": replicates,
    }
    return Study(**said | changes)


def tables(folder: Path) -> dict[str, str]:
    """A hash of every table in a results folder."""
    return {path.name: file_hash(path) for path in sorted(folder.glob("*.parquet"))}
