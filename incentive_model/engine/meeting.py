"""Loop of phase 10: primary physicians come to know visiting experts."""

import numpy as np
from numpy.typing import NDArray

from incentive_model.chance.draws import uniform
from incentive_model.chance.purpose import Purpose


def meet(
    key: tuple[int, int],
    month: int,
    chance: NDArray[np.float64],
    physicians: np.recarray,
) -> None:
    """Give a personal tie to the hospital they refer to, with the month's chance at their facility, to
    physicians who have none (M25). A tie once won stays.

    Args:
        chance: a month, by facility.
    """
    for k in range(len(physicians)):
        one = physicians[k]
        here = chance[one.facility]
        if here <= 0.0 or one.tie == 1 or one.target < 0:
            continue
        if uniform(key, Purpose.MEETING, one.id, month, 0) < here:
            one.tie = 1
