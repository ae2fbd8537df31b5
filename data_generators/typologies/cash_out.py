"""Cash-out (套现): a colluding merchant swipes for goods that nobody gets and hands back money.

Mechanism: near the limit, in round tickets, the money comes back within hours less one to three
per cent; see `fund_flows`. Some stop paying after a few months, most live on as before. Traces:
young loans and high use elsewhere, a very large or very small amount, odd orders and savings, an
agent's session. Legitimate look-alike: refunds, and people short of cash who buy what they need.
Label path: the merchant is found out, and his customers with him.
"""

from data_generators.streams import Floats, Ints
from data_generators.typologies.by_application import ByApplication
from data_generators.typologies.contract import within_months
from data_generators.typologies.traces import CENT, AtHours, More, Scaled, ToEnds, Trace

TRACES: tuple[Trace, ...] = (
    # Every line elsewhere is used up.
    Trace("use", ToEnds("bureau_utilisation", 0.25, upper=1.0), share=0.7),
    Trace("lenders", More(("bureau_lenders_30d",), 1.5, within="bureau_lenders")),
    # All of the limit in one ticket; or in small ones.
    Trace("amount", Scaled("requested_amount", 0.3, 2.5)),
    # Hardly buys anything; or the merchant made up orders.
    Trace("orders", Scaled("shop_orders_12m", 0.25, 3.0, unit=1.0, least="shop_late_payments_12m")),
    # Short of cash; or full of cash that is not theirs.
    Trace("savings", Scaled("bank_savings", 0.15, 5.0, unit=CENT)),
    # The agent does it; or explains how.
    Trace("session", Scaled("session_seconds", 0.3, 3.2)),
    # The agent's phone; or an old one kept for it.
    Trace("device", Scaled("device_age_days", 0.08, 5.0)),
    Trace("hours", AtHours(22.0, 7.5, 0.8)),
    Trace("inquiries", More(("bureau_inquiries_6m",), 4.0)),
)


class CashOut(ByApplication):
    """A purchase that is none."""

    name = "cash_out"
    traces = TRACES

    def stops(self, uniform: Floats) -> Ints:
        """Two in five within half a year; the others repay."""
        return within_months(uniform, 0.4, 1, 6)
