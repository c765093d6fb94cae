"""What each lever does on its own, and a few together: paired changes against the status quo.

    python experiments/lever_signs.py [--replicates 20] [--population 20000] [--workers 2]

Writes to ``results/lever-signs/``: ``changes.csv`` (one row a setting and indicator, the paired change with
its 95% interval over replicates) and ``beside-prototype.md`` (the same beside the sizes that a rough
prototype of the equations gave). Takes about ten minutes on two cores at the defaults.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from tqdm import tqdm

import incentive_model as im
from incentive_model.inputs import Scheme

SETTINGS: dict[str, dict[str, float | str]] = {
    "gap +.20": {"reimbursement_gap": 0.20},
    "upward_share .10": {"upward_share": 0.10},
    "bonus 20": {"referral_bonus": 20.0, "referral_fund": 500.0},
    "bonus 100": {"referral_bonus": 100.0, "referral_fund": 500.0},
    "rehab_credit .30": {"rehab_credit": 0.30},
    "evaluation": {
        "performance_pay_share": 0.10,
        "weight_first_contact": 0.2,
        "weight_two_way_referral": 0.4,
        "weight_rehab_referral": 0.3,
        "weight_satisfaction": 0.1,
    },
    "budget": {"payment_method": "global_budget"},
    "budget + rehab_credit": {"payment_method": "global_budget", "rehab_credit": 0.30},
    "budget + rehab_credit + upward_share .05": {
        "payment_method": "global_budget",
        "rehab_credit": 0.30,
        "upward_share": 0.05,
    },
    "reserve .20 releasable": {"reserved_slots": 0.20, "reserved_release": "releasable"},
    "reserve .20 hard": {"reserved_slots": 0.20, "reserved_release": "hard"},
    "soft gate": {"gatekeeping": "soft"},
    "hard gate .3": {"gatekeeping": "hard", "gate_compliance": 0.3},
    "hard gate .5": {"gatekeeping": "hard", "gate_compliance": 0.5},
    "platform": {"platform_coverage": 1.0},
}

#: What the table shows: indicator, heading, factor, decimals.
SHOWN = (
    ("primary_visit_share", "primary share, pp", 100.0, 1),
    ("up_referral_rate", "up, pp", 100.0, 2),
    ("down_referral_rate", "down, pp", 100.0, 2),
    ("unnecessary_referral_share", "unnecessary, pp", 100.0, 1),
    ("visits_T2", "T2 visits", 1.0, 3),
)

#: The prototype's changes (20,000 residents, 6 seeds), in the units and order of ``SHOWN``.
PROTOTYPE: dict[str, tuple[float, ...]] = {
    "gap +.20": (1.2, -0.15, 0.25, -0.2, -0.044),
    "upward_share .10": (-1.1, 3.4, 0.27, 1.5, 0.113),
    "bonus 20": (-0.5, 1.5, 0.13, 3.5, 0.05),
    "bonus 100": (-2.7, 9.1, 0.72, 14.6, 0.31),
    "rehab_credit .30": (0.2, -0.02, 2.2, 0.0, -0.010),
    "evaluation": (-0.1, 0.4, 3.9, 0.9, 0.014),
    "budget": (0.1, -1.1, 0.44, 1.1, -0.007),
    "budget + rehab_credit": (0.3, -1.2, 2.9, 1.2, -0.019),
    "budget + rehab_credit + upward_share .05": (-0.4, 0.9, 3.2, 0.4, 0.042),
    "reserve .20 releasable": (0.1, 0.4, 0.0, 0.5, 0.0),
    "reserve .20 hard": (0.9, 0.5, 0.0, 0.3, -0.05),
    "soft gate": (2.9, 0.3, 0.2, -0.9, -0.17),
    "hard gate .3": (8.6, 1.0, 0.0, -1.3, -0.44),
    "hard gate .5": (14.7, 1.5, -0.1, -2.0, -0.77),
    "platform": (-0.5, 2.8, 0.85, 2.5, 0.07),
}


def beside_prototype(changes: pd.DataFrame) -> str:
    """A Markdown table: each setting's change, its interval, and the prototype's size in italics."""
    found = changes.set_index(["scheme", "indicator"])
    lines = [
        "| setting | " + " | ".join(heading for _, heading, _, _ in SHOWN) + " |",
        "| --- |" + " --- |" * len(SHOWN),
    ]
    for scheme in [*PROTOTYPE, "full-package"]:
        cells = []
        for k, (indicator, _, factor, digits) in enumerate(SHOWN):
            row = found.loc[(scheme, indicator)]
            change, low, high = (factor * row[x] for x in ("delta", "delta_low", "delta_high"))
            cell = f"{change:+.{digits}f} [{low:+.{digits}f}, {high:+.{digits}f}]"
            if scheme in PROTOTYPE:
                cell += f" *{PROTOTYPE[scheme][k]:+g}*"
            cells.append(cell.replace("-", "−"))
        lines.append(f"| {scheme} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--population", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("results/lever-signs"))
    args = parser.parse_args()
    place = im.load_place("yongan", population=args.population)
    schemes = [
        Scheme(name=name, title=name, source=("MODEL 17",), levers=levers, changes=())
        for name, levers in SETTINGS.items()
    ]
    schemes.append(im.load_scheme("full-package"))
    with tqdm(total=1, unit="run") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        result = im.compare(
            place, schemes, replicates=args.replicates, seed=2026, workers=args.workers, progress=progress
        )
    args.out.mkdir(parents=True, exist_ok=True)
    changes = result.table()
    changes.to_csv(args.out / "changes.csv", index=False, lineterminator="\n")
    (args.out / "beside-prototype.md").write_text(beside_prototype(changes), encoding="utf-8")


if __name__ == "__main__":
    main()
