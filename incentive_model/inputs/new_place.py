"""A new place's folder, for a person to fill in."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.files import DATA, is_file, is_folder
from incentive_model.inputs.place import place_folder, read_place
from incentive_model.inputs.place_files import PARTS

TEMPLATE = DATA / "template"


def new_place(folder: str | Path, like: str | Path | None = None) -> list[str]:
    """Write a place into ``folder``, which is new or empty: whole, or not at all.

    Args:
        folder: where; folders above it are made, too.
        like: the place to copy, whole; default: a small made-up county with comments.

    Returns:
        The files' names.

    Raises:
        InputError: the folder holds something or cannot be written, or ``like`` is no place without faults.
    """
    source = TEMPLATE if like is None else place_folder(like)
    place = read_place(source)
    schemes = [f"schemes/{name}.toml" for name in place.schemes]
    names = ["README.md", *PARTS, *place.readings.values(), *schemes]
    contents = {name: (source / name).read_bytes() for name in names if is_file(source / name)}
    target = Path(folder)
    try:
        _check_empty(target)
        _write(target, contents)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal(target, reason, "choose another folder") from error
    return list(contents)


def _check_empty(target: Path) -> None:
    if is_folder(target):
        if some := sorted(entry.name for entry in target.iterdir())[:3]:
            raise _refusal(
                target, f"a folder that holds something ({', '.join(some)})", "choose another name"
            )
    elif target.exists() or target.is_symlink():
        raise _refusal(target, "a file", "choose another name")


def _write(target: Path, contents: dict[str, bytes]) -> None:
    """Write the files; if anything stops it, nothing of them stays."""
    parts = {(target / name).parent for name in contents} - {target}
    made = [folder for folder in (*parts, target, *target.parents) if not folder.exists()]
    written = []
    try:
        for folder in (target, *parts):
            folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            with (target / name).open("xb") as file:  # never over what somebody put there meanwhile
                written.append(target / name)
                file.write(content)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise


def _refusal(target: Path, found: str, mend: str) -> InputError:
    return InputError(Fault(f"folder {target}", found, "a new or empty folder", mend))
