"""Ordinary money: bills, supplies, base pay, subsidy and premiums, which every place has."""

import numpy as np

from incentive_model.cards.short import uncertain
from incentive_model.incentives.accounts import CARE, Purpose
from incentive_model.incentives.events import Event, Kind
from incentive_model.incentives.instrument import County, Instrument
from incentive_model.incentives.tables import Tables

M5 = "MODEL 5"
uncertain(
    "margin_primary",
    0.35,
    (0.2, 0.5),
    "share",
    "what a yuan of revenue leaves a primary facility",
    M5,
    symbol="m",
    whose="place",
)
uncertain(
    "margin_hospital",
    0.30,
    (0.2, 0.4),
    "share",
    "what a yuan of revenue leaves a hospital",
    M5,
    symbol="m",
    whose="place",
)
uncertain(
    "pass_on_primary",
    0.30,
    (0.1, 0.5),
    "share",
    "part of a primary facility's margin that reaches its physicians",
    "calibration 2.7",
    "M",
    symbol="θ",
    whose="institutions",
)
uncertain(
    "pass_on_hospital",
    0.50,
    (0.4, 0.7),
    "share",
    "part of a hospital's margin that reaches its physicians",
    "calibration 2.7",
    "M",
    symbol="θ",
    whose="institutions",
)


class Care(Instrument):
    """Fee for service as the bills stand, and what providers do with the money."""

    name = "care"

    def announce(self, county: County, tables: Tables, me: int) -> None:
        tables.certain[Event.VISIT_YUAN] = np.where(
            county.tier <= 1, county.p.margin_primary, county.p.margin_hospital
        )
        tables.certain[Event.LATE_DAY] = np.where(county.tier >= 2, county.p.late_day_margin, 0.0)
        tables.certain[Event.VISIT_SERVICE_YUAN] = county.p.inducement_margin
        tables.certain[Event.ADMISSION_SERVICE_YUAN] = county.p.inducement_margin

    def settle(self, county: County) -> None:
        self._bills(county)
        self._running_costs(county)
        self._premiums(county)

    def _bills(self, county: County) -> None:
        """Residents and funds pay facilities; facilities pay suppliers and, from the margin, staff."""
        a, p = county.accounts, county.p
        bills = np.ascontiguousarray(county.bills.T)  # (fund/patient, Kind, insurance, facility)
        payers = np.array([a.funds, np.full_like(a.funds, a.residents)])[:, :, None]
        for kind, purpose in zip(Kind, CARE, strict=True):
            county.pay(purpose, payers, a.facilities, bills[:, kind])
        revenue = (bills[0] + bills[1]).sum(axis=1)
        margin = np.where(county.tier <= 1, p.margin_primary, p.margin_hospital)
        admission = 1.0 - (1.0 - margin) * county.cost_admission
        late, price = (round(x * 100) for x in (p.late_day_margin, p.day_price))
        kept = revenue * _basis_points(margin) // 10_000
        kept[Kind.ADMISSION] = revenue[Kind.ADMISSION] * _basis_points(admission) // 10_000
        kept[Kind.LATE_DAYS] = revenue[Kind.LATE_DAYS] * min(late, price) // price
        margins = kept.sum(axis=0)
        county.pay(Purpose.SUPPLIES, a.facilities, a.suppliers, revenue.sum(axis=0) - margins)
        county.pay_staff(Purpose.MARGIN_PAY, margins)

    def _running_costs(self, county: County) -> None:
        a = county.accounts
        county.pay(Purpose.BASE_PAY, a.facilities, a.physicians, county.wage_bill // 12)
        county.pay(Purpose.SUBSIDY, a.government, a.facilities, county.subsidy // 12)

    def _premiums(self, county: County) -> None:
        """A twelfth of the year's, in whole fen (rounded down, as :func:`sample_fen` does)."""
        a = county.accounts
        fen = county.premiums / 12.0 * 100.0 * county.insured[:, None]
        payers = np.array([a.residents, a.government, a.employers])
        county.pay(Purpose.PREMIUMS, payers, a.funds[:, None], np.floor(fen + 1e-6).astype(np.int64))


def _basis_points(shares: np.ndarray) -> np.ndarray:
    return np.rint(shares * 10_000.0).astype(np.int64)
