"""Loops of phase 10: physicians come to know visiting experts."""

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


def hand_out(
    key: tuple[int, int],
    month: int,
    cards: NDArray[np.float64],
    facilities: np.recarray,
    physicians: np.recarray,
) -> None:
    """Specialists from outside hand out name cards at a hospital (M25), at most one a month to anybody.

    Who already knows some meets more of them: of all cards a physician's part is (1 + own)/Σ(1 + theirs).

    Args:
        cards: handed out this month, by facility.
    """
    for row in range(len(facilities)):
        if cards[row] <= 0.0:
            continue
        f = facilities[row]
        whole = 0
        for k in range(f.first_physician, f.first_physician + f.physicians):
            whole += 1 + physicians[k].cards
        for k in range(f.first_physician, f.first_physician + f.physicians):
            one = physicians[k]
            if uniform(key, Purpose.CARD, one.id, month, 0) < cards[row] * (1 + one.cards) / whole:
                one.cards += 1
