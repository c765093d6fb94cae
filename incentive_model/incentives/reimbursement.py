"""Reimbursement differentials (M04–M06, M12): who is reimbursed how much, where and on which way there."""

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card
from incentive_model.incentives.events import Setting
from incentive_model.incentives.instrument import County, Instrument, basis_points, lever
from incentive_model.incentives.tables import Tables

FAMILY: Family = "reimbursement differential"
lever_card(
    "reimbursement_gap",
    FAMILY,
    "share",
    "points added to primary reimbursement rates over today's schedule, paid by the fund",
    "M04",
    "SEED",
    0.0,
    (0.0, 0.4),
    (0.0, 0.3),
)
lever_card(
    "gatekeeping",
    FAMILY,
    "word",
    "unreferred hospital bills, emergencies apart: as today (none), reimbursed 20 points less a visit "
    "and 15 an admission (soft), or also refused at times (hard)",
    "M12",
    "SEED",
    "none",
    choices=("none", "soft", "hard"),
)
lever_card(
    "gate_compliance",
    FAMILY,
    "share",
    "how often a hospital really turns such a patient away under a hard gate",
    "MODEL 4",
    "A",
    0.3,
    (0.0, 1.0),
    (0.1, 0.6),
)
lever_card(
    "bypass_penalty",
    FAMILY,
    "share",
    "points that unreferred hospital bills, emergencies apart, are reimbursed less, on top of any gate",
    "M12",
    "A",
    0.0,
    (0.0, 0.4),
    (0.0, 0.3),
)
lever_card(
    "continuous_deductible",
    FAMILY,
    "word",
    "whether a deductible paid earlier in the same referral chain counts, and rehabilitation after a "
    "referral down asks for none",
    "M05",
    "SEED",
    "no",
    choices=("no", "yes"),
)
lever_card(
    "rehab_reimbursement_bonus",
    FAMILY,
    "share",
    "points added to the reimbursement of rehabilitation at a centre after a referral down",
    "M06",
    "A",
    0.0,
    (0.0, 0.3),
    (0.0, 0.2),
)
fixed(
    "gate_cut_outpatient",
    0.20,
    "share",
    "points an unreferred outpatient bill is reimbursed less under a gate",
    "MODEL 4",
)
fixed(
    "gate_cut_inpatient",
    0.15,
    "share",
    "points an unreferred inpatient bill is reimbursed less under a gate",
    "MODEL 4",
)
fixed("rate_ceiling", 0.95, "share", "highest reimbursement rate", "MODEL 11")


def raise_rates(
    county: County, tables: Tables, tiers: tuple[int, ...], settings: tuple[Setting, ...], points: float
) -> None:
    """Reimburse everyone who is insured so many points more, up to the ceiling."""
    ceiling = basis_points(county.p.rate_ceiling)
    if points == 0.0 and tables.rate_bp.max() <= ceiling:
        return
    insured = np.flatnonzero(tables.schedule_bp.max(axis=(1, 2)) > 0)
    raised = np.ix_(np.arange(2), insured, np.array(tiers), np.array(settings))
    tables.rate_bp[raised] = np.clip(tables.rate_bp[raised] + basis_points(points), 0, ceiling)


def cut_unreferred(tables: Tables, setting: Setting, points: float) -> None:
    """Reimburse unreferred hospital bills so many points less. Emergencies are billed as referred."""
    rates = tables.rate_bp[0, :, 2:, setting]
    tables.rate_bp[0, :, 2:, setting] = np.maximum(rates - basis_points(points), 0)


class ReimbursementGap(Instrument):
    """Higher rates at clinics and centres, for everyone who is insured."""

    name = "reimbursement_gap"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        raise_rates(county, tables, (0, 1), tuple(Setting), lever(county, self.name))


class Gatekeeping(Instrument):
    """Unreferred hospital care is reimbursed less (soft), or may also be refused (hard).

    Emergencies are exempt: they are billed and admitted on a referral's terms.
    """

    name, idle_at = "gatekeeping", "none"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        if self.idle(county):
            return
        cut_unreferred(tables, Setting.OUTPATIENT, county.p.gate_cut_outpatient)
        cut_unreferred(tables, Setting.INPATIENT, county.p.gate_cut_inpatient)
        if county.levers[self.name] == "hard":
            tables.gate = lever(county, "gate_compliance")


class BypassPenalty(Instrument):
    """Whoever goes round primary care pays more of the bill."""

    name, idle_at = "bypass_penalty", 0.0

    def announce(self, county: County, tables: Tables, me: int) -> None:
        for setting in (Setting.OUTPATIENT, Setting.INPATIENT):
            cut_unreferred(tables, setting, lever(county, self.name))


class RehabBonus(Instrument):
    """Rehabilitation at a centre after a referral down is reimbursed better than other stays there."""

    name = "rehab_reimbursement_bonus"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        raise_rates(county, tables, (1,), (Setting.REHAB,), lever(county, self.name))


class ContinuousDeductible(Instrument):
    """A deductible is paid once in a referral chain."""

    name, idle_at = "continuous_deductible", "no"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.continuous = int(county.levers[self.name] == "yes")
