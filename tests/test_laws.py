"""The laws of the design that can be read off the sources and the registry."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import mesa
import pytest
import small_place

import incentive_model as im
from incentive_model.cards import indicators, levers, parameters
from incentive_model.cards.names import TAKEN, name_fault
from incentive_model.engine.month import live
from incentive_model.incentives import PACKAGED
from incentive_model.incentives.support import Support
from incentive_model.measures import MEASURES
from incentive_model.model import MONTH

PACKAGE = Path(im.__file__).parent

#: The rooms in the order data takes through them; those of one line may not need each other in a circle.
FLOORS = (
    ("cards",),
    ("chance", "rules", "incentives"),
    ("inputs",),
    ("network",),
    ("engine",),
    ("agents",),
    ("measures",),
    ("model",),
    ("runs",),
    ("analysis",),
    ("report",),
    ("app", "cli"),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def sources(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """Path inside the package and syntax tree of every source file of some rooms (default: of all)."""
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        if not rooms or inside.parts[0].removesuffix(".py") in rooms:
            yield inside.as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    """Modules imported at run time, wherever in the file."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)
        else:
            yield from imports(node)


def test_imports_run_one_way_through_the_rooms():
    uphill = {
        (path, module)
        for path, tree in sources(*FLOOR)
        for module in imports(tree)
        for room in [path.split("/")[0].removesuffix(".py")]
        for other in [module.split(".")[1] if module.startswith("incentive_model.") else ""]
        if other in FLOOR and FLOOR[other] > FLOOR[room]
    }
    assert uphill == set()


def test_an_economist_can_use_rules_and_incentives_alone():
    barred = {"mesa", "numba", "incentive_model.engine", "incentive_model.model"}
    for path, tree in sources("rules", "incentives"):
        assert not {m for m in imports(tree) for b in barred if m == b or m.startswith(b + ".")}, path


def test_rules_reckon_with_math_alone():
    """NumPy's logarithm may differ from the compiler's in the last bit; so may a power."""
    for path, tree in sources("rules"):
        modules = {m.split(".")[0] for m in imports(tree)}
        assert modules <= {"math", "enum", "typing", "collections", "__future__", "incentive_model"}, path


@pytest.mark.parametrize("room", ["chance", "rules", "engine"])
def test_nothing_compiled_takes_a_power_but_a_square(room):
    for path, tree in sources(room):
        for node in ast.walk(tree):
            power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
            if power and not isinstance(node.left, ast.Constant):  # 2**62 is worked out beforehand
                assert isinstance(node.right, ast.Constant), f"{path}:{node.lineno}"
                assert node.right.value == 2, f"{path}:{node.lineno}"
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            assert called not in ("pow", "math.pow"), f"{path}:{node.lineno}"


def test_the_compiler_takes_no_liberties():
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword):
                assert node.arg not in ("fastmath", "parallel"), path


def test_only_chance_draws():
    """Nothing in the model takes a number from a queue: every draw has an address."""
    for path, tree in sources("rules", "incentives", "network", "engine", "agents", "measures", "model"):
        assert not {m for m in imports(tree) if m.split(".")[0] == "random" or m == "numpy.random"}, path
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                text = ast.unparse(node)
                assert not text.startswith(("np.random", "self.random", "self.rng", "model.random")), path


def behaviour_read(*rooms: str) -> set[str]:
    """Names read from ``p``, the behavioural parameters (``p.x``, ``w.p.x``, ``county.p.x`` …)."""
    return {
        node.attr
        for _, tree in sources(*rooms)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (getattr(node.value, "id", "") == "p" or getattr(node.value, "attr", "") == "p")
    }


def test_every_number_of_behaviour_has_a_card():
    rooms = [room for room in FLOOR if room not in ("inputs", "report", "app", "cli")]
    assert behaviour_read(*rooms) <= set(parameters())


def test_every_card_of_behaviour_is_used():
    words = {  # a key of a mapping of parameters: request["parameters"]["qaly_threshold"]
        node.slice.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    }
    costs = {f"cost_{make.name}" for make in PACKAGED if issubclass(make, Support)}  # read by the name
    assert set(parameters()) - behaviour_read() - words - costs == set()


