"""The people of a place, from its own population seed."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_model.chance.draws import normal, replicate_key, uniform, uniform_pair
from incentive_model.chance.even import even
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import PHYSICIAN, RESIDENT, SLOTS, Floats, Ints, Slot, table
from incentive_model.engine.compiled import compiled
from incentive_model.inputs.place import Place
from incentive_model.network.geography import travel_minutes
from incentive_model.network.residents import point_ties, reached, tie_rows
from incentive_model.rules.maths import clip
from incentive_model.rules.trust import starting_trust


def draw_residents(
    key: tuple[int, int],
    p: Any,
    village_ends: NDArray[np.float64],
    village_clinic: NDArray[np.int64],
    insurance_ends: NDArray[np.float64],
    age_ends: NDArray[np.float64],
    chronic_share: NDArray[np.float64],
    income_median: float,
    income_log_sd: float,
    slots_of: NDArray[np.int64],
    minutes: NDArray[np.float64],
    urban: NDArray[np.int64],
    first_physician: NDArray[np.int64],
    n_physicians: NDArray[np.int64],
    number: NDArray[np.int64],
    residents: np.recarray,
    ring: NDArray[np.float64],
) -> None:
    """Fill the columns of ``residents`` and each resident's place on the ``ring`` of ties.

    ``*_ends`` are cumulated shares; ``slots_of`` gives the facility rows of each clinic's residents
    by choice slot; ``number`` each facility's stable number.
    """
    for i in range(len(residents)):
        r = residents[i]
        who = r.id
        clinic = village_clinic[first_above(village_ends, even(key, 0, who))]
        r.age = first_above(age_ends, even(key, 1, who))
        r.chronic = 1 if even(key, 2, who) < chronic_share[r.age] else 0
        r.insurance = first_above(insurance_ends, even(key, 3, who))
        relative = math.exp(income_log_sd * normal(key, Purpose.INCOME, who, 0, 0))
        r.income = income_median * relative
        r.price_sensitivity = clip(1.0 / math.sqrt(relative), 0.5, 2.0)
        z = normal(key, Purpose.TRAVEL, who, 0, 0)
        sd = p.travel_log_sd
        multiplier = math.exp(sd * z - 0.5 * sd * sd)
        ring[i] = uniform(key, Purpose.RING, who, 0, 0)
        r.signs_at = even(key, 4, who) / (1.0 + 0.5 * r.chronic)
        r.managed_at = even(key, 5, who) if r.chronic == 1 else 2.0
        r.urban = urban[clinic]
        r.awareness = p.awareness_start
        r.control = p.control_start
        r.habit = -1
        r.queue_slot = -1
        for slot in range(SLOTS):
            row = slots_of[clinic, slot]
            r.facility[slot] = row
            r.doctor[slot] = -1
            if row >= 0:
                r.minutes[slot] = multiplier * minutes[clinic, row]
                r.trust[slot] = starting_trust(p, slot)
                if n_physicians[row] > 0:
                    u, _ = uniform_pair(key, Purpose.DOCTOR, who, number[row], 0)
                    r.doctor[slot] = first_physician[row] + int(u * n_physicians[row])


def first_above(ends: NDArray[np.float64], u: float) -> int:
    """Position of the first cumulated share above ``u``; the last one if rounding left none."""
    for k in range(len(ends)):
        if u < ends[k]:
            return k
    return len(ends) - 1


def tier_numbers(place: Place) -> NDArray[np.int64]:
    """0 for T0 … 3 for T3, by facility."""
    return np.array([int(tier[1]) for tier in place.facilities["tier"]], np.int64)


def facility_numbers(place: Place) -> NDArray[np.int64]:
    """A number of 31 bits a facility, from its id: draws belong to ids, not to rows."""
    digests = [hashlib.sha256(str(name).encode("utf-8")).digest() for name in place.facilities["id"]]
    return np.array([int.from_bytes(digest[:4], "big") >> 1 for digest in digests], np.int64)


def slots_by_clinic(place: Place) -> NDArray[np.int64]:
    """Facility rows within reach, by (facility row of the clinic, slot): itself, its centre, the
    centre's hospital, the nearest other hospital, the outside hospital."""
    f = place.facilities
    tier = tier_numbers(place)
    parent = f["parent_row"].to_numpy(np.int64)
    x, y = f["x_km"].to_numpy(float), f["y_km"].to_numpy(float)
    rows = np.full((len(f), SLOTS), -1, np.int64)
    for clinic in np.flatnonzero(tier == 0):
        centre = parent[clinic]
        hospital = parent[centre]
        rows[clinic, :3] = clinic, centre, hospital
        for slot, choice in ((Slot.OTHER, tier == 2), (Slot.OUTSIDE, tier == 3)):
            near = [k for k in np.flatnonzero(choice) if k != hospital]
            if slot == Slot.OUTSIDE and hospital >= 0 and parent[hospital] >= 0:
                rows[clinic, slot] = parent[hospital]
            elif near:
                rows[clinic, slot] = min(
                    near, key=lambda k: ((x[k] - x[clinic]) ** 2 + (y[k] - y[clinic]) ** 2, k)
                )
    return rows


