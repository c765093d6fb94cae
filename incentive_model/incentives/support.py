"""Support (M10, M15): reserved slots and beds, the information platform. Never free."""

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.instrument import County, Instrument, lever, sample_fen
from incentive_model.incentives.tables import Tables

FAMILY: Family = "support"
lever_card(
    "reserved_slots",
    FAMILY,
    "share",
    "part of county hospitals' appointments and beds kept for referred patients",
    "M10",
    "SEED",
    0.0,
    (0.0, 0.5),
    (0.0, 0.5),
)
lever_card(
    "reserved_release",
    FAMILY,
    "word",
    "whether reserved places that are not used go to others",
    "M10",
    "A",
    "releasable",
    choices=("hard", "releasable"),
)
lever_card(
    "platform_coverage",
    FAMILY,
    "share",
    "part of facilities and records on the shared information platform",
    "M15",
    "SEED",
    0.0,
    (0.0, 1.0),
    (0.0, 0.92),
)
fixed(
    "platform_cost",
    6.0,
    "yuan a resident-year",
    "running cost of a platform that covers everything, paid by the government",
    "MODEL 14",
    low=0.0,
)
fixed(
    "reserve_cost",
    1.0,
    "yuan a resident-year",
    "cost of managing a full reserve (per share reserved), paid by county hospitals",
    "MODEL 14",
    low=0.0,
)


class ReservedSlots(Instrument):
    """Green channel: a share of slots and beds for referred patients first."""

    name = "reserved_slots"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.reserved = lever(county, self.name)
        tables.releasable = county.levers["reserved_release"] == "releasable"

    def settle(self, county: County) -> None:
        a = county.accounts
        hospitals = a.facilities[county.tier == 2]
        if len(hospitals):
            cost = sample_fen(county.p.reserve_cost * lever(county, self.name) / 12.0, county.n)
            county.pay(Purpose.SUPPORT, hospitals, a.suppliers, cost // len(hospitals))


class Platform(Instrument):
    """Shared records, online review, bed reservation."""

    name = "platform_coverage"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.platform = lever(county, self.name)

    def settle(self, county: County) -> None:
        a = county.accounts
        cost = sample_fen(county.p.platform_cost * lever(county, self.name) / 12.0, county.n)
        county.pay(Purpose.SUPPORT, a.government, a.suppliers, cost)
