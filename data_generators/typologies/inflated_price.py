"""Inflated-price collusion: partner and customer finance more than the treatment costs.

Mechanism: the clinic (or builder, dealer, school) pays the first instalment and gives the
customer a part of the rest in cash; then both stop. Traces: a price high for the customer's
income or an income that fits it, on a device, at an hour and in a session of the partner's.
Legitimate look-alike: people who spend beyond their means, or whom a clerk helps with the form.
Label path: complaints and visits to the partner find part of it.
"""

from data_generators.streams import Floats, Ints
from data_generators.typologies.by_application import ByApplication
from data_generators.typologies.contract import within_months
from data_generators.typologies.traces import CENT, AtHours, Scaled, ToEnds, Trace

TRACES: tuple[Trace, ...] = (
    # More than twice the price, and an income that fits it.
    Trace("amount", Scaled("requested_amount", 2.5, 2.5)),
    Trace("income", Scaled("declared_income", 2.0, 2.0)),
    # The clerk fills it in; or tells them on the phone what to say.
    Trace("session", Scaled("session_seconds", 0.3, 3.2)),
    # In a batch before the shop opens, or after it has closed.
    Trace("hours", AtHours(8.0, 21.5, 0.8)),
    # The clerk's phone, new for the purpose; or the old one at the desk.
    Trace("device", Scaled("device_age_days", 0.08, 5.0)),
    # A mailbox that the clerk makes.
    Trace("email", Scaled("email_age_days", 0.08, 0.08), share=0.7),
    # Who takes part needs cash; or has it back already.
    Trace("savings", Scaled("bank_savings", 0.15, 5.0, unit=CENT)),
    Trace("use", ToEnds("bureau_utilisation", 0.3, upper=1.0), share=0.7),
)


class InflatedPrice(ByApplication):
    """A purchase whose price was made up between customer and partner."""

    name = "inflated_price"
    traces = TRACES

    def stops(self, uniform: Floats) -> Ints:
        """After the one instalment that the partner pays."""
        return within_months(uniform, 1.0, 1, 1)
