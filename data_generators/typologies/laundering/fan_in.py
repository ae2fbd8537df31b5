"""Fan-in: many pay one, so that small sums become a large one.

Mechanism: placed cash or proceeds come from three to five accounts, or as paid-in cash, within
days, to one who collects; each sum stays under what has to be reported. Traces: many new senders
of like sums to one account, in few days. Look-alikes: a gift that a group gives, a bill that is
split, a stall that is paid by code. Labels: an alert on the collector, checked by an analyst.
"""

from dataclasses import replace

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers, width
from data_generators.typologies.laundering.signs import SIGNS
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: senders of a case, from and to
_SENDERS = (3, 5)


def _to_one(u: Floats) -> Shape:
    count = width(_SENDERS, u[:, 0])
    return layers(np.stack([count, np.ones_like(count)], axis=1), (_SENDERS[1], 1))


FAN_IN = Pattern(
    name="fan_in",
    shape=_to_one,
    transfers_a_case=5.5,
    signs=replace(SIGNS, placed=0.4, wait=0.2, spread=18.0, parts=0.5),
    covers=(
        Manner(placed=0.07, spread=40.0),
        Manner(placed=0.05, spread=30.0, uneven=0.3, words="family"),
        Manner(placed=0.1, spread=60.0, words="goods"),
    ),
)
