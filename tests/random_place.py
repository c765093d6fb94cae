"""Small random counties and schemes, for tests: crowded ones, so that everything really happens."""

from __future__ import annotations

import json
import tempfile
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st

from incentive_model.inputs import Place, Scheme, load_place

UNINSURED = "uninsured"

#: Levers, each with the values it takes where it is drawn at all: twice where it should be drawn more often.
WORDS: dict[str, list[Any]] = {
    "payment_method": ["per_case", "capitation", "global_budget", "global_budget", "fee_for_service"],
    "gatekeeping": ["none", "soft", "hard"],
    "continuous_deductible": ["yes", "yes", "no"],
    "evaluation_form": ["threshold", "tournament", "linear"],
    "reserved_release": ["hard", "releasable"],
    "consortium_form": ["as_found", "none", "loose", "tight"],
    "referral_choice": ["assigned", "free", "free"],
}
NUMBERS: dict[str, list[Any]] = {
    # revenue sharing
    "upward_share": [0.0, 0.05, 0.137],
    "rehab_credit": [0.0, 0.3, 1.0],
    "surplus_retained": [0.0, 0.5, 1.0],
    "loss_shared": [0.3, 1.0, 0.0],
    "package_includes_public_health": [0.0, 0.37, 1.0],
    "physician_pass_through": [-0.3, 0.117, 0.5],
    "payment_delay": [0, 1, 3, 12],
    "dual_director_coverage": [0.0, 0.5, 1.0],
    # reimbursement
    "reimbursement_gap": [0.0, 0.1, 0.2337],
    "gate_compliance": [0.0, 0.3, 1.0],
    "bypass_penalty": [0.0, 0.1113, 0.4],
    "rehab_reimbursement_bonus": [0.0, 0.1777, 0.3],
    # evaluation
    "performance_pay_share": [0.0, 0.1, 0.333],
    "subsidy_at_stake": [0.0, 0.25, 1.0],
    "executive_pay_at_stake": [0.0, 0.2, 0.777],
    "referral_bonus": [0.0, 20.0, 333.33],
    "referral_fund": [0.0, 0.5, 20.0],
    "fund_share_individuals": [0.0, 0.5, 0.77],
    "audit_rate": [0.0, 0.3, 1.0],
    "retention_penalty": [0.0, 99.99, 2_000.0],
    "refusal_penalty": [0.0, 33.33, 500.0],
    "corrective_talks": [0.0, 0.5, 1.0],
    # support
    "reserved_slots": [0.0, 0.2, 0.5],
    "platform_coverage": [0.0, 0.5, 1.0],
    "unified_criteria": [0.0, 0.5, 1.0],
    "institutional_channel": [0.0, 0.5, 0.5, 1.0],
    "shared_diagnostics": [0.0, 0.5, 1.0],
    "quality_disclosure": [0.0, 0.5, 1.0],
    "health_education": [0.0, 0.5, 1.0],
    "publicity": [0.0, 0.5, 1.0],
    "test_recognition": [0.0, 0.5, 1.0],
    "formulary_aligned": [0.0, 0.5, 1.0],
    "training_investment": [0.0, 0.5, 1.0],
    "expert_visits": [0.0, 0.5, 1.0],
    "outside_visits": [0.0, 3.0, 0.117, 25.0],
    "joint_training": [0.0, 0.4, 1.0],
    "staff_posting": [0.0, 0.07, 0.2],
    "capital_grant": [0.0, 25.5, 500.0],
    "family_doctor_coverage": [0.0, 0.31, 1.0],
    "chronic_management": [0.0, 0.5, 1.0],
}
PARTS = {
    ("weight_first_contact", "weight_two_way_referral", "weight_rehab_referral", "weight_satisfaction"): [
        (0.2, 0.4, 0.3, 0.1),
        (0.0, 0.5, 0.5, 0.0),
        (1.0, 0.0, 0.0, 0.0),
    ],
    ("surplus_split_county", "surplus_split_township", "surplus_split_village"): [
        (0.6, 0.3, 0.1),
        (0.34, 0.33, 0.33),
        (0.0, 0.0, 1.0),
    ],
}

