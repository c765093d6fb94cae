"""The residents' month once more in plain vectorised NumPy: a yardstick of speed for the compiled loops.

Every rule, draw and count of the engine, on whole columns instead of one resident after another. Formulas
that work element by element are the project's own rules; the rest name the rule they repeat. Residents
are taken a block at a time, lest the columns of a large county leave the processor's cache.

    python -m benchmarks.numpy_month             # seconds a month, by phase
    python -m benchmarks.numpy_month --check     # month by month against the engine
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, fields
from statistics import median
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_model import IncentiveModel
from incentive_model.chance.draws import STEP, TWO_PI
from incentive_model.chance.philox import MASK, MULTIPLIER_A, MULTIPLIER_B, ROUNDS, WEYL_A, WEYL_B
from incentive_model.chance.purpose import Purpose
from incentive_model.engine.columns import (
    FACILITY,
    NOW,
    PHYSICIAN,
    SLOTS,
    BedClass,
    Fate,
    Slot,
    State,
    Tally,
    World,
    empty_tally,
)
from incentive_model.incentives.events import Count, Event, Kind, Setting
from incentive_model.model import MONTH
from incentive_model.rules.billing import known
from incentive_model.rules.choice import self_care
from incentive_model.rules.discharge import accept_down, candidate_probability, send_down, send_home
from incentive_model.rules.followup import accept_return, follow_ups
from incentive_model.rules.maths import total
from incentive_model.rules.outcome import Ending, loss
from incentive_model.rules.referral import accept_up
from incentive_model.rules.trust import trust_anchor

Column = Any  #: an array with one entry a resident or episode; rules written for one number take it as well
Rows = Any  #: positions in columns: an array of whole numbers or a slice
Ints = NDArray[np.int64]

BLOCK = 131_072  #: residents taken at a time
DRAWS = 8_192  #: draws made at a time, whose words stay in the cache through the generator's ten rounds
NEVER = -1e300
AGES = ("0_14", "15_44", "45_59", "60_up")


# columns


@dataclass
class People:
    """The residents, one contiguous column a field; those with several entries each have them as rows."""

    id: Column
    age: Column
    chronic: Column
    insurance: Column
    part: Column
    signs_at: Column
    managed_at: Column
    income: Column
    price_sensitivity: Column
    facility: Column  #: (slot, resident)
    doctor: Column  #: (slot, resident)
    minutes: Column  #: (slot, resident)
    trust: Column  #: (slot, resident)
    habit: Column
    awareness: Column
    control: Column
    carried: Column
    queue_slot: Column
    queue_severity: Column
    queue_class: Column
    queue_months: Column
    fund_paid: Column  #: (outpatient or inpatient, resident)
    deductible_paid: Column
    oop: Column
    oop_year: Column
    time: Column
    qaly: Column
    tie_start: Column
    tie: Column


def columns_of(model: IncentiveModel) -> People:
    """Copies of the engine's columns as they are now. Nothing else here knows how the engine stores them."""

    def read(name: str) -> Column:
        column = model.residents[name]
        return column.T.copy() if column.ndim > 1 else column.copy()

    own = [field.name for field in fields(People) if not field.name.startswith("tie")]
    return People(**{name: read(name) for name in own}, tie_start=model.tie_start, tie=model.tie)


def hand_back(people: People, episodes: list[Ill], model: IncentiveModel) -> None:
    """Write what a month changed into the engine's columns, where the rest of the model reads it."""
    for name in (
        "trust", "habit", "awareness", "control", "carried", "queue_slot", "queue_severity", "queue_class",
        "queue_months", "fund_paid", "deductible_paid", "oop", "oop_year", "time", "qaly",
    ):  # fmt: skip
        model.residents[name][:] = getattr(people, name).T
    for name, nothing in (("first", -1), ("within", 0), ("referred", 0), ("follow_ups", 0)):
        model.episodes[name][:] = nothing
        for ep in episodes:
            model.episodes[name][ep.rows] = getattr(ep, name)


class Ill:
    """The month's episodes of a block of residents, one entry each, with the residents' columns they need.

    Those who seek care come first, those who wait for a bed after them. Attributes are named as in the
    engine's table of episodes; ``rows`` says whose they are.
    """

    # of the residents
    id: Column
    insurance: Column
    part: Column
    signs_at: Column
    income: Column
    price_sensitivity: Column
    habit: Column
    awareness: Column
    queue_slot: Column
    queue_class: Column
    queue_months: Column
    deductible_paid: Column
    oop_year: Column
    facility: Column
    doctor: Column
    minutes: Column
    trust: Column
    fund_paid: Column

    # set on the way
    perceived: Column
    worth: list[Column]  #: utility of own clinic, own centre, and the parent hospital if referred there
    issued: Column  #: whether a referral up was issued
    minute_worth: Column  #: worth of a minute, in yuan
    spent: Column  #: worth of the time spent, in fen

    def __init__(
        self,
        people: People,
        block: slice,
        rows: Ints,
        n_seek: int,
        state: Column,
        severity: Column,
        emergency: Column,
    ) -> None:
        n = len(rows)
        self.n = n
        self.block = block
        self.rows = rows
        self.seeking = slice(0, n_seek)
        self.waiting = slice(n_seek, n)
        self.state = state
        self.severity = severity
        self.emergency = emergency
        for name in (
            "id", "insurance", "part", "signs_at", "income", "price_sensitivity", "habit", "awareness",
            "queue_slot", "queue_class", "queue_months", "deductible_paid", "oop_year",
        ):  # fmt: skip
            setattr(self, name, getattr(people, name).take(rows))
        for name in ("facility", "doctor", "minutes", "trust", "fund_paid"):
            setattr(self, name, getattr(people, name).take(rows, axis=1))
        self.first = np.full(n, -1)
        self.at = np.full(n, -1)
        self.origin = np.full(n, -1)
        self.bed_class = np.full(n, int(BedClass.NONE))
        self.fate = np.zeros(n, np.int64)
        self.follow_ups = np.zeros(n, np.int64)
        self.referred = np.zeros(n, bool)
        self.within = np.zeros(n, bool)
        self.admitted = np.zeros(n, bool)
        self.returned = np.zeros(n, bool)
        self.ending = np.zeros(n, np.int64)

    def pick(self, column: Column, slot: Column, who: Ints) -> Column:
        """Entries of a column by slot, each resident's in a slot of their own."""
        return column.ravel().take(slot * self.n + who)


class Month:
    """What everybody meets this month, from the engine's ``World``, with what depends on a facility alone."""

    def __init__(self, w: World) -> None:
        self.key, self.month, self.season = w.key, w.month, w.season
        self.p = p = SimpleNamespace(**{name: float(w.p[name]) for name in w.p.dtype.names})
        self.now = SimpleNamespace(**{name: float(w.now[name]) for name in NOW})
        self.f = f = SimpleNamespace(**{x: w.facilities[x].copy() for x, *_ in FACILITY})
        self.doctors = SimpleNamespace(**{x: w.physicians[x].copy() for x, *_ in PHYSICIAN})
        self.believed = np.ascontiguousarray(w.believed.T)
        self.certain = w.terms.certain

        tier = f.tier
        self.visit_yuan = f.price_visit / 100.0
        self.admission_yuan = f.price_admission / 100.0
        self.uncovered = f.uncovered_bp / 10000.0
        self.waiting = f.waiting_minutes * f.load
        constants = np.array([p.constant_T0, p.constant_T1, p.constant_T2, p.constant_T3])
        self.constant = constants[tier] - p.beta_waiting_room * self.waiting
        self.visit_margin = f.pass_on * self.certain[Event.VISIT_YUAN] * self.visit_yuan
        claim = self.certain[Event.CLAIM_YUAN]
        self.account = f.pass_on * f.attention * claim * p.fund_part

        # terms by (insurance, facility) in one row, so that one number finds them: see `term`
        t, n = w.terms, len(tier)
        self.n_facilities, self.n_insurances = n, len(t.deductible)
        by_term = (len(Setting), 2, self.n_insurances * n)
        self.rate = np.moveaxis(t.rate[:, :, tier, :], 3, 0).reshape(by_term)
        self.rate_now = self.rate / 10000.0
        self.rate_before = np.moveaxis(t.rate_before[:, :, tier, :], 3, 0).reshape(by_term) / 10000.0
        self.deductible = t.deductible[:, tier].ravel()
        self.cap = np.moveaxis(t.cap[:, tier, :], 2, 0).reshape(2, -1)

    def by_age(self, name: str) -> Column:
        """The four values of a parameter that depends on age."""
        return np.array([getattr(self.p, f"{name}_{age}") for age in AGES])

    def term(self, ep: Ill, who: Rows, row: Column) -> Column:
        """Where the terms of these patients' insurance at these facilities stand."""
        return ep.insurance[who] * self.n_facilities + row


