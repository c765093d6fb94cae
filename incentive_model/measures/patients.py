"""What patients care about."""

from incentive_model.incentives.events import ADMITTED, Count, Sum
from incentive_model.measures.measure import measure, per_tier
from incentive_model.measures.totals import Wait
from incentive_model.measures.window import PATIENT, Ratio, Window


@measure("first_contact_primary_share", "patients", "share", "first contacts at a clinic or centre")
def first_contact_primary_share(w: Window) -> Ratio:
    return w.count(Count.FIRST_CONTACT, tiers=(0, 1)), w.count(Count.FIRST_CONTACT)


@measure("first_contact_level", "patients", "tier", "mean tier of first contacts", source="V15")
def first_contact_level(w: Window) -> Ratio:
    by_tier = [w.count(Count.FIRST_CONTACT, tiers=[tier]) for tier in range(4)]
    return sum(tier * contacts for tier, contacts in enumerate(by_tier)), sum(by_tier)


@measure(
    "primary_visit_share",
    "patients",
    "share",
    "visits (first contacts, specialist visits, follow-ups) at clinics and centres",
)
def primary_visit_share(w: Window) -> Ratio:
    return w.count(Count.VISIT, tiers=(0, 1)), w.count(Count.VISIT)


@measure(
    "bypass_share",
    "patients",
    "share",
    "first contacts at a hospital for a minor illness (severity below .45, no emergency)",
    "down",
)
def bypass_share(w: Window) -> Ratio:
    return w.count(Count.BYPASS), w.count(Count.FIRST_CONTACT)


@measure(
    "appropriate_level_share",
    "patients",
    "share",
    "first contacts at the lowest tier that is good enough",
    "up",
)
def appropriate_level_share(w: Window) -> Ratio:
    return w.count(Count.APPROPRIATE), w.count(Count.FIRST_CONTACT)


@measure("self_care_share", "patients", "share", "episodes, new or carried over, without care")
def self_care_share(w: Window) -> Ratio:
    return w.count(Count.SELF_CARE), w.count(Count.SELF_CARE) + w.count(Count.FIRST_CONTACT)


@measure("oop_per_capita", "patients", "yuan a resident-year", "paid out of pocket for care", "down")
def oop_per_capita(w: Window) -> Ratio:
    return w.billed(PATIENT), w.resident_years


@measure("satisfaction", "patients", "share", "treatments that succeed", "up")
def satisfaction(w: Window) -> Ratio:
    return w.count(Count.SUCCESS), w.count(Count.TREATED)


@measure(
    "qalys_per_1000",
    "patients",
    "QALYs per 1,000 resident-years",
    "health, undiscounted, expected deaths taken off",
    "up",
)
def qalys_per_1000(w: Window) -> Ratio:
    return w.sum(Sum.QALYS) / 1e9 * 1e3, w.resident_years


@measure(
    "expected_deaths_per_100k",
    "patients",
    "deaths per 100,000 resident-years",
    "expected deaths from episodes",
    "down",
)
def expected_deaths_per_100k(w: Window) -> Ratio:
    return w.count(Count.DEATH_NANO) / 1e9 * 1e5, w.resident_years


@measure(
    "unmet_admission_share",
    "patients",
    "share",
    "of those who wanted a bed, gave up waiting and got no care",
    "down",
)
def unmet_admission_share(w: Window) -> Ratio:
    admitted = w.count(*ADMITTED)
    return w.count(Count.UNMET), w.count(Count.UNMET) + admitted


@per_tier(
    measure, "trust_{tier}", (0, 1, 2, 3), "patients", "0–1", "residents' mean trust in {tier} within reach"
)
def trust(w: Window, tier: int) -> Ratio:
    return w.sum(Sum(Sum.TRUST_T0 + tier)) / 1e9, w.reach[..., tier] * w.months


@measure("awareness", "patients", "0–1", "residents' mean awareness of referral policy")
def awareness(w: Window) -> Ratio:
    return w.sum(Sum.AWARENESS) / 1e9, w.n * w.months


@per_tier(
    measure,
    "wait_days_{tier}_referred",
    (2,),
    "patients",
    "days",
    "days to an appointment at {tier}, referred patients",
    "down",
)
def wait_days_referred(w: Window, tier: int) -> Ratio:
    return w.waited(Wait.VISIT_REFERRED, tier), w.count(Count.VISIT_REFERRED, tiers=[tier])


@per_tier(
    measure,
    "wait_days_{tier}_other",
    (0, 1, 2, 3),
    "patients",
    "days",
    "days to an appointment at {tier}, patients without a referral",
    "down",
)
def wait_days_other(w: Window, tier: int) -> Ratio:
    visits = w.count(Count.VISIT, tiers=[tier]) - w.count(Count.VISIT_REFERRED, tiers=[tier])
    return w.waited(Wait.VISIT_OTHER, tier), visits


@per_tier(
    measure,
    "bed_wait_days_{tier}_referred",
    (2, 3),
    "patients",
    "days",
    "days to a bed at {tier}, referred patients",
    "down",
)
def bed_wait_days_referred(w: Window, tier: int) -> Ratio:
    return w.waited(Wait.BED_REFERRED, tier), w.count(Count.ADMITTED_REFERRED, tiers=[tier])


@per_tier(
    measure,
    "bed_wait_days_{tier}_other",
    (1, 2, 3),
    "patients",
    "days",
    "days to a bed at {tier}, neither referred nor an emergency",
    "down",
)
def bed_wait_days_other(w: Window, tier: int) -> Ratio:
    return w.waited(Wait.BED_OTHER, tier), w.count(Count.ADMITTED_OTHER, tiers=[tier])
