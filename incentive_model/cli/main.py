"""One call of the command line: what it exits with, and errors in one line.

0 done, 1 the run failed, 2 the input was wrong, 130 interrupted.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from typer.exceptions import TyperException

from incentive_model.cards.faults import InputError
from incentive_model.cli import analysing, checking, commands, creating, interrupt, sweeping, validating
from incentive_model.cli.options import app

NAME = "incentive-model"
#: A module enters its commands when it is imported.
COMMANDS = (commands, checking, creating, sweeping, analysing, validating)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command (default: what was typed) and leave with its exit code."""
    interrupt.listen()
    typed = sys.argv[1:] if arguments is None else list(arguments)
    code = _exit_code(typed or ["--help"])
    if code == interrupt.EXIT_CODE:
        interrupt.leave()
    if arguments is None:
        interrupt.ignore()  # what is done is done
    sys.exit(code)


def _exit_code(typed: list[str]) -> int:
    try:
        code: int | None = app(typed, prog_name=NAME, standalone_mode=False)
        if code == interrupt.EXIT_CODE:  # how Typer hands on a Ctrl-C
            raise KeyboardInterrupt
        return code or 0
    except KeyboardInterrupt:
        return _interrupted(typed)
    except Exception as error:
        if "--debug" in typed:
            traceback.print_exc()
        if interrupt.heard():  # some libraries turn an interrupt into an error of their own
            return _interrupted(typed)
        wrong = isinstance(error, InputError | TyperException)
        print(f"{NAME}: {_one_line(error)}", file=sys.stderr)
        return 2 if wrong else 1


def _interrupted(typed: list[str]) -> int:
    hint = ""
    if typed[0] == "sweep":
        without = " without --force" if "--force" in typed else ""
        hint = f"; what is done is kept, and the same command{without} goes on"
    print(f"{NAME}: interrupted{hint}", file=sys.stderr)
    return interrupt.EXIT_CODE


def _one_line(error: Exception) -> str:
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, TyperException):
        text = " ".join(error.format_message().split()).replace(": Value error, ", ": ")
        return f"{text} (see {NAME} --help)"
    text = " ".join(str(error).split()) or "no reason given"
    kind = "" if getattr(error, "run_id", None) else f"{type(error).__name__}: "
    return f"{kind}{text} (--debug shows where)"
