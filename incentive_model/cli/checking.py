"""The command ``check``. Rooms are imported inside, so that ``--help`` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from incentive_model.cli.options import AsJson, Debug, OwnInstruments, Workers, app


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A place's folder or file, a scheme's or a study's file.")],
    workers: Workers = None,
    own: OwnInstruments = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Every fault of a place, scheme or study one wrote.

    Says where it is, what was found there and what is allowed. Of a place without faults it says on standard
    error what was assumed and what looks odd; of a study how many runs it is, and about what they take here.
    """
    from incentive_model.inputs.check import check as faults_of
    from incentive_model.inputs.check import place_of, study_of
    from incentive_model.inputs.remarks import remarks
    from incentive_model.inputs.shapes import Faults
    from incentive_model.runs.plain import to_json

    faults = Faults(faults_of(path))
    cost = None
    if not faults and (folder := place_of(path)):
        print(*(f"note: {remark}" for remark in remarks(folder)), sep="\n", file=sys.stderr)
    if not faults and (study := study_of(path)):
        from incentive_model.analysis.sensitivity.of_study import check_plan
        from incentive_model.inputs.asked import Asked
        from incentive_model.runs.estimate import estimate
        from incentive_model.runs.study_plan import plan_study

        with faults.caught():
            plan = plan_study(study)
            if study.sensitivity != Asked():
                check_plan(plan)
            cost = estimate(plan, workers)
    if as_json:
        answer = {"schema": 1, "ok": not faults, "problems": [fault.to_json() for fault in faults]}
        print(to_json(answer | ({"study": cost} if cost else {})))
    else:
        print("\n".join(map(str, faults)) or f"{path}: nothing wrong" + (f"; {cost}" if cost else ""))
    raise typer.Exit(2 if faults else 0)
