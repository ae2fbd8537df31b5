"""Banks' tables read as a panel: months late on book, statements of cards."""

from typing import Any

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.portfolio_pack.panel import AccountPanel

#: k months late are this often k − 1 days and one: the fewest of the bucket of that number
_DAYS_A_MONTH = 30


def from_months_late(
    accounts: pd.DataFrame,
    opened: "pd.Series[Any] | None" = None,
    *,
    months: int | None = None,
) -> AccountPanel:
    """A panel from months on book and months late, such as the observed table of accounts.

    Columns of `accounts`, a row an account and month: `customer_id`, `mob`, `months_late`,
    `closing` (RMB owed), `credit_limit` (RMB) and, where there is one, `written_off` (RMB).
    `opened`: the month of origination by account id (whole numbers), or None: all in month 0.
    `months`: months on book for which each account is followed, as in a simulated world; None:
    all are followed to the last calendar month of the table.
    k months late count as 30 (k − 1) + 1 days, the fewest that lie in bucket k. What is written
    off belongs to the balance of its month. The RMB granted are the limit of the first month.

    >>> table = pd.DataFrame({"customer_id": [4, 4], "mob": [1, 2], "months_late": [0, 1],
    ...                       "closing": [50.0, 60.0], "written_off": [0.0, 0.0],
    ...                       "credit_limit": [100.0, 100.0]})
    >>> from_months_late(table).rows["dpd"].tolist()
    [0, 1]
    """
    ids = accounts["customer_id"]
    vintage = np.zeros(len(ids), dtype=np.int64)
    if opened is not None:
        known = ids.map(opened)
        if known.isna().any():
            raise BadInput(f"Account {ids[known.isna()].iloc[0]} has no month of origination.")
        vintage = known.to_numpy(dtype=np.int64)
    behind = np.maximum(accounts["months_late"].to_numpy(dtype=np.int64), 0)
    lost = accounts.get("written_off", 0.0)
    table = pd.DataFrame(
        {
            "account": ids.to_numpy(),
            "month": vintage + accounts["mob"].to_numpy(dtype=np.int64),
            "dpd": np.where(behind > 0, _DAYS_A_MONTH * (behind - 1) + 1, 0),
            "balance": (accounts["closing"] + lost).clip(lower=0.0).to_numpy(),
            "vintage": vintage,
            "written_off": np.broadcast_to(np.asarray(lost, dtype=float), len(ids)),
        }
    )
    if months is not None:
        table["followed_until"] = vintage + months
    first = accounts.sort_values(["customer_id", "mob"]).drop_duplicates("customer_id")
    table["amount"] = ids.map(first.set_index("customer_id")["credit_limit"]).to_numpy(dtype=float)
    return AccountPanel.of(table)


def from_statements(statuses: pd.DataFrame, balances: pd.DataFrame) -> AccountPanel:
    """A panel from monthly statements of cards, a column a month, the oldest first.

    Statuses below 1 are not late; k from 1 are k months late, counted as in `from_months_late`.
    Balances below 0 (overpaid) count as 0. Rows with a missing status are left out. There is no
    vintage: cards of such a table began before it.
    """
    if statuses.shape != balances.shape:
        raise BadInput(
            f"There are {statuses.shape} statuses and {balances.shape} balances; give one of each "
            "for every card and month."
        )
    n, months = statuses.shape
    late = statuses.to_numpy(dtype=np.float64).ravel()
    known = ~np.isnan(late)
    held = np.maximum(np.nan_to_num(late), 0.0)
    table = pd.DataFrame(
        {
            "account": np.repeat(np.arange(n), months),
            "month": np.tile(np.arange(1, months + 1), n),
            "dpd": np.where(held > 0, _DAYS_A_MONTH * (held - 1) + 1, 0),
            "balance": np.maximum(balances.to_numpy(dtype=np.float64).ravel(), 0.0),
        }
    )
    return AccountPanel.of(table[known])
