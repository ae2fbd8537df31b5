"""Accounts that do not just pay what falls due: what they owe, what they pay, how late they are.

Works on some of the accounts, by position in the flattened accounts (limits × n or n); the
customer is the position modulo n. Payments go to the oldest due first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.repayment.events import apply_events
from data_generators.repayment.products import Product, Terms
from data_generators.repayment.state import Ledger
from data_generators.repayment.willingness import pressure
from data_generators.rows import Rows, at
from data_generators.streams import Floats


@dataclass(frozen=True)
class Settled:
    """A month of some accounts, one entry an account; money in cents."""

    #: before payment, with fees
    balance: Floats
    fee: Floats
    due: Floats
    #: by the customer
    paid: Floats
    #: by the partner
    refunded: Floats
    #: unpaid dues one, two and three months old, once the month is over
    unpaid: tuple[Floats, Floats, Floats]
    months_late: NDArray[np.int8]
    fails: Flags
    written_off: Floats
    event: NDArray[np.int8]
    #: months by which a loan's term gets longer
    longer: NDArray[np.int8]


def settle(
    product: Product,
    terms: Terms,
    t: int,
    state: Ledger,
    rows: Rows,
    balance: Floats,
    due: Floats,
    cash: Floats,
) -> Settled:
    """Month `t` of the accounts at `rows`, which are open or owe something overdue."""
    who = rows % len(terms.price)
    late, balance, due, cash = (at(each, rows) for each in (state.months_late, balance, due, cash))
    one, two, three = (at(each, rows) for each in state.unpaid)
    fee = np.rint((one + two + three) * terms.penal_rate[who])
    relief = apply_events(terms, t, who, late, balance, due, cash)
    due = relief.due
    fee += relief.fee
    balance = balance + fee
    kept = ~relief.restructured
    one, two, three = one * kept, two * kept, three * kept
    owed = np.minimum(due + fee + one + two + three, balance)
    refunded = np.minimum(relief.refunded, balance)
    owed -= np.minimum(refunded, owed)

    r = terms.scenario.repayment
    half = np.rint(0.5 * np.maximum(cash, 0.0))
    paid = np.where(cash < owed, np.minimum(half, owed), owed)
    if not product.closes:
        rest = balance - refunded
        np.copyto(paid, rest, where=terms.traits.transactor[who] & (cash >= rest))
    lateness, burden, promise = pressure(r, late, balance > terms.heavy[who], relief.promised)
    nothing = terms.months.reluctance[t, who] < lateness + burden + promise
    nothing |= terms.stops[who] <= t
    nothing |= cash < r.nothing_below * owed
    paid[nothing] = 0.0

    unpaid, months_late = _oldest_first(due, (one, two, three), paid + refunded)
    fails = (months_late >= r.default_months_late) & at(terms.opened, rows)
    alive = ~fails
    return Settled(
        balance=balance,
        fee=fee,
        due=due,
        paid=paid,
        refunded=refunded,
        unpaid=(unpaid[0] * alive, unpaid[1] * alive, unpaid[2] * alive),
        months_late=months_late,
        fails=fails,
        written_off=(balance - paid - refunded) * fails,
        event=relief.event,
        longer=relief.longer,
    )


def _oldest_first(
    due: Floats, unpaid: tuple[Floats, Floats, Floats], paid: Floats
) -> tuple[tuple[Floats, Floats, Floats], NDArray[np.int8]]:
    """What stays unpaid, a month older than before, and the age of the oldest."""
    left, remains = paid, []
    for owed in (*unpaid[::-1], due):
        taken = np.minimum(owed, left)
        left = left - taken
        remains.append(owed - taken)
    four, three, two, one = remains
    age = (one > 0).astype(np.int8)
    for months, remaining in ((2, two), (3, three), (4, four)):
        age[remaining > 0] = months
    return (one, two, three), age
