"""Writes the tables of the packaged places but Yong'an: facilities, residents by clinic, and reimbursement.

    python experiments/make_places.py [--out FOLDER]

Maps are laid out, not drawn from life: centres lie evenly in a ring around a hospital, clinics evenly around
their centre. Counts, beds and physicians are national figures a head where no source counts them; each
place's README says which is which. Nothing is left to chance: the same files come out every time, and a test
holds them against those in the package.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

PLACES = Path(__file__).resolve().parent.parent / "incentive_model" / "data" / "places"
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))

# All of calibration 2.6 but where said; the nation has 1,409.7 million residents (calibration 2.2).
A_CENTRE = 41_765  # residents; D: 33,753 centres
A_CLINIC = 2_422  # residents; D: 581,964 clinics
CENTRE_BEDS = 60  # A: 45 at a township centre (D), and what community centres have, which nobody counts there
CLINIC_PHYSICIANS = 0.785  # a thousand residents; D: 1.90 a clinic
CENTRE_PHYSICIANS = 0.906  # a thousand residents; A: Yong'an's 299 for 330,000

#: What an insurance pays at a hospital out of the region, in place of Yong'an's row.
OUT_OF_REGION = {
    ("resident", "T3", "inpatient"): ("0.5", "1500", "M", "calibration 2.5 (URRBMI), out of region"),
    ("employee", "T3", "outpatient"): ("0", "0", "A", "no source: as residents'"),
    ("employee", "T3", "inpatient"): ("0.75", "1500", "M", "calibration 2.5 (UEBMI), out of region"),
}

Spot = tuple[float, float]  # kilometres east and north


@dataclass(frozen=True)
class Facility:
    """A row of ``facilities.csv``."""

    id: str
    name: str
    tier: str
    parent: str
    consortium: str
    beds: int | str
    physicians: int
    capability: float
    infrastructure: float
    x_km: float
    y_km: float
    urban: int
    tag: str
    source: str
    grade: str = ""
    outside: int | str = ""
    admission_price: int | str = ""


@dataclass(frozen=True)
class District:
    """Centres in a ring, and clinics around each.

    Attributes:
        middle: of the ring.
        ring: kilometres from there between which the centres lie.
        reach: kilometres from a centre within which its clinics lie.
        residents: living there, the same number at each centre and at each of its clinics but for one.
        hospitals: each centre refers to the nearest of them, and is in its consortium.
        urban: 1 in town.
        centre: a single centre, and what it has that is not as usual. Blank: as many as are usual.
    """

    middle: Spot
    ring: tuple[float, float]
    reach: float
    residents: int
    hospitals: Sequence[Facility]
    urban: int = 0
    centre: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Map:
    """What the tables of a place, or of another reading of it, are made from."""

    place: str
    hospitals: Sequence[Facility]
    districts: Sequence[District]
    insurances: Sequence[str] = ("resident", "employee", "none")
    terms: Mapping[tuple[str, str, str], tuple[str, str, str, str]] = field(default_factory=dict)
    facilities: str = "facilities.csv"


def shared(whole: int, n: int) -> list[int]:
    """``whole`` in ``n`` parts that differ by one at most."""
    return [after - before for before, after in pairwise(whole * k // n for k in range(n + 1))]


def around(middle: Spot, n: int, near: float, far: float) -> list[Spot]:
    """``n`` spots spread evenly between two circles (Vogel 1979), to the nearest 100 metres."""
    spots = []
    for k in range(n):
        r = math.sqrt(near**2 + (far**2 - near**2) * (k + 0.5) / n)
        x, y = r * math.cos(GOLDEN_ANGLE * k), r * math.sin(GOLDEN_ANGLE * k)
        spots.append((round(middle[0] + x, 1), round(middle[1] + y, 1)))
    return spots


def hospital(id: str, name: str, spot: Spot, beds: int | str, physicians: int, **more: Any) -> Facility:
    """A hospital in a town, with the usual capability and infrastructure of its grade (MODEL 3)."""
    usual = {"T2": 0.80, "T3": 0.95}[more.get("grade", id[:2])]
    given = {"parent": "", "consortium": "", "capability": usual, "infrastructure": usual, "urban": 1, **more}
    return Facility(id, name, id[:2], beds=beds, physicians=physicians, x_km=spot[0], y_km=spot[1], **given)


def centre(number: str, spot: Spot, residents: int, district: District) -> Facility:
    """A centre with so many residents, under the nearest hospital of its district."""
    above = min(district.hospitals, key=lambda x: math.dist(spot, (x.x_km, x.y_km)))
    usual = {
        "name": f"{'Community' if district.urban else 'Township'} centre {number}",
        "beds": CENTRE_BEDS,
        "physicians": round(CENTRE_PHYSICIANS * residents / 1_000),
        "capability": 0.52,
        "infrastructure": 0.50,
        "urban": district.urban,
        "tag": "D count; A the rest",
        "source": "calibration 2.6; MODEL 3",
    }
    own = {**usual, **district.centre, "parent": above.id, "consortium": above.consortium}
    return Facility(f"T1-{number}", tier="T1", x_km=spot[0], y_km=spot[1], **own)


def clinic(number: str, spot: Spot, physicians: int, centre: Facility) -> Facility:
    """A clinic or station of a centre."""
    return Facility(
        f"T0-{number}",
        f"{'Community station' if centre.urban else 'Village clinic'} {number}",
        "T0",
        parent=centre.id,
        consortium=centre.consortium,
        beds=0,
        physicians=physicians,
        capability=0.36,
        infrastructure=0.30,
        x_km=spot[0],
        y_km=spot[1],
        urban=centre.urban,
        tag="D count and physicians; A the rest",
        source="calibration 2.6; MODEL 3",
    )


def primary(districts: Sequence[District]) -> tuple[list[Facility], list[Facility], list[int]]:
    """Centres and clinics, as many in all as are usual, and each clinic's residents."""
    centres: list[Facility] = []
    clinics: list[Facility] = []
    residents: list[int] = []
    people = 0
    for d in districts:
        n = 1 if d.centre else round((people + d.residents) / A_CENTRE) - len(centres)
        for spot, listed in zip(around(d.middle, n, *d.ring), shared(d.residents, n), strict=True):
            people += listed
            centres.append(centre(f"{len(centres) + 1:03}", spot, listed, d))
            homes = round(people / A_CLINIC) - len(clinics)
            staff = shared(round(CLINIC_PHYSICIANS * listed / 1_000), homes)
            residents += shared(listed, homes)
            for home, physicians in zip(around(spot, homes, 0, d.reach), staff, strict=True):
                clinics.append(clinic(f"{len(clinics) + 1:04}", home, physicians, centres[-1]))
    return centres, clinics, residents


