"""Every fault of what a person wrote, without using it."""

from __future__ import annotations

from pathlib import Path

from incentive_model.cards import Fault
from incentive_model.inputs.files import is_file, is_folder
from incentive_model.inputs.place import read_place
from incentive_model.inputs.place_files import PARTS
from incentive_model.inputs.scheme import read_scheme, scheme_sum_faults
from incentive_model.inputs.shapes import Faults, shown


def check(path: str | Path) -> list[Fault]:
    """Every fault of a place (its folder or any of its files) or of a scheme (any other TOML file).

    Never raises; an empty list means that all is well.
    """
    path = Path(path)
    faults = Faults()
    with faults.caught():
        if folder := place_of(path):
            for reading in read_place(folder).readings:
                read_place(folder, reading)
        elif not is_file(path):
            faults.append(Fault("path", shown(str(path)), "a place's folder, or a place's or scheme's file"))
        else:
            faults += scheme_sum_faults(read_scheme(path), path.name)
    return faults


def place_of(path: Path) -> Path | None:
    """The place's folder that somebody means by it or by one of its files; None: a scheme, or nothing."""
    if is_folder(path):
        return path
    is_part = path.name in PARTS or path.suffix in (".csv", ".graphml")
    return path.parent if is_file(path) and is_part else None
