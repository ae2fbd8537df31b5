"""The entries a matcher holds, column by column: a million of them in about a hundred megabytes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.lists.clock import microseconds
from sandbox.lists.entries import KINDS, LISTS, Entry

Ints = NDArray[np.int64]
#: of entries without an end, microseconds
OPEN = np.iinfo(np.int64).max
#: columns of a table of entries that are used
NEEDED = ("entry_id", "list", "kind", "value", "reason", "valid_from", "valid_until")


@dataclass
class Standing:
    """Entries from a table, then those added one at a time; row k is entry k of both together."""

    #: of the table: codes of `LISTS` and `KINDS`, texts as Arrow arrays
    entry_id: Ints
    list_code: NDArray[np.int8]
    kind_code: NDArray[np.int8]
    value: pa.Array
    reason: pa.Array
    #: microseconds since 1970, in force from and until just before
    start: Ints
    stop: Ints
    #: whether the entry was withdrawn from here
    gone: NDArray[np.bool_]
    #: rows of the table in order of entry_id
    by_id: Ints
    added: list[Entry] = field(default_factory=list)
    #: rows behind the table by entry_id, less those withdrawn
    later: dict[int, list[int]] = field(default_factory=dict)
    withdrawn: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, entries: pd.DataFrame | Iterable[Entry]) -> "Standing":
        """From `ListStore.as_of` or from entries. BadInput for missing columns, unknown words."""
        if not isinstance(entries, pd.DataFrame):
            rows = [[getattr(entry, name) for name in NEEDED] for entry in entries]
            entries = pd.DataFrame(rows, columns=list(NEEDED))
        missing = [name for name in NEEDED if name not in entries]
        if missing:
            raise BadInput(f"The entries lack {', '.join(missing)}; pass what ListStore.as_of has.")
        ids = entries["entry_id"].to_numpy(dtype=np.int64)
        return cls(
            ids,
            _codes(entries["list"], LISTS, "list"),
            _codes(entries["kind"], KINDS, "kind"),
            _texts(entries["value"]),
            _texts(entries["reason"]).dictionary_encode(),
            _times(entries["valid_from"], np.iinfo(np.int64).min),
            _times(entries["valid_until"], OPEN),
            np.zeros(len(ids), dtype=bool),
            np.argsort(ids, kind="stable"),
        )

    def __len__(self) -> int:
        return len(self.entry_id) + len(self.added)

    @property
    def bytes(self) -> int:
        """What the columns of the table take."""
        arrays = (
            self.entry_id,
            self.start,
            self.stop,
            self.by_id,
            self.list_code,
            self.kind_code,
            self.gone,
        )
        texts = (self.value, self.reason)
        return self.gone.nbytes + sum(a.nbytes for a in arrays) + sum(int(t.nbytes) for t in texts)

    def append(self, entry: Entry) -> int:
        """One more entry; its row."""
        self.added.append(entry)
        self.later.setdefault(entry.entry_id, []).append(len(self) - 1)
        return len(self) - 1

    def withdraw(self, entry_id: int) -> int:
        """Take an entry out, however often it stands here; how often it did."""
        low, high = (
            np.searchsorted(self.entry_id, entry_id, side=side, sorter=self.by_id)
            for side in ("left", "right")
        )
        mine = self.by_id[low:high]
        count = int((~self.gone[mine]).sum())
        self.gone[mine] = True
        rows = self.later.pop(entry_id, [])
        self.withdrawn.update(rows)
        return count + len(rows)

    def in_force(self, row: int, when: int) -> bool:
        """Whether an entry is in force at a time, in microseconds."""
        if row < len(self.entry_id):
            return bool(self.start[row] <= when < self.stop[row] and not self.gone[row])
        entry = self.added[row - len(self.entry_id)]
        stop = OPEN if entry.valid_until is None else microseconds(entry.valid_until)
        return microseconds(entry.valid_from) <= when < stop and row not in self.withdrawn

    def value_of(self, row: int) -> str:
        """The normalised value of a row."""
        if row < len(self.entry_id):
            return str(self.value[row].as_py())
        return self.added[row - len(self.entry_id)].value

    def is_of(self, row: int, kind: str, value: str) -> bool:
        """Whether an entry is of this kind and has this very value."""
        if row < len(self.entry_id):
            return bool(KINDS[self.kind_code[row]] == kind and self.value[row].as_py() == value)
        entry = self.added[row - len(self.entry_id)]
        return entry.kind == kind and entry.value == value

    def told(self, row: int) -> tuple[str, str, str, int, str]:
        """List, kind, value, entry_id and reason of a row."""
        if row >= len(self.entry_id):
            e = self.added[row - len(self.entry_id)]
            return e.list, e.kind, e.value, e.entry_id, e.reason
        return (
            LISTS[self.list_code[row]],
            KINDS[self.kind_code[row]],
            self.value[row].as_py(),
            int(self.entry_id[row]),
            self.reason[row].as_py(),
        )


def _codes(column: pd.Series, words: tuple[str, ...], name: str) -> NDArray[np.int8]:
    found = column.astype("category")
    unknown = [word for word in found.cat.categories if word not in words]
    if unknown or found.isna().any():
        shown = f"{name} {unknown[0]!r}" if unknown else f"no {name}"
        raise BadInput(f"An entry has {shown}; allowed: {', '.join(words)}.")
    place = np.array([words.index(w) for w in found.cat.categories] or [0], dtype=np.int8)
    return place[found.cat.codes.to_numpy()]


def _texts(column: pd.Series) -> pa.Array:
    array = pa.array(column, type=pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _times(column: pd.Series, missing: int) -> Ints:
    """Microseconds; `missing` where there is none."""
    stamps = pd.to_datetime(column, utc=True).dt.as_unit("us")
    counts = stamps.to_numpy(dtype="datetime64[us]").astype(np.int64)
    return np.where(stamps.isna().to_numpy(), missing, counts)


def as_microseconds(when: datetime | Ints, rows: int) -> Ints:
    """One time a row."""
    if isinstance(when, datetime):
        return np.full(rows, microseconds(when))
    times = np.asarray(when)
    if times.shape != (rows,) or times.dtype.kind not in "iM":
        raise BadInput(
            f"when has shape {times.shape} and type {times.dtype}; pass one aware datetime, or an "
            f"array of {rows} microseconds since 1970 (see sandbox.lists.clock)."
        )
    return times.astype("datetime64[us]").astype(np.int64)
