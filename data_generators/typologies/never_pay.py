"""First-party never-pay: borrows in the own name without meaning to repay.

Mechanism: nothing is ever paid. Traces: a declared income that the other sources do not bear out,
inquiries everywhere, a very high or very low amount asked for, savings moved. Legitimate
look-alike: honest people in need also shop around, overstate, and ask for much; and who loses a
job after the first month misses as many payments, see `losses`. Label path: collections find part
of them, weeks after the first missed payment.
"""

import numpy as np

from data_generators.streams import Floats, Ints
from data_generators.typologies.by_application import ByApplication
from data_generators.typologies.traces import CENT, More, Scaled, ToEnds, Trace

TRACES: tuple[Trace, ...] = (
    # More than the account and the bureau bear out.
    Trace("income", Scaled("declared_income", 2.2, 2.2), share=0.7),
    Trace("inquiries", More(("bureau_inquiries_6m",), 5.0)),
    # All that can be had; or so little that nobody looks.
    Trace("amount", Scaled("requested_amount", 0.3, 2.5)),
    # An employer made up, or left.
    Trace("employment", Scaled("employment_months", 0.12, 0.12, unit=1.0)),
    # Moved out of reach; or lent by friends for the day.
    Trace("savings", Scaled("bank_savings", 0.15, 5.0, unit=CENT)),
    # All used up; or paid down to look good.
    Trace("use", ToEnds("bureau_utilisation", 0.2)),
    # Does not read the terms; or looks for what is checked.
    Trace("session", Scaled("session_seconds", 0.35, 2.8)),
    # A mailbox to be dropped; or one of the years in which all was well.
    Trace("email", Scaled("email_age_days", 0.08, 5.0)),
)


class NeverPay(ByApplication):
    """An applicant who overstates income, asks everywhere, and takes the money."""

    name = "never_pay"
    traces = TRACES

    def stops(self, uniform: Floats) -> Ints:
        """At once."""
        return np.zeros(len(uniform), dtype=np.int64)
