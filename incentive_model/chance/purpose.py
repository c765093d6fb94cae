"""What a draw is for. The numbers are fixed for ever: a draw's address must never move.

Unless said otherwise ``agent`` is the resident's id, ``month`` the month and ``k`` zero.
"""

from enum import IntEnum


class Purpose(IntEnum):
    """Purposes of draws within a run."""

    ONSET = 1  #: does a new episode begin (first of the pair); which class (second)
    SEVERITY = 2  #: severity within the class (first); emergency (second)
    PERCEPTION = 3  #: normal noise of the severity the resident perceives
    CHOICE = 4  #: Gumbel of the alternatives: k = 0 slots (0, 1), 1 slots (2, 3), 2 slot 4 and self-care
    GATE = 5  #: does the hospital in slot k turn an unreferred patient away
    DIAGNOSIS = (
        6  #: normal noise of the severity a primary physician sees: k=0 at first contact, 1 at the centre
    )
    REFERRAL = 7  #: physician refers up (first); patient accepts (second); k as above
    BED_NEED = 8  #: the case needs a bed
    QUEUE = 9  #: a waiting resident gives up (first) and goes outside the county (second)
    ADMISSION = 10  #: a resident who needs a bed gets one
    FOLLOW_UP = 11  #: one more follow-up visit than the whole number
    RETURN = 12  #: specialist offers to return an outpatient (first); patient accepts (second)
    CANDIDATE = (
        13  #: an inpatient is a candidate for rehabilitation (first); a bed at the centre is free (second)
    )
    DISCHARGE = 14  #: Gumbel of (retain, refer down), k = 0, and of (send home, -), k = 1
    ACCEPT_DOWN = 15  #: the patient accepts rehabilitation at the centre
    SUCCESS = 16  #: treatment succeeds (first); an unresolved illness carries on (second)
    WITHIN = 17  #: a clinic's physician refers to the centre (first); patient accepts (second)
    AUDIT = 18  #: an audit finds a kept candidate (first), a refused referral (second)
    MEETING = 19  #: agent is the physician: wins a tie from visiting experts
    ONWARD = (
        20  #: k=0: hospital physician refers on (first), patient accepts (second); k=1: a channel is open
    )
    CARD = 21  #: agent is the physician: gets a name card from a visiting specialist

    # the population and its networks: key of the place's population seed, month 0
    EVEN = 100  #: agent 0: the start of the even sequence of dimension k (see ``even``)
    INCOME = 103  #: normal of log income
    TRAVEL = 104  #: normal of the log travel multiplier
    RING = 105  #: the resident's place on the ring of ties
    TIE = 106  #: where on the ring tie k points (first); is it a workplace tie (second)
    DOCTOR = 107  #: which physician serves the resident; month is the facility's number (see ``population``)
    PHYSICIAN = 108  #: agent is the physician: k=0 complex, unaware; k=1 tie, tied hospital;
    #: k=2 a tie to specialists outside
    ALTRUISM = 109  #: agent is the physician: normal of log altruism
