"""What people ask of a referral network: who is the hub, what breaks without it, and whose borders hold.

Every function takes graphs of a model, ``institutions()`` and ``referrals()``, and gives a plain number, or
None where there is no case. Flow is the weight of an edge of ``referrals()``: what the hospital billed for
the patients referred to it, in yuan. Definitions and limits stand in docs/networks.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from math import comb
from typing import Any

import networkx as nx
import numpy as np

from incentive_model.measures.equity import gini
from incentive_model.network.institutions import hierarchy

PRIMARY, HOSPITAL = ("T0", "T1"), ("T2", "T3")
#: Of the search for communities: the same network has the same ones.
SEED = 1


def summary(institutions: nx.MultiDiGraph, referrals: nx.DiGraph) -> dict[str, Any]:
    """Every measure by name; ``hub`` is a facility's id."""
    ways = hierarchy(institutions)
    hub, share = hub_of(referrals)
    flowing = nx.DiGraph(referrals.edges(data=True))
    flowing.add_nodes_from((name, referrals.nodes[name]) for name in list(flowing))
    lost, lost_residents = lost_without(ways, hub)
    left, left_residents = lost_without(flowing, hub)
    found, borders = communities(flowing), consortia(flowing)
    return {
        "hub": hub,
        "hub_share": share,
        "herfindahl": herfindahl(referrals),
        "facilities_cut_off": lost,
        "residents_cut_off": lost_residents,
        "facilities_sending_nowhere_else": left,
        "residents_sending_nowhere_else": left_residents,
        "articulation_points": articulation_points(flowing),
        "beside_the_hierarchy": beside(referrals, ways),
        "crossing_share": crossing_share(referrals),
        "communities": len(set(found.values())),
        "modularity": modularity(flowing, found),
        "consortium_modularity": modularity(flowing, borders),
        "adjusted_rand": adjusted_rand(found, borders),
        "tied_share": tied_share(institutions),
        "tie_gini": tie_gini(institutions),
        "ties_beside_the_hierarchy": ties_beside(institutions, ways),
    }


def hub_of(referrals: nx.DiGraph) -> tuple[str | None, float | None]:
    """The hub: the facility with the largest inflow (weighted in-degree), and its share of all inflow.

    Of two with the same inflow, the first one is named.
    """
    inflow = _inflow(referrals)
    total = sum(inflow.values())
    if not total:
        return None, None
    hub = max(inflow, key=lambda name: inflow[name])
    return hub, inflow[hub] / total


def herfindahl(referrals: nx.DiGraph) -> float | None:
    """Herfindahl-Hirschman index of inflow, Σ share², from 1/n (n hospitals alike) to 1 (one has all).

    Its inverse is the number of equal hospitals that would be as concentrated.
    """
    inflow = _inflow(referrals).values()
    total = sum(inflow)
    return sum((x / total) ** 2 for x in inflow) if total else None


def lost_without(ways: nx.DiGraph, gone: str | None) -> tuple[float | None, float | None]:
    """What breaks without a facility: the share of primary facilities, and of residents by their clinics,
    that have a directed path to some hospital and have none once it is gone.

    Args:
        ways: facilities, with an edge to where each may refer (the hierarchy) or did refer (the flow).
        gone: the facility taken out; a primary facility that is itself taken out counts as lost.
    """
    before = _with_a_way(ways)
    if gone is None or not before:
        return None, None
    after = _with_a_way(ways.subgraph(set(ways) - {gone}))
    living = {name: ways.nodes[name]["residents"] for name in before}
    residents = sum(living.values())
    lost = before - after
    return len(lost) / len(before), sum(living[name] for name in lost) / residents if residents else None


def articulation_points(referrals: nx.DiGraph) -> int:
    """How many facilities hold the network together: without any one of them, some that were linked by
    referrals (in either direction, over any number of steps) no longer are."""
    return sum(1 for _ in nx.articulation_points(referrals.to_undirected(as_view=True)))


def beside(referrals: nx.DiGraph, ways: nx.DiGraph) -> float | None:
    """Share of flow that does not go to the hospital above the facility in the hierarchy."""
    return _share(referrals, lambda low, high: high not in nx.descendants(ways, low))


def crossing_share(referrals: nx.DiGraph) -> float | None:
    """Share of what members of consortia send that leaves the consortium, to another one's hospital or to
    one of none."""
    consortium = dict(referrals.nodes(data="consortium"))
    sent = referrals.edge_subgraph(edge for edge in referrals.edges if consortium[edge[0]])
    return _share(sent, lambda low, high: consortium[low] != consortium[high])


