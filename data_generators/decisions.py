"""A decision for every customer, and what came of it."""

from dataclasses import dataclass, field
from numbers import Real
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data_generators.errors import InvalidInput
from data_generators.scenarios.bounds import check_whole
from data_generators.streams import Floats

#: the largest limit a world accepts, RMB: beyond any scenario's grid, a likely unit mistake
LARGEST_LIMIT = 10_000_000.0


@dataclass(frozen=True)
class Decisions:
    """Limit and price of every customer of a world, in customer order; InvalidInput if off range.

    >>> Decisions.of([0, 5000.0], price=0.18).approve.tolist()
    [False, True]
    """

    #: credit limit, RMB; 0 declines
    limit: Floats
    #: yearly rate, share
    price: Floats

    def __post_init__(self) -> None:
        for name, values in (("limit", self.limit), ("price", self.price)):
            if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
                raise InvalidInput(
                    f"{name} is {told(values)}; it must be an array of floats: say "
                    "Decisions.of(limit, price), which makes them."
                )
            if values.ndim != 1:
                raise InvalidInput(
                    f"{name} has shape {values.shape}; it must have one dimension: give a number "
                    "for each customer."
                )
        if len(self.limit) != len(self.price):
            raise InvalidInput(
                f"There are {len(self.price)} prices for {len(self.limit)} limits; give one price "
                "for all, or one for each limit."
            )
        _within("limit", self.limit, 0.0, LARGEST_LIMIT, "RMB")
        _within("price", self.price, 0.0, 1.0, "a yearly share")

    @classmethod
    def of(cls, limit: ArrayLike, price: ArrayLike) -> Self:
        """Decisions from arrays or scalars; InvalidInput names the first bad entry."""
        limits, prices = np.atleast_1d(numbers("limit", limit)), numbers("price", price)
        if limits.ndim == 1 and prices.ndim == 0:
            prices = np.broadcast_to(prices, limits.shape)
        return cls(limits, prices)

    @classmethod
    def from_table(cls, table: pd.DataFrame, customers: int) -> Self:
        """Decisions from a table in any order: `customer_id`, `limit` (RMB), `price` (a year).

        Each of the `customers` needs one row; InvalidInput names the first id that is there
        twice, is missing, or belongs to nobody.

        >>> rows = {"customer_id": [1, 0], "limit": [0.0, 5000.0], "price": [0.18, 0.18]}
        >>> Decisions.from_table(pd.DataFrame(rows), customers=2).limit.tolist()
        [5000.0, 0.0]
        """
        if not isinstance(table, pd.DataFrame):
            raise InvalidInput(
                f"table is {told(table)}; it must be a DataFrame with the columns customer_id, "
                "limit and price."
            )
        check_whole("customers", customers, 1)
        missing = [n for n in ("customer_id", "limit", "price") if n not in table]
        if missing:
            raise InvalidInput(f"The table of decisions has no column {', '.join(missing)}.")
        ids = table["customer_id"].to_numpy()
        strange = ids[~np.isin(ids, np.arange(customers))]
        if len(strange):
            raise InvalidInput(
                f"customer_id {strange[0]} belongs to nobody; ids go from 0 to {customers - 1}."
            )
        counts = np.bincount(ids.astype(np.int64), minlength=customers)
        for wrong, what in ((counts > 1, "there more than once"), (counts == 0, "missing")):
            if wrong.any():
                raise InvalidInput(
                    f"customer_id {int(np.argmax(wrong))} is {what}; give one decision for each "
                    f"of the {customers} customers."
                )
        ordered = table.set_index("customer_id").loc[np.arange(customers)]
        return cls.of(ordered["limit"].to_numpy(), ordered["price"].to_numpy())

    @property
    def approve(self) -> NDArray[np.bool_]:
        """Customers who get a limit above 0."""
        return self.limit > 0

    def __len__(self) -> int:
        return len(self.limit)

    def __repr__(self) -> str:
        granted = self.limit[self.approve]
        mean = f", mean limit {granted.mean():,.0f}" if len(granted) else ""
        return f"Decisions({len(self):,} customers, {len(granted):,} approved{mean})"


def numbers(name: str, values: ArrayLike) -> Floats:
    """`values` as floats; InvalidInput names the first entry that is no number.

    >>> numbers("limit", [0, 5_000]).tolist()
    [0.0, 5000.0]
    """
    try:
        given = np.asarray(values)
    except ValueError:  # rows of different lengths
        raise InvalidInput(f"{name} is {told(values)}; it must be numbers in one row.") from None
    if given.dtype.kind in "biuf":
        return given.astype(float, copy=False)
    # what pandas hands over as objects may be numbers all the same
    for entry in given.ravel().tolist():
        if isinstance(entry, bool) or not isinstance(entry, Real):
            raise InvalidInput(
                f"{name} holds {entry!r}, which is no number; give a number for each customer."
            )
    return given.astype(float)


def told(value: Any) -> str:
    """A value in a few words of a sentence: small ones as they are, others by kind and shape.

    >>> told("ecommerce"), told(None), told(np.ones((50, 2)))
    ("'ecommerce'", 'None', 'ndarray of shape (50, 2)')
    """
    shape = getattr(value, "shape", ())
    if isinstance(shape, tuple) and shape:
        return f"{type(value).__name__} of shape {shape}"
    shown = repr(value)
    return shown if len(shown) <= 60 and "\n" not in shown else f"a {type(value).__name__}"


def _within(name: str, values: Floats, low: float, high: float, unit: str) -> None:
    bad = ~((values >= low) & (values <= high))
    if bad.any():
        where = int(np.argmax(bad))
        raise InvalidInput(
            f"{name} of customer {where} is {values[where]:.10g}; it must lie from {low:g} to "
            f"{high:,.10g} ({unit})."
        )


@dataclass(frozen=True)
class Outcomes:
    """What became of every customer under one decision vector.

    `customers` has one row a customer, in customer order: `limit` and `balance` (RMB, at the
    end), `taken` (there is an account: a limit above 0, and the offer taken), `default` (over 90
    days past due within the world's months), `default_month` (NaN if none), `ead` (RMB written
    off, 0 if none), `drawn`, `interest`, `fee`, `paid`, `refunded` (RMB, totals), `utilisation`
    (mean of balance over limit, NaN without an account) and `profit` (RMB, discounted; 0
    without an account). Where limits were reviewed, `final_limit` (RMB) is the last in force.
    """

    customers: pd.DataFrame
    #: one table a block of customers: a row a customer and month on book, RMB
    _accounts: tuple[pd.DataFrame, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        taken, default = (int(self.customers[name].sum()) for name in ("taken", "default"))
        kept = ", with monthly accounts" if self._accounts else ""
        return (
            f"Outcomes({len(self.customers):,} customers, {taken:,} accounts, "
            f"{default:,} defaults{kept})"
        )

    def accounts(self) -> pd.DataFrame:
        """Monthly accounts, a row a customer and month on book; InvalidInput if not kept.

        Columns are those of `schema.ACCOUNTS` without times, and `event`: the month's cash event,
        1 + its position in `repayment.events.KINDS`, 0 for none.
        """
        if not self._accounts:
            raise InvalidInput("This replay kept no accounts; use replay(..., accounts=True).")
        return pd.concat(self._accounts, ignore_index=True)