# draws (see chance.philox and chance.draws)


def philox(c0: Column, c1: Column, c2: Column, c3: Column, key: tuple[int, int]) -> tuple[Column, ...]:
    """Four 32-bit words for each counter."""
    k0, k1 = int(key[0]), int(key[1])
    mask, half = np.uint64(MASK), np.uint64(32)
    multiplier_a, multiplier_b = np.uint64(MULTIPLIER_A), np.uint64(MULTIPLIER_B)
    for _ in range(ROUNDS):
        a, b = multiplier_a * c0, multiplier_b * c2
        c0, c2 = b >> half, a >> half
        c0 ^= c1
        c0 ^= np.uint64(k0)
        c2 ^= c3
        c2 ^= np.uint64(k1)
        a &= mask
        b &= mask
        c1, c3 = b, a
        k0, k1 = (k0 + WEYL_A) & MASK, (k1 + WEYL_B) & MASK
    return c0, c1, c2, c3


def uniform_pair(m: Month, purpose: Purpose, agent: Column, k: int = 0) -> tuple[Column, Column]:
    """Two uniform numbers for each agent."""
    month, event = np.uint64(m.month & MASK), np.uint64((int(purpose) << 16) | int(k))
    u, v = np.empty(len(agent)), np.empty(len(agent))
    for start in range(0, len(agent), DRAWS):
        some = slice(start, start + DRAWS)
        who = agent[some].astype(np.uint64)
        w0, w1, w2, w3 = philox(who & np.uint64(MASK), month, event, who >> np.uint64(32), m.key)
        u[some], v[some] = unit(w0, w1), unit(w2, w3)
    return u, v


def unit(high: Column, low: Column) -> Column:
    """A number in (0, 1) from 52 bits of two words."""
    bits = ((high >> np.uint64(6)) << np.uint64(26)) + (low >> np.uint64(6))
    return (bits.astype(np.float64) + 0.5) * STEP


def normal(m: Month, purpose: Purpose, agent: Column, k: int = 0) -> Column:
    """A standard normal number for each agent."""
    u, v = uniform_pair(m, purpose, agent, k)
    return np.sqrt(-2.0 * np.log(u)) * np.cos(TWO_PI * v)


def gumbel_pair(m: Month, purpose: Purpose, agent: Column, k: int = 0) -> tuple[Column, Column]:
    """Two standard Gumbel numbers for each agent."""
    u, v = uniform_pair(m, purpose, agent, k)
    return -np.log(-np.log(u)), -np.log(-np.log(v))


# small arithmetic (see rules.maths, rules.quality and rules.billing)


