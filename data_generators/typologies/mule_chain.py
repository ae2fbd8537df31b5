"""Mule chain: stolen money goes from account to account until its origin is lost.

Mechanism: what arrives leaves within hours to days, less 3 to 8% for the mule, over two to five
hops, through accounts of ordinary customers, of people elsewhere, and through goods or cash.
Traces: what comes in goes out, soon and nearly whole; young accounts, strangers, one device that
orders for several. Look-alikes: remittances that go home through relatives, rent that a
flat-sharer collects and passes on, a treasurer. Labels: found where the first victim's money is
followed, later the further from it.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, walk
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: hops, from and to
_HOPS = (2, 5)


def _chain(u: Floats) -> Shape:
    least, most = _HOPS
    hops = least + np.floor((most - least + 1) * u[:, 0]).astype(np.int64)
    stops = np.arange(most + 1)
    return walk(np.where(stops <= hops[:, None], stops, -1))


MULE_CHAIN = Pattern(
    name="mule_chain",
    shape=_chain,
    transfers_a_case=4.8,
    signs=Manner(
        placed=0.3, wait=0.6, kept=0.055, parts=0.5, by_night=0.3, strange_device=0.5,
        strangers=1.0, young=0.7, words="goods",
    ),
    covers=(
        Manner(placed=0.12, wait=4.0, words="family"),
        Manner(placed=0.2, wait=3.0, words="rent"),
        Manner(placed=0.1, wait=6.0),
    ),
    outside=0.9,
)  # fmt: skip