def make_residents(place: Place, p: Any, first_id: int = 0) -> tuple[np.recarray, Ints, Ints]:
    """The residents of a place: their table, and their ties as sparse rows ``(start, tie)``.

    Args:
        first_id: stable id of the first resident; draws belong to ids, not to rows.
    """
    n = place.agents
    residents = table(RESIDENT, n)
    residents.id[:] = np.arange(first_id, first_id + n)
    key = replicate_key(place.population_seed, 0)
    f = place.facilities
    physicians = f["physicians"].to_numpy(np.int64)
    villages = place.villages["residents"].to_numpy(float)
    ring = np.empty(n)
    compiled(draw_residents)(
        key,
        p,
        np.cumsum(villages / villages.sum()),
        place.villages["clinic_row"].to_numpy(np.int64),
        np.cumsum([x.share for x in place.insurances]),
        np.cumsum(place.age_shares),
        np.asarray(place.chronic_shares, float),
        float(place.income_median),
        float(place.income_log_sd),
        slots_by_clinic(place),
        travel_minutes(f, place.travel_base_minutes, place.travel_minutes_per_km),
        f["urban"].to_numpy(np.int64),
        np.cumsum(physicians) - physicians,
        physicians,
        facility_numbers(place),
        residents,
        ring,
    )
    village, township = residents.facility[:, 0], residents.facility[:, 1]
    start = tie_rows(ring)
    spot = np.empty(start[-1])
    compiled(point_ties)(key, residents.id, village, township, start, spot)
    return residents, *reached(start, spot, ring, village, township)


def make_physicians(place: Place, p: Any, n_instruments: int) -> tuple[np.recarray, Floats]:
    """The physicians of a place and their beliefs by instrument.

    Their number is the place's, whatever the sample of residents.
    """
    f = place.facilities
    key = replicate_key(place.population_seed, 0)
    count = f["physicians"].to_numpy(np.int64)
    facility = np.repeat(np.arange(len(f)), count)
    tier = tier_numbers(place)
    parent = f["parent_row"].to_numpy(np.int64)
    hospitals = np.flatnonzero(tier == 2)
    k = len(facility)
    known = _known_ties(place, count)
    first = np.cumsum(count) - count
    cv = float(p.altruism_cv)
    log_sd = math.sqrt(math.log(1.0 + cv * cv))
    physicians = table(PHYSICIAN, k)
    physicians.facility[:] = facility
    # at most 65,536 physicians a facility
    physicians.id[:] = facility_numbers(place)[facility] * 65_536 + np.arange(k) - first[facility]
    physicians.target[:] = -1
    belief = np.empty(k)
    for i in range(k):
        home, who = int(facility[i]), int(physicians.id[i])
        z = normal(key, Purpose.ALTRUISM, who, 0, 0)
        physicians.altruism[i] = p.altruism_mean * math.exp(log_sd * z - 0.5 * log_sd * log_sd)
        u, v = uniform_pair(key, Purpose.PHYSICIAN, who, 0, 0)
        physicians.complex[i], physicians.unaware[i] = u < p.complex_share, v < p.unaware_share
        belief[i] = p.belief_start + p.belief_aware * (v >= p.unaware_share)
        if tier[home] > 1:
            continue
        centre = home if tier[home] == 1 else int(parent[home])
        physicians.target[i] = parent[centre]
        if i in known:
            physicians.tie[i], physicians.target[i] = 1, known[i]
        elif place.ties is None and len(hospitals):
            u, v = uniform_pair(key, Purpose.PHYSICIAN, who, 0, 1)
            if u < p.tie_share:
                physicians.tie[i], physicians.target[i] = 1, hospitals[int(v * len(hospitals))]
    return physicians, np.repeat(belief[:, None], n_instruments, axis=1)


def _known_ties(place: Place, count: Ints) -> dict[int, int]:
    """Ties the place's own data name: physician row → hospital row (the first one named)."""
    if place.ties is None:
        return {}
    first = np.cumsum(count) - count
    physician = first[place.ties["facility_row"]] + place.ties["physician"].to_numpy(np.int64) - 1
    pairs = zip(physician, place.ties["hospital_row"], strict=True)
    return {int(a): int(b) for a, b in reversed(list(pairs))}
