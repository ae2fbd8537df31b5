"""States of account-months (buckets, categories, stages): how many by month, and how they move."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.portfolio_pack.panel import AccountPanel, Ints

#: where an account is when it has no row in the next month
LEFT, WRITTEN_OFF = "left", "written off"
#: what is counted
BY = ("count", "balance")


def by_month(panel: AccountPanel, state: Ints, names: Sequence[str]) -> pd.DataFrame:
    """A row a month and state.

    Columns: `month`, `state`, `count` (accounts), `balance` (RMB), `count_share` and
    `balance_share` (of the month).
    """
    start, months = panel.first_month, panel.last_month - panel.first_month + 1
    place = (panel.month - start) * len(names) + state
    count = np.bincount(place, minlength=months * len(names))
    balance = np.bincount(place, weights=panel.balance, minlength=months * len(names))
    table = pd.DataFrame(
        {
            "month": np.repeat(np.arange(start, start + months), len(names)),
            "state": np.tile(np.asarray(names, dtype=object), months),
            "count": count,
            "balance": balance,
        }
    )
    for name in BY:
        whole = np.repeat(table[name].to_numpy().reshape(months, -1).sum(axis=1), len(names))
        table[f"{name}_share"] = table[name] / np.where(whole > 0, whole, np.nan)
    return table


def next_rows(panel: AccountPanel) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Of each row but the last: whether the next row is that account's next month, and whether
    the account is the same after a gap (what happened between is not known).
    """
    same = panel.code[1:] == panel.code[:-1]
    step = panel.month[1:] - panel.month[:-1]
    return same & (step == 1), same & (step > 1)


def moves(panel: AccountPanel, state: Ints, names: Sequence[str]) -> pd.DataFrame:
    """A row a month, state then and state in the next month, with what moved so.

    Columns: `month` (from which), `from`, `to` (a state, "left" or "written off"), `count`
    (accounts) and `balance` (RMB, that of the month from which). Not counted are the last month
    in which an account is followed, and months followed by a gap after which it comes back.
    """
    k = len(names)
    n = len(state)
    followed, gap = next_rows(panel)
    to = np.full(n, k, dtype=np.int64)
    to[:-1][followed] = state[1:][followed]
    if panel.has("written_off"):
        lost = panel.rows["written_off"].to_numpy(dtype=np.float64) > 0
        to = np.where((to == k) & lost, k + 1, to)
    counted = panel.month < panel.followed_until
    counted[:-1] &= ~gap
    start, months = panel.first_month, max(panel.last_month - panel.first_month, 1)
    place = ((panel.month - start) * k + state) * (k + 2) + to
    size = months * k * (k + 2)
    count = np.bincount(place[counted], minlength=size)
    balance = np.bincount(place[counted], weights=panel.balance[counted], minlength=size)
    targets = np.asarray([*names, LEFT, WRITTEN_OFF], dtype=object)
    table = pd.DataFrame(
        {
            "month": np.repeat(np.arange(start, start + months), k * (k + 2)),
            "from": np.tile(np.repeat(np.asarray(names, dtype=object), k + 2), months),
            "to": np.tile(targets, months * k),
            "count": count,
            "balance": balance,
        }
    )
    return table[table["count"] > 0].reset_index(drop=True)


def matrix(
    moved: pd.DataFrame, names: Sequence[str], by: str = "count", months: Sequence[int] = ()
) -> pd.DataFrame:
    """The average matrix of `moves` over `months` (all, where empty), a row a state from which.

    Columns: `from`, one for each state (share of what was there in both months: rows add to 1),
    then `left` and `written off` (share of all that was there), `total` (accounts or RMB, all
    months together). Rows of states that never were are NaN. Shares of the months together, not
    means of shares: Anderson and Goodman (1957), Ann. Math. Stat. 28, eq. 2.8.
    """
    if by not in BY:
        raise BadInput(f"by={by!r} is not known; choose one of {', '.join(BY)}.")
    if len(months):
        moved = moved[moved["month"].isin(list(months))]
    sums = moved.groupby(["from", "to"], observed=True)[by].sum().unstack(fill_value=0)
    sums = sums.reindex(index=list(names), columns=[*names, LEFT, WRITTEN_OFF], fill_value=0)
    stayed = sums[list(names)].sum(axis=1)
    total = sums.sum(axis=1)
    shares = sums[list(names)].div(stayed.where(stayed > 0), axis=0)
    for name in (LEFT, WRITTEN_OFF):
        shares[name] = sums[name] / total.where(total > 0)
    shares["total"] = total
    shares.columns.name = None
    return shares.rename_axis("from").reset_index()


def matrices_by_month(moved: pd.DataFrame, names: Sequence[str], by: str = "count") -> pd.DataFrame:
    """`matrix` of each month, below one another, with a first column `month`."""
    months = sorted(moved["month"].unique())
    parts = [matrix(moved, names, by, [int(m)]).assign(month=m) for m in months]
    table = pd.concat(parts, ignore_index=True)
    return table[["month", *[c for c in table.columns if c != "month"]]]


def held(panel: AccountPanel, state: Ints, better: int, clean: int) -> Ints:
    """States in which an account that was worse than `better` stays at `better` + 1 at least,
    until it was `clean` months in a row at `better` or below with no day past due.

    A month that is missing breaks the row of clean months.
    """
    if clean <= 0:
        return state
    n = len(state)
    place = np.arange(n)
    first = np.zeros(n, dtype=np.int64)
    first[panel.first_rows] = panel.first_rows
    start = np.maximum.accumulate(first)
    worse = state > better
    in_order = ~worse & (panel.rows["dpd"].to_numpy() <= 0)
    followed, _ = next_rows(panel)
    begins = np.r_[True, ~(followed & in_order[:-1])]
    since = np.maximum.accumulate(np.where(begins, place, 0))
    cured = in_order & (place - since + 1 >= clean)
    last_worse = np.maximum.accumulate(np.where(worse, place, -1))
    last_cured = np.maximum.accumulate(np.where(cured, place, -1))
    kept = ~worse & (last_worse >= start) & (last_worse > last_cured)
    return np.where(kept, np.maximum(state, better + 1), state)
