"""Accounts of a block: its customers' own, and all that they pay or are paid by.

Account numbers 0 to `BLOCK` - 1 are the customers' own, by position in the block; each kind of
counterparty outside follows with a range of its own. Counterparties belong to a block, as
partners do, and are never drawn from the size of a world.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.identifiers import opaque
from data_generators.streams import BLOCK, Floats, Ints, Streams

#: who holds an account, by code
HOLDERS = ("person", "business", "merchant", "employer", "lender", "broker", "property",
           "landlord", "platform", "public", "bank")  # fmt: skip
#: where an account is held, by code: at this bank, at another, or with a payment wallet
BANKS = ("own", "other", "wallet")


@dataclass(frozen=True)
class Range:
    """Accounts of one kind, by number."""

    first: int
    count: int

    @property
    def stop(self) -> int:
        """The number after the last."""
        return self.first + self.count

    def pick(self, uniform: Floats) -> Ints:
        """One of them for each uniform in [0, 1), all alike.

        >>> Range(10, 4).pick(np.array([0.0, 0.99])).tolist()
        [10, 13]
        """
        return self.first + (np.asarray(uniform) * self.count).astype(np.int64)


def _ranges(**counts: int) -> dict[str, Range]:
    first, ranges = BLOCK, {}
    for name, count in counts.items():
        ranges[name] = Range(first, count)
        first += count
    return ranges


#: kinds outside, accounts of each a block (assumed), the customers' own first; `platform` has
#: the numbers of the markets' partners, and the bank's accounts are one each
RANGES = {"own": Range(0, BLOCK)} | _ranges(
    person=2 * BLOCK, business=8_192, merchant=2_048, employer=512, lender=24, broker=32,
    property=64, landlord=2_048, platform=10_000, public=8, cash=1, loans=1,
)  # fmt: skip
#: where cash comes from and goes to, and the bank's loan book
CASH, LOANS = RANGES["cash"].first, RANGES["loans"].first
#: accounts of a block, the customers' own and all others
ACCOUNTS = RANGES["loans"].stop
#: numbers outside start here when they are hidden, above those of any customer
_OUTSIDE = 1 << 40
#: share of accounts outside at this bank and with a wallet, by kind (assumed); others elsewhere
_HELD = {"person": (0.15, 0.35), "business": (0.20, 0.05), "merchant": (0.15, 0.55),
         "employer": (0.30, 0.0), "lender": (0.0, 0.0), "broker": (0.10, 0.0),
         "property": (0.25, 0.0), "landlord": (0.20, 0.30), "platform": (0.60, 0.0),
         "public": (0.50, 0.0), "cash": (1.0, 0.0), "loans": (1.0, 0.0)}  # fmt: skip
#: age of an account on the first day, days: median by kind, and log spread (assumed)
_MEDIAN_AGE = {"own": 900.0, "person": 1_100.0, "business": 1_000.0, "merchant": 1_200.0}
_OTHER_AGE, _AGE_SPREAD = 2_500.0, 1.0
_OLDEST = 9_000.0


@dataclass(frozen=True)
class Accounts:
    """Accounts of one whole block, one entry an account, by number."""

    #: position in `HOLDERS`
    holder: NDArray[np.int8]
    #: position in `BANKS`
    bank: NDArray[np.int8]
    #: day on which it was first seen, since the scenario's first day, mostly negative
    opened_day: Floats
    #: power of merchants' popularity: the Zipf exponent
    popularity: float
    #: noise of the whole block
    streams: Streams

    def holder_of(self, account: Ints) -> NDArray[np.int8]:
        """Position in `HOLDERS` of the holder of each account."""
        return np.take(self.holder, account)

    def bank_of(self, account: Ints) -> NDArray[np.int8]:
        """Position in `BANKS` of where each account is held."""
        return np.take(self.bank, account)

    def age_days(self, account: Ints, time: Floats) -> Floats:
        """Days since each account was first seen, 0 or more."""
        return np.maximum(time - np.take(self.opened_day, account), 0.0)

    @cached_property
    def ids(self) -> Ints:
        """Opaque id of every account, by number."""
        return hidden(np.arange(ACCOUNTS), self.streams)

    @cached_property
    def merchant_levels(self) -> Ints:
        """Merchants by popularity: a table with as many places for each as it has customers."""
        weight = (1.0 + np.arange(RANGES["merchant"].count)) ** -self.popularity
        edges = np.cumsum(weight) / weight.sum()
        middle = (np.arange(1 << 15) + 0.5) / (1 << 15)
        return RANGES["merchant"].first + np.searchsorted(edges, middle)

    def merchants(self, uniform: Floats) -> Ints:
        """A merchant for each uniform in [0, 1), the popular ones more often."""
        table = self.merchant_levels
        return table[(np.asarray(uniform) * len(table)).astype(np.int64)]


def hidden(account: Ints, streams: Streams) -> Ints:
    """Opaque ids of accounts by number; a customer's own is that which `identifiers.hide` gives."""
    index = streams.block.index
    outside = _OUTSIDE + index * ACCOUNTS + account
    number = np.where(account < BLOCK, index * BLOCK + account, outside)
    return opaque(number, f"{streams.seed}/account_id")


def draw_accounts(
    business: Flags, own_customer: Flags, popularity: float, streams: Streams
) -> Accounts:
    """Accounts of the whole block, given who of its customers is a business, and who the bank's.

    `streams` are those of the whole block.
    """
    holder = np.zeros(ACCOUNTS, dtype=np.int8)
    bank = np.ones(ACCOUNTS, dtype=np.int8)
    age = np.empty(ACCOUNTS)
    for name, numbers in RANGES.items():
        part = slice(numbers.first, numbers.stop)
        u = streams.shared(f"account_age_{name}", 2 * numbers.count)
        median = _MEDIAN_AGE.get(name, _OTHER_AGE)
        # A logistic variable for a normal one: one logarithm, and longer tails.
        spread = _AGE_SPREAD * 0.55 * np.log((u[: numbers.count] + 1e-9) / (1 - u[: numbers.count]))
        age[part] = np.minimum(median * np.exp(spread), _OLDEST)
        if name == "own":
            holder[part] = np.where(business, HOLDERS.index("business"), 0)
            bank[part] = np.where(own_customer, 0, 1)
            continue
        holder[part] = HOLDERS.index("bank" if name in ("cash", "loans") else name)
        own, wallet = _HELD[name]
        where = u[numbers.count :]
        bank[part] = np.select([where < own, where >= 1 - wallet], [0, 2], 1)
    return Accounts(holder, bank, -np.floor(age), popularity, streams)
