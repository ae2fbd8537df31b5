"""Scatter-gather: one pays several, who all pay the same other one.

Mechanism: a sum is spread over two to five accounts and comes together again elsewhere, so that
the two ends never deal with each other. Traces: a diamond within days, nearly whole. Look-alikes:
a parent who gives money to children, who pay one landlord or one course; a foreman who pays
helpers, who owe the same shop. Labels: an alert on the far end, checked by an analyst.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: accounts between, from and to
_BETWEEN = (2, 5)


def _diamond(u: Floats) -> Shape:
    least, most = _BETWEEN
    between = least + np.floor((most - least + 1) * u[:, 0]).astype(np.int64)
    ends = np.ones_like(between)
    return layers(np.stack([ends, between, ends], axis=1), (1, most, 1))


SCATTER_GATHER = Pattern(
    name="scatter_gather",
    shape=_diamond,
    transfers_a_case=9.2,
    signs=Manner(
        placed=0.3, wait=0.6, spread=4.0, kept=0.05, parts=0.4, uneven=0.15, by_night=0.3,
        strange_device=0.4, strangers=1.0, young=0.6, words="goods",
    ),
    covers=(
        Manner(placed=0.08, wait=4.0, spread=12.0, words="family"),
        Manner(placed=0.1, wait=6.0, spread=15.0),
    ),
)  # fmt: skip
