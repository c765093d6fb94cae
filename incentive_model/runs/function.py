"""The model as a plain function, for whoever brings a loop, a sampler or an optimiser of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from incentive_model.inputs.instruments import load_text, own_files
from incentive_model.inputs.place import Place, load_place
from incentive_model.inputs.scheme import Scheme, load_scheme
from incentive_model.inputs.values import Value
from incentive_model.inputs.variant import Variant
from incentive_model.runs.plan import Request, plan_runs
from incentive_model.runs.row import row_of
from incentive_model.runs.run import execute


class Simulator:
    """The model as a function: levers, parameters and a seed in, indicators out.

    ``f = Simulator("yongan"); f({"reimbursement_gap": 0.2}, {"beta_travel": 0.03}, seed=7)``

    A call is a run of its own. It gives what the same :class:`~incentive_model.model.IncentiveModel` gives,
    to the bit, and remembers nothing. The same seed is the same luck, whatever is set. It can be pickled, so
    that any pool of processes can call it; instruments of one's own go along.

    Args:
        place: a :class:`~incentive_model.inputs.place.Place`, a packaged name or a folder.
        scheme: where levers are set from: a :class:`~incentive_model.inputs.scheme.Scheme`, a packaged name
            or a file.
        months, burn_in: months under the scheme, and before it under the status quo.
        population: simulated residents, or ``"full"``; default 20,000, or what a ``Place`` has.

    Raises:
        InputError: an unknown place or scheme, or a number out of bounds.
    """

    def __init__(
        self,
        place: Place | str | Path = "yongan",
        scheme: Scheme | str | Path = "status-quo",
        *,
        months: int = 60,
        burn_in: int = 12,
        population: int | str | None = None,
    ) -> None:
        if not isinstance(place, Place):
            place = load_place(place)
        self.place = place if population is None else place.with_population(population)
        self.scheme = scheme if isinstance(scheme, Scheme) else load_scheme(scheme, place)
        self.months = months
        self.burn_in = burn_in
        self._request({}, {}, 1)  # what is wrong is told now

    def __call__(
        self,
        levers: Mapping[str, Value] | None = None,
        parameters: Mapping[str, Value] | None = None,
        seed: int = 1,
    ) -> dict[str, float | None]:
        """Make one run.

        Args:
            levers: over the scheme's, from its first month on.
            parameters: behaviour over the place's, in the burn-in too.
            seed: of the luck.

        Returns:
            Over the scheme's months: every indicator under its name (None where it cannot be computed), and
            balances, costs and QALYs as in ``runs.parquet``.

        Raises:
            InputError: an unknown lever or parameter, or a value its card refuses.
            RunFailed: the run did not finish.
        """
        run = execute(self.place, self._request(levers or {}, parameters or {}, seed))
        return {name: value for name, value in row_of(run, self.months).items() if "__" not in name}

    def _request(self, levers: Mapping[str, Value], parameters: Mapping[str, Value], seed: int) -> Request:
        # Under a name of its own: the status quo with a lever set is not the status quo.
        scheme = replace(self.scheme.with_levers(**levers), name=f"{self.scheme.name}+levers")
        plan = plan_runs(
            self.place,
            [Variant(scheme, parameters)],
            replicates=1,
            months=self.months,
            burn_in=self.burn_in,
            seed=seed,
        )
        return plan.requests[-1]

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "own": [(file.path, file.text) for file in own_files()]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for path, text in state.pop("own"):
            load_text(path, text)
        vars(self).update(state)
