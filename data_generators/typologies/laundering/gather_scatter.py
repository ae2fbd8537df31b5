"""Gather-scatter: several pay one, who pays several others.

Mechanism: who collects for others takes in proceeds from two to four, and when all is there pays
it out to two to four more, less a fee. Traces: an account that fills from strangers and empties
to strangers. Look-alikes: who lays out a party and settles with cook and hall, a flat-sharer who
collects for rent, power and net. Labels: an alert on the one between, checked by an analyst.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers, width
from data_generators.typologies.laundering.signs import SIGNS
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: senders, and payees, from and to
_ENDS = (2, 4)


def _hourglass(u: Floats) -> Shape:
    senders, payees = width(_ENDS, u[:, 0]), width(_ENDS, u[:, 1])
    widths = [senders, np.ones_like(senders), payees]
    return layers(np.stack(widths, axis=1), (_ENDS[1], 1, _ENDS[1]))


GATHER_SCATTER = Pattern(
    name="gather_scatter",
    shape=_hourglass,
    transfers_a_case=7.9,
    signs=SIGNS,
    covers=(
        Manner(placed=0.08, wait=4.0, spread=20.0),
        Manner(placed=0.1, wait=3.0, spread=12.0, words="rent"),
    ),
)
