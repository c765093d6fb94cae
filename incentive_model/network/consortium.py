"""A medical consortium as an object of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from incentive_model.inputs.place import Place

#: The word of the lever ``consortium_form`` that leaves every consortium as the place has it.
AS_FOUND = "as_found"


@dataclass
class Consortium:
    """Institutions that answer for the same residents, more or less closely.

    Attributes:
        name: the place's word for it.
        as_found: its form in the place: ``none``, ``loose`` or ``tight``.
        form: its form now. ``none`` shares nothing; in a ``loose`` one each member keeps its accounts, and
            feels no more of what is shared than its own part; a ``tight`` one has one account and one
            management a tier.
        members: rows of its facilities.
    """

    name: str
    as_found: str
    form: str
    members: NDArray[np.int64]

    def integrate(self, form: str) -> None:
        """Take a form, or the place's own again (``as_found``)."""
        self.form = self.as_found if form == AS_FOUND else form

    @property
    def shares(self) -> bool:
        """Whether its members share anything."""
        return self.form != "none"

    @property
    def one_account(self) -> bool:
        """Whether its members' accounts are one."""
        return self.form == "tight"


def consortia(place: Place) -> list[Consortium]:
    """The consortia of a place, in the order of its file."""
    member_of = place.facilities["consortium"].to_numpy()
    return [
        Consortium(name, form, form, np.flatnonzero(member_of == name))
        for name, form in place.consortia.items()
    ]
