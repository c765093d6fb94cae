"""The tables of the documents, from the cards, the code, and the kept results of validation.

    python docs/tables.py           writes them anew
    python docs/tables.py --check   exits 1 if one is stale, and names it

A document holds a table between two comments, ``<!-- cards: NAME -->`` and ``<!-- end -->``. NAME is one of
the keys of ``TABLES``.
"""

from __future__ import annotations

import inspect
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import get_args

from pydantic import BaseModel

from incentive_model.cards import Card, Family, indicators, levers, parameters
from incentive_model.incentives import PACKAGED, Instrument, support
from incentive_model.incentives.accounts import CARE, Purpose
from incentive_model.incentives.events import Count, Event
from incentive_model.inputs.asked import SensitivityTable
from incentive_model.inputs.design import DesignTable
from incentive_model.inputs.place import place_names
from incentive_model.inputs.scheme import load_scheme, scheme_names
from incentive_model.inputs.study import StudyFile
from incentive_model.model import MONTH

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS))
from validation_tables import validation_table  # noqa: E402

BLOCK = re.compile(r"(<!-- cards: ([a-z0-9-]+) -->\n)(?:(?!<!-- ).)*(<!-- end -->)", re.DOTALL)
MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"

TAGS = {
    "SEED": "stated in a source document",
    "S": "published, seen as an abstract or the opening of a page",
    "R": "read in a public repository",
    "D": "derived from tagged numbers",
    "M": "commonly quoted, not checked again",
    "A": "assumed, no source",
    "F": "free: fitted to the baseline's targets",
}


