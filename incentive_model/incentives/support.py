"""Support (M10–M18): what eases referral without paying for it. Never free: each measure says who pays."""

from __future__ import annotations

from typing import Literal

import numpy as np

from incentive_model.cards.card import Family, Tag
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
    "referral_choice",
    FAMILY,
    "word",
    "whether a centre refers to the hospital it is assigned to, or wherever the patient would rather go",
    "SYS5",
    "A",
    "assigned",
    choices=("assigned", "free"),
)


def support_card(
    name: str, meaning: str, source: str, tag: Tag, cost: float, payer: str, most: float = 1.0
) -> None:
    """Declare a support lever from 0 to 1 and what it costs at full strength."""
    lever_card(name, FAMILY, "share", meaning, source, tag, 0.0, (0.0, 1.0), (0.0, most))
    cost_card(name, cost, payer)


def cost_card(name: str, cost: float, payer: str) -> None:
    """Declare what a support lever costs at full strength."""
    fixed(
        f"cost_{name}",
        cost,
        "yuan a resident-year",
        f"running cost of {name} at full strength, paid by {payer}",
        "MODEL 14",
        low=0.0,
    )


GOVERNMENT, HOSPITALS = "the government", "county hospitals"
cost_card("reserved_slots", 1.0, HOSPITALS)
support_card(
    "platform_coverage",
    "part of facilities and records on the shared information platform",
    "M15",
    "SEED",
    6.0,
    GOVERNMENT,
    0.92,
)
support_card(
    "unified_criteria",
    "how far criteria, forms and pathways of referral are the same everywhere",
    "M11",
    "A",
    1.0,
    GOVERNMENT,
)
support_card(
    "institutional_channel",
    "how far an institutional channel opens to all what personal ties open to some",
    "M27",
    "A",
    0.5,
    GOVERNMENT,
)
support_card(
    "shared_diagnostics",
    "part of centres whose images and tests the county hospital reads",
    "M14",
    "A",
    2.0,
    HOSPITALS,
)
support_card(
    "quality_disclosure",
    "how far residents are told what each facility can do now",
    "M16",
    "A",
    0.5,
    GOVERNMENT,
)
support_card(
    "health_education",
    "how far residents learn to judge how ill they are",
    "M16",
    "A",
    2.0,
    GOVERNMENT,
)
support_card("publicity", "how much the policy is talked about in public", "M18", "A", 1.0, GOVERNMENT)
support_card("test_recognition", "part of tests that the other side recognises", "M17", "A", 0.5, GOVERNMENT)
support_card(
    "formulary_aligned", "part of the hospital's drugs that centres dispense too", "M17", "A", 1.0, GOVERNMENT
)
fixed(
    "diagnostics_hours",
    0.01,
    "share",
    "part of county hospitals' clinic hours that reading for centres takes",
    "MODEL 14",
)


class Support(Instrument):
    """A measure that opens one way of knowing or doing something, and what it costs."""

    idle_at = 0.0
    table = ""  #: the entry of :class:`Tables` it sets
    payer: Literal["government", "hospitals"] = "government"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        setattr(tables, self.table, lever(county, self.name))

    def settle(self, county: County) -> None:
        cost = getattr(county.p, f"cost_{self.name}") * lever(county, self.name)
        pay_support(county, self.payer, cost)


def pay_support(county: County, payer: str, yuan_a_resident_year: float | np.ndarray) -> None:
    """Pay a month of support: from the government, or from the county hospitals, each an equal part of what
    it costs at the hospital's own strength."""
    a = county.accounts
    if payer == "government":
        fen = sample_fen(float(yuan_a_resident_year) / 12.0, county.n)
        county.pay(Purpose.SUPPORT, a.government, a.suppliers, fen)
        return
    hospitals = a.facilities[county.tier == 2]
    yuan = np.broadcast_to(yuan_a_resident_year, len(hospitals)).tolist()
    shares = [sample_fen(x / 12.0, county.n) // len(hospitals) for x in yuan]
    county.pay(Purpose.SUPPORT, hospitals, a.suppliers, shares)


class ReservedSlots(Support):
    """Green channel: a share of slots and beds for referred patients first."""

    name, table, payer = "reserved_slots", "reserved", "hospitals"

    def idle(self, county: County) -> bool:
        return super().idle(county) and county.levers["reserved_release"] == "releasable"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        super().announce(county, tables, me)
        tables.releasable = county.levers["reserved_release"] == "releasable"


class ReferralChoice(Instrument):
    """A network across borders: referral up goes to whichever hospital within reach the patient prefers."""

    name, idle_at = "referral_choice", "assigned"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.free = int(county.levers[self.name] == "free")


class Platform(Support):
    """Shared records, online review, bed reservation."""

    name, table = "platform_coverage", "platform"


class UnifiedCriteria(Support):
    """The same criteria and forms on both sides: diagnoses agree, and a referral is less trouble."""

    name, table = "unified_criteria", "criteria"


class Channel(Support):
    """Referral no longer needs to know somebody."""

    name, table = "institutional_channel", "channel"


class SharedDiagnostics(Support):
    """Township examines, county diagnoses. The readers' hours are the county hospital's."""

    name, table, payer = "shared_diagnostics", "diagnostics", "hospitals"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        super().announce(county, tables, me)
        lose_hours(tables, county.tier == 2, county.p.diagnostics_hours * tables.diagnostics)


class Disclosure(Support):
    """Residents hear what facilities can do now, and not only what they could do once."""

    name, table = "quality_disclosure", "disclosure"


class Education(Support):
    """Residents judge better how ill they are."""

    name, table = "health_education", "education"


class Publicity(Support):
    """More residents hear of the policy in force."""

    name, table = "publicity", "publicity"


class Recognition(Support):
    """Fewer tests are done twice."""

    name, table = "test_recognition", "recognition"


class Formulary(Support):
    """A patient sent down finds the hospital's drugs at the centre."""

    name, table = "formulary_aligned", "formulary"


def lose_hours(tables: Tables, where: np.ndarray, share: float | np.ndarray) -> None:
    """Take a share of clinic hours from some facilities; half of them are left in any case."""
    tables.means.capacity[where] *= 1.0 - np.minimum(0.5, share)