def test_every_lever_is_read_by_an_instrument(tmp_path):
    """A lever that no instrument asks for would change nothing, silently."""

    class Asked(dict):
        asked: set[str]

        def __getitem__(self, name):
            self.asked.add(name)
            return super().__getitem__(name)

    asked: set[str] = set()

    class Watched(im.IncentiveModel):
        def _announce_terms(self):
            levers_in_force = Asked(self.levers)
            levers_in_force.asked = asked
            self.levers = MappingProxyType(levers_in_force)
            super()._announce_terms()

    place = im.load_place(small_place.write(tmp_path / "small"), population=60)
    Watched(place, "full-package", seed=1, gatekeeping="hard").run(12)
    assert asked == set(levers())


#: Where a word that is also a lever's name stands outside the instruments, and why it is no door.
NO_DOOR = {
    ("model.py", "family_doctor_coverage"),  # contracts as they stand in the place's status quo
    ("engine/columns.py", "publicity"),  # the entry of the month's terms that an instrument fills
}


def test_no_lever_has_a_door_of_its_own():
    """Levers are read by instruments alone: nobody decides or looks by a lever's name."""
    rooms = ("rules", "engine", "agents", "measures", "network", "model")
    named = {
        (path, node.value)
        for path, tree in sources(*rooms)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in levers()
    }
    assert named == NO_DOOR
    read = {
        path
        for path, tree in sources("rules", "engine", "agents", "measures", "network")
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("levers")
    }
    assert read == set()


class TestNames:
    flat = (*levers(), *parameters(), *indicators())

    def test_every_name_stands_for_one_thing_and_is_free(self):
        assert len(set(self.flat)) == len(self.flat)
        assert [name for name in self.flat if name_fault(name)] == []

    def test_taken_are_the_keys_and_columns_of_every_table(self, tmp_path):
        place = im.load_place(small_place.write(tmp_path / "small"), population=60)
        result = im.compare(place, ["status-quo"], replicates=1, months=1, burn_in=0, workers=1)
        columns = {*result.runs, *result.series, *result.table()} - {*self.flat}
        assert [name for name in columns if not name_fault(name)] == []

    def test_taken_are_mesas_names_and_the_models_keywords(self):
        public = {name for name in dir(mesa.Model) if not name.startswith("_")}
        public |= {*inspect.signature(mesa.batch_run).parameters}
        public |= {name for name in vars(mesa.Model()) if not name.startswith("_")}
        assert public <= TAKEN["Mesa's"]
        keywords = {*inspect.signature(im.IncentiveModel).parameters} - {"kwargs"}
        assert keywords <= TAKEN["a setting of the model"]


class TestCards:
    def test_every_indicator_has_a_card_and_every_card_a_formula(self):
        assert set(MEASURES) == set(indicators())

    @pytest.mark.parametrize("card", [*levers().values(), *parameters().values()], ids=lambda c: c.name)
    def test_defaults_and_evidence_lie_inside_the_bounds(self, card):
        assert card.accepts(card.default)
        assert card.meaning
        assert card.unit
        assert card.source
        if card.plausible is not None:
            low, high = card.plausible
            assert card.low <= low < high <= card.high
            assert low <= card.default <= high

    def test_a_lever_left_alone_is_no_incentive(self):
        """The status quo of a place that says nothing is today's practice."""
        off = {name: card.default for name, card in levers().items() if card.default in (0.0, "none")}
        assert set(off) >= {
            "upward_share", "rehab_credit", "reimbursement_gap", "gatekeeping", "performance_pay_share",
            "referral_bonus", "reserved_slots", "platform_coverage",
        }  # fmt: skip
        assert levers()["payment_method"].default == "fee_for_service"


def test_a_month_has_ten_phases_in_their_order():
    assert [phase.__name__ for phase in MONTH] == [
        "announce",
        "fall_ill",
        "seek",
        "treat_or_refer",
        "admit",
        "recover",
        "settle",
        "outcome",
        "talk",
        "adapt",
    ]


def test_residents_live_through_the_phases_in_their_order():
    """As ``MONTH`` names them, with the bills in the place of settling."""
    tree = ast.parse(inspect.getsource(live))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = [ast.unparse(node.func) for node in sorted(calls, key=lambda node: node.lineno)]
    bills = {"settle": "pay_bills"}
    phases = [bills.get(phase.__name__, phase.__name__) for phase in MONTH[1:-1]]
    assert [name for name in called if name in phases] == phases
