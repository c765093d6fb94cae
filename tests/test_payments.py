"""Payment cases: what happened to a patient, and who pays whom for it, to the fen.

The cases are ``payments/*.toml``, worked out by hand; ``payments/README.md`` says how to read and write
them. Nobody falls ill by chance in their county: what a case says happened is set down in the patient's
episode of the month, and the model's own settlement pays for it.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import incentive_model as im
from incentive_model.engine.columns import EPISODE, BedClass, Fate, State, table
from incentive_model.engine.settling import pay_bills
from incentive_model.incentives.accounts import Purpose
from incentive_model.incentives.events import Count

CASES = Path(__file__).parent / "payments"
FATES = {"kept": Fate.RETAINED, "rehabilitation": Fate.DOWN, "home": Fate.HOME}


@dataclass(frozen=True)
class Happening:
    """What happened to one patient in one month."""

    month: int = 1
    patient: str = "resident"  # the insurance
    lives: str = "near"
    first: str = ""  # where the patient went first
    carried: bool = False  # the illness of an earlier month, not a new one
    emergency: bool = False
    within: bool = False  # sent from the clinic to the centre
    refused: bool = False  # needed the hospital and was not referred
    referred: str = ""  # the hospital gone to on a referral
    needed: bool = True  # whether the patient needed the hospital
    admitted: str = ""
    waited: str = ""  # for the bed, since an earlier month: "referred" or "unreferred"
    then: str = ""  # what became of an inpatient who could recover elsewhere, see FATES
    follow_ups: int = 0
    returned: bool = False  # follow-ups at the centre instead of the hospital
    found: bool = False  # kept or refused, and an audit found it
    healed: bool = False

    @property
    def primary(self) -> str:
        """Who treats or sends up: the first facility, or the centre it sent the patient to."""
        return self.first.replace("clinic", "centre") if self.within else self.first

    @property
    def at(self) -> str:
        """Where the patient is treated in the end."""
        return self.admitted or self.referred or self.primary

    @property
    def bed_class(self) -> BedClass:
        if not self.admitted:
            return BedClass.NONE
        if self.emergency:
            return BedClass.EMERGENCY
        return BedClass.REFERRED if self.referred or self.waited == "referred" else BedClass.OTHER


@dataclass(frozen=True)
class Pays:
    """One payment: from whom, to whom and how much, over all months or in one of them."""

    purpose: Purpose
    payer: str
    payee: str
    fen: int
    month: int | None

    @classmethod
    def read(cls, row: dict[str, Any]) -> Pays:
        row = {"month": None} | row
        assert set(row) == {"for", "from", "to", "fen", "month"}, row
        purpose = Purpose[row["for"].replace(" ", "_").upper()]
        return cls(purpose, row["from"], row["to"], row["fen"], row["month"])


@dataclass(frozen=True)
class Case:
    """One case of a file."""

    title: str
    why: str
    source: list[str]
    happened: list[Happening]
    pays: list[Pays]
    levers: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    consortium: str = "tight"
    until: int = 1  # the last month played

    @classmethod
    def read(cls, table: dict[str, Any]) -> Case:
        happened = [Happening(**row) for row in table.pop("happened", [])]
        pays = [Pays.read(row) for row in table.pop("pays")]
        until = max([table.pop("until", 1), *(h.month for h in happened)])
        return cls(happened=happened, pays=pays, until=until, **table)


def cases():
    """Every case of every file, for pytest."""
    return [
        pytest.param(Case.read(table), id=f"{file.stem}: {table['title']}")
        for file in sorted(CASES.glob("*.toml"))
        for table in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    ]


@cache
def county(consortium="tight"):
    """The county of the cases, one agent a resident."""
    return replace(im.load_place(CASES / "county", "full"), consortia={"all": consortium})


def rows_of(place):
    return {name: row for row, name in enumerate(place.facilities["id"])}


def parties(model):
    """The name of every account."""
    a, names = model.county.accounts, list(rows_of(model.place))
    return (
        dict(zip(a.facilities.tolist(), names, strict=True))
        | dict(zip(a.physicians.tolist(), [f"{name} staff" for name in names], strict=True))
        | {fund: f"{x.name} fund" for fund, x in zip(a.funds.tolist(), model.place.insurances, strict=True)}
        | dict.fromkeys(a.consortia.tolist(), "shared account")
        | {
            a.residents: "patients",
            a.referral_fund: "referral fund",
            a.government: "government",
            a.evaluation_pool: "pay withheld",
            a.suppliers: "suppliers",
            a.employers: "employers",
            a.outside: "others",
        }
    )


class Played:
    """A case played on the model, month by month; from a year before the scheme if anything happened then."""

    def __init__(self, case: Case) -> None:
        model = im.IncentiveModel(
            county(case.consortium),
            seed=1,
            illness_rate=0.0,
            burn_in=12 if min((h.month for h in case.happened), default=1) < 1 else 0,
            **case.levers,
            **case.parameters,
        )
        self.model, self.rows = model, rows_of(model.place)
        happened = defaultdict(list)
        for h in case.happened:
            happened[h.month].append(h)
        while model.month < case.until:
            model.month += 1
            model.county.month = model.month
            model.announce()
            model.live()
            people = Counter()
            for h in happened[model.month]:
                self.set_down(h, self.person(h, people[h.patient, h.lives]))
                people[h.patient, h.lives] += 1
            model.add_up()
            model.settle()
            model.adapt()

    def person(self, h, nth):
        """The row of the nth resident so insured who lives there."""
        r = self.model.residents
        insurance = [x.name for x in self.model.place.insurances].index(h.patient)
        home = self.rows["clinic" if h.lives == "near" else "far-clinic"]
        return np.flatnonzero((r.insurance == insurance) & (r.clinic == home))[nth]

    def set_down(self, h, person):
        """Write down the patient's episode, bill it, and count what the model would have counted."""
        me = self.model.residents[person]
        reach = self.model.homes.reach[me.clinic].tolist()
        episode = {
            "state": State.CARRIED if h.carried else State.WAITING if h.waited else State.NEW,
            "first": reach.index(self.rows[h.first]) if h.first else -1,
            "at": reach.index(self.rows[h.at]),
            "emergency": h.emergency,
            "within": h.within,
            "origin": reach.index(self.rows[h.primary]) if h.referred else -1,
            "referred": bool(h.referred),
            "bed_class": h.bed_class,
            "admitted": bool(h.admitted),
            "fate": FATES.get(h.then, Fate.NONE),
            "follow_ups": h.follow_ups,
            "returned": h.returned,
        }
        ep = table(EPISODE, 1)[0]
        for column, value in episode.items():
            ep[column] = value
        if episode["state"] == State.NEW:  # an illness that is over leaves nothing of its chain
            me.deductible_paid = 0
        pay_bills(self.model.make_world(), me, ep, self.tally)

        at, centre = self.rows[h.at], reach[1]
        if h.first:
            self.count_contact(h, self.rows[h.first], at, centre)
        if h.admitted:
            self.count(
                at,
                Count.BED_EMERGENCY + h.bed_class,
                Count.ADMITTED_EMERGENCY + h.bed_class,
            )
        if h.then:
            self.count(at, Count.CANDIDATE)
            self.count(centre, Count.LISTED_CANDIDATE)
            self.count(at, *[Count.AUDITED_RETENTION] * h.found)
            self.count(
                at,
                {"kept": Count.RETAINED, "home": Count.SENT_HOME}.get(h.then, Count.DOWN_REFERRAL),
            )
        if h.then == "rehabilitation":
            self.count(at, Count.DOWN_OFFER)
            self.count(centre, Count.REHAB)
        self.count(at, Count.TREATED, *[Count.SUCCESS] * h.healed)

    def count_contact(self, h, first, at, centre):
        """A first contact, what it led to up there, and the follow-ups."""
        primary = self.model.county.tier[first] <= 1
        self.count(first, Count.FIRST_CONTACT, Count.VISIT)
        self.count(centre, Count.LISTED_CONTACT, *[Count.LISTED_PRIMARY] * bool(primary))
        sender = self.rows[h.primary]
        if h.within:
            self.count(first, Count.INTERNAL_REFERRAL)
            self.count(sender, Count.VISIT)
        if h.refused:
            self.count(sender, Count.CONTACT_NEEDING)
            self.count(sender, Count.REFUSED, *[Count.AUDITED_REFUSAL] * h.found)
        if h.referred:
            self.count(
                sender,
                *[Count.CONTACT_NEEDING] * h.needed,
                Count.REFERRAL_ISSUED,
                Count.UP_REFERRAL,
                *[Count.UP_NEEDED] * h.needed,
            )
            self.count(at, Count.VISIT, Count.VISIT_REFERRED)
        if h.returned:
            self.count(at, Count.RETURN_ELIGIBLE, Count.RETURN_OFFER, Count.OUTPATIENT_RETURN)
        self.count(centre if h.returned else at, *[Count.VISIT] * h.follow_ups)

    def count(self, facility, *counts):
        for count in counts:
            self.tally.counts[0, facility, count] += 1

    @property
    def tally(self):
        """What is counted this month."""
        (tally,) = self.model.tallies
        return tally

    def paid(self, purpose, month):
        """What the books say was paid for a purpose in one month, or (None) in all of the scheme's."""
        names, sums = parties(self.model), Counter()
        for when, what, payers, payees, amounts in self.model.ledger.entries:
            if what == purpose and (when == month or (month is None and when >= 1)):
                for payer, payee, fen in zip(payers, payees, amounts, strict=True):
                    sums[f"{names[int(payer)]} to {names[int(payee)]}"] += int(fen)
        return dict(sums)


