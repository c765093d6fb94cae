"""What can be asked. Rooms are imported inside the commands, so that ``--help`` is quick."""

from __future__ import annotations

import json
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from incentive_model.cli import interrupt
from incentive_model.cli.options import (
    AsJson,
    BurnIn,
    Debug,
    Force,
    GroupBy,
    Months,
    OwnInstruments,
    PlaceName,
    Population,
    Replicates,
    Seed,
    Workers,
    app,
    progress_bar,
)

if TYPE_CHECKING:
    import pandas as pd

    from incentive_model.inputs.place import Place
    from incentive_model.inputs.scheme import Scheme
    from incentive_model.runs.run import Run


class Kind(StrEnum):
    """What ``list`` lists."""

    places = "places"
    schemes = "schemes"
    levers = "levers"
    parameters = "parameters"
    indicators = "indicators"


@app.command()
def compare(
    place: PlaceName = "yongan",
    scheme: Annotated[
        list[str] | None,
        typer.Option(help="A packaged scheme or a TOML file; may be given again. Default: all packaged."),
    ] = None,
    replicates: Replicates = 10,
    population: Population = "20000",
    months: Months = 60,
    burn_in: BurnIn = 12,
    seed: Seed = 1,
    workers: Workers = None,
    own: OwnInstruments = None,
    by: GroupBy = None,
    out: Annotated[Path | None, typer.Option(help="Results folder. Default: results/compare-PLACE.")] = None,
    force: Force = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Schemes against the status quo: who gains, who loses.

    All meet the same people and the same luck. Prints each stakeholder's change and writes tables, figures
    and report.html into the results folder.
    """
    started = time.perf_counter()
    from incentive_model.inputs.place import load_place
    from incentive_model.runs.plan import plan_runs
    from incentive_model.runs.pool import worker_count
    from incentive_model.runs.store import check_target, results_folder

    county = load_place(place, population)
    plan = plan_runs(
        county, scheme, replicates=replicates, months=months, burn_in=burn_in, seed=seed, by=by and by.value
    )
    worker_count(workers, len(plan.requests))
    out = out or Path("results") / f"compare-{county.file_name}"
    request = {"command": "compare"} | plan.request
    check_target(out, request, force=force)

    from incentive_model.analysis.comparison import carry_out
    from incentive_model.cli.printed import comparison_text
    from incentive_model.report import write_report
    from incentive_model.runs.manifest import write_manifest
    from incentive_model.runs.plain import to_json
    from incentive_model.runs.tables import write_csv, write_parquet

    with progress_bar(len(plan.requests)) as progress:
        result = carry_out(plan, workers=workers, progress=progress)
    answer = result.to_json(str(out))
    with results_folder(out, request, force=force) as folder:
        write_csv(result.table(), folder / "comparison.csv")
        if by is not None:
            write_csv(result.groups(), folder / "groups.csv")
        write_parquet(result.runs, folder / "runs.parquet")
        write_parquet(result.series, folder / "series.parquet")
        write_report(result, folder)
        write_manifest(
            folder,
            request,
            wall_seconds=time.perf_counter() - started,
            runs=len(plan.requests),
            ledger_imbalance_fen=answer["ledger_imbalance_fen"],
        )
        interrupt.check()
    print(to_json(answer) if as_json else comparison_text(result, out))


@app.command()
def run(
    place: PlaceName = "yongan",
    scheme: Annotated[list[str] | None, typer.Option(help="A packaged scheme or a TOML file.")] = None,
    population: Population = "20000",
    months: Months = 60,
    burn_in: BurnIn = 12,
    seed: Seed = 1,
    own: OwnInstruments = None,
    by: GroupBy = None,
    out: Annotated[Path | None, typer.Option(help="Results folder. Default: nothing is written.")] = None,
    force: Force = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """One run, month by month."""
    started = time.perf_counter()
    from incentive_model.cards import Fault, InputError
    from incentive_model.cli.printed import run_text
    from incentive_model.inputs.place import load_place
    from incentive_model.runs.manifest import write_manifest
    from incentive_model.runs.plain import to_json
    from incentive_model.runs.plan import plan_runs
    from incentive_model.runs.run import execute
    from incentive_model.runs.store import check_target, results_folder
    from incentive_model.runs.tables import write_csv, write_parquet

    schemes = scheme or ["status-quo"]
    if len(schemes) > 1:
        raise InputError(Fault("scheme", f"{len(schemes)} schemes", "one scheme", "compare takes several"))
    county = load_place(place, population)
    plan = plan_runs(
        county, schemes, replicates=1, months=months, burn_in=burn_in, seed=seed, by=by and by.value
    )
    request = {"command": "run"} | plan.request
    if out is not None:
        check_target(out, request, force=force)
    made = execute(county, plan.requests[-1])  # the status quo stands first, and is last if alone
    interrupt.check()
    if out is not None:
        from incentive_model.network.files import write_networks
        from incentive_model.report.one_run import OneRun, write_run_report

        with results_folder(out, request, force=force) as folder:
            networks = _networks(county, made)
            write_networks(*networks, folder)
            write_run_report(OneRun(made, plan.request, *networks), folder)
            write_csv(made.series, folder / "series.csv")
            write_parquet(made.series, folder / "series.parquet")
            if made.breakdown is not None:
                write_csv(made.breakdown, folder / "groups.csv")
            wall_seconds = time.perf_counter() - started
            write_manifest(folder, request, wall_seconds=wall_seconds, run_id=made.run_id)
    if not as_json:
        print(run_text(made, county, out))
        return
    from incentive_model.measures.network import summary

    answer: dict[str, Any] = {"schema": 1, "run_id": made.run_id, "place": made.place, "scheme": made.scheme}
    answer |= {key: plan.request[key] for key in ("months", "burn_in", "population", "seed")}
    answer["indicators"] = {
        name: dict(zip(("value", "numerator", "denominator"), found, strict=True))
        for name, found in made.indicators.items()
    }
    answer |= {"stakeholders": made.stakeholders, "network": summary(*_networks(county, made))}
    answer["series"] = made.series
    answer["happenings"] = [
        dict(zip(("month", "what", "facility"), found, strict=True)) for found in made.happenings
    ]
    if made.breakdown is not None:
        answer["groups"] = {"by": plan.by, "groups": _by_group(made.breakdown)}
    answer |= {"ledger_imbalance_fen": made.imbalance_fen, "out": None if out is None else str(out)}
    print(to_json(answer))


def _networks(place: Place, made: Run) -> tuple[Any, Any]:
    """Who is tied to whom, and who sent whom patients, at the end of a run."""
    from incentive_model.network.institutions import institution_graph
    from incentive_model.network.referrals import referral_graph

    return institution_graph(place, made.tie_target), referral_graph(place, *made.sent)


def _by_group(breakdown: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Group by group, value, numerator and denominator of every indicator."""
    found: dict[str, dict[str, Any]] = {}
    for row in breakdown.to_dict("records"):
        found.setdefault(row.pop("group"), {})[row.pop("indicator")] = row
    return found


@app.command(name="list")
def list_(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    own: OwnInstruments = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """What there is: unit, default, bounds, source."""
    from incentive_model import cards
    from incentive_model.cli.printed import cards_text, entries_text

    if kind in (Kind.places, Kind.schemes):
        entries = _places() if kind is Kind.places else _schemes()
        print(_json(entries) if as_json else entries_text(entries))
        return
    found = {Kind.levers: cards.levers, Kind.parameters: cards.parameters, Kind.indicators: cards.indicators}
    declared = found[kind]().values()
    print(_json([card.to_json() for card in declared]) if as_json else cards_text(declared))


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="PLACE|SCHEME", help="A packaged name, a folder or a TOML file.")
    ],
    own: OwnInstruments = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """A place or a scheme, whole."""
    from incentive_model.cli.printed import place_text, scheme_text
    from incentive_model.inputs.place import Place
    from incentive_model.runs.plain import to_json

    found = _place_or_scheme(name)
    is_place = isinstance(found, Place)
    if as_json:
        print(to_json({"schema": 1, "kind": "place" if is_place else "scheme", **_fields(found)}))
    else:
        print(place_text(found) if isinstance(found, Place) else scheme_text(found))


