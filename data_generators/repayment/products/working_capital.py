"""A working-capital line: a business draws against what its customers owe it."""

import numpy as np
from numpy.typing import NDArray

from data_generators.repayment.products.contract import Bill, Terms
from data_generators.repayment.products.line import drawn_on_line
from data_generators.repayment.state import Ledger
from data_generators.rows import put
from data_generators.streams import Floats

#: share of the borrowing base that is drawn even with a full buffer, and the power by which the
#: rest follows what is missing of the buffer (assumed)
_LEAST_DRAWN, _BRIDGES = 0.08, 2.5


class WorkingCapital:
    """Draws to bridge a short buffer, up to the borrowing base; what exceeds it falls due."""

    name = "working_capital"
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
        """The weaker the buffer, the more of the base is used; nothing once late."""
        r, limit, opening = terms.scenario.repayment, terms.limit, state.balance
        base = np.minimum(limit, terms.months.demand[t])
        buffer = state.buffer if state.buffer is not None else np.zeros_like(opening)
        # A full buffer needs little of the line, an empty one all of it.
        cap = terms.buffer_cap if terms.buffer_cap is not None else np.ones_like(opening)
        full = np.divide(buffer, cap, out=np.zeros_like(opening), where=cap > 0)
        short = np.maximum(np.clip(1.0 - full, 0.0, 1.0) ** _BRIDGES, _LEAST_DRAWN)
        rows = np.flatnonzero(late)
        room = limit - opening
        pull = short * base
        pull -= opening
        # A bank freezes a line whose borrower is late: there is no race to the limit.
        put(pull, rows, np.zeros(len(rows)))
        drawn = drawn_on_line(terms, t, pull, room)
        balance = opening + drawn + interest
        excess = balance - base
        put(excess, rows, np.zeros(len(rows)))
        due = np.rint(np.maximum(r.minimum_due * balance, excess))
        return Bill(drawn, np.minimum(due, balance - arrears))