@pytest.mark.parametrize("case", cases())
def test_who_pays_whom(case):
    played = Played(case)
    told = defaultdict(dict)
    for row in case.pays:
        assert {row.payer, row.payee} <= set(parties(played.model).values())
        # 0 fen says that nothing at all is paid for that purpose
        told[row.purpose, row.month] |= {f"{row.payer} to {row.payee}": row.fen} if row.fen else {}
    for (purpose, month), payments in told.items():
        assert played.paid(purpose, month) == payments, f"{purpose.name}, month {month or 'all'}: {case.why}"


def test_every_case_says_why():
    told = [param.values[0] for param in cases()]
    assert all(case.why.strip() and case.source and case.pays for case in told)
    titles = Counter(case.title for case in told)
    assert [title for title, times in titles.items() if times > 1] == []


def test_the_county_is_what_its_cases_reckon_with():
    model = im.IncentiveModel(county(), seed=1)
    r, rows = model.residents, rows_of(model.place)
    near = r.clinic == rows["clinic"]
    assert (near.sum(), (~near).sum()) == (60, 40)
    assert np.bincount(r.insurance[near]).tolist() == [36, 15, 9]
    assert np.bincount(r.insurance[~near]).tolist() == [24, 15, 1]
    assert (r.chronic[near].sum(), r.chronic[~near].sum()) == (10, 10)
    contracts = [model.county.contracts(coverage) for coverage in (0.4, 0.8)]
    assert [(c[rows["centre"]], c[rows["far-centre"]]) for c in contracts] == [(24, 18), (50, 35)]
