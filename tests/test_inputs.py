"""Places and schemes: what is packaged, what is refused, and that no file can crash the reader."""

from __future__ import annotations

import pickle
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from small_place import FILES, assert_same, write

from incentive_model.cards import InputError, levers, parameters
from incentive_model.inputs import (
    Place,
    check,
    load_place,
    load_scheme,
    place_names,
    resolve_levers,
    resolve_parameters,
    scheme_names,
)
from incentive_model.inputs.files import DATA

SCHEME = """\
title = "Mine"
source = ["a test"]
[levers]
upward_share = 0.10
[[change]]
month = 25
[change.levers]
upward_share = 0.15
"""


# What is packaged


def test_yongan_is_as_the_source_counts_it() -> None:
    place = load_place("yongan")
    facilities = place.facilities
    assert facilities["tier"].value_counts().to_dict() == {"T0": 155, "T1": 15, "T2": 2, "T3": 1}
    assert facilities["dual_director"].sum() == 14
    assert (place.family_doctor.teams, place.family_doctor.physicians) == (93, 223)
    assert place.population == place.villages["residents"].sum() == 330_000
    assert (place.agents, place.weight) == (20_000, 16.5)
    assert place.consortia == {"yongan": "tight"}
    assert (facilities["consortium"] == "yongan").sum() == 172
    county = facilities[facilities["tier"] == "T2"]
    assert county["beds"].sum() == 1_320
    assert (county["physicians"] * place.tiers["T2"].visits_per_doctor_day * 25).sum() == 87_500
    urban = facilities.loc[place.villages["clinic_row"], "urban"].to_numpy()
    assert (place.villages["residents"] * urban).sum() == 132_000
    assert len(place.schedule) == 3 * 4 * 2
    assert place.targets is not None
    assert set(place.targets["id"]) >= {"up", "down"}


@pytest.mark.parametrize("name", place_names())
def test_every_number_of_a_place_carries_its_tag(name: str) -> None:
    place = load_place(name)
    for path in place.folder.glob("*.csv"):
        table = pd.read_csv(path, keep_default_na=False)
        assert (table["tag"] != "").all(), path
        assert (table["source"] != "").all(), path
    files = [place.folder / "place.toml", *place.folder.glob("schemes/*.toml")]
    lines = [line for path in files for line in path.read_text("utf-8").splitlines() if " = " in line]
    words = ("title", "source", "includes", "facilities")
    assert [line for line in lines if "#" not in line and not line.startswith(words)] == []


def test_facilities_come_by_tier_and_know_their_parents() -> None:
    facilities = load_place("yongan").facilities
    assert facilities["tier"].is_monotonic_increasing
    assert list(facilities.index) == list(range(173))
    above = facilities[facilities["parent_row"] >= 0]
    assert list(facilities.loc[above["parent_row"], "id"]) == list(above["parent"])
    assert list(facilities.loc[facilities["parent_row"] < 0, "tier"]) == ["T2", "T2", "T3"]


@pytest.mark.parametrize("name", scheme_names())
def test_packaged_schemes_resolve_and_check(name: str) -> None:
    place = load_place("yongan")
    scheme = load_scheme(name)
    resolved = resolve_levers(place, scheme)
    assert set(resolved) == set(levers())
    assert all(levers()[lever].accepts(value) for lever, value in resolved.items())
    assert {lever: resolved[lever] for lever in scheme.levers} == scheme.levers
    assert (scheme.levers == {}) == (name == "status-quo")
    assert check(DATA / "schemes" / f"{name}.toml") == []


def test_the_full_package_is_the_four_together() -> None:
    together: dict[str, object] = {}
    for name in scheme_names():
        if name not in ("status-quo", "full-package"):
            together |= load_scheme(name).levers
    assert load_scheme("full-package").levers == together


# What people write


