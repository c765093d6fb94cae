"""Every fault of what a person wrote, without using it."""

from __future__ import annotations

from pathlib import Path

from incentive_model.cards import Fault
from incentive_model.inputs.files import is_file, is_folder
from incentive_model.inputs.place import read_place
from incentive_model.inputs.scheme import read_scheme, scheme_sum_faults
from incentive_model.inputs.shapes import Faults, shown


def check(path: str | Path) -> list[Fault]:
    """Every fault of a place (its folder or any of its files) or of a scheme (any other TOML file).

    Never raises; an empty list means that all is well.
    """
    path = Path(path)
    faults = Faults()
    with faults.caught():
        if is_folder(path):
            read_place(path)
        elif not is_file(path):
            faults.append(Fault("path", shown(str(path)), "a place's folder, or a place's or scheme's file"))
        elif path.name in ("place.toml", "patterns.toml") or path.suffix in (".csv", ".graphml"):
            read_place(path.parent)
        else:
            faults += scheme_sum_faults(read_scheme(path), path.name)
    return faults
