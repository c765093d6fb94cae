"""A ranking of factors: how far down it is stable, and what more base rows would settle; in words too."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from incentive_model.analysis.sensitivity.jackknife import Estimate, Floats

#: Ranks that a stopping rule and a verdict look at.
TOP = 3
#: More than so many times the base rows there are is no advice.
AFFORDABLE = 64
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
#: Decimals beyond which a size is rounding.
ROUNDED = 12
NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Ranking(NamedTuple):
    """Factors in order of an index.

    Attributes:
        names, values, half_widths: from the strongest on.
        gaps: by how much each exceeds the next; the last one exceeds nothing.
        gap_half_widths: half the width of that difference's 95% interval.
        base_rows: that it rests on.
    """

    names: tuple[str, ...]
    values: Floats
    half_widths: Floats
    gaps: Floats
    gap_half_widths: Floats
    base_rows: int

    @property
    def stable(self) -> int:
        """How many ranks, from the top, each surely exceed the next."""
        unsure = np.flatnonzero(~(self.gaps > self.gap_half_widths))
        return int(unsure[0]) if len(unsure) else len(self.names)

    def more_rows(self) -> int | None:
        """How many more base rows would settle the next rank, as far as one can tell: intervals narrow with
        the square root of their number. None: more than anybody would make."""
        rank = self.stable
        if rank >= len(self.gaps) or not self.gaps[rank] > 0:
            return None
        times = (self.gap_half_widths[rank] / self.gaps[rank]) ** 2
        if not times <= AFFORDABLE:
            return None
        needed = self.base_rows * 2.0 ** math.ceil(math.log2(max(times, 1.0 + 1e-9)))
        return int(needed) - self.base_rows

    def settled(self, precision: float) -> bool:
        """Whether no interval is wider than plus or minus ``precision``, and each of the top ranks surely
        exceeds the next, or is known to be within that of it."""
        narrow = bool((self.half_widths <= precision).all())
        told = (self.gaps > self.gap_half_widths) | (self.gap_half_widths <= precision)
        return narrow and bool(told[:TOP].all())


def ranking(estimate: Estimate, of: dict[int, str], base_rows: int) -> Ranking:
    """The ranking of some of an estimate's numbers.

    Args:
        of: the factor's name by the number's place.
    """
    numbers = np.array(list(of))
    order = numbers[np.argsort(-estimate.values[numbers], kind="stable")]
    gaps, widths = estimate.differences(order)
    return Ranking(
        tuple(of[k] for k in order.tolist()),
        estimate.values[order],
        estimate.half_widths()[order],
        gaps,
        widths,
        base_rows,
    )


def verdict(
    output: str, found: Ranking, index: str, luck: Floats | None, *, unsure: bool = False, sizes: bool = False
) -> str:
    """In two sentences what an output hangs on, and how stable the ranking is.

    Args:
        index: what the ranking is by, in words.
        luck: luck's share of one run's variance, and its interval, if it is known.
        sizes: whether the index is in the output's unit, and no share.
        unsure: whether it may as well hang on luck alone; the ranking is of the average over replicates.
    """
    shown = [
        f"{name} ({_number(value, sizes)}{'' if np.isnan(width) else f' ± {_number(width, sizes)}'})"
        for name, value, width in zip(found.names[:TOP], found.values, found.half_widths, strict=False)
    ]
    luck_alone = "may as well hang on luck alone; the average over replicates hangs most"
    begin = f"{output} {luck_alone if unsure else 'hangs most'}"
    text = f"{begin} on {_listed(shown)}, by {index}"
    if luck is not None:
        share, low, high = map(percent, luck)
        text += f"; luck is {share} of one run's variance [{low}, {high}]"
    return f"{text}. {stability(found)}"


def stability(found: Ranking) -> str:
    """How far down a ranking is stable, and what would settle the next rank."""
    stable, count = found.stable, len(found.names)
    if count > 1 and np.isnan(found.gap_half_widths).all():
        return "How sure that is, such a design does not tell."
    if stable >= count - 1:
        return "The ranking is stable." if count > 1 else "There is nothing to rank."
    words = "No rank is settled" if stable == 0 else f"The ranking of the top {_many(stable)} is stable"
    if stable == 1:
        words = "The first rank is stable"
    more = found.more_rows()
    this, other = found.names[stable], found.names[stable + 1]
    if more is None:
        return f"{words}; {this} and {other} cannot be told apart with any number of base rows worth making."
    return f"{words}; about {more:,} more base rows would settle {_ordinal(stable)}."


def percent(share: float) -> str:
    """A share in percent: with a decimal below one percent, and never below zero or above a hundred."""
    share = min(max(share, 0.0), 1.0)
    return f"{share:.1%}" if 0.0005 <= share < 0.01 else f"{share:.0%}"


def _many(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _ordinal(rank: int) -> str:
    return f"the {ORDINALS[rank]}" if rank < len(ORDINALS) else f"rank {rank + 1}"


def _number(value: float, sizes: bool) -> str:
    """A size in three digits, a share in hundredths; what is below zero is zero within its error."""
    return f"{max(round(value, ROUNDED), 0.0):.3g}" if sizes else f"{max(value, 0.0):.2f}"


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
