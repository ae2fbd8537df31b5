"""Applications: when and how a customer applies, from which device, and who is a fraud.

Identifiers (device, address, phone) are keyed numbers, not personal data. Honest customers
share them too: families a device and an address, dormitories an address.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags, Traits
from data_generators.profiles import Columns, draw_profile
from data_generators.scenarios import Scenario
from data_generators.streams import BLOCK, Streams
from data_generators.typologies import TYPOLOGIES

#: days over which a world's applications arrive
APPLICATION_DAYS = 365
#: columns that link one application to another
IDENTIFIERS = ("device_id", "address_id", "phone_id")
#: people in an honest household that shares a device
HOUSEHOLD = 3
#: rooms behind one dormitory address
DORMITORY = 40


@dataclass(frozen=True)
class Applications:
    """Applications of one block, one a customer."""

    #: profile and application columns as the bank sees them
    observed: Columns
    #: truth: 0 honest, else 1 + position in `TYPOLOGIES`
    typology: NDArray[np.int8]

    @property
    def fraudulent(self) -> Flags:
        """Truth: applications that were never meant to be repaid."""
        return self.typology > 0


def draw_applications(scenario: Scenario, traits: Traits, streams: Streams) -> Applications:
    """Honest applications of the block, then the traces that each fraud typology leaves."""
    columns = {
        **draw_profile(scenario, traits, streams),
        **_how(streams),
        **_identifiers(scenario, streams),
    }
    mix = scenario.fraud
    is_fraud = streams.uniform("is_fraud") < mix.rate
    kind = np.searchsorted(np.cumsum(_shares(scenario))[:-1], streams.uniform("typology"), "right")
    typology = np.where(is_fraud, kind + 1, 0).astype(np.int8)
    for code, each in enumerate(TYPOLOGIES, start=1):
        who = np.flatnonzero(typology == code)
        columns = each.leave_traces(columns, who, mix.camouflage, streams)
    columns["apply_day"] = np.floor(columns["apply_day"]).clip(0, APPLICATION_DAYS - 1)
    for name in IDENTIFIERS:
        columns[name] = opaque(columns[name].astype(np.int64), f"{streams.seed}/{name}")
    return Applications(columns, typology)


def opaque(number: NDArray[np.int64], key: str) -> NDArray[np.int64]:
    """Numbers scrambled one to one (splitmix64), so that neither size nor order tells anything.

    >>> len(set(opaque(np.arange(100), "7/device_id").tolist()))
    100
    """
    salt = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")
    with np.errstate(over="ignore"):
        z = number.astype(np.uint64) + np.uint64(salt)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))).view(np.int64)


def _shares(scenario: Scenario) -> list[float]:
    by_name = {t.name: getattr(scenario.fraud, t.name) for t in TYPOLOGIES}
    return list(by_name.values())


def _how(streams: Streams) -> Columns:
    hour = np.floor(14.5 + 4.5 * streams.normal("hour")) % 24
    return {
        "apply_day": APPLICATION_DAYS * streams.uniform("apply_day"),
        "apply_hour": hour,
        "session_seconds": np.round(np.exp(5.2 + 0.5 * streams.normal("session")), 1),
        "device_age_days": np.floor(np.exp(5.6 + 0.9 * streams.normal("device_age"))),
        "email_age_days": np.floor(np.exp(6.6 + 0.9 * streams.normal("email_age"))),
        "requested_amount": np.round(np.exp(9.3 + 0.5 * streams.normal("requested")), -2),
    }


def _identifiers(scenario: Scenario, streams: Streams) -> Columns:
    local = np.arange(streams.block.size)
    first = streams.block.index * BLOCK
    shares = streams.uniform("household") < scenario.fraud.honest_sharing
    household = local - local % HOUSEHOLD
    in_dormitory = streams.uniform("dormitory") < 0.06
    dormitory = local - local % DORMITORY
    home = np.where(shares, household, local)
    return {
        "device_id": first + home,
        "address_id": first + np.where(in_dormitory, dormitory, home),
        "phone_id": first + local,
    }
