"""Shop terminals: devices on which customers of one partner apply, all year and from all over.

The legitimate hub that a rule "many applications on one device" finds first. Terminals are cut
out of a whole block by keyed draws, like families: the size of the world has no say.
"""

from functools import lru_cache

import numpy as np

from data_generators.customers import Flags, draw_partner
from data_generators.households import ON_TERMINALS, draw_households
from data_generators.scenarios import Scenario
from data_generators.streams import BLOCK, Block, Ints, Streams

#: share of partners that have terminals (assumed)
_EQUIPPED = 0.3
#: customers who apply on a terminal in a year: least, usual and most (assumed)
_LEAST, _USUAL, _MOST = 10, 30, 60
#: how unevenly a partner's customers use its terminals, 1 for evenly (assumed)
_UNEVEN = 1.3
#: share of a partner's customers who apply on its terminals, at most (assumed)
_HALF = 0.5
#: markets of one blended world whose terminals never have the same number
_MARKETS = 8


def on_terminals(scenario: Scenario, streams: Streams) -> Ints:
    """Whose device each customer of the whole block uses, by position: own, shared or a terminal.

    Only those who share none with family or friends apply on a terminal. In a blended world a
    terminal has the customers of its own market alone, and so fewer of them.
    """
    number = terminals(scenario, streams)
    device = draw_households(streams, scenario.fraud.honest_sharing).device
    return np.where(number >= 0, number, device)


def terminals(scenario: Scenario, streams: Streams) -> Ints:
    """Number of the terminal that each customer of the whole block applies on, -1 for none.

    A number is the position of a customer who applies on a family's or friend's device, and whose
    own number therefore stands for no other device.
    """
    partners, sharing = scenario.partners.a_block, scenario.fraud.honest_sharing
    return _terminals(streams.seed, streams.block.index, streams.market, partners, sharing)


@lru_cache(maxsize=8)
def _terminals(seed: int, index: int, market: int, partners: int, sharing: float) -> Ints:
    whole = Block(index, index * BLOCK, (index + 1) * BLOCK)
    streams = Streams(seed, whole, market=market)
    partner = draw_partner(partners, streams)
    equipped = streams.shared("terminal_partner", partners) < _EQUIPPED
    device = draw_households(streams, sharing).device
    could = _alone(device) & equipped[partner]
    chance = min(_HALF, ON_TERMINALS * sharing / max(could.mean(), 1e-9))
    users = could & (streams.uniform("terminal_user") < chance)
    machines = np.rint(np.bincount(partner[users], minlength=partners) / _USUAL).clip(1)
    first = np.cumsum(machines) - machines
    spot = streams.uniform("terminal") ** _UNEVEN
    machine = (first[partner] + np.floor(spot * machines[partner])).astype(np.int64)
    machine[~users] = -1
    unused = np.flatnonzero(device != np.arange(BLOCK))
    return _numbered(machine, unused[market % _MARKETS :: _MARKETS])


def _numbered(machine: Ints, numbers: Ints) -> Ints:
    """`machine` of each customer (-1 for none) by number; neither idle nor overused ones."""
    on = np.flatnonzero(machine >= 0)
    order = on[np.argsort(machine[on], kind="stable")]
    _, start, size = np.unique(machine[order], return_index=True, return_counts=True)
    place = np.arange(len(order)) - np.repeat(start, size)
    kept = np.flatnonzero(size >= _LEAST)[: len(numbers)]
    number = np.full(len(size), -1)
    number[kept] = numbers[: len(kept)]
    result = np.full(BLOCK, -1)
    result[order] = np.where(place < _MOST, np.repeat(number, size), -1)
    return result


def _alone(device: Ints) -> Flags:
    """Customers who share no device, by position."""
    uses = np.bincount(device, minlength=BLOCK)
    alone: Flags = (device == np.arange(BLOCK)) & (uses == 1)
    return alone
