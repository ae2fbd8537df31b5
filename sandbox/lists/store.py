"""The store of lists: what stands, who put it there, and what was known at any time.

- An entry is *in force* at a time from `valid_from` until just before `valid_until` (None: open),
  unless it was withdrawn.
- The same value of the same kind on the same list stands once. Another such entry is a duplicate
  and is refused; the one that stands is left as it is. A value may be on several lists: precedence
  decides between them where they are matched.
- History is only added to. `as_of(when)` gives what was in force at `when` as known then: later
  additions, changes and withdrawals do not alter the answer. What ran out stays in the history; the
  next change writes down that it did, and `as_of` does not depend on that.
- A decision log should keep `last_change()` beside the time: `as_of(when, known=...)` then repeats
  the state that was read, to the change.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from sandbox.errors import BadInput
from sandbox.lists import changing, clock, reading
from sandbox.lists.changing import Change, Incoming
from sandbox.lists.entries import (
    COLUMNS,
    LISTS,
    Entry,
    NewEntry,
    expired_mistake,
    text_mistakes,
    validity_mistakes,
)
from sandbox.lists.mistakes import DuplicateEntry
from sandbox.lists.normalise import normalise
from sandbox.lists.opening import WAIT, opened
from sandbox.lists.schema import ENTRIES

if TYPE_CHECKING:
    import pandas as pd


class Keep(Enum):
    """What says that a field stays as it is; None says that it becomes nothing."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True)
class Added:
    """What became of entries that were added together."""

    change_id: int
    #: one each, in order; for a duplicate that of the entry that stands
    entry_ids: tuple[int, ...]
    added: int
    duplicates: int


