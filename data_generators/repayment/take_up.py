"""Who takes an offer: an answer to price, with selection in it, and to a limit under the need."""

import numpy as np

from data_generators.customers import Flags, Traits, sigmoid
from data_generators.scenarios import Scenario
from data_generators.streams import Floats


def take_up_probability(scenario: Scenario, traits: Traits, limit: Floats, price: Floats) -> Floats:
    """Probability that an offer of `limit` (RMB, n or limits × n) at `price` is taken.

    At the scenario's own price everyone answers alike. Above it the strong walk away sooner than
    the weak, who have nowhere else to go: adverse selection. An instalment loan under the need
    is topped up from the buffer, or else the customer walks away.
    """
    t = scenario.take_up
    dearer = (price - scenario.economics.apr) / 0.10
    slope = t.price_slope * np.exp(t.selection * traits.strength / 1.6)
    probability = sigmoid(t.at_own_price - slope * dearer)
    affordable = limit >= np.where(traits.product == 0, traits.need - traits.buffer, 0.0)
    result: Floats = probability * (affordable & (limit > 0))
    return result


def takes(
    scenario: Scenario,
    traits: Traits,
    frauds: Flags,
    limit: Floats,
    price: Floats,
    uniform: Floats,
) -> Flags:
    """Who takes the offer; a fraud takes whatever there is. `uniform`: one a customer."""
    probability = take_up_probability(scenario, traits, limit, price)
    taken: Flags = (uniform < probability) | (frauds & (limit > 0))
    return taken
