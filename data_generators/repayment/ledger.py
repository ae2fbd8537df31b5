"""The monthly step: an arrears ledger that balances to the cent, the same for every product."""

import numpy as np

from data_generators.customers import Flags
from data_generators.repayment.events import apply_events
from data_generators.repayment.products import Product, Terms
from data_generators.repayment.state import Happened, Ledger
from data_generators.streams import Floats


def step(product: Product, terms: Terms, t: int, state: Ledger) -> tuple[Ledger, Happened]:
    """Month `t`: new state and what happened; payments go to the oldest due first."""
    r = terms.scenario.repayment
    is_open = terms.opened & ~state.defaulted
    if product.closes and t > 0:
        is_open &= state.balance > 0
    opening, late = state.balance, state.months_late > 0
    one, two, three = state.unpaid
    arrears = one + two
    arrears += three
    monthly = terms.price / 12.0
    interest = np.rint(opening * monthly)
    fee = np.rint(arrears * (terms.scenario.economics.penalty * monthly))
    bill = product.bill(terms, t, state, late, interest, arrears)
    drawn = bill.drawn * is_open
    balance = opening + drawn
    balance += interest
    cash = _cash(terms, t, state, drawn)
    relief = apply_events(terms, t, state, balance, bill.due * is_open, cash)
    fee += relief.fee
    balance += fee
    due = relief.due
    owed = due + fee
    for unpaid in relief.unpaid:
        owed += unpaid
    refunded = np.minimum(relief.refunded, balance)
    np.minimum(owed, balance, out=owed)
    owed -= np.minimum(refunded, owed)
    in_full = not product.closes
    by_customer = _payment(terms, t, state, balance, owed, cash, relief.promised, refunded, in_full)
    by_customer *= is_open
    paid = by_customer + refunded

    left = np.minimum(paid, relief.unpaid[2])
    new_three = relief.unpaid[2] - left
    left = paid - left
    taken = np.minimum(relief.unpaid[1], left)
    new_two = relief.unpaid[1] - taken
    left -= taken
    taken = np.minimum(relief.unpaid[0], left)
    new_one = relief.unpaid[0] - taken
    left -= taken
    new_due = due - np.minimum(due, left)
    months_late = (new_due > 0).astype(np.int8)
    np.copyto(months_late, 2, where=new_one > 0)
    np.copyto(months_late, 3, where=new_two > 0)
    np.copyto(months_late, 4, where=new_three > 0)
    np.copyto(months_late, state.months_late, where=state.defaulted)
    fails = is_open & (months_late >= r.default_months_late)
    closing = balance - paid
    written_off = closing * fails
    closing -= written_off
    alive = ~fails
    buffer = state.buffer
    if buffer is not None and terms.buffer_cap is not None:
        # A business cannot fall deeper than its suppliers let it: one cap below nothing.
        buffer = np.clip(cash - by_customer, -terms.buffer_cap, terms.buffer_cap)
    new = Ledger(
        balance=closing,
        unpaid=(new_due * alive, new_one * alive, new_two * alive),
        months_late=months_late,
        defaulted=state.defaulted | fails,
        buffer=buffer,
    )
    return new, Happened(
        drawn, interest, fee, due, paid, refunded, written_off, is_open, relief.event
    )


def _cash(terms: Terms, t: int, state: Ledger, drawn: Floats) -> Floats:
    """Cash at hand: exogenous for persons; buffer, earnings and what was drawn for businesses."""
    if state.buffer is None:
        exogenous: Floats = terms.months.cash[t]
        return exogenous
    cash: Floats = state.buffer + terms.months.cash[t] + drawn
    return cash


def _payment(
    terms: Terms,
    t: int,
    state: Ledger,
    balance: Floats,
    owed: Floats,
    cash: Floats,
    promised: Floats | float,
    refunded: Floats,
    in_full: bool,
) -> Floats:
    """Cannot pay, will not pay, pays what is owed, or, a transactor with the cash, all of it."""
    r = terms.scenario.repayment
    half = np.rint(0.5 * np.maximum(cash, 0.0))
    paid = np.where(cash < owed, np.minimum(half, owed), owed)
    if in_full:
        rest = balance - refunded
        np.copyto(paid, rest, where=terms.traits.transactor & (cash >= rest))
    unwilling = unwilling_now(terms, t, state, balance, promised)
    unwilling |= cash < r.nothing_below * owed
    paid[unwilling] = 0.0
    return paid


def unwilling_now(
    terms: Terms, t: int, state: Ledger, balance: Floats, promised: Floats | float
) -> Flags:
    """Who will not pay in month `t`: lateness and burden outweigh the month's mood."""
    r = terms.scenario.repayment
    log_odds = np.minimum(state.months_late, 3) * r.unwilling_late
    log_odds += r.unwilling_burden * (balance > terms.heavy)
    log_odds -= promised
    unwilling: Flags = terms.months.reluctance[t] < log_odds
    unwilling |= terms.never_pays
    return unwilling
