"""Transfers in order of time, and for each account those that it pays and is paid by."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.streams import Floats, Ints

Bools = NDArray[np.bool_]


class Side(NamedTuple):
    """Rows of each account on one side of transfers: those of place p lie from first[p] on."""

    rows: Ints
    first: Ints

    @classmethod
    def of(cls, place: Ints, rows: Ints, accounts: int) -> "Side":
        """From the account of each of the rows, which are in order of time."""
        first = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=accounts))])
        return cls(rows[np.argsort(place, kind="stable")], first)

    def between(self, account: int, start: int, end: int) -> tuple[int, int]:
        """Positions in `rows` of the account's from row `start` and before row `end`."""
        low, high = self.first.item(account), self.first.item(account + 1)
        rows = self.rows[low:high]
        return low + int(rows.searchsorted(start)), low + int(rows.searchsorted(end))


class Moves(NamedTuple):
    """Transfers in order of time, and which of them each account pays and is paid by."""

    time: Floats
    cents: Ints
    #: places of the accounts, from 0
    source: Ints
    target: Ints
    #: money ends at the target
    ends: Bools
    #: the target pays its own running from its turnover
    turns_over: Bools
    #: customer who holds the target, -1 for none
    customer: Ints
    paid: Side
    #: of those, what a shop hands on
    handed_on: Side
    received: Side
    #: cents received up to each position of `received`, beginning with 0
    received_cents: Ints

    @classmethod
    def of(cls, accounts: Ints, cents: Ints, handed_on: Bools, **columns: Any) -> "Moves":
        """From columns in order of time; `accounts` has a row a transfer, from and to."""
        place, names = pd.factorize(accounts.ravel())
        source, target = place[0::2], place[1::2]
        # a transfer to oneself moves nothing
        real = np.flatnonzero(source != target)
        shops = real[handed_on[real]]
        received = Side.of(target[real], real, len(names))
        return cls(
            cents=cents,
            source=source,
            target=target,
            paid=Side.of(source[real], real, len(names)),
            handed_on=Side.of(source[shops], shops, len(names)),
            received=received,
            received_cents=np.concatenate([[0], np.cumsum(cents[received.rows])]),
            **columns,
        )
