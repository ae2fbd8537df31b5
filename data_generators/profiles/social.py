"""Social graph and device: contacts, those of them in arrears, app sessions, shared devices."""

import numpy as np

from data_generators.customers import Flags, Traits, sigmoid
from data_generators.profiles.columns import Columns, count_within, silent, unless
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

#: chance that a shared device is recognised, and that another is taken for one (assumed)
_RECOGNISED, _MISTAKEN = 0.90, 0.03


def social_columns(scenario: Scenario, traits: Traits, streams: Streams) -> Columns:
    """Contact degree and the share of contacts in arrears; NaN where the source is silent."""
    gap = streams.uniform("no_social") < scenario.coverage.no_social
    gap |= silent(scenario, "social", streams)
    lean = -2.4 - 0.4 * traits.willingness - 0.3 * traits.ability
    # Friends are alike, but not so much: about half of the rank is somebody else's.
    risky = sigmoid(lean + 1.0 * streams.normal("risky"))
    return {
        "social_contacts": unless(gap, np.rint(np.exp(3.0 + 0.4 * streams.normal("contacts")))),
        "social_risky_share": unless(gap, np.round(risky, 3)),
    }


def social_details(traits: Traits, seen: Columns, shared: Flags, streams: Streams) -> Columns:
    """Contacts paying late, app sessions, device changes, and whether others use the device.

    `shared`: somebody else was on the device before; see `profiles.devices`.
    """
    contacts: Floats = seen["social_contacts"].astype(float)
    gap = np.isnan(contacts)
    late = contacts * seen["social_risky_share"].astype(float) + streams.uniform("contacts_late")
    lean = 2.2 + 0.25 * traits.impatience + 0.7 * streams.normal("sessions")
    chance = np.where(shared, _RECOGNISED, _MISTAKEN)
    changes = np.exp(-0.9 - 0.25 * traits.willingness)
    return {
        "social_contacts_late": np.minimum(np.floor(late), contacts),
        "device_sessions_30d": unless(gap, np.rint(np.exp(lean))),
        "device_changes_12m": unless(
            gap, count_within(streams.uniform("device_changes"), changes, 12)
        ),
        "device_shared": unless(gap, streams.uniform("device_shared") < chance),
    }
