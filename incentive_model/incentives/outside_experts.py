"""Specialists from outside (M25–M27): they see patients here, or they teach; either way they leave ties.

"Blood transfusion" is a specialist's day in the clinic: patients are better treated on that day, some twenty
of those present get the specialist's name card, and nothing is left but that. "Hematopoiesis" is a day of
working together: fewer patients, fewer cards, and physicians who can do more from then on.
"""

from __future__ import annotations

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card, uncertain
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.instrument import County, Instrument, lever, real_fen
from incentive_model.incentives.tables import Tables

FAMILY: Family = "support"
lever_card(
    "outside_visits",
    FAMILY,
    "days a month",
    "days that specialists of the hospitals above spend at each hospital that refers on to them",
    "M25",
    "SEED",
    0.0,
    (0.0, 25.0),
    (0.0, 10.0),
)
lever_card(
    "joint_training",
    FAMILY,
    "share",
    "part of those days on which they work together with the physicians there instead of in the clinic",
    "M26",
    "A",
    0.0,
    (0.0, 1.0),
    (0.0, 1.0),
)
fixed("name_cards", 20.0, "cards a day", "name cards that a visiting specialist hands out", "Q09", "SEED")
fixed(
    "outside_visit_patients",
    29.1,
    "visits a day",
    "outpatients a visiting specialist sees: 873 by 30 specialists",
    "Q09",
    "D",
)
fixed(
    "outside_visit_fee",
    3_000.0,
    "yuan a day",
    "fee of a visiting specialist, paid by the hospital visited",
    "docs/decisions.md",
    low=0.0,
)
uncertain(
    "joint_learning",
    0.002,
    (0.0005, 0.005),
    "a day",
    "part of what physicians here still lack that a day of working together brings",
    "docs/decisions.md",
    low=0.0,
    whose="place",
)


class OutsideVisits(Instrument):
    """Specialists of the hospitals above come so many days a month.

    What they can do is what the best hospital above can: in each specialty of the place, or in general care
    if it has none. On their days in the clinic a hospital can do what theirs can:
    c ← c + (days/clinic days)(c_above − c), while it lasts. Of what physicians still lack, a day of working
    together brings 0.002, for good: learned ← learned + 0.002·joint days·(1 − learned). The hospital visited
    pays for days in the clinic; a day of working together is the lender's gift, which pays its own specialist
    for it.
    """

    name = "outside_visits"

    def __init__(self) -> None:
        self.learned = 0.0  #: part of the gap closed for good

    def idle(self, county: County) -> bool:
        return not any(self._days(county)) and self.learned == 0.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        if self.idle(county):
            return
        rows = np.flatnonzero(county.onward)
        clinic, _ = self._days(county)
        present = min(1.0, clinic / county.p.clinic_days)
        here = 1.0 - (1.0 - self.learned) * (1.0 - present)
        means = tables.means
        means.capacity[rows] += clinic * county.p.outside_visit_patients
        tables.cards[rows] = clinic * county.p.name_cards
        above = county.tier == 3
        for skill in means.special if len(means.special) else [means.capability]:
            now = np.where(np.isnan(skill), means.capability, skill)
            best = now[above].max(initial=0.0)
            skill[rows] = now[rows] + here * np.maximum(0.0, best - now[rows])

    def settle(self, county: County) -> None:
        clinic, joint = self._days(county)
        self.learned += min(1.0, county.p.joint_learning * joint) * (1.0 - self.learned)
        a, rows = county.accounts, np.flatnonzero(county.onward)
        above = county.parent[rows]
        for days, payers in ((clinic, a.facilities[rows]), (joint, a.facilities[above])):
            fee = real_fen(county, county.p.outside_visit_fee * days)
            county.pay(Purpose.SUPPORT, payers, a.physicians[above], fee)

    def _days(self, county: County) -> tuple[float, float]:
        """Days in the clinic, and of working together, a month and hospital."""
        days, joint = lever(county, self.name), lever(county, "joint_training")
        return days * (1.0 - joint), days * joint
