"""What the page says of a run's network: each measure in one sentence, and the hospitals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx

from incentive_model.measures.network import HOSPITAL
from incentive_model.report.words import number

_NONE = "n/a"


@dataclass(frozen=True)
class Said:
    """A measure: what it is called, its value, and what that means."""

    label: str
    value: str
    sentence: str


@dataclass(frozen=True)
class Hospital:
    """A hospital and what was sent to it: yuan a year, share of all, from how many facilities."""

    name: str
    tier: str
    consortium: str
    yuan: str
    share: str
    senders: int


def sentences(found: dict[str, Any], referrals: nx.DiGraph) -> list[Said]:
    """Every measure of :func:`~incentive_model.measures.network.summary` in plain words."""
    if found["hub"] is None:
        return [
            Said("Referral up", "none", "Nobody was referred up, so there is no network to measure."),
            *_ties(found),
        ]
    hub = referrals.nodes[found["hub"]]["label"]
    return [
        Said(
            "Hub",
            percent(found["hub_share"]),
            f"Of what hospitals billed for patients referred up to them, this part went to {hub}.",
        ),
        Said(
            "Concentration (Herfindahl)",
            number(found["herfindahl"], 2),
            f"As concentrated as with {number(1 / found['herfindahl'], 1)} hospitals of the same size; 1.00 "
            "would be one hospital for all.",
        ),
        Said(
            "Cut off without the hub",
            f"{percent(found['facilities_cut_off'])} of clinics and centres",
            f"If {hub} were gone, these would have no hospital above them in the hierarchy, and with them "
            f"{percent(found['residents_cut_off'])} of residents, until another one took its place.",
        ),
        Said(
            "Used to nobody else",
            f"{percent(found['facilities_sending_nowhere_else'])} of senders",
            f"They sent patients to {hub} alone in this run. Of the residents whose clinic sent anybody, "
            f"{percent(found['residents_sending_nowhere_else'])} belong to such a one.",
        ),
        Said(
            "Holding it together",
            f"{found['articulation_points']}",
            "So many facilities hold others: without any one of them, some are linked to the rest by no "
            "referral at all.",
        ),
        Said(
            "Beside the hierarchy",
            percent(found["beside_the_hierarchy"]),
            "This part of the flow goes to another hospital than the one above: where a physician knows "
            "somebody.",
        ),
        *_borders(found),
        *_ties(found),
    ]


def _borders(found: dict[str, Any]) -> list[Said]:
    crossing, groups, rand = found["crossing_share"], found["communities"], found["adjusted_rand"]
    said = [
        Said(
            "Communities",
            f"{groups} (modularity {number(found['modularity'], 2)})",
            "Groups of facilities that send more to each other than chance would have them. Above about 0.3 "
            "they are called clear.",
        )
    ]
    if crossing is None:
        return [*said, Said("Borders of consortia", _NONE, "No member of a consortium referred anybody up.")]
    return [
        *said,
        Said(
            "Across borders",
            percent(crossing),
            "This part of what members of a consortium send leaves it.",
        ),
        Said(
            "Consortia as communities",
            f"modularity {number(found['consortium_modularity'], 2)}",
            "How clear the groups would be if consortia were the groups. "
            + (
                "There is one consortium or one community, so borders and communities cannot be compared."
                if rand is None
                else f"Agreement of borders and communities (adjusted Rand index): {number(rand, 2)}; 1 is "
                "the same, 0 is chance."
            ),
        ),
    ]


def _ties(found: dict[str, Any]) -> list[Said]:
    said = [
        Said(
            "Personal ties",
            f"{percent(found['tied_share'])} of primary physicians",
            "They know somebody at a hospital, and refer there, at the end of the run.",
        )
    ]
    if found["ties_beside_the_hierarchy"] is None:
        return said
    gini = found["tie_gini"]
    return [
        *said,
        Said(
            "Ties beside the hierarchy",
            f"{percent(found['ties_beside_the_hierarchy'])} of ties",
            "They lead to another hospital than the one above. "
            + (
                ""
                if gini is None
                else f"Gini of ties over county hospitals: {number(gini, 2)} (0: all have as many)."
            ),
        ),
    ]


def hospitals(referrals: nx.DiGraph, shown: int = 12) -> list[Hospital]:
    """The hospitals that were sent most, the first one first; at most so many."""
    inflow = dict(referrals.in_degree(weight="weight"))
    total = sum(inflow.values())
    rows = [name for name, tier in referrals.nodes(data="tier") if tier in HOSPITAL]
    rows.sort(key=lambda name: -inflow[name])
    return [
        Hospital(
            referrals.nodes[name]["label"],
            referrals.nodes[name]["tier"],
            referrals.nodes[name]["consortium"] or "none",
            number(inflow[name] / 1e6, 2),
            percent(inflow[name] / total if total else None),
            referrals.in_degree(name),
        )
        for name in rows[:shown]
    ]


def percent(share: float | None) -> str:
    """``12.3%``."""
    return _NONE if share is None else f"{100 * share:.1f}%"
