"""What tracing found, as tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.errors import InvalidInput
from data_generators.fund_flows.following import Nodes
from data_generators.streams import Ints

#: columns of `Traced.paths` that are those of the transfers
_SHOWN = (
    "transfer_id", "kind", "from_account", "to_account", "from_holder", "to_holder", "event_time",
    "amount",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Traced:
    """The money of one loan or several, followed; amounts in RMB, exact to the cent.

    For each loan, `disbursed` = all of `destinations` + `untraced`.
    """

    #: a row a hop of a path, hop 0 the disbursement: path_id, loan_id, hop, transfer_id, kind,
    #: from_account, to_account, from_holder, to_holder, event_time (days), amount (of the
    #: transfer), traced (of the path: the same on all its hops)
    paths: pd.DataFrame
    #: a row an account where money was last seen, largest first: loan_id, account, holder,
    #: amount, share (of the loan), hours (after the disbursement, mean by amount)
    destinations: pd.DataFrame
    #: by loan_id: money never seen to leave the borrower's account. It lies there still, was
    #: mixed below what is followed, or left by a hop that was not seen.
    untraced: "pd.Series[float]"
    #: by loan_id: what was disbursed
    disbursed: "pd.Series[float]"
    #: hours after each disbursement through which its money was followed
    hours: float
    #: "fifo" or "pro_rata"
    method: str

    def of(self, loan: int) -> "Traced":
        """Only this loan; InvalidInput where it is not among those traced."""
        if loan not in self.disbursed.index:
            raise InvalidInput(
                f"loan {loan} was not traced here; {some_of(self.disbursed.index.to_numpy())}."
            )
        paths, ends = (
            table[table["loan_id"] == loan].reset_index(drop=True)
            for table in (self.paths, self.destinations)
        )
        left, given = self.untraced.loc[[loan]], self.disbursed.loc[[loan]]
        return Traced(paths, ends, left, given, self.hours, self.method)


def some_of(loans: Ints) -> str:
    """Which loans there are, few of them by name."""
    some = ", ".join(map(str, loans[:5]))
    if not len(loans):
        return "there is no loan"
    return f"the loans there are ({len(loans):,}): {some}{', ...' if len(loans) > 5 else ''}"


def traced_from(
    nodes: Nodes, moved: pd.DataFrame, loans: Ints, hours: float, method: str
) -> Traced:
    """The tables from the nodes; `moved` are the transfers that their rows are of."""
    parent, row, hop, rest, loan = (
        np.array(each, dtype=np.int64)
        for each in (nodes.parent, nodes.row, nodes.hop, nodes.rest, nodes.loan)
    )
    ends = np.flatnonzero(rest)
    path, node = _chains(ends, parent)
    paths = moved.iloc[row[node]][list(_SHOWN)].reset_index(drop=True)
    paths.insert(0, "path_id", path)
    paths.insert(1, "loan_id", loans[loan[node]])
    paths.insert(2, "hop", hop[node])
    paths["traced"] = rest[ends][path] / 100
    name = pd.Index(loans, name="loan_id")
    of_loan = loan[ends]
    cents = np.bincount(of_loan, rest[ends], len(loans))
    own = moved["to_customer_id"].to_numpy()[row[ends]] == loans[of_loan]
    stayed = own & (hop[ends] == 0)
    left = np.bincount(of_loan[stayed], rest[ends[stayed]], len(loans))
    disbursed = pd.Series(cents / 100, name, name="disbursed")
    return Traced(
        paths,
        _destinations(paths, ~stayed, disbursed),
        pd.Series(left / 100, name, name="untraced"),
        disbursed,
        hours,
        method,
    )


def _chains(ends: Ints, parent: Ints) -> tuple[Ints, Ints]:
    """For each end, numbered from 0, the nodes from its root down to it: path, node."""
    paths, nodes = [], []
    path, node = np.arange(len(ends)), ends
    while len(node):
        paths.append(path)
        nodes.append(node)
        above = parent[node]
        path, node = path[above >= 0], above[above >= 0]
    if not paths:
        return ends, ends
    path, node = np.concatenate(paths), np.concatenate(nodes)
    # a node's parent was made before it, so within a path the order of nodes is that of hops
    order = np.lexsort((node, path))
    return path[order], node[order]


def _destinations(
    paths: pd.DataFrame, away: NDArray[np.bool_], disbursed: "pd.Series[float]"
) -> pd.DataFrame:
    """Sums by loan and account over the ends of the paths that are `away` from the borrower."""
    by_path = paths.groupby("path_id")
    first, last = by_path.head(1).reset_index(drop=True), by_path.tail(1).reset_index(drop=True)
    last["hours"] = (last["event_time"] - first["event_time"]) * 24 * last["traced"]
    last = last[away]
    by_account = last.groupby(["loan_id", "to_account"], sort=True)
    found = by_account.agg(
        holder=("to_holder", "first"), amount=("traced", "sum"), hours=("hours", "sum")
    )
    found["amount"] = found["amount"].round(2)
    found["hours"] = found["hours"] / found["amount"]
    found = found.rename_axis(["loan_id", "account"]).reset_index()
    found.insert(4, "share", found["amount"] / disbursed.loc[found["loan_id"]].to_numpy())
    return found.sort_values(
        ["loan_id", "amount", "account"], ascending=[True, False, True], ignore_index=True
    )
