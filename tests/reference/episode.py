"""What happens to one resident in one month."""

from __future__ import annotations

from dataclasses import dataclass

NONE = -1  #: no slot, no class


class Slot:
    """The facilities within a resident's reach."""

    CLINIC, CENTRE, PARENT, OTHER, OUTSIDE = range(5)
    PRIMARY = (CLINIC, CENTRE)
    COUNTY = (PARENT, OTHER)
    HOSPITALS = (PARENT, OTHER, OUTSIDE)


class State:
    """How the month began."""

    HEALTHY, NEW, CARRIED, WAITING, GAVE_UP, WENT_OUTSIDE = range(6)


class BedClass:
    """In which class a bed is asked for."""

    EMERGENCY, REFERRED, OTHER = range(3)


class Fate:
    """What became of an inpatient candidate for rehabilitation."""

    NONE, RETAINED, DOWN, HOME = range(4)


@dataclass
class Episode:
    """This month's episode, filled in phase by phase."""

    state: int = State.HEALTHY
    severity: float = 0.0
    perceived: float = 0.0
    specialty: int = 0  #: number of the specialty it belongs to, 0: general care
    emergency: bool = False
    first: int = NONE  #: slot of first contact
    turned_away: bool = False  #: the hospital preferred to all else did not see an unreferred patient
    at: int = NONE  #: slot of treatment
    within: bool = False  #: a referral from the clinic to the centre was completed this month
    referred: bool = False  #: a referral up was completed this month
    origin: int = NONE  #: slot of the facility that first referred
    declined: bool = False  #: … or issued and not accepted
    passed: int = NONE  #: slot of the county hospital that referred on to the one above
    shut_out: bool = False  #: … or whose physician knows nobody above
    by_channel: bool = False  #: … or finds the way open all the same
    declined_onward: bool = False  #: … or offered it to somebody who would not go
    spared: int = 0  #: fen of a deductible that the chain of care had paid already
    bed_class: int = NONE  #: class in which a bed was asked for
    admitted: bool = False
    fate: int = Fate.NONE
    follow_ups: int = 0
    returned: bool = False
    ending: int = 0  #: see rules.outcome
    visits: int = 0  #: trips for a visit
    paid: int = 0  #: out of pocket, fen
    qaly: int = 0  #: billionths

    @property
    def seeks(self) -> bool:
        """Whether a first contact is chosen this month."""
        return self.state in (State.NEW, State.CARRIED)

    @property
    def after_referral(self) -> bool:
        """Whether treatment follows a referral up, of this month or from before the queue."""
        return self.referred or self.bed_class == BedClass.REFERRED

    @property
    def exempt(self) -> bool:
        """Whether the terms of a referral hold: after one, and in an emergency."""
        return self.after_referral or self.emergency

    @property
    def cared_for(self) -> bool:
        """Whether there was any care this month: a visit or a bed."""
        return self.first != NONE or self.admitted
