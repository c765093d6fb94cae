"""All figures of a sensitivity analysis: each where its numbers are there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes

from incentive_model.analysis.sensitivity import Sensitivity
from incentive_model.report.sensitivity_bars import index_bars, tornado
from incentive_model.report.sensitivity_boxes import MOST_BOXES, boxes_of
from incentive_model.report.sensitivity_convergence import convergence_of
from incentive_model.report.sensitivity_methods import has_several_methods, methods_of
from incentive_model.report.sensitivity_morris import morris_plane
from incentive_model.report.sensitivity_pairs import interactions_of, pairs_of
from incentive_model.report.sensitivity_panels import (
    MOST_FACTORS,
    main_method,
    main_of,
    outputs_with,
    rows_of,
)
from incentive_model.report.sensitivity_shares import firsts_of, months_of, shares_of
from incentive_model.report.study_figures import Drawn
from incentive_model.report.study_panels import output_label
from incentive_model.report.style import save, styled

#: What methods are called.
METHOD_NAMES = {
    "sobol": "Sobol indices",
    "fast": "FAST",
    "surrogate": "Sobol indices of a surrogate",
    "hdmr": "HDMR",
    "rbd-fast": "RBD-FAST",
    "shapley": "Shapley effects",
    "delta": "Borgonovo's delta",
    "pawn": "PAWN",
    "morris": "Morris screening",
    "regional": "regional sensitivity",
}
INTERVALS = "Lines are 95% intervals."


class Figure(NamedTuple):
    """A figure that may be drawn.

    Attributes:
        there: whether a result has its numbers.
        alt: what it shows, for those who cannot see it.
        caption: what stands under it.
    """

    there: Callable[[Sensitivity], bool]
    draw: Callable[[Sensitivity], Axes]
    alt: str
    caption: Callable[[Sensitivity], str]


def write_figures(result: Sensitivity, folder: Path) -> dict[str, Drawn]:
    """Draw what the result has numbers for into an existing folder, as PNG and SVG.

    Returns:
        The figures by name.
    """
    found = {}
    with styled():
        for name, figure in FIGURES.items():
            if figure.there(result):
                paths = save(figure.draw(result), folder, name)
                found[name] = Drawn(paths, figure.alt, figure.caption(result))
    return found


def _has_indices(result: Sensitivity, of: str) -> bool:
    method, _ = main_method(result, of)
    return bool(method and outputs_with(rows_of(result, of, method), result))


def _shares_caption(result: Sensitivity) -> str:
    if main_of(result) == "mean":
        return (
            "What the variance of one run hangs on: coloured, what levers, behaviour and places explain "
            "alone; hatched, what they do only together; dark, luck, by which two runs that are alike in all "
            "else differ. At the right, luck with its 95% interval."
        )
    return (
        "What the variance of an output hangs on: coloured, what factors explain alone; hatched, what they "
        "do only together, and luck, which one replicate cannot tell apart."
    )


def _index_caption(result: Sensitivity, of: str) -> str:
    subject = {
        "mean": "the mean over luck",
        "run": "a run, luck included,",
        "dispersion": "what luck does (the variance over replicates)",
    }[of]
    method, _ = main_method(result, of)
    line = " The dashed line is the upper end of the dummy's interval: what luck alone would show."
    return (
        f"Share of the variance of {subject} that hangs on each factor: {METHOD_NAMES[method]}, the "
        f"{MOST_FACTORS} strongest factors. {INTERVALS} An estimate below zero is drawn at zero: nothing, "
        f"within error.{line if any(x.role == 'dummy' for x in result.factors) else ''}"
    )


def _box_caption(result: Sensitivity) -> str:
    boxes = result.boxes.drop_duplicates(["output", "box"])[:MOST_BOXES]
    words = [
        f"{output_label(str(output))}: coverage {coverage:.0%}, density {density:.0%}"
        for output, coverage, density in zip(
            boxes["output"], boxes["coverage"], boxes["density"], strict=True
        )
    ]
    return (
        "Where outputs fail. Grey, the whole range of a factor; in colour, the part inside the box. "
        f"{'; '.join(words)}. Coverage is the part of all failures that a box holds, density the part of "
        "what it holds that fails. Factors that do not bound a box are left out."
    )


#: In the order of the page.
FIGURES = {
    "shares": Figure(
        lambda result: bool(outputs_with(firsts_of(result), result)),
        shares_of,
        "Bars of what each output's variance hangs on: families of factors, interactions, luck.",
        _shares_caption,
    ),
    "indices": Figure(
        lambda result: _has_indices(result, main_of(result)),
        lambda result: index_bars(result, main_of(result)),
        "Bars of how much of each output's variance hangs on each factor. The tables have the numbers.",
        lambda result: _index_caption(result, main_of(result)),
    ),
    "morris": Figure(
        lambda result: bool(outputs_with(rows_of(result, main_of(result), "morris"), result)),
        morris_plane,
        "Dots of the mean size of each factor's effect against how much the effect varies.",
        lambda _: (
            "Morris screening. To the right, factors with large effects; upwards, factors whose effect is "
            "not the same everywhere: above σ = μ* it may turn its sign, or hangs on other factors; below "
            "σ = 0.5 μ* it mostly goes one way; below σ = 0.1 μ* it is nearly a straight line. Crosses are "
            "95% intervals; small grey dots are weaker factors."
        ),
    ),
    "interactions": Figure(
        lambda result: bool(outputs_with(pairs_of(result), result)),
        interactions_of,
        "Maps of the share of variance that each two factors explain together.",
        lambda _: (
            "Share of the variance that two factors explain together beyond what each explains alone, of the "
            "factors that do most in company. Grey numbers have a 95% interval that holds zero."
        ),
    ),
    "tornado": Figure(
        lambda result: bool(outputs_with(result.swings, result)),
        tornado,
        "Bars of the change of each output as one factor after the other goes from end to end.",
        lambda _: (
            "What each factor does alone, all others as they are: from the change at one end to the change "
            f"at the other, the value set beside it; the {MOST_FACTORS} that do most. {INTERVALS}"
        ),
    ),
    "through-time": Figure(
        lambda result: bool(outputs_with(result.through_time, result)),
        months_of,
        "Layers of the share of variance that each factor explains, month by month.",
        lambda _: (
            "What an output hangs on, quarter by quarter: shares of variance that factors explain alone, the "
            "strongest by name, and what remains."
        ),
    ),
    "dispersion": Figure(
        lambda result: _has_indices(result, "dispersion"),
        lambda result: index_bars(result, "dispersion"),
        "Bars of how much each factor changes what luck does. The file of indices has the numbers.",
        lambda result: _index_caption(result, "dispersion"),
    ),
    "methods": Figure(
        has_several_methods,
        methods_of,
        "Circles of each factor's index by several methods, with its rank.",
        lambda _: (
            "Several methods side by side. A circle's area is the index against the largest of that method; "
            "the number is the factor's rank. Where ranks agree, the choice of method does not matter."
        ),
    ),
    "boxes": Figure(
        lambda result: len(result.boxes) > 0,
        boxes_of,
        "Ranges of the factors that bound the boxes in which outputs fail.",
        _box_caption,
    ),
    "convergence": Figure(
        lambda result: bool(outputs_with(result.convergence, result)),
        convergence_of,
        "Lines of each factor's index with more and more base rows.",
        lambda _: (
            "Whether more base rows would change the answer: the strongest factors by name, bands are 95% "
            "intervals, thin grey lines all others. Flat lines whose bands do not touch are settled."
        ),
    ),
}
