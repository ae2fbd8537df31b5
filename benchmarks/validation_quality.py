"""Size and power of every validation test, from customers whose true PDs are known.

    OMP_NUM_THREADS=1 python benchmarks/validation_quality.py
    python benchmarks/validation_quality.py --draws 1000 --family calibration --processes 1

Size: PDs are the true ones, outcomes are drawn from them, nothing has moved; the share of draws
in which p falls below 5% (and 1%), over three markets, with its exact 95% interval. `most` is what
a test of exactly 5% would not exceed, with 99% certainty for all rows of the table together. Tests
without a p-value are given with how often they warn. Power: how often the test warns or fails, by
the built-in policy, when a defect is planted; of a test shown for information, how often p falls
below 5% and 1%. Slow families take fewer draws.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context

import pandas as pd

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.experiment.known_customers import known_customers
from sandbox.validation.policy import Policy
from sandbox.validation.quality.rates import bounds, clopper_pearson
from sandbox.validation.quality.study import FAMILIES, study
from sandbox.validation.quality.trials import RIGHT, Ground

MARKETS, STRANGERS = ("ecommerce", "online_rental", "lifestyle"), "micro_business"
SIZES = (500, 5_000, 20_000)
_GROUNDS: list[Ground] = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=400, help="for size; a quarter for power")
    parser.add_argument("--customers", type=int, default=20_000, help="of each market")
    parser.add_argument("--family", action="append", choices=list(FAMILIES))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--csv", help="write all counts to this file")
    asked = parser.parse_args()
    jobs = [
        (family, defect, n, _draws(asked.draws, family, defect, n))
        for family, n in product(asked.family or FAMILIES, SIZES)
        for defect in (RIGHT, *FAMILIES[family].defects)
    ]
    # the longest first, so that both processes end together
    jobs.sort(key=lambda job: -job[2] * job[3])
    with ProcessPoolExecutor(
        asked.processes, get_context("spawn"), _prepare, (asked.customers,)
    ) as pool:
        counts = pd.concat(pool.map(_count, jobs), ignore_index=True)
    if asked.csv:
        counts.to_csv(asked.csv, index=False)
    show_sizes(counts)
    show_false_alarms(counts)
    show_powers(counts)


def _draws(draws: int, family: str, defect: str, n: int) -> int:
    few = FAMILIES[family].slow and n == max(SIZES)
    return max(draws // (4 if defect != RIGHT else 1) // (2 if few else 1), 1)


def _prepare(customers: int) -> None:
    def population(name: str):
        return known_customers(World(scenarios.by_name(name), customers, 24, seed=21))

    away = population(STRANGERS)
    _GROUNDS.extend(Ground(population(name), away) for name in MARKETS)


def _count(job: tuple[str, str, int, int]) -> pd.DataFrame:
    family, defect, n, draws = job
    return study(_GROUNDS, family, n=n, draws=draws, defect=defect)


def show_sizes(counts: pd.DataFrame) -> None:
    right = counts[(counts["defect"] == RIGHT) & (counts["p_values"] > 0)]
    right = right.sort_values(["family", "test", "n"], kind="stable")
    rows = []
    for row in right.itertuples():
        low, high = clopper_pearson(row.at_5, row.p_values)
        most = bounds(0.05, row.p_values, 2 * len(right))[1] / row.p_values
        rows.append(
            (
                row.test,
                f"{row.n:,}",
                f"{row.p_values}",
                f"{row.at_5 / row.p_values:.1%}",
                f"{low:.1%} to {high:.1%}",
                f"{most:.1%}" + (" EXCEEDED" if row.at_5 / row.p_values > most else ""),
                f"{row.at_1 / row.p_values:.1%}",
            )
        )
    columns = ("test", "n", "draws", "size at 5%", "95% interval", "most", "size at 1%")
    print_table(columns, rows, "Size under the truth", 4)


def show_false_alarms(counts: pd.DataFrame) -> None:
    right = counts[(counts["defect"] == RIGHT) & (counts["p_values"] == 0) & (counts["draws"] > 0)]
    rows = []
    for test, found in right.groupby("test", sort=True):
        by_n = found.set_index("n")
        cells = [f"{_share(by_n, n, 'warned')} / {_share(by_n, n, 'failed')}" for n in SIZES]
        rows.append((test, *cells))
    columns = ("test", *(f"n = {n:,}" for n in SIZES))
    print_table(columns, rows, "Warns, fails under the truth: tests judged by their figure", 3)


def show_powers(counts: pd.DataFrame) -> None:
    rows = []
    planted = counts[counts["defect"] != RIGHT]
    for (family, test, defect), found in planted.groupby(["family", "test", "defect"], sort=True):
        by_n = found.set_index("n")
        if not by_n["draws"].any():
            continue
        judged = test in Policy.default().thresholds
        named = ("warned", "failed") if judged else ("at_5", "at_1")
        cells = [" / ".join(_share(by_n, n, name) for name in named) for n in SIZES]
        rows.append((test, f"{family}: {defect}", *cells))
    columns = ("test", "planted", *(f"n = {n:,}" for n in SIZES))
    print_table(columns, rows, "Power: warns or fails, fails", 3)


def _share(by_n: pd.DataFrame, n: int, column: str) -> str:
    if n not in by_n.index or not by_n.at[n, "draws"]:
        return "-"
    return f"{by_n.at[n, column] / by_n.at[n, 'draws']:.0%}"


if __name__ == "__main__":
    main()
