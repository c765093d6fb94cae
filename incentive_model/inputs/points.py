"""Points of a design in a CSV file: one row a point, one column a lever or parameter."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from incentive_model.inputs.card_columns import with_card_columns
from incentive_model.inputs.csv_file import read_csv
from incentive_model.inputs.shapes import RowShape


class PointRow(RowShape):
    """A point; its columns are levers and parameters."""


def read_points(path: Path) -> pd.DataFrame:
    """The points in a file, in its order; a blank cell (NaN, None) leaves what the scheme or place says.

    Raises:
        InputError: unreadable, not CSV, an unknown lever or parameter, a value that its card refuses.
    """
    rows = read_csv(path, with_card_columns(PointRow, path))
    return pd.DataFrame([row.cells.model_dump() for row in rows])
