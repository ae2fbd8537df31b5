"""The stage on which a typology's cases are set: window, people, accounts, times and amounts."""

from dataclasses import dataclass

import numpy as np

from data_generators.customers import Flags
from data_generators.fund_flows.accounts import RANGES, Accounts
from data_generators.fund_flows.times import hour_of
from data_generators.streams import BLOCK, Floats, Ints

#: of people that money goes to: share who are customers of the same block (assumed)
CUSTOMERS_AMONG_PEOPLE = 0.5
#: businesses elsewhere that a business sells to again and again, and buys from (assumed)
_CLIENTS, _SUPPLIERS = 24, 8


def client_of(customer: Ints, number: Ints) -> Ints:
    """Account of a client of each business customer: its client of that number, from 0."""
    return _trader(977 * customer + 401 * (number % _CLIENTS))


def supplier_of(customer: Ints, number: Ints) -> Ints:
    """Account of a supplier of each business customer: its supplier of that number, from 0."""
    return _trader(1_171 * customer + 613 * (number % _SUPPLIERS))


def _trader(number: Ints) -> Ints:
    # Some are large and deal with many, most with few.
    place = (number % RANGES["business"].count) / RANGES["business"].count
    return RANGES["business"].pick(place**2)


@dataclass(frozen=True)
class Stage:
    """What is fixed about a whole block before any case is set in it.

    Pickers take uniforms in [0, 1), an array of any shape, and give an account number each.
    """

    #: first day of the window and the day after its last, since the scenario's first day
    start: float
    end: float
    #: permanent monthly income of each customer of the whole block, RMB (of a business: profit)
    income: Floats
    #: liquid buffer, RMB
    buffer: Floats
    #: mean monthly turnover of businesses, RMB; 0 for persons
    turnover: Floats
    #: customers that are businesses
    business: Flags
    accounts: Accounts
    #: people that each customer sends money to, customers × circle, account numbers
    circle: Ints
    #: share of a case's traces that stay hidden, 0 to 1
    camouflage: float

    def customers(self, uniform: Floats) -> Ints:
        """A customer of the block; the world may end before."""
        return RANGES["own"].pick(uniform)

    def outsiders(self, uniform: Floats) -> Ints:
        """A person with an account elsewhere."""
        return RANGES["person"].pick(uniform)

    def people(self, uniform: Floats) -> Ints:
        """A customer of the block or a person elsewhere, about as often."""
        u = np.asarray(uniform)
        share = CUSTOMERS_AMONG_PEOPLE
        inside = u < share
        chosen: Ints = np.where(
            inside,
            RANGES["own"].pick(np.where(inside, u / share, 0.0)),
            RANGES["person"].pick(np.where(inside, 0.0, (u - share) / (1 - share))),
        )
        return chosen

    def friends(self, customer: Ints, uniform: Floats) -> Ints:
        """Someone of the customer's own circle: family, friends, the same people each month."""
        size = self.circle.shape[1]
        friend: Ints = self.circle[customer, (np.asarray(uniform) * size).astype(np.int64)]
        return friend

    def merchants(self, uniform: Floats) -> Ints:
        """A merchant, the popular ones more often."""
        return self.accounts.merchants(uniform)

    def regulars(self, customer: Ints, uniform: Floats, *, pays: Flags) -> Ints:
        """A business that the customer's business deals with: a client where it `pays`."""
        number = (np.asarray(uniform) * _CLIENTS * _SUPPLIERS).astype(np.int64)
        return np.where(pays, client_of(customer, number), supplier_of(customer, number))

    def businesses(self, uniform: Floats) -> Ints:
        """A business elsewhere: supplier or customer of businesses."""
        return RANGES["business"].pick(uniform)

    def of(self, kind: str, uniform: Floats) -> Ints:
        """An account of a kind of `RANGES`: employer, lender, broker, property, landlord, ..."""
        return RANGES[kind].pick(uniform)

    def income_of(self, account: Ints) -> Floats:
        """Monthly income of an account's holder, RMB; the block's median where not a customer."""
        inside = account < BLOCK
        own = self.income[np.where(inside, account, 0)]
        return np.where(inside, own, np.median(self.income))

    def moment(self, day: Floats, hour: Floats, *, by_night: float = 0.0) -> Floats:
        """A time within the window: a day, all alike, and an hour as people keep them.

        `by_night`: share of the hours that are drawn from the whole day alike.
        """
        span = max(self.end - self.start - 1.0, 0.0)
        days = np.floor(self.start + np.asarray(day) * span)
        u = np.asarray(hour)
        awake = hour_of(np.where(u < by_night, 0.5, (u - by_night) / max(1.0 - by_night, 1e-9)))
        hours = np.where(u < by_night, 24.0 * u / max(by_night, 1e-9), awake)
        return days + hours / 24.0
