"""In which region of parameters the model shows published effects, and whether the calibrated place is there.

    python experiments/published_effects.py [V01 …] [--points 128] [--replicates 1]

Each effect is a file of patterns in ``experiments/effects/``. All are tried in ``yongan``. Writes a folder
each into ``results/effects/`` (as ``pattern_regions.py`` does), and ``README.md``: one table of all that is
there. About four minutes on two free cores for all of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from pattern_regions import arguments, ended, found, kept, planned

import incentive_model as im
from incentive_model.analysis.regions import share_of
from incentive_model.cards import Fault, InputError, nearest
from incentive_model.inputs.patterns import Effect, read_patterns
from incentive_model.report.regions import HEAD, explained

FILES = {path.stem: path for path in sorted((Path(__file__).parent / "effects").glob("*.toml"))}

HOW = """\
`python experiments/published_effects.py` made this folder. Published effects are signs and sizes to hold the
model against; nothing is fitted to them. A band of a size is half to one and a half times what was published,
and *unchanged* has the tolerance that its claim says: both are assumed, as no intervals are at hand."""

WHOLE = """\
| effect | as a whole | holds in [95%] | calibrated place inside |
| --- | --- | --- | --- |"""


def readme(out: Path, told: str) -> str:
    """``README.md``: the tables of all studies in a folder as one, and what each is about."""
    there = [name for name in FILES if (out / name / "regions.md").is_file()]
    table = [HEAD]
    for name in there:
        lines = (out / name / "regions.md").read_text("utf-8").splitlines()
        rows = [line for line in lines if line.startswith("| ")]
        table += rows[len(HEAD.splitlines()) :]
    parts = [
        "# Published effects",
        HOW,
        "\n".join([WHOLE, *(line for name in there for line in together(name, out / name))]),
        told,
        "\n".join(table),
        *(about(name) for name in there),
    ]
    return "\n\n".join(parts) + "\n"


def effect_of(name: str) -> Effect:
    effect = read_patterns(FILES[name]).effect
    assert effect is not None
    return effect


def together(name: str, folder: Path) -> Iterator[str]:
    """Rows that say where patterns of a study hold all at once."""
    points = pd.read_csv(folder / "points.csv").query("point > 0")
    table = pd.read_csv(folder / "regions.csv").set_index("id")
    low, high = table["above"].fillna(-np.inf), table["below"].fillna(np.inf)
    for words, some in effect_of(name).together.items():
        known = points[some].dropna()
        holding = ((known > low[some]) & (known < high[some])).all(axis=1).sum()
        share, least, most = share_of(int(holding), len(known))
        inside = "yes" if (table.loc[some, "verdict"] == "pass").all() else "no"
        yield f"| {name} | {words} | {share:.0%} [{100 * least:.0f}, {100 * most:.0f}] | {inside} |"


def about(name: str) -> str:
    """A section on one effect."""
    effect = effect_of(name)
    return (
        f"## {name}: {effect.title}\n\n"
        f"* *published*: {effect.published}\n"
        f"* *about*: {effect.about}\n"
        f"* *stands for it*: {effect.levers}\n"
        f"* *not represented*: {effect.missing}\n"
        f"* *source*: {effect.source}\n\n"
        f"![Region of {name}]({name}/regions.png)"
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("effects", nargs="*", metavar="V01", help="which of them [all]")
    parser.add_argument("--out", type=Path, default=Path("results/effects"))
    args = parser.parse_args()
    for name in args.effects:
        if name not in FILES:
            raise InputError(Fault("effect", repr(name), "one of " + ", ".join(FILES), nearest(name, FILES)))
    started = time.perf_counter()
    names = list(dict.fromkeys(args.effects)) or list(FILES)
    place = im.load_place("yongan", population=args.population)
    studies = found([planned(place, read_patterns(FILES[name]), args) for name in names], args.workers)
    for name, regions in zip(names, studies, strict=True):
        kept(regions, f"published-effects {name}", args.out / name, started)
    (args.out / "README.md").write_text(readme(args.out, explained(studies[0])), encoding="utf-8")


if __name__ == "__main__":
    ended(main)
