"""A factor's column: numbers, or words."""

from __future__ import annotations

import pandas as pd

#: What a blank is called: the scheme or place keeps its own value.
BLANK = "as it is"


def is_number(column: pd.Series) -> bool:
    """Whether every value is a number (true and false are), and none is blank."""
    return bool(column.notna().all()) and pd.api.types.is_numeric_dtype(column.infer_objects())


def words(column: pd.Series) -> list[str]:
    """The values as text; blanks as :data:`BLANK`."""
    return [BLANK if pd.isna(x) else str(x) for x in column]
