"""What is paid on a statement: nothing, less than the minimum, the minimum and more, or all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.calibration.card_habits import REVOLVE, Habit, Tastes
from data_generators.calibration.card_parameters import CardBook
from data_generators.calibration.cardholders import Cardholders
from data_generators.customers import sigmoid
from data_generators.streams import Floats, Streams

#: the ledger counts no further than this
MOST_MONTHS_LATE = 7
#: reduced terms, share of the usual minimum (assumed)
_REDUCED = 0.6
#: least share of the balance that counts as a large part (assumed)
_LEAST_LARGE = 0.15


@dataclass(frozen=True)
class Paid:
    """Answer to a statement, one entry an account."""

    #: whole currency
    amount: Floats
    #: months late after it
    late: NDArray[np.int8]


def pay(
    book: CardBook,
    holders: Cardholders,
    tastes: Tastes,
    habit: Habit,
    bill: Floats,
    late: NDArray[np.int8],
    floor_share: float,
    streams: Streams,
    month: int,
) -> Paid:
    """Will not pay, pays in full, brings arrears to nothing, or pays something in between.

    `floor_share` of the accounts have a least minimum due this month.
    """
    a = book.arrears
    owes = bill > 0
    misses = owes & (streams.uniform("mood", month) < miss_chance(book, holders, habit, bill, late))
    has_floor = tastes.terms < floor_share
    minimum = minimum_due(book, bill, has_floor, tastes.terms > 1 - book.payments.reduced_terms)
    odds = a.cure + a.cure_willingness * holders.willingness
    cures = streams.uniform("cure", month) < sigmoid(odds)
    catches_up = (late > 0) & cures
    part = _in_part(book, holders, tastes, bill, minimum, has_floor, catches_up, streams, month)
    full = _in_full(book, bill, streams.uniform("exact", month))
    little = streams.uniform("partial", month)
    missing = np.where(little < a.partial, np.rint(minimum * little / max(a.partial, 1e-9)), 0.0)
    amount = np.where(misses, missing, np.where(habit == REVOLVE, part, full)) * owes
    further = streams.uniform("escalates", month) < a.escalates
    missed = np.where(late == 0, 1, np.minimum(late + further, MOST_MONTHS_LATE))
    # a payment that leaves arrears goes to the oldest due first
    answered = np.where(further, late, np.minimum(late, 1))
    answered = np.where(cures | (habit != REVOLVE) | ~owes, 0, answered)
    return Paid(amount, np.where(misses, missed, answered).astype(np.int8))


def minimum_due(
    book: CardBook, bill: Floats, has_floor: NDArray[np.bool_], reduced: NDArray[np.bool_]
) -> Floats:
    """Minimum due on a statement: a share of it, at least the floor, at most all of it."""
    p = book.payments
    early = p.minimum_share_early * np.where(reduced, _REDUCED, 1.0)
    share = np.where(has_floor, p.minimum_share, early)
    minimum = np.hypot(np.where(has_floor, p.minimum_floor, 0.0), share * bill)
    return np.minimum(minimum, np.maximum(bill, 0.0))


def _in_part(
    book: CardBook,
    holders: Cardholders,
    tastes: Tastes,
    bill: Floats,
    minimum: Floats,
    has_floor: NDArray[np.bool_],
    catches_up: NDArray[np.bool_],
    streams: Streams,
    month: int,
) -> Floats:
    """The minimum and more, by the holder's kind and the money at hand, rounded as people do."""
    p = book.payments
    excess = -np.log1p(-streams.uniform("excess", month))
    excess = excess * p.excess * np.exp(p.excess_between * tastes.generous)
    paid = np.minimum(minimum * np.exp(np.minimum(excess, 6.0)), bill)
    waived = -np.log1p(-streams.uniform("waived", month)) * p.waived_below
    paid = np.where((bill < waived) & ~has_floor, 0.0, paid)
    chance = streams.uniform("large_part", month)
    large = p.large_part * np.exp(p.large_between * tastes.generous - p.large_between**2 / 2)
    share = _LEAST_LARGE + (1 - _LEAST_LARGE) * chance / np.maximum(large, 1e-9)
    paid = np.where(chance < large, bill * np.minimum(share, 1.0), paid)
    cash = p.cash_log + p.cash_ability * holders.ability
    cash = np.exp(cash + p.cash_spread * streams.normal("cash", month))
    paid = np.minimum(paid, np.maximum(minimum, cash))
    paid = np.where(catches_up, paid + minimum, paid)
    rounded = _rounded(book, paid, streams.uniform("rounding", month))
    reaches = (rounded < bill) | (minimum >= bill)
    return np.rint(np.where(reaches, np.minimum(rounded, bill), np.minimum(paid, bill)))


def miss_chance(
    book: CardBook, holders: Cardholders, habit: Habit, bill: Floats, late: NDArray[np.int8]
) -> Floats:
    """Probability to miss: reluctance by latents, lateness and the burden of the balance."""
    a = book.arrears
    by_habit = np.array([a.miss_light, a.miss_full, a.miss_revolve])
    odds = by_habit[habit] + a.miss_willingness * holders.willingness
    odds += a.miss_between * holders.careless
    odds += a.miss_ability * holders.ability + a.miss_late * np.minimum(late, 3)
    return sigmoid(odds + a.miss_high * (bill > 0.8 * holders.good_for))


def _rounded(book: CardBook, amount: Floats, chance: Floats) -> Floats:
    """Rounded up to thousands, five hundreds, hundreds or not, by chance."""
    p = book.payments
    edges = np.cumsum([p.round_thousand, p.round_five_hundred, p.round_hundred])
    unit = np.array([1_000.0, 500.0, 100.0, 1.0])[np.searchsorted(edges, chance)]
    # nobody rounds a small amount to many times itself
    unit = np.where(amount < 0.4 * unit, 1.0, unit)
    rounded: Floats = np.ceil(amount / unit) * unit
    return rounded


def _in_full(book: CardBook, bill: Floats, chance: Floats) -> Floats:
    """The statement's amount, or a little more: rounded up."""
    over = (chance - book.payments.exact) / max(1.0 - book.payments.exact, 1e-9)
    unit = np.select([over < 0, over < 0.4, over < 0.7, over < 0.9], [1.0, 2.0, 10.0, 100.0], 1e3)
    paid: Floats = np.ceil(bill / unit) * unit
    return paid
