"""Applications on a shared key, in order of time: how many came before, and how many different."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sandbox.features.families import DAYS
from sandbox.features.numbering import NONE, Floats, Ints


@dataclass(frozen=True)
class Moments:
    """The times of n applications as ranks, and where each window begins among the ranks."""

    time: Floats

    @cached_property
    def _ranked(self) -> tuple[Floats, Ints]:
        order = np.argsort(self.time, kind="stable")
        ordered = self.time[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = ordered[1:] != ordered[:-1]
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.cumsum(new) - 1
        return ordered[new], rank

    @property
    def rank(self) -> Ints:
        """Of each application among the different times."""
        return self._ranked[1]

    @cached_property
    def begins(self) -> dict[int, Ints]:
        """By days of a window: the first rank within it, for each rank."""
        times = self._ranked[0]
        return {
            days: np.searchsorted(times, times - days, side="right").astype(np.int64)
            for days in DAYS
        }

    @property
    def count(self) -> int:
        """How many different times there are."""
        return len(self._ranked[0])


@dataclass(frozen=True)
class Shared:
    """Applications on keys that more than one has, in order of key and time."""

    #: row of the application
    row: Ints
    #: number of its key, and of its moment
    code: Ints
    rank: Ints
    moments: Moments

    @classmethod
    def of(cls, key: Ints, moments: Moments) -> "Shared":
        """From a key for each application; `NONE` is shared with nobody."""
        code, names = pd.factorize(key)
        uses = np.bincount(code, minlength=1)
        row = np.flatnonzero((uses[code] > 1) & (key != NONE))
        # numbers as small as they can be: short ones are sorted by their digits
        code = _narrow(code[row], len(names))
        rank = _narrow(moments.rank[row], moments.count)
        order = np.argsort(rank, kind="stable")
        order = order[np.argsort(code[order], kind="stable")]
        row = row[order]
        return cls(row, code[order].astype(np.int64), moments.rank[row], moments)

    @cached_property
    def start(self) -> Ints:
        """Where each one's key begins."""
        begins = np.ones(len(self.row), dtype=bool)
        begins[1:] = self.code[1:] != self.code[:-1]
        first: Ints = np.flatnonzero(begins)[np.cumsum(begins) - 1]
        return first

    @cached_property
    def stop(self) -> Ints:
        """Where those end that had applied on the key by the moment of each."""
        last = np.ones(len(self.row), dtype=bool)
        last[:-1] = (self.code[1:] != self.code[:-1]) | (self.rank[1:] != self.rank[:-1])
        ends: Ints = np.flatnonzero(last)[np.cumsum(last) - last] + 1
        return ends

    def begin(self, days: int) -> Ints:
        """Where those begin that applied within the days."""
        several = self.moments.count + 1
        key = self.code * several + self.rank
        wanted = self.code * several + self.moments.begins[days][self.rank]
        return np.searchsorted(key, wanted, side="left").astype(np.int64)

    def spread(self, values: Floats, otherwise: float) -> Floats:
        """By application; `otherwise` for those that share nothing."""
        every = np.full(len(self.moments.time), otherwise)
        every[self.row] = values
        return every

    def before(self) -> Floats:
        """Days since another applied on the key; NaN for the first."""
        time = self.moments.time[self.row]
        tie = np.zeros(len(self.row), dtype=bool)
        tie[1:] = (self.code[1:] == self.code[:-1]) & (self.rank[1:] == self.rank[:-1])
        earlier = np.maximum.accumulate(np.where(tie, 0, np.arange(len(self.row)))) - 1
        since = np.where(earlier >= self.start, time - time[earlier], np.nan)
        together = tie.copy()
        together[:-1] |= tie[1:]
        days: Floats = np.where(together, 0.0, since)
        return days

    def different(self, of: Ints) -> Floats:
        """How many different codes `of` (by application) came with the key by then."""
        theirs = of[self.row]
        pair = self.code * (int(theirs.max(initial=0)) + 2) + theirs + 1
        order = np.argsort(pair, kind="stable")
        new = np.ones(len(pair), dtype=bool)
        new[order[1:]] = pair[order][1:] != pair[order][:-1]
        total = np.concatenate([[0], np.cumsum(new & (theirs >= 0))])
        found: Floats = (total[self.stop] - total[self.start]).astype(np.float64)
        return found


def _narrow(numbers: Ints, most: int) -> Ints:
    return numbers.astype(np.uint16) if most < 1 << 16 else numbers
