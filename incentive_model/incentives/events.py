"""The countable things of a month, what is added up, and the things somebody may be paid for."""

from enum import IntEnum


class Count(IntEnum):
    """What the loops count, by facility and month: the facility that acts, unless said otherwise."""

    NEW_EPISODE = 0  #: at the resident's own clinic
    SELF_CARE = 1  #: episodes without care, at the resident's own clinic
    UNMET = 2  #: waited for a bed and gave up, at the hospital waited for
    FIRST_CONTACT = 3
    LISTED_CONTACT = 4  #: first contacts of listed residents anywhere, at their centre
    LISTED_PRIMARY = 5  #: of these, at a clinic or centre
    BYPASS = 6  #: hospital first contacts with severity below .45, no emergency
    APPROPRIATE = 7  #: first contacts at the lowest tier that is good enough
    VISIT = 8  #: first contacts, specialist visits after referral, follow-ups
    VISIT_REFERRED = 9  #: visits of referred patients at a hospital
    CONTACT_NEEDING = 10  #: primary contacts that truly need the hospital, at the last primary facility
    REFERRAL_ISSUED = 11  #: by the primary facility
    UP_REFERRAL = 12  #: completed, by the primary facility
    UP_NEEDED = 13  #: of these, needed
    BED_EMERGENCY = 14  #: demand for beds, by class
    BED_REFERRED = 15
    BED_OTHER = 16
    ADMITTED_EMERGENCY = 17
    ADMITTED_REFERRED = 18
    ADMITTED_OTHER = 19
    WAITED_REFERRED = 20  #: months waited by those admitted, by class
    WAITED_OTHER = 21
    CANDIDATE = 22  #: inpatients who could recover elsewhere, at the hospital
    LISTED_CANDIDATE = 23  #: the same, at the patient's own centre
    DOWN_OFFER = 24
    DOWN_REFERRAL = 25  #: completed, by the hospital
    REHAB = 26  #: rehabilitation episodes, at the centre
    RETAINED = 27  #: candidates kept for extra days
    SENT_HOME = 28
    RETURN_ELIGIBLE = 29
    RETURN_OFFER = 30
    OUTPATIENT_RETURN = 31  #: by the hospital
    TREATED = 32
    SUCCESS = 33
    DEATH_NANO = 34  #: expected deaths in billionths, at the resident's own clinic
    INTERNAL_REFERRAL = 35  #: completed, from a clinic to its centre, by the clinic
    REFUSED = 36  #: of CONTACT_NEEDING, no referral was issued
    AUDITED_RETENTION = 37  #: of RETAINED and never offered to go down, found by an audit
    AUDITED_REFUSAL = 38  #: of REFUSED, found by an audit
    LOOP_CLOSED = 39  #: admitted after a referral up and sent down to rehabilitation, by the hospital
    ONWARD_ISSUED = 40  #: referrals from a hospital to the one above, by the hospital below
    ONWARD = 41  #: of these, completed


class Sum(IntEnum):
    """What is added up over residents each month, in whole numbers, so that no order matters."""

    AWARENESS = 0  #: billionths
    TRUST_T0 = 1  #: billionths, over facilities of a tier within reach
    TRUST_T1 = 2
    TRUST_T2 = 3
    TRUST_T3 = 4
    OOP = 5  #: fen
    OOP_RANKED = 6  #: times the rank by income among all residents
    OOP_RANKED_WITHIN = 7  #: times the rank within the own part
    VISITS = 8
    VISITS_RANKED = 9
    VISITS_RANKED_WITHIN = 10
    QALYS = 11  #: billionths
    QALYS_RANKED = 12
    QALYS_RANKED_WITHIN = 13
    CATASTROPHIC_10 = 14  #: residents at the year's end
    CATASTROPHIC_25 = 15
    CATASTROPHIC_40 = 16
    CATASTROPHIC_SDG = 17
    CASES = 18  #: a specialty's patients who seek care or wait for a bed
    CASES_IN = 19  #: of these, admitted outside
    CASES_SEVERITY = 20  #: thousandths
    CASES_SEVERITY_SQUARED = 21  #: millionths
    CASES_IN_SEVERITY = 22  #: thousandths
    CASES_TIED = 23  #: whose physician at the hospital below holds a card of a specialist outside
    CASES_IN_TIED = 24


#: The classes of admissions, which together are all.
ADMITTED = (Count.ADMITTED_EMERGENCY, Count.ADMITTED_REFERRED, Count.ADMITTED_OTHER)


class Event(IntEnum):
    """What a payee may expect pay for, at the margin. A ``YUAN`` event is paid by the yuan."""

    VISIT_YUAN = 0  #: a yuan of visits billed here
    LATE_DAY = 1  #: one more bed-day of a candidate
    CLAIM_YUAN = 2  #: a yuan anybody claims from the fund behind the shared account
    CHAIN_YUAN = 3  #: a yuan the hospital bills after a referral by this facility
    UP_REFERRAL = 4  #: a completed referral up
    NEEDED_UP_REFERRAL = 5  #: the same, if it was needed
    DOWN_REFERRAL = 6  #: a completed referral down
    OUTPATIENT_RETURN = 7  #: an outpatient returned to primary care
    RETAINED = 8  #: a candidate kept
    REFUSED = 9  #: a patient who needs the hospital, treated here without a referral
    VISIT_SERVICE_YUAN = 10  #: a yuan more of service to an outpatient
    ADMISSION_SERVICE_YUAN = 11  #: a yuan more of service to an inpatient


class Kind(IntEnum):
    """Kinds of bills."""

    VISIT = 0
    ADMISSION = 1
    LATE_DAYS = 2
    REHAB = 3
    REPEAT_TESTS = 4  #: tests done again for want of the other side's results


class Setting(IntEnum):
    """Settings of the insurer's schedule."""

    OUTPATIENT = 0
    INPATIENT = 1
    REHAB = 2  #: rehabilitation at a centre after a referral down; an inpatient bill but for its rate
