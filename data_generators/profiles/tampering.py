"""Partners that tamper with what they deliver: inflated orders, hidden arrears, invented addresses.

Poor partners do it, for applicants who would not get through as they are. An inflated order book
looks like that of someone who shops a lot, so it is a trace and not a marker.
"""

import numpy as np
from scipy.special import ndtr

from data_generators.customers import Flags, Traits
from data_generators.partners import Partners
from data_generators.profiles.columns import count_within
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams


def draw_tampered(
    scenario: Scenario, traits: Traits, partners: Partners, streams: Streams
) -> Flags:
    """Truth: whose partner would tamper with what it delivers about them.

    At partners under `coverage.poor_quality` a share of `coverage.tampering`, weak applicants
    rather than strong ones; at others nobody.
    """
    c = scenario.coverage
    if c.tampering == 0:
        return np.zeros(streams.size, dtype=bool)
    poor = partners.quality[traits.partner] < c.poor_quality
    spread = np.sqrt(2.0 + 2.0 * scenario.population.willingness_ability)
    rank = ndtr((traits.strength - scenario.population.willingness_mean) / spread)
    # Over ranks, which are uniform, this is the share asked for; it never leaves 0 to 1.
    chance = c.tampering + c.tampering * (1.0 - c.tampering) * (1.0 - 2.0 * rank)
    tampered: Flags = poor & (streams.uniform("tampering") < chance)
    return tampered


def tampered_orders(
    scenario: Scenario, orders: Floats, late: Floats, tampered: Flags, streams: Streams
) -> tuple[Floats, Floats]:
    """Orders inflated by about `coverage.inflation`, most late payments gone, where tampered."""
    more = (scenario.coverage.inflation - 1.0) * (0.5 + streams.uniform("inflated"))
    inflated = orders + np.rint(orders * more)
    return np.where(tampered, inflated, orders), np.where(tampered, np.floor(late / 2), late)


def invented_addresses(
    scenario: Scenario, addresses: Floats, tampered: Flags, streams: Streams
) -> Floats:
    """Addresses used, with those that a partner invented."""
    mean = scenario.coverage.invented_addresses
    added = count_within(streams.uniform("invented_addresses"), mean, 30)
    return np.where(tampered, addresses + added, addresses)
