"""What is installed here that a run's bits may depend on."""

from __future__ import annotations

import hashlib
import platform
from importlib import metadata
from pathlib import Path

import incentive_model

#: Libraries whose version can move a result or the bytes it is written in.
LIBRARIES = (
    "mesa",
    "numpy",
    "numba",
    "llvmlite",
    "networkx",
    "pandas",
    "pyarrow",
    "scipy",
    "SALib",
    "matplotlib",
)
#: Rooms that no run depends on.
AFTER_RUNS = ("analysis", "report", "app", "cli")


def versions() -> dict[str, str | None]:
    """What a run's bits may depend on beside its request: this package and its sources, Python, libraries."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for source in sorted(
        path for path in root.rglob("*.py") if path.parts[len(root.parts)] not in AFTER_RUNS
    ):
        digest.update(source.read_bytes())
    own = {"incentive_model": incentive_model.__version__, "sources": digest.hexdigest()[:12]}
    return own | libraries()


def libraries() -> dict[str, str | None]:
    """The versions of Python and of the libraries."""
    return {"python": platform.python_version()} | {name: _version(name) for name in LIBRARIES}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
