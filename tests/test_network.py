"""Networks in and out, and what people ask of them."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_place import FILES, write
from test_inputs import TOKENS, assert_same, bad_places
from test_report import Elements

import incentive_model as im
from incentive_model.cards import InputError
from incentive_model.inputs import Place, check, load_place
from incentive_model.inputs.files import DATA
from incentive_model.measures import network
from incentive_model.network.files import write_networks
from incentive_model.network.institutions import hierarchy, institution_graph
from incentive_model.network.referrals import referral_graph
from incentive_model.report.map import network_map
from incentive_model.report.one_run import OneRun, write_run_report
from incentive_model.report.style import styled
from incentive_model.runs.plan import plan_runs
from incentive_model.runs.run import execute

PARENTS = """\
clinic-1,centre,refers_to
clinic-2,centre,refers_to
centre,hospital,refers_to
hospital,city,refers_to
"""
MEMBERS = "".join(f"{name},one,member_of\n" for name in ("clinic-1", "clinic-2", "centre", "hospital"))
EDGES = f"source,target,kind\n{PARENTS}{MEMBERS}clinic-2/2,hospital/6,knows\n"


def bare(folder: Path, of: Path) -> Path:
    """A copy of a place that does not say who refers to, belongs to and knows whom."""
    shutil.copytree(of, folder)
    facilities = pd.read_csv(folder / "facilities.csv", dtype=str, keep_default_na=False)
    facilities.drop(columns=["parent", "consortium"]).to_csv(folder / "facilities.csv", index=False)
    (folder / "ties.csv").unlink(missing_ok=True)
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return load_place(write(tmp_path_factory.mktemp("small") / "small"), "full")


@pytest.fixture(scope="module")
def run() -> OneRun:
    """A short run of a small sample, as the command line makes it."""
    place = load_place("yongan", 400)
    plan = plan_runs(place, "support-only", replicates=1, months=4, burn_in=1)
    made = execute(place, plan.requests[-1])
    institutions = institution_graph(place, made.tie_target)
    return OneRun(made, plan.request, institutions, referral_graph(place, *made.sent))


# Out


def test_every_attribute_is_a_word_or_a_finite_number(run: OneRun) -> None:
    for graph in (run.institutions, run.referrals):
        said = [values for _, values in graph.nodes(data=True)] + [x for *_, x in graph.edges(data=True)]
        for value in (value for one in said for value in one.values()):
            assert type(value) in (str, int, float)
            assert isinstance(value, str) or np.isfinite(value)
        for *_, kinds in [*graph.nodes(data=True), *graph.edges(data=True)]:
            assert "None" not in kinds.values()


def test_programs_that_merge_parallel_edges_or_repeated_ids_lose_nothing(run: OneRun, tmp_path: Path) -> None:
    write_networks(run.institutions, run.referrals, tmp_path)
    for graph in (run.institutions, run.referrals):
        assert len({(a, b) for a, b, *_ in graph.edges}) == graph.number_of_edges()
    for name in ("network", "referrals"):
        text = (tmp_path / f"{name}.graphml").read_text("utf-8")
        for tag in ("key", "node", "edge"):
            ids = re.findall(rf'<{tag} [^>]*\bid="([^"]+)"', text)
            assert ids
            assert len(set(ids)) == len(ids)


def test_the_same_network_gives_the_same_bytes_whatever_order_words_hash_in(tmp_path: Path) -> None:
    write(tmp_path / "small")
    code = (
        "import sys, pathlib, incentive_model as im\n"
        "from incentive_model.measures import network\n"
        "from incentive_model.network.files import write_networks\n"
        "from incentive_model.network.institutions import institution_graph\n"
        "from incentive_model.network.referrals import referral_graph\n"
        "import numpy as np\n"
        "place = im.load_place('yongan')\n"
        "yuan = np.random.default_rng(1).random((len(place.facilities), 2))\n"
        "graphs = institution_graph(place), referral_graph(place, yuan, {})\n"
        "out = pathlib.Path(sys.argv[1]); out.mkdir()\n"
        "write_networks(*graphs, out)\n"
        "(out / 'said').write_text(repr(network.summary(*graphs)))\n"
    )
    for k in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": k}
        subprocess.run([sys.executable, "-c", code, k], cwd=tmp_path, env=environment, check=True)
    names = sorted(path.name for path in (tmp_path / "1").iterdir())
    graphs = ["network-edges.csv", "network-nodes.csv", "network.graphml", "referrals.graphml"]
    assert names == sorted([*graphs, "said"])
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_name_that_ends_in_something_else_is_refused(small: Place, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"found 'net\.gexf'; allowed: .* \.graphml or \.csv"):
        im.write_network(small, tmp_path / "net.gexf")


def test_what_facilities_sent_is_what_hospitals_billed_for_it() -> None:
    model = im.IncentiveModel("yongan", seed=1, population=400, burn_in=1)
    fen = 0
    for _ in range(4):
        model.step()
        fen = fen + (model.county.chain.sum(axis=0) if model.month >= 1 else 0)
    graph = model.referrals()
    billed = dict(graph.in_degree(weight="weight"))
    a_year = model.place.weight * 12 / 3 / 100
    hospitals = [name for name, tier in graph.nodes(data="tier") if tier == "T2"]  # T3 is outside
    assert [billed[name] for name in hospitals] == pytest.approx(list(fen * a_year), abs=2)
    assert sum(dict(graph.nodes(data="sent_up")).values()) > 0
    assert all(said["sent_up"] > 0 for name, said in graph.nodes(data=True) if graph.out_degree(name))


# Out and in again


@pytest.mark.parametrize("name", ["network.graphml", "edges.csv"])
@pytest.mark.parametrize("which", ["small", "yongan"])
def test_what_is_exported_and_read_again_is_the_very_same_place(
    which: str, name: str, small: Place, tmp_path: Path
) -> None:
    place = small if which == "small" else load_place(which, "full")
    folder = bare(tmp_path / "again", small.folder if which == "small" else DATA / "places" / which)
    im.write_network(place, folder / name)
    assert_same(load_place(folder, "full"), place)


def test_it_may_have_been_through_other_programs(small: Place, tmp_path: Path) -> None:
    """Gephi adds colours and weights, and igraph numbers nodes anew; neither keeps the order."""
    folder = bare(tmp_path / "again", small.folder)
    graph = institution_graph(small)
    nodes = list(graph.nodes(data=True))
    edges = [(a, b, said) for a, b, said in graph.edges(data=True)]
    shuffle = random.Random(1).shuffle
    shuffle(nodes)
    shuffle(edges)
    number = {name: f"n{k}" for k, (name, _) in enumerate(nodes)}
    other = nx.DiGraph()
    other.add_nodes_from((number[name], said | {"r": 192, "size": 10.0}) for name, said in nodes)
    other.add_edges_from((number[a], number[b], said | {"weight": 1.0}) for a, b, said in edges)
    nx.write_graphml_xml(other, folder / "network.graphml")
    assert_same(load_place(folder, "full"), small)


def test_the_network_of_a_run_brought_back_gives_the_same_run(tmp_path: Path) -> None:
    """Its physicians' ties too, which were drawn before and are named now."""
    before = im.IncentiveModel("yongan", seed=3, population=300, burn_in=0)
    folder = bare(tmp_path / "yongan", DATA / "places" / "yongan")
    im.write_network(before, folder / "network.graphml")
    after = im.IncentiveModel(load_place(folder, 300), seed=3, burn_in=0)
    assert after.place.ties is not None
    pd.testing.assert_frame_equal(before.run(2).series(), after.run(2).series())


