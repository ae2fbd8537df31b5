"""Events in slots: slot k of a customer's month exists where k is below a count.

Each slot has 64 random bits for what happens and 64 for the transfer's id, at a place that only
block, month, purpose and customer decide. No count, decision or size of a world shifts another
customer's events; bits are cut into fields, since one draw an event is what is affordable.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.fund_flows.levels import DAYS, FACES, HOURS, SIZES, WORDS
from data_generators.fund_flows.seen import mixed, scattered
from data_generators.streams import BLOCK, Ints, Streams


class Events(NamedTuple):
    """Events of one purpose and month, one entry each."""

    #: position of the customer in the block
    who: Ints
    bits: Ints
    #: of the transfer
    ids: Ints
    #: slot × `BLOCK` + customer: where its bits lie
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
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return Events(*(values.take(places) for values in self))


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
    return Events(who, bits.take(place), ids.take(place), place)


def set_off(
    parents: Events, seed: int, purpose: str, chance: float
) -> tuple[Events, NDArray[np.intp]]:
    """Events that others set off, at most one each, and the row of each one's parent.

    All about them comes out of the parent's id.
    """
    rows = np.flatnonzero(scattered(parents.ids, seed, f"{purpose}_chance") < chance * 2.0**63)
    ids = parents.ids[rows]
    bits = mixed(ids, seed, f"{purpose}_bits")
    return Events(parents.who[rows], bits, mixed(ids, seed, f"{purpose}_id"), ids), rows
