"""Supervision (M08, M09): audits of kept candidates and refused referrals, penalties, corrective talks."""

from __future__ import annotations

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card, uncertain
from incentive_model.incentives.account import first_fund
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.events import Count, Event
from incentive_model.incentives.instrument import County, Instrument, hospitals, lever, real_fen, whole_fen
from incentive_model.incentives.scoring import short_of_two_way
from incentive_model.incentives.tables import Tables

FAMILY: Family = "performance evaluation"
lever_card(
    "audit_rate",
    FAMILY,
    "share",
    "part of kept candidates and of refused referrals that an audit finds",
    "M09",
    "A",
    0.0,
    (0.0, 1.0),
    (0.0, 0.5),
)
lever_card(
    "retention_penalty",
    FAMILY,
    "yuan a case found",
    "penalty for a hospital that keeps a patient who could recover at a centre",
    "M09",
    "A",
    0.0,
    (0.0, 10_000.0),
    (0.0, 2_000.0),
)
lever_card(
    "refusal_penalty",
    FAMILY,
    "yuan a case found",
    "penalty for a clinic or centre that treats a patient who needs the hospital without a referral",
    "M09",
    "A",
    0.0,
    (0.0, 10_000.0),
    (0.0, 500.0),
)
lever_card(
    "corrective_talks",
    FAMILY,
    "0–1",
    "how seriously each unit that misses the target for two-way referral is talked to, every quarter",
    "M08",
    "A",
    0.0,
    (0.0, 1.0),
    (0.0, 1.0),
)
fixed("audit_cost", 30.0, "yuan", "cost of looking at one case, paid by the insurer", "MODEL 14")
fixed("talk_cost", 500.0, "yuan", "cost of one talk, paid by the government", "MODEL 14")
uncertain(
    "talk_discomfort",
    20.0,
    (5.0, 60.0),
    "yuan",
    "what a talk makes each further violation feel like; half of it is left each quarter",
    "MODEL 13",
    whose="physicians",
)


class Audit(Instrument):
    """Kept candidates and refused referrals are looked at, some are found, and the facility pays."""

    name = "audit_rate"

    def idle(self, county: County) -> bool:
        penalties = lever(county, "retention_penalty") or lever(county, "refusal_penalty")
        return not penalties and audited(county) == 0.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.audit = audited(county)
        for event, penalty, tiers in (
            (Event.RETAINED, "retention_penalty", hospitals(county)),
            (Event.REFUSED, "refusal_penalty", county.tier <= 1),
        ):
            tables.promised[me, event, tiers] = -tables.audit * lever(county, penalty)

    def settle(self, county: County) -> None:
        a, counts = county.accounts, county.counts
        due = counts[:, Count.AUDITED_RETENTION] * round(lever(county, "retention_penalty") * 100)
        due = due + counts[:, Count.AUDITED_REFUSAL] * round(lever(county, "refusal_penalty") * 100)
        county.pay(Purpose.PENALTY, a.facilities, a.government, due)
        county.pay_staff(Purpose.PENALTY, -due)
        hospital = hospitals(county)
        cases = counts[hospital, Count.CANDIDATE].sum() + counts[~hospital, Count.CONTACT_NEEDING].sum()
        cost = whole_fen(audited(county) * county.p.audit_cost * 100.0 * int(cases))
        county.pay(Purpose.AUDIT, first_fund(county), a.outside, cost)


def audited(county: County) -> float:
    """Part of cases looked at: as the scheme says, or more where the insurer wants it after a deficit."""
    return max(lever(county, "audit_rate"), county.deficit_audit)


class CorrectiveTalks(Instrument):
    """Units that miss the target are talked to: no money, but nobody likes it."""

    name = "corrective_talks"

    def __init__(self) -> None:
        self.discomfort: np.ndarray | None = None  #: yuan-equivalents by unit's row

    def idle(self, county: County) -> bool:
        return lever(county, self.name) == 0.0 and self.discomfort is None

    def announce(self, county: County, tables: Tables, me: int) -> None:
        if self.discomfort is None:
            return
        felt = self.discomfort[county.unit]
        tables.felt[Event.RETAINED] -= np.where(hospitals(county), felt, 0.0)
        tables.felt[Event.REFUSED] -= np.where(county.tier <= 1, felt, 0.0)

    def settle(self, county: County) -> None:
        if county.month % 3 != 0 or self.idle(county):
            return
        serious = lever(county, self.name)
        called = short_of_two_way(county)
        before = np.zeros(len(called)) if self.discomfort is None else self.discomfort
        self.discomfort = 0.5 * before + np.where(called, county.p.talk_discomfort * serious, 0.0)
        cost = real_fen(county, county.p.talk_cost * serious * int(called.sum()))
        county.pay(Purpose.AUDIT, county.accounts.government, county.accounts.outside, cost)
