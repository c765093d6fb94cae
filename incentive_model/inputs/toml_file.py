"""A TOML file as a shape."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.files import read_text
from incentive_model.inputs.shapes import Loc, Shape, key_path, shaped


def read_toml(path: Path, shape: type[Shape]) -> Shape:
    """The file as a ``shape``.

    Raises:
        InputError: unreadable, not TOML, unknown or missing keys, wrong types, out of bounds.
    """
    return fitted(path, parsed(path), shape)


def fitted(path: Path, table: Mapping[str, Any], shape: type[Shape]) -> Shape:
    """What was read from ``path``, as a ``shape``.

    Raises:
        InputError: unknown or missing keys, wrong types, out of bounds.
    """

    def where(loc: Loc) -> str:
        return f"{path.name}: {key_path(loc)}"

    return shaped(shape, table, where)


def parsed(path: Path) -> dict[str, Any]:
    """The file's table, whatever is in it.

    Raises:
        InputError: unreadable, or not TOML.
    """
    text = read_text(path)
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise InputError(Fault(path.name, "brackets nested too deep", "TOML")) from error
    except ValueError as error:  # TOMLDecodeError says line and column; int() refuses 4,300 digits
        raise InputError(Fault(path.name, f"broken TOML: {error}", "TOML (key = value)")) from error
