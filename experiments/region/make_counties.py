"""Writes ``counties.csv``, a made-up region for ``region.toml``.

    python experiments/region/make_counties.py                                     # the 40 counties beside it
    python experiments/region/make_counties.py --counties 2800 --out country.csv   # a country's worth

No county is a real one. Every number is an assumption (tag A); where one is near a published figure, its
column says so below.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from pathlib import Path
from statistics import NormalDist

#: D: 1.4 billion residents in 2,800 counties, districts and towns of county rank.
RESIDENTS = 500_000
#: A: spread of the logarithm, which puts nine in ten between 110,000 and 1.3 million.
SIZE_LOG_SD = 0.75

#: Up to so many residents, the places that counties are like, and how often (A).
LIKE = (
    (150_000, {"shuanggou": 1, "yongan": 1}),
    (800_000, {"yongan": 5, "gaochun": 3, "urumqi-321": 2}),
    (math.inf, {"national": 3, "gaochun": 2}),
)

COLUMNS = (
    "id",
    "name",
    "like",
    "residents",
    "beds_per_1000",  # A: around 6.5; calibration 2.6 has 7.23 in the country, cities included
    "physicians_per_1000",  # A: around 3.0; calibration 2.6 has 3.40 in the whole country
    "income_median",  # A: around Yong'an's 21,000 and more in larger counties; calibration 2.1 has the means
    "share_60_plus",  # A: around 0.21, as in the whole country (calibration 2.1)
    "distance",  # A: around 1, less where more people live
    "family_doctor_coverage",  # A: 0.35 to 0.45 as in calibration 2.1
    "population_seed",  # A: any will do
    "tag",
    "source",
)


def rows(counties: int, seed: int) -> list[tuple[object, ...]]:
    """The counties: sizes are the quantiles of a log-normal, the rest is drawn."""
    chance = random.Random(seed)
    spread = NormalDist(0.0, SIZE_LOG_SD)
    relative = [math.exp(spread.inv_cdf((k + 0.5) / counties)) for k in range(counties)]
    chance.shuffle(relative)
    scale = RESIDENTS * counties / sum(relative)
    digits = len(str(counties))

    def around(middle: float, log_sd: float) -> float:
        return middle * math.exp(chance.gauss(0.0, log_sd))

    found = []
    for k, size in enumerate(relative, start=1):
        residents = round(size * scale)
        weights = next(weights for limit, weights in LIKE if residents <= limit)
        like = chance.choices(list(weights), list(weights.values()))[0]
        rank = math.log(residents / RESIDENTS)
        found.append(
            (
                f"county-{k:0{digits}d}",
                f"County {k}",
                like,
                residents,
                f"{around(6.5, 0.2):.2f}",
                f"{around(3.0, 0.2):.2f}",
                100 * round(around(210, 0.2) * math.exp(0.15 * rank)),
                f"{min(max(chance.gauss(0.21, 0.04), 0.10), 0.35):.3f}",
                f"{around(1.0, 0.25) * math.exp(-0.1 * rank):.2f}",
                f"{chance.uniform(0.35, 0.45):.3f}",
                k,
                "A",
                "made up",
            )
        )
    return found


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description="writes a made-up region")
    parser.add_argument("--counties", type=int, default=40, help="how many (default 40)")
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn (default 1)")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("counties.csv"), help="the file")
    asked = parser.parse_args()
    with asked.out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows(asked.counties, asked.seed)])


if __name__ == "__main__":
    main()