def sigma(x: Column) -> Column:
    """The logistic function."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0.0, 1.0, e) / (1.0 + e)


def clip(x: Column, low: float, high: float) -> Column:
    """Held inside [low, high]."""
    return np.minimum(np.maximum(x, low), high)


def nano(x: Column) -> Column:
    """In whole billionths."""
    return np.floor(x * 1e9 + 0.5).astype(np.int64)


def success(p: Any, capability: Column, severity: Column) -> Column:
    """Chance that treatment succeeds."""
    return sigma(p.quality_slope * (capability - severity) + p.quality_level)


def bed_need(p: Any, tier: Column, severity: Column) -> Column:
    """Chance that a case needs a bed at a tier."""
    centre = tier == 1
    need = p.bed_ceiling * sigma(
        p.bed_slope * (severity + np.where(centre, p.centre_bed_shift, 0.0) - p.bed_midpoint)
    )
    return np.where((tier == 0) | (centre & (severity >= p.centre_bed_limit)), 0.0, need)


def expected_patient_cost(price: Column, uncovered: Column, deductible: Column, rate: Column) -> Column:
    """What a patient expects to pay, in yuan."""
    over = np.maximum(price - deductible, 0.0)
    return np.minimum(deductible, price) + (1.0 - rate * (1.0 - uncovered)) * over


def count(tally: Tally, ep: Ill, who: Rows, row: Column, what: int, times: Column = None) -> None:
    """Count something at the facilities ``row`` of some patients, once or so many times."""
    add(tally, ep.part[who], row, what, times)


def add(tally: Tally, part: Column, row: Column, what: int, times: Column = None) -> None:
    """Count something by part and facility. Sums of whole numbers this small are exact as floats."""
    parts, facilities, _ = tally.counts.shape
    sums = np.bincount(part * facilities + row, times, parts * facilities)
    tally.counts[:, :, what] += sums.astype(np.int64).reshape(parts, facilities)


# phase 2


def fall_ill(m: Month, people: People, block: slice, tally: Tally) -> Ill:
    """Phase 2: who waits, who still carries an illness, who falls ill anew, and how badly."""
    p, lo = m.p, block.start
    waits = people.queue_slot[block] >= 0
    goes_on = (people.carried[block] > 0.0) & ~waits
    well = lo + np.flatnonzero(~(waits | goes_on))
    u, v = uniform_pair(m, Purpose.ONSET, people.id.take(well))
    falls = np.flatnonzero(u < onset_probability(m, people, well))
    new, v = well[falls], v[falls]
    u, z = uniform_pair(m, Purpose.SEVERITY, people.id.take(new))
    s = severity(m, people, new, v, u)
    add(tally, people.part.take(new), people.facility[Slot.CLINIC].take(new), Count.NEW_EPISODE)

    old, queue = lo + np.flatnonzero(goes_on), lo + np.flatnonzero(waits)
    emergency = np.zeros(len(new) + len(old) + len(queue), bool)
    emergency[: len(new)] = (s >= 0.70) & (z < p.emergency_share)
    return Ill(
        people,
        block,
        np.concatenate([new, old, queue]),
        len(new) + len(old),
        np.repeat([State.NEW, State.CARRIED, State.WAITING], [len(new), len(old), len(queue)]),
        np.concatenate([s, people.carried.take(old), people.queue_severity.take(queue)]),
        emergency,
    )


def onset_probability(m: Month, people: People, who: Ints) -> Column:
    """Chance of a new episode (see rules.illness)."""
    base = m.p.illness_rate * m.by_age("onset") * m.season
    uncontrolled = m.p.chronic_onset * people.chronic.take(who) * (1.0 - people.control.take(who))
    return base.take(people.age.take(who)) * (1.0 + uncontrolled)


def severity(m: Month, people: People, who: Ints, u_class: Column, u_within: Column) -> Column:
    """Severity of new episodes (see rules.illness)."""
    age, p = people.age.take(who), m.p
    worse = 1.0 + p.chronic_severe * people.chronic.take(who) * (0.5 - people.control.take(who))
    severe = (p.severe_scale * m.by_age("severe_share")).take(age) * worse
    moderate = m.by_age("moderate_share").take(age)
    return np.where(
        u_class < severe,
        0.70 + 0.30 * u_within,
        np.where(u_class < severe + moderate, 0.40 + 0.30 * u_within, 0.05 + 0.35 * u_within),
    )


# phase 3


def seek(m: Month, people: People, ep: Ill, tally: Tally) -> None:
    """Phase 3: those waiting stay, go outside or give up; the ill choose self-care or a facility."""
    seek_from_queue(m, ep, tally)
    seek_first_contact(m, ep, tally)


def seek_from_queue(m: Month, ep: Ill, tally: Tally) -> None:
    """Residents who wait for a bed go on waiting, go outside the county, or give up."""
    who = np.arange(ep.n)[ep.waiting]
    leaves, outside = uniform_pair(m, Purpose.QUEUE, ep.id[who])
    ep.at[who] = ep.queue_slot[who]
    ep.bed_class[who] = ep.queue_class[who]
    leave = leaves < m.p.queue_leave
    goes = leave & (outside < m.p.queue_outside) & (ep.facility[Slot.OUTSIDE, who] >= 0)
    gone = who[goes]
    ep.state[gone] = State.WENT_OUTSIDE
    ep.at[gone] = Slot.OUTSIDE
    ep.bed_class[gone] = BedClass.OTHER
    lost = who[leave & ~goes]
    count(tally, ep, lost, ep.pick(ep.facility, ep.queue_slot[lost], lost), Count.UNMET)
    ep.state[lost] = State.GAVE_UP
    ep.at[lost] = -1
    ep.bed_class[lost] = BedClass.NONE


def contracted(m: Month, ep: Ill, who: Rows) -> Column:
    """Who has a family-doctor contract."""
    return ep.signs_at[who] < m.now.coverage


def known_rate(m: Month, term: Column, aware: Column, setting: int, referred: int) -> Column:
    """The reimbursement rate residents reckon with."""
    before = m.rate_before[setting, referred].take(term)
    return known(before, m.rate_now[setting, referred].take(term), aware)


def stay_deductible(m: Month, ep: Ill, who: Rows, term: Column, setting: int, exempt: Column) -> Column:
    """What stays still owe of their deductible, in fen."""
    whole = m.deductible.take(term)
    if m.now.continuous != 1.0:
        return whole
    if setting == Setting.REHAB:
        return np.zeros_like(whole)
    return np.where(exempt, np.maximum(0, whole - ep.deductible_paid[who]), whole)


def known_deductible(m: Month, ep: Ill, who: Rows, term: Column, setting: int, exempt: int) -> Column:
    """The deductible residents reckon with, in yuan."""
    whole = m.deductible.take(term) / 100.0
    if m.now.continuous != 1.0:
        return whole
    now = stay_deductible(m, ep, who, term, setting, exempt) / 100.0
    return known(whole, now, ep.awareness[who])


def slot_value(m: Month, ep: Ill, who: Rows, slot: int, perceived: Column, referred: int) -> Column:
    """Utility of the facility in a choice slot, referred (1) or not (0) (see rules.choice.appeal).

    What is the same for all at a facility is summed beforehand; where there is no facility it is any number.
    """
    p, f = m.p, m.f
    row = ep.facility[slot][who]
    term = m.term(ep, who, row)
    aware, sensitive = ep.awareness[who], ep.price_sensitivity[who]
    days = f.days_other.take(row)
    if referred:
        days = known(days, f.days_referred.take(row), aware)
    uncovered = m.uncovered.take(row)
    # a visit has no deductible
    visit = m.visit_yuan.take(row) * (
        1.0 - known_rate(m, term, aware, Setting.OUTPATIENT, referred) * (1.0 - uncovered)
    )
    value = p.beta_quality * (0.35 + perceived) * f.attractiveness.take(row)
    value += 2.0 * p.beta_trust * (ep.trust[slot][who] - 0.5)
    value -= p.beta_visit_price * visit * sensitive * (1.0 - 0.5 * perceived)
    if slot != Slot.CLINIC:  # a clinic admits nobody
        p_bed = np.where(f.beds.take(row) > 0.0, bed_need(p, f.tier.take(row), perceived), 0.0)
        admission = p_bed * expected_patient_cost(
            m.admission_yuan.take(row),
            uncovered,
            known_deductible(m, ep, who, term, Setting.INPATIENT, referred),
            known_rate(m, term, aware, Setting.INPATIENT, referred),
        )
        value -= p.beta_admission_price * admission * sensitive
    value -= p.beta_travel * ep.minutes[slot][who] * (1.0 - 0.6 * perceived)
    value += m.constant.take(row) - p.beta_appointment * days
    if slot <= Slot.CENTRE:
        value += p.beta_contract * contracted(m, ep, who)
    value += p.beta_habit * (ep.habit[who] == slot)
    return value


def seek_first_contact(m: Month, ep: Ill, tally: Tally) -> None:
    """The discrete choice: utility plus gateway value plus one Gumbel draw an alternative."""
    p, who = m.p, ep.seeking
    emergency, agent = ep.emergency[who], ep.id[who]
    urgent = np.flatnonzero(emergency)
    n = len(agent)
    perceived = perceived_severity(m, ep.severity[who], normal(m, Purpose.PERCEPTION, agent))
    g0, g1 = gumbel_pair(m, Purpose.CHOICE, agent, 0)
    g2, g3 = gumbel_pair(m, Purpose.CHOICE, agent, 1)
    g4, g_self = gumbel_pair(m, Purpose.CHOICE, agent, 2)
    noise = (g0, g1, g2, g3, g4)

    best, choice = np.full(n, NEVER), np.full(n, -1)

    def offer(slot: int, value: Column) -> None:
        better = value > best
        choice[better] = slot
        np.copyto(best, value, where=better)

    best_unreferred = np.full(n, NEVER)
    for slot in (Slot.PARENT, Slot.OTHER, Slot.OUTSIDE):
        value = slot_value(m, ep, who, slot, perceived, 0)
        value[urgent] = slot_value(m, ep, urgent, slot, perceived[urgent], 1)
        value[ep.facility[slot][who] < 0] = NEVER
        if slot != Slot.OUTSIDE:
            best_unreferred = np.maximum(best_unreferred, value)
        value += noise[slot]
        if m.now.gate > 0.0:
            u, _ = uniform_pair(m, Purpose.GATE, agent, slot)
            value[(u < m.now.gate) & ~emergency] = NEVER
        offer(slot, value)
    referred = slot_value(m, ep, who, Slot.PARENT, perceived, 1)
    way_up = gateway(p, perceived, referred, best_unreferred)
    way_up[ep.facility[Slot.PARENT][who] < 0] = 0.0
    ep.worth = [slot_value(m, ep, who, slot, perceived, 0) for slot in (Slot.CLINIC, Slot.CENTRE)]
    for slot in (Slot.CLINIC, Slot.CENTRE):
        offer(slot, ep.worth[slot] + way_up + noise[slot])
    ep.worth.append(referred)
    ep.perceived = perceived

    stays = ~emergency & (self_care(p, perceived) + g_self > best)
    home, goes = np.flatnonzero(stays), np.flatnonzero(~stays)
    count(tally, ep, home, ep.facility[Slot.CLINIC].take(home), Count.SELF_CARE)
    choice = choice[goes]
    ep.first[goes] = choice
    ep.at[goes] = choice
    count_first_contacts(m, ep, goes, choice, tally)


def count_first_contacts(m: Month, ep: Ill, goes: Ints, choice: Column, tally: Tally) -> None:
    """Where patients went first, and whether that was the right place."""
    row, centre = ep.pick(ep.facility, choice, goes), ep.facility[Slot.CENTRE].take(goes)
    count(tally, ep, goes, row, Count.FIRST_CONTACT)
    count(tally, ep, goes, row, Count.VISIT)
    count(tally, ep, goes, centre, Count.LISTED_CONTACT)
    primary = choice <= Slot.CENTRE
    count(tally, ep, goes[primary], centre[primary], Count.LISTED_PRIMARY)
    bypass = ~primary & (ep.severity[goes] < 0.45) & ~ep.emergency[goes]
    count(tally, ep, goes[bypass], row[bypass], Count.BYPASS)
    right = m.f.tier.take(row) == appropriate_tier(m, ep, goes)
    count(tally, ep, goes[right], row[right], Count.APPROPRIATE)


def perceived_severity(m: Month, severity: Column, noise: Column) -> Column:
    """How severe an illness feels (see rules.choice)."""
    p, education = m.p, m.now.education
    bias = p.perception_bias * (1.0 - p.education_bias * education)
    spread = p.perception_noise * (1.0 - p.education_noise * education)
    return clip(severity + bias + spread * noise, 0.0, 1.0)


def gateway(p: Any, severity: Column, value_referred: Column, best_unreferred: Column) -> Column:
    """What a primary facility is worth as the way up (see rules.choice)."""
    gain = clip(value_referred - best_unreferred, 0.0, 2.0)
    return p.gateway_weight * sigma(10.0 * (severity - 0.5)) * gain


def appropriate_tier(m: Month, ep: Ill, who: Ints) -> Column:
    """The lowest tier within reach with q ≥ .8 (a hospital for an emergency); else the highest."""
    found = np.zeros(len(who), np.int64)
    left = np.arange(len(who))  # of those whose tier is not yet found
    for slot in (Slot.CLINIC, Slot.CENTRE, Slot.PARENT, Slot.OUTSIDE):
        row = ep.facility[slot].take(who[left])
        there = row >= 0
        tier = m.f.tier.take(row)
        found[left[there]] = tier[there]
        enough = success(m.p, m.f.capability.take(row), ep.severity.take(who[left])) >= 0.8
        enough &= there & (~ep.emergency.take(who[left]) | (tier >= 2))
        left = left[~enough]
    return found


# phase 4


def treat_or_refer(m: Month, people: People, ep: Ill, tally: Tally) -> None:
    """Phase 4: primary physicians decide, the patient accepts or not; who needs a bed asks for one."""
    p, f = m.p, m.f
    queued = np.flatnonzero((ep.state == State.WAITING) | (ep.state == State.WENT_OUTSIDE))
    ask_for_beds(ep, queued, ep.pick(ep.facility, ep.at[queued], queued), tally)
    primary_contact(m, ep, tally)
    who = np.flatnonzero(ep.first >= 0)
    row = ep.pick(ep.facility, ep.at[who], who)
    bedded = f.beds.take(row) > 0.0
    who, row = who[bedded], row[bedded]
    need = bed_need(p, f.tier.take(row), ep.severity[who])
    possible = need > 0.0
    who, row, need = who[possible], row[possible], need[possible]
    u, _ = uniform_pair(m, Purpose.BED_NEED, ep.id[who])
    needs = u < need
    who, row = who[needs], row[needs]
    kind = np.where(ep.referred[who], BedClass.REFERRED, BedClass.OTHER)
    ep.bed_class[who] = np.where(ep.emergency[who], BedClass.EMERGENCY, kind)
    ask_for_beds(ep, who, row, tally)


def ask_for_beds(ep: Ill, who: Ints, row: Column, tally: Tally) -> None:
    """Count demand for beds, by class."""
    for kind in (BedClass.EMERGENCY, BedClass.REFERRED, BedClass.OTHER):
        of_kind = ep.bed_class[who] == kind
        count(tally, ep, who[of_kind], row[of_kind], Count.BED_EMERGENCY + kind)


def referral_slot(m: Month, ep: Ill, who: Ints, physician: Column) -> Column:
    """Where physicians refer: the hospital of the own tie or the parent, −1 without any."""
    other = ep.facility[Slot.OTHER].take(who)
    parent = np.where(ep.facility[Slot.PARENT].take(who) >= 0, int(Slot.PARENT), -1)
    return np.where((other >= 0) & (m.doctors.target.take(physician) == other), int(Slot.OTHER), parent)


def primary_contact(m: Month, ep: Ill, tally: Tally) -> None:
    """Primary contacts: refer up, within the township, or treat. A centre that gets a clinic's patient
    decides anew, unless the patient has just declined the hospital."""
    ep.issued = np.zeros(ep.n, bool)
    who = np.flatnonzero(ep.first == Slot.CENTRE)
    refer_up(m, ep, who, Slot.CENTRE, 0, diagnose(m, ep, who, Slot.CENTRE, 0), tally)
    who = np.flatnonzero(ep.first == Slot.CLINIC)
    diagnosed = diagnose(m, ep, who, Slot.CLINIC, 0)
    refer_up(m, ep, who, Slot.CLINIC, 0, diagnosed, tally)
    stays = ~ep.referred[who]
    who, diagnosed = who[stays], diagnosed[stays]
    goes = who[refer_within(m, ep, who, diagnosed)]
    count(tally, ep, goes, ep.facility[Slot.CLINIC].take(goes), Count.INTERNAL_REFERRAL)
    count(tally, ep, goes, ep.facility[Slot.CENTRE].take(goes), Count.VISIT)
    ep.within[goes] = True
    ep.at[goes] = Slot.CENTRE
    again = goes[~ep.issued[goes]]
    refer_up(m, ep, again, Slot.CENTRE, 1, diagnose(m, ep, again, Slot.CENTRE, 1), tally)
    count_needs(m, ep, tally)


def count_needs(m: Month, ep: Ill, tally: Tally) -> None:
    """Which primary contacts should have gone to the hospital, and whether they did."""
    who = np.flatnonzero((ep.first >= 0) & (ep.first <= Slot.CENTRE))
    last = np.where(ep.referred[who], ep.origin[who], ep.at[who])
    needs = needs_hospital(m, ep, who, last)
    who, here = who[needs], ep.pick(ep.facility, last[needs], who[needs])
    count(tally, ep, who, here, Count.CONTACT_NEEDING)
    up = ep.referred[who]
    count(tally, ep, who[up], here[up], Count.UP_NEEDED)
    refused = ~up & ~ep.issued[who]
    who, here = who[refused], here[refused]
    count(tally, ep, who, here, Count.REFUSED)
    if m.now.audit > 0.0:
        _, found = uniform_pair(m, Purpose.AUDIT, ep.id[who])
        found = found < m.now.audit
        count(tally, ep, who[found], here[found], Count.AUDITED_REFUSAL)


def needs_hospital(m: Month, ep: Ill, who: Ints, slot: Column) -> Column:
    """Whether cases, by their true severity, should go from a primary facility to the hospital."""
    above = referral_slot(m, ep, who, ep.pick(ep.doctor, slot, who))
    here = m.f.capability.take(ep.pick(ep.facility, slot, who))
    there = m.f.capability.take(ep.pick(ep.facility, above, who))
    s = ep.severity[who]
    needed = success(m.p, there, s) - success(m.p, here, s) >= m.p.needed_gain
    return (above >= 0) & (ep.emergency[who] | needed)


def diagnose(m: Month, ep: Ill, who: Ints, slot: int, k: int) -> Column:
    """The severity that physicians of a primary facility see (see rules.referral.diagnosed_severity)."""
    p, now = m.p, m.now
    diagnostics = now.diagnostics if slot == Slot.CENTRE else 0.0
    spread = p.diagnosis_noise * (1.0 - p.platform_diagnosis * now.platform)
    spread *= (1.0 - p.criteria_diagnosis * now.criteria) * (1.0 - p.shared_diagnosis * diagnostics)
    return clip(ep.severity[who] + spread * normal(m, Purpose.DIAGNOSIS, ep.id[who], k), 0.0, 1.0)


def referral_reasons(
    m: Month,
    ep: Ill,
    who: Ints,
    slot: int,
    there: Column,
    diagnosed: Column,
    tie: Column,
    value_there: Column,
    value_here: Column,
) -> Column:
    """Why physicians of a primary facility would refer to the facilities ``there``, in yuan (see
    rules.referral.refer_or_treat and engine.referring)."""
    p, f, now, doctors = m.p, m.f, m.now, m.doctors
    here, physician = ep.facility[slot].take(who), ep.doctor[slot].take(who)
    tier = f.tier.take(there)
    visits = 1.0 + follow_ups(p, diagnosed)
    gain = success(p, f.capability.take(there), diagnosed) - success(p, f.capability.take(here), diagnosed)
    chain = p.chain_visits * m.visit_yuan.take(there)
    chain += bed_need(p, tier, diagnosed) * m.admission_yuan.take(there)
    delta = doctors.altruism.take(physician) * p.value_of_health * (0.5 + diagnosed) * gain
    if tier.max(initial=0) >= 2:  # nobody is paid for a referral to the centre
        paid = m.believed[Event.UP_REFERRAL].take(physician)
        paid += m.believed[Event.CHAIN_YUAN].take(physician) * chain
        needed = (m.believed[Event.NEEDED_UP_REFERRAL] - m.believed[Event.REFUSED]).take(physician)
        paid += np.where(gain >= p.needed_gain, needed, 0.0)
        delta += np.where(tier >= 2, paid, 0.0)
    delta -= m.visit_margin.take(here) * visits
    delta += m.account.take(here) * (chain - m.visit_yuan.take(here))
    delta += np.where(f.load.take(here) > p.effort_load, p.effort_cost * visits, 0.0)
    trouble = p.hassle_up * (0.4 + 1.2 * doctors.complex.take(physician))
    trouble *= (1.0 - p.platform_hassle_up * now.platform) * (1.0 - p.criteria_hassle_up * now.criteria)
    delta -= trouble * (1.0 - p.tie_hassle_up * tie)
    delta += p.weight_wishes * clip((value_there - value_here) / 2.0, -1.0, 1.0)
    return delta


def refer_up(m: Month, ep: Ill, who: Ints, slot: int, k: int, diagnosed: Column, tally: Tally) -> None:
    """Physicians' decisions on going up to the hospital, and the patients'. Emergencies always go."""
    p = m.p
    physician = ep.doctor[slot].take(who)
    above = referral_slot(m, ep, who, physician)
    possible = above >= 0
    who, above, diagnosed, physician = (
        who[possible],
        above[possible],
        diagnosed[possible],
        physician[possible],
    )
    there = ep.pick(ep.facility, above, who)
    value_there, value_here = ep.worth[Slot.PARENT].take(who), ep.worth[slot].take(who)
    tied = np.flatnonzero((above != Slot.PARENT) & ~ep.emergency[who])
    value_there[tied] = slot_value(m, ep, who[tied], Slot.OTHER, ep.perceived[who[tied]], 1)
    own_tie = (m.doctors.tie.take(physician) == 1) & (m.doctors.target.take(physician) == there)
    tie = np.where(own_tie, 1.0, m.now.channel)
    delta = referral_reasons(m, ep, who, slot, there, diagnosed, tie, value_there, value_here)
    u, v = uniform_pair(m, Purpose.REFERRAL, ep.id[who], k)
    emergency = ep.emergency[who]
    issued = (u < sigma(delta / p.scale_referral)) | emergency
    who, above, there, v, emergency = who[issued], above[issued], there[issued], v[issued], emergency[issued]
    count(tally, ep, who, ep.facility[slot].take(who), Count.REFERRAL_ISSUED)
    ep.issued[who] = True
    answer: Any = accept_up(p, diagnosed[issued], value_there[issued], value_here[issued])
    accepted = (v < sigma(total(answer))) | emergency
    who, above, there = who[accepted], above[accepted], there[accepted]
    count(tally, ep, who, ep.facility[slot].take(who), Count.UP_REFERRAL)
    count(tally, ep, who, there, Count.VISIT)
    count(tally, ep, who, there, Count.VISIT_REFERRED)
    ep.referred[who] = True
    ep.origin[who] = slot
    ep.at[who] = above


def refer_within(m: Month, ep: Ill, who: Ints, diagnosed: Column) -> Column:
    """Whom a clinic's physicians send to the own centre, by the same rule (it is as easy as with a tie), and
    who goes."""
    value_here, value_there = ep.worth[Slot.CLINIC].take(who), ep.worth[Slot.CENTRE].take(who)
    there = ep.facility[Slot.CENTRE].take(who)
    delta = referral_reasons(m, ep, who, Slot.CLINIC, there, diagnosed, 1.0, value_there, value_here)
    u, v = uniform_pair(m, Purpose.WITHIN, ep.id[who])
    answer: Any = accept_up(m.p, diagnosed, value_there, value_here)
    return (u < sigma(delta / m.p.scale_referral)) & (v < sigma(total(answer)))


# phases 5 and 6


def admit(m: Month, people: People, ep: Ill, tally: Tally) -> None:
    """Phase 5: whoever needs a bed gets one with the month's chance of their class, or waits."""
    who = np.flatnonzero(ep.bed_class >= 0)
    row, kind = ep.pick(ep.facility, ep.at[who], who), ep.bed_class[who]
    chance = np.where(kind == BedClass.REFERRED, m.f.bed_referred.take(row), m.f.bed_other.take(row))
    chance[kind == BedClass.EMERGENCY] = 1.0
    u, _ = uniform_pair(m, Purpose.ADMISSION, ep.id[who])
    gets = u < chance
    who, row, kind = who[gets], row[gets], kind[gets]
    ep.admitted[who] = True
    for of in (BedClass.EMERGENCY, BedClass.REFERRED, BedClass.OTHER):
        mine = kind == of
        count(tally, ep, who[mine], row[mine], Count.ADMITTED_EMERGENCY + of)
        if of != BedClass.EMERGENCY:
            waited = Count.WAITED_REFERRED if of == BedClass.REFERRED else Count.WAITED_OTHER
            count(tally, ep, who[mine], row[mine], waited, ep.queue_months[who[mine]])