def test_a_folder_is_read_as_written_whatever_the_spreadsheet(tmp_path: Path) -> None:
    """A copy with a byte-order mark and Windows line ends is the same place; so is one pickled."""
    packaged = load_place("yongan", "full")
    folder = tmp_path / "mine"
    shutil.copytree(packaged.folder, folder)
    for file in folder.iterdir():
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert check(folder) == []
    copy = load_place(folder, "full")
    assert (copy.name, copy.weight) == ("mine", 1.0)
    assert_same(copy, packaged)
    assert_same(pickle.loads(pickle.dumps(copy)), packaged)


def test_a_small_place(tmp_path: Path) -> None:
    place = load_place(write(tmp_path / "small"))
    assert place.agents == 300  # never more than there are residents
    assert place.with_population("full").with_population(10).weight == 30
    assert list(place.facilities["id"]) == ["clinic-1", "clinic-2", "centre", "hospital", "city"]
    assert list(place.facilities["parent_row"]) == [2, 2, 3, 4, -1]
    assert place.villages.to_dict("list") == {"clinic_row": [0, 1], "residents": [100, 200]}
    assert place.ties is not None
    assert place.ties.loc[0, ["facility_row", "hospital_row"]].tolist() == [1, 3]
    assert place.levers == {"reimbursement_gap": 0.1}
    assert place.schedule["cap"].isna().sum() == 4


def test_residents_are_spread_equally_without_villages(tmp_path: Path) -> None:
    folder = write(tmp_path / "small", place_toml=FILES["place.toml"].replace("300", "301", 1))
    for optional in ("villages.csv", "ties.csv", "targets.csv"):
        (folder / optional).unlink()
    place = load_place(folder)
    assert list(place.villages["residents"]) == [151, 150]
    assert place.ties is None
    assert place.targets is None


def test_levers_resolve_in_order(tmp_path: Path) -> None:
    place = load_place(write(tmp_path / "small"))
    (tmp_path / "mine.toml").write_text(SCHEME, encoding="utf-8")
    scheme = load_scheme(tmp_path / "mine.toml")
    assert scheme.name == "mine"
    assert [resolve_levers(place, scheme, month)["upward_share"] for month in (1, 24, 25)] == [0.1, 0.1, 0.15]
    assert resolve_levers(place, scheme)["reimbursement_gap"] == 0.1  # the place's own
    assert resolve_levers(place, scheme.with_levers(reimbursement_gap=0))["reimbursement_gap"] == 0.0
    name, card = next((name, card) for name, card in parameters().items() if card.role == "uncertain")
    assert resolve_parameters(place)[name] == card.default
    assert resolve_parameters(place, {name: card.plausible[1]})[name] == card.plausible[1]


# What is refused, and how


def bad_places(table: str = "bad_places.txt") -> list[tuple[str, str, str, str]]:
    """File, old text, new text and the line expected, from a table of such."""
    lines = (Path(__file__).parent / table).read_text("utf-8").splitlines()
    cases = []
    for edit, expected in zip(lines[::2], lines[1::2], strict=True):
        file, old, new = re.fullmatch(r"(\S+): (.*) => (.*)", edit).groups()  # type: ignore[union-attr]
        new = new.replace("HUGE", f"0x{'f' * 5_000}")
        cases.append((file, old.replace("\\n", "\n"), new.replace("\\n", "\n"), expected.strip()))
    return cases


@pytest.mark.parametrize(("file", "old", "new", "expected"), bad_places())
def test_a_bad_place_is_named_in_one_line(
    tmp_path: Path, file: str, old: str, new: str, expected: str
) -> None:
    assert old in FILES[file]
    folder = write(tmp_path / "bad", **{file.replace(".", "_"): FILES[file].replace(old, new, 1)})
    lines = [str(fault) for fault in check(folder)]
    assert expected in lines
    with pytest.raises(InputError) as caught:
        load_place(folder)
    assert [str(fault) for fault in caught.value.faults] == lines


