"""Who sent patients where, facility by facility, added up over the scheme's months."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from incentive_model.incentives.events import Count
from incentive_model.measures.totals import Floats

#: What facilities did with patients, by the name it goes by in a network.
DONE = {
    "sent_up": Count.UP_REFERRAL,
    "sent_within": Count.INTERNAL_REFERRAL,
    "sent_down": Count.DOWN_REFERRAL,
    "received_down": Count.REHAB,
    "sent_back": Count.OUTPATIENT_RETURN,
}
_COLUMNS = list(DONE.values())


class Sent(NamedTuple):
    """Referral over a year, for the whole place."""

    yuan: Floats  #: billed after a referral up by (referring facility, hospital of the area in order)
    patients: dict[str, Floats]  #: what of ``DONE`` to patients by (facility)


class SentSoFar:
    """Adds the months up, in fen and patients of the simulated residents."""

    def __init__(self, county: Any) -> None:
        self._months = 0
        self._fen = np.zeros_like(county.chain)
        self._counts = np.zeros((len(county.counts), len(DONE)), np.int64)

    def add(self, county: Any) -> None:
        """Add the month that has just ended."""
        self._months += 1
        self._fen += county.chain
        self._counts += county.counts[:, _COLUMNS]

    def a_year(self, weight: float) -> Sent:
        """As much a year in the whole place; one simulated resident stands for ``weight`` real ones."""
        scale = weight * 12.0 / max(1, self._months)
        patients = self._counts.astype(float) * scale
        return Sent(self._fen / 100.0 * scale, dict(zip(DONE, patients.T, strict=True)))
