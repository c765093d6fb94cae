"""Who counts as a stakeholder, what concerns them beside money, and when a scheme is called win-win.

All accounts together sum to zero. The stakeholders inside can therefore only gain together what the
outside loses: saved supplies, admissions kept in the county. ``external`` is shown beside them so
that nobody forgets it, and it does not vote.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from incentive_model.analysis.intervals import Interval

#: Accounts that a scheme is judged by. Primary institutions (clinics and centres) and hospitals are
#: one kind of stakeholder and two accounts, since their conflict is the subject.
INSIDE = ("patients", "physicians", "primary", "hospitals", "insurer", "government")
#: Every account: with ``external`` (suppliers, employers, the outside hospital and its staff) changes sum
#: to zero.
STAKEHOLDERS = (*INSIDE, "external")

#: What concerns a stakeholder beside money, as indicators; whether more is better stands on their cards.
#: A short list on purpose: each further name makes "win-win" harder to reach and "unclear" likelier.
CONCERNS: dict[str, tuple[str, ...]] = {
    "patients": ("qalys_per_1000", "satisfaction", "wait_days_T2_referred", "wait_days_T2_other"),
}

StakeholderVerdict = Literal["gains", "loses", "unchanged", "unclear"]
SchemeVerdict = Literal["win-win", "potential", "conflict", "unclear", "no-difference"]


def stakeholder_verdict(delta: Interval) -> StakeholderVerdict:
    """What a change (positive = better for the stakeholder) is called.

    ``unchanged`` means exactly zero in every replicate; an interval that holds zero is ``unclear``,
    and so is any change seen in one replicate only.
    """
    if delta.zero:
        return "unchanged"
    if delta.positive:
        return "gains"
    if delta.negative:
        return "loses"
    return "unclear"


def scheme_verdict(
    money: Mapping[str, Interval],
    concerns: Collection[Interval],
    welfare: Interval,
    other: Collection[Interval] = (),
) -> SchemeVerdict:
    """What a scheme is called against the status quo.

    * ``no-difference``: every change is exactly zero, in every replicate.
    * ``win-win``: every interval (money and concerns) is zero or more, and one is above zero.
    * ``potential``: somebody loses, and welfare rises, so that the winners could make it good.
    * ``conflict``: somebody loses, and welfare does not rise.
    * ``unclear``: an interval that holds zero decides between the others.

    Args:
        money: change of each account, yuan per resident-year, positive when better; ``external`` may
            be among them and does not vote.
        concerns: changes of the concerns beside money, turned so that positive is better.
        welfare: change of total welfare: money of the accounts inside, health at the threshold,
            less time; yuan per resident-year.
        other: whatever else must be exactly zero before "no difference" is said.
    """
    if all(change.zero for change in (*money.values(), *concerns, welfare, *other)):
        return "no-difference"
    judged = [change for name, change in money.items() if name != "external"] + list(concerns)
    if all(change.not_negative for change in judged) and any(change.positive for change in judged):
        return "win-win"
    somebody_loses = any(change.negative for change in judged)
    if welfare.negative or (somebody_loses and welfare.zero):
        return "conflict"
    if somebody_loses and welfare.positive:
        return "potential"
    return "unclear"