def spoil(name: str, raw: bytes | None) -> Callable[[Path], object]:
    """Give a file other bytes, or take it away."""
    return lambda folder: (folder / name).write_bytes(raw) if raw is not None else (folder / name).unlink()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (spoil("place.toml", None), "place.toml: found no file"),
        (spoil("facilities.csv", None), "facilities.csv: found no file"),
        (spoil("facilities.csv", b""), "facilities.csv: found an empty file"),
        (spoil("villages.csv", b"clinic,residents\n\n"), "villages.csv: found a header without rows"),
        (spoil("schedule.csv", b"PK\x03\x04\0\0\0"), "schedule.csv: found a workbook"),
        (spoil("schedule.csv", b"\x89PNG\0\0\0"), "schedule.csv: found a binary file"),
        (spoil("schedule.csv", b"\xff\xfe\0"), "schedule.csv: found a binary file"),
        (spoil("schedule.csv", b"\xef\xbb\xbfinsurance\n\xd3\xc0"), "schedule.csv: found bytes that are not"),
        (
            spoil("schedule.csv", b"insurance\n\xff\xff"),
            "schedule.csv: found bytes that are not UTF-8, GBK or",
        ),
        (spoil("schedule.csv", b"insurance\n\xaa\xa1"), "schedule.csv: found text in an unknown encoding"),
        (
            spoil("place.toml", b"title = '\xd3\xc0\xb0\xb2'"),
            "place.toml: found bytes that are not UTF-8 text",
        ),
        (spoil("place.toml", b"a = " + b"[" * 9000), "place.toml: found brackets nested too deep"),
    ],
)
def test_an_unreadable_file_is_named(tmp_path: Path, change: Callable[[Path], object], said: str) -> None:
    folder = write(tmp_path / "bad")
    change(folder)
    assert str(check(folder)[0]).startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "upward_share = 0.10",
            "upwards_share = 0.1",
            "mine.toml: levers.upwards_share: .* mean 'upward_share'",
        ),
        (
            "upward_share = 0.10",
            "upward_share = 0.9",
            "mine.toml: levers.upward_share: found 0.9; .* 0 to 0.5",
        ),
        ("upward_share = 0.10", "upward_share = nan", "mine.toml: levers.upward_share: found nan"),
        ("upward_share = 0.10", "upward_share = true", "mine.toml: levers.upward_share: found True"),
        ("upward_share = 0.10", 'gatekeeping = "sotf"', "mine.toml: levers.gatekeeping: .* mean 'soft'"),
        (
            "upward_share = 0.10",
            "surplus_split_county = 0.9",
            "mine.toml: levers.surplus_split_.*: .* sum to 1",
        ),
        ("upward_share = 0.15", "weight_satisfaction = 0.9", "mine.toml: levers.weight_.*: .* sum to 1"),
        ("upward_share = 0.15", "upward_share = 15", "mine.toml: change.1.levers.upward_share: found 15"),
        ("month = 25", "month = 0", "mine.toml: change.1.month: found 0; allowed: a whole number from 1"),
        ("[levers]", "[lever]", "mine.toml: lever: .* mean 'levers'"),
        (SCHEME, "", "mine.toml: found an empty file"),
    ],
)
def test_a_bad_scheme_is_named_in_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(SCHEME.replace(old, new, 1), encoding="utf-8")
    faults = check(file)
    assert len(faults) == 1
    with pytest.raises(InputError, match=said):
        raise InputError(faults)


