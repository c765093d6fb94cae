"""An instrument of one's own that does harm when it is armed, and otherwise nothing; it can note who runs.

Levers: ``poison`` says which harm (0: none), done if there is a variable POISON; ``mark`` is noted in the
file that MARKS names.
"""

import ctypes
import os
import sys

import numpy as np

from incentive_model.incentives import County, Instrument, Tables, lever_card

lever_card("poison", "support", "which", "which harm is done", "own", "A", 0, (0, 7))
lever_card("mark", "support", "number", "what is noted", "own", "A", 0, (0, 10**6))

HARMS = ("", "exception", "nan", "endless", "exit", "leave", "crash", "memory")


class Poison(Instrument):
    name = "poisonous"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        if self._harm(county) == "nan":
            tables.means.capability[:] = np.nan

    def settle(self, county: County) -> None:
        if county.month == 1 and "MARKS" in os.environ:
            with open(os.environ["MARKS"], "a") as file:
                file.write(f"{county.levers['mark']}\n")
        harm = self._harm(county)
        if harm == "exception":
            raise LookupError("no such fund")
        elif harm == "endless":
            while True:
                pass
        elif harm == "exit":
            sys.exit(3)
        elif harm == "leave":
            os._exit(7)
        elif harm == "crash":
            ctypes.string_at(0)
        elif harm == "memory":
            np.ones(10**10)

    def _harm(self, county: County) -> str:
        return HARMS[int(county.levers["poison"])] if "POISON" in os.environ else ""