#: Every lever on at once.
EVERYTHING = Scheme(
    "everything",
    "Everything",
    (),
    {
        **{name: values[1] for name, values in NUMBERS.items()},
        **{name: part for names, parts in PARTS.items() for name, part in zip(names, parts[0], strict=True)},
        "payment_method": "global_budget",
        "gatekeeping": "hard",
        "continuous_deductible": "yes",
        "evaluation_form": "tournament",
        "reserved_release": "hard",
        "consortium_form": "tight",
        "referral_choice": "free",
        "referral_bonus": 100.0,
        "weight_first_contact": 0.3,
        "weight_two_way_referral": 0.3,
    },
)
#: The names of every lever that is drawn.
DRAWN = {*WORDS, *NUMBERS, *(name for names in PARTS for name in names)}


def lever_values(luck: Random) -> dict[str, Any]:
    """Some levers; those that are parts of one whole come together."""
    values: dict[str, Any] = {}
    for name, choices in [*WORDS.items(), *NUMBERS.items()]:
        if luck.random() < 0.6:
            values[name] = luck.choice(choices)
    for names, choices in PARTS.items():
        if luck.random() < 0.5:
            values.update(zip(names, luck.choice(choices), strict=True))
    return values


def places() -> st.SearchStrategy[Place]:
    """Random counties, each from one number: drawn piece by piece, many of fifty would be much alike."""
    return st.integers(0, 2**64 - 1).map(lambda seed: random_place(Random(seed)))


def schemes() -> st.SearchStrategy[Scheme]:
    """Random schemes, each from one number."""
    return st.integers(0, 2**64 - 1).map(lambda seed: random_scheme(Random(seed)))


def random_scheme(luck: Random) -> Scheme:
    """A scheme over all levers, now and then with a change on the way."""
    values, other = lever_values(luck), lever_values(luck)
    changes = ((luck.randint(2, 9), other),) if luck.random() < 0.5 else ()
    return Scheme("random", "Random", (), values, changes)


def random_place(luck: Random) -> Place:
    """A county of up to three hospitals and four centres, with few doctors and fewer beds, and up to three
    hospitals above, all in the area or all outside."""
    agents = luck.randint(40, 90)
    population = agents * luck.choice([1, 7, 40, 150]) + luck.choice([0, 3])
    above = luck.choice([0, 1, 1, 2, 2, 3])
    forms = luck.choice(["", "loose", "tight", "tight loose", "none tight"]).split()
    consortia = {f"c{k}": form for k, form in enumerate(forms)}
    rows = facility_rows(luck, population, above, list(consortia))
    skills, specialties = skill_rows(luck, rows)
    members = {row["consortium"] for row in rows}
    consortia = {name: form for name, form in consortia.items() if name in members}
    clinics = [row["id"] for row in rows if row["tier"] == "T0"]
    insurances = luck.choice([("rural", "town"), ("rural", UNINSURED)])
    tiers = sorted({int(row[x][1]) for row in rows for x in ("tier", "grade") if row[x]})
    files = {
        "place.toml": place_toml(luck, population, consortia, insurances, tiers, specialties),
        "facilities.csv": csv(rows),
        "villages.csv": csv(
            [
                {"clinic": c, "residents": len(range(k, population, len(clinics)))}
                for k, c in enumerate(clinics)
            ]
        ),
        "schedule.csv": csv(schedule_rows(luck, insurances, tiers)),
    }
    if skills:
        files["specialties.csv"] = csv(skills)
    if luck.random() < 0.5:
        hospitals = [row["id"] for row in rows if row["tier"] == "T2"]
        files["ties.csv"] = csv(
            [
                {"facility": c, "physician": 1, "hospital": luck.choice(hospitals), "specialist": 1}
                for c in clinics
            ]
        )
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return load_place(folder, agents)


