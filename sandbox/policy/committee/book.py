"""A policy's book, and what it earns less than with the best limits."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sandbox.exhibits.book import Book, Flags, Floats, mean, one_currency, same_applications

__all__ = [
    "Book", "Flags", "Floats", "Possible", "mean", "one_currency", "regret_of",
    "same_applications",
]  # fmt: skip


class Possible(Protocol):
    """What would have come of any limit, such as `data_generators` knows it."""

    @property
    def pd(self) -> Floats:
        """Probability of default, a row a customer."""
        ...

    def oracle(self) -> Floats:
        """The best limit of each customer, RMB."""
        ...

    def at(self, table: Floats, limit: Floats) -> Floats:
        """Entries of a table at each customer's limit."""
        ...

    @property
    def profit_to_score(self) -> Floats:
        """Expected profit in RMB, a row a customer."""
        ...


def regret_of(limit: Floats, possible: Possible, customers: NDArray[np.intp]) -> Floats:
    """What each application earns less than at the oracle's limit, RMB, n.

    `customers` are positions of the n applications among those of `possible`; where a position
    lies beyond them, the truth is not known and the regret is NaN.
    """
    table = possible.profit_to_score
    known = customers < len(table)
    everyone = np.zeros(len(table))
    everyone[customers[known]] = limit[known]
    lost = possible.at(table, possible.oracle()) - possible.at(table, everyone)
    regret = np.full(len(limit), np.nan)
    regret[known] = lost[customers[known]]
    return regret
