"""What each lever does on its own, and a few together: paired changes against the status quo.

    python experiments/lever_signs.py [--replicates 20] [--population 20000] [--workers 2]

Writes ``results/lever-signs/changes.csv``: one row a setting and indicator, the paired change with its
95% interval over replicates. Takes about ten minutes on two cores at the defaults.
"""

from __future__ import annotations

import argparse
from pathlib import Path

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
    result.table().to_csv(args.out / "changes.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