def test_a_kind_that_is_not_drawn_is_left_to_the_tables(small: Place, tmp_path: Path) -> None:
    folder = write(tmp_path / "county")
    (folder / "edges.csv").write_text("source,target,kind\nclinic-2/2,hospital,knows\n", "utf-8")
    assert_same(load_place(folder, "full"), small)


def test_an_edge_moved_is_a_patient_sent_elsewhere(tmp_path: Path) -> None:
    folder = bare(tmp_path / "county", DATA / "places" / "yongan")
    im.write_network(load_place("yongan"), folder / "edges.csv")
    text = (folder / "edges.csv").read_text("utf-8")
    (folder / "edges.csv").write_text(text.replace("T1-01,T2-1,refers_to", "T1-01,T2-2,refers_to"), "utf-8")
    facilities = load_place(folder).facilities.set_index("id")
    assert facilities.loc["T1-01", "parent"] == "T2-2"
    assert facilities.loc["T1-03", "parent"] == "T2-1"


@pytest.mark.parametrize(("file", "old", "new", "expected"), bad_places("bad_edges.txt"))
def test_a_bad_edge_is_named_in_one_line(
    file: str, old: str, new: str, expected: str, small: Place, tmp_path: Path
) -> None:
    assert old in EDGES
    folder = bare(tmp_path / "county", small.folder)
    (folder / file).write_text(EDGES.replace(old, new, 1), "utf-8")
    assert [str(fault) for fault in check(folder)] == [expected]


