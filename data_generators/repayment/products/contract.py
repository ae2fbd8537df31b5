"""What a product is: how much is drawn and how much falls due in a month."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags, Traits
from data_generators.partners import NEVER
from data_generators.repayment.months import Months
from data_generators.repayment.state import Ledger
from data_generators.rows import Rows
from data_generators.scenarios import Scenario
from data_generators.streams import Floats


@dataclass(frozen=True)
class Terms:
    """What does not change over the life of the accounts of n customers with one product.

    Money in cents; limits broadcast, n or limits × n.
    """

    scenario: Scenario
    traits: Traits
    months: Months
    #: month on book, from 0, from which a fraud pays nothing and draws what there is, n; `NEVER`
    stops: NDArray[np.int64]
    limit: Floats
    #: yearly rate, share
    price: Floats
    #: the account exists: approved, and the offer taken
    opened: Flags
    #: share of a loss that the partner compensates while it stands
    guarantee: float
    #: the price of what is bought, cents
    need: Floats
    #: three months' income, cents: a balance above it is a burden
    heavy: Floats
    #: largest cash that a business keeps in its buffer, cents; none for persons
    buffer_cap: Floats | None
    #: what an owner can pay from the own pocket when the business has no cash, cents
    pocket: Floats | None

    @cached_property
    def monthly_rate(self) -> Floats:
        """Rate charged on the balance, a month."""
        return self.price / 12.0

    @cached_property
    def penal_rate(self) -> Floats:
        """Rate charged on what is overdue, on top, a month."""
        return self.scenario.economics.penalty * self.monthly_rate

    def stopped(self, t: int) -> Rows:
        """Positions of those who have stopped paying by month `t`."""
        rows = self._stopping
        return rows[self.stops[rows] <= t]

    @cached_property
    def _stopping(self) -> Rows:
        return np.flatnonzero(self.stops < NEVER)


@dataclass(frozen=True)
class Bill:
    """One month of a product before the customer answers; cents."""

    drawn: Floats
    #: newly due; never more than the balance less what is already overdue
    due: Floats


class Product(Protocol):
    """A loan product."""

    #: name, as in `customers.PRODUCTS`
    name: str
    #: an account ends when nothing is owed any more; a line stays open
    closes: bool

    def bill(
        self,
        terms: Terms,
        t: int,
        state: Ledger,
        late: NDArray[np.bool_],
        interest: Floats,
        arrears: Floats,
    ) -> Bill:
        """What is drawn and newly due in month `t`; a pure function of its arguments.

        `late`: accounts with something overdue; `interest`: charged this month on the balance
        at its start; `arrears`: overdue at its start, cents.
        """
        ...
