"""What the model gives against what was observed: every value with its interval, in its band."""

from __future__ import annotations

import math
from pathlib import Path

from matplotlib.axes import Axes

from incentive_model.analysis.validation import Finding, Validation
from incentive_model.report.style import INK, canvas, save, styled
from incentive_model.report.words import decimals_for, display_unit, is_share, scale, scaled, with_bounds

PASS, FAIL = "#0072B2", "#D55E00"
BAND = "#dfe7ee"
#: The axis ends here, in half-widths of a band; what lies beyond is drawn at the end.
EDGE = 3.0


def bands(validation: Validation, ax: Axes | None = None) -> Axes:
    """A row a target or pattern: its band shaded, the model's mean and 95% interval on it.

    A closed band reaches from −1 to 1. An open band begins (or ends) at −1 (or 1), and the farther end of
    the interval is drawn two half-widths from there: what counts is the side.
    """
    findings = validation.findings
    ax = canvas(0.34 * len(findings) + 1.6, 11.0) if ax is None else ax
    for row, finding in enumerate(findings):
        _row(ax, row, finding)
    request = validation.request
    passed = sum(finding.verdict == "pass" for finding in findings)
    ax.set_title(f"{request['title']}: {passed} of {len(findings)} lie in their band", pad=14)
    ax.set_yticks(range(len(findings)), [finding.id for finding in findings])
    ax.set_ylim(len(findings) - 0.4, -0.6)
    ax.set_xlim(-EDGE, EDGE)
    ax.set_xticks([-1, 0, 1], ["end of band", "middle", "end of band"])
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_xlabel(
        f"Mean and 95% interval over {request['replicates']} replicates.\n"
        "Blue dots lie in the shaded band with the whole interval, orange crosses do not."
    )
    return ax


def write_bands(validation: Validation, folder: Path) -> list[Path]:
    """Write the figure as ``validation.png`` and ``validation.svg`` into an existing folder."""
    with styled():
        return save(bands(validation), folder, "validation")


def value_text(finding: Finding) -> str:
    """The mean and its interval in the unit people read: ``7.32 [7.28, 7.36] % of primary visits``."""
    found, unit = scaled(finding.found, scale(finding.unit)), finding.unit
    change = any(len(weights) > 1 for weights in finding.weights.values()) or len(finding.weights) > 1
    spread = [] if found.low is None or found.high is None else [(found.high - found.low) / 2]
    decimals = max(decimals_for(spread), 2 if is_share(unit) else 0)
    shown = "%" if finding.per else display_unit(unit, change=change)
    return f"{with_bounds(found, decimals, sign=change)} {shown}".rstrip()


def _row(ax: Axes, row: int, finding: Finding) -> None:
    band, found = finding.band, finding.found
    left = -1.0 if math.isfinite(band.low) else -EDGE
    right = 1.0 if math.isfinite(band.high) else EDGE
    ax.barh(row, right - left, left=left, height=0.62, color=BAND, zorder=0)
    passed = finding.verdict == "pass"
    colour = PASS if passed else FAIL
    if found.mean is not None:
        mean, low, high = (_place(finding, x) for x in (found.mean, found.low, found.high))
        ax.plot([low, high], [row, row], color=colour, linewidth=2, solid_capstyle="butt")
        ax.plot(mean, row, "o" if passed else "X", color=colour, markersize=6)
    text = value_text(finding)
    ax.annotate(
        text,
        (1.01, row),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=8,
        color=INK if passed else FAIL,
    )


def _place(finding: Finding, value: float | None) -> float:
    """Where a value stands on the axis."""
    band, found = finding.band, finding.found
    value = found.mean if value is None else value
    assert value is not None
    if finding.target is not None and finding.tolerance:
        at = (value - finding.target) / finding.tolerance
    else:
        bound, start = (band.low, -1.0) if math.isfinite(band.low) else (band.high, 1.0)
        ends = [x for x in found[:3] if x is not None]
        reach = max(abs(x - bound) for x in ends) or 1.0
        at = start + 2.0 * (value - bound) / reach
    return max(-EDGE, min(EDGE, at))
