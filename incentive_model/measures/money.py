"""Who paid whom for what, a resident-year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incentive_model.incentives.accounts import Group

GROUPS = [group.name.lower() for group in Group]


def positions(flows: NDArray[np.int64], years: float) -> dict[str, float]:
    """Net position of each stakeholder, yuan a resident-year; sums to 0.

    Args:
        flows: fen by (purpose, paying group, paid group).
        years: resident-years.
    """
    between = flows.sum(axis=0)
    net = between.sum(axis=0) - between.sum(axis=1)
    return dict(zip(GROUPS, (net / 100.0 / years).tolist(), strict=True))


def table(flows: NDArray[np.int64], purposes: Sequence[str], years: float) -> pd.DataFrame:
    """One row a payer, payee and purpose: payer, payee, purpose, yuan_per_resident_year.

    Args:
        flows: fen by (purpose, paying group, paid group).
        purposes: their names.
        years: resident-years.
    """
    some = np.nonzero(flows)
    purpose, payer, payee = (rows.tolist() for rows in some)
    return pd.DataFrame(
        {
            "payer": [GROUPS[k] for k in payer],
            "payee": [GROUPS[k] for k in payee],
            "purpose": [purposes[k] for k in purpose],
            "yuan_per_resident_year": flows[some] / 100.0 / years,
        }
    )
