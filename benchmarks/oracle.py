"""How good an oracle is that chooses by some replicas of noise, scored on 1,024 others.

    python benchmarks/oracle.py

The expected profit per customer rises with the replicas it chooses by, since with few of them
it is misled by luck; the price of replicas is time.
"""

import argparse
import time

import numpy as np

from data_generators import World, scenarios
from sandbox.cli.tables import print_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    world = World(scenarios.online_rental, given.customers, 24, given.seed)
    honest = world.truth.fraud() == ""
    judge = world.truth.potential_outcomes(1_024)
    rows = []
    for replicas in (4, 16, 64, 256):
        started = time.perf_counter()
        chosen = world.truth.potential_outcomes(replicas).oracle()
        seconds = time.perf_counter() - started
        # `judge` has lived through the same replicas; its scoring half is the odd ones, and an
        # oracle chooses by the even ones, so nobody is scored on what it chose by.
        value = judge.at(judge.profit_to_score, chosen)[honest].mean()
        largest = np.mean(chosen[honest] == world.scenario.limit_grid[-1])
        rows.append([replicas, f"{value:,.0f}", f"{largest:.1%}", f"{seconds:.1f}"])
    headings = ["chosen by", "profit per customer, RMB", "at the largest limit", "seconds"]
    print_table(headings, rows, "Oracle, scored on 1,024 other replicas", figures=4)


if __name__ == "__main__":
    main()
