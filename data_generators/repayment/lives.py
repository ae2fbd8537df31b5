"""The months of many accounts, product by product, month by month."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from data_generators.customers import PRODUCTS, Flags, Traits
from data_generators.repayment.ledger import step
from data_generators.repayment.months import CENTS, Months
from data_generators.repayment.products import ALL, Product, Terms
from data_generators.repayment.profit import profit_of
from data_generators.repayment.state import Happened, Ledger
from data_generators.rows import Rows, together
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Ints


@dataclass(frozen=True)
class Offer:
    """What customers of one market are offered and whether they take it."""

    #: RMB, n or limits × n
    limit: Floats
    #: yearly rate, n
    price: Floats
    #: accounts that come to exist, n or limits × n
    opened: Flags

    def take(self, rows: Rows | None) -> "Offer":
        """The same for some customers, by position (last axis)."""
        if rows is None:
            return self
        size = self.price.shape[-1]
        wide = np.broadcast_to(self.limit, np.broadcast_shapes(self.limit.shape, (size,)))
        # Fancy indexing would leave the axes swapped in memory.
        limit, opened = np.take(wide, rows, axis=-1), np.take(self.opened, rows, axis=-1)
        return Offer(limit, self.price[rows], opened)


@dataclass(frozen=True)
class Group:
    """Customers of one market with one product, who live through the same kind of months."""

    product: Product
    terms: Terms
    #: positions in the market; None for all of it
    rows: Rows | None

    def lives(
        self, next_limit: Callable[[int, Ledger, Happened], Floats] | None = None
    ) -> Iterator[tuple[Ledger, Happened, Floats]]:
        """State, what happened and profit (RMB), month by month.

        `next_limit` says, after each month but the last, what the limits (cents) are from then on.
        """
        terms = self.terms
        shape = np.broadcast_shapes(terms.limit.shape, terms.price.shape, terms.opened.shape)
        businesses = terms.buffer_cap is not None
        buffer = np.rint(CENTS * terms.traits.buffer) if businesses else None
        state = Ledger.opened(shape, closes=self.product.closes, buffer=buffer)
        for t in range(terms.months.count):
            state, happened = step(self.product, terms, t, state)
            yield state, happened, profit_of(self.product, terms, t, state, happened)
            if next_limit is not None and t + 1 < terms.months.count:
                terms = replace(terms, limit=next_limit(t, state, happened))


def groups(
    scenario: Scenario, traits: Traits, stops: Ints, months: Months, offer: Offer
) -> Iterator[Group]:
    """The market's customers by product, businesses apart from persons; `stops` as in `Terms`."""
    code = traits.product + len(PRODUCTS) * traits.business
    # A blend's market may have no customer in a block: one group of nobody.
    codes = np.unique(code) if len(code) else np.zeros(1, dtype=np.int64)
    for each in codes:
        rows = None if len(codes) == 1 else np.flatnonzero(code == each)
        some, own = traits.take(rows), offer.take(rows)
        b = scenario.business
        businesses = each >= len(PRODUCTS)
        terms = Terms(
            scenario=scenario,
            traits=some,
            months=months.take(rows),
            stops=stops if rows is None else stops[rows],
            limit=np.rint(own.limit * CENTS),
            price=own.price,
            opened=own.opened & (own.limit > 0),
            guarantee=scenario.joint.guarantee,
            need=np.rint(CENTS * some.need),
            heavy=3.0 * CENTS * some.income,
            buffer_cap=np.rint(CENTS * b.buffer_cap * some.buffer) if businesses else None,
            pocket=np.rint(CENTS * b.pocket * some.income) if businesses else None,
        )
        yield Group(ALL[int(each) % len(PRODUCTS)], terms, rows)


def lived(
    scenario: Scenario, traits: Traits, stops: Ints, months: Months, offer: Offer
) -> tuple[Flags, Floats]:
    """Who defaulted, and the discounted profit (RMB), of every customer; limits × n or n."""
    rows, defaults, profits = [], [], []
    for group in groups(scenario, traits, stops, months, offer):
        profit: Floats = np.zeros(())
        defaulted: Flags = np.zeros((), dtype=bool)
        for state, _, earned in group.lives():
            defaulted = state.defaulted
            profit = np.add(profit, earned, out=earned)
        rows.append(group.rows)
        defaults.append(defaulted)
        profits.append(profit)
    return together(defaults, rows), together(profits, rows)
