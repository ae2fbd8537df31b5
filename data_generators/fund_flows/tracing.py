"""Where the money of a loan went: paths, amounts and last places seen.

The rule is FIFO by default: what arrives first leaves first. It is a court's rule, gives every
cent one path and needs no balances, of which a bank sees few. Pro rata spreads each payment over
all that is there; it asserts least where money mixes and makes many small paths. LIFO and the
lowest intermediate balance are not offered: the one lets any later salary hide a loan's use, the
other needs balances. `following` says how both treat money that was there before.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.errors import InvalidInput
from data_generators.fund_flows.account_rows import Moves
from data_generators.fund_flows.following import (
    HANDED_ON,
    POOLS,
    RULES,
    TURNOVER,
    Following,
)
from data_generators.fund_flows.traced import Traced, some_of, traced_from
from data_generators.progress import shown

__all__ = ["COLUMNS", "Traced", "trace", "trace_many"]

#: columns of the transfers that tracing reads
COLUMNS = (
    "transfer_id", "event_time", "from_account", "to_account", "amount", "kind", "from_holder",
    "to_holder", "to_customer_id", "loan_id",
)  # fmt: skip


def trace(
    transfers: pd.DataFrame,
    loan: int,
    hours: float = 72.0,
    least: float = 1.0,
    most_hops: int = 6,
    *,
    method: str = "fifo",
) -> Traced:
    """Paths of one loan's money through `transfers`, observed ones or the whole ledger.

    Only a transfer strictly later than an arrival, and within `hours` of the disbursement,
    carries it on. Parts under `least` RMB stay where they are, as all does after `most_hops`
    transfers. Raises InvalidInput for a loan without disbursement, for hours, least or most_hops
    out of range, for an unknown method, and for transfers that lack columns, repeat an id or
    hold an amount or time that is no number.

    >>> bank = {"from_holder": "bank", "kind": "disbursement", "loan_id": 7, "to_customer_id": 7}
    >>> away = {"from_holder": "person", "kind": "transfer", "loan_id": -1, "to_customer_id": -1}
    >>> transfers = pd.DataFrame([
    ...     {"transfer_id": 1, "event_time": 3.0, "from_account": 90, "to_account": 10,
    ...      "amount": 8000.0, "to_holder": "person", **bank},
    ...     {"transfer_id": 2, "event_time": 3.5, "from_account": 10, "to_account": 55,
    ...      "amount": 6500.0, "to_holder": "broker", **away},
    ... ])
    >>> traced = trace(transfers, loan=7)
    >>> traced.destinations[["holder", "amount", "share", "hours"]]
       holder  amount   share  hours
    0  broker  6500.0  0.8125   12.0
    >>> traced.untraced.to_dict()
    {7: 1500.0}
    """
    return trace_many(transfers, [loan], hours, least, most_hops, method=method, progress=False)


def trace_many(
    transfers: pd.DataFrame,
    loans: Iterable[int] | None = None,
    hours: float = 72.0,
    least: float = 1.0,
    most_hops: int = 6,
    *,
    method: str = "fifo",
    progress: bool = True,
) -> Traced:
    """`trace` for several loans (None: all that were disbursed), each as if it were alone."""
    _check_rule(hours, least, most_hops, method)
    missing = [name for name in COLUMNS if name not in transfers.columns]
    if missing:
        raise InvalidInput(f"transfers lack {', '.join(missing)}; pass the table as it is.")
    disbursed = _disbursements(transfers, loans)
    moves, rows = _moves(transfers, disbursed, hours / 24)
    following = Following(moves, method, hours / 24, max(round(least * 100), 1), most_hops)
    names, loan = np.unique(disbursed["loan_id"].to_numpy(), return_inverse=True)
    # places of the disbursements among the moves, by loan and in order of time
    place = pd.Index(rows).get_indexer(pd.Index(disbursed["row"]))
    place = place[np.lexsort((place, loan))].tolist()
    end = np.cumsum(np.bincount(loan, minlength=len(names))).tolist()
    together = zip(names.tolist(), [0, *end], end, strict=False)
    for number, (name, start, stop) in enumerate(
        shown(list(together), "loans traced", progress=progress)
    ):
        following.follow(number, name, place[start:stop])
    return traced_from(following.nodes, transfers.iloc[rows], names, hours, method)


def _check_rule(hours: float, least: float, most_hops: int, method: str) -> None:
    if not (np.isfinite(hours) and hours > 0):
        raise InvalidInput(f"hours is {hours!r}; give a window above 0, such as 72.")
    if not (np.isfinite(least) and least >= 0):
        raise InvalidInput(f"least is {least!r}; give an amount in RMB from 0, such as 1.0.")
    if isinstance(most_hops, bool) or not isinstance(most_hops, int | np.integer) or most_hops < 1:
        raise InvalidInput(f"most_hops is {most_hops!r}; give a whole number from 1, such as 6.")
    if method not in RULES:
        raise InvalidInput(f"method is {method!r}; choose one of {', '.join(RULES)}.")


def _disbursements(transfers: pd.DataFrame, loans: Iterable[int] | None) -> pd.DataFrame:
    """Rows (by position) of disbursement of the loans asked for: loan_id, row."""
    rows = np.flatnonzero((transfers["kind"] == "disbursement") & (transfers["loan_id"] != -1))
    found = pd.DataFrame({"loan_id": transfers["loan_id"].to_numpy()[rows], "row": rows})
    if loans is None:
        return found
    asked = pd.Index(list(loans))
    if asked.empty:
        raise InvalidInput("loans is []; name one loan or more, or None for all.")
    if not asked.is_unique:
        raise InvalidInput(f"loans names {asked[asked.duplicated()][0]} twice; name each once.")
    unknown = asked[~asked.isin(found["loan_id"])]
    if len(unknown):
        there = np.unique(found["loan_id"].to_numpy())
        raise InvalidInput(
            f"loan {unknown[0]} has no disbursement among the transfers; {some_of(there)}."
        )
    return found[found["loan_id"].isin(asked)]


def _moves(
    transfers: pd.DataFrame, disbursed: pd.DataFrame, days: float
) -> tuple[Moves, NDArray[np.intp]]:
    """The transfers from the first disbursement to the end of the last window, and their rows."""
    time = transfers["event_time"].to_numpy(dtype=np.float64)
    amount = transfers["amount"].to_numpy(dtype=np.float64)
    ids = transfers["transfer_id"]
    wrong = ~(np.isfinite(time) & np.isfinite(amount) & (amount >= 0))
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InvalidInput(
            f"transfer {ids.iloc[at]} has amount {amount[at]} at time {time[at]}; "
            "amounts are numbers from 0 and times are days."
        )
    if not ids.is_unique:
        raise InvalidInput(f"transfer {ids[ids.duplicated()].iloc[0]} is there twice; drop one.")
    begun = time[disbursed["row"]]
    first, last = (begun.min(), begun.max() + days) if len(begun) else (0.0, 0.0)
    rows = np.flatnonzero((time >= first) & (time <= last))
    rows = rows[np.lexsort((ids.to_numpy()[rows], time[rows]))]
    part = transfers.iloc[rows]
    moves = Moves.of(
        part[["from_account", "to_account"]].to_numpy(),
        time=time[rows],
        cents=np.rint(amount[rows] * 100).astype(np.int64),
        ends=part["to_holder"].isin(POOLS).to_numpy(),
        turns_over=part["to_holder"].isin(TURNOVER).to_numpy(),
        handed_on=part["kind"].isin(HANDED_ON).to_numpy(),
        customer=part["to_customer_id"].to_numpy(),
    )
    return moves, rows
