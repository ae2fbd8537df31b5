"""A decision for every customer, and what came of it."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data_generators.errors import InvalidInput
from data_generators.streams import Floats

#: the largest limit a world accepts, RMB: beyond any scenario's grid, a likely unit mistake
LARGEST_LIMIT = 10_000_000.0


@dataclass(frozen=True)
class Decisions:
    """Limit and price of every customer of a world, in customer order.

    >>> Decisions.of([0, 5000.0], price=0.18).approve.tolist()
    [False, True]
    """

    #: credit limit, RMB; 0 declines
    limit: Floats
    #: yearly rate, share
    price: Floats

    @classmethod
    def of(cls, limit: ArrayLike, price: ArrayLike) -> Self:
        """Decisions from arrays or scalars; InvalidInput names the first bad entry."""
        limits = np.atleast_1d(np.asarray(limit, dtype=float))
        prices = np.broadcast_to(np.asarray(price, dtype=float), limits.shape)
        _within("limit", limits, 0.0, LARGEST_LIMIT, "RMB")
        _within("price", prices, 0.0, 1.0, "a yearly share")
        return cls(limits, prices)

    @property
    def approve(self) -> NDArray[np.bool_]:
        """Customers who get a limit above 0."""
        return self.limit > 0

    def __len__(self) -> int:
        return len(self.limit)


def _within(name: str, values: Floats, low: float, high: float, unit: str) -> None:
    bad = ~((values >= low) & (values <= high))
    if bad.any():
        where = int(np.argmax(bad))
        raise InvalidInput(
            f"{name} of customer {where} is {values[where]}; it must lie from {low:g} to "
            f"{high:g} ({unit})."
        )


@dataclass(frozen=True)
class Outcomes:
    """What became of every customer under one decision vector.

    `customers` has one row a customer, in customer order: `limit` and `balance` (RMB, at the
    end), `default` (over 90 days past due within the world's months), `default_month` (NaN if
    none), `ead` (RMB written off, 0 if none), `interest`, `paid`, `drawn` (RMB, totals),
    `utilisation` (mean of balance over limit, NaN without a limit) and `profit` (RMB,
    discounted; 0 without a limit).
    """

    customers: pd.DataFrame
    #: one table a block of customers: a row a customer and month on book, RMB
    _accounts: tuple[pd.DataFrame, ...] = field(default=(), repr=False)

    def accounts(self) -> pd.DataFrame:
        """Monthly accounts (see `schema.ACCOUNTS`), when the replay kept them."""
        if not self._accounts:
            raise InvalidInput("This replay kept no accounts; use replay(..., accounts=True).")
        return pd.concat(self._accounts, ignore_index=True)
