"""What a sweep keeps on disk while it goes on, so that nothing that is done is ever done again.

Each finished run is at once a line of the journal. When a thousand runs that follow each other in the plan
are there, they become a part: a Parquet file, whole or absent, whose name holds the hash of its content. What
is damaged is told by its file's name, left out, and its runs are made again.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from incentive_model.cards import Fault, InputError
from incentive_model.runs.durable import digits_of, naming, replaced
from incentive_model.runs.journal import Journal, Spot
from incentive_model.runs.run_table import record_of, run_table
from incentive_model.runs.study_plan import StudyPlan

#: Runs a part.
PART = 1_000
JOURNAL = "journal.jsonl"
PART_NAME = re.compile(r"part-(\d{6,})-([0-9a-f]{16})\.parquet")


def part_files(folder: Path) -> dict[int, Path]:
    """The files of parts in a folder, by the part's number."""
    found = ((PART_NAME.fullmatch(path.name), path) for path in sorted(folder.glob("part-*.parquet")))
    return {int(name[1]): path for name, path in found if name}


def read_part(path: Path, columns: list[str] | None = None) -> pa.Table | None:
    """A part's rows; None if it is not as it was written.

    Raises:
        OSError: it cannot be read.
    """
    with naming(path):
        content = path.read_bytes()
    name = PART_NAME.fullmatch(path.name)
    whole = name is not None and name[2] == digits_of(content)
    return pq.read_table(pa.BufferReader(content), columns=columns) if whole else None