def test_two_places_that_say_different_things_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "county")
    edges = folder / "edges.csv"
    edges.write_text(EDGES, "utf-8")
    assert check(folder) == []
    edges.write_text(EDGES.replace("clinic-1,one,member_of\n", ""), "utf-8")
    (fault,) = check(folder)
    assert str(fault) == (
        "facilities.csv: row 3, column consortium: found 'one', where edges.csv has no edge; allowed: blank, "
        "or what the network says; empty the column consortium"
    )
    edges.write_text(EDGES.replace("clinic-2/2", "clinic-2/1"), "utf-8")
    assert str(check(folder)[0]).startswith("ties.csv: found other ties than the network's")
    edges.write_text(EDGES, "utf-8")
    shutil.copy(edges, folder / "network.graphml")
    assert str(check(edges)[0]).startswith("network.graphml: found edges.csv beside it; allowed: one of the")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</graphml>", "", "network.graphml: found broken GraphML: no element found"),
        ('edgedefault="directed"', 'edgedefault="undirected"', "network.graphml: found an undirected graph"),
        (">refers_to<", "><", "network.graphml: edge clinic-1 to centre, kind: found nothing"),
        (
            ">refers_to<",
            ">refers<",
            "network.graphml: edge clinic-1 to centre, kind: found 'refers'; .* mean",
        ),
        ('attr.type="long"', 'attr.type="odd"', "network.graphml: found broken GraphML"),
        (">1<", ">one<", "network.graphml: found broken GraphML: invalid literal for int"),
        (
            "clinic-1</data>",
            "clinic 1</data>",
            "network.graphml: found a node 'clinic 1'; allowed: a name of",
        ),
        ("<graphml", "<nothing", "network.graphml: found broken GraphML"),
    ],
)
def test_a_bad_graph_is_named_in_one_line(
    old: str, new: str, said: str, small: Place, tmp_path: Path
) -> None:
    folder = bare(tmp_path / "county", small.folder)
    file = im.write_network(small, folder / "network.graphml")
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    faults = check(file)
    assert re.match(said, str(faults[0]))
    assert all("\n" not in str(fault) for fault in faults)


@given(st.sampled_from(["network.graphml", "edges.csv"]), st.integers(0, 10**6), st.integers(0, 40), TOKENS)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_network_is_read_or_refused(
    small: Place, tmp_path: Path, name: str, start: int, length: int, instead: str
) -> None:
    folder = tmp_path / "county"
    if not folder.exists():
        bare(folder, small.folder)
    for other in ("network.graphml", "edges.csv"):
        (folder / other).unlink(missing_ok=True)
    file = im.write_network(small, folder / name)
    raw = file.read_text("utf-8")
    start %= len(raw)
    file.write_bytes((raw[:start] + instead + raw[start + length :]).encode("utf-8", "surrogatepass"))
    if not check(folder):
        load_place(folder)


