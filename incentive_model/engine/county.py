"""The county as instruments see it: institutions, money and counts of the simulated residents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from incentive_model.engine.columns import FACILITY, Floats, table
from incentive_model.engine.compiled import compiled
from incentive_model.engine.home import managed_at, signs_at
from incentive_model.engine.ledger import Ledger
from incentive_model.engine.population import facility_numbers, refers_on, tier_numbers
from incentive_model.incentives.accounts import Accounts, Purpose
from incentive_model.incentives.events import Count, Kind, Setting
from incentive_model.incentives.instrument import hospitals
from incentive_model.incentives.tables import Means, Tables
from incentive_model.inputs.place import Place
from incentive_model.network.consortium import AS_FOUND, consortia
from incentive_model.rules.quality import attractiveness, perceived_capability


class CountyState:
    """What instruments see and pay with (see :class:`incentive_model.incentives.instrument.County`).

    Yearly sums of the place (wage bills, subsidies) are brought to the sample once, here: the
    place's yuan × simulated/real residents, rounded down to the fen. That rounding is the declared
    remainder: less than one fen an account and year.
    """

    def __init__(
        self, place: Place, p: Any, residents: np.recarray, even: Floats, instruments: Iterable[str] = ()
    ) -> None:
        f = place.facilities
        self.p = plain(p)
        self.month = 0
        self.levers: Mapping[str, float | int | str] = {}
        self.n = place.agents
        self.weight = place.weight
        self.tier: NDArray[np.int64] = tier_numbers(place)
        self.grade: NDArray[np.int64] = np.array([int(grade[1]) for grade in f["grade"]], np.int64)
        self.outside = f["outside"].to_numpy(np.int64) == 1
        self.onward = refers_on(place) == 1
        self.parent = f["parent_row"].to_numpy(np.int64)
        self.unit = np.where(self.tier == 0, self.parent, np.arange(len(f)))
        self.beds = f["beds"].to_numpy(np.int64)
        self.consortia = consortia(place)
        self.form = ""
        self.director = f["dual_director"].to_numpy(np.int64)
        self.physicians = f["physicians"].to_numpy(np.int64)
        self.means = own_means(place, self, p)
        self.known_capability = self.means.capability.copy()
        self.pass_on = self.means.pass_on.copy()
        self.wage_bill = self._to_sample(place, self.physicians, "annual_pay")
        self.subsidy = self._to_sample(place, self.physicians, "subsidy")
        self.insured = np.bincount(residents.insurance, minlength=len(place.insurances))
        self._residents, self._even = residents, even
        self._found: dict[Callable[..., None], tuple[float, NDArray[np.int64]]] = {}
        self.residents_at = self._with_centres(np.bincount(residents["clinic"], minlength=len(f)))
        self.integrate(AS_FOUND)
        self.premiums = np.array(
            [[x.premium_resident, x.premium_government, x.premium_employer] for x in place.insurances], float
        )
        self.hospitals = np.flatnonzero(hospitals(self))
        self.accounts = Accounts(self.tier, self.outside, len(place.insurances), len(self.consortia))
        self.ledger = Ledger(self.accounts, instruments)
        self.counts = np.zeros((len(f), len(Count)), np.int64)
        self.year = np.zeros_like(self.counts)
        self.months_in_year = 0
        self.bills = np.zeros((len(f), len(place.insurances), len(Kind), 2), np.int64)
        self.chain = np.zeros((len(f), max(1, len(self.hospitals))), np.int64)
        self.cost_admission = np.ones(len(f))
        self.lent = np.zeros(len(f))
        self.raised_bonus = 1.0
        self.deficit_audit = 0.0
        self.deficit = False

    @staticmethod
    def _to_sample(place: Place, physicians: NDArray[np.int64], what: str) -> NDArray[np.int64]:
        yuan = np.array([getattr(place.tiers[grade], what) for grade in place.facilities["grade"]], float)
        return np.floor(physicians * yuan * 100.0 * place.agents / place.population).astype(np.int64)

    def integrate(self, form: str) -> None:
        """Give every consortium a form (the lever ``consortium_form``)."""
        if form == self.form:
            return
        self.form = form
        for consortium in self.consortia:
            consortium.integrate(form)
        nobody = np.zeros(0, np.int64)
        sharing = [consortium.members if consortium.shares else nobody for consortium in self.consortia]
        self.consortium = np.full(len(self.tier), -1, np.int64)
        for c, members in enumerate(sharing):
            self.consortium[members] = c
        self.tight = np.array([consortium.one_account for consortium in self.consortia], np.bool_)
        centres = self.residents_at * (self.tier == 1)
        self.listed = np.array([centres[members].sum() for members in sharing], np.int64)

    def members(self, consortium: int) -> NDArray[np.bool_]:
        """Which facilities belong to a consortium, whatever its form, by facility."""
        return np.isin(np.arange(len(self.tier)), self.consortia[consortium].members)

    def balance(self, account: int) -> int:
        """What an account holds, in fen."""
        return int(self.ledger.balances[account])

    def pay(self, purpose: Purpose | str, payer: object, payee: object, fen: object) -> None:
        """Post ``fen`` from ``payer`` to ``payee`` in the current month."""
        self.ledger.pay(self.month, purpose, payer, payee, fen)

    def pay_staff(self, purpose: Purpose | str, fen: NDArray[np.int64]) -> None:
        """Pass θ of each facility's ``fen`` on to its physicians; of a loss they bear it. θ in whole basis
        points; what is passed on either way is rounded down, so that the facility has the remainder."""
        a, posting = self.accounts, np.empty((3, len(self.tier)), np.int64)
        compiled(hand_on)(np.asarray(fen, np.int64), self.pass_on, a.facilities, a.physicians, posting)
        self.pay(purpose, *posting)

    def contracts(self, coverage: float) -> NDArray[np.int64]:
        """Residents with a family-doctor contract at that coverage, by centre's row."""
        return self._with_centres(self._counted(count_contracts, coverage)) * (self.tier == 1)

    def managed(self, coverage: float) -> NDArray[np.int64]:
        """Chronic patients under management at that coverage, by clinic's row."""
        return self._counted(count_managed, coverage)

    def _counted(self, count: Callable[..., None], coverage: float) -> NDArray[np.int64]:
        """What a loop over residents counts at a coverage, by clinic's row; the last answer is kept."""
        limit, found = self._found.get(count, (0.0, np.zeros(len(self.tier), np.int64)))  # nobody is below 0
        if coverage != limit:
            found = np.zeros(len(self.tier), np.int64)
            compiled(count)(self._residents, self._even, coverage, found)
            self._found[count] = coverage, found
        return found

    def _with_centres(self, at_clinics: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers by clinic, and at each centre the sum of its clinics."""
        at_clinics = np.where(self.tier == 0, at_clinics, 0)
        clinics = np.flatnonzero(self.tier == 0)
        found = at_clinics.copy()
        np.add.at(found, self.parent[clinics], at_clinics[clinics])
        return found


def count_contracts(residents: np.recarray, even: Floats, coverage: float, found: NDArray[np.int64]) -> None:
    """Count residents with a family-doctor contract by clinic's row."""
    for i in range(len(residents)):
        me = residents[i]
        if signs_at(even, me.id, me.chronic) < coverage:
            found[me.clinic] += 1


def hand_on(
    fen: NDArray[np.int64],
    theta: NDArray[np.float64],
    facilities: NDArray[np.int64],
    physicians: NDArray[np.int64],
    posting: NDArray[np.int64],
) -> None:
    """Who pays whom how much, so that physicians have the part θ of what their facility gained or lost."""
    for row in range(len(fen)):
        moved = abs(fen[row]) * round(theta[row] * 10_000.0) // 10_000
        giver, taker = facilities[row], physicians[row]
        if fen[row] < 0:
            giver, taker = taker, giver
        posting[0, row], posting[1, row], posting[2, row] = giver, taker, moved


def plain(record: Any) -> SimpleNamespace:
    """A record's numbers as attributes that Python reads fast: instruments read some two hundred a month."""
    return SimpleNamespace(**{name: float(record[name]) for name in record.dtype.names})


def count_managed(residents: np.recarray, even: Floats, coverage: float, found: NDArray[np.int64]) -> None:
    """Count managed chronic patients by clinic's row."""
    for i in range(len(residents)):
        me = residents[i]
        if managed_at(even, me.id, me.chronic) < coverage:
            found[me.clinic] += 1


def own_means(place: Place, county: CountyState, p: Any) -> Means:
    """What the facilities have to work with, as the place has it."""
    f, tier = place.facilities, county.tier
    a_day = np.array([place.tiers[t].visits_per_doctor_day for t in f["grade"]], float)
    special = np.full((len(place.specialties), len(f)), np.nan)
    skills = place.skills
    special[skills["specialty"] - 1, skills["facility_row"]] = skills["capability"]
    visits = f["physicians"].to_numpy(np.int64) * a_day * p.clinic_days
    return Means(
        capability=f["capability"].to_numpy(float).copy(),
        infrastructure=f["infrastructure"].to_numpy(float).copy(),
        special=special,
        capacity=np.where(county.outside, np.inf, visits),
        pass_on=np.where(tier <= 1, p.pass_on_primary, p.pass_on_hospital),
        attention=np.full(len(f), float(p.account_attention)),
        late_day_fen=np.full(len(f), round(p.day_price * 100.0), np.int64),
        paid_by_case=np.zeros(len(f), np.int64),
    )


def use_means(f: np.recarray, tables: Tables, county: CountyState) -> tuple[Floats, Floats]:
    """Write what facilities have to work with this month into their columns.

    Returns:
        Capability and attractiveness by (specialty, facility), general care first.
    """
    now = tables.means
    after: Any = by_specialty(now.capability, now.special)  # the rules work element by element
    before: Any = by_specialty(county.known_capability, county.means.special)
    infrastructure: Any = now.infrastructure
    appeal: Any = attractiveness(
        county.p, perceived_capability(before, after, tables.disclosure), infrastructure
    )
    f["capability"][:] = after[0]
    f["attractiveness"][:] = appeal[0]
    f["capacity"][:] = now.capacity
    f["pass_on"][:] = now.pass_on
    f["attention"][:] = now.attention
    f["late_day_fen"][:] = now.late_day_fen
    return after, appeal


def by_specialty(general: Floats, special: Floats) -> Floats:
    """Capability by (specialty, facility), general care first; in a specialty that a facility does not say
    anything of it is as capable as in general."""
    return np.vstack([general, np.where(np.isnan(special), general, special)])


def reckon(f: np.recarray) -> None:
    """Write prices, uncovered parts and waits as residents reckon with them."""
    f["visit_yuan"] = f["price_visit"] / 100.0
    f["admission_yuan"] = f["price_admission"] / 100.0
    f["uncovered"] = f["uncovered_bp"] / 10_000.0
    f["room_minutes"] = f["waiting_minutes"] * f["load"]


def schedule_tables(place: Place) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The insurer's schedule as whole numbers: rates (basis points) by (insurance, tier, setting),
    deductibles (fen) by (insurance, tier), yearly caps (fen) by (insurance, tier, setting)."""
    names = [x.name for x in place.insurances]
    rate = np.zeros((len(names), 4, len(Setting)), np.int64)
    deductible = np.zeros((len(names), 4), np.int64)
    cap = np.full((len(names), 4, 2), 2**62, np.int64)
    for row in place.schedule.to_dict("records"):
        i, tier = names.index(row["insurance"]), int(row["tier"][1])
        setting = Setting[row["setting"].upper()]
        rate[i, tier, setting] = round(row["rate"] * 10_000)
        rate[i, tier, Setting.REHAB] = rate[i, tier, Setting.INPATIENT]
        if setting == Setting.INPATIENT:
            deductible[i, tier] = round(row["deductible"] * 100)
        if np.isfinite(row["cap"]):
            cap[i, tier, setting] = round(row["cap"] * 100)
    return rate, deductible, cap


def make_facilities(place: Place, county: CountyState, p: Any) -> np.recarray:
    """The facilities' columns; capacities and beds are the real ones."""
    f = place.facilities
    n = len(f)
    tiers = [place.tiers[t] for t in f["grade"]]
    beds = f["beds"].to_numpy(float)
    beds = np.where(county.outside & ~(beds > 0.0), np.inf, beds)
    hospital = np.full(n, -1, np.int64)
    hospital[county.hospitals] = np.arange(len(county.hospitals))
    visit = np.array([round(yuan * 100) for yuan in f["visit_price"]], np.int64)
    admission = np.array([round(yuan * 100) for yuan in f["admission_price"]], np.int64)
    facilities = table(FACILITY, n)
    physicians = f["physicians"].to_numpy(np.int64)
    facilities.tier[:] = county.tier
    facilities.grade[:] = county.grade
    facilities.outside[:] = county.outside
    facilities.onward[:] = county.onward
    facilities.number[:] = facility_numbers(place)
    facilities.physicians[:] = physicians
    facilities.first_physician[:] = np.cumsum(physicians) - physicians
    facilities.hospital[:] = hospital
    facilities.waiting_minutes[:] = np.array([t.waiting_minutes for t in tiers], float)
    facilities.list_visit[:] = visit
    facilities.list_admission[:] = admission
    facilities.stay_days[:] = f["stay_days"].to_numpy(float)
    facilities.beds[:] = beds
    facilities.price_visit[:] = visit
    facilities.price_admission[:] = admission
    facilities.uncovered_bp[:] = np.full(n, round(p.uncovered_share * 10_000), np.int64)
    for column in ("cost_admission", "effort_visit", "effort_admission"):
        facilities[column][:] = 1.0
    facilities.rehab_chance[:] = np.ones(n)
    return facilities
