"""The command ``new``. Rooms are imported inside, so that ``--help`` is quick."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from incentive_model.cli.options import Debug, app


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    like: Annotated[
        str | None,
        typer.Option("--from", metavar="PLACE", help="The place to copy. Default: a small made-up county."),
    ] = None,
    debug: Debug = False,
) -> None:
    """A folder to fill in with one's own county.

    What it holds can be run as it is, and says in comments what to replace.
    """
    from incentive_model.inputs.new_place import new_place
    from incentive_model.inputs.place import place_names

    written = new_place(folder, like)
    # A packaged name stands before a folder of that name.
    name = shlex.quote(f"./{folder}" if str(folder) in place_names() else str(folder))
    tables = [file for file in written if file not in ("README.md", "place.toml")]
    print(f"{name}: {'a small made-up county' if like is None else f'a copy of {like}'}; next:")
    print(f"1. put your own numbers into place.toml, {', '.join(tables)}")
    print(f"2. incentive-model check {name}")
    print(f"3. incentive-model compare {name}")
