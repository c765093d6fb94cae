"""What a sweep keeps on disk while it goes on, so that nothing that is done is ever done again.

Each finished run is at once a line of the journal. When a thousand runs that follow each other in the plan
are there, they become a part: a Parquet file, whole or absent, whose name holds the hash of its content. What
is damaged is told by its file's name, left out, and its runs are made again.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from incentive_model.runs.durable import digits_of, replaced
from incentive_model.runs.journal import Journal, Spot
from incentive_model.runs.run_table import record_of, run_table
from incentive_model.runs.study_plan import StudyPlan

#: Runs a part.
PART = 1_000
JOURNAL = "journal.jsonl"


class RunStore:
    """The rows of a study that are on disk, by the run's number.

    Args:
        folder: where they are kept.
        plan: the study's; rows of any other are not its own.
        tell: hears, in a line that names the file, what was found damaged.
        journal: the file that new rows go to.
        beside: journals that others write; what is in them is done too.
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
        self._parts: dict[int, Path] = {}
        self._spots: dict[int, Spot] = {}
        self._full: Counter[int] = Counter()
        self._failed: set[int] = set()
        self._elsewhere: set[int] = set()
        folder.mkdir(parents=True, exist_ok=True)
        self._read_parts()
        self._read_journal()
        for path in beside:
            self._elsewhere |= {said["run"] for said, _ in self._ours(Journal(path))}

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
        part = number // PART
        if self._full[part] == len(self._slice(part)):
            self._compact(part)

    def take_in(self, other: Path) -> None:
        """Take what another journal holds, and remove it.

        Raises:
            OSError: it could not be written.
        """
        journal = Journal(other)
        for said, spot in self._ours(journal):
            if said["run"] not in self:
                (record,) = journal.read([spot])
                if record is not None:
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
            path = self._parts.pop(part)
            for number, row in zip(self._slice(part), pq.read_table(path).to_pylist(), strict=True):
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
        """Every row there is, in the order of the plan, about a thousand at a time."""
        for part in range(-(-len(self.plan) // PART)):
            if part in self._parts:
                yield pq.read_table(self._parts[part])
            else:
                spots = [self._spots[number] for number in self._slice(part) if number in self._spots]
                yield run_table(self.plan, (x for x in self._journal.read(spots) if x is not None))

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

    def _read_parts(self) -> None:
        for path in sorted(self.folder.glob("part-*.parquet")):
            _, number, digits = path.stem.split("-")
            content = path.read_bytes()
            table = None
            if digits_of(content) == digits:
                table = pq.read_table(pa.BufferReader(content), columns=["design_hash", "status"])
            if table is None or set(table["design_hash"].to_pylist()) != {self.plan.design_hash}:
                self._tell(f"{path}: damaged; its runs are made again")
                path.unlink()
                continue
            self._parts[int(number)] = path
            statuses = zip(self._slice(int(number)), table["status"].to_pylist(), strict=True)
            self._failed |= {run for run, status in statuses if status != "done"}

    def _read_journal(self) -> None:
        """Take in the journal; mend it if anything in it is not whole, or of another study."""
        strange = False
        for said, spot in self._ours(self._journal):
            if said["run"] // PART in self._parts:
                strange = True  # the sweep ended between writing a part and mending the journal
            else:
                self._enter(said["run"], spot, said["status"])
        self._tell_damage(self._journal)
        if strange or self._journal.damaged:
            self._rewrite()
        for part, runs in list(self._full.items()):
            if runs == len(self._slice(part)):
                self._compact(part)

    def _ours(self, journal: Journal) -> Iterator[tuple[dict[str, Any], Spot]]:
        """What the whole lines of a journal say, where they are of this study."""
        for spot, record in journal.lines():
            said = json.loads(record)
            if said["design"] == self.plan.design_hash:
                yield said, spot

    def _tell_damage(self, journal: Journal) -> None:
        if journal.damaged:
            lines = ", ".join(map(str, journal.damaged[:5])) + (", …" if len(journal.damaged) > 5 else "")
            self._tell(f"{journal.path}: damaged in line {lines}; what it told of is made again")

    def _rewrite(self) -> None:
        """The journal with those rows that are only there."""
        numbers = sorted(self._spots)
        kept = []

        def whole() -> Iterator[bytes]:
            records = self._journal.read([self._spots[number] for number in numbers])
            for number, record in zip(numbers, records, strict=True):
                if record is not None:
                    kept.append(number)
                    yield record

        spots = self._journal.rewrite(whole())
        for number in set(numbers) - set(kept):
            self._leave(number)
        self._spots = dict(zip(kept, spots, strict=True))

    def _compact(self, part: int) -> None:
        """Make a part of its runs, all of which are there."""
        numbers = self._slice(part)
        records = list(self._journal.read([self._spots[number] for number in numbers]))
        content = io.BytesIO()
        if None in records:
            raise OSError(None, "damaged while the sweep went on", str(self._journal.path))
        pq.write_table(run_table(self.plan, [x for x in records if x]), content, compression="zstd")
        path = self.folder / f"part-{part:06d}-{digits_of(content.getvalue())}.parquet"
        with replaced(path) as fresh:
            fresh.write_bytes(content.getvalue())
        self._parts[part] = path
        for number in numbers:
            self._leave(number)
        self._rewrite()
