"""Base rows are doubled until indices are as sure as was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from incentive_model.analysis.sensitivity.result import Sensitivity
from incentive_model.inputs.asked import Asked


def in_stages(
    analysed: Callable[[int], Sensitivity], most: int, asked: Asked, *, there: int = 0
) -> Sensitivity:
    """Analyse more and more base rows. What was made for fewer is used again.

    Args:
        analysed: makes what is missing of so many base rows and analyses them.
        most: base rows at most; all at once if no precision is asked for.
        there: base rows that are there already.
    """
    result = None
    for base_rows in stages(most, asked, there):
        result = analysed(base_rows)
        if result.settled and asked.precision is not None:
            break
    assert result is not None
    return result


def stages(most: int, asked: Asked, there: int = 0) -> Iterator[int]:
    """How many base rows are looked at, one time after the other."""
    base_rows = max(asked.start, there) if asked.precision is not None else most
    while base_rows < most:
        yield base_rows
        base_rows *= 2
    yield most
