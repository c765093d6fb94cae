"""A validation for people, as text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from pathlib import Path

from incentive_model.analysis.band import Band
from incentive_model.analysis.validation import Finding, Validation
from incentive_model.report.bands import value_text
from incentive_model.report.words import is_share

WIDTH = 110
HEADINGS = {
    "fit": "FITTED: parameters were chosen so that these hold, on other seeds",
    "holdout": "HELD OUT: nothing was fitted to these",
    "pattern": "PATTERNS: nothing was fitted to these",
}


def validation_text(validation: Validation, out: Path) -> str:
    """Every target and pattern with value, interval, band and verdict; what fails with the reason."""
    asked = validation.request
    passed = sum(finding.verdict == "pass" for finding in validation.findings)
    lines = [
        f"{asked['title']}: {asked['population']:,} simulated residents, {asked['months']} months, "
        f"{asked['replicates']} replicates, seed {asked['seed']}",
        f"{passed} of {len(validation.findings)} pass: their whole 95% interval lies in the band.",
    ]
    width = max(len(finding.id) for finding in validation.findings) + 2
    for kind, heading in HEADINGS.items():
        found = [finding for finding in validation.findings if finding.kind == kind]
        if found:
            lines += ["", heading]
            lines += [line for finding in found for line in _lines(finding, width)]
    if validation.skipped:
        lines += ["", "NOT TRIED"]
        for name, reason in validation.skipped.items():
            lines += _wrapped(f"{name}: {reason}", 2)
    return "\n".join([*lines, "", f"Table and figure: {out}"])


def _lines(finding: Finding, width: int) -> Iterator[str]:
    told = f"  {finding.verdict:<6}{finding.id:<{width}}{value_text(finding)}"
    yield f"{told:<{WIDTH - 24}}  {_band_text(finding.band, finding.unit)}"
    yield from _wrapped(finding.claim or f"{finding.indicator} ({finding.source})", 8)
    if finding.reason:
        yield from _wrapped(f"FAILS: {finding.reason}", 8)
    if finding.note:
        yield from _wrapped(f"note: {finding.note}", 8)


def _band_text(band: Band, unit: str) -> str:
    factor = 100.0 if is_share(unit) else 1.0
    low, high = (f"{factor * end:.6g}".replace("-", "−") for end in (band.low, band.high))
    if band.closed:
        return f"band {low} to {high}"
    return f"above {low}" if math.isfinite(band.low) else f"below {high}"


def _wrapped(text: str, indent: int) -> list[str]:
    space = " " * indent
    return textwrap.wrap(text, WIDTH, initial_indent=space, subsequent_indent=space)
