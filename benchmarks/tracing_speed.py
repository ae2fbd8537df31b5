"""Loans traced through transfers: a world's, and the worst case, one shop that everybody pays.

python benchmarks/tracing_speed.py --seed 7

The world's transfers are those that the bank sees in a year. In the worst case half of all
transfers are payments to one shop, of loans' money among others, and the other half is what the
shop hands on: within the hours of each loan the whole of the shop's trade must be gone through.
"""

import argparse
import os
import time

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from data_generators.fund_flows.following import RULES
from data_generators.fund_flows.tracing import trace_many
from sandbox.cli.tables import print_table

DAYS = 365.0


def of_world(name: str, wanted: int, seed: int) -> pd.DataFrame:
    """About as many transfers as wanted: a small world tells how many customers that takes."""
    scenario = scenarios.by_name(name)
    few = World(scenario, 1_000, 12, seed).fund_flows(progress=False).transfers
    customers = 1_000 * wanted // len(few)
    return World(scenario, customers, 12, seed).fund_flows(progress=False).transfers


def one_shop(transfers: int, loans: int, seed: int) -> pd.DataFrame:
    """Everybody pays account 0, which pays everybody; borrowers pay it an hour after their loan."""
    generator = np.random.Generator(np.random.SFC64(seed))
    half = transfers // 2
    borrower = 1 + np.arange(loans)
    paid_out = DAYS * generator.random(loans)
    others = 1 + loans + generator.integers(0, half, 2 * half)
    bought, handed_on = (DAYS * generator.random(half) for _ in range(2))
    parts = [
        {"event_time": paid_out, "from_account": -1, "to_account": borrower, "amount": 5_000.0,
         "kind": "disbursement", "from_holder": "bank", "to_holder": "person",
         "to_customer_id": borrower, "loan_id": borrower},
        {"event_time": paid_out + 1 / 24, "from_account": borrower, "to_account": 0,
         "amount": 5_000.0, "kind": "spending", "from_holder": "person", "to_holder": "merchant",
         "to_customer_id": -1, "loan_id": -1},
        {"event_time": bought, "from_account": others[:half], "to_account": 0,
         "amount": np.round(generator.lognormal(4.0, 1.0, half), 2), "kind": "spending",
         "from_holder": "person", "to_holder": "merchant", "to_customer_id": -1, "loan_id": -1},
        {"event_time": handed_on, "from_account": 0, "to_account": others[half:],
         "amount": np.round(generator.lognormal(4.0, 1.0, half), 2), "kind": "transfer",
         "from_holder": "merchant", "to_holder": "person", "to_customer_id": -1, "loan_id": -1},
    ]  # fmt: skip
    every = pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)
    return every.assign(transfer_id=np.arange(len(every)))


def measured(name: str, transfers: pd.DataFrame, loans: int, hours: float) -> list[list[str]]:
    """A row a rule: what tracing so many loans takes."""
    disbursed = transfers.loc[transfers["kind"] == "disbursement", "loan_id"]
    asked = disbursed[disbursed != -1].drop_duplicates().to_numpy()[:loans]
    rows = []
    for method in RULES:
        started = time.perf_counter()
        traced = trace_many(transfers, asked, hours, method=method, progress=False)
        taken = time.perf_counter() - started
        each = len(traced.paths) / len(asked)
        cells = (f"{len(transfers):,}", f"{len(asked):,}", f"{taken:.2f}")
        rows.append([name, method, *cells, f"{1e3 * taken / len(asked):.2f}", f"{each:.1f}"])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="ecommerce")
    parser.add_argument("--transfers", type=int, default=1_100_000)
    parser.add_argument("--loans", type=int, default=10_000)
    parser.add_argument("--worst-loans", type=int, default=200)
    parser.add_argument("--hours", type=float, default=72.0)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core for all of it
    world = of_world(asked.scenario, asked.transfers, asked.seed)
    worst = one_shop(asked.transfers, asked.worst_loans, asked.seed)
    print_table(
        ["transfers of", "rule", "transfers", "loans", "seconds", "ms a loan", "hops a loan"],
        [
            *measured(asked.scenario, world, asked.loans, asked.hours),
            *measured("one shop", worst, asked.worst_loans, asked.hours),
        ],
        f"Loans traced for {asked.hours:g} hours, one core",
        figures=5,
    )


if __name__ == "__main__":
    main()
