"""What physicians and institutions care about."""

import numpy as np

from incentive_model.incentives.events import ADMITTED, Count, Kind
from incentive_model.measures.equity import gini
from incentive_model.measures.measure import county_measure, measure, per_tier
from incentive_model.measures.window import FUND, PATIENT, CountyWindow, Ratio, Window


def _net(w: CountyWindow, tier: int, what: str) -> float:
    """Net yuan of the facilities' (or their physicians') accounts of a tier."""
    n = len(w.tier)
    start = 1 if what == "facilities" else 1 + n
    return float(w.net[start : start + n][w.tier == tier].sum()) / 100.0


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
    physicians = float(w.physicians[w.tier == tier].sum())
    return _net(w, tier, "physicians") * w.weight, physicians * w.months / 12.0


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
    trouble = w.p.effort_cost * w.seen.get(f"crowded_visits_T{tier}", 0.0)
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
    physicians = float(w.physicians[w.tier == tier].sum())
    return w.count(Count.VISIT, tiers=[tier]) * w.weight, physicians * w.p.clinic_days * w.months


@county_measure("belief", "physicians", "0–1", "physicians' mean belief in the pay that is promised now")
def belief(w: CountyWindow) -> Ratio:
    return w.seen.get("belief", 0.0), w.seen.get("believing_months", 0.0)


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
    county_measure, "bed_occupancy_{tier}", (1, 2), "institutions", "share", "bed-days over beds at {tier}"
)
def bed_occupancy(w: CountyWindow, tier: int) -> Ratio:
    rows = w.tier == tier
    c = w.sums.counts[rows]
    admitted = c[:, ADMITTED].sum(axis=1)
    days = (
        admitted * w.stay_days[rows]
        + c[:, Count.RETAINED] * w.p.extra_days
        + c[:, Count.REHAB] * w.p.rehab_days
    )
    beds = w.beds[rows]
    return float(days.sum()) * w.weight, float(
        np.where(np.isfinite(beds), beds, 0.0).sum()
    ) * w.p.month_days * w.months


@per_tier(
    county_measure,
    "surplus_{tier}",
    (0, 1, 2),
    "institutions",
    "yuan a resident-year",
    "what {tier} earn less what they pay",
    "up",
)
def surplus(w: CountyWindow, tier: int) -> Ratio:
    return _net(w, tier, "facilities"), w.resident_years


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
    billed = w.billed(FUND, PATIENT, kinds=[Kind.ADMISSION, Kind.LATE_DAYS], tiers=[2])
    return billed, w.count(*ADMITTED, tiers=[2])


@county_measure(
    "workload_gini",
    "system",
    "index",
    "inequality (Gini) of visits per physician between facilities of the county",
    "down",
    "E11",
)
def workload_gini(w: CountyWindow) -> Ratio:
    staffed = (w.tier <= 2) & (w.physicians > 0)
    return gini(w.sums.counts[staffed, Count.VISIT] / w.physicians[staffed])


@per_tier(county_measure, "capability_{tier}", (1,), "institutions", "0–1", "mean capability of {tier}", "up")
def capability(w: CountyWindow, tier: int) -> Ratio:
    return w.seen.get(f"capability_T{tier}", 0.0), w.seen.get("months", 0.0)


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
    return w.seen.get(f"infrastructure_T{tier}", 0.0), w.seen.get("months", 0.0)
