"""Small panels made up at random, and the same as plain lists for counting by loops."""

import numpy as np
import pandas as pd

from sandbox.validation.portfolio_pack.panel import AccountPanel


def random_table(seed=0, accounts=60, months=14, gaps=True):
    """Account-months in random order, some with gaps, early ends and write-offs."""
    rng = np.random.default_rng(seed)
    rows = []
    for account in range(accounts):
        vintage = int(rng.integers(0, 8))
        amount = float(rng.integers(1, 50) * 100)
        days = 0
        for mob in range(1, months - vintage):
            days = days + 30 if rng.random() < (0.25 if days == 0 else 0.6) else 0
            if gaps and rng.random() < 0.05:
                continue
            lost = days > 150 and rng.random() < 0.5
            balance = float(rng.integers(0, 40) * 100)
            rows.append(
                {
                    "account": f"a{account:03d}",
                    "month": vintage + mob,
                    "dpd": max(days - int(rng.integers(0, 5)), 0) if days else 0,
                    "balance": balance,
                    "vintage": vintage,
                    "amount": amount,
                    "written_off": balance if lost else 0.0,
                    "borrower": account // 3,
                    "retail": account % 2 == 0,
                }
            )
            if lost or rng.random() < 0.03:
                break
    table = pd.DataFrame(rows)
    return table.sample(frac=1, random_state=seed, ignore_index=True)


def one_account(days, balance=1_000.0, first=1, **columns):
    """A panel of one account with these days past due, month by month."""
    n = len(days)
    return AccountPanel.of(
        pd.DataFrame(
            {"account": 1, "month": np.arange(first, first + n), "dpd": days, "balance": balance}
        ).assign(**columns)
    )


def histories(table):
    """account -> its rows, by month, as dicts."""
    return {
        account: part.sort_values("month").to_dict("records")
        for account, part in table.groupby("account")
    }
