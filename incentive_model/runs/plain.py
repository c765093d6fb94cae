"""Values as JSON can carry them: no NaN, no NumPy types, keys as text."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel


def plain(value: Any) -> Any:
    """``value`` made of dict, list, str, int, float, bool and None alone; what is not finite is None.

    A table becomes a list of rows, an array a list, a dataclass or a pydantic model its fields.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, pd.DataFrame):
        return [plain(row) for row in value.to_dict(orient="records")]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def to_json(value: Any, *, indent: int | None = 2) -> str:
    """``value`` as JSON text: the same value gives the same text."""
    return json.dumps(plain(value), indent=indent, ensure_ascii=False, allow_nan=False)
