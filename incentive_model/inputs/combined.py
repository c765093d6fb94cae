"""Schemes in force together: every combination of so many of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.scheme import Scheme
from incentive_model.inputs.values import Value

#: Stands between the names of schemes that are in force together.
AND = "+"


def combined(schemes: Sequence[Scheme], sizes: Sequence[int]) -> Iterator[Scheme]:
    """Every combination of so many schemes at a time, in the order of ``sizes``.

    Args:
        schemes: of one place, their dates turned into months.
        sizes: how many at a time, each from 1 to as many as there are.

    Raises:
        InputError: two schemes that should be in force together contradict each other, or their names could
            not be told apart.
    """
    for size in sizes:
        for some in combinations(schemes, size):
            yield some[0] if size == 1 else together(some)


def together(schemes: Sequence[Scheme]) -> Scheme:
    """Several schemes in force at once; its name is theirs, joined by ``+``.

    Raises:
        InputError: two of them set one lever differently, or a name has a ``+`` in it.
    """
    levers: dict[str, Value] = {}
    changes: dict[int, dict[str, Value]] = {}
    courses: dict[str, tuple[list[tuple[int, Value]], str]] = {}
    for scheme in schemes:
        if AND in scheme.name:
            raise InputError(Fault("combine", f"scheme {scheme.name!r}", f"names without {AND!r}"))
        for lever, course in _courses(scheme).items():
            said, first = courses.setdefault(lever, (course, scheme.name))
            if said != course:
                found = f"{lever} is not the same in {first} and {scheme.name}"
                raise InputError(Fault("combine", found, "schemes that can be in force together"))
        levers |= scheme.levers
        for month, values in scheme.changes:
            changes.setdefault(month, {}).update(values)
    return Scheme(
        AND.join(scheme.name for scheme in schemes),
        f" {AND} ".join(scheme.title for scheme in schemes),
        tuple(dict.fromkeys(source for scheme in schemes for source in scheme.source)),
        levers,
        tuple((month, changes[month]) for month in sorted(changes)),
    )


def _courses(scheme: Scheme) -> dict[str, list[tuple[int, Value]]]:
    """What a scheme sets each of its levers to, and from which month on."""
    found: dict[str, list[tuple[int, Value]]] = {}
    for month, values in ((1, scheme.levers), *scheme.changes):
        for lever, value in values.items():
            found.setdefault(lever, []).append((month, value))
    return found
