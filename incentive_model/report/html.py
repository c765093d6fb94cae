"""The report: one HTML page that holds all it needs and opens without a network."""

from __future__ import annotations

import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from incentive_model.analysis.comparison import Comparison
from incentive_model.analysis.residents import BY_INCOME
from incentive_model.report import method, tables
from incentive_model.report.figures import write_figures
from incentive_model.report.headlines import headline
from incentive_model.report.style import scheme_colours
from incentive_model.report.words import BY_LABELS, VERDICT_LABELS, VERDICT_MEANINGS

PAGE = "report.html"


@dataclass(frozen=True)
class Picture:
    """A figure in the page: its data as a URI, what it shows for those who cannot see it, and its caption."""

    uri: str
    alt: str
    caption: str


#: What each figure shows, for those who cannot see it; and its caption.
_CAPTIONS = {
    "win-win": (
        "Bars of each stakeholder's gain or loss under each scheme. The table above has the numbers.",
        "Change in money for each stakeholder against the status quo. Bars are means, black lines 95% "
        "intervals; pale bars have an interval that holds zero.",
    ),
    "referral-up": (
        "Lines of the monthly share of primary visits referred up, one for each scheme. The table of "
        "referral and use has the totals.",
        "Primary visits referred up to a hospital. Lines are means, bands 95% intervals of that month.",
    ),
    "referral-down": (
        "Lines of the monthly share of hospital cases referred down, one for each scheme. The table of "
        "referral and use has the totals.",
        "Hospital cases referred down to primary care. Lines are means, bands 95% intervals of that month.",
    ),
    "residents": (
        "Diverging bars of the shares of residents worse off and better off under each scheme, by fifths of "
        "income. The table below has the numbers.",
        "Each resident against themselves under the status quo: health at the threshold, less out-of-pocket, "
        "less time. Within one yuan counts as the same. Bars are means, black lines 95% intervals.",
    ),
    "groups": (
        "Diverging bars of the shares of residents worse off and better off under each scheme, by group. The "
        "table below has the numbers.",
        "Each resident against themselves under the status quo, as above. Bars are means, black lines 95% "
        "intervals.",
    ),
    "money": (
        "A grid of the payments that change most, a column for each scheme. The table below has the numbers.",
        "The payments that change most: orange more is paid, purple less. Means with 95% intervals.",
    ),
}


def write_report(comparison: Comparison, folder: str | Path) -> Path:
    """Write every figure (PNG and SVG) and ``report.html``.

    Args:
        folder: where to; made if it is not there. A path that ends in ``.html`` gets the page alone.

    Returns:
        The path of the page.
    """
    target = Path(folder)
    if target.suffix.lower() == ".html":
        with tempfile.TemporaryDirectory() as scratch:
            text = page(comparison, write_figures(comparison, Path(scratch)))
        target.parent.mkdir(parents=True, exist_ok=True)
    else:
        target.mkdir(parents=True, exist_ok=True)
        text = page(comparison, write_figures(comparison, target))
        target = target / PAGE
    target.write_text(text, encoding="utf-8", newline="\n")
    return target


def page(comparison: Comparison, figures: dict[str, list[Path]]) -> str:
    """The page's text; ``figures`` are the written files by name."""
    request = comparison.request
    n = request["replicates"]
    sample = f"{n} replicate{'s' if n != 1 else ''}, {request['population']:,} simulated residents"
    return (
        environment()
        .get_template(PAGE)
        .render(
            request=request,
            sample=sample,
            interval_note=f"{sample}; 95% intervals in brackets"
            if n > 1
            else f"{sample}; one replicate has no interval",
            headlines=[headline(comparison, scheme) for scheme in comparison.alternatives],
            colours=scheme_colours(comparison.schemes, comparison.baseline),
            money=tables.stakeholder_table(comparison),
            use=tables.indicator_table(comparison, tables.HEADLINE_INDICATORS),
            rest=tables.indicator_table(comparison, tables.other_indicators(comparison)),
            residents=tables.resident_table(comparison),
            by=BY_LABELS[comparison.by] if comparison.by else None,
            groups=tables.resident_table(comparison, comparison.by)
            if comparison.by not in (None, BY_INCOME)
            else None,
            by_group=tables.group_table(comparison) if comparison.by else None,
            flows=tables.flow_table(comparison),
            new_flows=tables.new_flow_table(comparison),
            pictures={name: picture(*_CAPTIONS[name], paths, sample) for name, paths in figures.items()},
            facts=method.facts(comparison),
            evidence=method.evidence(),
            tags=method.TAGS,
            schemes=method.scheme_levers(comparison),
            verdicts=[(VERDICT_LABELS[name], meaning) for name, meaning in VERDICT_MEANINGS.items()],
            command=method.command(comparison),
            python=method.python(comparison),
        )
    )


def picture(alt: str, caption: str, paths: list[Path], sample: str) -> Picture:
    """A figure that was written, for the page; ``sample`` ends its caption."""
    svg = next(path for path in paths if path.suffix == ".svg").read_bytes()
    uri = "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")
    return Picture(uri, alt, f"{caption} {sample[:1].upper()}{sample[1:]}.")


def environment() -> Environment:
    """Where the pages' templates are."""
    folder = Path(__file__).parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
