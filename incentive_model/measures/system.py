"""The referral system itself."""

from incentive_model.incentives.events import ADMITTED, Count
from incentive_model.measures.measure import measure
from incentive_model.measures.window import Ratio, Window


@measure("visits_per_capita", "system", "visits a resident-year", "visits at all tiers")
def visits_per_capita(w: Window) -> Ratio:
    return w.count(Count.VISIT), w.resident_years


@measure("admissions_per_capita", "system", "admissions a resident-year", "admissions at all tiers")
def admissions_per_capita(w: Window) -> Ratio:
    return w.count(*ADMITTED), w.resident_years


@measure(
    "out_of_area_admissions_per_1000",
    "system",
    "admissions per 1,000 resident-years",
    "admissions at hospitals outside the area",
    "down",
)
def out_of_area_admissions_per_1000(w: Window) -> Ratio:
    return 1000.0 * w.count(*ADMITTED, tiers=[3]) * w.outside_above, w.resident_years


@measure(
    "up_referral_rate",
    "system",
    "share of primary visits",
    "completed referrals from primary care to a hospital",
)
def up_referral_rate(w: Window) -> Ratio:
    return w.count(Count.UP_REFERRAL), w.count(Count.VISIT, tiers=(0, 1))


@measure(
    "referrals_issued_rate", "system", "share of primary visits", "referrals up issued, completed or not"
)
def referrals_issued_rate(w: Window) -> Ratio:
    return w.count(Count.REFERRAL_ISSUED), w.count(Count.VISIT, tiers=(0, 1))


@measure(
    "down_referral_rate",
    "system",
    "share of hospital discharges",
    "completed referrals down to rehabilitation at a centre",
    "up",
)
def down_referral_rate(w: Window) -> Ratio:
    return w.count(Count.DOWN_REFERRAL), w.count(*ADMITTED, tiers=(2, 3))


@measure(
    "rehab_referral_rate",
    "system",
    "share of candidates",
    "completed referrals down, of those who could recover at a centre",
    "up",
)
def rehab_referral_rate(w: Window) -> Ratio:
    return w.count(Count.DOWN_REFERRAL), w.count(Count.CANDIDATE)


@measure(
    "rehab_candidate_share",
    "system",
    "share of hospital discharges",
    "inpatients who could recover at a centre",
)
def rehab_candidate_share(w: Window) -> Ratio:
    return w.count(Count.CANDIDATE), w.count(*ADMITTED, tiers=(2, 3))


@measure("down_offer_share", "system", "share of candidates", "candidates offered a referral down")
def down_offer_share(w: Window) -> Ratio:
    return w.count(Count.DOWN_OFFER), w.count(Count.CANDIDATE)


@measure("down_acceptance_share", "system", "share of offers", "offers of a referral down that end in one")
def down_acceptance_share(w: Window) -> Ratio:
    return w.count(Count.DOWN_REFERRAL), w.count(Count.DOWN_OFFER)


@measure(
    "loop_closure_rate",
    "system",
    "share of admissions after a referral",
    "admissions after a referral up that end with rehabilitation at a centre",
    "up",
    "M11",
)
def loop_closure_rate(w: Window) -> Ratio:
    return w.count(Count.LOOP_CLOSED), w.count(Count.ADMITTED_REFERRED)


@measure(
    "internal_referral_rate",
    "system",
    "share of first contacts at clinics",
    "patients a clinic refers to its centre",
)
def internal_referral_rate(w: Window) -> Ratio:
    return w.count(Count.INTERNAL_REFERRAL), w.count(Count.FIRST_CONTACT, tiers=[0])


@measure(
    "refusal_rate",
    "system",
    "share",
    "primary contacts that need the hospital and are kept without a referral being issued",
    "down",
)
def refusal_rate(w: Window) -> Ratio:
    return w.count(Count.REFUSED), w.count(Count.CONTACT_NEEDING)


@measure(
    "outpatient_return_rate",
    "system",
    "share of eligible outpatients",
    "hospital outpatients returned to their centre",
    "up",
)
def outpatient_return_rate(w: Window) -> Ratio:
    return w.count(Count.OUTPATIENT_RETURN), w.count(Count.RETURN_ELIGIBLE)


@measure(
    "up_fulfilment",
    "system",
    "share",
    "primary contacts that need the hospital and get there by referral",
    "up",
)
def up_fulfilment(w: Window) -> Ratio:
    return w.count(Count.UP_NEEDED), w.count(Count.CONTACT_NEEDING)


@measure("down_fulfilment", "system", "share", "candidates who recover at a centre", "up")
def down_fulfilment(w: Window) -> Ratio:
    return w.count(Count.DOWN_REFERRAL), w.count(Count.CANDIDATE)


@measure(
    "unnecessary_referral_share", "system", "share", "completed referrals up that were not needed", "down"
)
def unnecessary_referral_share(w: Window) -> Ratio:
    done = w.count(Count.UP_REFERRAL)
    return done - w.count(Count.UP_NEEDED), done


@measure(
    "retained_days",
    "system",
    "days per 1,000 resident-years",
    "extra bed-days of candidates who stay",
    "down",
)
def retained_days(w: Window) -> Ratio:
    return 1000.0 * w.count(Count.RETAINED) * w.p.extra_days, w.resident_years


@measure(
    "referral_asymmetry",
    "system",
    "ratio",
    "how much likelier a needed referral up happens than one down (1 where both ways are as easy)",
    "down",
)
def referral_asymmetry(w: Window) -> Ratio:
    up = w.count(Count.UP_NEEDED) * w.count(Count.CANDIDATE)
    return up, w.count(Count.CONTACT_NEEDING) * w.count(Count.DOWN_REFERRAL)
