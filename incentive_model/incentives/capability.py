"""Lifting primary care (M14, M24–M26): training, experts, posted staff, equipment; somebody lends or pays."""

from __future__ import annotations

import math

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card, uncertain
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.instrument import County, Instrument, centres, lever, real_fen, sample_fen
from incentive_model.incentives.support import cost_card, lose_hours, pay_support
from incentive_model.incentives.tables import Tables

FAMILY: Family = "support"
lever_card(
    "training_investment",
    FAMILY,
    "share",
    "training of centres' staff, as a part of one trainer a centre: slow, and it lasts",
    "M14",
    "A",
    0.0,
    (0.0, 1.0),
    (0.0, 1.0),
)
lever_card(
    "expert_visits",
    FAMILY,
    "share",
    "visits of county specialists to centres, as a part of a full round: quick, gone when they stop",
    "M25",
    "A",
    0.0,
    (0.0, 1.0),
    (0.0, 1.0),
)
lever_card(
    "staff_posting",
    FAMILY,
    "share",
    "part of county physicians who work at their hospital's centres",
    "M14",
    "A",
    0.0,
    (0.0, 0.2),
    (0.0, 0.1),
)
lever_card(
    "capital_grant",
    FAMILY,
    "yuan a resident-year",
    "investment in buildings and equipment of clinics and centres",
    "M24",
    "A",
    0.0,
    (0.0, 500.0),
    (0.0, 100.0),
)
fixed("training_ceiling", 0.70, "0–1", "capability that training can bring a centre to", "MODEL 14")
uncertain(
    "training_speed",
    0.004,
    (0.001, 0.008),
    "a month",
    "gain of capability by full training, at the start",
    "MODEL 14",
    whose="place",
)
fixed("trainer_pay", 12_000.0, "yuan a month", "a trainer, paid by the government", "MODEL 14", low=0.0)
fixed("training_hours", 0.02, "share", "part of centres' clinic hours that full training takes", "MODEL 14")
uncertain(
    "expert_gain", 0.10, (0.03, 0.2), "0–1", "capability that visits lend a centre", "MODEL 14", whose="place"
)
fixed("expert_hours", 0.04, "share", "part of county clinic hours that a full round takes", "MODEL 14")
uncertain(
    "expert_ties",
    0.01,
    (0.0, 0.05),
    "a month",
    "chance that a primary physician without a tie wins one from visits",
    "M25",
    whose="place",
)
cost_card("expert_visits", 0.5, "county hospitals")
fixed(
    "posting_allowance",
    2_000.0,
    "yuan a month",
    "allowance of a posted physician, paid by the government; the hospital goes on paying the salary",
    "MODEL 14",
    low=0.0,
)
fixed("best_infrastructure", 0.95, "0–1", "infrastructure that money can buy", "MODEL 3")
uncertain(
    "capital_scale",
    300.0,
    (100.0, 900.0),
    "yuan a resident",
    "investment that closes 63% of the gap to the best infrastructure",
    "docs/decisions.md",
    low=1.0,
    whose="place",
)
fixed("capital_wear", 0.08, "a year", "part of investment that wears out", "docs/decisions.md")


class Training(Instrument):
    """Trainers at centres: capability grows by 0.004·lever·(0.70 − c)/(0.70 − c₀) a month, and stays.

    Trainers are physicians of the hospital above, which does without them for that time.
    """

    name = "training_investment"

    def __init__(self) -> None:
        self.part = 0.0  #: of the way from where a centre began to what training can reach

    def idle(self, county: County) -> bool:
        return lever(county, self.name) == 0.0 and self.part == 0.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        rows = centres(county)
        here = tables.means.capability[rows]
        here += self.part * np.maximum(0.0, county.p.training_ceiling - here)
        tables.means.capability[rows] = here
        intensity = lever(county, self.name)
        lose_hours(tables, rows, county.p.training_hours * intensity)
        lent = intensity * np.bincount(
            county.parent[rows[county.parent[rows] >= 0]], minlength=len(county.tier)
        )
        lose_hours(tables, lent > 0.0, lent[lent > 0.0] / county.physicians[lent > 0.0])

    def settle(self, county: County) -> None:
        intensity, rows, p = lever(county, self.name), centres(county), county.p
        if intensity == 0.0 or len(rows) == 0:
            return
        gap = p.training_ceiling - float(county.means.capability[rows].mean())
        if gap > 0.0:
            self.part += min(1.0, p.training_speed * intensity / gap) * (1.0 - self.part)
        a = county.accounts
        cost = real_fen(county, p.trainer_pay * intensity * len(rows))
        county.pay(Purpose.SUPPORT, a.government, a.outside, cost)


