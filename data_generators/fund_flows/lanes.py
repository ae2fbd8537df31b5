"""Events in slots: slot k of a customer's month exists where k is below a count.

Each slot has 64 random bits for what happens and 64 for the transfer's id, at a place that only
block, month, purpose and customer decide. No count, decision or size of a world shifts another
customer's events; bits are cut into fields, since one draw an event is what is affordable.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.streams import BLOCK, Floats, Ints, Streams

#: levels of the fields
DAYS, HOURS, SIZES, FACES, WORDS = 1 << 13, 1 << 16, 1 << 15, 1 << 13, 1 << 7


class Events(NamedTuple):
    """Events of one purpose and month, one entry each."""

    #: position of the customer in the block
    who: Ints
    bits: Ints
    #: of the transfer
    ids: Ints
    #: slot × `BLOCK` + customer: where its bits lie, for what it sets off
    place: Ints

    @property
    def day(self) -> Ints:
        """Which day, of `DAYS` levels."""
        return self.bits & (DAYS - 1)

    @property
    def hour(self) -> Ints:
        """When on the day, of `HOURS` levels."""
        return (self.bits >> 13) & (HOURS - 1)

    @property
    def size(self) -> Ints:
        """How much, of `SIZES` levels."""
        return (self.bits >> 29) & (SIZES - 1)

    @property
    def face(self) -> Ints:
        """To whom, of `FACES` levels."""
        return (self.bits >> 44) & (FACES - 1)

    @property
    def word(self) -> Ints:
        """How, of `WORDS` levels."""
        return (self.bits >> 57) & (WORDS - 1)

    def take(self, rows: NDArray[np.intp] | Flags) -> "Events":
        """Some of them."""
        return Events(*(values[rows] for values in self))


def drawn(streams: Streams, purpose: str, month: int, count: Ints) -> Events:
    """Events of the first `len(count)` customers of a block, `count` each; streams of the whole."""
    slots = int(count.max(initial=0))
    bits = streams.bits(purpose, slots * BLOCK, month)
    ids = streams.bits(f"{purpose}_id", slots * BLOCK, month)
    rows = [np.flatnonzero(count > slot) for slot in range(slots)]
    if not rows:
        return Events(*np.zeros((4, 0), dtype=np.int64))
    who = np.concatenate(rows)
    place = np.concatenate([slot * BLOCK + each for slot, each in enumerate(rows)])
    return Events(who, bits[place], ids[place], place)


def set_off(
    parents: Events, streams: Streams, purpose: str, month: int, chance: float
) -> tuple[Events, NDArray[np.intp]]:
    """Events that others set off, at most one each, and the row of each one's parent."""
    if chance == 0 or not len(parents.place):
        return parents.take(np.zeros(0, dtype=np.intp)), np.zeros(0, dtype=np.intp)
    slots = int(parents.place.max()) // BLOCK + 1
    chances = streams.bits(f"{purpose}_chance", slots * BLOCK, month)
    rows = np.flatnonzero((chances[parents.place] >> 11) + (1 << 52) < chance * (1 << 53))
    place = parents.place[rows]
    bits = streams.bits(f"{purpose}_bits", slots * BLOCK, month)
    ids = streams.bits(f"{purpose}_id", slots * BLOCK, month)
    return Events(parents.who[rows], bits[place], ids[place], place), rows


@lru_cache(maxsize=16)
def normal_levels(levels: int = SIZES) -> Floats:
    """The middle of each of so many equal shares of a near-normal variable."""
    u = (np.arange(levels) + 0.5) / levels
    return _inverse_normal(u)


@lru_cache(maxsize=32)
def lognormal_levels(spread: float, levels: int = SIZES) -> Floats:
    """The same of a lognormal one with mean 1."""
    scale = np.exp(spread * normal_levels(levels))
    levels_of: Floats = scale / scale.mean()
    return levels_of


@lru_cache(maxsize=8)
def exponential_levels(levels: int = SIZES) -> Floats:
    """The same of an exponential one with mean 1."""
    return -np.log1p(-(np.arange(levels) + 0.5) / levels)


def _inverse_normal(u: Floats) -> Floats:
    """Quantiles of the normal distribution (Acklam's rational approximation, error < 1.2e-9)."""
    from statistics import NormalDist

    normal = NormalDist()
    return np.array([normal.inv_cdf(x) for x in u])