class ListStore:
    """Lists in SQLite or PostgreSQL; the tables are made, or brought up to date, when it opens.

    `url` is `sqlite:///lists.db` or `postgresql://user@host/database`; `now` gives the time (a
    simulation passes its own); a change waits `wait` seconds for another process's.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = ListStore(f"sqlite:///{folder}/lists.db")
    ...     entry = store.add(NewEntry("black", "phone", "138 0013 8000", "fraud"), by="li")
    ...     _ = store.withdraw(entry.entry_id, by="wang", why="another person's number")
    ...     len(store.as_of()), len(store.as_of(entry.added_at))
    ...     store.close()
    (0, 1)
    """

    def __init__(
        self,
        url: str = "sqlite:///lists.db",
        now: Callable[[], datetime] = clock.now,
        wait: float = WAIT,
    ) -> None:
        self.database = opened(url, wait)
        self.now = now

    def __enter__(self) -> "ListStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.database.engine.dispose()

    def add(self, new: NewEntry, by: str, why: str = "") -> Entry:
        """Add one entry; DuplicateEntry if it stands already, BadInput if it has run out."""
        with self._change("add", by, why) as under_way:
            first = under_way.next_entry
            (number,) = _added(under_way, [new])
            if number < first:
                raise DuplicateEntry(number, new.list, new.kind, new.normal)
        return self.entry(number)

    def add_many(self, new: Iterable[NewEntry], by: str, why: str = "") -> Added:
        """Add entries as one change; duplicates are counted and left out, see `Added`.

        BadInput, and nothing is added, when one of them has run out.
        """
        entries = list(new)
        with self._change("add", by, why) as under_way:
            first = under_way.next_entry
            numbers = _added(under_way, entries)
            added = under_way.next_entry - first
        return Added(under_way.change_id, tuple(numbers), added, len(numbers) - added)

    def change(
        self,
        entry_id: int,
        by: str,
        why: str,
        reason: str | Keep = KEEP,
        source: str | Keep = KEEP,
        valid_from: datetime | Keep = KEEP,
        valid_until: datetime | Keep | None = KEEP,
        evidence: str | Keep = KEEP,
    ) -> Entry:
        """Change fields of a standing entry; what stays is not named.

        A list, a kind or a value is not changed: withdraw the entry and add another.
        """
        texts = {"reason": reason, "source": source, "evidence": evidence}
        times = {"valid_from": valid_from, "valid_until": valid_until}
        given: dict[str, Any] = {k: v for k, v in texts.items() if not isinstance(v, Keep)}
        wrong = [m for column, text in given.items() for m in text_mistakes(column, text)]
        for name, time in times.items():
            if not isinstance(time, Keep):
                given[name] = None if time is None else clock.microseconds(time)
        with self._change("change", by, why) as under_way:
            before = _standing(under_way, entry_id)
            after = {**before, **given}
            wrong += validity_mistakes(after["valid_from"], after["valid_until"])
            if after["valid_until"] is not None and after["valid_until"] <= under_way.moment:
                wrong.append(
                    expired_mistake("the end (valid_until) has passed; withdraw ends it now")
                )
            if wrong:
                raise wrong[0]
            under_way.write_version(before, "change", **given)
        return self.entry(entry_id)

    def withdraw(self, entry_id: int, by: str, why: str) -> Entry:
        """Take a standing entry off its list, from now on."""
        self.withdraw_many([entry_id], by, why)
        return self.entry(entry_id)

    def withdraw_many(self, entry_ids: Iterable[int], by: str, why: str) -> int:
        """Take standing entries off their lists as one change; how many."""
        numbers = list(dict.fromkeys(entry_ids))
        with self._change("withdraw", by, why) as under_way:
            for number in numbers:
                under_way.write_version(_standing(under_way, number), "withdraw")
        return len(numbers)

    def expire(self, by: str, why: str = "valid_until has passed") -> int:
        """Write down which entries have run out; how many. Every other change does so too."""
        said, count = {"made_by": by, "what": "expire", "why": why}, 0
        with changing.change(self.database, self.now, said, lambda: count > 0) as under_way:
            count = under_way.expired
        return count

    def as_of(
        self,
        when: datetime | None = None,
        known: int | None = None,
        columns: Sequence[str] = COLUMNS,
        lists: Collection[str] = LISTS,
        newest: int | None = None,
    ) -> "pd.DataFrame":
        """Entries in force at `when` (None: now), one a row, with columns of `Entry`.

        As known at `when`; with `known`, as known after that change. In the order of their
        numbers; with `newest`, that many with the highest numbers, the highest first.
        """
        unknown = [name for name in columns if name not in COLUMNS]
        if unknown:
            raise BadInput(
                f"Entries have no column {unknown[0]!r}; they have {', '.join(COLUMNS)}."
            )
        moment = clock.microseconds(self.now() if when is None else when)
        with self.database.reading() as connection:
            change = reading.last_known(connection, moment) if known is None else known
            asked = reading.in_force(columns, moment, change, ENTRIES.c.list.in_(tuple(lists)))
            if newest is not None:
                asked = asked.order_by(None).order_by(ENTRIES.c.entry_id.desc()).limit(newest)
            return reading.table(connection, asked, columns)

    def counts(self, when: datetime | None = None) -> "pd.DataFrame":
        """How many entries are in force at `when` (None: now): columns list, kind, entries."""
        moment = clock.microseconds(self.now() if when is None else when)
        with self.database.reading() as connection:
            asked = reading.counts(moment, reading.last_known(connection, moment))
            return reading.table(connection, asked, ("list", "kind", "entries"))

    def entry(self, entry_id: int) -> Entry:
        """An entry as its newest change left it, in force or not; BadInput if there is none."""
        with self.database.reading() as connection:
            found = reading.entry(connection, entry_id)
        if found is None:
            raise BadInput(f"There is no entry {entry_id}; `lists show` has their numbers.")
        return found

    def find(self, kind: str, value: str, when: datetime | None = None) -> tuple[Entry, ...]:
        """The entries for one identifier in force at `when` (None: now), as known then."""
        also = (ENTRIES.c.kind == kind, ENTRIES.c.value == normalise(kind, value))
        moment = clock.microseconds(self.now() if when is None else when)
        with self.database.reading() as connection:
            change = reading.last_known(connection, moment)
            rows = connection.execute(reading.in_force(COLUMNS, moment, change, *also))
            return tuple(map(reading.as_entry, rows))

    def last_change(self) -> int:
        """The number of the last change, 0 before the first: whether anything is new."""
        with self.database.reading() as connection:
            return changing.last_change(connection)[0]

    def history(
        self,
        entry_id: int | None = None,
        kind: str | None = None,
        value: str | None = None,
        limit: int | None = None,
    ) -> "pd.DataFrame":
        """What happened to entries, the newest first: who did what and why, then the entry.

        Columns: those of `reading.EVENT`, then those of `Entry`. Of one entry, or of one
        identifier (`kind` and `value`) on any list, or all.
        """
        also: list[sa.ColumnElement[bool]] = []
        if entry_id is not None:
            also.append(ENTRIES.c.entry_id == entry_id)
        if kind is not None and value is not None:
            also += [ENTRIES.c.kind == kind, ENTRIES.c.value == normalise(kind, value)]
        elif kind is not None or value is not None:
            raise BadInput("An identifier is a kind and a value; give both or neither.")
        with self.database.reading() as connection:
            asked = reading.events(limit, *also)
            return reading.table(connection, asked, (*reading.EVENT, *COLUMNS))

    def changes(self, limit: int | None = None) -> "pd.DataFrame":
        """The changes, the newest first: who, when, why; of imports the file and its counts."""
        with self.database.reading() as connection:
            return reading.table(connection, reading.changes(limit), reading.CHANGE)

    def _change(self, what: str, by: str, why: str) -> Any:
        said = {"made_by": by, "what": what, "why": why}
        return changing.change(self.database, self.now, said)


def _added(under_way: Change, entries: Sequence[NewEntry]) -> list[int]:
    incoming = []
    for position, new in enumerate(entries):
        start = None if new.valid_from is None else clock.microseconds(new.valid_from)
        end = None if new.valid_until is None else clock.microseconds(new.valid_until)
        if end is not None and end <= under_way.moment:
            of = f"the end (valid_until) of entry {position} has passed" if len(entries) > 1 else ""
            raise expired_mistake(of) if of else expired_mistake()
        incoming.append(
            Incoming(
                new.list, new.kind, new.normal, new.value,
                new.reason, new.source, start, end, new.evidence,
            )
        )  # fmt: skip
    return under_way.add(incoming)


def _standing(under_way: Change, entry_id: int) -> sa.RowMapping:
    """The newest version of an entry; BadInput when it does not stand any more."""
    found = reading.latest(under_way.connection, entry_id)
    if found is None:
        raise BadInput(f"There is no entry {entry_id}; `lists show` has their numbers.")
    if found["action"] in ("withdraw", "expire"):
        how = {"withdraw": "was withdrawn", "expire": "has run out"}[found["action"]]
        raise BadInput(f"Entry {entry_id} {how}; add a new one instead.")
    return found
