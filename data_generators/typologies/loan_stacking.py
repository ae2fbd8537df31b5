"""Loan stacking: loans from many lenders within days, before any of them can see the others.

Mechanism: more is borrowed than can be repaid; most stop within months. Traces: inquiries and
young loans elsewhere, as far as the bureau's lag lets them be seen, odd amounts and sessions, at
night. Legitimate look-alike: people who compare offers. Label path: the bureau shows the other
loans a month later.
"""

from data_generators.streams import Floats, Ints
from data_generators.typologies.by_application import ByApplication
from data_generators.typologies.contract import within_months
from data_generators.typologies.traces import CENT, AtHours, More, Scaled, Trace

TRACES: tuple[Trace, ...] = (
    Trace("inquiries", More(("bureau_inquiries_6m",), 5.0)),
    # As far as the bureau's lag lets them be seen.
    Trace("lenders", More(("bureau_lenders", "bureau_lenders_30d"), 1.2), share=0.6),
    # Has done it before, an hour ago; or has ten forms open at once.
    Trace("session", Scaled("session_seconds", 0.3, 3.2)),
    # What every lender grants unseen; or all that can be had.
    Trace("amount", Scaled("requested_amount", 0.3, 2.5)),
    # Small first limits; or the sum of many.
    Trace("limits", Scaled("bureau_limits_total", 0.35, 3.0, unit=100.0)),
    # All at once, in one night.
    Trace("night", AtHours(22.5, 2.0, 1.2), share=0.7),
    # The loans are in the account; or gone already.
    Trace("savings", Scaled("bank_savings", 0.15, 5.0, unit=CENT)),
    Trace("income", Scaled("declared_income", 2.2, 2.2), share=0.7),
)


class LoanStacking(ByApplication):
    """An applicant who borrows everywhere at once."""

    name = "loan_stacking"
    traces = TRACES

    def stops(self, uniform: Floats) -> Ints:
        """Seven in ten, after one to three months."""
        return within_months(uniform, 0.7, 1, 3)
