"""How long the portfolio pack takes: panel, exhibits, tests, workbook.

    python benchmarks/portfolio_pack.py                        100,000 accounts over 24 months
    python benchmarks/portfolio_pack.py --accounts 20000

Account-months are made up at random; ten seconds at most on one core.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from sandbox.cli.tables import print_table
from sandbox.report.workbook import write_workbook
from sandbox.validation.definitions import Definitions
from sandbox.validation.policy import Policy
from sandbox.validation.portfolio import validate_portfolio
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.tables import DESCRIPTIONS, portfolio_tables

#: months on book, vintages
MONTHS, VINTAGES = 24, 12


def account_months(accounts: int, seed: int = 0) -> pd.DataFrame:
    """A panel made up at random, in order of account and month."""
    rng = np.random.default_rng(seed)
    vintage, risk = rng.integers(0, VINTAGES, accounts), rng.beta(1, 30, accounts)
    late = np.zeros((accounts, MONTHS), dtype=np.int64)
    now = np.zeros(accounts, dtype=np.int64)
    for month in range(MONTHS):
        worse = rng.random(accounts) < np.where(now == 0, risk, 0.6)
        now = np.where(worse, now + 1, 0)
        late[:, month] = now
    who = np.repeat(np.arange(accounts), MONTHS)
    behind = late.ravel()
    return pd.DataFrame(
        {
            "account": who,
            "month": vintage[who] + np.tile(np.arange(1, MONTHS + 1), accounts),
            "dpd": np.where(behind > 0, 30 * (behind - 1) + 1, 0),
            "balance": rng.lognormal(8, 1, len(who)),
            "vintage": vintage[who],
            "amount": rng.lognormal(9, 1, accounts)[who],
        }
    )


def main() -> None:
    """Time each step once and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=100_000)
    accounts = parser.parse_args().accounts
    table, own = account_months(accounts), Definitions.built_in()
    ticks = [time.perf_counter()]
    panel = AccountPanel.of(table)
    ticks.append(time.perf_counter())
    data = PortfolioData(panel=panel)
    shown = portfolio_tables(data, own)
    ticks.append(time.perf_counter())
    results = validate_portfolio(data, own, Policy.default())
    ticks.append(time.perf_counter())
    with tempfile.TemporaryDirectory() as folder:
        path = write_workbook(shown, Path(folder) / "pack.xlsx", descriptions=DESCRIPTIONS)
        size = path.stat().st_size / 1e3
    ticks.append(time.perf_counter())
    steps = ["panel", f"{len(shown)} tables", f"{len(results)} tests", f"workbook, {size:.0f} kB"]
    rows = [[step, f"{s:.2f}"] for step, s in zip(steps, np.diff(ticks), strict=True)]
    rows.append(["together", f"{ticks[-1] - ticks[0]:.2f}"])
    print_table(["step", "seconds"], rows, f"{len(table):,} account-months")


if __name__ == "__main__":
    main()
