"""The people of a place, from its own population seed."""

from __future__ import annotations

import hashlib
import math
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from incentive_model.chance.draws import normal, replicate_key, uniform, uniform_pair
from incentive_model.chance.elementary import log
from incentive_model.chance.even import even, even_starts
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import PHYSICIAN, RESIDENT, SLOTS, TIES, Floats, Ints, Slot, record, table
from incentive_model.engine.compiled import compiled
from incentive_model.inputs.place import Place
from incentive_model.network.geography import travel_minutes
from incentive_model.network.residents import tie_township
from incentive_model.rules.maths import clip
from incentive_model.rules.trust import starting_trust

#: Parameters that say how residents start.
START = (
    "travel_log_sd",
    "awareness_start",
    "control_start",
    "trust_start_T0",
    "trust_start_T1",
    "trust_start_T2",
    "trust_start_T2_other",
    "trust_start_T3",
)
#: Up to so many residents are kept for the next run of the same place (about 14 megabytes).
KEPT = 100_000


def find_homes(
    key: tuple[int, int],
    even_start: Floats,
    village_ends: Floats,
    village_clinic: Ints,
    first_id: int,
    clinic: NDArray[np.uint32],
    ring: Floats,
) -> None:
    """Each resident's clinic and place on the ring of ties, in the order of ids."""
    for i in range(len(clinic)):
        who = first_id + i
        clinic[i] = village_clinic[first_above(village_ends, even(even_start, 0, who))]
        ring[i] = uniform(key, Purpose.RING, who, 0, 0)


def draw_residents(
    w: Homes,
    p: Any,
    lo: int,
    hi: int,
    residents: np.recarray,
) -> None:
    """Fill the columns of residents ``lo`` … ``hi`` − 1, whose ids and clinics are there already."""
    for i in range(lo, hi):
        r = residents[i]
        who = r.id
        r.age = first_above(w.age_ends, even(w.even, 1, who))
        r.chronic = 1 if even(w.even, 2, who) < w.chronic_share[r.age] else 0
        r.insurance = first_above(w.insurance_ends, even(w.even, 3, who))
        relative = math.exp(w.income_log_sd * normal(w.key, Purpose.INCOME, who, 0, 0))
        r.income = w.income_median * relative
        r.price_sensitivity = clip(1.0 / math.sqrt(relative), 0.5, 2.0)
        z = normal(w.key, Purpose.TRAVEL, who, 0, 0)
        sd = p.travel_log_sd
        r.distance = math.exp(sd * z - 0.5 * sd * sd)
        r.awareness = p.awareness_start
        r.control = p.control_start
        r.habit = -1
        r.queue_slot = -1
        for slot in range(SLOTS):
            if w.reach[r.clinic, slot] >= 0:
                r.trust[slot] = starting_trust(p, slot)


def first_above(ends: NDArray[np.float64], u: float) -> int:
    """Position of the first cumulated share above ``u``; the last one if rounding left none."""
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        if u < ends[middle]:
            high = middle
        else:
            low = middle + 1
    return low


def tier_numbers(place: Place) -> NDArray[np.int64]:
    """0 for T0 … 3 for T3, by facility."""
    return np.array([int(tier[1]) for tier in place.facilities["tier"]], np.int64)


def refers_on(place: Place) -> NDArray[np.int64]:
    """1 for a hospital with one above it, to which its physicians refer on, by facility."""
    return ((tier_numbers(place) == 2) & (place.facilities["parent_row"].to_numpy() >= 0)).astype(np.int64)


@lru_cache(maxsize=4)
def facility_numbers(place: Place) -> NDArray[np.int64]:
    """A number of 31 bits a facility, from its id: draws belong to ids, not to rows."""
    digests = [hashlib.sha256(str(name).encode("utf-8")).digest() for name in place.facilities["id"]]
    return np.array([int.from_bytes(digest[:4], "big") >> 1 for digest in digests], np.int64)


def slots_by_clinic(place: Place) -> Ints:
    """Facility rows within reach, by (facility row of the clinic, slot): itself, its centre, the
    centre's hospital, the nearest other hospital, the outside hospital."""
    f = place.facilities
    tier = tier_numbers(place)
    parent = f["parent_row"].to_numpy(np.int64)
    rows = np.full((len(f), SLOTS), -1, np.int64)
    clinics = np.flatnonzero(tier == 0)
    centre = parent[clinics]
    hospital = parent[centre]
    rows[clinics, : Slot.OTHER] = np.stack([clinics, centre, hospital], axis=1)
    general = tier == 3
    general[place.skills["facility_row"]] = False  # a specialty hospital is reached for its specialty alone
    for slot, choice in ((Slot.OTHER, tier == 2), (Slot.OUTSIDE, general)):
        rows[clinics, slot] = _nearest(f, clinics, np.flatnonzero(choice), hospital)
    has_own = np.where(hospital >= 0, parent[hospital], -1)
    has_own = np.where((has_own >= 0) & general[has_own], has_own, -1)
    rows[clinics, Slot.OUTSIDE] = np.where(has_own >= 0, has_own, rows[clinics, Slot.OUTSIDE])
    return rows


