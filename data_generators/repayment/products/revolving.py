"""A revolving line: customers move towards the balance they want, and pay a minimum or all."""

import numpy as np
from numpy.typing import NDArray

from data_generators.repayment.products.contract import Bill, Terms
from data_generators.repayment.products.line import drawn_on_line
from data_generators.repayment.state import Ledger
from data_generators.rows import at, put
from data_generators.streams import Floats


class Revolving:
    """Draws a share of the gap to the wanted balance; once late, races to the limit."""

    name = "revolving"
    closes = False

    def bill(
        self,
        terms: Terms,
        t: int,
        state: Ledger,
        late: NDArray[np.bool_],
        interest: Floats,
        arrears: Floats,
    ) -> Bill:
        """Wanted balance L (1 - exp(-D/L)); the minimum falls due, whatever is paid."""
        r, limit, opening = terms.scenario.repayment, terms.limit, state.balance
        room = limit - opening
        with np.errstate(divide="ignore", invalid="ignore"):
            pull = limit * -np.expm1(terms.months.demand[t] / -limit)
        pull -= opening
        rows = np.flatnonzero(late)
        put(pull, rows, r.ccf * at(room, rows))
        pull *= r.draw_speed
        drawn = drawn_on_line(terms, t, pull, room)
        balance = opening + drawn
        balance += interest
        due = r.minimum_due * balance
        np.rint(due, out=due)
        np.minimum(due, balance - arrears, out=due)
        return Bill(drawn, due)
