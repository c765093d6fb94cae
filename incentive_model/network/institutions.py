"""The typed graph of institutions and physicians."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray


def institution_graph(
    facilities: pd.DataFrame, physician_facility: NDArray[np.int64], tie_target: NDArray[np.int64]
) -> nx.MultiDiGraph:
    """Facilities, consortia and physicians, with one edge key a kind of tie.

    Edge keys: ``refers_to`` (hierarchy), ``member_of`` (consortium), ``employed_by``, and
    ``knows`` (a professional tie of a primary physician to a county hospital).

    Args:
        facilities: the place's table, in its order.
        physician_facility: facility row by physician.
        tie_target: hospital row of a physician's personal tie, −1 without one.
    """
    graph = nx.MultiDiGraph()
    ids = facilities["id"].astype(str).to_list()
    for row in facilities.itertuples():
        graph.add_node(row.id, kind="facility", tier=row.tier, name=row.name, x_km=row.x_km, y_km=row.y_km)
    for name, parent, consortium in zip(ids, facilities["parent_row"], facilities["consortium"], strict=True):
        if parent >= 0:
            graph.add_edge(name, ids[parent], key="refers_to")
        if consortium:
            graph.add_node(consortium, kind="consortium")
            graph.add_edge(name, consortium, key="member_of")
    for k, (home, target) in enumerate(zip(physician_facility, tie_target, strict=True)):
        name = f"{ids[home]}/{k}"
        graph.add_node(name, kind="physician")
        graph.add_edge(name, ids[home], key="employed_by")
        if target >= 0:
            graph.add_edge(name, ids[target], key="knows")
    return graph
