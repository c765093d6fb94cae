"""The files of a place folder: which tables, columns, units and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from incentive_model.inputs.shapes import NAME, RowShape, TomlShape, number, positive, whole, word

#: What a place may consist of; the first three are needed.
PARTS = (
    "place.toml",
    "facilities.csv",
    "schedule.csv",
    "villages.csv",
    "ties.csv",
    "specialties.csv",
    "edges.csv",
    "network.graphml",
    "targets.csv",
    "patterns.toml",
)

TierName = Literal["T0", "T1", "T2", "T3"]
Setting = Literal["outpatient", "inpatient"]
TIERS: tuple[TierName, ...] = ("T0", "T1", "T2", "T3")
SETTINGS: tuple[Setting, ...] = ("outpatient", "inpatient")

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Bands = Annotated[list[Share], Field(min_length=4, max_length=4)]
Name = Annotated[str, Field(pattern=NAME, max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"  #: a calendar month


class Consortium(TomlShape):
    """A medical consortium: ``none``, ``loose`` (each keeps its accounts) or ``tight`` (one account)."""

    form: Literal["none", "loose", "tight"] = Field(description="none, loose or tight")


class Specialty(TomlShape):
    """A specialty whose serious cases not every hospital can treat."""

    share: float = number(0, 1, "share of residents whose serious illnesses belong to it")


class Reading(TomlShape):
    """Another reading of a place: the same people under other institutions."""

    title: Text = Field(description="a title, in quotes")
    facilities: Text = Field(description="the name of a file like facilities.csv, in quotes")


class InsuranceTable(TomlShape):
    """One insurance: who has it and who pays for it (yuan a member and year)."""

    share: float = number(0, 1, "share of residents")
    premium_resident: float = number(0, 100_000, "yuan a member and year")
    premium_government: float = number(0, 100_000, "yuan a member and year")
    premium_employer: float = number(0, 100_000, "yuan a member and year")


class Insurance(InsuranceTable):
    """An insurance and its name."""

    name: str


class Tier(TomlShape):
    """What is alike at all facilities of a tier."""

    visit_price: float = number(0, 1_000_000, "yuan a visit")
    admission_price: float = number(0, 1_000_000, "yuan an admission; 0 where nobody is admitted")
    stay_days: float = number(0, 365, "days of an acute stay; 0 where nobody is admitted")
    visits_per_doctor_day: float = positive(500, "visits a physician and working day")
    waiting_minutes: float = number(0, 1_440, "minutes in the waiting room")
    annual_pay: float = number(0, 10_000_000, "yuan a physician and year")
    subsidy: float = number(0, 10_000_000, "yuan a physician and year, paid by government")


class Age(TomlShape):
    """Bands 0-14, 15-44, 45-59, 60 and over."""

    shares: Bands = Field(description="four shares of residents, ages 0-14, 15-44, 45-59, 60+, that sum to 1")
    chronic: Bands = Field(description="four shares from 0 to 1 with a chronic condition, by the same ages")


class Income(TomlShape):
    """Disposable income a head, lognormal."""

    median: float = positive(10_000_000, "yuan a year")
    log_sd: float = number(0, 3, "standard deviation of the logarithm")


class Travel(TomlShape):
    """Minutes from home to a facility: a base and so much a kilometre."""

    base_minutes: float = number(0, 600, "minutes")
    minutes_per_km: float = number(0, 60, "minutes a kilometre")


class FamilyDoctor(TomlShape):
    """Family-doctor contracts."""

    elsewhere: ClassVar[Mapping[str, str]] = {"coverage": "write family_doctor_coverage under [levers]"}

    teams: int = whole(0, 1_000_000, "teams")
    physicians: int = whole(0, 1_000_000, "physicians in them")


class PlaceFile(TomlShape):
    """``place.toml``."""

    title: Text = Field(description="a title, in quotes")
    source: list[Text] = Field(description="a list of sources, in quotes")
    population: int = whole(1, 100_000_000, "residents")
    population_seed: int = whole(0, 2**32 - 1, "seed of the people and their networks")
    currency_year: int = whole(1900, 2100, "year of the prices")
    start: str | None = Field(
        default=None, pattern=MONTH, description='the calendar month of a scheme\'s first month: "2009-01"'
    )
    levers: dict[str, Any] = Field(default={}, description="a table of levers")
    parameters: dict[str, Any] = Field(default={}, description="a table of parameters")
    specialty: dict[Name, Specialty] = Field(
        default={}, description="a table for each specialty, its name without spaces"
    )
    reading: dict[Name, Reading] = Field(
        default={}, description="a table for each other reading, its name without spaces"
    )
    consortium: dict[Name, Consortium] = Field(
        default={}, description="a table for each consortium, its name without spaces"
    )
    insurance: dict[Name, InsuranceTable] = Field(
        min_length=1, description="a table for each insurance, its name without spaces"
    )
    tier: dict[TierName, Tier] = Field(description="a table for each tier that occurs: T0, T1, T2, T3")
    age: Age = Field(description="a table with shares and chronic")
    income: Income = Field(description="a table with median and log_sd")
    travel: Travel = Field(description="a table with base_minutes and minutes_per_km")
    family_doctor: FamilyDoctor = Field(description="a table with teams and physicians")


class FacilityRow(RowShape):
    """``facilities.csv``: one clinic, centre or hospital."""

    id: str = word("a name of its own")
    name: str = Field(max_length=200, description="a name for people", default="")  # blank: the id
    tier: TierName = Field(description="T0, T1, T2 or T3")
    parent: str = word("the id of the facility it refers to", default="")
    consortium: str = word("a consortium of place.toml, or blank", default="")
    beds: int = whole(0, 100_000, "beds", default=0)
    physicians: int = whole(1, 100_000, "physicians")
    capability: float | None = number(0, 1, "capability", default=None)  # blank: the tier's
    infrastructure: float | None = number(0, 1, "infrastructure", default=None)  # blank: the tier's
    grade: TierName | Literal[""] = Field(
        default="", description="T0, T1, T2 or T3: whose prices and reimbursement it has; blank: its tier"
    )
    outside: int | None = whole(0, 1, "1 outside the area; blank: 1 at T3, else 0", default=None)
    visit_price: float | None = number(0, 1_000_000, "yuan a visit; blank: as its grade", default=None)
    admission_price: float | None = number(
        0, 1_000_000, "yuan an admission; blank: as its grade", default=None
    )
    stay_days: float | None = number(0, 365, "days of an acute stay; blank: as its grade", default=None)
    x_km: float | None = number(-5_000, 5_000, "kilometres east of the origin", default=None)
    y_km: float | None = number(-5_000, 5_000, "kilometres north of the origin", default=None)
    longitude: float | None = number(-180, 180, "degrees east, WGS84", default=None)
    latitude: float | None = number(-90, 90, "degrees north, WGS84", default=None)
    urban: int = whole(0, 1, "1 in the town", default=0)
    dual_director: int = whole(0, 1, "1 with an operational director", default=0)
    tag: str = ""
    source: str = ""


class SkillRow(RowShape):
    """``specialties.csv``: what a facility can do in a specialty, if that is not its general capability."""

    facility: str = word("the id of a T2 or T3 facility")
    specialty: str = word("a specialty of place.toml")
    capability: float = number(0, 1, "capability")
    tag: str = ""
    source: str = ""


class ScheduleRow(RowShape):
    """``schedule.csv``: what an insurance pays at a tier, in one setting."""

    insurance: str = word("an insurance of place.toml")
    tier: TierName = Field(description="T0, T1, T2 or T3")
    setting: Setting = Field(description="outpatient or inpatient")
    rate: float = number(0, 0.95, "share of the covered bill above the deductible")
    deductible: float = number(0, 1_000_000, "yuan an admission; 0 for outpatients")
    cap: float | None = number(0, 10_000_000, "yuan a person and year; blank: none", default=None)
    tag: str = ""
    source: str = ""


class VillageRow(RowShape):
    """``villages.csv``: the residents around a clinic."""

    clinic: str = word("the id of a T0 facility")
    residents: int = whole(0, 100_000_000, "residents")
    name: str = ""
    tag: str = ""
    source: str = ""


class TieRow(RowShape):
    """``ties.csv``: a physician in primary care and a hospital physician who know each other."""

    facility: str = word("the id of a T0 or T1 facility")
    physician: int = whole(1, 100_000, "which of its physicians, from 1")
    hospital: str = word("the id of a T2 or T3 facility")
    specialist: int = whole(1, 100_000, "which of its physicians, from 1")
    tag: str = ""
    source: str = ""


class TargetRow(RowShape):
    """``targets.csv``: what was observed there. The tolerance is absolute, in the indicator's unit."""

    id: str = word("a name of its own")
    indicator: str = word("the name of an indicator")
    value: float = number(-1e12, 1e12, "in the indicator's unit")
    tolerance: float = number(0, 1e12, "in the indicator's unit")
    kind: Literal["fit", "pattern", "holdout"] = Field(description="fit, pattern or holdout")
    source: str = Field(description="where the figure is from")
    tag: str = ""
