"""Sensitivity of any function of factors and a seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from incentive_model.analysis.sensitivity.analysis import analyse, methods_of
from incentive_model.analysis.sensitivity.evaluations import Evaluations, Output
from incentive_model.analysis.sensitivity.factor_info import infos
from incentive_model.analysis.sensitivity.result import MAIN, Sensitivity
from incentive_model.analysis.sensitivity.stages import in_stages
from incentive_model.cards import Fault, InputError, nearest
from incentive_model.inputs.asked import Asked
from incentive_model.inputs.design import DUMMY, Design, Factor, grouped, option_faults
from incentive_model.inputs.shapes import Faults
from incentive_model.inputs.values import whole_number
from incentive_model.runs.designs import draws_of
from incentive_model.runs.plan import digest

#: What a function may give: a number, or numbers by name.
Answer = float | Mapping[str, float]
#: The name of the output of a function that gives a number.
OUTPUT = "output"


def sensitivity_of(
    function: Callable[[dict[str, Any], int], Answer],
    factors: Mapping[str, Any],
    *,
    method: str = "sobol",
    n: int = 512,
    replicates: int = 1,
    seed: int = 1,
    second_order: bool = False,
    levels: Sequence[int] = (4,),
    groups: Mapping[str, Sequence[str]] | None = None,
    dummy: bool = False,
    methods: Sequence[str] = (),
    precision: float | None = None,
    title: str = "",
) -> Sensitivity:
    """Sensitivity of any function, the way studies go: design, base rows with luck of their own, failures
    dropped, indices with intervals.

    ``im.sensitivity_of(f, {"x": (0, 1), "y": [1, 2, 3]}, n=1024)``

    Args:
        function: ``f(factors, seed)``: a number, or numbers by name. What raises an exception or gives a
            number that is not finite has failed. The seed is the same for all points of a base row.
        factors: by name, from where to where, or a list of values, or a
            :class:`~incentive_model.inputs.design.Factor`.
        method: of the design: ``sobol``, ``morris``, ``shapley``, ``fast``, ``latin-hypercube`` or
            ``sobol-sequence``.
        n: base rows.
        replicates: with luck of their own, of each point.
        second_order, levels, groups: as in a study's design.
        dummy: add a factor that the function does not see, but where it moves, the seed is another one.
        methods: of analysis; left out, those that the design is for.
        precision: double base rows, from 64 to ``n``, until intervals are plus or minus that.

    Raises:
        InputError: factors, method or numbers that will not do.
    """
    if method not in MAIN:
        raise InputError(Fault("method", repr(method), f"one of {', '.join(MAIN)}", nearest(method, MAIN)))
    n = whole_number("n", n, 4)
    replicates = whole_number("replicates", replicates, 1)
    laid = {str(name): _factor(str(name), said) for name, said in factors.items()}
    if dummy:
        if DUMMY in laid:
            raise InputError(Fault("factors", repr(DUMMY), "another name beside a dummy"))
        laid[DUMMY] = Factor(DUMMY, unseen=True)
    Faults(
        option_faults(method, "design", groups=groups, second_order=second_order, levels=levels or (0,))
    ).stop()
    if precision is not None and not 0 < precision < math.inf:
        raise InputError(Fault("precision", repr(precision), "a number above 0"))
    of_groups = grouped(groups or {}, list(laid), "groups")
    design = Design(method, laid, n, None, of_groups, second_order, tuple(levels))
    asked = Asked(precision, methods=tuple(methods))
    methods_of(design, asked)
    points, layout = draws_of(design, whole_number("seed", seed, 0))
    assert layout is not None
    settings = points.to_dict("records")
    told = infos(laid, of_groups, cards=False)
    made: dict[str, list[list[float]]] = {}
    lost, last = 0, ""

    def evaluated(base_rows: int) -> Sensitivity:
        nonlocal lost, last
        begin = len(next(iter(made.values()), []))
        end = len(settings) if base_rows == n else int((layout.base < base_rows).sum())
        for row in range(begin, end):
            luck = int(layout.luck[row])
            point = {str(name): value for name, value in settings[row].items()}
            answers: list[dict[str, float]] = []
            for r in range(replicates):
                try:
                    answers.append(_answer(function(dict(point), _seed(seed, luck, r))))
                except Exception as error:
                    answers.append({})
                    lost, last = lost + 1, f"{type(error).__name__}: {error}"
            for name in dict.fromkeys([*made, *(name for answer in answers for name in answer)]):
                if name not in made:  # no call has given it before
                    made[name] = [[math.nan] * replicates] * row
                made[name].append([answer.get(name, math.nan) for answer in answers])
        if not made:
            found = f"no call gave a number; the last one: {last}"
            raise InputError(Fault("function", found, "a number, or numbers by name"))
        rest = [[math.nan] * replicates] * (len(points) - len(next(iter(made.values()))))
        outputs = tuple(Output(name, "", np.array(values + rest)) for name, values in made.items())
        whole = Evaluations(design, layout, points, outputs, len(points) * replicates, lost)
        some = whole if end == len(settings) else whole.first(base_rows, failed=lost)
        return analyse(some, told, title=title, asked=asked, seed=seed)

    return in_stages(evaluated, n, asked)


def _factor(name: str, said: Any) -> Factor:
    """A factor as it may be written.

    Raises:
        InputError: it cannot be read.
    """
    if isinstance(said, Factor):
        return said
    if isinstance(said, list) and said:
        return Factor(name, tuple(said))
    if isinstance(said, tuple) and len(said) == 2:
        low, high = map(float, said)
        if math.isfinite(low) and math.isfinite(high) and low < high:
            return Factor(name, (), low, high)
    raise InputError(
        Fault(f"factors.{name}", repr(said), "(low, high) with low below high, or a list of values")
    )


def _answer(given: Answer) -> dict[str, float]:
    """What a call gave, by name.

    Raises:
        ValueError: a number that is not finite; or whatever comes of it being none.
    """
    found = given if isinstance(given, Mapping) else {OUTPUT: given}
    answer = {str(name): float(value) for name, value in found.items()}
    for name, value in answer.items():
        if not math.isfinite(value):
            raise ValueError(f"{name} is {value}")
    return answer


def _seed(seed: int, luck: int, replicate: int) -> int:
    return int(digest([seed, luck, replicate])[:8], 16)  # 32 bits, which every generator takes
