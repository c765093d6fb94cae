"""A whole history in one line, to compare runs of the engine: ``python -m reference.history FOLDER``."""

from __future__ import annotations

import hashlib
import sys

import numpy as np
from random_place import EVERYTHING

from incentive_model import IncentiveModel, load_place


def digest(model: IncentiveModel, months: int) -> str:
    """The model run to a month, every column of every month hashed."""
    sums = hashlib.sha256()
    while model.month < months:
        model.step()
        sums.update(model.residents.tobytes() + model.facilities.tobytes())
        for table in (
            model.heard,
            model.tally.sums,
            model.belief,
            model.county.counts,
            model.county.bills,
            model.ledger.balances,
        ):
            sums.update(np.ascontiguousarray(table).tobytes())
    return sums.hexdigest()


if __name__ == "__main__":
    place = load_place(sys.argv[1], 80)
    print(digest(IncentiveModel(place, EVERYTHING, seed=1, burn_in=12), 14))
