"""Scatter-gather: one pays several, who all pay the same other one.

Mechanism: a sum is spread over two to five accounts and comes together again elsewhere, so that
the two ends never deal with each other. Traces: a diamond within days, nearly whole. Look-alikes:
a parent who gives money to children, who pay one landlord or one course; a foreman who pays
helpers, who owe the same shop. Labels: an alert on the far end, checked by an analyst.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers, width
from data_generators.typologies.laundering.signs import SIGNS
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: accounts between, from and to
_BETWEEN = (2, 5)


def _diamond(u: Floats) -> Shape:
    between = width(_BETWEEN, u[:, 0])
    ends = np.ones_like(between)
    return layers(np.stack([ends, between, ends], axis=1), (1, _BETWEEN[1], 1))


SCATTER_GATHER = Pattern(
    name="scatter_gather",
    shape=_diamond,
    transfers_a_case=9.2,
    signs=SIGNS,
    covers=(
        Manner(placed=0.08, wait=4.0, spread=12.0, words="family"),
        Manner(placed=0.1, wait=6.0, spread=15.0),
    ),
)
