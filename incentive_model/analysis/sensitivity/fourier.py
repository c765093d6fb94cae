"""FAST: shares of variance by the frequencies at which factors swing (Saltelli et al. 1999).

It has no interval: what is wrong about it is that frequencies run into each other, the same wherever a
curve begins. More points make it less.
"""

from __future__ import annotations

import numpy as np

from incentive_model.analysis.sensitivity.evaluations import Floats
from incentive_model.runs.layout import HARMONICS


def fast(averages: Floats, factors: int) -> Floats:
    """First-order indices of all factors, then total ones.

    Args:
        averages: by point of the design, over replicates, all finite: a curve with a gap has no spectrum.
    """
    from SALib.analyze.fast import compute_orders

    curves = averages.reshape(factors, -1)
    length = curves.shape[1]
    omega = (length - 1) // (2 * HARMONICS)
    return np.array([compute_orders(curve, length, HARMONICS, omega) for curve in curves]).T.ravel()
