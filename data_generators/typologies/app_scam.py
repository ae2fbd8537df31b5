"""Authorised push payment scam: the customer is talked into paying, and does so in person.

Mechanism: on the phone with the scammer the victim sends one or a few payments from the own
device to somebody never paid before: an investment, goods that do not come, a relative in need,
a fine. The payee passes the money on within hours. Traces: a first payment to this payee, large
for the victim, with a reason written down, in parts as more is asked for; money that does not
stay. Look-alikes: the first rent to a landlord, a used car, a loan to a friend, who pays it on.
Labels: the victim sees it days later, and not all of them report it.
"""

import numpy as np

from data_generators.streams import Floats
from data_generators.typologies.laundering.shape import Shape, walk
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: share of cases in which the bank's world sees the payee pass it on (assumed)
_PASSED_ON = 0.6


def _payee_and_on(u: Floats) -> Shape:
    last = np.where(u[:, 0] < _PASSED_ON, 2, -1)
    return walk(np.stack([np.zeros_like(last), np.ones_like(last), last], axis=1))


APP_SCAM = Pattern(
    name="app_scam",
    shape=_payee_and_on,
    transfers_a_case=2.5,
    signs=Manner(
        placed=0.35, wait=0.4, kept=0.06, parts=0.8, strangers=1.0, young=0.6, words="investment",
    ),
    covers=(
        Manner(placed=0.2, wait=3.0, words="rent"),
        Manner(placed=0.25, wait=5.0, words="goods"),
        Manner(placed=0.12, wait=4.0, words="family"),
    ),
    victim=True,
)  # fmt: skip
