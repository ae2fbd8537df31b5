"""The monthly step: an arrears ledger that balances to the cent, the same for every product.

Most accounts owe what falls due this month and pay it. The others (something overdue, an event,
too little cash, no wish to pay) are few, and are settled apart in `arrears`.
"""

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.repayment.arrears import settle
from data_generators.repayment.events import may_happen
from data_generators.repayment.products import Product, Terms
from data_generators.repayment.state import Happened, Ledger
from data_generators.rows import Rows, put, spread
from data_generators.streams import Floats


def step(product: Product, terms: Terms, t: int, state: Ledger) -> tuple[Ledger, Happened]:
    """Month `t`: new state and what happened; payments go to the oldest due first."""
    is_open = terms.opened & ~state.defaulted
    if product.closes and t > 0:
        is_open &= state.balance > 0
    opening, behind = state.balance, (state.months_late > 0) & ~state.defaulted
    arrears = state.unpaid[0] + state.unpaid[1]
    arrears += state.unpaid[2]
    interest = opening * terms.monthly_rate
    np.rint(interest, out=interest)
    bill = product.bill(terms, t, state, behind, interest, arrears)
    drawn, due = bill.drawn * is_open, bill.due * is_open
    balance = opening + drawn
    balance += interest
    own = _cash(terms, t, state, drawn)
    cash = own if terms.pocket is None else np.maximum(own, terms.pocket)
    by_customer = _untroubled(product, terms, balance, due, cash)
    trouble = cash < due
    trouble |= _will_not(terms, t, balance)
    trouble |= may_happen(terms, t)
    trouble &= is_open
    trouble |= behind
    rows = np.flatnonzero(trouble)
    some = settle(product, terms, t, state, rows, balance, due, cash)
    for values, settled in ((balance, some.balance), (due, some.due), (by_customer, some.paid)):
        put(values, rows, settled)
    paid = by_customer
    refunded = spread(some.refunded, rows, balance)
    if some.refunded.any():
        paid = by_customer + refunded
    closing = balance - paid
    written_off = spread(some.written_off, rows, closing)
    closing -= written_off
    buffer = state.buffer
    if buffer is not None and terms.buffer_cap is not None:
        # A business cannot fall deeper than its suppliers let it: one cap below nothing.
        buffer = np.clip(own - by_customer, -terms.buffer_cap, terms.buffer_cap)
    months_late = spread(some.months_late, rows, state.months_late)
    np.maximum(months_late, state.months_late * state.defaulted, out=months_late)
    one, two, three = (spread(each, rows, closing) for each in some.unpaid)
    new = Ledger(
        balance=closing,
        unpaid=(one, two, three),
        months_late=months_late,
        defaulted=state.defaulted | spread(some.fails, rows, is_open),
        longer=_lengthened(state, some.longer, rows),
        buffer=buffer,
    )
    fee = spread(some.fee, rows, closing)
    event = spread(some.event, rows, months_late) if some.event.any() else None
    return new, Happened(drawn, interest, fee, due, paid, refunded, written_off, is_open, event)


def _lengthened(state: Ledger, longer: NDArray[np.int8], rows: Rows) -> NDArray[np.int8] | None:
    """Months by which terms have been lengthened so far; most months nobody's is."""
    if state.longer is None or not longer.any():
        return state.longer
    lengthened: NDArray[np.int8] = state.longer + spread(longer, rows, state.longer)
    return lengthened


def _cash(terms: Terms, t: int, state: Ledger, drawn: Floats) -> Floats:
    """Cash: exogenous for persons; buffer, earnings and a part of what is drawn for businesses.

    A business without cash is helped by its owner's `pocket`, in `step`: a line too small to
    matter then ruins nobody.
    """
    if state.buffer is None:
        exogenous: Floats = terms.months.cash[t]
        return exogenous
    return till(terms, t, state.buffer, drawn)


def till(terms: Terms, t: int, buffer: Floats, drawn: Floats) -> Floats:
    """Cash of a business in month `t` before it pays; the rest of what is drawn buys stock."""
    at_hand = 1.0 - terms.scenario.business.invested
    cash: Floats = buffer + terms.months.cash[t] + at_hand * drawn
    return cash


def _untroubled(
    product: Product, terms: Terms, balance: Floats, due: Floats, cash: Floats
) -> Floats:
    """What is paid with nothing the matter: the due; of a line, all by transactors who can."""
    if product.closes:
        return due.copy()
    # In whole cents this is exact, and five times as fast as to choose by a mask.
    paid = balance - due
    paid *= terms.traits.transactor & (cash >= balance)
    paid += due
    return paid


def _will_not(terms: Terms, t: int, balance: Floats) -> Flags:
    """Who would not pay in month `t` if nothing were overdue: burden against the month's mood."""
    reluctance = terms.months.reluctance[t]
    burdened = reluctance < terms.scenario.repayment.unwilling_burden
    free = reluctance < 0.0
    heavy = balance > terms.heavy
    will_not: Flags = (heavy & burdened) | (~heavy & free)
    will_not[..., terms.stopped(t)] = True
    return will_not
