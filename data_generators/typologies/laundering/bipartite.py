"""Bipartite: several pay several others, each of them all.

Mechanism: two or three who hold proceeds pay two to four others at once, so that nobody's sums
add up. Traces: a dense block of new payments between strangers within days. Look-alikes: shops
and their suppliers, flatmates who settle several bills among them, two families at a wedding.
Labels: an alert on any of them, checked by an analyst.
"""

from dataclasses import replace

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers, width
from data_generators.typologies.laundering.signs import SIGNS
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: payers and payees of a case, from and to
_PAYERS, _PAYEES = (2, 3), (2, 4)


def _all_to_all(u: Floats) -> Shape:
    widths = [width(_PAYERS, u[:, 0]), width(_PAYEES, u[:, 1])]
    return layers(np.stack(widths, axis=1), (_PAYERS[1], _PAYEES[1]))


BIPARTITE = Pattern(
    name="bipartite",
    shape=_all_to_all,
    transfers_a_case=10.0,
    signs=replace(SIGNS, spread=6.0),
    covers=(
        Manner(placed=0.08, spread=40.0, words="goods"),
        Manner(placed=0.06, spread=25.0),
        Manner(placed=0.1, spread=15.0, words="family"),
    ),
)
