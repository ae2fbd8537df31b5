"""What gives each fraud typology away: its worst single column, and the best rule over one and two.

python benchmarks/giveaways.py --scenario ecommerce --seed 7 --difficulty medium --rate 0.5
python benchmarks/giveaways.py --scenario all

Each typology by application against the honest, on a world in which frauds are frequent and all
typologies equally so; columns are raw and derived (`fidelity.giveaways`), found on one half of the
rows and scored on the other. Precision at recall 0.5 or more, at the share of cases of the
measurement and at the natural one. Bust-outs are of accounts: theirs are looked at when the last
month before they turn is over, beside others on a line at the same ages; share 14% among them.
"""

import argparse

import numpy as np
import pandas as pd

from data_generators import scenarios
from data_generators.fidelity.giveaways import rules, single_columns
from data_generators.fidelity.giveaways.frequent import (
    against_the_honest,
    applications_of,
    lines_of,
    typologies_of,
)
from data_generators.streams import BLOCK
from sandbox.cli.tables import print_table

#: share of customers with a line who will bust out, where it is measured
TURNING = 0.16
#: blocks in which they are 1,000 or more, where one is not enough
BLOCKS = {"medical_beauty": 6, "travel": 2}


def measured(scenario, seed, difficulty, rate, blocks):
    """A row a typology: cases, worst column, best rules."""
    mix = scenario.at_difficulty(difficulty)
    table, kind = applications_of(mix, rate, seed, BLOCK * blocks)
    rows = []
    for name in typologies_of(scenario):
        natural = scenario.fraud.rate * getattr(scenario.fraud, name)
        rows.append((name, *of_one(table, kind, name, natural)))
    if scenario.fraud.bust_out > 0:
        rows.append(("bust_out", *of_bust_outs(scenario, seed, difficulty, blocks)))
    names = ["typology", "cases", "column", "auc", "one", "own 1", "nat 1", "two", "own 2", "nat 2"]
    return pd.DataFrame(rows, columns=names)


def of_bust_outs(scenario, seed, difficulty, blocks):
    """As `of_one`, of accounts on a line at the end of the last month before they turn."""
    customers = BLOCK * max(blocks, BLOCKS.get(scenario.name, 1))
    table, is_case = lines_of(scenario.at_difficulty(difficulty), TURNING, seed, customers)
    kind = np.where(is_case, "bust_out", "")
    return of_one(table, kind, "bust_out", scenario.fraud.bust_out)


def of_one(table, kind, name, natural):
    """Cases, worst column and its AUC, and the best rules with their precisions."""
    part, is_case = against_the_honest(table, kind, name)
    worst = single_columns(part, is_case).iloc[0]
    best = rules(part, is_case, prevalence=natural)
    each = [v for _, r in best.iterrows() for v in (r.rule, r.precision, r.precision_natural)]
    return int(is_case.sum()), f"{worst['column']} ({worst['reading']})", worst["auc"], *each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    every = list(scenarios.catalogue())
    parser.add_argument("--scenario", default="ecommerce", choices=[*every, "all"])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--difficulty", default="medium", choices=["easy", "medium", "hard"])
    parser.add_argument("--rate", type=float, default=0.5)
    parser.add_argument("--blocks", type=int, default=1, help=f"of {BLOCK:,} applications")
    asked = parser.parse_args()
    for name in every if asked.scenario == "all" else [asked.scenario]:
        scenario = scenarios.by_name(name)
        found = measured(scenario, asked.seed, asked.difficulty, asked.rate, asked.blocks)
        figures = found.columns.difference(["typology", "cases", "column", "one", "two"])
        shown = found.assign(**{c: found[c].map("{:.3f}".format) for c in figures})
        print_table(
            list(shown.columns),
            shown.astype(str).to_numpy().tolist(),
            f"{name}, {asked.difficulty}, seed {asked.seed}, frauds {asked.rate:.0%}",
        )


if __name__ == "__main__":
    main()
