"""What physicians and institutions care about."""

from incentive_model.incentives.events import ADMITTED, Count, Kind
from incentive_model.measures.equity import gini
from incentive_model.measures.measure import county_measure, measure, per_tier
from incentive_model.measures.totals import Whose
from incentive_model.measures.window import FUND, PATIENT, Amount, CountyWindow, Ratio, Window


@per_tier(
    county_measure,
    "income_{tier}",
    (0, 1, 2),
    "physicians",
    "yuan a physician-year",
    "pay of physicians at {tier}",
    "up",
)
def income(w: CountyWindow, tier: int) -> Ratio:
    return w.earned(Whose.PHYSICIANS, tier) * w.weight, w.physicians_at(tier) * w.months / 12.0


@per_tier(
    county_measure,
    "physician_welfare_{tier}",
    (0, 1, 2),
    "physicians",
    "yuan a physician-year",
    "pay of physicians at {tier} less the trouble of visits to a crowded facility",
    "up",
)
def physician_welfare(w: CountyWindow, tier: int) -> Ratio:
    pay, years = income(w, tier)
    trouble = w.p.effort_cost * w.county.crowded[..., tier]
    return pay - trouble * w.weight, years


@per_tier(
    county_measure,
    "workload_{tier}",
    (0, 1, 2),
    "physicians",
    "visits a physician-day",
    "visits at {tier} on a working day",
)
def workload(w: CountyWindow, tier: int) -> Ratio:
    physician_days = w.physicians_at(tier) * w.p.clinic_days * w.months
    return w.count(Count.VISIT, tiers=[tier]) * w.weight, physician_days


@county_measure("belief", "physicians", "0–1", "physicians' mean belief in the pay that is promised now")
def belief(w: CountyWindow) -> Ratio:
    return w.county.belief, w.county.believing


@per_tier(
    measure, "visits_{tier}", (0, 1, 2, 3), "institutions", "visits a resident-year", "visits at {tier}"
)
def visits(w: Window, tier: int) -> Ratio:
    return w.count(Count.VISIT, tiers=[tier]), w.resident_years


@per_tier(
    measure,
    "admissions_{tier}",
    (1, 2, 3),
    "institutions",
    "admissions a resident-year",
    "admissions at {tier}",
)
def admissions(w: Window, tier: int) -> Ratio:
    return w.count(*ADMITTED, tiers=[tier]), w.resident_years


@per_tier(
    county_measure,
    "bed_occupancy_{tier}",
    (1, 2, 3),
    "institutions",
    "share",
    "bed-days over beds at {tier}, where beds have a limit",
)
def bed_occupancy(w: CountyWindow, tier: int) -> Ratio:
    return w.county.bed_days[..., tier] * w.weight, w.beds[tier] * w.p.month_days * w.months


@per_tier(
    county_measure,
    "surplus_{tier}",
    (0, 1, 2, 3),
    "institutions",
    "yuan a resident-year",
    "what {tier} earn less what they pay",
    "up",
)
def surplus(w: CountyWindow, tier: int) -> Ratio:
    return w.earned(Whose.FACILITIES, tier), w.resident_years


@measure(
    "revenue_per_capita",
    "institutions",
    "yuan a resident-year",
    "bills of all providers, the outside hospital's too",
)
def revenue_per_capita(w: Window) -> Ratio:
    return w.billed(FUND, PATIENT), w.resident_years


@measure(
    "bill_per_admission_T2",
    "institutions",
    "yuan an admission",
    "bills of county hospitals' inpatients, late days included",
    source="V10",
)
def bill_per_admission(w: Window) -> Ratio:
    return _inpatient_bills(w, FUND, PATIENT), w.count(*ADMITTED, tiers=[2])


@measure(
    "fund_per_admission_T2", "institutions", "yuan an admission", "of these, the funds' part", source="V10"
)
def fund_per_admission(w: Window) -> Ratio:
    return _inpatient_bills(w, FUND), w.count(*ADMITTED, tiers=[2])


@measure(
    "oop_per_admission_T2", "institutions", "yuan an admission", "of these, the patients' part", "down", "V10"
)
def oop_per_admission(w: Window) -> Ratio:
    return _inpatient_bills(w, PATIENT), w.count(*ADMITTED, tiers=[2])


def _inpatient_bills(w: Window, *payers: int) -> Amount:
    return w.billed(*payers, kinds=[Kind.ADMISSION, Kind.LATE_DAYS], tiers=[2])


@per_tier(
    measure,
    "visit_bills_{tier}",
    (0, 1, 2, 3),
    "institutions",
    "yuan a resident-year",
    "bills for visits at {tier}",
)
def visit_bills(w: Window, tier: int) -> Ratio:
    return w.billed(FUND, PATIENT, kinds=[Kind.VISIT], tiers=[tier]), w.resident_years


@per_tier(
    measure,
    "bill_per_visit_{tier}",
    (0, 1, 2, 3),
    "institutions",
    "yuan a visit",
    "bills for visits at {tier}",
)
def bill_per_visit(w: Window, tier: int) -> Ratio:
    return visit_bills(w, tier)[0], w.count(Count.VISIT, tiers=[tier])


@county_measure(
    "workload_gini",
    "system",
    "index",
    "inequality (Gini) of visits per physician between facilities of the county",
    "down",
    "E11",
)
def workload_gini(w: CountyWindow) -> Ratio:
    staffed = ~w.outside & (w.physicians > 0)
    return gini(w.county.visits[..., staffed] / w.physicians[staffed])


@per_tier(
    county_measure,
    "capability_{tier}",
    (1, 2),
    "institutions",
    "0–1",
    "mean capability of {tier}, in general care and in each specialty of the place alike",
    "up",
)
def capability(w: CountyWindow, tier: int) -> Ratio:
    return w.county.capability[..., tier], w.months


@per_tier(
    county_measure,
    "infrastructure_{tier}",
    (0, 1),
    "institutions",
    "0–1",
    "mean infrastructure of {tier}",
    "up",
)
def infrastructure(w: CountyWindow, tier: int) -> Ratio:
    return w.county.infrastructure[..., tier], w.months
