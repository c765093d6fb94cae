"""A design: which points of levers and parameters a study tries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import Field

from incentive_model.cards import Card, Fault, InputError, nearest
from incentive_model.inputs.card_columns import varied_cards
from incentive_model.inputs.place_files import Text
from incentive_model.inputs.points import read_points
from incentive_model.inputs.shapes import Faults, TomlShape, shown, whole
from incentive_model.inputs.values import Value, typed, value_faults, wholes

#: Designs whose points are written down, designs made of the values of factors, and sampled designs.
WRITTEN = ("list", "csv")
LISTED = ("full-factorial", "one-at-a-time")
SAMPLED = (
    "latin-hypercube",
    "sobol-sequence",
    "sobol",
    "morris",
    "shapley",
    "fast",
    "finite-difference",
    "fractional-factorial",
)
#: Sampled designs in which a smaller ``n`` is the beginning of a larger one.
EXTENSIBLE = ("sobol-sequence", "sobol", "morris", "shapley")
#: Designs whose factors may move in groups.
GROUPED = ("sobol", "morris")
#: What a factor is called that the model never sees: its index is what luck alone looks like.
DUMMY = "dummy"


class Span(TomlShape):
    """From where to where a factor goes; what is left out is the card's plausible end."""

    low: float | None = Field(default=None, allow_inf_nan=False, description="a number, the lowest")
    high: float | None = Field(default=None, allow_inf_nan=False, description="a number, the highest")


class DesignTable(TomlShape):
    """``[design]``."""

    method: Literal[(*WRITTEN, *LISTED, *SAMPLED)] = Field(  # type: ignore[valid-type]
        description="one of " + ", ".join((*WRITTEN, *LISTED, *SAMPLED))
    )
    n: int | None = whole(
        1, 10_000_000, "points; of sobol, morris, shapley and fast: base rows", default=None
    )
    csv: Text | None = Field(default=None, description="a CSV file of points beside the study, in quotes")
    point: list[dict[str, Any]] = Field(
        default=[], description="tables of levers and parameters, one a point"
    )
    factors: dict[str, list[Any] | Span] = Field(
        default={}, description="a table: each factor a list of values, or {low = …, high = …}"
    )
    roles: list[Literal["lever", "behaviour", "place"]] = Field(
        default=[], description="a list of lever, behaviour and place: every card of these is a factor too"
    )
    groups: Literal["role", "concern"] | dict[str, list[str]] = Field(
        default={}, description="factors that move together: role, concern, or a table of lists of factors"
    )
    second_order: bool = Field(default=False, description="true or false: of sobol, pairs of factors too")
    levels: list[int] = Field(
        default=[4], min_length=1, description="of morris, a list of even whole numbers: levels of a factor"
    )


@dataclass(frozen=True)
class Factor:
    """A lever or parameter that a design varies.

    Attributes:
        values: what it may be, one by one; empty if it goes from ``low`` to ``high``.
        log: whether it is even in the logarithm.
        whole: whether it is a whole number.
        unseen: a dummy, which the model never sees; where it moves, luck is drawn anew.
    """

    name: str
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    whole: bool = False
    unseen: bool = False


@dataclass(frozen=True, eq=False)
class Design:
    """Which points are tried.

    Attributes:
        method: how they are laid, or ``list``, ``csv``: they are written down.
        factors: what varies, by name.
        n: how many, where the method asks; of designs with base rows, how many of these.
        points: those written down, a row each, a column a factor; a blank (None, NaN) leaves the scheme's.
        groups: factors that move together, by the group's name; empty: each for itself.
        second_order: whether a Sobol design has what pairs of factors need.
        levels: levels of a factor in trajectories of Morris, one after the other.
    """

    method: str
    factors: dict[str, Factor] = field(default_factory=dict)
    n: int | None = None
    points: pd.DataFrame | None = None
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    second_order: bool = False
    levels: tuple[int, ...] = (4,)


def read_design(table: DesignTable, path: Path) -> Design:
    """A design as it was written.

    Raises:
        InputError: with every fault found.
    """
    where = f"{path.name}: design"
    faults = Faults(_keys_faults(table, where))
    faults.stop()
    if table.method == "csv":
        return Design("csv", points=read_points(path.parent / str(table.csv)))
    if table.method == "list":
        cards = varied_cards()
        for number, point in enumerate(table.point, start=1):
            faults += value_faults(point, cards, f"{where}.point.{number}.", "lever or parameter")
        faults.stop()
        return Design("list", points=pd.DataFrame([typed(point, cards) for point in table.point]))
    factors = {}
    for name, asked in _all_factors(table).items():
        with faults.caught():
            factors[name] = _factor(name, asked, f"{where}.factors.{name}", table.method)
    groups: dict[str, tuple[str, ...]] = {}
    with faults.caught():
        groups = grouped(table.groups, list(factors), f"{where}.groups")
    faults.stop()
    levels = tuple(table.levels)
    return Design(table.method, factors, table.n, None, groups, table.second_order, levels)


def _all_factors(table: DesignTable) -> dict[str, list[Any] | Span]:
    """Those of the roles asked for that evidence leaves open, and those named."""
    cards = varied_cards().values()
    open_ones = (x for x in cards if x.part in table.roles and (x.plausible or x.choices))
    return {x.name: Span() for x in open_ones} | table.factors


