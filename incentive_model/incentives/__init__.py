"""Events into money: what pays whom.

``events``           the countable things of a month, and what somebody may be paid for
``accounts``         whose money it is
``tables``           what instruments announce: the terms the compiled loops look up
``instrument``       what an instrument is; write your own by subclassing it
``care``             ordinary money: bills, supplies, base pay, subsidy, premiums
``revenue_sharing``  M01–M03: upward share, rehabilitation credit, global budget
``reimbursement``    M04, M12: reimbursement gap, gatekeeping
``evaluation``       M07, M08: performance pay, referral bonus and its fund
``support``          M10, M15: reserved slots, platform

``INSTRUMENTS`` is the list a model builds its own from; append a class to it, or hand
``IncentiveModel`` a list, to add one.
"""

from incentive_model.incentives.care import Care
from incentive_model.incentives.evaluation import PerformancePay, ReferralBonus
from incentive_model.incentives.instrument import Instrument
from incentive_model.incentives.reimbursement import Gatekeeping, ReimbursementGap
from incentive_model.incentives.revenue_sharing import GlobalBudget, RehabCredit, UpwardShare
from incentive_model.incentives.support import Platform, ReservedSlots

#: In the order in which they announce and settle. The budget comes last: it closes the year's account.
INSTRUMENTS: list[type[Instrument]] = [
    Care,
    ReimbursementGap,
    Gatekeeping,
    UpwardShare,
    RehabCredit,
    ReferralBonus,
    PerformancePay,
    ReservedSlots,
    Platform,
    GlobalBudget,
]

#: The packaged list: other processes know no other.
PACKAGED = tuple(INSTRUMENTS)

__all__ = ["INSTRUMENTS", "PACKAGED", "Instrument"]
