"""Default rates read too early, beside what comes of the same accounts.

    python benchmarks/delayed_labels.py
    python benchmarks/delayed_labels.py --day 600 --seeds 10

Applications come in over the first year; on day 400 the oldest accounts are thirteen months old and
the youngest one. A method says the default rate of all of them over twelve months from the labels
known by then; the world knows what came. Bias is the mean of estimate less truth over seeds, with
its 95% interval (t). `covered`: seeds whose interval has the truth.
"""

import argparse

import numpy as np
import pandas as pd
from scipy.stats import t as student

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.experiment.labels_as_of import labels_as_of
from sandbox.validation.label_delay import corrected_rates, late_labels

MARKETS = ("ecommerce", "lifestyle", "online_rental")
WINDOW, MONTHS = 12.0, 24


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", nargs="+", default=MARKETS, choices=scenarios.catalogue())
    parser.add_argument("--seeds", type=int, default=5, help="worlds a scenario")
    parser.add_argument("--customers", type=int, default=40_000, help="applicants a world")
    parser.add_argument("--day", type=float, default=400.0, help="when labels are read")
    asked = parser.parse_args()
    for name in asked.scenario:
        tables, late = [], []
        for seed in range(asked.seeds):
            world = World(scenarios.by_name(name), asked.customers, MONTHS, seed=3_000 + seed)
            labels = labels_as_of(world, asked.day, WINDOW)
            age, known = labels.age, labels.bad_age
            late.append(late_labels(age, known, WINDOW))
            vintage = np.floor(age)
            found = corrected_rates(age, known, WINDOW, vintage=vintage, true_rate=labels.true_rate)
            tables.append(found.assign(seed=seed))
        immature = np.mean([each.immature for each in late])
        after = np.mean([each.after_half for each in late])
        print(f"{name}: {immature:.0%} of accounts are younger than {WINDOW:g} months, ", end="")
        print(f"{after:.0%} of the labels of older ones came in the second half of them")
        show(name, pd.concat(tables))


def show(name: str, tables: pd.DataFrame) -> None:
    rows = []
    for method, group in tables.groupby("method", sort=False):
        bias, seeds = group["bias"], len(group)
        half = student.ppf(0.975, seeds - 1) * bias.std(ddof=1) / np.sqrt(seeds) if seeds > 1 else 0
        inside = group["covered"].dropna()
        rows.append(
            [
                method,
                f"{group['n'].mean():,.0f}",
                f"{group['rate'].mean():.2%}",
                f"{100 * bias.mean():+.2f} ± {100 * half:.2f}",
                f"{bias.mean() / group['truth'].mean():+.0%}",
                f"{int(inside.sum())} of {len(inside)}" if len(inside) else "",
            ]
        )
    headings = ["method", "accounts", "rate", "bias, points", "relative", "covered"]
    title = f"{name}: true rate {tables['truth'].mean():.2%}, {tables['seed'].nunique()} worlds"
    print_table(headings, rows, title, figures=5)


if __name__ == "__main__":
    main()
