"""Synthetic identity: a person who does not exist, put together from true and invented parts.

Mechanism: the account is nursed for some months, then drawn to the limit and left. Traces: parts
that no one life has together, each missing or bought: e-mail, contacts, orders, limits, use.
Legitimate look-alike: late starters, people who avoid credit or company, one trace at a time.
Label path: nobody complains, so only collections find them, late.
"""

from data_generators.streams import Floats, Ints
from data_generators.typologies.by_application import ByApplication
from data_generators.typologies.contract import within_months
from data_generators.typologies.traces import Cleared, Scaled, ToEnds, Trace

TRACES: tuple[Trace, ...] = (
    # Made for it; or bought with a history.
    Trace("email", Scaled("email_age_days", 0.08, 5.0)),
    # Nobody knows them; or contacts were bought.
    Trace("contacts", Scaled("social_contacts", 0.35, 3.0, unit=1.0)),
    # A first small card; or an authorised user on somebody's large one.
    Trace("limits", Scaled("bureau_limits_total", 0.3, 3.5, unit=100.0)),
    # Nothing bought; or a history of orders, bought.
    Trace(
        "orders",
        Scaled("shop_orders_12m", 0.25, 3.0, unit=1.0, least="shop_late_payments_12m"),
        share=0.75,
    ),
    # Nursed, with hardly anything drawn; or already being emptied.
    Trace("use", ToEnds("bureau_utilisation", 0.2)),
    # One phone a person; or one for many of them.
    Trace("device", Scaled("device_age_days", 0.08, 5.0)),
    Trace("clean", Cleared(("bureau_overdue_24m", "bureau_90_plus_24m", "court_enforcement"))),
    # An income that nobody pays.
    Trace("income", Scaled("declared_income", 0.45, 2.2)),
    Trace("session", Scaled("session_seconds", 0.35, 2.8)),
)


class SyntheticIdentity(ByApplication):
    """An applicant whom somebody made up."""

    name = "synthetic_identity"
    traces = TRACES

    def stops(self, uniform: Floats) -> Ints:
        """After three to nine months of good conduct."""
        return within_months(uniform, 1.0, 3, 9)