def recover(m: Month, people: People, ep: Ill, tally: Tally) -> None:
    """Phase 6: follow-ups and returns of outpatients; what becomes of inpatients."""
    who = np.flatnonzero(ep.at >= 0)
    row = ep.pick(ep.facility, ep.at[who], who)
    out = (ep.bed_class[who] < 0) & ~ep.admitted[who]
    follow_up(m, ep, who[out], row[out], tally)
    ward = ep.admitted[who] & (m.f.tier.take(row) >= 2)
    recover_inpatient(m, ep, who[ward], row[ward], tally)


def follow_up(m: Month, ep: Ill, who: Ints, row: Column, tally: Tally) -> None:
    """Follow-up visits of outpatients; a county hospital may return the milder ones to their centre."""
    p = m.p
    expected: Column = follow_ups(p, ep.severity[who])
    whole = np.floor(expected)
    u, _ = uniform_pair(m, Purpose.FOLLOW_UP, ep.id[who])
    visits = whole.astype(np.int64) + (u < expected - whole)
    some = visits > 0
    who, row, visits = who[some], row[some], visits[some]
    ep.follow_ups[who] = visits
    eligible = np.flatnonzero((m.f.tier.take(row) == 2) & (ep.severity[who] < p.return_limit))
    back = eligible[returns(m, ep, who[eligible], row[eligible], visits[eligible], tally)]
    ep.returned[who[back]] = True
    centre = ep.facility[Slot.CENTRE].take(who[back])
    count(tally, ep, who[back], centre, Count.VISIT, visits[back])
    here = ~ep.returned[who]
    count(tally, ep, who[here], row[here], Count.VISIT, visits[here])
    here &= ep.referred[who]
    count(tally, ep, who[here], row[here], Count.VISIT_REFERRED, visits[here])


