"""Limits that change while an account is open: what a bank sees at a month's end, and its answer.

A review may know nothing but the accounts that it is shown. It is asked for some customers at a
time, those of one block, market and product, so its answer for one must not lean on the others.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data_generators.customers import Flags
from data_generators.decisions import LARGEST_LIMIT, told
from data_generators.errors import InvalidInput
from data_generators.repayment import CENTS, Group
from data_generators.repayment.state import Happened, Ledger
from data_generators.streams import Floats


@dataclass(frozen=True)
class MonthEnd:
    """Lines of n customers at the end of a month, as their bank sees them; money in RMB."""

    customer_id: NDArray[np.int64]
    #: months on book, 1 at the end of the first
    mob: int
    #: limit in force in the month
    limit: Floats
    #: balance at the end of the month
    balance: Floats
    #: drawn, billed and paid in the month
    drawn: Floats
    due: Floats
    paid: Floats
    #: age of the oldest unpaid due, months
    months_late: NDArray[np.int8]
    #: accounts that still can be reviewed: opened, and not in default
    is_open: Flags


#: limits (RMB, n) for the next month; equal to `MonthEnd.limit` where nothing changes
Review = Callable[[MonthEnd], ArrayLike]


class LimitPath:
    """The limit in force month by month of one group's accounts.

    Only lines are reviewed: what a loan has paid out cannot be taken back.
    """

    def __init__(self, group: Group, ids: NDArray[np.int64], review: Review) -> None:
        self._ids, self._review = ids, review
        self._reviewed = not group.product.closes
        self._first = self.limit = group.terms.limit

    def after(self, t: int, state: Ledger, happened: Happened) -> Floats:
        """The limit of the month after `t`, cents."""
        if not self._reviewed:
            return self.limit
        is_open = happened.was_open & ~state.defaulted
        amounts = (self.limit, state.balance, happened.drawn, happened.due, happened.paid)
        limit, balance, drawn, due, paid = (each / CENTS for each in amounts)
        seen = MonthEnd(
            self._ids, t + 1, limit, balance, drawn, due, paid, state.months_late, is_open
        )
        answer = _checked(self._review(seen), seen)
        self.limit = np.where(is_open, np.rint(answer * CENTS), self.limit)
        return self.limit

    def used(self, balance: Floats) -> Floats:
        """The balance as if the limit were still the first: its share of today's is kept."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.limit > 0, balance * self._first / self.limit, balance)


def _checked(answer: ArrayLike, seen: MonthEnd) -> Floats:
    limit = np.asarray(answer)
    if limit.shape != seen.limit.shape or limit.dtype.kind not in "iuf":
        raise InvalidInput(
            f"The review of month {seen.mob} returned {told(answer)}; it must return "
            f"{len(seen.limit)} limits in RMB, one for each customer that it was shown."
        )
    bad = ~((limit >= 0) & (limit <= LARGEST_LIMIT)) & seen.is_open
    if bad.any():
        where = int(np.argmax(bad))
        raise InvalidInput(
            f"The review of month {seen.mob} gives customer {seen.customer_id[where]} a limit of "
            f"{limit[where]:.10g}; it must lie from 0 to {LARGEST_LIMIT:,.10g} (RMB)."
        )
    return limit.astype(float)
