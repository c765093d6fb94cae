"""A place's network as a file of edges: ``network.graphml`` or ``edges.csv``, drawn by hand or brought back.

What it says of a kind stands for the column ``parent`` (``refers_to``) or ``consortium`` (``member_of``) of
facilities.csv, or for ties.csv (``knows``). A kind that has no edge there is left to them. Where both say
something, they must say the same.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from pydantic import Field

from incentive_model.cards import Fault, InputError, nearest
from incentive_model.inputs.csv_file import Row, at, read_csv
from incentive_model.inputs.files import is_file, read_text
from incentive_model.inputs.place_checks import PARENT_TIER
from incentive_model.inputs.place_files import FacilityRow, PlaceFile, TieRow
from incentive_model.inputs.shapes import Faults, RowShape, number, shown

GRAPHML, CSV = "network.graphml", "edges.csv"
READ = ("refers_to", "member_of", "knows")
#: Written with the others, and passed over here: physicians are counted in facilities.csv, and it is the
#: model that sends patients.
PASSED_OVER = ("employed_by", "sends")

_END = r"^[\w.\-]+(/[1-9]\d{0,5})?$"
_ENDS = "a name of letters, digits, _ . or -, or a physician as FACILITY/NUMBER"

Facilities = Sequence[Row[FacilityRow]]
Ties = list[Row[TieRow]]


class EdgeRow(RowShape):
    """``edges.csv``: who is tied to whom."""

    source: str = Field(pattern=_END, max_length=70, description=_ENDS)
    target: str = Field(pattern=_END, max_length=70, description=_ENDS)
    kind: str = Field(description=", ".join(READ))
    weight: float | None = number(0, 1e15, "of what a run sent; not read", default=None)
    tag: str = ""


class Edge(NamedTuple):
    """An edge, and how to name it to a person."""

    spot: str
    source: str
    target: str
    kind: str

    def at(self, what: str) -> str:
        """Names one thing of it: ``edges.csv: row 7, column kind``."""
        return f"{self.spot} {what}"


def joined(
    folder: Path, facilities: list[Row[FacilityRow]], file: PlaceFile | None
) -> tuple[list[Row[FacilityRow]], Ties | None]:
    """Facilities with the parents and consortia, and the ties, that the place's network has.

    Without such a file, or such edges in it: facilities as they are, and None. Ties stand in the order of
    facilities and physicians; a specialist who is not named is number 0.

    Raises:
        InputError: with every fault of the file, and wherever a filled column says something else.
    """
    name, edges = read_edges(folder)
    known = {row.cells.id: row.cells for row in facilities}
    consortia = None if file is None else list(file.consortium)
    faults = Faults(_kind_faults(edges))
    parent, consortium, tie = (_by_source(edges, kind, faults) for kind in READ)
    faults += [fault for edge in parent.values() for fault in _parent_faults(edge, known)]
    faults += [fault for edge in consortium.values() for fault in _member_faults(edge, known, consortia)]
    faults += [fault for edge in tie.values() for fault in _tie_faults(edge, known)]
    faults.stop()
    for column, found in (("parent", parent), ("consortium", consortium)):
        if found:
            faults += _column_faults(name, facilities, column, found)
    if parent:
        faults += _parentless(name, facilities, parent)
    faults.stop()
    filled = [_filled(row, parent, consortium) for row in facilities]
    return filled, _tie_rows(facilities, tie) if tie else None


def agreed(written: Ties | None, drawn: Ties | None) -> Ties | None:
    """The ties of ties.csv and of the network; there may be both if they say the same.

    Raises:
        InputError: they do not.
    """
    if written is None or drawn is None:
        return drawn if written is None else written
    if _hospitals(written) != _hospitals(drawn):
        allowed = "the ties that the place's network has, or no ties.csv"
        raise InputError(Fault("ties.csv", "other ties than the network's", allowed, "take ties.csv away"))
    return written


def read_edges(folder: Path) -> tuple[str, list[Edge]]:
    """The name of the file that there is, and its edges; none without one.

    Raises:
        InputError: there are both, or it cannot be read.
    """
    there = [name for name in (GRAPHML, CSV) if is_file(folder / name)]
    if len(there) == 2:
        raise InputError(Fault(GRAPHML, "edges.csv beside it", "one of the two", "take one away"))
    if not there:
        return "", []
    path = folder / there[0]
    if path.name == GRAPHML:
        return GRAPHML, _read_graphml(path)
    rows = read_csv(path, EdgeRow, may_be_empty=True)
    return CSV, [Edge(f"{CSV}: row {n}, column", cells.source, cells.target, cells.kind) for n, cells in rows]


def _read_graphml(path: Path) -> list[Edge]:
    """Nodes go by their attribute ``name``, if they have one: some programs number them anew."""
    import networkx as nx

    read_text(path)
    allowed = "GraphML of one directed graph"
    broken = (nx.NetworkXException, ParseError, ValueError, LookupError, TypeError, AttributeError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what other programs add
            graph = nx.read_graphml(path, force_multigraph=True)
    except broken as error:
        raise InputError(Fault(path.name, f"broken GraphML: {error}", allowed)) from error
    if not graph.is_directed():
        raise InputError(Fault(path.name, "an undirected graph", allowed))
    names = {node: str(said.get("name") or node) for node, said in graph.nodes(data=True)}
    faults = Faults(
        Fault(path.name, f"a node {shown(name)}", _ENDS)
        for node, name in names.items()
        if graph.degree(node) and not re.match(_END, name)
    )
    faults.stop()
    return [
        Edge(f"{GRAPHML}: edge {names[a]} to {names[b]},", names[a], names[b], str(said.get("kind", "")))
        for a, b, said in graph.edges(data=True)
    ]


def _kind_faults(edges: Iterable[Edge]) -> list[Fault]:
    names = [*READ, *PASSED_OVER]
    return [
        Fault(
            edge.at("kind"),
            shown(edge.kind) if edge.kind else "nothing",
            ", ".join(READ),
            nearest(edge.kind, names),
        )
        for edge in edges
        if edge.kind not in names
    ]


def _by_source(edges: Iterable[Edge], kind: str, faults: Faults) -> dict[str, Edge]:
    """The edges of a kind by where they start; there may be one each."""
    found: dict[str, Edge] = {}
    for edge in edges:
        if edge.kind == kind and edge.source in found:
            said = f"{edge.source} {kind} {edge.target}, and {found[edge.source].target} in another"
            faults.append(Fault(edge.at("source"), said, "one such edge each", "take one away"))
        elif edge.kind == kind:
            found[edge.source] = edge
    return found


def _parent_faults(edge: Edge, known: Mapping[str, FacilityRow]) -> list[Fault]:
    if edge.source not in known:
        return [_unknown(edge, "source", "a facility", known)]
    tier = known[edge.source].tier
    wanted = PARENT_TIER[tier]
    candidates = [name for name, cells in known.items() if cells.tier == wanted]
    if not candidates:
        found = f"{shown(edge.target)} above {tier} {edge.source}"
        return [Fault(edge.at("target"), found, f"no such edge: nobody stands above this {tier}")]
    if edge.target in candidates:
        return []
    if edge.target in known:
        found = f"{shown(edge.target)}, a {known[edge.target].tier}, above {tier} {edge.source}"
        return [Fault(edge.at("target"), found, f"the id of a {wanted} facility")]
    return [_unknown(edge, "target", f"a {wanted} facility", candidates)]


def _member_faults(edge: Edge, known: Mapping[str, FacilityRow], consortia: list[str] | None) -> list[Fault]:
    faults = [] if edge.source in known else [_unknown(edge, "source", "a facility", known)]
    if consortia is not None and edge.target not in consortia:
        allowed = "a consortium of place.toml: " + (", ".join(consortia) or "none there")
        mend = nearest(edge.target, consortia)
        faults.append(Fault(edge.at("target"), shown(edge.target), allowed, mend))
    return faults


def _tie_faults(edge: Edge, known: Mapping[str, FacilityRow]) -> list[Fault]:
    faults = []
    ends = (("source", edge.source, ("T0", "T1"), 1), ("target", edge.target, ("T2", "T3"), 0))
    for column, end, tiers, fewest in ends:
        name, number = _facility_and_number(end)
        candidates = [name for name, cells in known.items() if cells.tier in tiers]
        if name not in candidates:
            faults.append(_unknown(edge, column, f"a {' or '.join(tiers)} facility", candidates))
        elif not fewest <= number <= known[name].physicians:
            allowed = f"a physician from {name}/1 to {name}/{known[name].physicians}"
            faults.append(Fault(edge.at(column), shown(end), allowed))
    return faults


def _unknown(edge: Edge, column: str, what: str, names: Iterable[str]) -> Fault:
    end = getattr(edge, column)
    mend = nearest(_facility_and_number(end)[0], names)
    return Fault(edge.at(column), shown(end), f"the id of {what}", mend)


def _column_faults(name: str, facilities: Facilities, column: str, found: Mapping[str, Edge]) -> list[Fault]:
    """Filled cells that do not say what the network says."""
    faults = []
    for row in facilities:
        cell, edge = getattr(row.cells, column), found.get(row.cells.id)
        if cell and (edge is None or edge.target != cell):
            where = at("facilities.csv", row.number, column)
            said = f"{shown(cell)}, where {name} has {shown(edge.target) if edge else 'no edge'}"
            faults.append(Fault(where, said, "blank, or what the network says", f"empty the column {column}"))
    return faults


def _parentless(name: str, facilities: Facilities, parent: Mapping[str, Edge]) -> list[Fault]:
    """Facilities that have nobody to refer to, where the network says who refers to whom."""
    occurring = {row.cells.tier for row in facilities}
    return [
        Fault(name, f"no edge refers_to from {cells.tier} {cells.id}", "one from every clinic and centre")
        for _, cells in facilities
        if cells.tier in ("T0", "T1") and PARENT_TIER[cells.tier] in occurring and cells.id not in parent
    ]


def _filled(
    row: Row[FacilityRow], parent: Mapping[str, Edge], consortium: Mapping[str, Edge]
) -> Row[FacilityRow]:
    said = {
        column: found[row.cells.id].target
        for column, found in (("parent", parent), ("consortium", consortium))
        if row.cells.id in found
    }
    return Row(row.number, row.cells.model_copy(update=said))


def _tie_rows(facilities: Facilities, tie: Mapping[str, Edge]) -> Ties:
    """Ties as ties.csv would have them. They have been checked, so 0 may stand for a specialist."""
    order = {row.cells.id: k for k, row in enumerate(sorted(facilities, key=lambda row: row.cells.tier))}
    ends = [(*_facility_and_number(edge.source), *_facility_and_number(edge.target)) for edge in tie.values()]
    ends.sort(key=lambda end: (order[end[0]], end[1]))
    return [
        Row(n, TieRow.model_construct(facility=a, physician=b, hospital=c, specialist=d, tag="", source=""))
        for n, (a, b, c, d) in enumerate(ends, start=2)
    ]


def _facility_and_number(end: str) -> tuple[str, int]:
    """``("T0-001", 2)`` of ``T0-001/2``; 0 where no physician is named."""
    facility, _, number = end.partition("/")
    return facility, int(number or 0)


def _hospitals(ties: Ties) -> dict[tuple[str, int], str]:
    """The hospital each physician is tied to; of several ties the first one counts."""
    return {(row.cells.facility, row.cells.physician): row.cells.hospital for row in reversed(ties)}
