"""Tables on disk: Parquet for machines, CSV for people; the same table gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.api.types import is_integer_dtype

from incentive_model.cards import levers

#: Columns that are words, and columns that are whole numbers, in any table of runs.
WORDS = ("run_id", "place", "scheme", "status", "stage", "error", "baseline", "design_hash", "limits")
WHOLE = ("draw", "replicate", "seed", "month", "ledger_imbalance_fen")


def schema_of(frame: pd.DataFrame) -> pa.Schema:
    """The Arrow type of every column, from its name and not from the values that happen to be in it.

    Keys are words or whole numbers, levers that are words are words, and all else is a 64-bit float,
    but for numerators and denominators that were counted.
    """
    return pa.schema([pa.field(name, _type(frame, name)) for name in frame.columns])


def _type(frame: pd.DataFrame, name: str) -> pa.DataType:
    counted = name.endswith(("__numerator", "__denominator")) and is_integer_dtype(frame[name])
    return pa.int64() if counted else column_type(name)


def column_type(name: str) -> pa.DataType:
    """The Arrow type of a column of that name: levers that are words are words, and most else is a float."""
    lever = levers().get(name)
    if name in WORDS or (lever is not None and lever.choices):
        return pa.string()
    return pa.int64() if name in WHOLE else pa.float64()


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as it is sorted, without index and without pandas' own metadata."""
    table = pa.Table.from_pandas(frame, schema=schema_of(frame), preserve_index=False)
    pq.write_table(table.replace_schema_metadata(None), path, compression="zstd")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8; numbers in the fewest digits that read back the same."""
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
