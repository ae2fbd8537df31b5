"""Cycle: money goes round and comes back to where it started.

Mechanism: four to six accounts pass a sum on, each less a little, until the first has it back
as if it were earned. Traces: a path that closes within days. Look-alikes: a savings club whose
pot goes round, friends who owe each other, a loan among relatives that is paid back. Labels: an
alert on the first account, checked by an analyst.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, walk
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: accounts of a case, from and to
_ACCOUNTS = (4, 6)


def _round(u: Floats) -> Shape:
    least, most = _ACCOUNTS
    size = least + np.floor((most - least + 1) * u[:, [0]]).astype(np.int64)
    stops = np.arange(most + 1)
    return walk(np.where(stops <= size, stops % size, -1))


CYCLE = Pattern(
    name="cycle",
    shape=_round,
    transfers_a_case=6.4,
    signs=Manner(
        placed=0.3, wait=1.4, spread=1.0, kept=0.05, parts=0.4, uneven=0.15, by_night=0.3,
        strange_device=0.4, strangers=1.0, young=0.6, words="goods",
    ),
    covers=(
        Manner(placed=0.1, wait=6.0),
        Manner(placed=0.15, wait=9.0, words="family"),
        Manner(placed=0.2, wait=5.0, words="loan"),
    ),
    outside=0.9,
)  # fmt: skip