class RunStore:
    """The rows of a study that are on disk, by the run's number.

    Args:
        folder: where they are kept.
        plan: the study's.
        tell: hears, in a line that names the file, what was found damaged.
        journal: the file that new rows go to. With any but the usual one, others may be at work in the
            folder, and no file but this one is changed.
        beside: journals that others write; what is in them is done too.

    Raises:
        InputError: rows of another study are there.
        OSError: a file cannot be read, or not be mended.
    """

    def __init__(
        self,
        folder: Path,
        plan: StudyPlan,
        tell: Callable[[str], None],
        journal: str = JOURNAL,
        beside: Iterable[Path] = (),
    ) -> None:
        self.folder, self.plan, self._tell = folder, plan, tell
        self._journal = Journal(folder / journal)
        self._alone = journal == JOURNAL
        self._parts: dict[int, Path] = {}
        self._spots: dict[int, Spot] = {}
        self._full: Counter[int] = Counter()
        self._stale = 0
        self._failed: set[int] = set()
        self._elsewhere: set[int] = set()
        folder.mkdir(parents=True, exist_ok=True)
        short = self._read_parts()
        self._read_journal()
        for part, path in short.items():
            self._open_again(part, path)
        for path in beside:
            numbers = {said["run"] for said, *_ in self._ours(Journal(path))}
            self._elsewhere |= {number for number in numbers if number not in self}

    def __contains__(self, number: int) -> bool:
        return number // PART in self._parts or number in self._spots or number in self._elsewhere

    def __len__(self) -> int:
        return len(self._spots) + len(self._elsewhere) + sum(len(self._slice(part)) for part in self._parts)

    @property
    def failed(self) -> int:
        """How many of the runs that are there did not go well."""
        return len(self._failed)

    def add(self, number: int, record: bytes, status: str) -> None:
        """Keep a run.

        Raises:
            OSError: it could not be written.
        """
        self._enter(number, self._journal.append(record), status)
        self._compact_if_full(number // PART)

    def take_in(self, other: Path) -> None:
        """Take what another journal holds, and remove it.

        Raises:
            OSError: it could not be written.
        """
        journal = Journal(other)
        for said, _, record in self._ours(journal):
            if said["run"] not in self:
                self.add(said["run"], record, said["status"])
        self._tell_damage(journal)
        self.sync()
        other.unlink(missing_ok=True)

    def forget_failed(self) -> int:
        """Have every run that did not go well made again; returns how many there are.

        Raises:
            OSError: it could not be written.
        """
        failed, self._failed = self._failed, set()
        for part in {number // PART for number in failed} & self._parts.keys():
            path, rows = self._parts[part], self._part(part).to_pylist()
            del self._parts[part]
            for number, row in zip(self._slice(part), rows, strict=True):
                if number not in failed:
                    spot = self._journal.append(record_of(self.plan, number, row))
                    self._enter(number, spot, "done")
            self.sync()
            path.unlink()
        for number in failed & self._spots.keys():
            self._leave(number)
        self._rewrite()
        return len(failed)

    def sync(self) -> None:
        """Have the disk itself hold every row.

        Raises:
            OSError: it cannot.
        """
        self._journal.sync()

    def close(self) -> None:
        """Let go of the files."""
        self._journal.close()

    def tables(self) -> Iterator[pa.Table]:
        """Every row there is, in the order of the plan, about a thousand at a time.

        Raises:
            OSError: a file cannot be read, or is no longer as it was when the store was opened.
        """
        for part in range(-(-len(self.plan) // PART)):
            if part in self._parts:
                yield self._part(part)
            else:
                numbers = [number for number in self._slice(part) if number in self._spots]
                yield run_table(self.plan, self._records(numbers))

    def _part(self, part: int) -> pa.Table:
        rows = read_part(self._parts[part])
        if rows is None:
            raise _damaged(self._parts[part])
        return rows

    def _records(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """The records of runs that are in the journal."""
        for record in self._journal.read(self._spots[number] for number in numbers):
            if record is None:
                raise _damaged(self._journal.path)
            yield record

    def _slice(self, part: int) -> range:
        return range(part * PART, min((part + 1) * PART, len(self.plan)))

    def _enter(self, number: int, spot: Spot, status: str) -> None:
        if number not in self._spots:
            self._full[number // PART] += 1
        self._spots[number] = spot
        if status != "done":
            self._failed.add(number)

    def _leave(self, number: int) -> None:
        del self._spots[number]
        self._full[number // PART] -= 1

    def _read_parts(self) -> dict[int, Path]:
        """Take in the parts; returns those that end where the study did when it had fewer base rows."""
        short = {}
        for part, path in part_files(self.folder).items():
            rows = read_part(path, ["design_hash", "status"])
            if rows is None:
                self._tell(f"{path}: damaged; its runs are made again")
                if self._alone:
                    path.unlink()
                continue
            for design in set(rows["design_hash"].to_pylist()):
                self._check(design, path)
            self._check_number(part * PART + len(rows) - 1, path)
            if len(rows) < len(self._slice(part)):
                short[part] = path
                continue
            self._parts[part] = path
            statuses = zip(self._slice(part), rows["status"].to_pylist(), strict=True)
            self._failed |= {run for run, status in statuses if status != "done"}
        return short

    def _open_again(self, part: int, path: Path) -> None:
        """Have the rows of a part that is no longer whole in the journal, for others to join them."""
        rows = read_part(path)
        if rows is None:
            raise _damaged(path)
        for number, row in zip(self._slice(part), rows.to_pylist(), strict=False):
            if not self._alone:
                self._elsewhere.add(number)
            elif number not in self:
                record = record_of(self.plan, number, row)
                self._enter(number, self._journal.append(record), row["status"])
        if self._alone:
            self.sync()
            path.unlink()

    def _read_journal(self) -> None:
        """Take in the journal, and mend it."""
        for said, spot, _ in self._ours(self._journal):
            if said["run"] in self:
                self._stale += 1  # the sweep ended before the journal was rid of what is in a part
            else:
                self._enter(said["run"], spot, said["status"])
        self._tell_damage(self._journal)
        if self._journal.damaged:
            self._rewrite()
        for part in list(self._full):
            self._compact_if_full(part)

    def _ours(self, journal: Journal) -> Iterator[tuple[dict[str, Any], Spot, bytes]]:
        """What the whole lines of a journal say, where they stand, and the records themselves."""
        for spot, record in journal.lines():
            said = json.loads(record)
            self._check(said["design"], journal.path)
            self._check_number(said["run"], journal.path)
            yield said, spot, record

    def _check(self, design: str, path: Path) -> None:
        """Refuse rows of another study: they are somebody's work."""
        if design != self.plan.design_hash:
            found, allowed = (
                f"rows of another study ({design})",
                f"rows of this one ({self.plan.design_hash})",
            )
            mend = "--force starts anew, or choose another folder"
            raise InputError(Fault(str(path), found, allowed, mend))

    def _check_number(self, number: int, path: Path) -> None:
        """Refuse rows that the study does not reach: with more base rows it would."""
        if number >= len(self.plan):
            found, allowed = f"run {number + 1:,}", f"the {len(self.plan):,} runs of the study"
            raise InputError(Fault(str(path), found, allowed, "a larger n, or choose another folder"))

    def _tell_damage(self, journal: Journal) -> None:
        if journal.damaged:
            lines = ", ".join(map(str, journal.damaged[:5])) + (", …" if len(journal.damaged) > 5 else "")
            self._tell(f"{journal.path}: damaged in line {lines}; what it told of is made again")

    def _rewrite(self) -> None:
        """The journal with those rows that are only there."""
        numbers = sorted(self._spots)
        spots = self._journal.rewrite(self._records(numbers))
        self._spots = dict(zip(numbers, spots, strict=True))
        self._stale = 0

    def _compact_if_full(self, part: int) -> None:
        """Make a part of its runs, if all of them are there."""
        numbers = self._slice(part)
        if self._full[part] < len(numbers) or not self._alone:
            return
        content = io.BytesIO()
        pq.write_table(run_table(self.plan, self._records(numbers)), content, compression="zstd")
        path = self.folder / f"part-{part:06d}-{digits_of(content.getvalue())}.parquet"
        with replaced(path) as fresh:
            fresh.write_bytes(content.getvalue())
        self._parts[part] = path
        for number in numbers:
            self._leave(number)
        self._stale += len(numbers)
        if self._stale > len(self._spots):  # else writing the rest anew for every part would take for ever
            self._rewrite()


def _damaged(path: Path) -> OSError:
    return OSError(f"{path}: damaged while the sweep went on; the same command mends it")
