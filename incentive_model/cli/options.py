"""What commands share: the application, options, and the bar that shows how far runs are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from incentive_model.cli import interrupt

app = typer.Typer(
    help="Which incentive scheme makes two-way referral work, and who pays for it?",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _load_own(files: list[Path] | None) -> list[Path] | None:
    """Instruments of one's own are there before anything else is read."""
    if files:
        from incentive_model.inputs.instruments import load_instruments

        load_instruments(*files)
    return files


class By(StrEnum):
    """What residents may be grouped by."""

    quintile = "quintile"
    age = "age"
    insurance = "insurance"
    home = "home"
    chronic = "chronic"


PlaceName = Annotated[str, typer.Argument(help="A packaged place, or a folder of one's own.")]
Population = Annotated[str, typer.Option(help="Simulated residents, or 'full': one for every real one.")]
Months = Annotated[int, typer.Option(help="Months under the scheme.")]
BurnIn = Annotated[int, typer.Option(help="Months under the status quo before it.")]
Replicates = Annotated[int, typer.Option(help="Repetitions with other luck, for the intervals.")]
Seed = Annotated[int, typer.Option(help="Where all luck comes from.")]
GroupBy = Annotated[By | None, typer.Option(help="Break findings down by groups of residents.")]
Workers = Annotated[int | None, typer.Option(help="Processes. Default: one a processor.")]
Force = Annotated[bool, typer.Option("--force", help="Replace another request's results in --out.")]
OwnInstruments = Annotated[
    list[Path] | None,
    typer.Option(
        "--with",
        metavar="FILE.py",
        help="A file with an instrument of one's own; may be given again.",
        callback=_load_own,
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


@contextmanager
def progress_bar(runs: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal; between runs Ctrl-C is heard."""
    from tqdm import tqdm

    with tqdm(total=runs, unit="run", file=sys.stderr, disable=None, leave=False) as bar:

        def report(done: int, _total: int) -> None:
            interrupt.check()
            bar.update(done - bar.n)

        yield report
