"""The typed graph of institutions and physicians."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from incentive_model.inputs.place import Place

#: A drawing's units a kilometre, for programs that place nodes where ``x`` and ``y`` say.
SCALE = 20.0


def institution_graph(place: Place, tie_target: NDArray[np.int64] | None = None) -> nx.MultiDiGraph:
    """Facilities, consortia and physicians, with one edge key a kind of tie.

    Edges, which have their key as ``kind`` too: ``refers_to`` (hierarchy), ``member_of`` (consortium),
    ``employed_by``, and ``knows`` (a professional tie of a primary physician to a hospital, or to the
    physician there whom the place names). No two join the same pair.

    Nodes have a ``type`` (``facility``, ``consortium``, ``physician``) and what :func:`facility_nodes` says.
    Every attribute is a word or a finite number.

    Args:
        place: its facilities, and the ties it names.
        tie_target: hospital row of each physician's personal tie, −1 without one, as a model has them;
            None: the ties that the place names.
    """
    graph = nx.MultiDiGraph()
    facilities = place.facilities
    ids = facilities["id"].to_list()
    _add_facilities(graph, place)
    for name, parent in zip(ids, facilities["parent_row"], strict=True):
        if parent >= 0:
            graph.add_edge(name, ids[parent], key="refers_to", kind="refers_to")
    for consortium, members in facilities[facilities["consortium"] != ""].groupby("consortium"):
        where = {axis: SCALE * float(members[f"{axis}_km"].mean()) for axis in ("x", "y")}
        form = place.consortia[str(consortium)]
        graph.add_node(consortium, type="consortium", name=consortium, label=consortium, form=form, **where)
        for name in members["id"]:
            graph.add_edge(name, consortium, key="member_of", kind="member_of")
    _add_physicians(graph, place, tie_target)
    return graph


def facility_nodes(place: Place) -> dict[str, dict[str, Any]]:
    """Every facility's id to what there is to say of it: what ``facilities.csv`` and ``villages.csv`` have.

    ``label`` is its name for people, ``residents`` live at a clinic (0 elsewhere), no ``consortium`` is an
    empty word, no limit of ``beds`` is 0, and ``x`` and ``y`` are where to draw it.
    """
    f = place.facilities
    residents = np.zeros(len(f), np.int64)
    residents[place.villages["clinic_row"]] = place.villages["residents"]
    words, wholes = ("tier", "consortium"), ("beds", "physicians", "urban", "dual_director")
    numbers = ("capability", "infrastructure", "x_km", "y_km")
    found = {}
    for row, own in enumerate(f.to_dict("records")):
        found[own["id"]] = (
            {"type": "facility", "name": own["id"], "label": own["name"]}
            | {name: str(own[name]) for name in words}
            | {name: int(np.nan_to_num(own[name])) for name in wholes}
            | {name: float(own[name]) for name in numbers}
            | {"residents": int(residents[row])}
            | {axis: SCALE * float(own[f"{axis}_km"]) for axis in ("x", "y")}
        )
    return found


def hierarchy(institutions: nx.MultiDiGraph) -> nx.DiGraph:
    """The facilities alone, each with an edge to the one it refers up to."""
    graph = nx.DiGraph()
    graph.add_nodes_from(
        (name, said) for name, said in institutions.nodes(data=True) if said["type"] == "facility"
    )
    edges = institutions.edges(data="kind")
    graph.add_edges_from((low, high) for low, high, kind in edges if kind == "refers_to")
    return graph


def _add_facilities(graph: nx.MultiDiGraph, place: Place) -> None:
    graph.add_nodes_from(facility_nodes(place).items())


def _add_physicians(graph: nx.MultiDiGraph, place: Place, tie_target: NDArray[np.int64] | None) -> None:
    """Physicians ``FACILITY/1``, ``FACILITY/2`` …, as ``ties.csv`` counts them."""
    f = place.facilities
    ids = f["id"].to_list()
    homes = [(row, n) for row, count in enumerate(f["physicians"]) for n in range(1, count + 1)]
    for home, n in homes:
        name = f"{ids[home]}/{n}"
        where = {axis: graph.nodes[ids[home]][axis] for axis in ("x", "y")}
        graph.add_node(name, type="physician", name=name, label=name, tier=f["tier"][home], **where)
        graph.add_edge(name, ids[home], key="employed_by", kind="employed_by")
    named = _named_ties(place)
    for k, (home, n) in enumerate(homes):
        hospital, specialist = named.get((home, n), (-1, 0))
        if tie_target is not None and tie_target[k] != hospital:
            hospital, specialist = int(tie_target[k]), 0
        if hospital >= 0:
            known = f"{ids[hospital]}/{specialist}" if specialist else ids[hospital]
            graph.add_edge(f"{ids[home]}/{n}", known, key="knows", kind="knows")


def _named_ties(place: Place) -> dict[tuple[int, int], tuple[int, int]]:
    """(facility row, physician) to (hospital row, specialist), 0 for one without a number; of several ties
    of a physician the first one, which alone counts."""
    if place.ties is None:
        return {}
    columns = ("facility_row", "physician", "hospital_row", "specialist")
    rows = zip(*(place.ties[column] for column in columns), strict=True)
    return {(int(a), int(b)): (int(c), int(d)) for a, b, c, d in reversed(list(rows))}
