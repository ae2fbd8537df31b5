"""Stack: a bipartite block on top of another, so that a layer of accounts lies between.

Mechanism: two pay two or three, who pay two others, all of them all. Traces: money that passes
through a whole layer, soon and nearly whole. Look-alikes: shops that pay suppliers who pay
theirs, an outing where some lay out and others collect. Labels: an alert on the layer between,
checked by an analyst.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers, width
from data_generators.typologies.laundering.signs import SIGNS
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: accounts of the layer between, from and to, and of the other two
_BETWEEN, _ENDS = (2, 3), 2


def _three_layers(u: Floats) -> Shape:
    between = width(_BETWEEN, u[:, 0])
    ends = np.full_like(between, _ENDS)
    return layers(np.stack([ends, between, ends], axis=1), (_ENDS, _BETWEEN[1], _ENDS))


STACK = Pattern(
    name="stack",
    shape=_three_layers,
    transfers_a_case=13.0,
    signs=SIGNS,
    covers=(
        Manner(placed=0.08, wait=4.0, spread=20.0, words="goods"),
        Manner(placed=0.06, wait=5.0, spread=12.0),
    ),
    outside=0.9,
)
