"""Events into money: what pays whom.

``events``           the countable things of a month, and what somebody may be paid for
``accounts``         whose money it is
``tables``           what instruments announce: the terms the compiled loops look up
``instrument``       what an instrument is; write your own by subclassing it
``care``             ordinary money: bills, supplies, base pay, subsidy, premiums
``payment``          M03: payment by service, case, head or budget; the package
``account``          M01: the consortium's shared account, and whose part of it is whose
``revenue_sharing``  M02: upward share, rehabilitation credit, who feels them, and when
``reimbursement``    M04–M06, M12: reimbursement gap, gate, penalty, deductible, rehabilitation
``scoring``          M07: the score that pay depends on
``evaluation``       M07: pay, subsidies and directors' salaries at stake
``referral_fund``    M08: the bonus for referrals
``supervision``      M08, M09: audits, penalties, corrective talks
``support``          M10–M18: what eases referral without paying for it
``capability``       M14, M24–M26: training, experts, posted staff, equipment
``outside_experts``  M25–M27: specialists from outside who see patients here, or teach
``contracts``        M13, M16: family doctors, chronic management

``INSTRUMENTS`` is the list a model builds its own from. To add one of your own, write it in a file
(``docs/own-instrument.md``) and load that: ``--with FILE.py``, or ``load_instruments`` in Python. What such
a file needs is named here.
"""

from incentive_model.cards.short import fixed, lever_card, uncertain
from incentive_model.incentives.account import Integration
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.capability import CapitalGrant, ExpertVisits, StaffPosting, Training
from incentive_model.incentives.care import Care
from incentive_model.incentives.contracts import ChronicManagement, FamilyDoctors
from incentive_model.incentives.evaluation import PerformancePay
from incentive_model.incentives.events import Count, Event, Kind, Setting
from incentive_model.incentives.instrument import County, Instrument, basis_points, lever, sample_fen
from incentive_model.incentives.outside_experts import OutsideVisits
from incentive_model.incentives.payment import Capitation, GlobalBudget, PerCase, PublicHealthPackage
from incentive_model.incentives.referral_fund import ReferralBonus
from incentive_model.incentives.reimbursement import (
    BypassPenalty,
    ContinuousDeductible,
    Gatekeeping,
    RehabBonus,
    ReimbursementGap,
)
from incentive_model.incentives.revenue_sharing import DualDirectors, PassThrough, RehabCredit, UpwardShare
from incentive_model.incentives.supervision import Audit, CorrectiveTalks
from incentive_model.incentives.support import (
    Channel,
    Disclosure,
    Education,
    Formulary,
    Platform,
    Publicity,
    Recognition,
    ReferralChoice,
    ReservedSlots,
    SharedDiagnostics,
    UnifiedCriteria,
)
from incentive_model.incentives.tables import Tables

#: In the order in which they announce and settle: who shares an account comes first, rates are raised before
#: they are cut, capability is trained before it is lent, and the budget comes last: it closes the year.
INSTRUMENTS: list[type[Instrument]] = [
    Integration,
    Care,
    ReimbursementGap,
    Gatekeeping,
    BypassPenalty,
    RehabBonus,
    ContinuousDeductible,
    PerCase,
    Capitation,
    PassThrough,
    DualDirectors,
    UpwardShare,
    RehabCredit,
    ReferralBonus,
    PerformancePay,
    Audit,
    CorrectiveTalks,
    FamilyDoctors,
    ChronicManagement,
    Training,
    ExpertVisits,
    StaffPosting,
    OutsideVisits,
    CapitalGrant,
    ReferralChoice,
    ReservedSlots,
    Platform,
    UnifiedCriteria,
    Channel,
    SharedDiagnostics,
    Disclosure,
    Education,
    Publicity,
    Recognition,
    Formulary,
    PublicHealthPackage,
    GlobalBudget,
]

#: The packaged list, which every process has.
PACKAGED = tuple(INSTRUMENTS)

__all__ = [
    "INSTRUMENTS",
    "PACKAGED",
    "Count",
    "County",
    "Event",
    "Instrument",
    "Kind",
    "Purpose",
    "Setting",
    "Tables",
    "basis_points",
    "fixed",
    "lever",
    "lever_card",
    "sample_fen",
    "uncertain",
]
