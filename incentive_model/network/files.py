"""Networks as files: GraphML for programs that draw them, CSV for spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pandas as pd

from incentive_model.cards import Fault, InputError
from incentive_model.inputs.place import Place
from incentive_model.network.institutions import institution_graph

if TYPE_CHECKING:
    from incentive_model.model import IncentiveModel


def write_network(what: Place | IncentiveModel | nx.Graph, path: str | Path) -> Path:
    """Write a network: ``.graphml`` with all that is known of nodes and edges, ``.csv`` with the edges alone.

    The same network gives the same bytes. Both can be brought back into a place's folder, as
    ``network.graphml`` or ``edges.csv`` (docs/networks.md).

    Args:
        what: a place (the ties it names), a model (the ties of its physicians as they are now), or any
            directed NetworkX graph of ``institutions()`` or ``referrals()``.
        path: where to; its folder must be there.

    Returns:
        The path.

    Raises:
        InputError: the path ends in something else.
    """
    path = Path(path)
    if path.suffix not in (".graphml", ".csv"):
        raise InputError(Fault("path", repr(path.name), "a name that ends in .graphml or .csv"))
    graph = _graph_of(what)
    if path.suffix == ".graphml":
        _write_graphml(graph, path)
    else:
        _write_csv(edge_table(graph), path)
    return path


def write_networks(institutions: nx.MultiDiGraph, referrals: nx.DiGraph, folder: Path) -> None:
    """Write what a run leaves: ``network.graphml`` (institutions), ``referrals.graphml`` (who sent whom
    patients), and both together as ``network-edges.csv`` and ``network-nodes.csv``."""
    write_network(institutions, folder / "network.graphml")
    write_network(referrals, folder / "referrals.graphml")
    _write_csv(edge_table(institutions, referrals), folder / "network-edges.csv")
    _write_csv(node_table(institutions, referrals), folder / "network-nodes.csv")


def edge_table(*graphs: nx.Graph) -> pd.DataFrame:
    """One row an edge: source, target, kind, and weight, which only edges that send patients have."""
    rows = [
        (source, target, said.get("kind", ""), said.get("weight"))
        for graph in graphs
        for source, target, said in graph.edges(data=True)
    ]
    return pd.DataFrame(rows, columns=["source", "target", "kind", "weight"])


def node_table(*graphs: nx.Graph) -> pd.DataFrame:
    """One row a node: ``id``, and a column an attribute, empty where a node has none."""
    said: dict[str, dict[str, Any]] = {}
    for graph in graphs:
        for name, attributes in graph.nodes(data=True):
            said.setdefault(name, {"id": name}).update(attributes)
    return pd.DataFrame(said.values()).drop(columns="name", errors="ignore").convert_dtypes()


def _graph_of(what: Any) -> nx.Graph:
    if isinstance(what, Place):
        return institution_graph(what)
    return what if isinstance(what, nx.Graph) else what.institutions()


def _write_graphml(graph: nx.Graph, path: Path) -> None:
    """Edges are numbered through: some programs keep only one of those that share an id. Attributes go by
    their names, as NetworkX's own d3 and d7 mean labels to Gephi. The writer that needs no further library
    is named, so that bytes do not depend on what else is installed."""
    numbered = nx.MultiDiGraph()
    numbered.add_nodes_from(graph.nodes(data=True))
    for number, (source, target, said) in enumerate(graph.edges(data=True)):
        numbered.add_edge(source, target, key=number, **said)
    with path.open("wb") as file:
        nx.write_graphml_xml(numbered, file, named_key_ids=True)


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
