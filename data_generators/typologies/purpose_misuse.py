"""Loan-purpose misuse: the money goes to a broker or into property, not where it was lent for.

Mechanism: disbursed, to the account, to a broker or developer within hours; see `fund_flows`. A
third stops paying when the speculation fails. Traces: a large amount; savings, inflow and use of
lines elsewhere that fit no purchase. Legitimate look-alike: the well-off who finance a purchase
all the same. Label path: funds tracing, where the hops are seen.
"""

from data_generators.streams import Floats, Ints
from data_generators.typologies.by_application import ByApplication
from data_generators.typologies.contract import within_months
from data_generators.typologies.traces import CENT, AtHours, Scaled, ToEnds, Trace

TRACES: tuple[Trace, ...] = (
    Trace("amount", Scaled("requested_amount", 2.5, 2.5)),
    # Enough not to need the loan; or all of it in the market already.
    Trace("savings", Scaled("bank_savings", 0.15, 5.0, unit=CENT)),
    # Money goes through the account to and from the broker; or past it.
    Trace("inflow", Scaled("bank_inflow", 0.35, 3.0, unit=CENT)),
    # Lines elsewhere are not needed; or all went the same way.
    Trace("use", ToEnds("bureau_utilisation", 0.2)),
    # Weighs every term; or has done it many times.
    Trace("session", Scaled("session_seconds", 0.3, 3.2)),
    # Large ones, asked for ahead; or none, since all is in property.
    Trace("limits", Scaled("bureau_limits_total", 0.3, 3.5, unit=100.0)),
    # Before and after the market's hours.
    Trace("hours", AtHours(8.0, 21.5, 0.8)),
    # As much as the amount needs.
    Trace("income", Scaled("declared_income", 2.0, 2.0)),
    # Friends in the same deal; or nobody who should know.
    Trace("contacts", Scaled("social_contacts", 0.4, 2.5, unit=1.0)),
)


class PurposeMisuse(ByApplication):
    """A loan for one thing, spent on another."""

    name = "purpose_misuse"
    traces = TRACES

    def stops(self, uniform: Floats) -> Ints:
        """A third, after two to eight months."""
        return within_months(uniform, 0.33, 2, 8)
