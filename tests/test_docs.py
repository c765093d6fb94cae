"""The documents: fresh tables, links that lead somewhere, every id resolved, and snippets that run."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest

from incentive_model.cards import indicators, levers, parameters
from incentive_model.engine.columns import EPISODE, FACILITY, PHYSICIAN, RESIDENT
from incentive_model.inputs.place import load_place, place_names
from incentive_model.inputs.scheme import load_scheme, scheme_names
from incentive_model.model import MONTH

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "experiments" / "README.md"]
MODEL = (ROOT / "docs" / "model.md").read_text("utf-8")
SOURCES = (ROOT / "docs" / "sources.md").read_text("utf-8")

#: What stands right before a Python snippet that a test runs.
RUNNABLE = re.compile(r"^<!-- runnable -->\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _prose(document: Path) -> str:
    """A document without its code."""
    text = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def _anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as they are made of their words."""
    heads = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_tables_are_fresh() -> None:
    tables = _tables()
    stale = [
        document.name
        for document in (ROOT / "docs").glob("*.md")
        if tables.fresh(document.read_text("utf-8")) != document.read_text("utf-8")
    ]
    assert stale == [], "python docs/tables.py writes them anew"


def test_a_stale_table_is_noticed() -> None:
    old = "<!-- cards: evidence -->\nold\n<!-- end -->"
    assert "old" not in _tables().fresh(old)


def test_every_table_is_in_a_document() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
    assert [name for name in _tables().TABLES if f"<!-- cards: {name} -->" not in text] == []
    for cards in (levers(), parameters(), indicators()):
        assert [name for name in cards if f"`{name}`" not in MODEL] == []


def test_every_state_variable_is_described() -> None:
    columns = {name for some in (RESIDENT, EPISODE, PHYSICIAN, FACILITY) for name, _, _ in some}
    assert sorted(name for name in columns if f"`{name}`" not in MODEL) == []


def test_every_phase_has_a_docstring() -> None:
    assert [phase.__name__ for phase in MONTH if not phase.__doc__] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(document: Path) -> None:
    """Pictures of README are looked at by its own test."""
    lost = []
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", _prose(document)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = (document.parent / path) if path else document
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            lost.append(target)
    assert lost == []


def _ids(text: str) -> set[str]:
    """Ids of evidence in a text: MODEL 4, calibration 2.8 (and 2.1-2.7), Q02, M07, SYS3 …"""
    found = set(re.findall(r"\b(?:MODEL \d+|[AEMQV]\d\d|SYS\d)\b", text))
    for first, last in re.findall(r"\bcalibration 2\.(\d+)(?:[-\N{EN DASH}]2\.(\d+))?", text):
        found |= {f"calibration 2.{k}" for k in range(int(first), int(last or first) + 1)}
    return found


def test_every_source_is_resolved() -> None:
    """An id of a card, place or scheme has a row in docs/sources.md, or a submodel in docs/model.md."""
    used = [card.source for cards in (levers(), parameters(), indicators()) for card in cards.values()]
    for place in map(load_place, place_names()):
        used += [*place.source, *(x.read_text("utf-8") for x in place.folder.rglob("*") if x.is_file())]
    used += [source for name in scheme_names() for source in load_scheme(name).source]
    used += [MODEL, (ROOT / "docs" / "decisions.md").read_text("utf-8")]
    lost = []
    for name in _ids("\n".join(used)):
        if name.startswith("MODEL "):
            known = re.search(rf"^### 7\.{name.removeprefix('MODEL ')} ", MODEL, re.MULTILINE)
        else:
            known = re.search(rf"^\| {re.escape(name)} \|", SOURCES, re.MULTILINE)
        if not known:
            lost.append(name)
    assert sorted(lost) == []


SNIPPETS = [
    pytest.param(code, id=f"{document.name}-{k}")
    for document in DOCUMENTS
    for k, code in enumerate(RUNNABLE.findall(document.read_text("utf-8")), start=1)
]


@pytest.mark.parametrize("code", SNIPPETS)
def test_snippets_run(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """README's own snippet is run by its own test."""
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "a document", "exec"), {})


def test_functions_that_the_description_names_are_there() -> None:
    """``illness.season`` and ``engine/meeting.meet`` beside an equation are functions of these files."""
    package = ROOT / "incentive_model"
    files = {path.stem: path for path in (package / "rules").glob("*.py")}
    named = [
        (files[stem], name) for stem, name in re.findall(r"\b(\w+)\.([a-z]\w*)\b", MODEL) if stem in files
    ]
    named += [
        (package / room / f"{stem}.py", name)
        for room, stem, name in re.findall(r"\b([a-z]+)/(\w+)\.(\w+)\b", MODEL)
        if (package / room).is_dir()
    ]
    lost = {
        f"{path.stem}.{name}"
        for path, name in named
        if name not in ("py", "md", "toml")
        and (not path.exists() or not re.search(rf"^def {name}\(", path.read_text("utf-8"), re.MULTILINE))
    }
    assert sorted(lost) == []


def test_every_test_that_is_named_as_evidence_is_one() -> None:
    trace = (ROOT / "docs" / "trace.md").read_text("utf-8")
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    named = set(re.findall(r"`(test_\w+|Test\w+)`", trace))
    assert len(named) > 15
    assert sorted(x for x in named if not re.search(rf"(?:def|class) {x}\b", tests)) == []
