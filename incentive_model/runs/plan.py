"""Which runs are to be made: a design resolved in full, before anything runs.

A request says everything a run depends on; its id is a hash of that, so that the same run has the
same id on every machine and in every results folder. The status quo comes first, and requests come
replicate by replicate, so that the first pairs are complete early.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.instruments import own_files
from incentive_model.inputs.place import Place
from incentive_model.inputs.scheme import (
    Scheme,
    load_scheme,
    resolve_levers,
    resolve_parameters,
    scheme_names,
)
from incentive_model.inputs.values import LONGEST, SEED_LIMIT, Value, whole_number
from incentive_model.inputs.variant import Variant
from incentive_model.measures.parts import group_names
from incentive_model.runs.plain import plain

#: The empty scheme, which every other is held against.
BASELINE = "status-quo"


@dataclass(frozen=True)
class Request:
    """One run to be made: one scheme under the luck of one replicate.

    Attributes:
        run_id: stable id, ``PLACE-SCHEME-REPLICATE-HASH``.
        place: name of the place (its content is part of the hash).
        scheme: the scheme.
        replicate: 0, 1, …; the same replicate draws the same luck under every scheme.
        seed: seed of the design.
        months, burn_in: months under the scheme, and before it under the status quo.
        levers: every lever as it stands in month 1.
        parameters: every behavioural parameter.
        by: what residents are grouped by in the run's breakdown; no result depends on it, nor the id.
    """

    run_id: str
    place: str
    scheme: Scheme
    replicate: int
    seed: int
    months: int
    burn_in: int
    levers: dict[str, Value]
    parameters: dict[str, Value]
    by: str | None = None


@dataclass(frozen=True)
class Plan:
    """All requests of a design, and what they have in common.

    Attributes:
        own: files with instruments of one's own that were loaded: their names, hashes and instruments.
    """

    place: Place
    variants: tuple[Variant, ...]
    requests: tuple[Request, ...]
    replicates: int
    months: int
    burn_in: int
    seed: int
    own: tuple[dict[str, Any], ...] = ()
    by: str | None = None

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """The scheme of every variant, the status quo first."""
        return tuple(variant.scheme for variant in self.variants)

    @functools.cached_property
    def request(self) -> dict[str, Any]:
        """The whole design as plain data: enough to run it again, and to tell two requests apart.

        Levers stand there twice: as the scheme was written, and ``resolved``, every one as it is in
        force in month 1. ``design_hash`` stands for all the rest. Where a breakdown is asked for, ``by`` and
        its ``groups`` stand there too; the hash is the same without them, as are all runs.
        """
        first = {request.scheme.name: request for request in self.requests if request.replicate == 0}
        request = {
            "place": self.place.name,
            "title": self.place.title,
            "source": self.place.source,
            "place_hash": place_hash(self.place),
            "residents": self.place.population,
            "population": self.place.agents,
            "weight": self.place.weight,
            "population_seed": self.place.population_seed,
            "currency_year": self.place.currency_year,
            "place_levers": self.place.levers,
            "parameters": self.requests[0].parameters,
            "baseline": BASELINE,
            "schemes": {
                variant.name: _described(variant) | {"resolved": first[variant.name].levers}
                for variant in self.variants
            },
            "own_instruments": self.own,
            "replicates": self.replicates,
            "months": self.months,
            "burn_in": self.burn_in,
            "seed": self.seed,
        }
        broken_down = {"by": self.by, "groups": group_names(self.by, self.place)} if self.by else {}
        return plain(request | {"design_hash": digest(request)} | broken_down)


def plan_runs(
    place: Place,
    schemes: Iterable[str | Path | Scheme | Variant] | None = None,
    *,
    replicates: int = 10,
    months: int = 60,
    burn_in: int = 12,
    seed: int = 1,
    parameters: Mapping[str, Value] | None = None,
    by: str | None = None,
) -> Plan:
    """Every run of ``schemes`` (default: all packaged, and the place's own) and of the status quo, which
    stands first.

    A :class:`~incentive_model.inputs.variant.Variant` is a scheme with behaviour of its own, over
    ``parameters``, which hold for all.

    With ``by`` (``quintile``, ``age``, ``insurance``, ``home``, ``chronic``) each run is broken down by
    groups.

    Raises:
        InputError: a count that is not a whole number in its range, an unknown scheme, a lever or
            parameter out of bounds, two different schemes of one name, an unknown breakdown.
    """
    replicates = whole_number("replicates", replicates, 1)
    months = whole_number("months", months, 1, LONGEST)
    burn_in = whole_number("burn-in", burn_in, 0, LONGEST)
    seed = whole_number("seed", seed, 0, SEED_LIMIT - 1)
    chosen = _distinct([Variant(load_scheme(BASELINE)), *_variants(place, schemes)])
    common = dict(parameters or {})
    behaviour = {x.name: resolve_parameters(place, common | dict(x.parameters)) for x in chosen}
    levers = {x.name: _levers(place, x.scheme) for x in chosen}
    there = place_hash(place)
    own = tuple(file.to_json() for file in own_files())
    group_names(by, place)

    def request(variant: Variant, replicate: int) -> Request:
        name = variant.name
        horizon = min(variant.months or months, months)
        settings = {"replicate": replicate, "seed": seed, "months": horizon, "burn_in": burn_in}
        return make_request(
            place.name, there, variant.scheme, levers[name], behaviour[name], **settings, by=by
        )

    requests = tuple(request(variant, replicate) for replicate in range(replicates) for variant in chosen)
    return Plan(place, chosen, requests, replicates, months, burn_in, seed, own, by)


def make_request(
    place: str,
    there: str,
    scheme: Scheme,
    levers: dict[str, Value],
    parameters: dict[str, Value],
    *,
    replicate: int,
    seed: int,
    months: int,
    burn_in: int,
    draw: int = 0,
    by: str | None = None,
) -> Request:
    """A request with its id.

    Args:
        place: its name.
        there: a hash of what is in it (:func:`place_hash`).
        levers, parameters: every one of them, resolved.
        draw: the point of a design, if it is of one: a further part of the id.
    """
    own = [file.to_json() for file in own_files()]
    content = [there, levers, scheme.changes, parameters, replicate, seed, months, burn_in, *own]
    point = f"{draw:05d}-" if draw else ""
    return Request(
        run_id=f"{place}-{scheme.name}-{point}{replicate:03d}-{digest(content)}",
        place=place,
        scheme=scheme,
        replicate=replicate,
        seed=seed,
        months=months,
        burn_in=burn_in,
        levers=levers,
        parameters=parameters,
        by=by,
    )


def digest(value: Any) -> str:
    """Twelve hexadecimal digits of the SHA-256 of ``value`` as canonical JSON."""
    text = json.dumps(plain(value), sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def place_hash(place: Place) -> str:
    """A hash of everything in a place that a run depends on."""
    fields = {field.name: getattr(place, field.name) for field in dataclasses.fields(place)}
    for name in ("folder", "targets", "patterns", "schemes", "readings"):
        del fields[name]
    tables = {
        name: value.to_csv(index=False) for name, value in fields.items() if isinstance(value, pd.DataFrame)
    }
    return digest(fields | tables)


def _described(variant: Variant) -> dict[str, Any]:
    """A variant as it was written; what is as usual is left out."""
    scheme = variant.scheme
    own = {"parameters": variant.parameters, "months": variant.months, "group": variant.group}
    return {
        "title": scheme.title,
        "source": scheme.source,
        "levers": scheme.levers,
        "changes": [{"month": month, "levers": levers} for month, levers in scheme.changes],
        **{name: value for name, value in own.items() if value},
    }


def _variants(place: Place, schemes: Iterable[str | Path | Scheme | Variant] | None) -> Sequence[Variant]:
    if schemes is None:
        schemes = [*scheme_names(), *place.schemes]
    elif isinstance(schemes, str | Path | Scheme | Variant):
        schemes = [schemes]
    return [_variant(place, scheme) for scheme in schemes]


def _variant(place: Place, scheme: str | Path | Scheme | Variant) -> Variant:
    """A variant whose changes all have a month of the place."""
    if isinstance(scheme, Variant):
        return dataclasses.replace(scheme, scheme=scheme.scheme.at(place))
    return Variant((scheme if isinstance(scheme, Scheme) else load_scheme(scheme, place)).at(place))


def _levers(place: Place, scheme: Scheme) -> dict[str, Value]:
    """The levers of month 1; those of later changes are resolved too, so that a fault in them shows now."""
    for month, _ in scheme.changes:
        resolve_levers(place, scheme, month)
    return resolve_levers(place, scheme)


def _distinct(variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """Each variant once, in the order given; two different ones of one name cannot be told apart."""
    by_name: dict[str, Variant] = {}
    for variant in variants:
        known = by_name.setdefault(variant.name, variant)
        if _content(known) != _content(variant):
            fault = Fault(
                "scheme",
                f"two different schemes named '{variant.name}'",
                "one scheme a name",
                "rename one of the files"
                if variant.name != BASELINE
                else f"'{BASELINE}' is the empty scheme",
            )
            raise InputError(fault)
    return tuple(by_name.values())


def _content(variant: Variant) -> tuple[Any, ...]:
    scheme = variant.scheme
    return scheme.levers, scheme.changes, dict(variant.parameters), variant.months, variant.group
