"""What a committee's exhibits measure against, and where each figure is from.

The law's figures come from the table of regulations, the bank's from its economics; what a house
has to settle for itself is a parameter of the exhibit, with its default here.
"""

import datetime

from sandbox.errors import BadInput
from sandbox.policy.economics import CostTerms, Economics
from sandbox.policy.regulation import Regulation, Row

#: the day whose law holds
LAW_OF = "2026-01-01"
#: drawn over the horizon in all, share of limit, up to which a line is idle (assumed: a house
#: defines it; no rule does)
IDLE = 0.20
#: what a committee asks of the future (assumed): points of LGD, a point of funding cost, half
#: and twice the cut-off, half the budget
LGD_STEP, FUNDS_STEP, CUT_OFF_FACTOR, BUDGET_SHARE = 0.15, 0.01, 2.0, 0.5


def consumer_cap(day: datetime.date | str = LAW_OF) -> Row:
    """The law's cap on what one person may owe without collateral, with its source.

    BadInput for a day on which there was none.

    >>> consumer_cap().value, consumer_cap().unit
    (200000.0, 'RMB')
    """
    row = Regulation.load().as_of(day).get("consumer_cap")
    if row is None:
        raise BadInput(f"On {day} the law had no cap on unsecured consumer loans; give one.")
    return row


def undrawn_capital_cost(terms: CostTerms | None = None) -> float:
    """Yearly cost of the capital that an undrawn line holds, share of it.

    Of a scenario's `economics` section, or (None) of `Economics`: its capital ratio at its
    hurdle, on the share of the undrawn that counts.

    >>> round(undrawn_capital_cost(), 5)
    0.00105
    """
    if terms is not None:
        return terms.undrawn_capital_cost
    bank = Economics()
    return bank.undrawn_weight * bank.capital_ratio * bank.hurdle
