"""What physicians believe of what is promised, and what one event therefore brings them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from incentive_model.engine.compiled import compiled
from incentive_model.incentives.events import Event
from incentive_model.incentives.tables import Tables

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Promises:
    """What was promised when the month's terms were announced.

    Attributes:
        made: whether an instrument promises anybody anything for an event, by (instrument, Event).
        makers: the instruments that promise anything, by number.
    """

    def __init__(self, tables: Tables, announcing: list[int]) -> None:
        """Only those who are ``announcing`` can have promised anything."""
        self.made: Bools = np.zeros((len(tables.promised), len(Event)), np.bool_)
        compiled(look)(np.array(announcing, np.int64), tables.promised, tables.personal, self.made)
        self.makers = np.flatnonzero(self.made.any(axis=1)).tolist()

    def believed(self, tables: Tables, belief: Floats, home: NDArray[np.int64]) -> Floats:
        """What each physician, of facility ``home``, believes one event brings (see ``believed_pay``)."""
        pay = np.zeros((len(home), len(Event)))
        theta = tables.means.pass_on
        compiled(believe)(self.made, tables.promised, tables.personal, tables.felt, theta, belief, home, pay)
        return pay


def look(announcing: NDArray[np.int64], promised: Floats, personal: Floats, made: Bools) -> None:
    """Find out what is promised: anything, to anybody."""
    for k in announcing:
        for event in range(promised.shape[1]):
            some = False
            for facility in range(promised.shape[2]):
                some |= promised[k, event, facility] != 0.0
                some |= personal[k, event, facility] != 0.0
            made[k, event] = some


def believe(
    made: Bools,
    promised: Floats,
    personal: Floats,
    felt: Floats,
    theta: Floats,
    belief: Floats,
    home: NDArray[np.int64],
    pay: Floats,
) -> None:
    """Add up b·(θ·promised + personal) over instruments, and what is felt, by (physician, Event)."""
    for k in range(made.shape[0]):
        for event in range(made.shape[1]):
            if made[k, event]:
                for physician in range(len(home)):
                    here = home[physician]
                    worth = theta[here] * promised[k, event, here] + personal[k, event, here]
                    pay[physician, event] += belief[physician, k] * worth
    for event in range(felt.shape[0]):
        some = False
        for facility in range(felt.shape[1]):
            some |= felt[event, facility] != 0.0
        if some:
            for physician in range(len(home)):
                pay[physician, event] += felt[event, home[physician]]
