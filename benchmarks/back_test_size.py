"""How often the back-test finds fault with PDs that are the true ones, where defaults go together.

    OMP_NUM_THREADS=1 python benchmarks/back_test_size.py
    OMP_NUM_THREADS=1 python benchmarks/back_test_size.py --scenario micro_business

Accounts of the incumbent in fresh worlds, with the true PD at the limit granted, so that every
finding is a false one: a test at 5% should have at most 5%. True PDs are over all that may become
of partners; in a world it becomes so or otherwise for all of a partner's customers at once.
"""

import argparse

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from data_generators.observation import Observed
from sandbox.cli.tables import print_table
from sandbox.experiment.origination import Origination
from sandbox.validation.back_test import cumulative_defaults, validate_back_test
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

MONTHS, REPLICAS, LEARNT, LEVEL = 24, 48, 12_000, 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", action="append", choices=list(scenarios.catalogue()))
    parser.add_argument("--seeds", type=int, default=16)
    parser.add_argument("--customers", type=int, default=4_000)
    given = parser.parse_args()
    rows = []
    for name in given.scenario or ["online_rental", "ecommerce"]:
        log = World(scenarios.by_name(name), LEARNT, MONTHS, seed=1).observed()
        found = pd.DataFrame(
            [of_world(name, 100 + seed, given.customers, log) for seed in range(given.seeds)]
        )
        rows.append(
            [
                name,
                f"{len(found)}",
                f"{found['ratio'].mean():.2f}",
                f"{found['ratio'].std():.2f}",
                f"{found['expected'].mean():.0f}",
                f"{found['mob'].sum():.0f}",
                f"{found['vintage'].sum():.0f}",
            ]
        )
    heads = ["market", "worlds", "observed / expected", "its spread", "defaults expected"]
    heads += ["rejected by month", "rejected by vintage"]
    print_table(heads, rows, "Back-test of true PDs")


def of_world(name: str, seed: int, customers: int, log: Observed) -> dict[str, float]:
    """Whether either test rejects at 5%, and defaults over those expected, of one world."""
    world = World(scenarios.by_name(name), customers, MONTHS, seed=seed)
    logged, seen = world.logged_decisions(), world.observed()
    rows = np.flatnonzero((world.truth.fraud() == "") & (logged.limit > 0))
    happened = world.replay(logged, progress=False).customers.iloc[rows]
    when = Origination.of(log, seen, rows, MONTHS)
    opened = happened["taken"].to_numpy(dtype=bool)
    true = world.truth.true_pd(logged.limit, REPLICAS)[rows][opened]
    table = cumulative_defaults(
        when.quarter[opened],
        np.full(len(true), MONTHS),
        happened["default_month"].to_numpy(dtype=float)[opened],
        true,
        when.hazard_share,
    )
    by_month, by_vintage = validate_back_test(table, Policy.default())
    return {
        "mob": rejected(by_month),
        "vintage": rejected(by_vintage),
        "expected": float(true.sum()),
        "ratio": float(happened["default"].to_numpy()[opened].sum() / true.sum()),
    }


def rejected(found: ValidationResult) -> bool:
    return found.p_value is not None and found.p_value < LEVEL


if __name__ == "__main__":
    main()
