"""Entries by identifier in order of time: compact arrays of what was loaded, lists of what is new.

A million entries that were loaded take 30 MB; one that came later takes some hundred bytes.
"""

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np

from sandbox.features.numbering import Floats, Ints


@dataclass
class _New:
    """Entries of one identifier that came after loading."""

    time: list[float] = field(default_factory=list)
    who: list[int] = field(default_factory=list)
    #: sums of cents up to and with each
    total: list[int] = field(default_factory=list)


class Timelines:
    """Who came when, by identifier; each identifier has a number."""

    def __init__(self, name: Ints, time: Floats, who: Ints, cents: Ints | None = None) -> None:
        """From entries in any order; those of the same time stand in order of the rows."""
        ids, number = np.unique(name, return_inverse=True)
        order = np.lexsort((time, number))
        self._ids = ids
        self._start = np.searchsorted(number[order], np.arange(len(ids) + 1)).astype(np.int32)
        self._time = time[order]
        self._who = who[order].astype(np.int32)
        self._total = (
            None if cents is None else np.concatenate([[0], np.cumsum(cents[order])])
        )  # with it windows have sums
        self._numbers: dict[int, int] = {}
        self._new: dict[int, _New] = {}

    @property
    def nbytes(self) -> int:
        """Bytes of what was loaded."""
        held = (self._ids, self._start, self._time, self._who, self._total)
        return sum(0 if each is None else each.nbytes for each in held)

    def number(self, name: int) -> int:
        """Number of an identifier, -1 for one without entries."""
        place = int(self._ids.searchsorted(name))
        if place < len(self._ids) and self._ids[place] == name:
            return place
        return self._numbers.get(name, -1)

    def add(self, name: int, time: float, who: int, cents: int = 0) -> int:
        """One more entry, not earlier than those that are there; the identifier's number."""
        number = self.number(name)
        if number < 0:
            number = self._numbers[name] = len(self._ids) + len(self._numbers)
        new = self._new.setdefault(number, _New())
        new.time.append(time)
        new.who.append(who)
        new.total.append(cents + (new.total[-1] if new.total else 0))
        return number

    def withdraw(self, name: int, who: int) -> None:
        """Take back the new entry of one customer."""
        new = self._new[self.number(name)]
        at = new.who.index(who)
        cents = new.total[at] - (new.total[at - 1] if at else 0)
        del new.time[at], new.who[at], new.total[at]
        new.total[at:] = [total - cents for total in new.total[at:]]

    def count(self, number: int) -> int:
        """How many entries there are."""
        first, stop = self._loaded(number)
        new = self._new.get(number)
        return stop - first + (len(new.time) if new else 0)

    def later(self, number: int, moment: float) -> tuple[int, int]:
        """How many entries are later than a moment, and their cents."""
        new, count, cents = self._new.get(number), 0, 0
        if new and new.time:
            at = bisect_right(new.time, moment)
            count = len(new.time) - at
            cents = new.total[-1] - (new.total[at - 1] if at else 0)
            if at:
                return count, cents
        first, stop = self._loaded(number)
        if first == stop:
            return count, cents
        # numpy's arrays are sequences of numbers, too
        at = bisect_right(self._time, moment, first, stop)
        if self._total is not None:
            cents += int(self._total[stop] - self._total[at])
        return count + stop - at, cents

    def latest(self, number: int, most: int) -> tuple[list[int], list[float]]:
        """The latest entries, at most so many, in order of time: who, and when."""
        new = self._new.get(number)
        who, time = (new.who[-most:], new.time[-most:]) if new else ([], [])
        first, stop = self._loaded(number)
        first = max(first, stop - (most - len(who)))
        if first < stop:
            who = self._who[first:stop].tolist() + who
            time = self._time[first:stop].tolist() + time
        return who, time

    def first(self, number: int) -> int:
        """Who came first."""
        first, stop = self._loaded(number)
        return int(self._who[first]) if stop > first else self._new[number].who[0]

    def everybody(self, number: int) -> Ints:
        """Who ever came."""
        first, stop = self._loaded(number)
        new = self._new.get(number)
        loaded = self._who[first:stop].astype(np.int64)
        return np.concatenate([loaded, np.array(new.who, dtype=np.int64)]) if new else loaded

    def _loaded(self, number: int) -> tuple[int, int]:
        if number >= len(self._ids):
            return 0, 0
        return int(self._start[number]), int(self._start[number + 1])
