"""Who sent whom patients in a run."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from incentive_model.inputs.place import Place
from incentive_model.network.institutions import facility_nodes


def referral_graph(
    place: Place, yuan: NDArray[np.float64], patients: Mapping[str, NDArray[np.float64]]
) -> nx.DiGraph:
    """Every facility, with an edge to each hospital of the area it referred patients up to.

    An edge's ``weight`` is what that hospital billed for these patients, in yuan a year; its ``kind`` is
    ``sends``. Nodes have what :func:`~incentive_model.network.institutions.facility_nodes` says.

    Args:
        yuan: a year, for the whole place, by (facility, hospital of the area), both in order.
        patients: what a facility did, a year and for the whole place, by its name as an attribute of nodes
            to a number each.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(facility_nodes(place).items())
    for name, counted in patients.items():
        nx.set_node_attributes(graph, dict(zip(graph, map(float, counted), strict=True)), name)
    ids = list(graph)
    f = place.facilities
    hospitals = f.loc[f["tier"].isin(["T2", "T3"]) & (f["outside"] == 0), "id"].to_list()
    for row, column in zip(*np.nonzero(yuan), strict=True):
        graph.add_edge(ids[row], hospitals[column], kind="sends", weight=round(float(yuan[row, column]), 2))
    return graph