def test_a_consortium_is_not_called_like_a_facility(tmp_path: Path) -> None:
    """Both are nodes of one network."""
    toml = FILES["place.toml"].replace("consortium.one", "consortium.centre")
    table = FILES["facilities.csv"].replace(",one,", ",centre,")
    (fault,) = check(write(tmp_path / "county", place_toml=toml, facilities_csv=table))
    assert str(fault).startswith("place.toml: consortium.centre: found also the id of a facility")


# Measures: graphs whose answers are known


def referrals(*edges: tuple[str, str, float], **consortium: str) -> nx.DiGraph:
    """A referral graph; nodes whose names begin with H are hospitals, and everybody has ten residents."""
    graph = nx.DiGraph()
    for low, high, weight in edges:
        graph.add_edge(low, high, weight=weight)
    for name, said in graph.nodes(data=True):
        tier = "T2" if name.startswith("H") else "T0"
        said.update(tier=tier, residents=10, consortium=consortium.get(name, ""), type="facility", label=name)
    return graph


STAR = referrals(*((f"c{k}", "H", 1.0) for k in range(5)))
#: Two triangles that a bridge joins: the modularity of the halves is 5/14.
TRIANGLES = referrals(
    *((*pair, 1.0) for pair in [("a", "H1"), ("b", "H1"), ("a", "b"), ("c", "H2"), ("d", "H2"), ("c", "d")]),
    ("H1", "H2", 1.0),
    a="x", b="x", H1="x", c="y", d="y", H2="y",
)  # fmt: skip


class TestMeasures:
    def test_a_star_hangs_on_its_middle(self) -> None:
        assert network.hub_of(STAR) == ("H", 1.0)
        assert network.herfindahl(STAR) == 1.0
        assert network.lost_without(STAR, "H") == (1.0, 1.0)
        assert network.articulation_points(STAR) == 1
        assert set(network.communities(STAR).values()) == {0}

    def test_concentration_is_the_sum_of_squared_shares(self) -> None:
        graph = referrals(("a", "H1", 5.0), ("b", "H2", 3.0), ("c", "H3", 2.0))
        assert network.herfindahl(graph) == pytest.approx(0.38)
        assert network.hub_of(graph) == ("H1", 0.5)

    def test_who_has_another_way_loses_nothing(self) -> None:
        graph = referrals(("a", "H1", 9.0), ("b", "H1", 1.0), ("b", "H2", 1.0), ("c", "b", 1.0))
        assert network.lost_without(graph, "H1") == (pytest.approx(1 / 3), pytest.approx(1 / 3))
        assert network.lost_without(graph, "b") == (pytest.approx(2 / 3), pytest.approx(2 / 3))
        assert network.lost_without(graph, None) == (None, None)

    def test_two_cliques_and_a_bridge(self) -> None:
        found, borders = network.communities(TRIANGLES), network.consortia(TRIANGLES)
        assert [found[name] == found["a"] for name in ("b", "H1", "c", "d", "H2")] == [True] * 2 + [False] * 3
        assert network.modularity(TRIANGLES, found) == pytest.approx(5 / 14)
        assert network.adjusted_rand(found, borders) == 1.0
        assert network.crossing_share(TRIANGLES) == pytest.approx(1 / 7)
        assert network.articulation_points(TRIANGLES) == 2

    @pytest.mark.parametrize(
        ("one", "other", "index"),
        [("0011", "1100", 1.0), ("0011", "0012", 4 / 7), ("0011", "0101", -0.5), ("0000", "0011", None)],
    )
    def test_agreement_of_partitions(self, one: str, other: str, index: float | None) -> None:
        found = network.adjusted_rand(dict(enumerate(one)), dict(enumerate(other)))  # type: ignore[arg-type]
        assert found == (index if index is None else pytest.approx(index))

    def test_one_group_has_no_modularity(self) -> None:
        assert network.modularity(TRIANGLES, dict.fromkeys(TRIANGLES, 0)) == 0.0

    def test_ties_beside_the_hierarchy(self) -> None:
        graph = nx.MultiDiGraph()
        for name, tier in {"c": "T0", "H1": "T2", "H2": "T2", "H3": "T2", "H4": "T2"}.items():
            graph.add_node(name, type="facility", tier=tier)
        graph.add_node("H2/7", type="physician", tier="T2")
        graph.add_edge("c", "H1", kind="refers_to")
        for k, known in enumerate(["H2", "H2/7", "H1", None], start=1):
            graph.add_node(f"c/{k}", type="physician", tier="T0")
            graph.add_edge(f"c/{k}", "c", kind="employed_by")
            if known:
                graph.add_edge(f"c/{k}", known, kind="knows")
        assert network.tied_share(graph) == 0.75
        assert network.ties_beside(graph, hierarchy(graph)) == pytest.approx(2 / 3)
        assert network.tie_gini(graph) == pytest.approx(7 / 12)

    def test_flow_beside_the_hierarchy(self) -> None:
        ways = nx.DiGraph([("c0", "t"), ("t", "H1")])
        assert network.beside(referrals(("c0", "H1", 3.0), ("c0", "H2", 1.0)), ways) == 0.25

    def test_nobody_referred_anybody(self, small: Place) -> None:
        place = institution_graph(small)
        empty = referral_graph(small, np.zeros((5, 2)), {})
        found = network.summary(place, empty)
        assert {found[name] for name in ("hub", "hub_share", "herfindahl", "modularity")} == {None}
        assert found["tied_share"] == pytest.approx(1 / 5)