def returns(m: Month, ep: Ill, who: Ints, row: Column, visits: Column, tally: Tally) -> Column:
    """Whom specialists return to their centre, and who goes (see rules.followup.return_or_keep)."""
    p, f = m.p, m.f
    count(tally, ep, who, row, Count.RETURN_ELIGIBLE)
    physician = ep.pick(ep.doctor, ep.at[who], who)
    account = f.pass_on * m.certain[Event.CLAIM_YUAN] * p.fund_part * m.visit_yuan
    eased = (1.0 - p.platform_hassle_return * m.now.platform) * (
        1.0 - p.criteria_hassle_return * m.now.criteria
    )
    relief = p.return_relief * clip((f.load - 0.85) / 0.15, 0.0, 1.0)
    delta = m.believed[Event.OUTPATIENT_RETURN].take(physician)
    delta -= (m.visit_margin + account).take(row) * visits
    delta += (relief - p.hassle_return * eased).take(row)
    u, v = uniform_pair(m, Purpose.RETURN, ep.id[who])
    offered = u < sigma(delta / p.scale_return)
    count(tally, ep, who[offered], row[offered], Count.RETURN_OFFER)
    answer: Any = accept_return(p, ep.trust[Slot.CENTRE].take(who), contracted(m, ep, who))
    goes = offered & (v < sigma(total(answer)))
    count(tally, ep, who[goes], row[goes], Count.OUTPATIENT_RETURN)
    return goes


def retain(m: Month, doctor: Column, row: Column) -> Column:
    """Why ward physicians would keep candidates, in yuan (see rules.discharge.retain)."""
    p, f = m.p, m.f
    full = p.displaced_margin * clip((f.occupancy - 0.85) / 0.15, 0.0, 1.0)
    displaced = np.where(f.tier == 3, p.displaced_margin_T3, full)
    account = m.certain[Event.CLAIM_YUAN] * (f.late_day_fen / 100.0) * p.fund_part
    kept = f.pass_on * p.extra_days * (m.certain[Event.LATE_DAY] - displaced + account)
    return kept.take(row) + m.believed[Event.RETAINED].take(doctor)


