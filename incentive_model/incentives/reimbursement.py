"""Reimbursement differentials (M04, M12): a wider gap in favour of primary care, and gatekeeping."""

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


class ReimbursementGap(Instrument):
    """Higher rates at clinics and centres, for everyone who is insured."""

    name = "reimbursement_gap"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        covered = tables.schedule_bp.max(axis=(1, 2)) > 0
        raised = tables.rate_bp[:, covered, :2, :] + basis_points(lever(county, self.name))
        tables.rate_bp[:, covered, :2, :] = np.clip(raised, 0, basis_points(county.p.rate_ceiling))


class Gatekeeping(Instrument):
    """Unreferred hospital care is reimbursed less (soft), or may also be refused (hard).

    Emergencies are exempt: they are billed and admitted on a referral's terms.
    """

    name = "gatekeeping"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        gate = county.levers[self.name]
        if gate == "none":
            return
        cuts = (
            (Setting.OUTPATIENT, county.p.gate_cut_outpatient),
            (Setting.INPATIENT, county.p.gate_cut_inpatient),
        )
        for setting, cut in cuts:
            rates = tables.rate_bp[0, :, 2:, setting]
            tables.rate_bp[0, :, 2:, setting] = np.maximum(rates - basis_points(cut), 0)
        if gate == "hard":
            tables.gate = lever(county, "gate_compliance")
