"""The graph of devices: on whose device somebody else was seen before the application."""

from typing import TYPE_CHECKING

import numpy as np

from data_generators.customers import Flags, draw_arrival
from data_generators.rows import columns_together
from data_generators.streams import Floats, Ints

if TYPE_CHECKING:
    from data_generators.residents import Residents


def shared_before(residents: "Residents") -> Flags:
    """Customers of a block on whose device another had applied on an earlier day.

    Where the world ends within the block, the graph goes on: it knows devices, not the bank's
    customers, and nobody's profile may hang on the size of the world.
    """
    from data_generators.applications import draw_links

    markets = [m.beyond or m for m in residents.markets]
    parts = [
        draw_links(m.scenario, draw_arrival(m.scenario, m.streams), m.typology, m.streams)
        for m in markets
    ]
    linked = columns_together(parts, [m.rows for m in markets])
    day = linked["apply_day"].astype(float)
    return seen_earlier(linked["device_id"].astype(np.int64), day)[: residents.block.size]


def seen_earlier(device: Ints, day: Floats) -> Flags:
    """Whose device (a position below their number) somebody had on an earlier day.

    >>> seen_earlier(np.array([0, 0, 2]), np.array([5.0, 3.0, 1.0])).tolist()
    [True, False, False]
    """
    first = np.full(len(day), np.inf)
    np.minimum.at(first, device, day)
    earlier: Flags = first[device] < day
    return earlier