def table(head: str, rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; ``head`` has the column names, separated by bars."""
    names = [name.strip() for name in head.split("|")]
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(x: object) -> str:
    """A value as people write it."""
    if isinstance(x, float | int) and not isinstance(x, bool):
        if math.isinf(x):
            return "∞"
        return f"{x:,.10g}".replace("-", MINUS)
    return f"`{x}`"


def span(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}" if low < 0 else f"{number(low)}{EN_DASH}{number(high)}"


def allowed(card: Card) -> str:
    return ", ".join(f"`{word}`" for word in card.choices) or span(card.low, card.high)


def by_family(cards: Mapping[str, Card]) -> list[Card]:
    """Family by family, as the card lists them; by name within one."""
    order = get_args(Family)
    return sorted(cards.values(), key=lambda card: (order.index(card.family), card.name))


def schedule_table() -> str:
    rows = []
    for place, phase in enumerate(MONTH, start=1):
        told = inspect.cleandoc(phase.__doc__ or "").splitlines()[0]
        rows.append((str(place), f"`{phase.__name__}`", re.sub(r"^Phase \d+: ", "", told).rstrip(".")))
    return table("phase | name | what happens", rows)


def lever_table(family: str) -> str:
    return table(
        "lever | unit | default | allowed | plausible | what it is | evidence",
        (
            (
                f"`{card.name}`",
                card.unit,
                number(card.default),
                allowed(card),
                span(*card.plausible) if card.plausible else "",
                card.meaning,
                evidence(card),
            )
            for card in by_family(levers())
            if card.family == family
        ),
    )


def evidence(card: Card) -> str:
    """What a card's number rests on, in words: an assumption is called one."""
    own = card.source.startswith("MODEL ") or card.source.startswith("docs/")
    where = card.source.replace("MODEL ", "7.").replace("docs/decisions.md", "decisions")
    if card.tag == "A":
        return f"assumption (A), {where}" if own else f"{card.source}; the number is an assumption (A)"
    if card.tag == "F":
        return f"fitted (F), {where}"
    return f"{TAGS[card.tag].split(',')[0]} ({card.tag}), {where}"


#: Whose behaviour a parameter belongs to, by the beginnings of names. What none of these holds is "other".
WHOSE = {
    "choice": (
        "perception_ education_ beta_ constant_ self_care_ travel_log_sd gateway_weight "
        "weight_technical accept_up_ accept_return_ accept_down_ repute_gap"
    ),
    "opinion": "trust_ word_of_mouth awareness_",
    "referrer": (
        "altruism_cv diagnosis_noise value_of_health hassle_up scale_referral weight_wishes "
        "account_attention dual_director_attention fund_part complex_share unaware_share "
        "tie_share chain_visits effort_ criteria_diagnosis criteria_hassle_up shared_diagnosis "
        "platform_diagnosis platform_hassle_up tie_hassle_up"
    ),
    "specialist": (
        "hassle_return return_ scale_return platform_hassle_return criteria_hassle_return "
        "scale_discharge displaced_margin hassle_down platform_hassle_down criteria_hassle_down "
        "conscience_ late_day_margin"
    ),
    "belief": "belief_ talk_discomfort",
    "facility": (
        "altruism_mean inducement_ income_target income_recovery uncovered_share shift_ "
        "harm_of_skimping margin_ pass_on_ case_service_loss late_day_cost hospital_ "
        "lending_saving threshold_spread rivalry_spread executive_weight budget_certainty"
    ),
    "insurer": "budget_growth audit_ gate_cut_ rate_ceiling",
    "government": "government_learning target_ executive_pay_ public_health_part talk_cost",
    "illness": (
        "illness_rate onset_ severe_ moderate_ season_ chronic_onset chronic_severe "
        "emergency_share control_ quality_slope quality_level bed_ceiling bed_slope bed_midpoint "
        "centre_bed_ needed_gain referred_quality home_quality failure_severity carry_ "
        "candidate_share follow_up_ extra_days rehab_days repeat_tests_"
    ),
    "health": (
        "health_ life_left_ chronic_loss resolved_loss failed_loss untreated_loss inpatient_loss "
        "death_ qaly_threshold time_worth work_hours"
    ),
    "capacity": (
        "appointment_ visit_memory bed_memory clinic_days month_days wait_severity queue_ outside_load"
    ),
    "support": (
        "cost_ diagnostics_hours training_ trainer_pay expert_ posting_allowance "
        "best_infrastructure capital_ contract_ management_ dual_director_pay rehab_price "
        "day_price"
    ),
}


def parameters_of(whose: str) -> list[Card]:
    """Parameters of one decider, by name; of ``other`` those that nobody has."""
    stems = tuple(" ".join(WHOSE.values()).split() if whose == "other" else WHOSE[whose].split())
    found = (card for card in parameters().values() if card.name.startswith(stems) != (whose == "other"))
    return sorted(found, key=lambda card: card.name)


def parameter_table(whose: str) -> str:
    return table(
        "parameter | symbol | unit | value | plausible | what it is | evidence",
        (
            (
                f"`{card.name}`",
                card.symbol,
                card.unit,
                number(card.default),
                span(*card.plausible) if card.plausible else "fixed",
                card.meaning,
                evidence(card),
            )
            for card in parameters_of(whose)
        ),
    )


def fitted_table() -> str:
    cards = sorted(parameters().values(), key=lambda card: card.name)
    return table(
        "parameter | symbol | value | plausible | what it is",
        (
            (f"`{c.name}`", c.symbol, number(c.default), span(*c.plausible) if c.plausible else "", c.meaning)
            for c in cards
            if c.tag == "F"
        ),
    )


def scheme_table() -> str:
    """What each packaged scheme sets."""
    schemes = [load_scheme(name) for name in scheme_names()]
    told = [scheme for scheme in schemes if scheme.levers]
    rows = []
    for card in by_family(levers()):
        values = [number(s.levers[card.name]) if card.name in s.levers else "" for s in told]
        if any(values):
            rows.append((f"`{card.name}`", *values))
    return table(" | ".join(["lever", *(f"`{scheme.name}`" for scheme in told)]), rows)


def enum_table(kinds: type[IntEnum], head: str) -> str:
    """Members of an enumeration, each with the comment behind it, or its name in words."""
    members = re.findall(r"^    ([A-Z_]+) = \d+ *(?:#: (.+))?$", inspect.getsource(kinds), re.MULTILINE)
    return table(head, ((f"`{name}`", told or name.lower().replace("_", " ")) for name, told in members))


def _source(thing: type | FunctionType, seen: set[object]) -> str:
    """The text of a class, what it inherits, and the helpers of its room that it calls."""
    if thing in seen:
        return ""
    seen.add(thing)
    text = inspect.getsource(thing)
    if isinstance(thing, type):
        text += "".join(_source(base, seen) for base in thing.__mro__[1:] if base not in (Instrument, object))
    room = sys.modules[thing.__module__]
    for name in set(re.findall(r"\b([a-z_]+)\(", text)):
        helper = getattr(room, name, None)
        if isinstance(helper, FunctionType) and helper.__module__.startswith("incentive_model.incentives"):
            text += _source(helper, seen)
    return text


def instrument_table() -> str:
    """Every instrument in its order: what it is, what it moves, and under which names its money is posted."""
    rows = []
    for place, one in enumerate(PACKAGED, start=1):
        text = _source(one, set())
        told = " ".join(inspect.cleandoc(one.__doc__ or "").split("\n\n")[0].split())
        events = [event.name for event in Event if f"Event.{event.name}" in text]
        moved = set(WRITTEN.findall(text))
        if issubclass(one, support.Support):
            moved.add(one.table)
        names = {f"Purpose.{purpose.name}" for purpose in CARE} if re.search(r"\bCARE\b", text) else set()
        names |= set(re.findall(r"Purpose\.[A-Z_]+", text))
        money = [purpose.name.lower() for purpose in Purpose if f"Purpose.{purpose.name}" in names]
        rows.append(
            (
                str(place),
                f"`{one.name}`",
                told,
                ", ".join(f"`{x}`" for x in [*events, *sorted(moved)]),
                ", ".join(f"`{x}`" for x in money),
            )
        )
    return table("no. | instrument | what it is | what it moves | money posted as", rows)


#: An entry of the month's tables (see ``Tables`` and ``Means``) that a line of an instrument writes.
WRITTEN = re.compile(
    r"^ +(?:tables\.means|tables|means)\.(?!certain|promised|personal|felt)([a-z_]+)(?:\[[^\n]*\])? [*+-]?= ",
    re.MULTILINE,
)

#: From whom, to whom and what for money is posted. Every purpose must have its row.
PAYMENTS: dict[Purpose, tuple[str, str, str]] = {
    Purpose.VISITS: ("insurer, patient", "facility", "a visit's bill: the fund's part and the patient's"),
    Purpose.ADMISSIONS: ("insurer, patient", "facility", "an admission's bill"),
    Purpose.LATE_DAYS: (
        "insurer, patient",
        "hospital",
        "extra days of a kept candidate; none if paid per case",
    ),
    Purpose.REHABILITATION: ("insurer, patient", "centre", "a rehabilitation episode after a referral down"),
    Purpose.REPEAT_TESTS: (
        "insurer, patient",
        "hospital, centre",
        "tests done again after a referral up, and after one down",
    ),
    Purpose.SUPPLIES: ("facility", "suppliers (outside)", "what of a bill is not margin"),
    Purpose.BASE_PAY: ("facility", "its physicians", "a twelfth of yearly base pay"),
    Purpose.MARGIN_PAY: (
        "facility",
        "its physicians",
        "θ of its margin; of the cost of late days paid per case, physicians bear θ",
    ),
    Purpose.SUBSIDY: ("government", "facility", "a twelfth of the yearly subsidy"),
    Purpose.PREMIUMS: ("residents, government, employers (outside)", "fund", "a twelfth of yearly premiums"),
    Purpose.UPWARD_SHARE: ("hospital", "referring facility, θ of it on to physicians", "`upward_share`"),
    Purpose.REHAB_CREDIT: (
        "account of a tight consortium, else the first fund",
        "county hospital, θ of it on to physicians",
        "`rehab_credit`",
    ),
    Purpose.REFERRAL_BONUS: (
        "referral fund (government)",
        "physicians in person; facility, θ of it on to physicians",
        "`referral_bonus`",
    ),
    Purpose.REFERRAL_FUND: (
        "government",
        "referral fund (government)",
        "filling up the fund to `referral_fund`",
    ),
    Purpose.STAKE_WITHHELD: (
        "physicians, facility",
        "evaluation pool; what is not earned, on to the government",
        "pay, subsidy and directors' pay at stake",
    ),
    Purpose.PERFORMANCE_PAY: (
        "evaluation pool",
        "physicians; facility, θ of it on to physicians",
        "what of a stake the year's score has earned",
    ),
    Purpose.SURPLUS: ("fund", "account of the consortium", "`surplus_retained` of a budget's surplus"),
    Purpose.DEFICIT: ("account of the consortium", "fund", "`loss_shared` of a budget's deficit"),
    Purpose.ACCOUNT_SPLIT: (
        "account of the consortium (or members, if it owes)",
        "members, θ of a gain on to physicians",
        "the year-end split by `surplus_split_*`",
    ),
    Purpose.SUPPORT: (
        "government or county hospitals, see 7.14",
        "suppliers; trainers (outside)",
        "running costs of support, trainers, capital grants",
    ),
    Purpose.OTHER: ("any", "any", "left for instruments of one's own"),
    Purpose.CAPITATION: (
        "facility to fund (claims taken back); fund to facility (sum a head)",
        "θ of the difference, of either sign, on to physicians",
        "`payment_method` capitation",
    ),
    Purpose.PUBLIC_HEALTH: (
        "clinic, centre",
        "account of the consortium",
        "`package_includes_public_health` of their money for public health",
    ),
    Purpose.PENALTY: (
        "facility; physicians bear θ of it",
        "government",
        "`retention_penalty`, `refusal_penalty` for cases found",
    ),
    Purpose.AUDIT: (
        "first fund (audits); government (talks)",
        "outside",
        "looking at cases; corrective talks",
    ),
    Purpose.CONTRACTS: ("government", "centre, θ of it on to physicians", "fee a family-doctor contract"),
    Purpose.CHRONIC_CARE: ("government", "clinic, θ of it on to physicians", "fee a managed patient"),
    Purpose.POSTING: ("government", "physicians of the centre", "allowance of posted county physicians"),
    Purpose.DIRECTORS: ("county hospital above", "physicians of the centre", "pay of dual directors"),
}


def payment_table() -> str:
    rows = []
    for purpose in Purpose:
        payer, payee, reason = PAYMENTS[purpose]
        rows.append((f"`{purpose.name.lower()}`", payer, payee, reason))
    return table("posted as | from | to | for", rows)


def indicator_table() -> str:
    good = {"up": "more", "down": "less", "none": ""}
    return table(
        "indicator | whose | unit | what it is | better | by group",
        (
            (
                f"`{card.name}`",
                card.family,
                card.unit,
                card.meaning,
                good[card.good],
                "yes" if card.by_group else "",
            )
            for card in by_family(indicators())
        ),
    )


def evidence_table() -> str:
    cards = (("levers", levers()), ("parameters", parameters()))
    counts = [Counter(card.tag for card in some.values()) for _, some in cards]
    rows = [(tag, told, *(str(count[tag]) for count in counts)) for tag, told in TAGS.items()]  # type: ignore[index]
    rows.append(("", "together", *(str(len(some)) for _, some in cards)))
    return table("tag | meaning | levers | parameters", rows)


def key_table(shape: type[BaseModel]) -> str:
    """The keys of a table in a file, in the words of their faults."""
    rows = []
    for key, field in shape.model_fields.items():
        default = "is needed" if field.is_required() else left_out(field.get_default())
        rows.append((f"`{key}`", field.description or "", default))
    return table("key | what may stand there | left out", rows)


def left_out(default: object) -> str:
    """What holds where a key is left out."""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    nothing = default is None or default in ([], {}) or isinstance(default, BaseModel)
    return "" if nothing else f"`{default}`"


FAMILIES = {
    "levers-sharing": "revenue sharing",
    "levers-reimbursement": "reimbursement differential",
    "levers-evaluation": "performance evaluation",
    "levers-support": "support",
}

TABLES: dict[str, Callable[[], str]] = {
    "schedule": schedule_table,
    "evidence": evidence_table,
    "study-keys": partial(key_table, StudyFile),
    "design-keys": partial(key_table, DesignTable),
    "sensitivity-keys": partial(key_table, SensitivityTable),
    "instruments": instrument_table,
    "payments": payment_table,
    "events": partial(enum_table, Event, "event | what it is"),
    "counts": partial(enum_table, Count, "count | what it is"),
    "schemes": scheme_table,
    "indicators": indicator_table,
    "fitted": fitted_table,
    **{name: partial(lever_table, family) for name, family in FAMILIES.items()},
    **{f"parameters-{whose}": partial(parameter_table, whose) for whose in (*WHOSE, "other")},
    **{f"validation-{place}": partial(validation_table, place) for place in place_names()},
}


def fresh(text: str) -> str:
    """A document with every table made anew.

    Raises:
        KeyError: a block names a table that does not exist.
    """
    return BLOCK.sub(lambda block: block[1] + TABLES[block[2]]() + "\n" + block[3], text)


def main(arguments: list[str]) -> int:
    """Write the tables, or say which document is stale."""
    stale = []
    for document in sorted(DOCS.rglob("*.md")):
        text = document.read_text("utf-8")
        if (wanted := fresh(text)) == text:
            continue
        stale.append(str(document.relative_to(DOCS)))
        if "--check" not in arguments:
            document.write_text(wanted, "utf-8")
    if "--check" in arguments:
        for name in stale:
            print(f"docs/{name}: a table is stale; python docs/tables.py writes it anew", file=sys.stderr)
        return 1 if stale else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
