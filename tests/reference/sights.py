"""What has been seen to happen: so that a comparison can show that it compared something."""

from __future__ import annotations

from enum import Flag, auto

import numpy as np

from incentive_model.incentives import accounts
from incentive_model.incentives.events import Count
from reference.episode import NONE, BedClass, Fate, Slot, State
from reference.month import ReferenceModel


class Sight(Flag):
    """Things that ought to happen somewhere."""

    QUEUE = auto()  #: somebody waits for a bed
    GIVE_UP = auto()  #: … and leaves the queue for nothing
    QUEUE_TO_OUTSIDE = auto()  #: … or for the outside hospital
    WAITED_REFERRED = auto()  #: a referred patient is admitted from the queue
    OUTSIDE_ADMISSION = auto()
    CENTRE_ADMISSION = auto()
    CARRIED = auto()
    EMERGENCY_AT_CLINIC = auto()
    REFUSED_REFERRAL = auto()
    REFERRED_BY_TIE = auto()  #: to another hospital than the parent
    TURNED_AWAY = auto()  #: by the hospital preferred to all else, under a hard gate
    RETURNED = auto()
    RETAINED = auto()
    SENT_DOWN = auto()
    SENT_HOME = auto()
    CROWDED_REHABILITATION = auto()
    OUTPATIENT_CAP = auto()  #: the fund has paid a resident exactly the year's cap
    INPATIENT_CAP = auto()
    REFERRED_WAIT_LESS = auto()
    HARD_RESERVE = auto()
    FUND_EXHAUSTED = auto()
    SURPLUS = auto()
    DEFICIT = auto()
    UPWARD_SHARE = auto()
    REHAB_CREDIT = auto()
    PERFORMANCE_PAY = auto()
    DEARER_FOR_PATIENTS = auto()  #: the shared account moves bills to patients
    SKIMPING = auto()  #: … or takes service below what is indicated
    CHANGE_ON_THE_WAY = auto()


def seen(model: ReferenceModel) -> Sight:
    """What happened in the month that has just ended."""
    people = list(model.residents)
    episodes = [r.episode for r in people]
    counts = model.county.counts
    admitted = counts[:, [Count.ADMITTED_EMERGENCY, Count.ADMITTED_REFERRED, Count.ADMITTED_OTHER]].sum(
        axis=1
    )
    paid = model.county.ledger.paid
    tables = model.tables
    money = accounts.Purpose
    happened = {
        Sight.QUEUE: any(r.queue_slot != NONE for r in people),
        Sight.GIVE_UP: any(e.state == State.GAVE_UP for e in episodes),
        Sight.QUEUE_TO_OUTSIDE: any(e.state == State.WENT_OUTSIDE for e in episodes),
        Sight.WAITED_REFERRED: any(
            e.state == State.WAITING and e.admitted and e.bed_class == BedClass.REFERRED for e in episodes
        ),
        Sight.OUTSIDE_ADMISSION: admitted[model.county.tier == 3].any(),
        Sight.CENTRE_ADMISSION: admitted[model.county.tier == 1].any(),
        Sight.CARRIED: any(e.state == State.CARRIED for e in episodes),
        Sight.EMERGENCY_AT_CLINIC: any(e.emergency and e.first == Slot.CLINIC for e in episodes),
        Sight.REFUSED_REFERRAL: (counts[:, Count.REFERRAL_ISSUED] > counts[:, Count.UP_REFERRAL]).any(),
        Sight.REFERRED_BY_TIE: any(e.referred and e.at == Slot.OTHER for e in episodes),
        Sight.TURNED_AWAY: any(e.turned_away for e in episodes),
        Sight.RETURNED: any(e.returned for e in episodes),
        Sight.RETAINED: any(e.fate == Fate.RETAINED for e in episodes),
        Sight.SENT_DOWN: any(e.fate == Fate.DOWN for e in episodes),
        Sight.SENT_HOME: any(e.fate == Fate.HOME for e in episodes),
        Sight.CROWDED_REHABILITATION: any(0.0 < f.rehab_chance < 1.0 for f in model.facilities),
        Sight.OUTPATIENT_CAP: any(r.fund_paid[0] in model.cap[r.insurance, :, 0] for r in people),
        Sight.INPATIENT_CAP: any(r.fund_paid[1] in model.cap[r.insurance, :, 1] for r in people),
        Sight.REFERRED_WAIT_LESS: any(f.days_referred < f.days_other for f in model.facilities),
        Sight.HARD_RESERVE: tables.reserved > 0.0 and not tables.releasable,
        Sight.FUND_EXHAUSTED: any(instrument.realised < 1.0 for instrument in model.instruments),
        Sight.SURPLUS: paid[money.SURPLUS] > 0,
        Sight.DEFICIT: paid[money.DEFICIT] > 0,
        Sight.UPWARD_SHARE: paid[money.UPWARD_SHARE] > 0,
        Sight.REHAB_CREDIT: paid[money.REHAB_CREDIT] > 0,
        Sight.PERFORMANCE_PAY: paid[money.PERFORMANCE_PAY] > 0,
        Sight.DEARER_FOR_PATIENTS: any(
            f.uncovered_bp > round(model.p.uncovered_share * 10_000) for f in model.facilities
        ),
        Sight.SKIMPING: any(f.effort < 1.0 for f in model.facilities),
        Sight.CHANGE_ON_THE_WAY: any(month == model.month for month, _ in model.scheme.changes),
    }
    sights = Sight(0)
    for sight, there in happened.items():
        if np.any(there):
            sights |= sight
    return sights
