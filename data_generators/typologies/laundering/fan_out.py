"""Fan-out: one pays many, so that a large sum becomes small ones.

Mechanism: who holds the proceeds, a person or a firm that pretends to pay wages, sends them to
three to five accounts within days. Traces: many new payees of like sums. Look-alikes: wages of
a small business, presents at the new year, a treasurer who pays out. Labels: an alert on the
distributor, checked by an analyst.
"""

from dataclasses import replace

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers, width
from data_generators.typologies.laundering.signs import SIGNS
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: payees of a case, from and to
_PAYEES = (3, 5)


def _to_many(u: Floats) -> Shape:
    count = width(_PAYEES, u[:, 0])
    return layers(np.stack([np.ones_like(count), count], axis=1), (1, _PAYEES[1]))


FAN_OUT = Pattern(
    name="fan_out",
    shape=_to_many,
    transfers_a_case=5.2,
    signs=replace(SIGNS, placed=0.4, wait=0.2, spread=9.0, words="wages"),
    covers=(
        Manner(placed=0.15, spread=20.0, words="wages"),
        Manner(placed=0.06, spread=30.0, words="family"),
        Manner(placed=0.08, spread=45.0),
    ),
)
