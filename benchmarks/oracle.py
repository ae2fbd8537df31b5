"""How good an oracle is by the replicas of noise it chooses by, and the reference one.

    python benchmarks/oracle.py                       512 + 512 replicas, 10,000 customers
    python benchmarks/oracle.py --customers 1000      in a tenth of the time

All are scored on the same replicas, which none of them chose by. Expected profit rises with the
replicas an oracle chooses by, since with few of them it is misled by luck; the price is time. The
clairvoyant knows the noise of every replica: what lies between it and the oracle is nobody's to
earn. Standard errors are over customers, those of a regret paired.
"""

import argparse
import time

import numpy as np

from data_generators import World, scenarios
from data_generators.potential import CUSTOMERS, REPLICAS, mean_and_error
from sandbox.cli.tables import print_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="online_rental", choices=list(scenarios.catalogue()))
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--replicas", type=int, default=REPLICAS)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    world = World(scenarios.by_name(given.scenario), given.customers, 24, given.seed)
    world.truth.potential_outcomes(1, customers=100)
    honest = world.truth.fraud() == ""
    judge, seconds = timed(world, given.replicas)
    limits = {f"flat {limit:,.0f}": limit for limit in judge.limits}
    largest = world.scenario.limit_grid[-1]
    spent = {}
    for replicas in (4, 16, 64, 256):
        if replicas < given.replicas:
            # The judge scores on odd replicas and these choose by even ones: nobody is scored on
            # what it chose by.
            outcomes, spent[f"oracle of {replicas}"] = timed(world, replicas)
            limits[f"oracle of {replicas}"] = outcomes.oracle()
    spent["oracle"] = seconds
    rows = []
    for row in judge.compare(limits, among=honest).to_dict("records"):
        name = row["policy"]
        chosen = np.broadcast_to(limits.get(name, judge.oracle()), len(honest))[honest]
        rows.append(
            [
                f"oracle of {given.replicas}" if name == "oracle" else name,
                *(
                    f"{row[column]:,.1f} ± {row[f'{column}_se']:,.1f}"
                    for column in ("value", "regret", "clairvoyant_regret")
                ),
                f"{np.mean(chosen == largest):.1%}",
                f"{spent[name]:.1f}" if name in spent else "",
            ]
        )
    value, error = mean_and_error(judge.clairvoyant[honest])
    rows.insert(0, ["clairvoyant", f"{value:,.1f} ± {error:,.1f}", "", "0", "", ""])
    headings = ["policy", "profit", "regret", "to clairvoyant", "at the largest limit", "seconds"]
    title = f"{world.name}, RMB a customer ({honest.sum():,} honest, {given.replicas} replicas)"
    print_table(headings, rows, title, figures=5)
    months = given.customers * (len(judge.limits) - 1) * 2 * given.replicas * world.months
    millions = months / 1e6
    print(f"{millions:,.0f} million customer-months, {millions / seconds:.1f} million a second")


def timed(world: World, replicas: int):
    started = time.perf_counter()
    outcomes = world.truth.potential_outcomes(replicas, progress=True)
    return outcomes, time.perf_counter() - started


if __name__ == "__main__":
    main()
