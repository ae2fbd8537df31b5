"""Which entries an application's identifiers hit: exactly by any kind, nearly by name and address.

A matcher holds entries in memory. Build it from `ListStore.as_of`, then add and withdraw entries
as the store changes; build it anew when some ten thousand have been added. It gives only entries
that are in force at the time asked about, so that it need not be told what expires.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.lists.clock import microseconds, now
from sandbox.lists.entries import KINDS, Entry
from sandbox.lists.fuzzy import Nearness, keys_of, name_form, similarity
from sandbox.lists.keyed import Ints, KeyIndex
from sandbox.lists.normalise import normalise
from sandbox.lists.standing import Standing, as_microseconds

#: kinds of identifier that are matched nearly, too
NEARLY = ("name", "address")
#: entries with a word in their names from which on it is a name of its own, not a misspelling
NAMESAKES = 2
#: columns of the table of `match_many`
HIT_COLUMNS = ("row", "list", "kind", "value", "similarity", "entry_id", "reason")


@dataclass(frozen=True)
class ListHit:
    """An entry that an identifier hits."""

    #: black, grey or white
    list: str
    kind: str
    #: of the entry, normalised; personal
    value: str = field(repr=False)
    #: 1 for the same value (a name or an address may be written otherwise), less for a near one
    similarity: float
    entry_id: int
    reason: str


class Matcher:
    """Entries by identifier.

    >>> from datetime import UTC
    >>> start = datetime(2026, 1, 1, tzinfo=UTC)
    >>> entry = Entry(7, "black", "phone", "+8613800138000", "", "fraud", "", start, None, "", "",
    ...               start)
    >>> matcher = Matcher.of([entry])
    >>> [hit.entry_id for hit in matcher.match({"phone": ["138 0013 8000"]}, start)]
    [7]
    >>> matcher.withdraw(7)
    >>> matcher.match({"phone": ["138 0013 8000"]}, start)
    ()
    """

    def __init__(self, standing: Standing, nearness: Nearness) -> None:
        self._standing, self._nearness = standing, nearness
        values = standing.value.to_pylist()
        kinds = standing.kind_code.tolist()
        keys = np.fromiter(map(_key, kinds, values), dtype=np.int64, count=len(values))
        self._exact = KeyIndex(keys, np.arange(len(values)))
        #: how often each word of a name is seen in it, and those that are nobody's misspelling
        self._seen: Counter[str] = Counter()
        self._known: set[str] = set()
        self._near = {kind: self._near_index(kind, values) for kind in NEARLY}

    @classmethod
    def of(
        cls, entries: pd.DataFrame | Iterable[Entry], nearness: Nearness | None = None
    ) -> "Matcher":
        """From the table of `ListStore.as_of`, or from entries.

        The table needs entry_id, list, kind, value (normalised), reason, valid_from, valid_until.
        Raises BadInput for missing columns and for unknown lists and kinds.
        """
        return cls(Standing.of(entries), nearness or Nearness())

    def __len__(self) -> int:
        return len(self._standing)

    def __reduce__(self) -> NoReturn:
        raise BadInput(
            "A matcher cannot be sent to another process, where hashes differ; build it there with "
            "Matcher.of."
        )

    @property
    def bytes(self) -> int:
        """What entries and indexes take, without those added since."""
        indexes = (self._exact, *self._near.values())
        return self._standing.bytes + sum(index.bytes for index in indexes)

    def add(self, entry: Entry) -> None:
        """One more entry, or one that was changed: it takes the place of what it was."""
        self._standing.withdraw(entry.entry_id)
        row = self._standing.append(entry)
        self._exact.add([_key(KINDS.index(entry.kind), entry.value)], row)
        if entry.kind in NEARLY:
            self._near[entry.kind].add(self._keys_of(entry.kind, entry.value), row)

    def withdraw(self, entry_id: int) -> None:
        """An entry hits no more; BadInput for one that is not here."""
        if not self._standing.withdraw(entry_id):
            raise BadInput(f"No entry {entry_id} stands in this matcher; pass one that was added.")

    def match(
        self, identifiers: Mapping[str, Sequence[str]], when: datetime | None = None
    ) -> tuple[ListHit, ...]:
        """What an application's identifiers hit, in order of kind, similarity and entry.

        `identifiers` has values by kind, as they are given: they are normalised here. What has no
        valid form (a phone number with letters) can stand on no list and hits nothing. Entries
        that are not in force at `when` (now) do not hit. Each entry hits once, at its best.
        BadInput for an unknown kind, and for a time without a zone.
        """
        at = microseconds(now() if when is None else when)
        asked = list(dict.fromkeys(_normal(identifiers)))
        best: dict[int, float] = {}
        if asked:
            for row in self._exact.rows([_key(KINDS.index(k), v) for k, v in asked]):
                if any(self._standing.is_of(row, kind, value) for kind, value in asked):
                    best[row] = 1.0
        for kind, value in asked:
            if kind in NEARLY:
                for row in dict.fromkeys(self._near_rows(kind, value)):
                    if best.get(row, 0.0) < 1.0:
                        best[row] = max(self._near_to(kind, value, row), best.get(row, 0.0))
        hits = [
            self._hit(row, near)
            for row, near in best.items()
            if near > 0.0 and self._standing.in_force(row, at)
        ]
        return tuple(sorted(hits, key=lambda h: (KINDS.index(h.kind), -h.similarity, h.entry_id)))

    def match_many(
        self, table: pd.DataFrame, when: datetime | Ints | None = None, nearly: bool = False
    ) -> pd.DataFrame:
        """Hits of many applications, one row a hit, in order of application.

        `table` has a column of normalised values for each kind meant, named as the kind; missing
        values hit nothing. `when` is one time, or an array of microseconds since 1970, one a row;
        now by default. `nearly` adds near names and addresses, at some 20,000 a second. Columns:
        row (position in `table`), list, kind, value, similarity, entry_id, reason.
        """
        times = as_microseconds(now() if when is None else when, len(table))
        kinds = [kind for kind in KINDS if kind in table]
        if not kinds:
            raise BadInput(f"The table has no column named as a kind: {', '.join(KINDS)}.")
        parts = [self._of_column(kind, table[kind], nearly) for kind in kinds]
        hits = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
        at = times[hits["row"].to_numpy(dtype=np.int64)]
        places = hits.pop("place").to_numpy(dtype=np.int64)
        kept = np.array(
            [self._standing.in_force(p, t) for p, t in zip(places.tolist(), at, strict=True)], bool
        )
        told = [self._standing.told(place) for place in places[kept]]
        hits = hits[kept]
        for k, name in enumerate(("list", "kind", "value", "entry_id", "reason")):
            hits[name] = pd.Series([each[k] for each in told], index=hits.index)
        ordered = hits.sort_values(["row", "kind", "similarity", "entry_id"], kind="stable")
        return ordered[list(HIT_COLUMNS)].reset_index(drop=True)

    def _of_column(self, kind: str, column: pd.Series, nearly: bool) -> pd.DataFrame:
        """Hits of one kind before their time is looked at: row, place (of the entry), similarity.

        Each value is looked up once, however many rows have it.
        """
        codes, unique = pd.factorize(column.astype("str"))
        code = KINDS.index(kind)
        values = unique.tolist()
        keys = np.fromiter((_key(code, v) for v in values), dtype=np.int64, count=len(values))
        asked, place = self._exact.pairs(keys)
        same = [
            self._standing.is_of(p, kind, values[a])
            for a, p in zip(asked.tolist(), place.tolist(), strict=True)
        ]
        found = [(a, p, 1.0) for a, p in zip(asked[same], place[same], strict=True)]
        if nearly and kind in NEARLY:
            exact = {(a, p) for a, p, _ in found}
            for a, value in enumerate(values):
                for p in set(self._near_rows(kind, value)):
                    near = self._near_to(kind, value, p)
                    if near > 0.0 and (a, p) not in exact:
                        found.append((a, p, near))
        hit = pd.DataFrame(found, columns=["asked", "place", "similarity"])
        rows = pd.DataFrame({"asked": codes, "row": np.arange(len(codes))})
        rows = rows[np.isin(codes, hit["asked"].to_numpy(dtype=np.int64))]
        return rows.merge(hit, on="asked")[["row", "place", "similarity"]]

    def _near_to(self, kind: str, value: str, row: int) -> float:
        return similarity(kind, value, self._standing.value_of(row), self._nearness, self._known)

    def _near_rows(self, kind: str, value: str) -> list[int]:
        return self._near[kind].rows(keys_of(kind, value, self._nearness, asked=True))

    def _near_index(self, kind: str, values: list[str]) -> KeyIndex:
        keys: list[int] = []
        count: list[int] = []
        rows = np.flatnonzero(self._standing.kind_code == KINDS.index(kind))
        for row in rows.tolist():
            mine = self._keys_of(kind, values[row])
            keys.extend(mine)
            count.append(len(mine))
        return KeyIndex(np.array(keys, dtype=np.int64), np.repeat(rows, count))

    def _keys_of(self, kind: str, value: str) -> set[int]:
        """Under which keys an entry stands; remembers the words of a name."""
        if kind == "name":
            words = name_form(value).words
            self._seen.update(words)
            self._known.update(word for word in words if self._seen[word] >= NAMESAKES)
        return set(keys_of(kind, value, self._nearness))

    def _hit(self, row: int, near: float) -> ListHit:
        name, kind, value, entry_id, reason = self._standing.told(row)
        return ListHit(name, kind, value, near, entry_id, reason)


def _key(kind: int, value: str) -> int:
    return hash((kind, value))


def _normal(identifiers: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str]]:
    """Kind and normalised value of all that have a valid form."""
    for kind, values in identifiers.items():
        if kind not in KINDS:
            raise BadInput(f"{kind!r} is no kind of identifier; allowed: {', '.join(KINDS)}.")
        if isinstance(values, str):
            raise BadInput(f"The values of {kind} are one text; pass a sequence of texts.")
        for value in values:
            try:
                yield kind, normalise(kind, value)
            except BadInput:
                continue
