"""Which hospital outside is whose, and how far everything is."""

from __future__ import annotations

from functools import cache
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference.facility import Facility
    from reference.month import ReferenceModel


class Map:
    """Distances from clinics, where residents live, and the hospitals above.

    A T3 hospital with a specialty of its own is there for that alone: others go to one for all cases.
    """

    def __init__(self, model: ReferenceModel) -> None:
        self.place, self.facilities = model.place, model.facilities
        f = self.place.facilities
        self.x, self.y = [float(x) for x in f["x_km"]], [float(y) for y in f["y_km"]]
        self.parent = [int(row) for row in f["parent_row"]]
        self.skilled: dict[int, set[int]] = {}  #: rows of hospitals outside, by specialty
        for skill in self.place.skills.itertuples():
            if self.facilities[skill.facility_row].tier == 3:
                self.skilled.setdefault(int(skill.specialty), set()).add(int(skill.facility_row))
        self.outside, self.km = cache(self._outside), cache(self._km)

    def _outside(self, clinic: int, specialty: int) -> Facility | None:
        """Where residents of a clinic go outside, with an illness of a specialty (0: general care)."""
        if specialty in self.skilled:
            return self._nearest(clinic, self.skilled[specialty])
        special = set().union(*self.skilled.values())
        general = {f.row for f in self.facilities if f.tier == 3} - special
        hospital = self.parent[self.parent[clinic]]
        if hospital >= 0 and self.parent[hospital] in general:
            return self.facilities[self.parent[hospital]]
        return self._nearest(clinic, general)

    def _nearest(self, clinic: int, rows: set[int]) -> Facility | None:
        """The nearest, and of equals the first in the list of facilities."""
        return self.facilities[min(sorted(rows), key=lambda row: self._square(clinic, row))] if rows else None

    def _square(self, a: int, b: int) -> float:
        return (self.x[a] - self.x[b]) ** 2 + (self.y[a] - self.y[b]) ** 2

    def _km(self, a: int, b: int) -> float:
        return sqrt(self._square(a, b))

    def minutes(self, home: Facility, there: Facility) -> float:
        """One way, for somebody who lives as far from the clinic as people do on average."""
        return self.place.travel_base_minutes + self.place.travel_minutes_per_km * self.km(
            home.row, there.row
        )
