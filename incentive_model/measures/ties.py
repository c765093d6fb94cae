"""The way to the hospitals above: who is sent there, who gets in, and who knows whom."""

import numpy as np

from incentive_model.incentives.events import Count, Sum
from incentive_model.measures.measure import county_measure, measure
from incentive_model.measures.window import CountyWindow, Ratio, Window


@measure(
    "onward_referral_rate",
    "system",
    "share of county hospitals' visits",
    "completed referrals from county hospitals to the hospital above",
    source="M25",
)
def onward_referral_rate(w: Window) -> Ratio:
    return w.count(Count.ONWARD), w.count(Count.VISIT, tiers=[2])


@measure(
    "access_severity",
    "system",
    "correlation",
    "among a specialty's patients who seek care or wait: of being admitted above with severity",
    source="E10",
)
def access_severity(w: Window) -> Ratio:
    n, got_in = w.sum(Sum.CASES), w.sum(Sum.CASES_IN)
    severity, squared = w.sum(Sum.CASES_SEVERITY), w.sum(Sum.CASES_SEVERITY_SQUARED)
    together = n * w.sum(Sum.CASES_IN_SEVERITY) - got_in * severity
    return together, np.sqrt(got_in * (n - got_in)) * np.sqrt(n * squared - severity * severity)


@measure(
    "access_tie",
    "system",
    "correlation",
    "among a specialty's patients who seek care or wait: of being admitted above with having a physician who "
    "knows a specialist there",
    source="E10",
)
def access_tie(w: Window) -> Ratio:
    n, got_in, tied = w.sum(Sum.CASES), w.sum(Sum.CASES_IN), w.sum(Sum.CASES_TIED)
    together = n * w.sum(Sum.CASES_IN_TIED) - got_in * tied
    return together, np.sqrt(got_in * (n - got_in)) * np.sqrt(tied * (n - tied))


@county_measure(
    "bed_wait_days_outside",
    "patients",
    "days",
    "days to a bed at hospitals outside whose beds for the area have a limit, by those who are not sent",
    "down",
    "Q09",
)
def bed_wait_days_outside(w: CountyWindow) -> Ratio:
    return w.county.wait_outside[..., 0], w.county.wait_outside[..., 1]


@county_measure(
    "tie_share_T2",
    "system",
    "share",
    "physicians of hospitals that refer on who know a specialist above",
    source="M25",
)
def tie_share(w: CountyWindow) -> Ratio:
    return w.county.tied[..., 0], w.county.tied[..., 1]


@county_measure(
    "tie_gini",
    "system",
    "index",
    "concentration (Gini) of specialists' name cards among physicians of hospitals that refer on",
    source="M25",
)
def tie_gini(w: CountyWindow) -> Ratio:
    return w.county.tied[..., 2], w.county.tied[..., 3]


@county_measure(
    "upgraded_centres",
    "institutions",
    "centres",
    "centres that have been graded second-level hospitals",
    source="SYS2",
)
def upgraded_centres(w: CountyWindow) -> Ratio:
    return w.county.upgraded, w.months
