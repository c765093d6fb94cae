"""Patterns: what should be seen in a place, as contrasts between variants of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from incentive_model.cards import Fault, indicators, levers, nearest, parameters
from incentive_model.inputs.place_files import Name, Text
from incentive_model.inputs.scheme import load_scheme, scheme_names, scheme_sum_faults
from incentive_model.inputs.shapes import Faults, TomlShape, number, shown, whole
from incentive_model.inputs.toml_file import read_toml
from incentive_model.inputs.values import typed, value_faults
from incentive_model.inputs.variant import Variant

Weight = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class VariantTable(TomlShape):
    """The place under a scheme or under levers, with behaviour of its own."""

    scheme: str = Field(default="status-quo", description="the name of a packaged scheme")
    levers: dict[str, Any] = Field(default={}, description="a table of levers, set over the scheme's")
    parameters: dict[str, Any] = Field(default={}, description="a table of parameters")
    months: int | None = whole(1, 120, "months under the scheme, if fewer than usual", default=None)
    group: Literal["", "rural", "urban"] = Field(
        default="", description="rural or urban: the residents whose indicators are taken"
    )


class Pattern(TomlShape):
    """What should be seen: a weighted sum of indicators under variants, and the band it should lie in.

    Attributes:
        claim: the pattern in words.
        value: indicator → variant → weight. Weights 1 and −1 make a difference.
        above, below: the band, ends excluded; one of them may be missing.
        share_of_seeds: so large a part of the replicates, each by itself, must lie in the band too.
        kind: ``fit`` (parameters were fitted to it), ``pattern`` or ``holdout``.
        note: what is known about why it holds or fails.
        skip: why it cannot be tried; then it has no ``value``.
    """

    claim: Text = Field(description="the pattern in words, in quotes")
    source: list[Text] = Field(description="a list of sources, in quotes")
    value: dict[str, dict[str, Weight]] = Field(
        default={}, description="a table of indicators, each with a table of variants and their weights"
    )
    above: float | None = number(-1e12, 1e12, "in the indicator's unit", default=None)
    below: float | None = number(-1e12, 1e12, "in the indicator's unit", default=None)
    share_of_seeds: float | None = number(0, 1, "share of the replicates", default=None)
    kind: Literal["fit", "pattern", "holdout"] = Field(
        default="pattern", description="fit, pattern or holdout"
    )
    note: str = Field(default="", max_length=1_000, description="a note in quotes, up to 1,000 letters")
    skip: str = Field(default="", max_length=1_000, description="a reason in quotes, up to 1,000 letters")

    def variants(self) -> set[str]:
        """The variants it needs."""
        return {variant for weights in self.value.values() for variant in weights}


class PatternFile(TomlShape):
    """``patterns.toml``."""

    variant: dict[Name, VariantTable] = Field(
        default={}, description="a table for each variant, its name without spaces"
    )
    pattern: dict[Name, Pattern] = Field(
        default={}, description="a table for each pattern, its id without spaces"
    )


@dataclass(frozen=True)
class Patterns:
    """The patterns of a place by id, and every variant that they may name."""

    patterns: dict[str, Pattern]
    variants: dict[str, Variant]


def read_patterns(path: Path) -> Patterns:
    """The patterns in a file.

    Raises:
        InputError: with every fault found.
    """
    file = read_toml(path, PatternFile)
    faults = Faults()
    variants = {name: Variant(load_scheme(name)) for name in scheme_names()}
    for name, table in file.variant.items():
        where = f"{path.name}: variant.{name}"
        if name in variants:
            faults.append(Fault(where, "a packaged scheme's name", "a name of its own"))
        faults += _variant_faults(where, table)
    faults.stop()
    variants |= {name: _variant(name, table) for name, table in file.variant.items()}
    for name in file.variant:
        faults += scheme_sum_faults(variants[name].scheme, f"{path.name}: variant.{name}")
    for name, pattern in file.pattern.items():
        faults += _faults_of(f"{path.name}: pattern.{name}", pattern, variants)
    faults.stop()
    return Patterns(file.pattern, variants)


def pattern_faults(patterns: Patterns, targets: Collection[str]) -> list[Fault]:
    """An id that a target of the place has too."""
    return [
        Fault(f"patterns.toml: pattern.{name}", "an id of targets.csv", "an id of its own")
        for name in patterns.patterns
        if name in targets
    ]


def _variant_faults(where: str, table: VariantTable) -> Iterator[Fault]:
    names = scheme_names()
    if table.scheme not in names:
        allowed = f"a packaged scheme ({', '.join(names)})"
        yield Fault(f"{where}.scheme", shown(table.scheme), allowed, nearest(table.scheme, names))
    yield from value_faults(table.levers, levers(), f"{where}.levers.", "lever")
    yield from value_faults(table.parameters, parameters(), f"{where}.parameters.", "parameter")


def _variant(name: str, table: VariantTable) -> Variant:
    scheme = load_scheme(table.scheme).with_levers(**table.levers)
    return Variant(
        replace(scheme, name=name, title=name),
        typed(table.parameters, parameters()),
        table.months,
        table.group,
    )


def _faults_of(where: str, pattern: Pattern, variants: Collection[str]) -> Iterator[Fault]:
    if bool(pattern.value) == bool(pattern.skip):
        found = "both value and skip" if pattern.value else "neither value nor skip"
        yield Fault(where, found, "a value, or the reason to skip it")
    low, high = pattern.above, pattern.below
    if pattern.value and low is None and high is None:
        yield Fault(where, "neither above nor below", "a band", "write above = 0")
    if low is not None and high is not None and low >= high:
        yield Fault(f"{where}.above", f"{low:g}", f"less than below = {high:g}")
    known = indicators()
    for indicator, weights in pattern.value.items():
        if indicator not in known:
            mend = nearest(indicator, known) or "see: incentive-model list indicators"
            found = f"an unknown indicator {shown(indicator)}"
            yield Fault(f"{where}.value", found, "an indicator's name", mend)
        if not weights:
            yield Fault(f"{where}.value.{indicator}", "no variant", "variants with weights")
        for variant in weights:
            if variant not in variants:
                allowed = "a packaged scheme or a variant of this file"
                mend = nearest(variant, variants)
                yield Fault(
                    f"{where}.value.{indicator}", f"an unknown variant {shown(variant)}", allowed, mend
                )
