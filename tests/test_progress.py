"""Rate, expected end with its range, failed count: in a line a minute where there is no terminal."""

from __future__ import annotations

import io
import math
import sys

import pytest

from incentive_model.runs.progress import Pace, shown


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def paced(gaps: list[float], total: int) -> Pace:
    clock = Clock()
    pace = Pace(total=total, clock=clock)
    for gap in [7.0, *gaps]:  # before the first one workers are started
        clock.now += gap
        pace.step()
    return pace


def test_rate_and_end_of_even_runs() -> None:
    pace = paced([2.0] * 10, 41)
    assert pace.rate == 0.5
    assert pace.left() == (60.0, 60.0)


def test_the_range_is_that_of_a_sum_of_so_many_more() -> None:
    """Intervals of 1 and 3 s: mean 2, variance 10/9; thirty are left, ten were seen."""
    low, high = paced([1.0, 3.0] * 5, 41).left() or (0, 0)
    give = 2 * math.sqrt(10 / 9) * math.sqrt(30 + 30**2 / 10)
    assert (low, high) == pytest.approx((60 - give, 60 + give))


def test_no_end_is_told_too_early() -> None:
    assert paced([1.0] * 4, 9).left() is None
    assert "ends" not in str(paced([1.0] * 4, 9))
    assert "ends" not in str(paced([1.0] * 8, 9)), "nor when it has come"


def test_what_is_said() -> None:
    pace = paced([0.5] * 5, 6)
    pace.failed = 2
    assert str(pace) == "6 of 6 runs, 2 failed, 2 a second"
    assert str(paced([40.0], 6)) == "2 of 6 runs, 40 s a run"


def test_a_line_a_minute_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    clock = Clock()
    pace = Pace(total=100, clock=clock)
    with shown(pace) as tell:
        for _ in range(50):
            clock.now += 6.0
            pace.step()
            tell()
        clock.now += 150.0
        tell()  # a long run: nothing has ended, and still it is told
    lines = said.getvalue().splitlines()
    assert [line.split(",")[0][9:] for line in lines] == [
        f"{done} of 100 runs" for done in (10, 20, 30, 40, 50, 50)
    ]
    assert all("0.167 a second, ends " in line for line in lines)


def test_nothing_unless_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    pace = Pace(total=1)
    with shown(pace, wanted=False) as tell:
        pace.step()
        tell()
    assert capsys.readouterr() == ("", "")