def facility_rows(luck: Random, population: int, above: int, consortia: list[str]) -> list[dict[str, Any]]:
    """Facilities of four tiers, with ``above`` hospitals above those of the county."""
    rows: list[dict[str, Any]] = []

    def one_of(*values: Any) -> Any:
        return luck.choice(values)

    def add(tier: int, parents: list[str], beds: Any, physicians: int) -> str:
        name = f"T{tier}-{len(rows)}"
        grades = (("",), ("", "", "", "T2"), ("", "", "", "T1", "T3" if above else "T2"), ("", "", "T2"))
        capability, infrastructure = ((0.36, 0.3), (0.52, 0.5), (0.78, 0.8), (0.93, 0.95))[tier]
        rows.append(
            {
                "id": name,
                "name": name,
                "tier": f"T{tier}",
                "parent": one_of(*parents) if parents else "",
                "consortium": one_of("", *consortia) if tier <= 2 or inside else "",
                "grade": one_of(*grades[tier]),
                "outside": one_of("", 0 if inside else 1) if tier == 3 and not inside else 0,
                "visit_price": one_of("", "", "", "", 75.25 * (1 + tier)),
                "admission_price": one_of("", "", "", "", 2_222.22 * (1 + tier)),
                "stay_days": one_of("", "", "", "", 4.4 + tier),
                "beds": beds,
                "physicians": physicians,
                "capability": round(capability + one_of(0.0, 0.05, -0.03), 3),
                "infrastructure": infrastructure,
                "x_km": one_of(0, 3, 11, -7),
                "y_km": one_of(0, 5, -4.5),
                "urban": one_of(0, 1),
                "dual_director": one_of(0, 1) if tier == 1 else 0,
            }
        )
        return name

    inside = luck.random() < 0.45
    n = luck.randint(1, 3)
    beds = max(1, population // one_of(150, 400, 1_500) // n)
    doctors = max(1, population // one_of(1_200, 3_000) // n)
    few_beds = max(1, population // one_of(500, 2_000))
    cities = [
        add(3, [], few_beds * one_of(1, 9) if inside else one_of(0, few_beds, few_beds), one_of(1, 5))
        for _ in range(above)
    ]
    alone = one_of([], [""]) if cities else []
    hospitals = [add(2, [*cities, *alone], beds, doctors) for _ in range(n)]
    for _ in range(luck.randint(1, 4)):
        centre = add(1, hospitals, one_of(0, 1, max(1, population // 1_000)), one_of(1, 2, 3))
        for _ in range(one_of(1, 2)):
            add(0, [centre], 0, one_of(1, 2))
    return rows


def skill_rows(luck: Random, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Who can do what in up to two specialties, and their shares of residents.

    The first hospital above is for all cases, others now and then for a specialty alone."""
    cities = [row["id"] for row in rows if row["tier"] == "T3"]
    hospitals = [row["id"] for row in rows if row["tier"] == "T2"]
    if not cities or luck.random() < 0.3:
        return [], {}
    specialties = dict(zip(["bones", "brains"], luck.choice([(0.4, 0.45), (0.7,), (0.5, 0.5)]), strict=False))
    skills = []
    for name in specialties:
        able = {luck.choice(hospitals), *cities[1:][: luck.randint(0, 2)]}
        for one in sorted(able):
            skills.append(
                {"facility": one, "specialty": name, "capability": luck.choice([0.6, 0.8123, 0.97])}
            )
    return skills, specialties


def schedule_rows(luck: Random, insurances: tuple[str, ...], tiers: list[int]) -> list[dict[str, Any]]:
    """What each insurance pays; caps low enough to bind."""
    rows = []
    for name, tier, inpatient in product(insurances, tiers, (False, True)):
        rate = luck.choice([0.6, 0.75] if inpatient else [0.2, 0.5512])
        rows.append(
            {
                "insurance": name,
                "tier": f"T{tier}",
                "setting": "inpatient" if inpatient else "outpatient",
                "rate": 0 if name == UNINSURED else rate,
                "deductible": 150.55 * tier if inpatient else 0,
                "cap": luck.choice(["", 3_000, 9_000.5] if inpatient else ["", 150, 800]),
            }
        )
    return rows


def place_toml(
    luck: Random,
    population: int,
    consortia: dict[str, str],
    insurances: tuple[str, ...],
    tiers: list[int],
    specialties: dict[str, float],
) -> str:
    """``place.toml``, with some behaviour that makes rare things happen often."""

    def one_of(*values: Any) -> Any:
        return luck.choice(values)

    tables: dict[str, dict[str, Any]] = {
        "levers": {
            "reimbursement_gap": one_of(0.0, 0.05),
            "reserved_slots": one_of(0.0, 0.1),
            "gatekeeping": one_of("none", "none", "soft"),
            "family_doctor_coverage": one_of(0.0, 0.4, 1.0),
            "payment_method": one_of("fee_for_service", "fee_for_service", "capitation"),
            "referral_bonus": one_of(0.0, 0.0, 25.0),
        },
        "parameters": {
            "severe_scale": one_of(1.0, 3.0, 3.0),
            "candidate_share": one_of(0.28, 0.9, 0.9),
            "hassle_down": one_of(44.0, 0.0),
            "referred_quality": one_of(0.97, 0.4),
            "home_quality": one_of(0.93, 0.4),
            "uncovered_share": one_of(0.08, 0.111),
            "inducement_account": one_of(0.7, 1.0),
            "inducement_margin": one_of(0.35, 0.1),
            "budget_growth": one_of(0.0, -0.3, -0.3, 0.5),
            "carry_inpatient": one_of(0.25, 1.0),
            "hassle_up": one_of(60.5, 20.0),
            "expert_ties": one_of(0.01, 0.3),
            "income_target": one_of(0.0, 0.0, 0.5, 1.0),
            "hospital_learning": one_of(0.0, 0.02, 0.2),
            "hospital_initiative": one_of(0.0, 1.0),
            "lending_saving": one_of(0.03, 0.5),
            "government_learning": one_of(0.1, 0.0),
            "audit_after_deficit": one_of(0.0, 0.6, 0.6),
            "outside_tie_share": one_of(0.0, 0.3, 1.0),
            "name_cards": one_of(20.0, 0.1, 0.1),
            "outside_priority": one_of(0.0, 0.5, 1.0),
            "joint_learning": one_of(0.002, 0.1),
            "upgrade_beds": one_of(100.0, 1.0),
            "upgrade_capability": one_of(0.7, 0.5),
            "specialty_severity": one_of(0.4, 0.0, 0.7, 0.8),
            "accept_up_constant": one_of(1.2, 4.0, 4.0),
        },
        "age": {"shares": [0.16, 0.24, 0.26, 0.34], "chronic": [0.01, 0.10, 0.35, 0.75]},
        "income": {"median": 21_000, "log_sd": 0.75},
        "travel": {"base_minutes": 8, "minutes_per_km": 1.6},
        "family_doctor": {"teams": 1, "physicians": 2},
    }
    for name, form in consortia.items():
        tables[f"consortium.{name}"] = {"form": form}
    for name, share in specialties.items():
        tables[f"specialty.{name}"] = {"share": share}
    for name, share in zip(insurances, (0.7, 0.3), strict=True):
        tables[f"insurance.{name}"] = {
            "share": share,
            "premium_resident": 0 if name == UNINSURED else 380.5,
            "premium_government": 0 if name == UNINSURED else 640,
            "premium_employer": 900 if name == "town" else 0,
        }
    for tier in tiers:
        visit, admission, stay = ((60, 0, 0), (90, 2_150, 6.6), (220.15, 6_800, 6.9), (360, 14_000, 7.7))[
            tier
        ]
        tables[f"tier.T{tier}"] = {
            "visit_price": visit,
            "admission_price": admission,
            "stay_days": stay,
            "visits_per_doctor_day": one_of(8, 30),
            "waiting_minutes": one_of(5, 41.5),
            "annual_pay": one_of(40_000, 83_333.33),
            "subsidy": one_of(0, 20_001),
        }
    head = {
        "title": "Random",
        "source": ["a test"],
        "currency_year": 2022,
        "population": population,
        "population_seed": luck.randint(0, 9_999),
    }
    return "\n".join([lines(head), *(f"[{name}]\n{lines(table)}" for name, table in tables.items())])


def lines(table: dict[str, Any]) -> str:
    """Keys and values as TOML (whose numbers, words and lists are written as in JSON)."""
    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in table.items())


def csv(rows: list[dict[str, Any]]) -> str:
    """Rows as CSV, with a header."""
    return "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]) + "\n"
