"""Cycle: money goes round and comes back to where it started.

Mechanism: four to six accounts pass a sum on, each less a little, until the first has it back
as if it were earned. Traces: a path that closes within days. Look-alikes: a savings club whose
pot goes round, friends who owe each other, a loan among relatives that is paid back. Labels: an
alert on the first account, checked by an analyst.
"""

from dataclasses import replace

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, walk, width
from data_generators.typologies.laundering.signs import SIGNS
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: accounts of a case, from and to
_ACCOUNTS = (4, 6)


def _round(u: Floats) -> Shape:
    size = width(_ACCOUNTS, u[:, [0]])
    stops = np.arange(_ACCOUNTS[1] + 1)
    return walk(np.where(stops <= size, stops % size, -1))


CYCLE = Pattern(
    name="cycle",
    shape=_round,
    transfers_a_case=6.4,
    signs=replace(SIGNS, wait=1.4, spread=1.0),
    covers=(
        Manner(placed=0.1, wait=6.0),
        Manner(placed=0.15, wait=9.0, words="family"),
        Manner(placed=0.2, wait=5.0, words="loan"),
    ),
    outside=0.9,
)
