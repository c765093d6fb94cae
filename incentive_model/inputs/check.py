"""Every fault of what a person wrote, without using it."""

from __future__ import annotations

from pathlib import Path

from incentive_model.cards import Fault
from incentive_model.inputs.files import is_file, is_folder
from incentive_model.inputs.place import read_place
from incentive_model.inputs.place_files import PARTS
from incentive_model.inputs.scheme import read_scheme, scheme_sum_faults
from incentive_model.inputs.shapes import Faults, shown
from incentive_model.inputs.study import Study, is_study, load_study
from incentive_model.inputs.toml_file import parsed


def check(path: str | Path) -> list[Fault]:
    """Every fault of a place (its folder or any of its files), a study or a scheme (any other TOML file).

    Never raises; an empty list means that all is well.
    """
    path = Path(path)
    faults = Faults()
    with faults.caught():
        if folder := place_of(path):
            for reading in read_place(folder).readings:
                read_place(folder, reading)
        elif not is_file(path):
            faults.append(
                Fault("path", shown(str(path)), "a place's folder, or a place's, study's or scheme's file")
            )
        elif is_study(parsed(path)):
            load_study(path)
        else:
            faults += scheme_sum_faults(read_scheme(path), path.name)
    return faults


def study_of(path: str | Path) -> Study | None:
    """The study in a file without faults; None: it is of something else."""
    path = Path(path)
    if place_of(path) or not is_file(path) or not is_study(parsed(path)):
        return None
    return load_study(path)


def place_of(path: Path) -> Path | None:
    """The place's folder that somebody means by it or by one of its files; None: a scheme, or nothing."""
    if is_folder(path):
        return path
    is_part = path.name in PARTS or path.suffix in (".csv", ".graphml")
    return path.parent if is_file(path) and is_part else None
