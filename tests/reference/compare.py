"""Where the engine and the reference differ."""

from __future__ import annotations

from typing import Any

import numpy as np

from incentive_model import IncentiveModel
from incentive_model.incentives.events import Count, Sum
from incentive_model.incentives.tables import Means
from reference.episode import NONE
from reference.month import ReferenceModel

RESIDENT = (
    "id", "age", "chronic", "insurance", "income", "price_sensitivity", "trust", "habit", "awareness",
    "control", "queue_slot", "fund_paid", "deductible_paid", "oop", "oop_year", "time", "qaly",
)  # fmt: skip
WAITING = ("queue_class", "queue_months")  #: mean something only in a queue
EPISODE = (
    "state", "severity", "specialty", "emergency", "first", "within", "referred", "origin", "bed_class",
    "admitted", "fate", "follow_ups", "returned", "ending",
)  # fmt: skip
FACILITY = (
    "tier", "grade", "outside", "capability", "attractiveness", "waiting_minutes", "list_visit",
    "list_admission", "stay_days", "capacity", "beds", "pass_on", "attention", "late_day_fen",
    "price_visit", "price_admission", "cost_admission", "uncovered_bp", "effort_visit",
    "effort_admission", "load", "days_referred", "days_other", "bed_referred", "bed_other", "occupancy",
    "rehab_chance",
)  # fmt: skip
COUNTY = (
    "weight", "tier", "grade", "outside", "onward", "parent", "unit", "consortium", "tight", "listed",
    "director", "physicians", "pass_on", "wage_bill", "subsidy", "hospitals", "insured", "residents_at",
    "premiums", "year", "months_in_year", "bills", "chain", "cost_admission", "lent", "raised_bonus",
    "deficit_audit", "deficit",
)  # fmt: skip
PHYSICIAN = ("id", "altruism", "complex", "unaware", "tie", "target", "cards")
TABLES = (
    "rate_bp", "continuous", "certain", "promised", "personal", "felt", "platform", "criteria", "channel",
    "diagnostics", "recognition", "formulary", "disclosure", "education", "publicity", "coverage", "managed",
    "meeting", "cards", "free", "audit", "gate", "reserved", "releasable",
)  # fmt: skip
MEANS = Means._fields


def differences(engine: IncentiveModel, reference: ReferenceModel) -> list[str]:
    """Everything that is not equal to the bit after a month, each in a line; empty if all agree."""
    people = sorted(reference.residents, key=lambda r: r.id)
    episodes = [r.episode for r in people]
    queued = np.array([r.queue_slot != NONE for r in people])
    treated = np.array([e.at != NONE for e in episodes])
    seeking = np.array([e.seeks for e in episodes])
    everyone = np.ones(len(people), bool)
    found: list[str] = []

    def check(what: str, ours: Any, theirs: Any, where: Any = ...) -> None:
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        if ours.dtype == bool:
            ours = ours.astype(np.int64)
        ours, theirs = ours[where], theirs[where]
        if ours.shape != theirs.shape:
            found.append(f"month {engine.month}: {what}: shape {theirs.shape}, expected {ours.shape}")
        elif not np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f"):
            at = np.argwhere((ours != theirs) & ((ours == ours) | (theirs == theirs)))
            first = tuple(int(x) for x in at[0])
            found.append(
                f"month {engine.month}: {what} differs in {len(at)} places, first {first}: "
                f"engine {theirs[first]!r}, reference {ours[first]!r}"
            )

    by_id = np.argsort(engine.residents["id"])
    residents, theirs = engine.residents[by_id], episodes_of(engine)[by_id]
    for name in RESIDENT:
        check(f"residents.{name}", [getattr(r, name) for r in people], residents[name])
    for name in WAITING:
        check(f"residents.{name}", [getattr(r, name) for r in people], residents[name], queued)
    left = [r.queue_severity if r.queue_slot != NONE else r.carried for r in people]
    check("residents.severity", left, residents["severity"])
    for name in EPISODE:
        check(f"episodes.{name}", [getattr(e, name) for e in episodes], theirs[name], everyone)
    check("episodes.onward", [max(e.passed, 0) for e in episodes], theirs["onward"])  # 0: none
    check("episodes.at", [e.at for e in episodes], theirs["at"], treated)
    check("episodes.perceived", [e.perceived for e in episodes], theirs["perceived"], seeking)
    for name in FACILITY:
        check(f"facilities.{name}", [getattr(f, name) for f in reference.facilities], engine.facilities[name])
    check("facilities.onward", [f.refers_on for f in reference.facilities], engine.facilities["onward"])
    check("skill", np.transpose([f.skills for f in reference.facilities]), engine.skill)
    check("appeal", np.transpose([f.appeals for f in reference.facilities]), engine.appeal)
    for count in Count:
        check(f"counts.{count.name}", reference.county.counts[:, count], engine.county.counts[:, count])
    for one in Sum:
        check(f"sums.{one.name}", reference.sums[one], engine.tally.sums[:, one].sum())
    forms = [consortium.form for consortium in engine.county.consortia]
    check("consortia", reference.county.form, forms)
    members = [reference.county.members(c) for c in range(len(forms))]
    check("county.members", members, [engine.county.members(c) for c in range(len(forms))])
    upgraded = [(one.month, one.facility) for one in engine.happenings if one.what == "upgraded"]
    check("happenings", reference.upgraded, upgraded)
    for name in COUNTY:
        check(f"county.{name}", getattr(reference.county, name), getattr(engine.county, name))
    for name in MEANS:
        ours, theirs = reference.county.means, engine.county.means
        check(f"county.means.{name}", getattr(ours, name), getattr(theirs, name))
    check("ledger.balances", reference.county.ledger.balances, engine.ledger.balances)
    check("belief", [k.belief for k in reference.physicians], engine.belief)
    for name in PHYSICIAN:
        ours = [getattr(k, name) for k in reference.physicians]
        check(f"physicians.{name}", ours, engine.physician_columns[name])
    for name in TABLES:
        check(f"tables.{name}", getattr(reference.tables, name), getattr(engine.tables, name))
    for name in MEANS:
        ours, theirs = reference.tables.means, engine.tables.means
        check(f"tables.means.{name}", getattr(ours, name), getattr(theirs, name))
    check("in_force", reference.in_force, engine.in_force)
    return found


def episodes_of(engine: IncentiveModel) -> np.ndarray:
    """This month's episodes, one a resident by row; blank for those who are well.

    The engine keeps those of the tile it worked on last: of everybody, if they are few enough for one.
    """
    (tile,) = engine.tiles
    assert len(tile.ill) == len(engine.residents) + 1, "more residents than a tile holds"
    n = int(np.argmax(tile.ill["row"] == -1))
    everybody = np.repeat(tile.blank, len(engine.residents))
    everybody[tile.ill["row"][:n]] = tile.ill[:n]
    return everybody
