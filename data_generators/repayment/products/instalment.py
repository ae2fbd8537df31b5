"""An instalment loan: one purchase, paid back in equal parts over a term."""

import numpy as np
from numpy.typing import NDArray

from data_generators.repayment.products.contract import Bill, Terms
from data_generators.repayment.state import Ledger
from data_generators.streams import Floats


class Instalment:
    """An annuity over the term, from the month after the purchase.

    Where money is paid out by period, the price is drawn in equal stages, one a month over the
    first half of the term as the work goes on, and payments are those of what has been drawn.
    """

    name = "instalment"
    closes = True

    def bill(
        self,
        terms: Terms,
        t: int,
        state: Ledger,
        late: NDArray[np.bool_],
        interest: Floats,
        arrears: Floats,
    ) -> Bill:
        """The annuity on what is not overdue over the months that are left; all in the last.

        Months without a due, by extension or restructuring, lengthen the term.
        """
        principal = np.minimum(terms.limit, terms.need)
        tenor = terms.traits.tenor
        stages = np.maximum(tenor // 2, 1) if terms.scenario.partners.disbursed_by_period else 1
        # Cumulative rounding: the stages add up to the principal to the cent. A partner that
        # has fallen gets no further stage; a fraud takes what there is.
        paid_out = np.rint(principal * np.minimum(t / stages, 1.0))
        drawn = np.rint(principal * np.minimum((t + 1) / stages, 1.0)) - paid_out
        if t > 0:
            drawn = np.where(terms.months.collapse <= t, 0.0, drawn)
        balance = state.balance + drawn + interest
        if t == 0:
            return Bill(drawn, np.zeros_like(balance))
        rate = terms.monthly_rate
        longer = 0 if state.longer is None else state.longer
        left = np.maximum(tenor - t + 1 + longer, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(rate > 0, rate / -np.expm1(-left * np.log1p(rate)), 1.0 / left)
        due = np.ceil(share * (state.balance - arrears))
        due = np.where(left == 1, balance - arrears, due)
        return Bill(drawn, np.maximum(np.minimum(due, balance - arrears), 0.0))