def specialists_by_clinic(place: Place, reach: Ints) -> Ints:
    """The row of the outside slot by (specialty, facility row of the clinic): the nearest T3 hospital of the
    specialty, or else the one for general care, which is also entry 0."""
    f, tier = place.facilities, tier_numbers(place)
    clinics = np.flatnonzero(tier == 0)
    rows = np.repeat(reach[None, :, Slot.OUTSIDE], 1 + len(place.specialties), axis=0)
    for specialty in range(1, len(rows)):
        of_it = place.skills["facility_row"][place.skills["specialty"] == specialty].to_numpy(np.int64)
        choice = of_it[tier[of_it] == 3]
        if len(choice):
            rows[specialty, clinics] = _nearest(f, clinics, choice, np.full(len(clinics), -1))
    return rows


def _nearest(f: Any, clinics: Ints, choice: Ints, but: Ints) -> Ints:
    """The nearest of some facilities to each clinic, but for one; −1 if there is no other."""
    if not len(choice):
        return np.full(len(clinics), -1, np.int64)
    x, y = f["x_km"].to_numpy(float), f["y_km"].to_numpy(float)
    far = (x[choice] - x[clinics, None]) ** 2 + (y[choice] - y[clinics, None]) ** 2
    far[choice == but[:, None]] = np.inf
    nearest = far.argmin(axis=1)  # of equals the first
    found = np.isfinite(far[np.arange(len(clinics)), nearest])
    return np.where(found, choice[nearest], -1)


class Homes(NamedTuple):
    """What a place is to its residents: who lives there, and what is within reach.

    Attributes:
        key: of draws that belong to the population. ``even``: starts of the even sequences.
        reach: facility rows by (clinic's row, slot), −1 for none; ``minutes`` one way to them.
        specialist: facility rows of the outside slot by (specialty, clinic's row); ``far`` minutes to them.
        specialty_ends: cumulated shares of residents by specialty, general care first.
    """

    key: tuple[int, int]
    even: Floats
    reach: Ints
    minutes: Floats
    specialist: Ints
    far: Floats
    specialty_ends: Floats
    age_ends: Floats
    chronic_share: Floats
    insurance_ends: Floats
    income_median: float
    income_log_sd: float


@lru_cache(maxsize=4)
def homes(place: Place) -> Homes:
    """The homes of a place."""
    key = replicate_key(place.population_seed, 0)
    f = place.facilities
    reach = slots_by_clinic(place)
    here = np.arange(len(f))[:, None]
    per_km = place.travel_base_minutes, place.travel_minutes_per_km
    specialist = specialists_by_clinic(place, reach)
    shares = list(place.specialties.values())
    return Homes(
        key=key,
        even=even_starts(key),
        reach=reach,
        minutes=travel_minutes(f, here, reach, *per_km),
        specialist=specialist,
        far=travel_minutes(f, here.T, specialist, *per_km),
        specialty_ends=np.append(np.cumsum([1.0 - sum(shares), *shares])[:-1], 1.0),
        age_ends=np.cumsum(place.age_shares),
        chronic_share=np.asarray(place.chronic_shares, float),
        insurance_ends=np.cumsum([x.share for x in place.insurances]),
        income_median=float(place.income_median),
        income_log_sd=float(place.income_log_sd),
    )


def make_residents(
    place: Place, p: Any, first_id: int = 0, threads: int = 1
) -> tuple[np.recarray, NDArray[np.int32]]:
    """The residents of a place: their table, and who listens to whom.

    Residents stand in the order of their homes: township by township, village by village, along its
    ring. So those who listen to each other, and go to the same facilities, are near each other in memory.
    A small place's are kept for the next run.

    Args:
        first_id: stable id of the first resident; draws belong to ids, not to rows.

    Returns:
        The table, and the rows each resident listens to by (resident, tie), −1 from the last one on;
        these are not to be written to.
    """
    start = tuple(float(getattr(p, name)) for name in START)
    if place.agents > KEPT:
        return _make_residents(place, start, first_id, threads)
    residents, tie = _kept_residents(place, start, first_id)
    return residents.copy(), tie


@lru_cache(maxsize=2)
def _kept_residents(
    place: Place, start: tuple[float, ...], first_id: int
) -> tuple[np.recarray, NDArray[np.int32]]:
    return _make_residents(place, start, first_id, threads=1)


