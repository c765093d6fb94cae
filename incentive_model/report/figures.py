"""All figures by name: draw one, or write them all."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from matplotlib.axes import Axes

from incentive_model.analysis.comparison import Comparison
from incentive_model.analysis.residents import BY_INCOME
from incentive_model.cards import Fault, InputError, nearest
from incentive_model.report.fifths import fifths, groups
from incentive_model.report.gains import gains
from incentive_model.report.money import money
from incentive_model.report.referrals import referrals
from incentive_model.report.style import save, styled

#: Each takes a comparison and, optionally, axes to draw on; each returns its axes.
FIGURES: dict[str, Callable[[Comparison, Axes | None], Axes]] = {
    "win-win": gains,
    "referral-up": functools.partial(referrals, indicator="up_referral_rate"),
    "referral-down": functools.partial(referrals, indicator="down_referral_rate"),
    "money": money,
    "residents": fifths,
    "groups": groups,
}


def plot(comparison: Comparison, kind: str = "win-win", ax: Axes | None = None) -> Axes:
    """Draw one figure.

    Args:
        kind: ``win-win`` (stakeholders' gains and losses), ``referral-up``, ``referral-down`` (month by
            month), ``money`` (the payments that change most), ``residents`` (winners and losers by income) or
            ``groups`` (the same by what the comparison was broken down by).
        ax: axes to draw on; None makes a figure of its own (``result.get_figure()``).

    Raises:
        InputError: there is no such figure, nothing was compared with the status quo, or no breakdown was
            asked for.
    """
    if kind not in FIGURES:
        raise InputError(Fault("kind", repr(kind), "one of " + ", ".join(FIGURES), nearest(kind, FIGURES)))
    if not comparison.alternatives:
        raise InputError(Fault("comparison", "the status quo alone", "at least one scheme beside it"))
    if kind == "groups" and comparison.by is None:
        found = "a comparison without groups"
        raise InputError(Fault("kind", found, "one with them", 'compare(…, by="age") has groups'))
    with styled():
        return FIGURES[kind](comparison, ax)


def figures_of(comparison: Comparison) -> list[str]:
    """The figures a report shows: groups only where there are others than fifths of income."""
    return [kind for kind in FIGURES if kind != "groups" or comparison.by not in (None, BY_INCOME)]


def write_figures(comparison: Comparison, folder: Path) -> dict[str, list[Path]]:
    """Write every figure as PNG and SVG into an existing folder; the same comparison, the same bytes.

    Returns the paths by figure, PNG first. With nothing but the status quo there is nothing to draw.
    """
    if not comparison.alternatives:
        return {}
    written = {}
    for kind in figures_of(comparison):
        with styled():
            written[kind] = save(FIGURES[kind](comparison, None), folder, kind)
    return written
