"""Groups of residents that are the same in every place."""

from __future__ import annotations

from collections.abc import Iterable

#: Breakdown → its groups: fifths of income (1 the poorest), age band, home, chronic condition. Insurances
#: are a place's own.
GROUPS: dict[str, tuple[str, ...]] = {
    "quintile": ("1", "2", "3", "4", "5"),
    "age": ("0-14", "15-44", "45-59", "60+"),
    "home": ("rural", "urban"),
    "chronic": ("well", "chronic"),
}
ALL_GROUPS = tuple(group for groups in GROUPS.values() for group in groups)


def breakdown_of(groups: Iterable[str]) -> str | None:
    """The one breakdown that has all of some groups; None for no groups.

    Raises:
        ValueError: they are not groups of one breakdown.
    """
    wanted = set(groups)
    if not wanted:
        return None
    for by, names in GROUPS.items():
        if wanted <= set(names):
            return by
    raise ValueError(" and ".join(sorted(wanted)))
