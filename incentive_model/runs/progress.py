"""How far a sweep is: its rate, when it will end, how many runs failed."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.util import find_spec

#: Seconds between two lines where there is no terminal.
QUIET = 60.0
#: Runs that must have been seen before an end is told.
SEEN = 5


@dataclass
class Pace:
    """How long runs take, from one end to the next, and what follows for those that are left.

    The end is told as a range: the time left is n·m ± 2·s·√(n + n²/k) with k intervals seen, of mean m and
    spread s, as for a sum of n more of them.
    """

    total: int
    done: int = 0
    failed: int = 0
    clock: Callable[[], float] = time.monotonic
    _last: float = field(default=math.nan)
    _seen: int = 0
    _sum: float = 0.0
    _squares: float = 0.0

    def step(self) -> None:
        """A run has ended. Before the first one workers were started, which says nothing of the others."""
        now = self.clock()
        gap, self._last = now - self._last, now
        self.done += 1
        if not math.isnan(gap):
            self._seen += 1
            self._sum += gap
            self._squares += gap * gap

    @property
    def rate(self) -> float | None:
        """Runs a second."""
        return self._seen / self._sum if self._sum > 0 else None

    def left(self) -> tuple[float, float] | None:
        """Seconds to the end, at the least and at the most; None while too little has been seen."""
        k, n = self._seen, self.total - self.done
        if k < SEEN:
            return None
        mean = self._sum / k
        spread = math.sqrt(max(0.0, self._squares / k - mean * mean) * k / (k - 1))
        give = 2.0 * spread * math.sqrt(n + n * n / k)
        return max(0.0, n * mean - give), n * mean + give

    def __str__(self) -> str:
        words = [f"{self.done} of {self.total} runs"]
        if self.failed:
            words.append(f"{self.failed} failed")
        if self.rate is not None:
            words.append(f"{self.rate:.3g} a second" if self.rate >= 0.1 else f"{1 / self.rate:.3g} s a run")
        if (left := self.left()) is not None and self.done < self.total:
            words.append(f"ends {_clock(left)}")
        return ", ".join(words)


def _clock(left: tuple[float, float]) -> str:
    """The ends of a range as times of the day."""
    now = datetime.now()
    early, late = (now + timedelta(seconds=seconds) for seconds in left)
    form = "%H:%M:%S" if left[1] < 600 else "%H:%M" if late.date() == now.date() else "%d %b %H:%M"
    first, last = early.strftime(form), late.strftime(form)
    return first if first == last else f"{first} to {last}"


@contextmanager
def shown(pace: Pace, wanted: bool = True) -> Iterator[Callable[[], None]]:
    """A bar in a terminal and a notebook, else a line a minute; call what it yields after every step."""
    stream = sys.stderr
    if not wanted:
        yield lambda: None
        return
    notebook = "ipykernel" in sys.modules
    if stream.isatty() or notebook:
        if notebook and find_spec("ipywidgets"):
            from tqdm.notebook import tqdm
        else:
            from tqdm import tqdm

        form = "{percentage:3.0f}%|{bar}| {desc}"
        with tqdm(total=pace.total, initial=pace.done, file=stream, bar_format=form, leave=False) as bar:

            def step() -> None:
                bar.set_description_str(str(pace), refresh=False)
                bar.update(pace.done - bar.n)

            step()
            yield step
        return
    told = pace.clock()

    def line() -> None:
        nonlocal told
        if pace.clock() - told >= QUIET:
            told = pace.clock()
            print(f"{datetime.now():%H:%M:%S} {pace}", file=stream, flush=True)

    yield line
