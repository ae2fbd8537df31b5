"""Gather-scatter: several pay one, who pays several others.

Mechanism: who collects for others takes in proceeds from two to four, and when all is there pays
it out to two to four more, less a fee. Traces: an account that fills from strangers and empties
to strangers. Look-alikes: who lays out a party and settles with cook and hall, a flat-sharer who
collects for rent, power and net. Labels: an alert on the one between, checked by an analyst.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: senders, and payees, from and to
_ENDS = (2, 4)


def _hourglass(u: Floats) -> Shape:
    least, most = _ENDS
    ends = least + np.floor((most - least + 1) * u[:, :2]).astype(np.int64)
    return layers(np.stack([ends[:, 0], np.ones_like(ends[:, 0]), ends[:, 1]], axis=1),
                  (most, 1, most))  # fmt: skip


GATHER_SCATTER = Pattern(
    name="gather_scatter",
    shape=_hourglass,
    transfers_a_case=7.9,
    signs=Manner(
        placed=0.3, wait=0.6, spread=4.0, kept=0.05, parts=0.4, uneven=0.15, by_night=0.3,
        strange_device=0.4, strangers=1.0, young=0.6, words="goods",
    ),
    covers=(
        Manner(placed=0.08, wait=4.0, spread=20.0),
        Manner(placed=0.1, wait=3.0, spread=12.0, words="rent"),
    ),
)  # fmt: skip
