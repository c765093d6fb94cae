"""How the fund pays (M03): each service, each case, each head, or one budget; and what is in the package."""

from __future__ import annotations

import numpy as np

from incentive_model.cards.card import Family
from incentive_model.cards.short import fixed, lever_card, uncertain
from incentive_model.incentives.account import covered, member_shares, shares, split_accounts
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.events import Count, Event, Kind, Setting
from incentive_model.incentives.instrument import (
    County,
    Instrument,
    basis_points,
    hospitals,
    lever,
    whole_fen,
)
from incentive_model.incentives.tables import Tables
from incentive_model.rules.maths import sigma

FAMILY: Family = "revenue sharing"
lever_card(
    "payment_method",
    FAMILY,
    "word",
    "how the fund pays: each service; each admission in the county as a case; primary visits by the head; "
    "or one budget for the whole consortium",
    "M03",
    "SEED",
    "fee_for_service",
    choices=("fee_for_service", "per_case", "capitation", "global_budget"),
)
lever_card(
    "surplus_retained",
    FAMILY,
    "share",
    "part of a budget's surplus that the consortium keeps",
    "M03",
    "A",
    0.5,
    (0.0, 1.0),
    (0.0, 1.0),
)
lever_card(
    "loss_shared",
    FAMILY,
    "share",
    "part of a budget's deficit that the consortium bears",
    "M03",
    "A",
    0.3,
    (0.0, 1.0),
    (0.0, 1.0),
)
lever_card(
    "surplus_split_county",
    FAMILY,
    "share",
    "county hospitals' part of the shared account",
    "M01",
    "A",
    0.6,
    (0.0, 1.0),
    (0.3, 0.7),
)
lever_card(
    "surplus_split_township",
    FAMILY,
    "share",
    "township centres' part of the shared account",
    "M01",
    "A",
    0.3,
    (0.0, 1.0),
    (0.2, 0.5),
)
lever_card(
    "surplus_split_village",
    FAMILY,
    "share",
    "village clinics' part of the shared account",
    "M01",
    "A",
    0.1,
    (0.0, 1.0),
    (0.05, 0.2),
)
lever_card(
    "package_includes_public_health",
    FAMILY,
    "share",
    "part of the primary facilities' money for public health that goes to the shared account",
    "M03",
    "M",
    0.0,
    (0.0, 1.0),
    (0.0, 1.0),
)
fixed("budget_growth", 0.0, "a year", "growth of the budget over last year's claims", "MODEL 11")
fixed("budget_certainty", 20.0, "scale", "how sharply the account foresees a surplus or deficit", "MODEL 11")
uncertain(
    "late_day_cost",
    150.0,
    (75.0, 250.0),
    "yuan",
    "what a late bed-day costs a hospital that is paid by the case",
    "MODEL 8",
    whose="institutions",
)
uncertain(
    "case_service_loss",
    0.25,
    (0.1, 0.4),
    "share",
    "what a yuan more of service to an inpatient loses a hospital that is paid by the case",
    "MODEL 12",
    whose="institutions",
)
fixed("public_health_part", 0.4, "share", "part of primary subsidies that is for public health", "MODEL 11")


class PerCase(Instrument):
    """Admissions at centres and county hospitals earn their list price, whatever is done and however long
    it takes. Late days earn nothing and cost what they cost; care outside stays fee for service."""

    name = "per_case"

    def idle(self, county: County) -> bool:
        return county.levers["payment_method"] != self.name

    def announce(self, county: County, tables: Tables, me: int) -> None:
        if self.idle(county):
            return
        paid = (county.tier >= 1) & ~county.outside
        tables.means.paid_by_case[paid] = 1
        tables.means.late_day_fen[paid] = 0
        tables.certain[Event.LATE_DAY, hospitals(county)] = -county.p.late_day_cost
        tables.certain[Event.ADMISSION_SERVICE_YUAN, paid] = -county.p.case_service_loss

    def settle(self, county: County) -> None:
        if self.idle(county):
            return
        cost = round(county.p.extra_days * county.p.late_day_cost * 100)
        kept = np.where(hospitals(county), county.counts[:, Count.RETAINED] * cost, 0)
        county.pay(Purpose.SUPPLIES, county.accounts.facilities, county.accounts.suppliers, kept)
        county.pay_staff(Purpose.MARGIN_PAY, -kept)


