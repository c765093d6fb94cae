"""The shape of a file: pydantic says what may stand where, and its errors become faults.

Every field's description says in words what may be written; a fault quotes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from incentive_model.cards import Fault, InputError, nearest

Shape = TypeVar("Shape", bound=BaseModel)
Loc = tuple[int | str, ...]

#: Letters (of any script), digits, ``_``, ``.`` and ``-``: fit for a key, a cell and a file name.
NAME = r"^[\w.\-]+$"


class TomlShape(BaseModel):
    """A TOML table: exact types (a whole number is not a word), no unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    #: Where to write now what used to stand, or is looked for, under a key of this table.
    elsewhere: ClassVar[Mapping[str, str]] = {}


class RowShape(BaseModel):
    """A CSV row: cells arrive as text and are read as the column's type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Faults(list[Fault]):
    """Faults found so far; ``with faults.caught():`` adds what is raised inside."""

    @contextmanager
    def caught(self) -> Iterator[None]:
        try:
            yield
        except InputError as error:
            self.extend(error.faults)

    def once(self) -> Faults:
        """Of several about one cell the first: the others follow from it."""
        kept: dict[object, Fault] = {}
        for k, fault in enumerate(self):
            kept.setdefault(fault.where if ", column " in fault.where else k, fault)
        return Faults(kept.values())

    def stop(self) -> None:
        """Raise :class:`InputError` if anything was found."""
        if self:
            raise InputError(self)


def number(low: float, high: float, unit: str, **more: Any) -> Any:
    """A finite number from ``low`` to ``high``, inclusive."""
    words = f"a number from {low:,} to {high:,} ({unit})"
    return Field(ge=low, le=high, allow_inf_nan=False, description=words, **more)


def positive(high: float, unit: str) -> Any:
    """A finite number above 0, up to ``high``."""
    words = f"a number above 0, up to {high:,} ({unit})"
    return Field(gt=0, le=high, allow_inf_nan=False, description=words)


def whole(low: int, high: int, unit: str, **more: Any) -> Any:
    """A whole number from ``low`` to ``high``, inclusive."""
    return Field(ge=low, le=high, description=f"a whole number from {low:,} to {high:,} ({unit})", **more)


def word(meaning: str, **more: Any) -> Any:
    """A short name without spaces."""
    words = f"{meaning}: letters, digits, _ . or -, without spaces"
    return Field(pattern=NAME, max_length=60, description=words, **more)


def shown(value: object) -> str:
    """``value`` as a fault shows it: one short line, nothing that moves a terminal's cursor."""
    if isinstance(value, Mapping):
        return "a table"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a whole number of more than 4,300 digits; a very deep list
        return f"an unreadable {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."


def key_path(loc: Loc) -> str:
    """A key path as TOML writes it, list items counted from 1."""
    parts = (str(part + 1) if isinstance(part, int) else part for part in loc)
    return ".".join(part if part.isidentifier() or part.isdigit() else shown(part) for part in parts)


def shaped(shape: type[Shape], table: Mapping[str, Any], where: Callable[[Loc], str]) -> Shape:
    """``table`` as a ``shape``.

    Args:
        shape: the pydantic model.
        table: what was read.
        where: names the spot of a key path for a person.

    Raises:
        InputError: one fault for everything that does not fit.
    """
    try:
        return shape.model_validate(table)
    except ValidationError as error:
        # A misspelt key is also a missing one; the misspelling comes first, as it names the mend.
        errors = sorted(error.errors(include_url=False), key=lambda item: item["type"] != "extra_forbidden")
        faults = [_fault(shape, dict(item), where) for item in errors]
    raise InputError(faults)


def _fault(shape: type[BaseModel], error: dict[str, Any], where: Callable[[Loc], str]) -> Fault:
    loc: Loc = error["loc"]
    is_key = bool(loc) and loc[-1] == "[key]"
    loc = loc[:-1] if is_key else loc
    owner, words = _described(shape, loc)
    if error["type"] == "extra_forbidden":
        known = list(owner.model_fields)
        mend = getattr(owner, "elsewhere", {}).get(str(loc[-1])) or nearest(str(loc[-1]), known)
        return Fault(where(loc), f"an unknown key {shown(loc[-1])}", "one of " + ", ".join(known), mend)
    if error["type"] == "missing":
        return Fault(where(loc), "nothing", words, f"write {loc[-1]}")
    found = shown(loc[-1]) if is_key else shown(error["input"])
    allowed = words or error["msg"]
    names = _choices(error)
    mend = nearest(str(loc[-1] if is_key else error["input"])[:60], names) if names else ""
    return Fault(where(loc), found, allowed, mend)


def _without_none(kind: Any) -> Any:
    """What an optional field holds if it holds anything."""
    kinds = [other for other in get_args(kind) if other is not type(None)]
    return kinds[0] if type(None) in get_args(kind) and len(kinds) == 1 else kind


def _choices(error: dict[str, Any]) -> list[str]:
    expected = str(error.get("ctx", {}).get("expected", "")) if error["type"] == "literal_error" else ""
    return [word.strip(" '") for word in expected.replace(" or ", ",").split(",") if word.strip()]


def _described(shape: type[BaseModel], loc: Loc) -> tuple[type[BaseModel], str]:
    """The shape that owns the last key of ``loc``, and the words of the innermost described field."""
    owner: Any = shape
    words = ""
    inner: Any = shape
    for part in loc:
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            owner = inner
            field = inner.model_fields.get(str(part))
            if field is None:
                return owner, words
            words, inner = field.description or words, _without_none(field.annotation)
        else:
            inner = (get_args(inner) or (object,))[-1]
    return owner, words