def _place_or_scheme(name: str) -> Place | Scheme:
    """Whichever of the two ``name`` is."""
    from incentive_model.cards import Fault, InputError, nearest
    from incentive_model.inputs.place import load_place, place_names, split_reading
    from incentive_model.inputs.scheme import load_scheme, scheme_names, scheme_of_a_place

    path = Path(name)
    if name in place_names() or path.is_dir() or path.name == "place.toml":
        return load_place(name, "full")
    if split_reading(name)[1]:
        return load_place(name, "full")
    if name in scheme_names() or path.is_file() or scheme_of_a_place(name):
        return load_scheme(name)
    names = [*place_names(), *scheme_names()]
    allowed = f"a place or scheme ({', '.join(names)}), PLACE:READING, PLACE/SCHEME, a folder or a TOML file"
    raise InputError(Fault("name", repr(name), allowed, nearest(name, names)))


def _places() -> list[dict[str, Any]]:
    from incentive_model.inputs.place import load_place, place_names

    places = [load_place(name, "full") for name in place_names()]
    return [
        {
            "name": p.name,
            "title": p.title,
            "source": list(p.source),
            "residents": p.population,
            "schemes": list(p.schemes),
            "readings": list(p.readings),
        }
        for p in places
    ]


def _schemes() -> list[dict[str, Any]]:
    from incentive_model.inputs.scheme import load_scheme, scheme_names

    schemes = [load_scheme(name) for name in scheme_names()]
    return [
        {"name": s.name, "title": s.title, "source": list(s.source), "levers": s.levers, "changes": s.changes}
        for s in schemes
    ]


def _fields(entry: Place | Scheme) -> dict[str, Any]:
    """Everything in a place or scheme but where it lies on this disk."""
    return {key: value for key, value in vars(entry).items() if key not in ("folder", "agents")}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