# The page of a run


class TestPage:
    def test_says_that_it_is_one_run_and_holds_all_it_needs(self, run: OneRun, tmp_path: Path) -> None:
        text = write_run_report(run, tmp_path).read_text("utf-8")
        elements = Elements(text)
        assert not {"script", "link", "iframe", "object", "embed"} & {tag for tag, _ in elements.tags}
        sources = [said.get("src") or "" for tag, said in elements.tags if tag == "img"]
        assert [source[:19] for source in sources] == ["data:image/svg+xml;"] * 2
        for words in ("One run, one luck", "not a forecast", "Cut off without the hub", "no interval"):
            assert words in elements.text
        assert "incentive-model run yongan --scheme support-only --population 400 --months 4" in elements.text
        assert " nan" not in elements.text.lower()

    def test_same_bytes_every_time(self, run: OneRun, tmp_path: Path) -> None:
        for name in "ab":
            (tmp_path / name).mkdir()
            write_run_report(run, tmp_path / name)
        names = {path.name for path in (tmp_path / "a").iterdir()}
        assert names == {f"{x}.{y}" for x in ("months", "network") for y in ("png", "svg")} | {"report.html"}
        for name in names:
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()

    def test_names_on_the_map_keep_clear_of_each_other(self, run: OneRun) -> None:
        with styled():
            axes = network_map(hierarchy(run.institutions), run.referrals)
            assert len(axes) == 2  # the town is crowded
            for ax in axes:
                boxes = [text.get_window_extent() for text in ax.texts]
                assert boxes
                assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])

    def test_a_place_on_one_spot_can_be_drawn(self, small: Place) -> None:
        graph = hierarchy(institution_graph(small))
        for _, said in graph.nodes(data=True):
            said.update(x_km=0.0, y_km=0.0)
        with styled():
            assert len(network_map(graph, referral_graph(small, np.zeros((5, 2)), {}))) == 1
