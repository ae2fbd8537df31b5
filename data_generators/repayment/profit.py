"""What a month earns the bank: interest and fees less funding, capital, servicing and loss."""

import numpy as np

from data_generators.repayment.months import CENTS
from data_generators.repayment.products import Product, Terms
from data_generators.repayment.state import Happened, Ledger
from data_generators.rows import at, put
from data_generators.streams import Floats


def profit_of(product: Product, terms: Terms, t: int, state: Ledger, happened: Happened) -> Floats:
    """Discounted profit of month `t`, RMB: the bank's share of interest less costs and loss.

    Interest is counted when it accrues and lost again with the exposure on default. The loss is
    booked at default, net of the present value of this customer's recoveries and of the
    partner's compensation while the partner stands. Capital for what is undrawn is held for
    lines, not for loans.
    """
    e, joint = terms.scenario.economics, terms.scenario.joint
    balance = state.balance
    monthly = joint.bank_share * (e.cof + e.capital_cost) / 12.0
    undrawn = joint.bank_share * e.undrawn_capital_cost / 12.0
    cost = balance * monthly
    if not product.closes:
        unused = terms.limit - balance
        np.maximum(unused, 0.0, out=unused)
        unused *= undrawn
        cost += unused
    live = happened.was_open & ~state.defaulted
    late = np.flatnonzero((state.months_late > 0) & live)
    put(cost, late, at(cost, late) + CENTS * e.collection)
    cost += CENTS * e.servicing
    cost *= live
    earned = happened.interest + happened.fee
    earned *= joint.bank_share * (1.0 - joint.service_fee)
    earned -= cost
    gone = np.flatnonzero(happened.was_open & state.defaulted)
    who = gone % len(terms.price)
    lost = 1.0 - e.recovery_value * terms.traits.recovery[who]
    if terms.guarantee > 0:
        lost = lost * (1.0 - terms.guarantee * (terms.months.collapse[who] > t))
    lost = at(happened.written_off, gone) * (joint.bank_share * lost)
    put(earned, gone, at(earned, gone) - lost)
    earned *= (1.0 + e.discount) ** (-(t + 1) / 12.0) / CENTS
    return earned
