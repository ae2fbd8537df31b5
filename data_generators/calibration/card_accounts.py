"""Months of card accounts from a `CardBook`: habits, purchases, payments, arrears, reported codes.

A statement is written, then answered by a payment in the month after; a month's status says how
its statement was answered. The newest status is written before that answer is known, by rules of
its own (`reported`).

A limit other than the one granted acts through two doors only: the room that there is on the
card, and the balance wanted under it [W: L (1 − e^(−D/L))]. What a balance weighs is measured
against what the holder is good for, whatever was decided. At the limits granted the two are
the same number, so no table can tell them apart: this is assumed, not fitted.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_generators.calibration import card_habits, card_payments
from data_generators.calibration.card_parameters import CardBook
from data_generators.calibration.card_reporting import default_chance, reported, structural
from data_generators.calibration.cardholders import Cardholders, draw_cardholders, draw_people
from data_generators.calibration.panel import Ints, Panel, PanelMapping
from data_generators.errors import InvalidInput
from data_generators.streams import Floats, Streams, blocks

#: months before the first that is seen, so that balances are seasoned
BURN_IN = 6


@dataclass(frozen=True)
class Months:
    """What happened to a block, months × n, from the statement before the first one seen."""

    bill: Floats
    #: answer to the bill of the same row, a month later
    paid: Floats
    late: Floats
    habit: Floats
    #: interest in the bill, and purchases less refunds in it
    interest: Floats
    spent: Floats


@dataclass(frozen=True)
class Offer:
    """Other terms than those granted, one entry an account of a block."""

    #: currency, above 0
    limit: Floats
    #: yearly rate, share
    apr: Floats


@dataclass(frozen=True)
class Lived:
    """A block of accounts, and what happened to them."""

    holders: Cardholders
    months: Months
    #: structural statuses, months × n, of the statements seen but the newest as it was answered
    status: Ints
    #: probability of default in the month after the newest statement
    default_chance: Floats
    #: 1 where it came true
    default: Ints

    @property
    def seen(self) -> slice:
        """Rows of `months` with the statements seen."""
        return slice(1, -1)


def simulate(book: CardBook, accounts: int, seed: int, months: int = 6) -> Panel:
    """A portfolio of `accounts`, with `months` statements and the default in the next month.

    Raises InvalidInput for a number of accounts or months below 1 or 3.
    """
    if accounts < 1 or months < 3:
        raise InvalidInput(
            f"accounts={accounts}, months={months}; at least 1 account and 3 months."
        )
    parts = [panel_of(book, Streams(seed, block), months) for block in blocks(accounts)]

    return Panel(
        limit=np.concatenate([part.limit for part in parts]),
        status=np.concatenate([part.status for part in parts], axis=1),
        bill=np.concatenate([part.bill for part in parts], axis=1),
        payment=np.concatenate([part.payment for part in parts], axis=1),
        target=np.concatenate([part.target for part in parts]),
        people={r: np.concatenate([part.people[r] for part in parts]) for r in parts[0].people},
    )


def simulate_table(book: CardBook, mapping: PanelMapping, accounts: int, seed: int) -> pd.DataFrame:
    """The same as a table in the bank's own columns: one row an account, as in `Panel.table`."""
    return simulate(book, accounts, seed, len(mapping.bills)).table(mapping)


def panel_of(book: CardBook, streams: Streams, months: int, offer: Offer | None = None) -> Panel:
    """A block as the bank writes it down, under an offer or under what was granted."""
    lived = lived_through(book, streams, months, offer)
    status, seen = lived.status, lived.seen
    bill, paid = lived.months.bill[seen], lived.months.paid[seen]
    newest = reported(book, status, bill, paid, streams)
    return Panel(
        limit=_after_cuts(book, lived.holders, streams),
        status=np.concatenate([status[:-1], newest[None]]),
        bill=bill,
        payment=lived.months.paid[:-2],
        target=lived.default,
        people=draw_people(book, lived.holders, streams),
    )


def lived_through(
    book: CardBook, streams: Streams, months: int, offer: Offer | None = None
) -> Lived:
    """A block of accounts over its months; holders are the same in every replica of noise."""
    holders = draw_cardholders(book, dataclasses.replace(streams, replica=0))
    apr = np.full(holders.limit.size, book.spending.apr) if offer is None else offer.apr
    if offer is not None:
        holders = dataclasses.replace(holders, limit=offer.limit)
    happened = live(book, holders, streams, months, apr)
    status = structural(happened.bill, happened.paid, happened.late, happened.habit)[1:]
    chance = default_chance(book, holders, status, happened.bill[-2])
    default = (streams.uniform("default") < chance).astype(np.int64)
    return Lived(holders, happened, status, chance, default)


def _after_cuts(book: CardBook, holders: Cardholders, streams: Streams) -> Floats:
    """Limits as they stand in the table, a few cut below what was granted."""
    rule = book.limit
    cut = streams.uniform("cut") < rule.cut_share
    kept = rule.cut_depth + (0.95 - rule.cut_depth) * streams.uniform("cut_depth")
    reduced = np.maximum(np.rint(holders.limit * kept / rule.step), 1.0) * rule.step
    return np.where(cut, np.minimum(reduced, holders.limit), holders.limit)


def live(
    book: CardBook, holders: Cardholders, streams: Streams, months: int, apr: Floats
) -> Months:
    """Burn-in, the statement before the first seen, the months seen, and one after.

    While burning in, wishes and balances move but habits stay. What stays with a holder is the
    same in every replica of noise.
    """
    own = dataclasses.replace(streams, replica=0)
    tastes = card_habits.draw_tastes(book, holders, own)
    use = card_habits.first_use(book, holders, own)
    n, kept = holders.limit.size, months + 2
    late, carried = np.zeros(n, np.int8), np.zeros(n)
    rows = Months(*(np.zeros((kept, n)) for _ in dataclasses.fields(Months)))
    eager = np.exp(book.spending.growth_impatience * holders.impatience)
    trend = book.spending.wanted_growth * eager
    floors = book.payments.floor_share
    for month in range(BURN_IN + kept):
        seen = month - BURN_IN
        if month > 0:
            burden = carried / holders.good_for
            use = card_habits.next_use(book, tastes, use, burden, streams, month, fixed=seen <= 0)
        interest = np.rint(np.maximum(carried, 0.0) * (apr / 12.0))
        carried = carried + interest
        growth = trend * (seen - months / 2)
        blocked = (late > 0) | (tastes.still & (seen > 0))
        spent = card_habits.purchases(
            book, holders, tastes, use, carried, blocked, growth, streams, month
        )
        bill = carried + spent
        floor = floors[min(max(seen, 0), len(floors) - 1)]
        paid = card_payments.pay(
            book, holders, tastes, use.habit, bill, late, floor, streams, month
        )
        late, carried = paid.late, bill - paid.amount
        if seen >= 0:
            rows.bill[seen], rows.paid[seen], rows.late[seen] = bill, paid.amount, late
            rows.habit[seen], rows.interest[seen], rows.spent[seen] = use.habit, interest, spent
    return rows
