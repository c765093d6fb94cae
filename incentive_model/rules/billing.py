"""One bill, in whole fen."""

from typing import NamedTuple


class Bill(NamedTuple):
    """Who pays one bill, in fen. The two add up to the price: the patient gets every remainder."""

    fund: int
    patient: int


def split_bill(price: int, uncovered_bp: int, deductible: int, rate_bp: int, room: int) -> Bill:
    """Split a bill by the order of MODEL 11: uncovered part, deductible, rate, annual cap.

    ``price``, ``deductible`` and ``room`` (what the cap still leaves this year) in fen; rates in
    basis points. The fund's part is rounded down to the fen.
    """
    covered = price - price * uncovered_bp // 10_000
    after = covered - min(deductible, covered)
    fund = min(after * rate_bp // 10_000, room)
    return Bill(fund, price - fund)


def deductible_due(deductible: int, continuous: bool, paid_in_chain: int) -> int:
    """What of a tier's deductible an admission still owes, in fen: under ``continuous`` deductibles what was
    paid earlier in the same referral chain counts (M05)."""
    return max(0, deductible - paid_in_chain) if continuous else deductible


def expected_patient_cost(price: float, uncovered: float, deductible: float, rate: float) -> float:
    """What a patient expects to pay, in yuan: d + (1 − r(1−u))·(price − d)⁺ (MODEL 4)."""
    over = max(price - deductible, 0.0)
    return min(deductible, price) + (1.0 - rate * (1.0 - uncovered)) * over


def known(before: float, now: float, awareness: float) -> float:
    """A term as this person knows it: what a scheme changed counts as far as they have heard of it."""
    return before + awareness * (now - before)
