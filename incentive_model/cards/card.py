"""The card: everything a user may ask about one number that can be set or is measured."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from numbers import Real
from typing import Any, Literal

Role = Literal["lever", "uncertain", "fixed", "indicator"]
Family = Literal[
    "revenue sharing",
    "reimbursement differential",
    "performance evaluation",
    "support",
    "behaviour",
    "economics",
    "patients",
    "physicians",
    "institutions",
    "insurer",
    "government",
    "system",
]
Whose = Literal["", "patients", "physicians", "institutions", "place"]
Tag = Literal["SEED", "S", "R", "D", "M", "A", "F"]
Value = float | int | str


@dataclass(frozen=True, slots=True)
class Card:
    """One lever, behavioural parameter or indicator.

    Attributes:
        name: flat, unique name: keyword, TOML key, result column and SALib factor alike.
        role: ``lever`` (a policy may set it), ``uncertain`` (behaviour, varied in sensitivity
            analysis), ``fixed`` (an accounting constant) or ``indicator`` (measured).
        family: the incentive family of a lever, or whose concern an indicator is.
        unit: unit in words; ``share`` means a fraction of one.
        meaning: one sentence for a reader who does not read code.
        source: id in the evidence tables (``M04``, ``Q01``, ``calibration 2.4``), or where it is from.
        tag: how sure the number is. ``SEED`` a source document, ``S`` published (abstract seen),
            ``R`` read in a public repository, ``D`` derived, ``M`` commonly quoted, ``A`` assumed,
            ``F`` free: fitted to the baseline's targets.
        default: value when nothing is said (None for indicators).
        low, high: hard bounds, inclusive; outside them the value is refused.
        plausible: the range that evidence leaves open (sensitivity analysis draws from it).
        distribution: shape over ``plausible``.
        choices: the words allowed, for a lever that is a word.
        good: ``up`` if more is better for ``family``, ``down`` if less is, ``none`` otherwise.
        symbol: the letter in the equations, if any.
        by_group: whether an indicator can be said of a group of residents (None for other cards).
        whose: whose behaviour a parameter is, or ``place``: it describes the place and its people.
    """

    name: str
    role: Role
    family: Family
    unit: str
    meaning: str
    source: str
    tag: Tag = "A"
    default: Value | None = None
    low: float = -math.inf
    high: float = math.inf
    plausible: tuple[float, float] | None = None
    distribution: Literal["uniform", "loguniform", "choice", "none"] = "uniform"
    choices: tuple[str, ...] = ()
    good: Literal["up", "down", "none"] = "none"
    symbol: str = ""
    by_group: bool | None = None
    whose: Whose = ""

    @property
    def part(self) -> str:
        """``lever``, ``behaviour`` or ``place``: what a result may hang on."""
        return "lever" if self.role == "lever" else "place" if self.whose == "place" else "behaviour"

    @property
    def concern(self) -> str:
        """The family of a lever, else whose behaviour it is."""
        return self.family if self.role == "lever" else self.whose or self.family

    def allowed(self) -> str:
        """What may be written, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        whole = "a whole number" if isinstance(self.default, int) else "a number"
        if math.isinf(self.low) and math.isinf(self.high):
            return whole
        if math.isinf(self.high):
            return f"{whole}, {self.low:g} or more"
        return f"{whole} from {self.low:g} to {self.high:g} ({self.unit})"

    def accepts(self, value: object) -> bool:
        """Whether ``value`` has the card's type and lies inside the hard bounds."""
        if self.choices:
            return value in self.choices
        if isinstance(value, bool) or not isinstance(value, Real):  # NumPy's numbers are real too
            return False
        try:
            number = float(value)
        except OverflowError:  # a whole number beyond any float
            return False
        if not math.isfinite(number):
            return False
        if isinstance(self.default, int) and number != math.floor(number):
            return False
        return self.low <= number <= self.high

    def to_json(self) -> dict[str, Any]:
        """All fields as JSON can carry them (an infinite bound is null)."""
        fields = asdict(self)
        for bound in ("low", "high"):
            if math.isinf(fields[bound]):
                fields[bound] = None
        return fields
