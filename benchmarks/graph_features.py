"""Graph features of every application of a world, on one core: rows and edges a second, memory.

python benchmarks/graph_features.py --edges 1000000

The second table is of the same graph features for the last applications alone, as a service
computes them during the day: everything else is history.
"""

import argparse
import os
import resource
import sys
import time

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.features import graph_features

#: seconds for a million edges
AIM = 5.0
#: edges a customer of a world has, about
EDGES_EACH = 5.5
#: applications of the second table
LAST = 100


def peak() -> float:
    """Most memory that this process ever had, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1 << (20 if sys.platform == "darwin" else 10)
    )


def tables(asked: argparse.Namespace) -> tuple[pd.DataFrame, ...]:
    """Applications, edges, confirmed fraud and decisions of a world with as many edges."""
    customers = int(asked.edges / EDGES_EACH)
    seen = World(scenarios.by_name(asked.scenario), customers, 2, asked.seed).observed()
    return seen.applications, seen.links.head(asked.edges), seen.fraud_labels, seen.decisions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="ecommerce", choices=list(scenarios.catalogue()))
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core for all of it
    given = tables(asked)
    applications, links = given[:2]
    held = sum(t.memory_usage(index=False).sum() for t in given) / (1 << 20)
    before, taken = peak(), []
    for _ in range(asked.rounds):
        started = time.perf_counter()
        features = graph_features(*given)
        taken.append(time.perf_counter() - started)
    least, each = min(taken), len(links) / 1e6
    rows = [
        ["least, s", f"{least:.2f}"],
        ["median, s", f"{np.median(taken):.2f}"],
        ["aim, s", f"{AIM * each:.2f}"],
        ["edges a second", f"{len(links) / least:,.0f}"],
        ["applications a second", f"{len(applications) / least:,.0f}"],
        ["the tables, MiB", f"{held:,.0f}"],
        ["peak of the process before, MiB", f"{before:,.0f}"],
        ["peak of the process, MiB", f"{peak():,.0f}"],
    ]
    title = (
        f"{features.shape[1]} features of {len(applications):,} applications and {len(links):,} "
        f"edges ({asked.scenario}), {asked.rounds} rounds on one core"
    )
    print_table(["", "measured"], rows, title)
    newest = np.argsort(applications["event_time"].to_numpy(), kind="stable")[-LAST:]
    started = time.perf_counter()
    alone = graph_features(*given, rows=newest)
    seconds = time.perf_counter() - started
    same = alone.equals(features.iloc[newest])
    print_table(
        ["applications", "s", "the same as in the batch"],
        [[f"{LAST}", f"{seconds:.2f}", "yes" if same else "no"]],
        "The last applications alone",
    )


if __name__ == "__main__":
    main()
