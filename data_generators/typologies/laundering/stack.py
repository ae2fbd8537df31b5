"""Stack: a bipartite block on top of another, so that a layer of accounts lies between.

Mechanism: two pay two or three, who pay two others, all of them all. Traces: money that passes
through a whole layer, soon and nearly whole. Look-alikes: shops that pay suppliers who pay
theirs, an outing where some lay out and others collect. Labels: an alert on the layer between,
checked by an analyst.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: accounts of the layer between, at most; there are two at least, as there are in the others
_BETWEEN = 3


def _three_layers(u: Floats) -> Shape:
    between = 2 + np.floor((_BETWEEN - 1) * u[:, 0]).astype(np.int64)
    ends = np.full_like(between, 2)
    return layers(np.stack([ends, between, ends], axis=1), (2, _BETWEEN, 2))


STACK = Pattern(
    name="stack",
    shape=_three_layers,
    transfers_a_case=13.0,
    signs=Manner(
        placed=0.3, wait=0.6, spread=4.0, kept=0.05, parts=0.4, uneven=0.15, by_night=0.3,
        strange_device=0.4, strangers=1.0, young=0.6, words="goods",
    ),
    covers=(
        Manner(placed=0.08, wait=4.0, spread=20.0, words="goods"),
        Manner(placed=0.06, wait=5.0, spread=12.0),
    ),
    outside=0.9,
)  # fmt: skip
