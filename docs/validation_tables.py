"""Tables of what a place was held against, from the kept results of ``incentive-model validate``."""

from __future__ import annotations

import csv
from pathlib import Path

RESULTS = Path(__file__).resolve().parent.parent / "results"
MINUS = "\N{MINUS SIGN}"


def validation_table(place: str) -> str:
    """Every target and pattern of a place: what was found, what was wanted, and the verdict."""
    found = _rows(RESULTS / "validation" / place / "validation.csv")
    if not found:
        return "Not yet tried."
    shares = {row["id"]: row for row in _rows(RESULTS / "regions" / place / "regions.csv")}
    lines = ["| id | what | kind | found [95% interval] | wanted | of the plausible region | verdict |"]
    lines.append("| --- |" + " --- |" * 6)
    for row in found:
        what = row["claim"] or f"`{row['indicator']}`"
        region = shares.get(row["id"])
        cells = [f"`{row['id']}`", what, row["kind"], _found(row), _wanted(row), _share(region)]
        lines.append(f"| {' | '.join(cells)} | {'pass' if row['verdict'] == 'pass' else '**fail**'} |")
    passed = sum(row["verdict"] == "pass" for row in found)
    failed = [f"`{row['id']}`: {row['note'] or row['reason']}" for row in found if row["verdict"] != "pass"]
    seeds = max(int(row["n"]) for row in found)
    head = f"{passed} of {len(found)} pass, on {seeds} replicates that nothing was fitted to."
    why = (
        ["", "What fails, and what is known about why:", "", *(f"- {line}" for line in failed)]
        if failed
        else []
    )
    return "\n".join([head, "", *lines, *why])


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _number(text: str) -> str:
    return f"{float(text):.4g}".replace("-", MINUS)


def _found(row: dict[str, str]) -> str:
    if not row["value"]:
        return "nothing"
    return f"{_number(row['value'])} [{_number(row['low'])}, {_number(row['high'])}]"


def _wanted(row: dict[str, str]) -> str:
    ends = [f"above {_number(row['above'])}"] if row["above"] else []
    ends += [f"below {_number(row['below'])}"] if row["below"] else []
    return " and ".join(ends)


def _share(region: dict[str, str] | None) -> str:
    if region is None:
        return ""
    share, low, high = (f"{100 * float(region[x]):.0f}" for x in ("share", "share_low", "share_high"))
    return f"{share}% [{low}, {high}]"