class ExpertVisits(Instrument):
    """County specialists see patients at centres: these can do more while it lasts, the hospital has
    fewer hours, and primary physicians come to know somebody there.

    Hospitals may also lend of their own accord (``county.lent``).
    """

    name = "expert_visits"

    def idle(self, county: County) -> bool:
        return lever(county, self.name) == 0.0 and not county.lent.any()

    def announce(self, county: County, tables: Tables, me: int) -> None:
        here = self._lent(county)
        lose_hours(tables, county.tier == 2, county.p.expert_hours * here[county.tier == 2])
        visited = hospital_above(county)
        served = np.where(visited >= 0, here[visited], 0.0)
        rows = centres(county)
        means = tables.means
        gained = means.capability[rows] + county.p.expert_gain * served[rows]
        limit = np.maximum(means.capability[rows], means.capability[visited[rows]])
        means.capability[rows] = np.where(
            served[rows] > 0.0, np.minimum(gained, limit), means.capability[rows]
        )
        tables.meeting[:] = np.where(county.tier <= 1, county.p.expert_ties * served, 0.0)

    def settle(self, county: County) -> None:
        pay_support(county, "hospitals", county.p.cost_expert_visits * self._lent(county)[county.tier == 2])

    def _lent(self, county: County) -> np.ndarray:
        """Intensity of visits by hospital."""
        return np.where(county.tier == 2, np.maximum(lever(county, self.name), county.lent), 0.0)


class StaffPosting(Instrument):
    """County physicians work at centres: the centre sees more patients and can do more, by head."""

    name, idle_at = "staff_posting", 0.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        rows, posted = self._posted(county)
        means, hospital, own = tables.means, county.parent[rows], county.physicians[rows].astype(float)
        some = own > 0.0
        means.capacity[rows[some]] *= (own[some] + posted[some]) / own[some]
        here = means.capability[rows]
        best = np.maximum(here, means.capability[hospital])
        means.capability[rows] = (own * here + posted * best) / (own + posted)
        means.capacity[np.unique(hospital)] *= 1.0 - lever(county, self.name)

    def settle(self, county: County) -> None:
        a = county.accounts
        rows, posted = self._posted(county)
        allowance = [real_fen(county, yuan) for yuan in (county.p.posting_allowance * posted).tolist()]
        county.pay(Purpose.POSTING, a.government, a.physicians[rows], allowance)

    def _posted(self, county: County) -> tuple[np.ndarray, np.ndarray]:
        """Centres with posted physicians, and how many full-time ones from the county each has: a
        hospital's, shared equally by its centres."""
        rows = centres(county)
        rows = rows[county.parent[rows] >= 0]
        hospital = county.parent[rows]
        siblings = np.bincount(hospital, minlength=len(county.tier))[hospital]
        posted = lever(county, self.name) * county.physicians[hospital] / siblings
        return rows[posted > 0.0], posted[posted > 0.0]


class CapitalGrant(Instrument):
    """Money for buildings and equipment: infrastructure nears the best as n = .95 − (.95 − n₀)·e^(−K/300),
    K being what was invested a resident and has not worn out."""

    name = "capital_grant"

    def __init__(self) -> None:
        self.capital = 0.0

    def idle(self, county: County) -> bool:
        return lever(county, self.name) == 0.0 and self.capital == 0.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        if self.capital == 0.0:
            return
        here, best = county.tier <= 1, county.p.best_infrastructure
        before = tables.means.infrastructure[here]
        gap = np.maximum(0.0, best - before)
        closed = 1.0 - math.exp(-self.capital / county.p.capital_scale)
        tables.means.infrastructure[here] = before + gap * closed

    def settle(self, county: County) -> None:
        grant = lever(county, self.name) / 12.0
        self.capital += grant - self.capital * county.p.capital_wear / 12.0
        a = county.accounts
        county.pay(Purpose.SUPPORT, a.government, a.suppliers, sample_fen(grant, county.n))


def hospital_above(county: County) -> np.ndarray:
    """The county hospital over each clinic and centre, −1 where there is none."""
    centre = np.where(county.tier == 0, county.parent, np.arange(len(county.tier)))
    above = np.where(centre >= 0, county.parent[centre], -1)
    return np.where((county.tier <= 1) & (above >= 0), above, -1)
