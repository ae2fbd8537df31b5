"""The utilisation ladder: how lines are used, and what became of them."""

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.exhibits.book import Book, Floats, mean

#: upper edges of the bands, share of limit; the last band is above its limit
EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
BANDS = ("unused", "0–20%", "20–40%", "40–60%", "60–80%", "80–100%", "over limit")


def used_lines(book: Book) -> tuple[pd.DataFrame, Floats]:
    """Accounts of the book with limit and outcome, and their utilisation."""
    if book.outcomes is None or "utilisation" not in book.outcomes:
        raise BadInput(
            f"{book.name!r} has no outcomes with a column utilisation; give what its lines came to."
        )
    accounts = book.outcomes.assign(limit=book.limit, default=book.default)
    accounts = accounts[~np.isnan(book.default)]
    return accounts, accounts["utilisation"].to_numpy(dtype=float)


def utilisation_ladder(book: Book) -> pd.DataFrame:
    """A row a band of mean utilisation over the months on book (`BANDS`).

    Columns: `band`, `accounts`, `share`, `limit` (mean RMB), `bad_rate`, `profit` (mean RMB an
    account) and `total_profit` (RMB). Raises BadInput without outcomes.
    """
    accounts, used = used_lines(book)
    band = np.searchsorted(EDGES, used, side="left")
    rows = []
    for code, name in enumerate(BANDS):
        some = accounts[band == code]
        profit = some["profit"].to_numpy(dtype=float)
        rows.append(
            {
                "band": name,
                "accounts": len(some),
                "share": len(some) / max(len(accounts), 1),
                "limit": mean(some["limit"].to_numpy(dtype=float)),
                "bad_rate": mean(some["default"].to_numpy(dtype=float)),
                "profit": mean(profit),
                "total_profit": float(profit.sum()),
            }
        )
    return pd.DataFrame(rows)
