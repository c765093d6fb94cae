"""Patterns: what should be seen in a place, as contrasts between variants of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from incentive_model.cards import Fault, indicators, levers, nearest, parameters
from incentive_model.inputs.groups import ALL_GROUPS, breakdown_of
from incentive_model.inputs.place_files import Name, Text
from incentive_model.inputs.scheme import (
    Scheme,
    load_scheme,
    scheme_names,
    scheme_of_a_place,
    scheme_sum_faults,
)
from incentive_model.inputs.shapes import Faults, TomlShape, number, shown, whole
from incentive_model.inputs.toml_file import read_toml
from incentive_model.inputs.values import PARTS_OF_ONE, typed, value_faults
from incentive_model.inputs.variant import Variant

Weight = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class VariantTable(TomlShape):
    """The place under levers, with behaviour of its own."""

    includes: list[Text] = Field(
        default=[],
        description="a list of schemes (of another place: PLACE/SCHEME) and of variants above, in quotes",
    )
    levers: dict[str, Any] = Field(default={}, description="a table of levers, set over those included")
    parameters: dict[str, Any] = Field(default={}, description="a table of parameters")
    months: int | None = whole(1, 120, "months under the scheme, if fewer than usual", default=None)
    group: Literal["", *ALL_GROUPS] = Field(  # type: ignore[valid-type]
        default="", description="the residents whose indicators are taken: one of " + ", ".join(ALL_GROUPS)
    )


class Range(TomlShape):
    """What a lever may be, where the source does not say how strong a policy was."""

    low: float = Field(allow_inf_nan=False, description="a number, the lever's lowest")
    high: float = Field(allow_inf_nan=False, description="a number, the lever's highest")


class Effect(TomlShape):
    """A published effect that a file of patterns is about, in words."""

    title: Text = Field(description="the intervention in a few words, in quotes")
    published: Text = Field(description="what was found, in quotes")
    about: Text = Field(description="whom it was found in, and for whom it is tried, in quotes")
    levers: Text = Field(description="which levers stand for the intervention, in quotes")
    missing: Text = Field(description="what of it the model does not have, in quotes")
    source: Text = Field(description="where it was published, in quotes")
    together: dict[Text, list[Text]] = Field(
        default={}, description="a table of lists of patterns that make the effect, or a part of it, together"
    )


class Pattern(TomlShape):
    """What should be seen: a weighted sum of indicators under variants, and the band it should lie in.

    Attributes:
        claim: the pattern in words.
        value: indicator → variant → weight. Weights 1 and −1 make a difference.
        per: the same; if it is there, what is looked at is value/per (a relative change, a share of another).
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
    per: dict[str, dict[str, Weight]] = Field(
        default={}, description="a table like value, by which it is divided"
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
        return {
            variant for table in (self.value, self.per) for weights in table.values() for variant in weights
        }


class PatternFile(TomlShape):
    """``patterns.toml``."""

    variant: dict[Name, VariantTable] = Field(
        default={}, description="a table for each variant, its name without spaces"
    )
    pattern: dict[Name, Pattern] = Field(
        default={}, description="a table for each pattern, its id without spaces"
    )
    factors: dict[Name, Range] = Field(default={}, description="a table of levers, each with low and high")
    effect: Effect | None = Field(default=None, description="a table that tells of a published effect")


@dataclass(frozen=True)
class Patterns:
    """The patterns of a place by id, and every variant that they may name.

    Attributes:
        factors: levers whose strength no source says, and how low and high it may be. A factor takes the
            place of the lever wherever a variant sets it.
        effect: the published effect that the patterns are of, if they are.
    """

    patterns: dict[str, Pattern]
    variants: dict[str, Variant]
    factors: dict[str, tuple[float, float]] = field(default_factory=dict)
    effect: Effect | None = None


def read_patterns(path: Path, own: Mapping[str, Scheme] | None = None) -> Patterns:
    """The patterns in a file.

    Args:
        own: schemes of the place, which stand beside the packaged ones.

    Raises:
        InputError: with every fault found.
    """
    file = read_toml(path, PatternFile)
    faults = Faults()
    variants = {name: Variant(load_scheme(name)) for name in scheme_names()}
    variants |= {name: Variant(scheme) for name, scheme in (own or {}).items()}
    for name, table in file.variant.items():
        with faults.caught():
            variants[name] = _variant(f"{path.name}: variant.{name}", name, table, variants)
    faults.stop()
    for name, pattern in file.pattern.items():
        faults += _faults_of(f"{path.name}: pattern.{name}", pattern, variants)
    faults += _group_faults(path.name, file)
    faults += _together_faults(path.name, file)
    faults += _factor_faults(f"{path.name}: factors.", file, variants)
    faults.stop()
    factors = {name: (factor.low, factor.high) for name, factor in file.factors.items()}
    return Patterns(file.pattern, variants, factors, file.effect)


def pattern_faults(patterns: Patterns, targets: Collection[str]) -> list[Fault]:
    """An id that a target of the place has too."""
    return [
        Fault(f"patterns.toml: pattern.{name}", "an id of targets.csv", "an id of its own")
        for name in patterns.patterns
        if name in targets
    ]


def _variant(where: str, name: str, table: VariantTable, known: Mapping[str, Variant]) -> Variant:
    """A variant that may include those ``known`` so far: their levers and parameters, in order."""
    faults = Faults()
    if name in known:
        faults.append(Fault(where, "a scheme's name", "a name of its own"))
    known = {**known, **{x: Variant(found) for x in table.includes if (found := scheme_of_a_place(x))}}
    for item, included in enumerate(table.includes, start=1):
        if included not in known:
            allowed = "a packaged scheme, or a variant above"
            faults.append(
                Fault(f"{where}.includes.{item}", shown(included), allowed, nearest(included, known))
            )
    faults += value_faults(table.levers, levers(), f"{where}.levers.", "lever")
    faults += value_faults(table.parameters, parameters(), f"{where}.parameters.", "parameter")
    faults.stop()
    parts = [known[included] for included in table.includes]
    set_levers = {key: value for part in parts for key, value in part.scheme.levers.items()}
    behaviour = {key: value for part in parts for key, value in part.parameters.items()}
    scheme = Scheme(name, name, (), {**set_levers, **typed(table.levers, levers())})
    Faults(scheme_sum_faults(scheme, where)).stop()
    own = typed(table.parameters, parameters())
    return Variant(scheme, {**behaviour, **own}, table.months, table.group)


def _group_faults(where: str, file: PatternFile) -> Iterator[Fault]:
    """A run is broken down in one way."""
    try:
        breakdown_of(table.group for table in file.variant.values() if table.group)
    except ValueError as error:
        yield Fault(f"{where}: variant.*.group", str(error), "groups of one breakdown in a file")


def _together_faults(where: str, file: PatternFile) -> Iterator[Fault]:
    for words, names in (file.effect.together if file.effect else {}).items():
        for name in names:
            if name not in file.pattern:
                place = f"{where}: effect.together.{shown(words)}"
                yield Fault(place, shown(name), "a pattern of this file", nearest(name, file.pattern))


def _factor_faults(where: str, file: PatternFile, variants: Mapping[str, Variant]) -> Iterator[Fault]:
    for name, factor in file.factors.items():
        ends = {name: factor.low}, {name: factor.high}
        faults = [fault for end in ends for fault in value_faults(end, levers(), where, "lever")]
        yield from faults[:1]
        if faults:
            continue
        if factor.low >= factor.high:
            yield Fault(f"{where}{name}.low", f"{factor.low:g}", f"less than high = {factor.high:g}")
        if name.startswith(PARTS_OF_ONE):
            yield Fault(where + name, "a part of one whole", "a lever that varies by itself")
        if not any(name in variants[variant].scheme.levers for variant in file.variant):
            yield Fault(where + name, "a lever that no variant sets", "a lever of a variant above")


def _faults_of(where: str, pattern: Pattern, variants: Mapping[str, Variant]) -> Iterator[Fault]:
    if bool(pattern.value) == bool(pattern.skip):
        found = "both value and skip" if pattern.value else "neither value nor skip"
        yield Fault(where, found, "a value, or the reason to skip it")
    low, high = pattern.above, pattern.below
    if pattern.per and not pattern.value:
        yield Fault(where, "per without value", "a value to divide")
    if pattern.value and low is None and high is None:
        yield Fault(where, "neither above nor below", "a band", "write above = 0")
    if low is not None and high is not None and low >= high:
        yield Fault(f"{where}.above", f"{low:g}", f"less than below = {high:g}")
    known = indicators()
    for indicator, weights in [*pattern.value.items(), *pattern.per.items()]:
        if indicator not in known:
            mend = nearest(indicator, known) or "see: incentive-model list indicators"
            found = f"an unknown indicator {shown(indicator)}"
            yield Fault(f"{where}.value", found, "an indicator's name", mend)
        grouped = [x for x in weights if x in variants and variants[x].group]
        if grouped and indicator in known and not known[indicator].by_group:
            found = f"variant {grouped[0]}, a group of residents"
            yield Fault(f"{where}.value.{indicator}", found, "an indicator that can be said of a group")
        if not weights:
            yield Fault(f"{where}.value.{indicator}", "no variant", "variants with weights")
        for variant in weights:
            if variant not in variants:
                allowed = "a packaged scheme or a variant of this file"
                mend = nearest(variant, variants)
                yield Fault(
                    f"{where}.value.{indicator}", f"an unknown variant {shown(variant)}", allowed, mend
                )
