"""Primary care's own patients (M13, M16): family-doctor contracts and chronic conditions under management."""

from __future__ import annotations

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.instrument import County, Instrument, lever
from incentive_model.incentives.support import lose_hours
from incentive_model.incentives.tables import Tables

FAMILY: Family = "support"
lever_card(
    "family_doctor_coverage",
    FAMILY,
    "share",
    "residents with a family-doctor contract; half as many again of the chronically ill",
    "calibration 2.1",
    "M",
    0.40,
    (0.0, 1.0),
    (0.2, 0.9),
)
lever_card(
    "chronic_management",
    FAMILY,
    "share",
    "chronically ill residents under standard management at their clinic",
    "Q08",
    "SEED",
    0.0,
    (0.0, 1.0),
    (0.0, 0.8),
)
fixed("contract_fee", 60.0, "yuan", "fee for a contract and year, government to centre", "docs/decisions.md")
fixed(
    "contract_visits",
    1.0,
    "visits",
    "contacts a contract and year that take clinic hours",
    "docs/decisions.md",
)
fixed(
    "management_fee",
    120.0,
    "yuan",
    "fee for a managed patient and year, government to clinic",
    "docs/decisions.md",
)
fixed("management_visits", 4.0, "visits", "contacts a managed patient and year that take clinic hours", "Q08")


class FamilyDoctors(Instrument):
    """Contracts with the centre's family doctors, for a fee; their contacts take clinic hours."""

    name = "family_doctor_coverage"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.coverage = lever(county, self.name)
        _take_hours(county, tables, county.contracts(tables.coverage), county.p.contract_visits)

    def settle(self, county: County) -> None:
        signed = county.contracts(lever(county, self.name))
        _pay_fee(county, Purpose.CONTRACTS, signed, county.p.contract_fee)


class ChronicManagement(Instrument):
    """Chronic patients are followed at their clinic, ill or not: a managed month is a month of care."""

    name, idle_at = "chronic_management", 0.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.managed = lever(county, self.name)
        _take_hours(county, tables, county.managed(tables.managed), county.p.management_visits)

    def settle(self, county: County) -> None:
        managed = county.managed(lever(county, self.name))
        _pay_fee(county, Purpose.CHRONIC_CARE, managed, county.p.management_fee)


def _take_hours(county: County, tables: Tables, people: np.ndarray, visits_a_year: float) -> None:
    contacts = people * county.weight * visits_a_year / 12.0
    capacity = tables.means.capacity
    busy = (people > 0) & (capacity > 0.0)
    lose_hours(tables, busy, contacts[busy] / capacity[busy])


def _pay_fee(county: County, purpose: Purpose, people: np.ndarray, yuan_a_year: float) -> None:
    fen = people * (round(yuan_a_year * 100.0) // 12)
    county.pay(purpose, county.accounts.government, county.accounts.facilities, fen)
    county.pay_staff(purpose, fen)
