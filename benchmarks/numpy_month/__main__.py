"""Check or measure, as the command line says."""

import argparse
from statistics import median
from time import perf_counter

from benchmarks.numpy_month.check import check
from benchmarks.numpy_month.model import NumpyModel


def main() -> None:
    """Check or measure, as the command line says."""
    parser = argparse.ArgumentParser(description="The residents' month in plain NumPy.")
    parser.add_argument("--check", action="store_true", help="compare with the engine, month by month")
    parser.add_argument("--scheme", default="full-package")
    parser.add_argument("--residents", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=12)
    options = parser.parse_args()
    settings = {"scheme": options.scheme, "seed": 1, "population": options.residents}
    if options.check:
        found = check(options.months, **settings)
        print("\n".join(found) or f"equal over {options.months} months and the burn-in")
        return
    model = NumpyModel(**settings, burn_in=3).run(0)  # warmed up in the burn-in
    months = []
    for _ in range(options.months):
        start = perf_counter()
        model.step()
        months.append(perf_counter() - start)
    print(f"a month {1e3 * median(months):.2f} ms, at best {1e3 * min(months):.2f}")
    print(f"{options.residents / median(months) / 1e6:.3f} million patient-months a second (median)")


if __name__ == "__main__":
    main()