def town_and_country(seat: Spot, own: Facility, in_town: int, outside: int, far: float) -> list[District]:
    """A town around its hospital, and the country around the town up to ``far`` kilometres."""
    return [
        District(seat, (0, 3), 2, in_town, [own], urban=1),
        District(seat, (8, far), 10, outside, [own]),
    ]


def urumqi() -> Iterator[Map]:
    """A part of a city, all urban: one large hospital over three of grade 2, and alone over the centres."""
    own = {"source": "SYS1; calibration 2.6; MODEL 3 and 17", "consortium": "urumqi"}
    large = {
        "tag": "SEED that there is one; D beds and physicians of all hospitals together; A the rest",
        **own,
    }
    small = {"tag": "D beds and physicians of all hospitals together; A the rest", "parent": "T3-1", **own}
    second = [
        hospital(f"T2-{k}", f"Grade-2 hospital {k}", spot, 400, 152, **small)
        for k, spot in enumerate(around((0, 0), 3, 2, 6), start=1)
    ]
    top = hospital("T3-1", "Large general hospital", (0, 0), 600, 226, outside=0, **large)
    alone = hospital("T2-1", "Large general hospital", (0, 0), 1_800, 682, grade="T3", **large)
    people = ("resident", "none")
    for hospitals, above, name in (
        ([*second, top], second, "facilities.csv"),
        ([alone], [alone], "facilities-three-party-two-way-one-platform.csv"),
    ):
        city = District((0, 0), (0, 7), 2, 400_000, above, urban=1)
        yield Map("urumqi-321", hospitals, [city], people, facilities=name)


def shuanggou() -> Iterator[Map]:
    """A town's hospital and the villages around, the city's hospital that leads it, and the district's."""
    both = {"source": "SYS2; calibration 2.6; MODEL 3 and 17"}
    tag = {"tag": "SEED that it leads; D beds and physicians of both hospitals together; A the rest", **both}
    other = {"tag": "D beds and physicians of both hospitals together; A the rest", **both}
    lead = hospital(
        "T2-1",
        "City central hospital (its part for the town)",
        (25, 0),
        160,
        60,
        grade="T3",
        consortium="shuanggou",
        **tag,
    )
    district = hospital("T2-2", "District hospital (its part for the town)", (12, -6), 200, 76, **other)
    branch = {
        "name": "Shuanggou Town Central Hospital",
        "beds": 200,
        "physicians": 100,
        "capability": 0.60,
        "infrastructure": 0.60,
        "tag": "SEED that there is one; A the rest",
        "source": "SYS2",
    }
    town = District((0, 0), (0, 0), 12, 80_000, [lead], centre=branch)
    yield Map("shuanggou", [lead, district], [town])