def recover_inpatient(m: Month, ep: Ill, who: Ints, row: Column, tally: Tally) -> None:
    """Which inpatients could recover elsewhere, and what ward physicians and patients decide."""
    p, f, now = m.p, m.f, m.now
    is_candidate, bed_below = uniform_pair(m, Purpose.CANDIDATE, ep.id[who])
    candidate = is_candidate < candidate_probability(p, ep.severity[who])
    who, row, bed_below = who[candidate], row[candidate], bed_below[candidate]
    centre = ep.facility[Slot.CENTRE].take(who)
    count(tally, ep, who, row, Count.CANDIDATE)
    count(tally, ep, who, centre, Count.LISTED_CANDIDATE)
    doctor = ep.pick(ep.doctor, ep.at[who], who)
    altruism: Column = m.doctors.altruism.take(doctor)
    down: Any = send_down(
        p,
        m.believed[Event.DOWN_REFERRAL].take(doctor),
        altruism,
        m.doctors.unaware.take(doctor),
        m.doctors.complex.take(doctor),
        now.platform,
        now.criteria,
    )
    g_keep, g_down = gumbel_pair(m, Purpose.DISCHARGE, ep.id[who], 0)
    g_home, _ = gumbel_pair(m, Purpose.DISCHARGE, ep.id[who], 1)
    u_keep = retain(m, doctor, row) / p.scale_discharge + g_keep
    u_down = total(down) / p.scale_discharge + g_down
    u_home = send_home(p, altruism) / p.scale_discharge + g_home
    home = (u_home > u_keep) & (u_home > u_down)
    offered = ~home & (u_down > u_keep)
    count(tally, ep, who[home], row[home], Count.SENT_HOME)
    count(tally, ep, who[offered], row[offered], Count.DOWN_OFFER)
    goes = np.flatnonzero(offered & (bed_below < f.rehab_chance.take(centre)))
    goes = goes[accepts_down(m, ep, who[goes], row[goes])]
    count(tally, ep, who[goes], row[goes], Count.DOWN_REFERRAL)
    count(tally, ep, who[goes], centre[goes], Count.REHAB)
    closed = goes[ep.bed_class[who[goes]] == BedClass.REFERRED]
    count(tally, ep, who[closed], row[closed], Count.LOOP_CLOSED)
    fate = np.where(home, int(Fate.HOME), int(Fate.RETAINED))
    fate[goes] = Fate.DOWN
    ep.fate[who] = fate
    kept = fate == Fate.RETAINED
    count(tally, ep, who[kept], row[kept], Count.RETAINED)
    if now.audit > 0.0:
        kept &= ~offered & (f.tier.take(row) == 2)
        who, row = who[kept], row[kept]
        found = uniform_pair(m, Purpose.AUDIT, ep.id[who])[0] < now.audit
        count(tally, ep, who[found], row[found], Count.AUDITED_RETENTION)


def on_referral_terms(ep: Ill, who: Ints) -> Column:
    """Whether a referral's terms hold: for referred patients, also those from the queue, and emergencies."""
    return ep.referred[who] | ep.emergency[who] | (ep.bed_class[who] == BedClass.REFERRED)


def accepts_down(m: Month, ep: Ill, who: Ints, row: Column) -> Column:
    """Patients' answers to the offer of rehabilitation at the own centre."""
    p, f = m.p, m.f
    centre, slot, aware = ep.facility[Slot.CENTRE].take(who), ep.at[who], ep.awareness[who]
    term, term_below = m.term(ep, who, row), m.term(ep, who, centre)
    rate = np.where(
        on_referral_terms(ep, who),
        known_rate(m, term, aware, Setting.INPATIENT, 1),
        known_rate(m, term, aware, Setting.INPATIENT, 0),
    )
    late = p.extra_days * f.late_day_fen / 100.0
    answer: Any = accept_down(
        p,
        f.attractiveness.take(row),
        f.attractiveness.take(centre),
        ep.trust[Slot.CENTRE].take(who),
        ep.pick(ep.trust, slot, who),
        expected_patient_cost(late.take(row), m.uncovered.take(row), 0.0, rate),
        expected_patient_cost(
            p.rehab_price * (1.0 + p.repeat_tests_down * m.now.missing_tests),
            m.uncovered.take(centre),
            known_deductible(m, ep, who, term_below, Setting.REHAB, 1),
            known_rate(m, term_below, aware, Setting.REHAB, 1),
        ),
        ep.price_sensitivity[who],
        ep.pick(ep.minutes, slot, who),
        ep.minutes[Slot.CENTRE].take(who),
        contracted(m, ep, who),
        m.now.platform,
        m.now.formulary,
    )
    u, _ = uniform_pair(m, Purpose.ACCEPT_DOWN, ep.id[who])
    return u < sigma(total(answer))


# phase 7


def settle(m: Month, people: People, ep: Ill, tally: Tally) -> None:
    """Phase 7: bill every visit and stay; the patient pays their part, the fund the rest."""
    p, f = m.p, m.f
    if m.month % 12 == 1:
        people.oop_year[ep.block] = 0
        people.fund_paid[:, ep.block] = 0
        ep.oop_year[:] = 0
        ep.fund_paid[:] = 0
    paid_before = ep.oop_year.copy()
    ep.spent = np.zeros(ep.n, np.int64)
    ep.minute_worth = p.time_worth * ep.income / p.work_hours / 60.0

    who = np.flatnonzero(ep.first >= 0)
    visits(m, ep, who, ep.first[who], tally)
    inner = np.flatnonzero(ep.within)
    visits(m, ep, inner, np.full(len(inner), int(Slot.CENTRE)), tally)
    up = np.flatnonzero(ep.referred)
    visits(m, ep, up, ep.at[up], tally)
    row = ep.pick(ep.facility, ep.at[up], up)
    tests = np.floor(p.repeat_tests_up * f.price_visit * m.now.missing_tests + 0.5).astype(np.int64)
    exempt = on_referral_terms(ep, up)
    bill(m, ep, up, row, Kind.REPEAT_TESTS, Setting.OUTPATIENT, tests.take(row), 0, exempt, tally)
    for times in range(1, int(ep.follow_ups.max(initial=0)) + 1):  # each visit sees what the last one cost
        who = np.flatnonzero(ep.follow_ups >= times)
        visits(m, ep, who, np.where(ep.returned[who], int(Slot.CENTRE), ep.at[who]), tally)

    who = np.flatnonzero(ep.admitted)
    row = ep.pick(ep.facility, ep.at[who], who)
    exempt = on_referral_terms(ep, who)
    stay(m, ep, who, ep.at[who], Kind.ADMISSION, f.price_admission.take(row), exempt, tally)
    kept = ep.fate[who] == Fate.RETAINED
    late = np.floor(p.extra_days * f.late_day_fen + 0.5).astype(np.int64).take(row[kept])
    bill(m, ep, who[kept], row[kept], Kind.LATE_DAYS, Setting.INPATIENT, late, 0, exempt[kept], tally)
    down = who[ep.fate[who] == Fate.DOWN]
    slot, terms = np.full(len(down), int(Slot.CENTRE)), np.ones(len(down), bool)
    rehab = np.full(len(down), round(p.rehab_price * 100.0))
    stay(m, ep, down, slot, Kind.REHAB, rehab, terms, tally)
    price = np.floor(p.repeat_tests_down * p.rehab_price * 100.0 * m.now.missing_tests + 0.5)
    again, row = np.full(len(down), int(price)), ep.facility[Slot.CENTRE].take(down)
    bill(m, ep, down, row, Kind.REPEAT_TESTS, Setting.REHAB, again, 0, terms, tally)

    people.oop[ep.rows] += ep.oop_year - paid_before
    people.time[ep.rows] += ep.spent
    people.oop_year[ep.rows] = ep.oop_year
    people.fund_paid[:, ep.rows] = ep.fund_paid


def visits(m: Month, ep: Ill, who: Ints, slot: Column, tally: Tally) -> None:
    """A visit each to a facility, with a bill and a trip."""
    row = ep.pick(ep.facility, slot, who)
    price, exempt = m.f.price_visit.take(row), on_referral_terms(ep, who)
    bill(m, ep, who, row, Kind.VISIT, Setting.OUTPATIENT, price, 0, exempt, tally)
    spend_time(m, ep, who, slot, row)


