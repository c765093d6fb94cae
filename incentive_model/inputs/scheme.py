"""A scheme: the levers that differ from a place's status quo, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from incentive_model.cards import Fault, InputError, levers, nearest, parameters
from incentive_model.inputs.files import DATA, is_file, is_folder
from incentive_model.inputs.place_files import MONTH, Text
from incentive_model.inputs.shapes import Faults, TomlShape, shown, whole
from incentive_model.inputs.toml_file import fitted, parsed
from incentive_model.inputs.values import Value, sum_faults, typed, value_faults

if TYPE_CHECKING:
    from incentive_model.inputs.place import Place


class ChangeTable(TomlShape):
    """Levers from a month on, counted from the scheme's start, or by its date in the place."""

    month: int | None = whole(1, 1_200, "the scheme's month, the first is 1", default=None)
    date: str | None = Field(default=None, pattern=MONTH, description='a calendar month: "2009-04"')
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
        dated: the same by calendar month (``2009-04``), until :meth:`at` makes months of a place of them.
    """

    name: str
    title: str
    source: tuple[str, ...]
    levers: dict[str, Value]
    changes: tuple[tuple[int, dict[str, Value]], ...] = ()
    dated: tuple[tuple[str, dict[str, Value]], ...] = ()

    def with_levers(self, **values: Value) -> Scheme:
        """The scheme with these levers set from the first month on.

        Raises:
            InputError: an unknown lever, or a value its card refuses.
        """
        Faults(value_faults(values, levers(), "", "lever")).stop()
        return replace(self, levers={**self.levers, **typed(values, levers())})

    def at(self, place: Place) -> Scheme:
        """The same scheme with every date as a month of this place.

        Raises:
            InputError: a date in a place without a ``start``, or before it; two changes in one month.
        """
        changes = dict(self.changes)
        for date, values in self.dated:
            month = _month_of(date, place, self.name)
            if month in changes:
                found = f"month {month} again ({date})"
                raise InputError(Fault(f"scheme {self.name}: change", found, "each month once"))
            changes[month] = values
        return replace(self, changes=tuple((month, changes[month]) for month in sorted(changes)), dated=())


#: The order in which packaged schemes are told: the empty one, the three families, support, everything.
FIRST = (
    "status-quo",
    "revenue-sharing",
    "reimbursement-differential",
    "performance-evaluation",
    "support-only",
    "full-package",
)


def _month_of(date: str, place: Place, scheme: str) -> int:
    """A date as a month of the scheme."""
    where = f"scheme {scheme}: change.date"
    if place.start is None:
        found = f"{date}, but {place.name} has no start"
        raise InputError(Fault(where, found, "month = …, or a place with a start in its place.toml"))
    years, months = (int(a) - int(b) for a, b in zip(date.split("-"), place.start.split("-"), strict=True))
    if 12 * years + months < 0:
        raise InputError(Fault(where, date, f"{place.start}, when {place.name} starts, or later"))
    return 12 * years + months + 1


def scheme_names() -> list[str]:
    """The packaged schemes, in the order of the three families; any other after them."""
    names = sorted(entry.stem for entry in (DATA / "schemes").glob("*.toml"))
    return sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def load_scheme(name_or_file: str | Path, place: Place | None = None) -> Scheme:
    """A packaged scheme by its name, one of a place's own, or one of your own by its TOML file.

    A packaged place's own scheme is found anywhere as ``PLACE/SCHEME``.

    Raises:
        InputError: with every fault found.
    """
    own = {} if place is None else place.schemes
    if isinstance(name_or_file, str) and name_or_file in scheme_names():
        return read_scheme(DATA / "schemes" / f"{name_or_file}.toml")
    if isinstance(name_or_file, str) and name_or_file in own:
        return own[name_or_file]
    if isinstance(name_or_file, str | Path) and is_file(name_or_file):
        return read_scheme(Path(name_or_file), own)
    if isinstance(name_or_file, str) and (found := scheme_of_a_place(name_or_file)):
        return found
    names = [*scheme_names(), *own]
    allowed = f"a packaged scheme ({', '.join(names)}), PLACE/SCHEME, or a TOML file"
    raise InputError(Fault("scheme", shown(str(name_or_file)), allowed, nearest(str(name_or_file), names)))


def scheme_of_a_place(name: str) -> Scheme | None:
    """A packaged place's own scheme, written ``PLACE/SCHEME``."""
    place, _, scheme = name.partition("/")
    schemes = place_schemes(DATA / "places" / place / "schemes") if scheme else {}
    return schemes.get(scheme)


def place_schemes(folder: Path) -> dict[str, Scheme]:
    """The schemes in a place's folder, by name; each may include those before it.

    Raises:
        InputError: with every fault found.
    """
    found: dict[str, Scheme] = {}
    faults = Faults()
    for path in sorted(folder.glob("*.toml")) if is_folder(folder) else []:
        if path.stem in scheme_names():
            faults.append(Fault(f"schemes/{path.name}", "a packaged scheme's name", "a name of its own"))
            continue
        with faults.caught():
            found[path.stem] = read_scheme(path, found)
    faults.stop()
    return found


def read_scheme(path: Path, known: Mapping[str, Scheme] | None = None) -> Scheme:
    """The scheme in a file.

    Args:
        known: schemes that it may include beside the packaged ones.

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
    changes: dict[int, ChangeTable] = {}
    dated: dict[str, ChangeTable] = {}
    for item, change in enumerate(file.change, start=1):
        where = f"{path.name}: change.{item}"
        if (change.month is None) == (change.date is None):
            found = "neither month nor date" if change.date is None else "both month and date"
            faults.append(Fault(where, found, "one of the two", "write month = 13"))
        elif change.month in changes or change.date in dated:
            found = f"month {change.month or change.date} again"
            faults.append(Fault(f"{where}.month", found, "each month once"))
        elif change.month is not None:
            changes[change.month] = change
        elif change.date is not None:
            dated[change.date] = change
    own = {} if known is None else known
    names = [*scheme_names(), *own]
    for item, name in enumerate(file.includes, start=1):
        if name not in names or name == path.stem:
            where, allowed = f"{path.name}: includes.{item}", f"another packaged scheme ({', '.join(names)})"
            faults.append(Fault(where, shown(name), allowed, nearest(name, names)))
    faults.stop()
    parts = [own[name] if name in own else load_scheme(name) for name in file.includes]
    included = {k: v for part in parts for k, v in part.levers.items()}
    return Scheme(
        name=path.stem,
        title=file.title,
        source=tuple(file.source),
        levers={**included, **typed(file.levers, cards)},
        changes=tuple((month, typed(changes[month].levers, cards)) for month in sorted(changes)),
        dated=tuple((date, typed(dated[date].levers, cards)) for date in sorted(dated)),
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
