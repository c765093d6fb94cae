"""A prefecture in one machine: memory a resident takes, and what how a month is computed must not change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small_place

import incentive_model as im
from incentive_model.engine import threads
from incentive_model.engine.columns import RESIDENT_BYTES
from incentive_model.engine.population import make_physicians

PACKAGE = Path(im.__file__).parent


def county(agents: int) -> im.Place:
    """Yong'an with so many residents, one agent each."""
    return replace(im.load_place("yongan", 1_000), agents=agents, population=agents)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return im.load_place(small_place.write(tmp_path_factory.mktemp("scale") / "small"), population=300)


class TestMemory:
    """152 bytes a resident: 104 in the table, 32 for ties, 16 for what is heard and said."""

    def test_a_resident_takes_152_bytes(self):
        model = im.IncentiveModel(county(5_000), seed=1, burn_in=0)
        columns = (model.residents, model.tie, model.heard, model.said)
        assert [table.nbytes / 5_000 for table in columns] == [104, 32, 8, 8]
        assert RESIDENT_BYTES == 152

    def test_all_told_at_most_160_bytes(self):
        """With all else a model keeps: the difference between one large population and another."""
        script = (
            f"import sys, tracemalloc; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
            "import incentive_model as im\n"
            "from test_scale import county\n"
            "def kept(agents):\n"
            "    tracemalloc.start()\n"
            "    model = im.IncentiveModel(county(agents), seed=1, burn_in=0).run(2)\n"
            "    size, _ = tracemalloc.get_traced_memory()\n"
            "    tracemalloc.stop()\n"
            "    assert len(model.residents) == agents\n"
            "    return size\n"
            "kept(150_000)\n"  # what is made once is made now
            "print((kept(450_000) - kept(150_000)) / 300_000)\n"
        )
        found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert 0.99 * RESIDENT_BYTES < float(found.stdout) < 160

    def test_what_is_kept_of_a_month_does_not_grow_with_residents(self):
        def kept(n: int) -> list[int]:
            month = im.IncentiveModel(county(n), seed=1, burn_in=0).run(3).observer.kept[-1]
            return [table.nbytes for table in month if isinstance(table, np.ndarray)]

        assert kept(500) == kept(5_000)


class TestHowAMonthIsComputed:
    def digest(self, place, threads=1):
        model = im.IncentiveModel(place, "full-package", seed=3, burn_in=2, threads=threads).run(6)
        return model.residents.tobytes(), model.tally.sums.tobytes(), model.ledger.balances.tobytes()

    @pytest.mark.parametrize("tile", [1, 7, 64])
    def test_it_does_not_matter_how_many_residents_a_tile_has(self, place, tile, monkeypatch):
        before = self.digest(place)
        monkeypatch.setattr(threads, "TILE", tile)
        assert self.digest(place) == before
        assert self.digest(place, threads=3) == before

    def test_nor_who_lives_through_it_first(self, place):
        """Residents from the last to the first, each with the tile for themselves."""
        forward, backward = (im.IncentiveModel(place, "full-package", seed=3, burn_in=1) for _ in range(2))
        chunks = backward._chunks
        chunks.ranges = [(i, i + 1) for i in reversed(range(place.agents))]
        (tally,), (tile,) = chunks.tallies, chunks.tiles
        chunks.tallies, chunks.tiles = [tally] * place.agents, [tile] * place.agents
        work = threads.compiled(threads.live)
        chunks.run = lambda world: [work(world, *one, tally, tile) for one in chunks.ranges]
        chunks.total = lambda: threads.Tally(*(table.copy() for table in tally))
        forward.run(4)
        backward.run(4)
        assert backward.residents.tobytes() == forward.residents.tobytes()
        assert backward.tally.counts.tobytes() == forward.tally.counts.tobytes()

    def test_one_more_physician_changes_no_other(self):
        place = im.load_place("yongan", 100)
        p = im.IncentiveModel(place, seed=1, burn_in=0).p
        more = place.facilities.assign(physicians=place.facilities["physicians"] + (np.arange(173) == 20))
        few, belief = make_physicians(place, p, 1)
        many, beliefs = make_physicians(replace(place, facilities=more), p, 1)
        old = np.isin(many["id"], few["id"])
        assert old.sum() == len(few) == len(many) - 1
        assert many[old].tobytes() == few.tobytes()
        assert beliefs[old].tobytes() == belief.tobytes()

    def test_one_more_hospital_changes_nobody_who_does_not_go_there(self):
        """A hospital further away than any other, without physicians who are tied to it."""
        place = im.load_place("yongan", 400)
        f = place.facilities
        row = int(np.flatnonzero(f["tier"] == "T2")[0])
        far = f.iloc[[row]].assign(id="far", name="Far", x_km=9_000.0, physicians=0)
        more = replace(place, facilities=pd.concat([f, far], ignore_index=True))
        few = im.IncentiveModel(place, seed=1, burn_in=0, tie_share=0.0).run(3)
        many = im.IncentiveModel(more, seed=1, burn_in=0, tie_share=0.0).run(3)
        assert many.residents.tobytes() == few.residents.tobytes()


def test_an_edited_rule_is_never_run_from_an_old_cache(tmp_path):
    """The rule that is edited stands in another file than the one that is compiled."""
    shutil.copytree(PACKAGE, tmp_path / "incentive_model", ignore=shutil.ignore_patterns("__pycache__"))
    script = (
        "from types import SimpleNamespace\n"
        "from incentive_model.engine.columns import record\n"
        "from incentive_model.engine.compiled import compiled\n"
        "from incentive_model.rules.quality import gain_of_going_up\n"
        "p = record({'quality_slope': 9.0, 'quality_level': 1.2})\n"
        "print(compiled(gain_of_going_up)(p, 0.4, 0.8, 0.6))\n"
    )

    def gain() -> float:
        found = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env={"PATH": "", "PYTHONPATH": str(tmp_path), "INCENTIVE_MODEL_CACHE": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=True,
        )
        return float(found.stdout)

    first, again = gain(), gain()
    assert first == again
    maths = tmp_path / "incentive_model/rules/maths.py"
    text = maths.read_text(encoding="utf-8")
    assert "e = math.exp(x)" in text
    maths.write_text(text.replace("return 1.0 / (1.0 + math.exp(-x))", "return 0.5 / (1.0 + math.exp(-x))"))
    assert gain() != first