def test_a_scheme_without_a_source_is_told_its_wrong_levers_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "Mine"\n[levers]\nupwards_share = 1\n'
        "[[change]]\nmonth = 0\n[change.levers]\nreferral_bonus = -1\n",
        encoding="utf-8",
    )
    where = [fault.where.removeprefix("mine.toml: ") for fault in check(file)]
    assert where == ["source", "change.1.month", "levers.upwards_share", "change.1.levers.referral_bonus"]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: load_place("yongann"), "place: found 'yongann'; allowed: .* did you mean 'yongan'"),
        (lambda: load_place("a\0b"), "place: found"),
        (lambda: load_place("x" * 9_000), "place: found 'xxx"),
        (lambda: load_place("yongan", 0), "population: found 0; allowed: a whole number from 1 to 330,000"),
        (lambda: load_place("yongan", -1), "population: found -1"),
        (lambda: load_place("yongan", "many"), "population: found 'many'; .* or full"),
        (lambda: load_place("yongan", float("nan")), "population: found nan"),  # type: ignore[arg-type]
        (lambda: load_scheme("full-pakage"), "scheme: found 'full-pakage'; .* did you mean 'full-package'"),
        (lambda: load_scheme("/dev/zero"), "scheme: found '/dev/zero'"),
        (lambda: load_scheme("status-quo").with_levers(gatekeping="soft"), "gatekeping: .* 'gatekeeping'"),
        (lambda: load_scheme("status-quo").with_levers(upward_share=2), "upward_share: found 2; allowed"),
        (lambda: resolve_parameters(load_place("yongan"), {"no_such": 1}), "no_such: found an unknown param"),
        (
            lambda: resolve_levers(
                load_place("yongan"), load_scheme("status-quo").with_levers(weight_satisfaction=0.9)
            ),
            "scheme status-quo in yongan, month 1: weight_.* sum to 1",
        ),
    ],
)
def test_a_bad_request_is_named_in_one_line(act: Callable[[], object], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        act()
    assert "\n" not in str(caught.value)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize("path", ["/no/such", "/dev/zero", "a\0b", "x" * 9_000, ""])
def test_check_of_something_else_is_a_fault(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert check(path)


# Whatever is written, nobody sees a traceback

VALUES = """
nan|-inf|1e400|-1|0|2|0.5|"x"|[]|[1, 2]|{}|{a = 1}|true|''|2020-01-01|T9|1_0|NaN|,|"|\r|[[a]]|\u0660|
""".strip("\n").split("|")
TOKENS = st.sampled_from([*VALUES, "9" * 4_400, f"0x{'f' * 5_000}"]) | st.text(max_size=8)


@st.composite
def damage(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of the small place with other bytes, a slice replaced, or a value or cell replaced."""
    name = draw(st.sampled_from(sorted(FILES)))
    text = FILES[name]
    kind = draw(st.sampled_from(["bytes", "slice", "value"]))
    if kind == "bytes":
        return name, draw(st.binary(max_size=200))
    if kind == "slice":
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 40)))
        return name, (text[:start] + draw(TOKENS) + text[end:]).encode("utf-8", "surrogatepass")
    mark = " = " if name == "place.toml" else ","
    lines = text.splitlines()
    row = draw(st.integers(0, len(lines) - 1))
    cells = lines[row].split(mark)
    cells[draw(st.integers(0, len(cells) - 1))] = draw(TOKENS)
    lines[row] = mark.join(cells)
    return name, "\n".join(lines).encode("utf-8", "surrogatepass")


@given(damage())
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(("place.toml", FILES["place.toml"].replace("= 90", f"= 1{'0' * 400}").encode()))
def test_a_damaged_place_loads_or_is_refused(tmp_path: Path, damaged: tuple[str, bytes]) -> None:
    folder = write(tmp_path / "damaged")
    (folder / damaged[0]).write_bytes(damaged[1])
    faults = check(folder)
    assert all("\n" not in str(fault) for fault in faults)
    if faults:
        with pytest.raises(InputError):
            load_place(folder)
    else:
        assert isinstance(load_place(folder), Place)


@given(
    st.one_of(
        st.binary(max_size=200), TOKENS.map(lambda t: SCHEME.replace("0.15", t).encode("utf-8", "replace"))
    )
)
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_scheme_loads_or_is_refused(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "damaged.toml"
    file.write_bytes(raw)
    if not check(file):
        load_scheme(file)