class Capitation(Instrument):
    """Primary visits are paid by the head: patients pay their part of each as before, and instead of the
    rest the fund pays a sum a month for each listed resident: last year's fund part of all such visits.
    """

    name = "capitation"

    def __init__(self) -> None:
        self.past: dict[
            int, np.ndarray
        ] = {}  #: fund part of primary visits by calendar month, (tier, insurance)
        self.agreed: np.ndarray | None = None  #: the same of the year before, since the method began

    def _in_force(self, county: County) -> bool:
        """Without a year to go by there is no sum to agree on: fee for service goes on."""
        method = county.levers["payment_method"] == self.name
        return method and (self.agreed is not None or len(self.past) == 12)

    def announce(self, county: County, tables: Tables, me: int) -> None:
        if not self._in_force(county):
            return
        for grade in range(tables.rate_bp.shape[2]):
            rates = tables.rate_bp[0, :, grade, Setting.OUTPATIENT] / 10_000.0
            fund = float(rates @ county.insured) / county.n * (1.0 - county.p.uncovered_share)
            here = (county.tier <= 1) & (county.grade == grade)
            tables.certain[Event.VISIT_YUAN, here] -= fund
            tables.certain[Event.VISIT_SERVICE_YUAN, here] -= fund

    def settle(self, county: County) -> None:
        claimed = county.bills[:, :, Kind.VISIT, 0]  # (facility, insurance)
        if self._in_force(county):
            if self.agreed is None:
                self.agreed = np.sum(list(self.past.values()), axis=0)
            primary = county.tier <= 1
            self._pay(county, np.where(primary[:, None], claimed, 0), self.agreed)
        else:
            self.agreed = None
        by_tier = [claimed[county.tier == tier].sum(axis=0) for tier in (0, 1)]
        self.past[county.month % 12] = np.array(by_tier)

    def _pay(self, county: County, claimed: np.ndarray, agreed: np.ndarray) -> None:
        """Take the claims back and pay by the head; staff bear θ of the difference."""
        a = county.accounts
        net = np.zeros(len(county.tier), np.int64)
        for insurance, fund in enumerate(a.funds):
            county.pay(Purpose.CAPITATION, a.facilities, fund, claimed[:, insurance])
            net -= claimed[:, insurance]
            for tier in (0, 1):
                heads = np.where(county.tier == tier, county.residents_at, 0)
                due = shares(int(agreed[tier, insurance]) // 12, heads)
                county.pay(Purpose.CAPITATION, fund, a.facilities, due)
                net += due
        county.pay_staff(Purpose.CAPITATION, net)


class PublicHealthPackage(Instrument):
    """ "Dual packing": primary facilities' money for public health goes to the consortium's account, which
    shares it out at the end of the year."""

    name, idle_at = "package_includes_public_health", 0.0

    def settle(self, county: County) -> None:
        a = county.accounts
        packaged = packaged_fen(county)
        for c, account in enumerate(a.consortia):
            members = np.where(county.consortium == c, packaged, 0)
            county.pay(Purpose.PUBLIC_HEALTH, a.facilities, account, members)


def packaged_fen(county: County) -> np.ndarray:
    """Money for public health that goes to the account this month, by facility, in fen."""
    part = basis_points(county.p.public_health_part * lever(county, "package_includes_public_health"))
    inside = (county.tier <= 1) & (county.consortium >= 0)
    return np.where(inside, (county.subsidy // 12) * part // 10_000, 0)


class GlobalBudget(Instrument):
    """One budget a year for all care of the consortium's residents, outside care included.

    Claims are advanced as fee for service. The budget of a month is the claims of the same month
    of the year before, grown. At the end of the year a surplus is retained, a deficit recovered,
    in part, through the shared account; the account is then split among the members.
    """

    name = "global_budget"

    def __init__(self) -> None:
        self.past: dict[int, int] = {}  #: claims of the last twelve months, by calendar month
        self.budget: dict[int, float] = {}
        self.to_date = 0
        self.budget_to_date = 0.0

    def _this_year(self, county: County) -> dict[int, float]:
        """The year's budget by calendar month; none without a last year to go by."""
        if county.levers["payment_method"] != self.name:
            return {}
        if not self.budget and len(self.past) == 12:
            return {k: (1.0 + county.p.budget_growth) * x for k, x in self.past.items()}
        return self.budget

    def announce(self, county: County, tables: Tables, me: int) -> None:
        if not self._this_year(county):
            return
        surplus_likely = 0.5
        if self.to_date > 0 and self.budget_to_date > 0.0:
            ratio = self.budget_to_date / self.to_date
            surplus_likely = sigma(county.p.budget_certainty * (ratio - 1.0))
        per_yuan = surplus_likely * lever(county, "surplus_retained") + (1.0 - surplus_likely) * lever(
            county, "loss_shared"
        )
        tables.certain[Event.CLAIM_YUAN] -= per_yuan * member_shares(county)

    def settle(self, county: County) -> None:
        claims = int(county.bills[:, :, :, 0].sum())
        self.budget = self._this_year(county)
        if self.budget:
            self.to_date += claims
            self.budget_to_date += self.budget[county.month % 12]
        self.past[county.month % 12] = claims

    def close_year(self, county: County) -> None:
        county.deficit = self.to_date > self.budget_to_date > 0.0
        if self.budget_to_date > 0.0:
            self._close(county)
        self.budget, self.to_date, self.budget_to_date = {}, 0, 0.0
        split_accounts(county)

    def _close(self, county: County) -> None:
        """Surplus to the account, deficit from it."""
        a = county.accounts
        balance = whole_fen(self.budget_to_date) - self.to_date
        part = lever(county, "surplus_retained" if balance > 0 else "loss_shared")
        moved = abs(balance) * basis_points(part) // 10_000
        # by listed residents; the part of those listed with no consortium stays with the fund
        listed = np.append(county.listed, county.n - county.listed.sum())
        for account, fen in zip(a.consortia, shares(moved, listed)[:-1], strict=True):
            for fund, piece in zip(a.funds, shares(int(fen), county.insured * covered(county)), strict=True):
                if balance > 0:
                    county.pay(Purpose.SURPLUS, fund, account, piece)
                else:
                    county.pay(Purpose.DEFICIT, account, fund, piece)
