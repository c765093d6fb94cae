"""A study of twelve runs, its records made up: what keeps rows is tested without making any."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from incentive_model.inputs.design import Design
from incentive_model.inputs.study import Study
from incentive_model.runs.run_store import RunStore
from incentive_model.runs.run_table import run_table
from incentive_model.runs.study_plan import StudyPlan, plan_study
from incentive_model.runs.task import Task


def study(**changed: Any) -> Study:
    """Yong'an as it is and at three points of two levers, three replicates each."""
    points = pd.DataFrame({"reimbursement_gap": [0.0, 0.1, 0.2], "referral_bonus": [0.0, 50.0, 100.0]})
    settings: dict[str, Any] = {
        "name": "made-up",
        "title": "Made up",
        "places": ("yongan",),
        "population": 100,
        "months": 2,
        "burn_in": 1,
        "replicates": 3,
        "outputs": ("down_referral_rate", "net_hospitals"),
        "series": ("down_referral_rate",),
        "design": Design("list", points=points),
    }
    return Study(**settings | changed)


def record(task: Task) -> bytes:
    """What a run might have given; every fifth failed."""
    if task.number % 5 == 3:
        return task.failed("run", f"ValueError: run {task.number} is “poisoned”")
    months = range(task.request.burn_in + task.request.months)
    values = [(task.number + 1) / (row + 3) for row in range(len(task.columns))]
    return task.done([None, *values[1:]], [list(map(float, months)) for _ in task.series])


def status(number: int) -> str:
    return "failed" if number % 5 == 3 else "done"


def fill(store: RunStore, records: list[bytes], numbers: Iterable[int]) -> None:
    """Keep those runs that are not there yet."""
    for number in numbers:
        if number not in store:
            store.add(number, records[number], status(number))
    store.sync()
    store.close()


def rows(store: RunStore) -> pa.Table:
    """Every row that a store has."""
    return pa.concat_tables(store.tables())


def truth(plan: StudyPlan, records: list[bytes], numbers: Iterable[int]) -> pa.Table:
    return run_table(plan, [records[number] for number in numbers])


class MadeUp(Executor):
    """Gives made-up records at once, and counts them."""

    def __init__(self, record: Callable[[Task], bytes] = record) -> None:
        self.made: list[int] = []
        self._record = record

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(self._record(args[0]))
        self.made.append(args[0].number)
        return future


def files(folder: Path) -> dict[str, bytes]:
    """What a finished sweep leaves for people, wherever it lies; without the manifest, which says when."""
    return {
        path.name: path.read_bytes().replace(str(folder).encode(), b"DIR")
        for path in folder.iterdir()
        if path.is_file() and path.suffix != ".json"
    }


def plan_of(**changed: Any) -> StudyPlan:
    return plan_study(study(**changed))
