"""The finding about each scheme in plain words: who gains, who loses, by how much, how sure."""

from __future__ import annotations

from dataclasses import dataclass

from incentive_model.analysis.comparison import Comparison
from incentive_model.analysis.intervals import Interval
from incentive_model.analysis.stakeholders import INSIDE, stakeholder_verdict
from incentive_model.cards import indicators
from incentive_model.report.words import (
    VERDICT_LABELS,
    VERDICT_MEANINGS,
    display_unit,
    joined,
    number,
    scale,
    scaled,
    scheme_title,
    with_bounds,
)

#: How a sentence begins with each stakeholder, and whether it is one or many.
_SUBJECTS = {
    "patients": ("patients", True),
    "physicians": ("physicians", True),
    "primary": ("primary institutions", True),
    "hospitals": ("county hospitals", True),
    "insurer": ("the insurer", False),
    "government": ("the government", False),
}
_YUAN = "yuan per resident and year"


@dataclass(frozen=True)
class Headline:
    """What stands first about a scheme.

    Attributes:
        scheme, title: its name and what people call it.
        verdict, label, meaning: the verdict as data, as a word, and what it means.
        lead: who gains and who loses, by name alone.
        money: the same with numbers, and the outside.
        more: health, referral and residents, a sentence each.
    """

    scheme: str
    title: str
    verdict: str
    label: str
    meaning: str
    lead: str
    money: str
    more: list[str]


def headline(comparison: Comparison, scheme: str) -> Headline:
    """The sentences about one scheme, every number with its interval and unit."""
    verdict = comparison.verdicts()[scheme]
    more = [welfare(comparison, scheme), *referral(comparison, scheme), residents(comparison, scheme)]
    return Headline(
        scheme=scheme,
        title=scheme_title(comparison, scheme),
        verdict=verdict,
        label=VERDICT_LABELS[verdict],
        meaning=VERDICT_MEANINGS[verdict],
        lead=lead(comparison, scheme),
        money=money(comparison, scheme),
        more=[] if verdict == "no-difference" else more,
    )


def _changes(comparison: Comparison, scheme: str) -> dict[str, Interval]:
    """Each stakeholder's change, the largest first; without the outside."""
    changes = {name: comparison.change(scheme, f"net_{name}") for name in INSIDE}
    return dict(sorted(changes.items(), key=lambda item: -abs(item[1].mean or 0.0)))


def _said(changes: dict[str, Interval], verdict: str) -> list[str]:
    return [name for name, change in changes.items() if stakeholder_verdict(change) == verdict]


def lead(comparison: Comparison, scheme: str) -> str:
    """``Patients and the insurer gain; county hospitals lose.`` Names alone."""
    changes = _changes(comparison, scheme)
    parts = []
    for verdict, verb in (("gains", "gain"), ("loses", "lose")):
        names = _said(changes, verdict)
        if names:
            many = len(names) > 1 or _SUBJECTS[names[0]][1]
            subjects = joined([_SUBJECTS[name][0] for name in names])
            parts.append(f"{subjects} {verb if many else verb + 's'}")
    if parts:
        return _capital("; ".join(parts)) + "."
    if _said(changes, "unclear"):
        one = comparison.request["replicates"] == 1
        return "One replicate cannot tell an effect from luck." if one else "Nobody surely gains or loses."
    return "Nobody gains or loses."


def money(comparison: Comparison, scheme: str) -> str:
    """``Patients gain 66.1 [60.0, 72.2]; the insurer loses …``: every account with its interval."""
    changes = _changes(comparison, scheme)
    outside = comparison.change(scheme, "net_external")
    if all(change.zero for change in (*changes.values(), outside)):
        return "No account changes by a single fen, in any replicate."
    parts = [
        joined([_phrase(name, verb, changes[name]) for name in _said(changes, verdict)])
        for verdict, verb in (("gains", "gain"), ("loses", "lose"))
    ]
    if unsure := _said(changes, "unclear"):
        listed = joined([f"{_SUBJECTS[name][0]} {with_bounds(changes[name], sign=True)}" for name in unsure])
        one = comparison.request["replicates"] == 1
        parts.append(f"{'seen in one replicate only' if one else 'too close to call'}: {listed}")
    sentences = [f"In {_YUAN}: {'; '.join(part for part in parts if part)}."]
    if same := _said(changes, "unchanged"):
        sentences.append(f"Exactly as before: {joined([_SUBJECTS[name][0] for name in same])}.")
    sentences.append(f"The outside: {with_bounds(outside, sign=True)}.")
    return " ".join(sentences)


def _phrase(name: str, verb: str, change: Interval) -> str:
    subject, many = _SUBJECTS[name]
    size = change if verb == "gain" else -change
    return f"{subject} {verb if many else verb + 's'} {with_bounds(size)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def welfare(comparison: Comparison, scheme: str) -> str:
    """The sum over the stakeholders, with health and time."""
    health = comparison.change(scheme, "qalys")
    worth = float(comparison.request["parameters"]["qaly_threshold"])
    total = with_bounds(comparison.welfare(scheme), sign=True)
    life = with_bounds(scaled(health, 1000), 2, sign=True)
    return (
        f"Health: {life} QALYs per 1,000 residents and year. All stakeholders together, with "
        f"health at {number(worth, 0)} yuan a QALY and less residents' time: {total} {_YUAN}."
    )


def referral(comparison: Comparison, scheme: str) -> list[str]:
    """Referral up and down: the change, and the level it leads to."""
    cards = indicators()
    sentences = []
    for name, words, of in (
        ("up_referral_rate", "Referral up", "primary visits"),
        ("down_referral_rate", "Referral down", "hospital discharges"),
    ):
        if name not in comparison.measured:
            continue
        factor, unit = scale(cards[name].unit), display_unit(cards[name].unit, change=True)
        change = with_bounds(scaled(comparison.change(scheme, name), factor), 2, sign=True)
        level = with_bounds(scaled(comparison.level(scheme, name), factor), 2, unit="%")
        sentences.append(f"{words}: {change} {unit}, to {level} of {of}.")
    return sentences


def residents(comparison: Comparison, scheme: str) -> str:
    """Heads better off and worse off, and what it is worth to the average resident."""
    better, worse = (
        with_bounds(scaled(comparison.group(scheme, "all", name), 100), 0, unit="%")
        for name in ("better", "worse")
    )
    gain = with_bounds(comparison.group(scheme, "all", "gain"), sign=True)
    return (
        f"Counting health, out-of-pocket payments and time, {better} of residents end better off and "
        f"{worse} worse off; the average resident's change is {gain} yuan a year."
    )
