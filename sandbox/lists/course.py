"""How many honest customers and confirmed frauds were known on each node as time went by."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sandbox.lists.ties import Flags, Floats, Ints, Known, Ties


@dataclass(frozen=True)
class Course:
    """Counts by node, a row for each time at which one of them changed."""

    #: in order of node and time; the counts are those from then on
    node: Ints
    time: Floats
    honest: Ints
    frauds: Ints

    @classmethod
    def of(cls, known: Known, ties: Ties) -> "Course":
        """An honest customer counts once known there, until fraud is suspected or confirmed."""
        who = ties.customer
        honest = np.maximum(known.honest[who], ties.known)
        doubted = np.maximum(known.doubted[who], ties.known)
        fraud = np.maximum(known.confirmed[who], ties.known)
        ever = honest < doubted
        node = np.concatenate([ties.node[ever], ties.node[ever], ties.node])
        time = np.concatenate([honest[ever], doubted[ever], fraud])
        count, ends = int(ever.sum()), np.isfinite(time)
        change = np.concatenate([np.ones(count), -np.ones(count), np.zeros(len(who))])
        frauds = np.concatenate([np.zeros(2 * count), np.ones(len(who))])
        order = np.lexsort((time, node))
        order = order[ends[order]]
        node, time = node[order], time[order]
        last = np.ones(len(node), dtype=bool)
        last[:-1] = (node[1:] != node[:-1]) | (time[1:] != time[:-1])
        sums = [_within(node, each[order])[last] for each in (change, frauds)]
        return cls(node[last], time[last], *sums)

    @cached_property
    def _times(self) -> Floats:
        return np.unique(self.time)

    @cached_property
    def _keys(self) -> Ints:
        return self._key(self.node, self.time)

    def _key(self, node: Ints, time: Floats) -> Ints:
        """One number that rises with node and time."""
        rank: Ints = np.searchsorted(self._times, time, side="right")
        return node * (len(self._times) + 1) + rank

    def at(self, node: Ints, time: Floats, flag: Flags) -> Flags:
        """Whether what is flagged was so on a node at a time; not so before anything was known."""
        place = np.searchsorted(self._keys, self._key(node, time), side="right") - 1
        there = place >= 0
        place = np.maximum(place, 0)
        if not len(self.node):
            return np.zeros(len(node), dtype=bool)
        flags: Flags = there & (self.node[place] == node) & flag[place]
        return flags

    def next(self, node: Ints, time: Floats, flag: Flags) -> Floats:
        """When it first became so on a node after a time; infinity for never."""
        rows = np.append(np.flatnonzero(flag), -1)
        keys = self._keys[rows[:-1]]
        row = rows[np.searchsorted(keys, self._key(node, time), side="right")]
        nodes, times = np.append(self.node, -1), np.append(self.time, np.inf)
        return np.where(nodes[row] == node, times[row], np.inf)


def _within(node: Ints, change: Floats) -> Ints:
    """Running sums that begin anew with each node."""
    total = np.cumsum(change)
    begins = np.ones(len(node), dtype=bool)
    begins[1:] = node[1:] != node[:-1]
    start = np.flatnonzero(begins)
    before = (total - change)[start]
    sums: Ints = np.rint(total - before[np.cumsum(begins) - 1]).astype(np.int64)
    return sums