def communities(referrals: nx.DiGraph) -> dict[str, int]:
    """Facilities to communities, by number: groups that send more to each other than chance would have them
    (Louvain: Blondel et al. 2008), direction left aside, from a fixed seed. Facilities without any flow are
    left out."""
    parts = nx.community.louvain_communities(_numbered(referrals), weight="weight", seed=SEED)
    of = {node: k for k, part in enumerate(sorted(map(sorted, parts))) for node in part}
    return {name: of[node] for node, name in enumerate(referrals)}


def consortia(referrals: nx.DiGraph) -> dict[str, str]:
    """Facilities to consortia; those without one are left out."""
    return {name: consortium for name, consortium in referrals.nodes(data="consortium") if consortium}


def modularity(referrals: nx.DiGraph, group: Mapping[str, Hashable]) -> float | None:
    """Modularity of a partition (Newman 2006), direction left aside: the share of flow inside groups, less
    what it would be if each facility's flow went anywhere at random. A facility without a group is one of
    its own. Above about 0.3 groups are called clear; with one group it is 0."""
    if not referrals.number_of_edges():
        return None
    parts: dict[Hashable, list[int]] = {}
    for node, name in enumerate(referrals):
        parts.setdefault(group.get(name, ("none", name)), []).append(node)
    if len(parts) < 2:
        return 0.0
    return float(nx.community.modularity(_numbered(referrals), parts.values(), weight="weight"))


def adjusted_rand(one: Mapping[str, Hashable], other: Mapping[str, Hashable]) -> float | None:
    """How well two partitions agree on whom they have in common (Hubert and Arabie 1985): 1 the same, about
    0 as by chance. None where either has fewer than two groups."""
    both = [name for name in one if name in other]
    pairs = Counter((one[name], other[name]) for name in both)
    ones, others = Counter(one[name] for name in both), Counter(other[name] for name in both)
    if min(len(ones), len(others)) < 2:
        return None
    together = sum(comb(n, 2) for n in pairs.values())
    in_one, in_other = (sum(comb(n, 2) for n in counts.values()) for counts in (ones, others))
    by_chance = in_one * in_other / comb(len(both), 2)
    most = (in_one + in_other) / 2
    return (together - by_chance) / (most - by_chance) if most > by_chance else 1.0


def tied_share(institutions: nx.MultiDiGraph) -> float | None:
    """Share of primary physicians who know somebody at a hospital."""
    primary = [
        name
        for name, said in institutions.nodes(data=True)
        if said["type"] == "physician" and said["tier"] in PRIMARY
    ]
    return len(_ties(institutions)) / len(primary) if primary else None


def tie_gini(institutions: nx.MultiDiGraph) -> float | None:
    """Gini coefficient of personal ties over the county's hospitals (T2), from 0 (alike) to 1 − 1/n (one has
    all)."""
    known = Counter(_ties(institutions).values())
    hospitals = [name for name, tier in institutions.nodes(data="tier") if tier == "T2" and "/" not in name]
    above, below = gini(np.array([known[name] for name in hospitals], float))
    return float(above / below) if below else None


def ties_beside(institutions: nx.MultiDiGraph, ways: nx.DiGraph) -> float | None:
    """Share of personal ties that lead to another hospital than the one above in the hierarchy."""
    ties = _ties(institutions)
    if not ties:
        return None
    above = {home: nx.descendants(ways, home) for home, _ in map(_home, ties)}
    return sum(known not in above[_home(who)[0]] for who, known in ties.items()) / len(ties)


def _numbered(referrals: nx.DiGraph) -> nx.Graph:
    """Without direction, and with whole numbers for facilities: sets of words have an order that changes
    from run to run, and with it the last digit of sums over them."""
    return nx.convert_node_labels_to_integers(referrals.to_undirected())


def _inflow(referrals: nx.DiGraph) -> dict[str, float]:
    return dict(referrals.in_degree(weight="weight"))


def _share(referrals: nx.DiGraph, counts: Any) -> float | None:
    """Share of the flow of those edges that count."""
    flow = {(low, high): weight for low, high, weight in referrals.edges(data="weight")}
    total = sum(flow.values())
    return sum(weight for edge, weight in flow.items() if counts(*edge)) / total if total else None


def _with_a_way(ways: nx.DiGraph) -> set[str]:
    """The primary facilities from which a path leads to some hospital."""
    tier = dict(ways.nodes(data="tier"))
    reached = [name for name in tier if tier[name] in HOSPITAL]
    back = nx.multi_source_dijkstra_path_length(ways.reverse(), reached) if reached else {}
    return {name for name in back if tier[name] in PRIMARY}


def _ties(institutions: nx.MultiDiGraph) -> dict[str, str]:
    """Physicians to the hospital they know somebody at."""
    return {who: _home(known)[0] for who, known, kind in institutions.edges(data="kind") if kind == "knows"}


def _home(physician: str) -> tuple[str, str]:
    """``("T0-001", "2")`` of ``T0-001/2``."""
    facility, _, number = physician.partition("/")
    return facility, number
