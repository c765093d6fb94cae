"""README holds what it promises: two commands, a scheme that is one, and Python that runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from incentive_model.cards import levers
from incentive_model.cli.main import app
from incentive_model.inputs.scheme import load_scheme, scheme_names

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_two_commands_that_set_themselves_up() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv ")]
    assert len(commands) == 2
    assert commands[0].endswith(".venv/bin/incentive-model compare yongan")
    assert commands[1].endswith(".venv/bin/pytest")


def test_the_scheme_is_one(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    assert tomllib.loads(text)["levers"].keys() <= levers().keys()
    (tmp_path / "half-gap.toml").write_text(text, "utf-8")
    load_scheme(tmp_path / "half-gap.toml")


def test_every_packaged_scheme_and_every_command_is_named() -> None:
    assert [name for name in scheme_names() if f"`{name}`" not in README] == []
    commands = [
        str(command.name or (command.callback and command.callback.__name__))
        for command in app.registered_commands
    ]
    assert [name for name in commands if not re.search(rf"\b{name} ", README)] == []


def test_every_lever_is_named() -> None:
    assert [name for name in levers() if f"`{name}`" not in README] == []


def test_the_pictures_are_there() -> None:
    assert [
        name for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README) if not (ROOT / name).is_file()
    ] == []


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "results" / "mine" / "report.html").is_file()