def stay(
    m: Month, ep: Ill, who: Ints, slot: Column, kind: Kind, price: Column, exempt: Column, tally: Tally
) -> None:
    """Admissions or rehabilitations: a bill with the tier's deductible, and a trip."""
    row = ep.pick(ep.facility, slot, who)
    setting = Setting.REHAB if kind == Kind.REHAB else Setting.INPATIENT
    deductible = stay_deductible(m, ep, who, m.term(ep, who, row), setting, exempt)
    covered = price - price * m.f.uncovered_bp.take(row) // 10_000
    ep.deductible_paid[who] += np.minimum(deductible, covered)
    bill(m, ep, who, row, kind, setting, price, deductible, exempt, tally)
    spend_time(m, ep, who, slot, row)


def bill(
    m: Month,
    ep: Ill,
    who: Ints,
    row: Column,
    kind: Kind,
    setting: Setting,
    price: Column,
    deductible: Column,
    exempt: Column,
    tally: Tally,
) -> None:
    """A bill each: split it, add it to the sums of residents, facilities and referral chains (see
    rules.billing.split_bill)."""
    capped = Setting.OUTPATIENT if setting == Setting.OUTPATIENT else Setting.INPATIENT
    term = m.term(ep, who, row)
    room = np.maximum(0, m.cap[capped].take(term) - ep.fund_paid[capped][who])
    covered = price - price * m.f.uncovered_bp.take(row) // 10_000
    after = covered - np.minimum(deductible, covered)
    rate = m.rate[setting].ravel().take(exempt * (m.n_insurances * m.n_facilities) + term)
    fund = np.minimum(after * rate // 10_000, room)
    patient = price - fund
    ep.fund_paid[capped][who] += fund
    ep.oop_year[who] += patient
    parts, facilities, insurances = tally.bills.shape[:3]
    cell = (ep.part[who] * facilities + row) * insurances + ep.insurance[who]
    for payer, fen in enumerate((fund, patient)):
        sums = np.bincount(cell, fen, parts * facilities * insurances).astype(np.int64)
        tally.bills[:, :, :, kind, payer] += sums.reshape(parts, facilities, insurances)
    hospital = m.f.hospital.take(row)
    chain = np.flatnonzero(ep.referred[who] & (hospital >= 0))
    origin = ep.pick(ep.facility, ep.origin[who[chain]], who[chain])
    np.add.at(tally.chain, (origin, hospital[chain]), price[chain])


def spend_time(m: Month, ep: Ill, who: Ints, slot: Column, row: Column) -> None:
    """The worth of patients' time on the way (there and back) and in the waiting room (see
    rules.outcome.time_cost)."""
    minutes = 2.0 * ep.pick(ep.minutes, slot, who) + m.waiting.take(row)
    ep.spent[who] += np.floor(ep.minute_worth[who] * minutes * 100.0).astype(np.int64)


# phases 8 and 9


def outcome(m: Month, people: People, ep: Ill, tally: Tally) -> None:
    """Phase 8: does treatment succeed, what is left of the illness, QALYs and expected death."""
    p, f = m.p, m.f
    s, rows, block = ep.severity, ep.rows, ep.block
    waits = (ep.bed_class >= 0) & ~ep.admitted
    u_success, u_carry = uniform_pair(m, Purpose.SUCCESS, ep.id)
    ep.ending[:] = np.where(waits, int(Ending.WAITING), int(Ending.UNTREATED))
    who = np.flatnonzero((ep.at >= 0) & ~waits)
    row = ep.pick(ep.facility, ep.at[who], who)
    effort = np.where(ep.admitted[who], f.effort_admission.take(row), f.effort_visit.take(row))
    chance = success(p, f.capability.take(row), s[who]) * effort
    platform = p.referred_quality + (1.0 - p.referred_quality) * m.now.platform
    chance[ep.referred[who] | (ep.bed_class[who] == BedClass.REFERRED)] *= platform
    chance[ep.fate[who] == Fate.HOME] *= p.home_quality
    resolved = u_success[who] < chance
    ep.ending[who] = np.where(resolved, int(Ending.RESOLVED), int(Ending.FAILED))
    count(tally, ep, who, row, Count.TREATED)
    count(tally, ep, who[resolved], row[resolved], Count.SUCCESS)

    age, chronic, control = people.age[block], people.chronic[block], people.control[block]
    death = death_probability(p, ep)
    count(tally, ep, slice(None), ep.facility[Slot.CLINIC], Count.DEATH_NANO, nano(death))
    health = m.by_age("health").take(age) - p.chronic_loss * chronic * (1.3 - 0.6 * control)
    felt = np.array([0.0, p.resolved_loss, p.failed_loss, p.failed_loss, p.untreated_loss])
    here = rows - block.start
    health[here] -= loss(s) * (felt.take(ep.ending) + p.inpatient_loss * ep.admitted)
    health /= 12.0
    health[here] -= death * m.by_age("life_left").take(age.take(here))
    people.qaly[block] += nano(health)

    # whoever is well carries nothing, waits for nothing and has no chain of care
    carried = carried_severity(p, ep, u_carry)
    people.carried[rows] = carried
    people.queue_slot[rows] = np.where(waits, ep.at, -1)
    people.queue_months[rows] = np.where(waits, ep.queue_months + 1, 0)
    people.queue_class[rows[waits]] = ep.bed_class[waits]
    people.queue_severity[rows[waits]] = np.minimum(0.98, s[waits] + p.wait_severity)
    people.deductible_paid[rows] = np.where(waits | (carried > 0.0), ep.deductible_paid, 0)
    cared_for = people.managed_at[block] < m.now.managed
    cared_for[here] |= (ep.first >= 0) | ep.admitted
    people.control[block] = np.where(
        cared_for, control + p.control_gain * (1.0 - control), control * (1.0 - p.control_loss)
    )


def death_probability(p: Any, ep: Ill) -> Column:
    """Chance of death, once an episode (see rules.outcome)."""
    factor = np.array([0.0, 1.0, p.death_failed, p.death_failed, p.death_untreated]).take(ep.ending)
    death = p.death_base + p.death_severe * np.maximum(ep.severity - 0.7, 0.0) / 0.3 * factor
    return np.where(ep.state == State.NEW, death, 0.0)


def carried_severity(p: Any, ep: Ill, u: Column) -> Column:
    """Severity carried into next month (see rules.outcome)."""
    s = ep.severity
    chance = np.where(s > 0.3, 1.0, p.carry_trifle)
    chance[ep.admitted] = p.carry_inpatient
    failed = (ep.ending == Ending.FAILED) & (u < chance)
    left = (ep.ending == Ending.UNTREATED) & (s > 0.4) & (u < p.carry_untreated)
    return np.where(failed, np.minimum(0.98, s + p.failure_severity), np.where(left, s, 0.0))


def remember(people: People) -> tuple[Column, Column]:
    """Trust in the own centre and awareness before anybody talks."""
    return people.trust[Slot.CENTRE].copy(), people.awareness.copy()


class Ties:
    """Whom the residents of a block listen to."""

    def __init__(self, people: People, block: slice) -> None:
        start = people.tie_start[block.start : block.stop + 1]
        self.tie = people.tie[start[0] : start[-1]]
        self.degree = np.diff(start)
        self.listener = np.repeat(np.arange(len(self.degree)), self.degree)

    def mean(self, column: Column) -> Column:
        """Means over those one listens to, 0 for whoever listens to nobody."""
        sums = np.bincount(self.listener, column.take(self.tie), len(self.degree))
        return sums / np.maximum(self.degree, 1)


def talk(m: Month, people: People, ep: Ill, ties: Ties, heard: Column, aware: Column) -> None:
    """Phase 9: experience, word of mouth, habit, awareness (see rules.trust)."""
    p, rows, block = m.p, ep.rows, ep.block
    opinion = p.word_of_mouth * (ties.mean(heard) - people.trust[Slot.CENTRE, block])
    opinion[ties.degree == 0] = 0.0
    for slot in range(SLOTS):
        trust = people.trust[slot]
        # what was lived through, then the drift of all
        here = ep.at == slot
        won, lost = rows[here & (ep.ending == Ending.RESOLVED)], rows[here & (ep.ending == Ending.FAILED)]
        trust[won] += p.trust_gain * (1.0 - trust[won])
        trust[lost] -= p.trust_loss * trust[lost]
        if slot <= Slot.CENTRE:
            thanked = rows[(ep.origin == slot) | (ep.within & (ep.first == slot))]
            trust[thanked] += p.trust_referral * (1.0 - trust[thanked])
        mine = trust[block]
        drift = p.trust_return * (trust_anchor(p, slot) - mine)
        if slot == Slot.CENTRE:
            drift += opinion
        drift[people.facility[slot, block] < 0] = 0.0
        mine += drift
    before = people.awareness[block]
    change = p.awareness_neighbours * (np.where(ties.degree > 0, ties.mean(aware), before) - before)
    if m.now.in_force == 1.0:
        gain = p.awareness_gain + p.awareness_publicity * m.now.publicity
        change += (1.0 - before) * (gain + p.awareness_contract * (people.signs_at[block] < m.now.coverage))
    before += change
    used = np.where(ep.referred, ep.origin, np.where(ep.within, ep.first, ep.at))
    people.habit[rows[used >= 0]] = used[used >= 0]


# a month, and a model that lives in it

Phase = Callable[[Month, People, Ill, Tally], None]

#: What happens to residents between falling ill and talking, in order.
PHASES: tuple[Phase, ...] = (seek, treat_or_refer, admit, recover, settle, outcome)


class NumpyMonth:
    """The residents' month in NumPy.

    Attributes:
        people: the residents' columns, its own.
        ill: this month's episodes, a block of residents each.
        seconds: time spent each month, by phase.
    """

    def __init__(self, model: IncentiveModel, block: int = BLOCK) -> None:
        self.people = columns_of(model)
        n = len(self.people.id)
        self.blocks = [slice(lo, min(lo + block, n)) for lo in range(0, n, block)]
        self.ties = [Ties(self.people, block) for block in self.blocks]
        self.ill: list[Ill] = []
        self.seconds: dict[str, list[float]] = {
            name: [] for name in ("fall_ill", *(phase.__name__ for phase in PHASES), "talk")
        }

    def live(self, world: World, tally: Tally) -> None:
        """One month: every phase of the residents, from what ``world`` says, into ``tally``."""
        self.fall_ill(world, tally)
        for phase in PHASES:
            self.run(phase, tally)
        self.talk()

    def fall_ill(self, world: World, tally: Tally) -> None:
        """Phase 2: a new month with its terms and its episodes."""
        start = perf_counter()
        self.month = Month(world)
        self.ill = [fall_ill(self.month, self.people, block, tally) for block in self.blocks]
        self.seconds["fall_ill"].append(perf_counter() - start)

    def run(self, phase: Phase, tally: Tally) -> None:
        """Phases 3 to 8."""
        start = perf_counter()
        for ep in self.ill:
            phase(self.month, self.people, ep, tally)
        self.seconds[phase.__name__].append(perf_counter() - start)

    def talk(self) -> None:
        """Phase 9."""
        start = perf_counter()
        heard, aware = remember(self.people)
        for ep, ties in zip(self.ill, self.ties, strict=True):
            talk(self.month, self.people, ep, ties, heard, aware)
        self.seconds["talk"].append(perf_counter() - start)


class NumpyModel(IncentiveModel):
    """The model with the residents' month in NumPy in the place of the compiled loops."""

    def __init__(self, *args: Any, block: int = BLOCK, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numpy = NumpyMonth(self, block)

    def step(self) -> None:
        """One month; residents' sums count from the scheme's first one."""
        self.month += 1
        self.county.month = self.month
        for phase in MONTH:  # by name: `MONTH` itself holds the engine's
            getattr(self, phase.__name__)()
        self.observer.observe()
        self.datacollector.collect(self)
        if self.month == 0:
            for name in ("oop", "qaly", "time"):
                getattr(self.numpy.people, name)[:] = 0
                self.residents[name][:] = 0

    def fall_ill(self) -> None:
        """Phase 2."""
        county = self.county
        shape = (len(county.tier), len(self.place.insurances), len(county.hospitals), len(Count))
        self.tally = empty_tally(len(self.parts.names), *shape)
        self.numpy.fall_ill(self.make_world(), self.tally)

    def seek(self) -> None:
        """Phase 3."""
        self.numpy.run(seek, self.tally)

    def treat_or_refer(self) -> None:
        """Phase 4."""
        self.numpy.run(treat_or_refer, self.tally)

    def admit(self) -> None:
        """Phase 5."""
        self.numpy.run(admit, self.tally)

    def recover(self) -> None:
        """Phase 6."""
        self.numpy.run(recover, self.tally)

    def settle(self) -> None:
        """Phase 7: every bill; then every instrument pays for what happened."""
        people, county, tally = self.numpy.people, self.county, self.tally
        before = people.oop.copy()
        self.numpy.run(settle, tally)
        self.month_oop = people.oop - before
        county.counts, county.bills = tally.counts.sum(axis=0), tally.bills.sum(axis=0)
        county.chain = tally.chain
        for instrument in self.instruments:
            instrument.settle(county)

    def outcome(self) -> None:
        """Phase 8."""
        before = self.numpy.people.qaly.copy()
        self.numpy.run(outcome, self.tally)
        self.month_qaly = self.numpy.people.qaly - before
        self.county.counts = self.tally.counts.sum(axis=0)

    def talk(self) -> None:
        """Phase 9; then the rest of the model sees the residents."""
        self.numpy.talk()
        hand_back(self.numpy.people, self.numpy.ill, self)


# comparison and measurement

MEANT_ONLY_IN_A_QUEUE = ("queue_severity", "queue_class")


def differences(engine: IncentiveModel, other: NumpyModel) -> list[str]:
    """Where a month of the two models differs, each in a line: nowhere, or at most by rounding (10⁻⁹)."""
    found = []
    for name in ("counts", "bills", "chain"):
        ours, theirs = getattr(other.county, name), getattr(engine.county, name)
        if not np.array_equal(ours, theirs):
            found.append(f"month {engine.month}: {name} differ in {(ours != theirs).sum()} cells")
    for name in ("counts", "bills"):
        if not np.array_equal(getattr(other.tally, name), getattr(engine.tally, name)):
            found.append(f"month {engine.month}: {name} by part differ")
    for name in engine.residents.dtype.names or ():
        ours, theirs = other.residents[name], engine.residents[name]
        if not np.allclose(ours, theirs, rtol=0.0, atol=1e-9) and name not in MEANT_ONLY_IN_A_QUEUE:
            found.append(f"month {engine.month}: residents.{name} differ in {(ours != theirs).sum()} places")
    return found


def check(months: int, block: int = BLOCK, **settings: Any) -> list[str]:
    """Run engine and NumPy side by side from the burn-in; what differed."""
    engine, other = IncentiveModel(**settings), NumpyModel(**settings, block=block)
    found: list[str] = []
    while engine.month < months:
        engine.step()
        other.step()
        found += differences(engine, other)
    return found


def measure(model: NumpyModel, months: int, warm_up: int = 3) -> dict[str, list[float]]:
    """Seconds of each month by phase, after some months to warm up."""
    for _ in range(warm_up + months):
        model.step()
    return {phase: seconds[warm_up:] for phase, seconds in model.numpy.seconds.items()}


def main() -> None:
    """Check or measure, as the command line says."""
    parser = argparse.ArgumentParser(description="The residents' month in plain NumPy.")
    parser.add_argument("--check", action="store_true", help="compare with the engine, month by month")
    parser.add_argument("--scheme", default="full-package")
    parser.add_argument("--residents", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--block", type=int, default=BLOCK)
    options = parser.parse_args()
    settings = {"scheme": options.scheme, "seed": 1, "population": options.residents}
    if options.check:
        found = check(options.months, options.block, **settings)
        print("\n".join(found) or f"equal over {options.months} months and the burn-in")
        return
    model = NumpyModel(**settings, burn_in=3, block=options.block)  # warmed up in the burn-in
    by_phase = measure(model, options.months)
    for phase, seconds in by_phase.items():
        print(f"{phase:15} {1e3 * median(seconds):8.2f} ms, at best {1e3 * min(seconds):8.2f}")
    months = [sum(parts) for parts in zip(*by_phase.values(), strict=True)]
    print(f"{'a month':15} {1e3 * median(months):8.2f} ms, at best {1e3 * min(months):8.2f}")
    print(f"{options.residents / median(months) / 1e6:.3f} million patient-months a second (median)")


if __name__ == "__main__":
    main()
