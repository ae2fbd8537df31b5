"""Bipartite: several pay several others, each of them all.

Mechanism: two or three who hold proceeds pay two to four others at once, so that nobody's sums
add up. Traces: a dense block of new payments between strangers within days. Look-alikes: shops
and their suppliers, flatmates who settle several bills among them, two families at a wedding.
Labels: an alert on any of them, checked by an analyst.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: payers and payees of a case, at most; there are two at least
_PAYERS, _PAYEES = 3, 4


def _all_to_all(u: Floats) -> Shape:
    payers = 2 + np.floor((_PAYERS - 1) * u[:, 0]).astype(np.int64)
    payees = 2 + np.floor((_PAYEES - 1) * u[:, 1]).astype(np.int64)
    return layers(np.stack([payers, payees], axis=1), (_PAYERS, _PAYEES))


BIPARTITE = Pattern(
    name="bipartite",
    shape=_all_to_all,
    transfers_a_case=10.0,
    signs=Manner(
        placed=0.3, wait=0.6, spread=6.0, kept=0.05, parts=0.4, uneven=0.15, by_night=0.3,
        strange_device=0.4, strangers=1.0, young=0.6, words="goods",
    ),
    covers=(
        Manner(placed=0.08, spread=40.0, words="goods"),
        Manner(placed=0.06, spread=25.0),
        Manner(placed=0.1, spread=15.0, words="family"),
    ),
)  # fmt: skip