def _make_residents(
    place: Place, start: tuple[float, ...], first_id: int, threads: int
) -> tuple[np.recarray, NDArray[np.int32]]:
    n, home, p = place.agents, homes(place), record(dict(zip(START, start, strict=True)))
    villages = place.villages["residents"].to_numpy(float)
    ends = np.cumsum(villages / villages.sum())
    clinic, ring = np.empty(n, np.uint32), np.empty(n)
    compiled(find_homes)(
        home.key, home.even, ends, place.villages["clinic_row"].to_numpy(np.int64), first_id, clinic, ring
    )
    town = home.reach[:, Slot.CENTRE]
    street = np.empty(len(town))  # the order of villages
    street[np.lexsort((np.arange(len(town)), town))] = np.arange(len(town))
    order = np.argsort(street[clinic] + ring, kind="stable")
    residents = table(RESIDENT, n)
    residents["id"] = first_id + order
    residents["clinic"] = clinic[order]
    ring = ring[order]
    del clinic, order
    tie = np.empty((n, TIES), np.int32)
    towns = np.flatnonzero(np.diff(town[residents["clinic"]], prepend=-2, append=-2))

    def settle(lo: int, hi: int) -> None:
        ids, clinics = residents["id"][lo:hi], residents["clinic"][lo:hi]
        along = np.argsort(ring[lo:hi], kind="stable")
        compiled(tie_township)(home.key, ids, clinics, ring[lo:hi], along, ring[lo:hi][along], lo, tie[lo:hi])
        compiled(draw_residents)(home, p, lo, hi, residents)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(settle, towns[:-1], towns[1:]))
    return residents, tie


def draw_physicians(
    key: tuple[int, int],
    p: Any,
    tier: Ints,
    parent: Ints,
    onward: Ints,
    hospitals: Ints,
    ties_known: bool,
    physicians: np.recarray,
    belief: Floats,
) -> None:
    """Fill the columns of ``physicians``, whose ids, facilities and known ties are there already."""
    cv = p.altruism_cv
    log_sd = math.sqrt(log(1.0 + cv * cv))
    for i in range(len(physicians)):
        one = physicians[i]
        z = normal(key, Purpose.ALTRUISM, one.id, 0, 0)
        one.altruism = p.altruism_mean * math.exp(log_sd * z - 0.5 * log_sd * log_sd)
        u, v = uniform_pair(key, Purpose.PHYSICIAN, one.id, 0, 0)
        one.complex = 1 if u < p.complex_share else 0
        one.unaware = 1 if v < p.unaware_share else 0
        belief[i] = p.belief_start + (p.belief_aware if v >= p.unaware_share else 0.0)
        home = one.facility
        if onward[home] == 1:
            u, _ = uniform_pair(key, Purpose.PHYSICIAN, one.id, 0, 2)
            one.cards = 1 if u < p.outside_tie_share else 0
        if tier[home] > 1 or one.tie == 1:
            continue
        centre = home if tier[home] == 1 else parent[home]
        one.target = parent[centre]
        if not ties_known and len(hospitals) > 0:
            u, v = uniform_pair(key, Purpose.PHYSICIAN, one.id, 0, 1)
            if u < p.tie_share:
                one.tie = 1
                one.target = hospitals[int(v * len(hospitals))]


def make_physicians(place: Place, p: Any, n_instruments: int) -> tuple[np.recarray, Floats]:
    """The physicians of a place and their beliefs by instrument.

    Their number is the place's, whatever the sample of residents.
    """
    f = place.facilities
    count = f["physicians"].to_numpy(np.int64)
    facility = np.repeat(np.arange(len(f)), count)
    tier = tier_numbers(place)
    first = np.cumsum(count) - count
    physicians = table(PHYSICIAN, len(facility))
    physicians["facility"] = facility
    # at most 65,536 physicians a facility
    position = np.arange(len(facility)) - first[facility]
    physicians["id"] = facility_numbers(place)[facility] * 65_536 + position
    physicians["target"] = -1
    for row, hospital in _known_ties(place, count).items():
        if tier[facility[row]] <= 1:
            physicians["tie"][row], physicians["target"][row] = 1, hospital
    belief = np.empty(len(facility))
    compiled(draw_physicians)(
        replicate_key(place.population_seed, 0),
        p,
        tier,
        f["parent_row"].to_numpy(np.int64),
        refers_on(place) * int((place.facilities["outside"] == 1).any()),
        np.flatnonzero(tier == 2),
        place.ties is not None,
        physicians,
        belief,
    )
    return physicians, np.repeat(belief[:, None], n_instruments, axis=1)


def _known_ties(place: Place, count: Ints) -> dict[int, int]:
    """Ties the place's own data name: physician row → hospital row (the first one named)."""
    if place.ties is None:
        return {}
    first = np.cumsum(count) - count
    physician = first[place.ties["facility_row"]] + place.ties["physician"].to_numpy(np.int64) - 1
    pairs = zip(physician, place.ties["hospital_row"], strict=True)
    return {int(a): int(b) for a, b in reversed(list(pairs))}
