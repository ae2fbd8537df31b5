"""Applications: when and how a customer applies, from which device, and who is a fraud.

Identifiers (device, address, phone) are keyed numbers, not personal data. Honest customers
share them too: families a device and an address, dormitories an address.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import APPLICATION_DAYS, Flags, Traits
from data_generators.partners import Partners
from data_generators.profiles import Columns, draw_profile
from data_generators.scenarios import Scenario
from data_generators.streams import BLOCK, Streams
from data_generators.typologies import TYPOLOGIES

#: columns that link one application to another
IDENTIFIERS = ("device_id", "address_id", "phone_id")
#: people in an honest household that shares a device
HOUSEHOLD = 3
#: rooms behind one dormitory address
DORMITORY = 40


@dataclass(frozen=True)
class Applications:
    """Applications of some customers, one each."""

    #: profile and application columns as the bank sees them
    observed: Columns
    #: truth: the partner tampered with what it delivered
    tampered: Flags


def draw_typology(scenario: Scenario, streams: Streams) -> NDArray[np.int8]:
    """Truth: which applications are frauds; 0 honest, else 1 + position in `TYPOLOGIES`."""
    mix = scenario.fraud
    shares = [getattr(mix, t.name) for t in TYPOLOGIES]
    is_fraud = streams.uniform("is_fraud") < mix.rate
    kind = np.searchsorted(np.cumsum(shares)[:-1], streams.uniform("typology"), "right")
    return np.where(is_fraud, kind + 1, 0).astype(np.int8)


def draw_applications(
    scenario: Scenario,
    traits: Traits,
    partners: Partners,
    typology: NDArray[np.int8],
    streams: Streams,
) -> Applications:
    """Honest applications of the block, then the traces that each fraud typology leaves."""
    columns, tampered = draw_profile(scenario, traits, partners, streams)
    columns = {**columns, **_how(traits, streams), **_identifiers(scenario, streams)}
    for code, each in enumerate(TYPOLOGIES, start=1):
        who = np.flatnonzero(typology == code)
        columns = each.leave_traces(columns, who, scenario.fraud.camouflage, streams)
    columns["apply_day"] = np.floor(columns["apply_day"]).clip(0, APPLICATION_DAYS - 1)
    for name in IDENTIFIERS:
        columns[name] = opaque(columns[name].astype(np.int64), f"{streams.seed}/{name}")
    return Applications(columns, tampered)


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


def _how(traits: Traits, streams: Streams) -> Columns:
    hour = np.floor(14.5 + 4.5 * streams.normal("hour")) % 24
    # A loan is asked for to the price of what is bought, a line for what one hopes to get.
    hoped = np.round(np.exp(9.3 + 0.5 * streams.normal("requested")), -2)
    return {
        "apply_day": traits.arrival_day,
        "apply_hour": hour,
        "session_seconds": np.round(np.exp(5.2 + 0.5 * streams.normal("session")), 1),
        "device_age_days": np.floor(np.exp(5.6 + 0.9 * streams.normal("device_age"))),
        "email_age_days": np.floor(np.exp(6.6 + 0.9 * streams.normal("email_age"))),
        "requested_amount": np.where(traits.product == 0, np.ceil(traits.need), hoped),
    }


def _identifiers(scenario: Scenario, streams: Streams) -> Columns:
    local = streams.positions
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
