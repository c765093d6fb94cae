"""How intensely facilities serve and what they bill to whom, as columns of their table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_model.engine.compiled import compiled
from incentive_model.engine.county import CountyState
from incentive_model.incentives.events import Event
from incentive_model.incentives.tables import Tables
from incentive_model.rules.inducement import service


class Service:
    """What facilities have decided on, and for which terms.

    As long as a facility's terms stay, so does what it decided.
    """

    def __init__(self, n_facilities: int) -> None:
        #: yuan a claim, a yuan of visits and of admissions bring, paid by case; NaN where nothing is decided
        self.terms: NDArray[np.float64] = np.full((n_facilities, 4), np.nan)

    def forget(self, row: int) -> None:
        """Let a facility decide anew, because something else than its terms has changed."""
        self.terms[row] = np.nan

    def decide(self, p: Any, f: np.recarray, tables: Tables, county: CountyState, rows: range) -> None:
        """Let some facilities set the intensity of service, and the part of a bill moved to the patient,
        to what payment and the shared account make worthwhile."""
        certain, by_case = tables.certain, tables.means.paid_by_case
        compiled(decide)(p, f, certain, by_case, self.terms, county.cost_admission, rows.start, rows.stop)


def decide(
    p: Any,
    facilities: np.recarray,
    certain: NDArray[np.float64],
    paid_by_case: NDArray[np.int64],
    terms: NDArray[np.float64],
    cost_admission: NDArray[np.float64],
    first: int,
    stop: int,
) -> None:
    """Write what follows from the terms of facilities ``first`` up to ``stop`` into their columns."""
    for row in range(first, stop):
        claim = certain[Event.CLAIM_YUAN, row]
        visit = certain[Event.VISIT_SERVICE_YUAN, row]
        admission = certain[Event.ADMISSION_SERVICE_YUAN, row]
        by_case = paid_by_case[row]
        before = terms[row]
        same = before[0] == claim and before[1] == visit and before[2] == admission
        if same and before[3] == by_case:
            continue
        before[0], before[1], before[2], before[3] = claim, visit, admission, by_case
        decided = service(p, claim, visit, admission, by_case == 1)
        f = facilities[row]
        f.price_visit = round(f.list_visit * decided.bill_visit)
        f.price_admission = round(f.list_admission * decided.bill_admission)
        f.cost_admission = decided.cost_admission
        f.effort_visit = decided.effort_visit
        f.effort_admission = decided.effort_admission
        f.uncovered_bp = round(decided.uncovered * 10_000)
        cost_admission[row] = decided.cost_admission
