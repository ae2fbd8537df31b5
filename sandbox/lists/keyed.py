"""Rows by 64-bit key: sorted arrays for the many, a dictionary for those added since.

A key and its row take 12 bytes, a tenth of what a dictionary takes. Keys are Python's own hashes,
which differ from process to process: an index lives and dies in one process. Two values may share
a key, so that whoever asks has to compare the values.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class KeyIndex:
    """From keys to the rows that have them; rows can be added one at a time.

    >>> index = KeyIndex(np.array([7, 5, 7]), np.array([0, 1, 2]))
    >>> index.add([5, 9], 3)
    >>> index.rows([5, 7, 8])
    [1, 0, 2, 3]
    """

    def __init__(self, keys: Ints, rows: Ints) -> None:
        order = np.argsort(keys, kind="stable")
        self._keys = np.ascontiguousarray(keys[order], dtype=np.int64)
        self._rows = rows[order].astype(np.int32)
        self._added: dict[int, list[int]] = {}

    @property
    def bytes(self) -> int:
        """What the sorted arrays take."""
        return self._keys.nbytes + self._rows.nbytes

    def add(self, keys: Iterable[int], row: int) -> None:
        """One more row, under these keys."""
        for key in keys:
            self._added.setdefault(key, []).append(row)

    def rows(self, keys: Sequence[int]) -> list[int]:
        """The rows under any of these keys; a row stands as often as it has one of them."""
        asked = np.array(keys, dtype=np.int64)
        low = self._keys.searchsorted(asked)
        there = (
            np.flatnonzero(self._keys.take(low, mode="clip") == asked) if len(self._keys) else ()
        )
        found: list[int] = []
        for place in there:
            start = low[place]
            stop = self._keys.searchsorted(asked[place], side="right")
            found.extend(self._rows[start:stop].tolist())
        if self._added:
            for key in keys:
                found.extend(self._added.get(key, ()))
        return found

    def pairs(self, keys: Ints) -> tuple[Ints, Ints]:
        """Positions in `keys` and the rows under them, for many keys at once."""
        order = np.argsort(keys, kind="stable")  # neighbours in memory are asked for together
        low = np.empty(len(keys), dtype=np.int64)
        high = np.empty(len(keys), dtype=np.int64)
        low[order] = self._keys.searchsorted(keys[order], side="left")
        high[order] = self._keys.searchsorted(keys[order], side="right")
        asked, place = ranges(low, high)
        rows = self._rows[place].astype(np.int64)
        if not self._added:
            return asked, rows
        more = [(k, row) for k, key in enumerate(keys.tolist()) for row in self._added.get(key, ())]
        extra = np.array(more, dtype=np.int64).reshape(-1, 2)
        return np.concatenate([asked, extra[:, 0]]), np.concatenate([rows, extra[:, 1]])


def without_one(text: str) -> list[int]:
    """Keys of a text and of all that is left of it when one character goes.

    Texts that are one character apart (one too many, one missing, another, or two neighbours
    swapped) have a key in common, so that looking a text up finds all of them.

    >>> bool(set(without_one("annasmith")) & set(without_one("annasmiht")))
    True
    >>> bool(set(without_one("annasmith")) & set(without_one("annesmiths")))
    False
    """
    return [hash(text), *(hash(text[:k] + text[k + 1 :]) for k in range(len(text)))]


def ranges(first: Ints, stop: Ints) -> tuple[Ints, Ints]:
    """All numbers from each `first` up to its `stop`, and the position of what each belongs to.

    >>> ranges(np.array([5, 8]), np.array([7, 9]))
    (array([0, 0, 1]), array([5, 6, 8]))
    """
    count = stop - first
    row = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return row, np.arange(len(row)) - before[row] + first[row]
