"""Account takeover: somebody else pays out of a customer's account.

Mechanism: after a change of the phone or a lost password a thief orders one to five payments in a
row, to mules, to shops for goods that sell again, or as cash, until little of what stood on the
account is left. Traces: a device that is not the customer's (or passes for it), payees paid for
the first time, much of the buffer within hours, odd hours. Look-alikes: a new phone and a
journey, when hotels, tickets and a friend are paid from a borrowed device; a move, with the
deposit, the carrier and the furniture on one day. Labels: the victim reports it, soon and
mostly.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, layers
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: payees of a case, at most
_MOST = 5


def _payees(u: Floats) -> Shape:
    count = 1 + np.floor(_MOST * u[:, 0] ** 2.0).astype(np.int64)
    return layers(np.stack([np.ones_like(count), count], axis=1), (1, _MOST))


ACCOUNT_TAKEOVER = Pattern(
    name="account_takeover",
    shape=_payees,
    transfers_a_case=3.0,
    signs=Manner(
        placed=0.6, spread=3.0, parts=0.4, uneven=0.3, by_night=0.7, strange_device=0.9,
        strangers=1.0, young=0.6, words="loan",
    ),
    covers=(
        Manner(placed=0.2, spread=16.0, strange_device=0.2),
        Manner(placed=0.3, spread=11.0, words="rent"),
    ),
    victim=True,
    of_buffer=True,
)  # fmt: skip
