"""Third-party identity theft: a good customer's profile on a thief's fresh device and e-mail.

Mechanism: someone else takes the money, nothing is ever paid. Traces: the victim's clean file
beside a device, e-mail, session, hour, income or employer that is not the victim's. Legitimate
look-alike: honest customers with a new phone, or who apply at night, one trace at a time. Label
path: victims complain when they are dunned, so more are found than of other frauds.
"""

import numpy as np

from data_generators.streams import Floats, Ints
from data_generators.typologies.by_application import ByApplication
from data_generators.typologies.traces import AtHours, Cleared, More, Scaled, Trace

TRACES: tuple[Trace, ...] = (
    # The thief's own phone, just bought; or one of a farm, in use for years.
    Trace("device", Scaled("device_age_days", 0.06, 5.0)),
    # A mailbox made for it; or an old one, bought.
    Trace("email", Scaled("email_age_days", 0.06, 5.0)),
    # Everything pasted in; or looked up field by field.
    Trace("session", Scaled("session_seconds", 0.3, 3.2)),
    Trace("night", AtHours(23.0, 3.0, 1.5), share=0.7),
    # What the victim earns is a guess.
    Trace("income", Scaled("declared_income", 0.4, 2.5), share=0.7),
    Trace("clean", Cleared(("bureau_overdue_24m", "bureau_90_plus_24m", "court_enforcement"))),
    # A trial first; or all that can be had.
    Trace("amount", Scaled("requested_amount", 0.35, 2.5)),
    # The name is used elsewhere too.
    Trace("inquiries", More(("bureau_inquiries_6m",), 4.0)),
    # Nobody knows where the victim works.
    Trace("employment", Scaled("employment_months", 0.12, 0.12, unit=1.0)),
)


class IdentityTheft(ByApplication):
    """Someone else applies in a victim's name."""

    name = "identity_theft"
    traces = TRACES

    def stops(self, uniform: Floats) -> Ints:
        """At once: the thief is gone."""
        return np.zeros(len(uniform), dtype=np.int64)
