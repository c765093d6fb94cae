"""Where patterns hold, for people: a page of tables and a figure."""

from __future__ import annotations

import math
from pathlib import Path

from matplotlib.axes import Axes

from incentive_model.analysis.regions import Region, Regions
from incentive_model.report.bands import FAIL, PASS, value_text
from incentive_model.report.style import GREY, canvas, save, styled
from incentive_model.report.words import display_unit, scale
from incentive_model.runs.tables import write_csv

HEAD = (
    "| pattern | claim | band | holds in [95%] | close | calibrated place [95%] | inside | decides |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def write_regions(regions: Regions, folder: Path) -> None:
    """Write the points, the regions, what decides, a page and a figure into an existing folder."""
    write_csv(regions.points, folder / "points.csv")
    write_csv(regions.table(), folder / "regions.csv")
    write_csv(regions.deciding(), folder / "deciding.csv")
    (folder / "regions.md").write_text(page(regions), encoding="utf-8")
    with styled():
        save(draw(regions), folder, "regions")


def page(regions: Regions) -> str:
    """``regions.md``."""
    parts = [
        f"# Where the patterns of {regions.request['title']} hold",
        explained(regions),
        "![Share of the plausible region in which each pattern holds](regions.png)",
        "\n".join([HEAD, *map(row, regions.regions)]),
    ]
    return "\n\n".join(parts) + "\n"


def explained(regions: Regions) -> str:
    """How a table of regions is to be read."""
    asked = regions.request
    repeated = "one run" if asked["replicates"] == 1 else f"the mean of {asked['replicates']} runs"
    return f"""\
{asked["points"]} points of a Latin hypercube over the plausible ranges of all uncertain parameters, and of
levers whose strength the source does not say. At each the place is run under every variant that is needed,
with the same people and luck ({asked["population"]:,} simulated residents, {asked["months"]} months under the
scheme).

* *holds in*: the share of points at which {repeated} lies in the band, with Wilson's 95% interval. All points
  count alike, and none need meet the targets of the status quo
* *close*: the share of points so near an end of the band that other luck might have decided otherwise
* *calibrated place*: the mean over {asked["seeds"]} seeds; it is *inside* if its whole 95% interval is
* *decides*: parameters that differ most between points where the pattern holds and where not (distance by
  Kolmogorov and Smirnov), as far as chance would not give it, the number of parameters tried reckoned in; ↑
  higher where it holds, ↓ lower. Nothing where fewer than 10 points lie on a side"""


def row(region: Region) -> str:
    """A row of the table under ``HEAD``."""
    finding = region.finding
    cells = (
        finding.id,
        finding.claim,
        band_text(region),
        share_text(region),
        "–" if math.isnan(region.close) else f"{region.close:.0%}",
        value_text(finding),
        "yes" if finding.verdict == "pass" else f"no: {finding.reason}",
        deciders_text(region) or "–",
    )
    return f"| {' | '.join(cells)} |"


def band_text(region: Region) -> str:
    """``above 0``, ``-5 to 5 percentage points``: in the unit people read."""
    finding = region.finding
    unit = "%" if finding.per else display_unit(finding.unit, change=True)
    ends = [scale(finding.unit) * x for x in (finding.band.low, finding.band.high)]
    low, high = (f"{x:.4g}".replace("-", "−") for x in ends)
    if finding.band.closed:
        return f"{low} to {high} {unit}"
    words, end = ("above", low) if math.isfinite(ends[0]) else ("below", high)
    return f"{words} {end}" if end == "0" else f"{words} {end} {unit}"


def share_text(region: Region) -> str:
    """``86% [79, 91]`` of the points."""
    share, low, high = region.share
    return f"{share:.0%} [{100 * low:.0f}, {100 * high:.0f}]" if region.points else "–"


def deciders_text(region: Region) -> str:
    """``beta_trust ↑ (0.52), …``."""
    return ", ".join(
        f"`{x.parameter}` {'↑' if x.higher else '↓'} ({x.distance:.2f})" for x in region.deciders
    )


def draw(regions: Regions) -> Axes:
    """The share of points in which each pattern holds, with its interval."""
    asked, found = regions.request, regions.regions
    ax = canvas(0.3 * len(found) + 1.8)
    for line, region in enumerate(found):
        share, low, high = region.share
        inside = region.finding.verdict == "pass"
        colour = PASS if inside else FAIL
        ax.plot([low, high], [line, line], color=colour, linewidth=2)
        ax.plot(share, line, "o" if inside else "X", color=colour, markersize=6)
    ax.axvline(0.5, color=GREY, linewidth=0.6)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.set_yticks(range(len(found)), [region.finding.id for region in found])
    ax.set_ylim(len(found) - 0.4, -0.6)
    ax.set_title(f"{asked['title']}: share of the plausible region in which a pattern holds", pad=12)
    ax.set_xlabel(
        f"{asked['points']} points, 95% interval. Blue dots: the calibrated place lies in the band too,\n"
        "with its whole interval. Orange crosses: it does not."
    )
    return ax
