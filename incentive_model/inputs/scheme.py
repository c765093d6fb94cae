"""A scheme: the levers that differ from a place's status quo, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from incentive_model.cards import Fault, InputError, levers, nearest, parameters
from incentive_model.inputs.files import DATA, is_file
from incentive_model.inputs.place_files import Text
from incentive_model.inputs.shapes import Faults, TomlShape, shown, whole
from incentive_model.inputs.toml_file import fitted, parsed
from incentive_model.inputs.values import Value, sum_faults, typed, value_faults

if TYPE_CHECKING:
    from incentive_model.inputs.place import Place


class ChangeTable(TomlShape):
    """Levers from a month on."""

    month: int = whole(1, 1_200, "the scheme's month, the first is 1")
    levers: dict[str, Any] = Field(description="a table of levers")


class SchemeFile(TomlShape):
    """A scheme's TOML file."""

    title: Text = Field(description="a title, in quotes")
    source: list[Text] = Field(description="a list of sources, in quotes")
    includes: list[Text] = Field(default=[], description="a list of packaged schemes, in quotes")
    levers: dict[str, Any] = Field(default={}, description="a table of levers")
    change: list[ChangeTable] = Field(default=[], description="a list of [[change]] tables")


@dataclass(frozen=True)
class Scheme:
    """What a policy sets; everything else stays as it is in the place.

    Attributes:
        name: the packaged name, or the file's without ``.toml``.
        title, source: for people; where the idea is from.
        levers: from the first month on; those of the schemes it ``includes`` first, in order.
        changes: ``(month, levers)``, by month; each stays until a later one sets it anew.
    """

    name: str
    title: str
    source: tuple[str, ...]
    levers: dict[str, Value]
    changes: tuple[tuple[int, dict[str, Value]], ...] = ()

    def with_levers(self, **values: Value) -> Scheme:
        """The scheme with these levers set from the first month on.

        Raises:
            InputError: an unknown lever, or a value its card refuses.
        """
        Faults(value_faults(values, levers(), "", "lever")).stop()
        return replace(self, levers={**self.levers, **typed(values, levers())})


#: The order in which packaged schemes are told: the empty one, the three families, support, everything.
FIRST = (
    "status-quo",
    "revenue-sharing",
    "reimbursement-differential",
    "performance-evaluation",
    "support-only",
    "full-package",
)


def scheme_names() -> list[str]:
    """The packaged schemes, in the order of the three families; any other after them."""
    names = sorted(entry.stem for entry in (DATA / "schemes").glob("*.toml"))
    return sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def load_scheme(name_or_file: str | Path) -> Scheme:
    """A packaged scheme by its name, or one of your own by its TOML file.

    Raises:
        InputError: with every fault found.
    """
    if isinstance(name_or_file, str) and name_or_file in scheme_names():
        return read_scheme(DATA / "schemes" / f"{name_or_file}.toml")
    if isinstance(name_or_file, str | Path) and is_file(name_or_file):
        return read_scheme(Path(name_or_file))
    names = scheme_names()
    allowed = f"a packaged scheme ({', '.join(names)}) or a TOML file"
    raise InputError(Fault("scheme", shown(str(name_or_file)), allowed, nearest(str(name_or_file), names)))


def read_scheme(path: Path) -> Scheme:
    """The scheme in a file.

    Raises:
        InputError: with every fault found.
    """
    table = parsed(path)
    faults = Faults(_lever_faults(path.name, table))
    try:
        file = fitted(path, table, SchemeFile)
    except InputError as error:
        raise InputError([*error.faults, *faults]) from error
    cards = levers()
    months: set[int] = set()
    for item, change in enumerate(file.change, start=1):
        if change.month in months:
            found = f"month {change.month} again"
            faults.append(Fault(f"{path.name}: change.{item}.month", found, "each month once"))
        months.add(change.month)
    names = scheme_names()
    for item, name in enumerate(file.includes, start=1):
        if name not in names or name == path.stem:
            where, allowed = f"{path.name}: includes.{item}", f"another packaged scheme ({', '.join(names)})"
            faults.append(Fault(where, shown(name), allowed, nearest(name, names)))
    faults.stop()
    included = {k: v for name in file.includes for k, v in load_scheme(name).levers.items()}
    return Scheme(
        name=path.stem,
        title=file.title,
        source=tuple(file.source),
        levers={**included, **typed(file.levers, cards)},
        changes=tuple(sorted((change.month, typed(change.levers, cards)) for change in file.change)),
    )


def _lever_faults(file: str, table: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with the levers, told together with whatever else is wrong in the file."""
    changes = table.get("change")
    written = {f"{file}: levers.": table.get("levers")}
    for item, change in enumerate(changes if isinstance(changes, list) else (), start=1):
        written[f"{file}: change.{item}.levers."] = change.get("levers") if isinstance(change, dict) else None
    faults = []
    for where, values in written.items():
        if isinstance(values, dict):
            faults += value_faults(values, levers(), where, "lever")
    return faults


def resolve_levers(place: Place, scheme: Scheme, month: int = 1) -> dict[str, Value]:
    """Every lever's value in a month of the scheme.

    The cards' defaults, over them the place's status quo, the scheme's levers, its changes up to ``month``.

    Raises:
        InputError: levers that are parts of one whole do not sum to 1.
    """
    resolved = _resolved(place.levers, scheme, month)
    Faults(sum_faults(resolved, f"scheme {scheme.name} in {place.name}, month {month}: ")).stop()
    return resolved


def scheme_sum_faults(scheme: Scheme, where: str) -> list[Fault]:
    """Parts that do not sum to 1 from the start or after a change, over the cards' defaults."""
    faults = []
    for month in (1, *(month for month, _ in scheme.changes)):
        found = sum_faults(_resolved({}, scheme, month), f"{where}: levers.")
        faults += [fault for fault in found if fault not in faults]
    return faults


def _resolved(status_quo: Mapping[str, Value], scheme: Scheme, month: int) -> dict[str, Value]:
    resolved: dict[str, Any] = {name: card.default for name, card in levers().items()}
    resolved.update(status_quo)
    resolved.update(scheme.levers)
    for start, values in scheme.changes:
        if start <= month:
            resolved.update(values)
    return resolved


def resolve_parameters(place: Place, overrides: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """Every parameter's value: the cards' defaults, the place's over them, then ``overrides``.

    Raises:
        InputError: an unknown parameter, or a value its card refuses.
    """
    cards = parameters()
    given = dict(overrides or {})
    Faults(value_faults(given, cards, "", "parameter")).stop()
    resolved: dict[str, Any] = {name: card.default for name, card in cards.items()}
    resolved.update(place.parameters)
    resolved.update(typed(given, cards))
    return resolved
