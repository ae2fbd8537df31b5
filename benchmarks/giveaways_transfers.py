"""What gives each typology of transfers away: its best single column, and its best rule.

python benchmarks/giveaways_transfers.py --scenario all --seed 7

Each typology's transfers against others of the same market and months, where 3% of transfers are
of a case and all typologies equally so: among all rows, and among transfers between accounts
alone, where salaries, purchases and bills no longer help to tell them apart. Rules are over one and
two columns, found on one half of the rows and scored on the other at recall 0.5 or more.
"""

import argparse

import numpy as np

from data_generators import scenarios
from data_generators.fidelity.giveaways import rules, single_columns
from data_generators.fidelity.giveaways.frequent import some, transfers_of
from data_generators.scenarios.flows import OF_TRANSFERS
from sandbox.cli.tables import print_table

RATE, OTHERS = 0.03, 40_000


def looked_at(table, among, case, seed):
    """All cases and as many others as is enough for a standard error of 0.01."""
    rows = some(among, case, OTHERS, seed)
    return table.iloc[rows].reset_index(drop=True), case[rows]


def measured(scenario, seed, months):
    """A row a typology: cases, best column and AUC among all and among transfers, best rule."""
    table, kind = transfers_of(scenario, RATE, seed, months)
    everything = np.ones(len(table), dtype=bool)
    between = (table["kind"] == "transfer").to_numpy()
    for name in OF_TRANSFERS:
        part, case = looked_at(table, everything, kind == name, seed)
        natural = scenario.transfer_fraud.rate * getattr(scenario.transfer_fraud, name)
        best, found = single_columns(part, case).iloc[0], rules(part, case, natural)
        alone = single_columns(*looked_at(table, between, kind == name, seed)).iloc[0]
        found_by_rules = (found["precision"].max(), found["precision_natural"].max())
        apart = (alone["column"], alone["auc"])
        yield [name, case.sum(), best["column"], best["auc"], *apart, *found_by_rules]


def main() -> None:
    every = sorted(scenarios.catalogue())
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="ecommerce", choices=[*every, "all"])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--months", type=int, default=12)
    asked = parser.parse_args()
    worst = []
    for name in every if asked.scenario == "all" else [asked.scenario]:
        rows = list(measured(scenarios.by_name(name), asked.seed, asked.months))
        head = ["typology", "cases", "best column", "AUC", "among transfers", "AUC"]
        shown = [[r[0], f"{r[1]:,}", r[2], f"{r[3]:.3f}", r[4], f"{r[5]:.3f}"] for r in rows]
        print_table(head, shown, name, figures=1)
        top = np.array([[r[3], r[5], r[6], r[7]] for r in rows]).max(axis=0)
        worst.append([name, *(f"{value:.3f}" for value in top[:3]), f"{top[3]:.4f}"])
    head = ["market", "worst AUC", "among transfers", "best rule's precision", "at natural rates"]
    print_table(head, worst, f"Seed {asked.seed}, {RATE:.0%} of transfers of a case", figures=4)


if __name__ == "__main__":
    main()