def gaochun() -> Iterator[Map]:
    """A district with its hospital, the city's hospital above it, and a neighbour across the border."""
    own = {"source": "SYS5; calibration 2.6; MODEL 3 and 17", "consortium": "gaochun"}
    top = {"outside": 0, "tag": "SEED that there is a level above; A the rest", **own}
    lead = {"parent": "T3-1", "tag": "SEED that it leads; A the rest", **own}
    next_door = {"tag": "A all", "source": "SYS5; MODEL 3"}
    people = hospital("T2-1", "Gaochun People's Hospital", (0, 0), 1_215, 460, **lead)
    hospitals = [
        people,
        hospital("T2-2", "Hospital of the neighbouring district", (34, 8), 400, 150, **next_door),
        hospital("T3-1", "City tertiary hospital (its part for the district)", (-30, 60), 320, 123, **top),
    ]
    yield Map("gaochun", hospitals, town_and_country((0, 0), people, 172_000, 258_000, 26))


def zhangjiakou() -> Iterator[Map]:
    """Six hospitals, each in the town of its sixth of the prefecture, and three far away in Beijing."""
    far = (170, -120)  # 208 km from the first hospital
    own = {"source": "SYS4; Q09; MODEL 3"}
    tiantan = {"tag": "SEED name, distance and price; A the rest", "admission_price": 80_000, **own}
    jishuitan = {"tag": "SEED name and distance; A the rest", **own}
    other = {"tag": "SEED distance; A the rest; beds blank: no limit", **own}
    beijing = [
        hospital("T3-1", "Beijing Tiantan Hospital", far, 6, 30, **tiantan),
        hospital("T3-2", "Beijing Jishuitan Hospital", far, 31, 30, **jishuitan),
        hospital("T3-3", "General hospitals of Beijing", far, "", 60, **other),
    ]
    names = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")
    tag = {
        "tag": "SEED count; D beds and physicians of all six together; A the rest",
        "source": "SYS4; MODEL 3 and 17",
    }
    local: list[Facility] = []
    districts: list[District] = []
    for k, name in enumerate(names):
        angle, out = k * math.tau / 5, 85 if k else 0
        beds, staff = (3_000, 1_150) if k else (3_760, 1_355)  # everybody else's next hospital is the first
        seat = (round(out * math.cos(angle), 1), round(out * math.sin(angle), 1) + 0.0)
        partner = beijing[k % 2].id
        local.append(hospital(f"T2-{k + 1}", f"{name} Hospital", seat, beds, staff, parent=partner, **tag))
        urban, rural = shared(1_876_000, 6)[k], shared(2_814_000, 6)[k]
        districts += town_and_country(seat, local[k], urban, rural, 50)
    yield Map("zhangjiakou-beijing", [*local, *beijing], districts, terms=OUT_OF_REGION)


def national() -> Iterator[Map]:
    """A city and two counties of a million people together, as the country is on average."""
    own = {
        "tag": "D beds and physicians of all hospitals together; A the rest",
        "source": "SYS6; calibration 2.6; MODEL 3 and 17",
    }
    below = {"parent": "T3-1", **own}
    city = hospital("T2-1", "City district hospital", (3, 2), 1_200, 455, consortium="city", **below)
    east = hospital("T2-2", "County hospital east", (45, 5), 900, 341, consortium="county-east", **below)
    west = hospital("T2-3", "County hospital west", (-40, 20), 900, 341, consortium="county-west", **below)
    top = hospital("T3-1", "City tertiary hospital", (0, 0), 1_500, 568, outside=0, consortium="city", **own)
    districts = [
        District((0, 0), (0, 7), 2, 400_000, [city], urban=1),
        *town_and_country((45, 5), east, 130_000, 170_000, 26),
        *town_and_country((-40, 20), west, 130_000, 170_000, 26),
    ]
    yield Map("national", [city, east, west, top], districts)


MAPS: tuple[Callable[[], Iterator[Map]], ...] = (urumqi, shuanggou, gaochun, zhangjiakou, national)


def schedule(drawn: Map) -> Iterator[list[str]]:
    """Yong'an's reimbursement for the place's insurances, but for its own terms."""
    with (PLACES / "yongan" / "schedule.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    yield header
    for insurance, tier, setting, rate, deductible, cap, tag, source in rows:
        if insurance in drawn.insurances:
            usual = (rate, deductible, tag, source)
            rate, deductible, tag, source = drawn.terms.get((insurance, tier, setting), usual)
            yield [insurance, tier, setting, rate, deductible, cap, tag, source]


def write(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """A comma-separated file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def make(out: Path = PLACES) -> None:
    """Write every table into ``out``/its place."""
    for drawn in (drawn for draw in MAPS for drawn in draw()):
        centres, clinics, residents = primary(drawn.districts)
        columns = [x.name for x in fields(Facility)]
        rows = [[*asdict(x).values()] for x in (*clinics, *centres, *drawn.hospitals)]
        write(out / drawn.place / drawn.facilities, [columns, *rows])
        villages = [(x.id, n, "A", "calibration 2.6") for x, n in zip(clinics, residents, strict=True)]
        write(out / drawn.place / "villages.csv", [("clinic", "residents", "tag", "source"), *villages])
        write(out / drawn.place / "schedule.csv", schedule(drawn))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--out", type=Path, default=PLACES, help="a folder to write the places' folders into"
    )
    make(options.parse_args().out)
