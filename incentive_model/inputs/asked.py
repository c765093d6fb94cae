"""What a sensitivity analysis is to make of a study's runs; no run depends on it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import Field

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.place_files import Text
from incentive_model.inputs.shapes import TomlShape, shown, whole

#: An output, a sign, a number.
_FAILS = re.compile(r"\s*([A-Za-z]\w*)\s*([<>])\s*(\S+)\s*")


class SensitivityTable(TomlShape):
    """``[sensitivity]``: what ``incentive-model sensitivity`` makes of the runs."""

    precision: float | None = Field(
        default=None, gt=0, description="a number above 0: base rows are doubled until intervals are ± that"
    )
    start: int = whole(4, 10_000_000, "base rows to begin with, where they are doubled", default=64)
    methods: list[Text] = Field(
        default=[], description="a list of methods, in quotes; left out, those that the design is for"
    )
    fails: list[Text] = Field(
        default=[], description='a list of what counts as failure, such as "down_referral_rate < 0.05"'
    )


@dataclass(frozen=True)
class Failing:
    """What counts as failure: an output below or above a number."""

    output: str
    below: bool
    limit: float

    def __str__(self) -> str:
        return f"{self.output} {'<' if self.below else '>'} {self.limit:g}"


@dataclass(frozen=True)
class Asked:
    """What a sensitivity analysis is to make of a study's runs.

    Attributes:
        precision: base rows are doubled until intervals are plus or minus that; None: all at once.
        start: base rows to begin with then.
        methods: empty: those that the design is for.
        fails: where a scheme fails.
    """

    precision: float | None = None
    start: int = 64
    methods: tuple[str, ...] = ()
    fails: tuple[Failing, ...] = ()


def read_asked(table: SensitivityTable, where: str) -> Asked:
    """What is asked of a sensitivity analysis; which methods there are, the analysis knows.

    Raises:
        InputError: a failure that cannot be read.
    """
    fails = []
    for text in table.fails:
        found = _FAILS.fullmatch(text)
        try:
            assert found is not None
            fails.append(Failing(found[1], found[2] == "<", float(found[3])))
        except (AssertionError, ValueError):
            allowed = 'an output, < or >, and a number, such as "down_referral_rate < 0.05"'
            raise InputError(Fault(f"{where}.fails", shown(text), allowed)) from None
    return Asked(table.precision, table.start, tuple(table.methods), tuple(fails))