def grouped(
    asked: str | Mapping[str, Sequence[str]], names: Sequence[str], where: str
) -> dict[str, tuple[str, ...]]:
    """Factors that move together, by the group's name; a dummy is a group by itself, unless it stands in one.

    Args:
        asked: ``role`` or ``concern``, or factors by group; empty: each factor moves for itself.
        names: all factors.

    Raises:
        InputError: a factor in no group or in two, an unknown one, or fewer than two groups.
    """
    if not asked:
        return {}
    if isinstance(asked, str):
        cards = varied_cards()
        of = {name: DUMMY if name == DUMMY else getattr(cards[name], _CARD_FIELD[asked]) for name in names}
        groups = {group: tuple(x for x in names if of[x] == group) for group in dict.fromkeys(of.values())}
    else:
        groups = {str(group): tuple(members) for group, members in asked.items() if members}
        members = [name for some in groups.values() for name in some]
        if DUMMY in names and DUMMY not in members:
            groups[DUMMY] = (DUMMY,)
            members.append(DUMMY)
        for name in [*members, *names]:
            if name not in names:
                raise InputError(Fault(where, shown(name), "a factor's name", nearest(name, names)))
            if members.count(name) != 1:
                said = f"{name} in {members.count(name)} groups"
                raise InputError(Fault(where, said, "every factor in one group"))
    if len(groups) < 2:
        raise InputError(Fault(where, f"{len(groups)} group", "two groups or more"))
    return groups


#: What a group's name is taken from.
_CARD_FIELD = {"role": "part", "concern": "concern"}


def option_faults(
    method: str, where: str, *, groups: object, second_order: bool, levels: Sequence[int]
) -> Iterator[Fault]:
    """What of a sampled design's options goes with its method, and what not."""
    for key, there, methods in (
        ("groups", groups, GROUPED),
        ("second_order", second_order, ("sobol",)),
        ("levels", list(levels) != [4], ("morris",)),
    ):
        if there and method not in methods:
            found = f"{key} with method {method!r}"
            yield Fault(f"{where}.{key}", found, f"{key} with method {' or '.join(methods)}")
    for count in levels:
        if count < 2 or count % 2:
            yield Fault(f"{where}.levels", str(count), "even whole numbers, 2 or more", "write levels = [4]")


def _keys_faults(table: DesignTable, where: str) -> Iterator[Fault]:
    """What a method needs, and what it has no use for."""
    needs = {"csv": "csv", "list": "point"}.get(table.method, "factors")
    there = {"csv": table.csv, "point": table.point, "factors": table.factors or table.roles}
    for key, value in there.items():
        if bool(value) != (key == needs):
            found = f"{key} with method {table.method!r}" if key != needs else "nothing"
            yield Fault(f"{where}.{key}", found, f"{needs} with method {table.method!r}")
    options = {key: getattr(table, key) for key in ("groups", "second_order", "levels")}
    yield from option_faults(table.method, where, **options)
    wants_n = table.method in SAMPLED and table.method != "fractional-factorial"
    if (table.n is not None) != wants_n:
        found = "nothing" if wants_n else f"a number with method {table.method!r}"
        allowed = "a number of points" if wants_n else "no n: the factors say how many"
        yield Fault(f"{where}.n", found, allowed, "write n = 512" if wants_n else "leave it out")


def _factor(name: str, asked: list[Any] | Span, where: str, method: str) -> Factor:
    cards = varied_cards()
    if name == DUMMY:
        if method not in SAMPLED or asked not in (Span(), []):
            raise InputError(Fault(where, "a dummy with values", "dummy = {} with a sampled design"))
        return Factor(name, unseen=True)

    def accepted(values: Sequence[Any]) -> tuple[Value, ...]:
        faults = Faults()
        for value in values:
            faults += value_faults({name: value}, cards, where.removesuffix(name), "lever or parameter")
        faults.stop()
        return tuple(typed({name: value}, cards)[name] for value in values)

    if name not in cards:
        accepted([0])
    card = cards[name]
    if isinstance(asked, list):
        if not asked:
            raise InputError(Fault(where, "an empty list", "values, or {low = …, high = …}"))
        return Factor(name, accepted(asked))
    if method == "full-factorial":
        raise InputError(Fault(where, "a range", f"a list of values with method {method!r}"))
    if card.choices:
        return Factor(name, card.choices)
    low, high = _end(asked.low, card, 0, where), _end(asked.high, card, 1, where)
    accepted([low, high])
    if low >= high:
        raise InputError(Fault(where, f"low = {low:g}, high = {high:g}", "low below high"))
    if method in LISTED:  # one at a time: at either end
        return Factor(name, accepted([low, high]))
    part = any(name in whole for whole in wholes())
    log = card.distribution == "loguniform" and low > 0 and not part
    return Factor(name, (), low, high, log, isinstance(card.default, int))


def _end(asked: float | None, card: Card, side: int, where: str) -> float:
    if asked is not None:
        return asked
    if card.plausible is None:
        raise InputError(Fault(where, "no plausible range on its card", "{low = …, high = …}"))
    return float(card.plausible[side])
