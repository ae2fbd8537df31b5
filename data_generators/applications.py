"""Applications: when and how a customer applies, from which device, and who is a fraud.

Identifiers (device, address, phone) are keyed numbers, not personal data. Honest customers
share them too: see `households`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import APPLICATION_DAYS, Flags, Traits
from data_generators.households import draw_households
from data_generators.identifiers import IDENTIFIERS, hide
from data_generators.partners import Partners
from data_generators.profiles import Columns, draw_profile
from data_generators.profiles.columns import money
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams
from data_generators.terminals import on_terminals
from data_generators.typologies import RING, TYPOLOGIES
from data_generators.typologies.traces import resemble

#: share of applicants who round what they ask for up to hundreds, and to thousands (assumed)
_HUNDREDS, _THOUSANDS = 0.25, 0.10


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
    given: Mapping[str, Floats] | None = None,
) -> Applications:
    """Honest applications of the block, then the traces that each fraud typology leaves.

    `given` sets attributes, as in `profiles.draw_profile`.
    """
    columns, tampered = draw_profile(scenario, traits, partners, streams, given)
    columns = {**columns, **_how(traits, streams), **_identifiers(scenario, streams)}
    for each in TYPOLOGIES:
        columns = resemble(each.name, each.traces, columns, streams)
    for code, each in enumerate(TYPOLOGIES, start=1):
        who = np.flatnonzero(typology == code)
        columns = each.leave_traces(columns, who, scenario.fraud, streams)
    columns = _rounded(columns, traits, streams)
    for name in IDENTIFIERS:
        columns[name] = hide(columns[name].astype(np.int64), name, streams)
    return Applications(columns, tampered)


def draw_links(
    scenario: Scenario, arrival_day: Floats, typology: NDArray[np.int8], streams: Streams
) -> Columns:
    """What ties applications together, without the rest of them: `apply_day` and identifiers.

    The identifiers are positions in the block of the customer whose own they are.
    """
    columns: Columns = {"apply_day": arrival_day, **_identifiers(scenario, streams)}
    who = np.flatnonzero(typology == 1 + TYPOLOGIES.index(RING))
    columns = RING.link(columns, who, scenario.fraud, streams)
    return {**columns, "apply_day": _day(columns)}


def _how(traits: Traits, streams: Streams) -> Columns:
    """How they apply, unrounded: see `_rounded`."""
    # A loan is asked for to the price of what is bought, a line for what one hopes to get.
    hoped = np.exp(9.3 + 0.5 * streams.normal("requested"))
    return {
        "apply_day": traits.arrival_day,
        "apply_hour": np.floor(14.5 + 4.5 * streams.normal("hour")) % 24,
        "session_seconds": np.exp(5.2 + 0.5 * streams.normal("session")),
        "device_age_days": np.exp(5.6 + 0.9 * streams.normal("device_age")),
        "email_age_days": np.exp(6.6 + 0.9 * streams.normal("email_age")),
        "requested_amount": np.where(traits.product == 0, traits.need, hoped),
    }


def _rounded(columns: Columns, traits: Traits, streams: Streams) -> Columns:
    """Each column as it is written down, by one rule for the honest and for frauds."""
    exact = {name: columns[name].astype(float) for name in ("session_seconds", "declared_income")}
    u = streams.uniform("rounds_amount")
    unit = np.where(u < _HUNDREDS, 100.0, np.where(traits.product == 0, 1.0, 100.0))
    unit = np.where(u > 1 - _THOUSANDS, 1_000.0, unit)
    return {
        **columns,
        "apply_day": _day(columns),
        "session_seconds": np.round(exact["session_seconds"], 1),
        "device_age_days": np.floor(columns["device_age_days"].astype(float)),
        "email_age_days": np.floor(columns["email_age_days"].astype(float)),
        "declared_income": money(exact["declared_income"]),
        "requested_amount": unit * np.ceil(columns["requested_amount"].astype(float) / unit),
    }


def _day(columns: Columns) -> Floats:
    day: Floats = np.floor(columns["apply_day"].astype(float)).clip(0, APPLICATION_DAYS - 1)
    return day


def _identifiers(scenario: Scenario, streams: Streams) -> Columns:
    """Whose device, address and phone the honest use, as positions in the block."""
    at = draw_households(streams, scenario.fraud.honest_sharing)
    return {
        "device_id": on_terminals(scenario, streams)[streams.positions],
        "address_id": at.address[streams.positions],
        "phone_id": at.phone[streams.positions],
    }
