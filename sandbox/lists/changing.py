"""One change to a store: the versions of entries that it writes, and its own line at the end."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from sandbox.errors import BadInput
from sandbox.lists.clock import from_microseconds, microseconds
from sandbox.lists.opening import Database
from sandbox.lists.schema import CHANGES, ENTRIES, STANDING

#: how far a clock may be behind the last change; clocks are set right by this much now and then
_BEHIND = timedelta(minutes=5)
#: values in one question to the database; SQLite takes up to 32,766
_ASKED_AT_ONCE = 5_000
_ENTRY_COLUMNS = tuple(c.name for c in ENTRIES.columns)
_STANDING_COLUMNS = tuple(c.name for c in STANDING.columns)


class Incoming(NamedTuple):
    """An entry that was found in order, about to be added; times in microseconds."""

    list: str
    kind: str
    value: str
    given: str
    reason: str
    source: str
    #: None: from when it is added
    valid_from: int | None
    valid_until: int | None
    evidence: str


@dataclass
class Change:
    """A change under way, on a connection that holds the store's lock."""

    connection: sa.Connection
    change_id: int
    #: when the change began, microseconds, not before the last change
    moment: int
    #: number of the next entry
    next_entry: int
    #: how many entries had run out when it began, and were written down as such
    expired: int = 0

    def add(self, entries: Sequence[Incoming]) -> list[int]:
        """Add entries; their numbers, and for each that stands already that of the standing one.

        Numbers below that of the first new entry, or given out before, tell duplicates apart.
        """
        numbers = self._numbers(entries)
        rows, standing = [], []
        expected = self.next_entry
        for entry, number in zip(entries, numbers, strict=True):
            if number != expected:
                continue
            expected += 1
            start = self.moment if entry.valid_from is None else entry.valid_from
            history = (number, 1, self.change_id, self.change_id, "add")
            rows.append((*history, *entry[:6], start, entry.valid_until, entry.evidence))
            standing.append((*entry[:3], number, entry.valid_until))
        self.next_entry = expected
        standing.sort()
        self._insert("list_entries", _ENTRY_COLUMNS, rows)
        self._insert("list_standing", _STANDING_COLUMNS, standing)
        return numbers

    def write_version(self, before: sa.RowMapping, action: str, **fields: Any) -> None:
        """The next version of one entry: as `before` but for the action and `fields`."""
        after = {name: before[name] for name in _ENTRY_COLUMNS} | fields
        after |= {"version": before["version"] + 1, "change_id": self.change_id, "action": action}
        self.connection.execute(ENTRIES.insert(), after)
        place = STANDING.c.entry_id == before["entry_id"]
        key = [STANDING.c[name] == before[name] for name in ("list", "kind", "value")]
        if action == "change":
            keep = STANDING.update().where(*key, place)
            self.connection.execute(keep.values(valid_until=after["valid_until"]))
        else:
            self.connection.execute(STANDING.delete().where(*key, place))

    def expire(self) -> int:
        """Write down which entries have run out by now; how many."""
        ran_out = STANDING.c.valid_until <= self.moment
        newer = ENTRIES.alias()
        latest = ~sa.exists().where(
            newer.c.entry_id == ENTRIES.c.entry_id, newer.c.version == ENTRIES.c.version + 1
        )
        columns = dict(ENTRIES.c.items()) | {
            "version": ENTRIES.c.version + 1,
            "change_id": sa.literal(self.change_id),
            "action": sa.literal("expire"),
        }
        found = sa.select(*(columns[name] for name in _ENTRY_COLUMNS)).where(
            ENTRIES.c.entry_id.in_(sa.select(STANDING.c.entry_id).where(ran_out)), latest
        )
        self.connection.execute(ENTRIES.insert().from_select(_ENTRY_COLUMNS, found))
        return self.connection.execute(STANDING.delete().where(ran_out)).rowcount

    def _numbers(self, entries: Sequence[Incoming]) -> list[int]:
        known = self._standing({entry[:3] for entry in entries})
        number, numbers = self.next_entry, []
        for entry in entries:
            found = known.setdefault(entry[:3], number)
            number += found == number
            numbers.append(found)
        return numbers

    def _standing(self, keys: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
        """The entries that stand for some of the keys (list, kind, value)."""
        groups: dict[tuple[str, str], list[str]] = {}
        for list_name, kind, value in keys:
            groups.setdefault((list_name, kind), []).append(value)
        found = {}
        for (list_name, kind), values in groups.items():
            values.sort()
            for i in range(0, len(values), _ASKED_AT_ONCE):
                some = self._asked(list_name, kind, values[i : i + _ASKED_AT_ONCE])
                for value, number in self.connection.execute(some):
                    found[list_name, kind, value] = number
        return found

    def _asked(self, list_name: str, kind: str, values: list[str]) -> sa.Select[Any]:
        """Which of the values stand: (value, entry_id)."""
        place = (STANDING.c.list == list_name, STANDING.c.kind == kind)
        if self.connection.dialect.name != "postgresql":
            some = STANDING.c.value.in_(values)
            return sa.select(STANDING.c.value, STANDING.c.entry_id).where(*place, some)
        # inside a long import the planner still takes the table for empty, and would read it whole
        # for IN or a join; a question for each value goes through the index
        given = sa.func.unnest(sa.literal(values, ARRAY(sa.Text))).table_valued("value")
        given = given.render_derived()
        number = sa.select(STANDING.c.entry_id).where(*place, STANDING.c.value == given.c.value)
        asked = sa.select(given.c.value, number.scalar_subquery().label("entry_id")).subquery()
        return sa.select(asked).where(asked.c.entry_id.is_not(None))

    def _insert(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Many rows in the database's quickest way."""
        if not rows:
            return
        if self.connection.dialect.name == "postgresql":
            driver: Any = self.connection.connection.driver_connection
            names = ", ".join(columns)
            with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as to:
                for row in rows:
                    to.write_row(row)
            return
        marks = ", ".join("?" * len(columns))
        names = ", ".join(f'"{name}"' for name in columns)
        self.connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*rows])


@contextmanager
def change(
    database: Database,
    clock: Callable[[], datetime],
    said: dict[str, Any],
    keep: Callable[[], bool] = lambda: True,
) -> Iterator[Change]:
    """A change from its lock to its commit; an exception, or a `keep` of False, undoes all of it.

    `said` is the line in `list_changes` (made_by, what, why, and what an import counts); it is
    read at the end, so it may be completed meanwhile. Entries that ran out are written down first.
    """
    for name in ("made_by", "why"):
        if "\0" in said[name]:
            raise BadInput(f"The text of {name} holds a zero character; take it out.")
    if not said["made_by"].strip():
        raise BadInput("A change needs a name: who makes it; give `by`, such as a user's name.")
    with database.changing() as connection:
        last_id, last_time = last_change(connection)
        moment = _later(clock, last_time)
        newest = connection.execute(sa.select(sa.func.max(ENTRIES.c.entry_id))).scalar() or 0
        under_way = Change(connection, last_id + 1, moment, newest + 1)
        under_way.expired = under_way.expire()
        yield under_way
        if not keep():
            connection.rollback()
            return
        line = {"change_id": last_id + 1, "made_at": _later(clock, moment), **said}
        connection.execute(CHANGES.insert(), line)


def last_change(connection: sa.Connection) -> tuple[int, int]:
    """Number and time (microseconds) of the last change; zeros before the first."""
    newest = sa.select(CHANGES.c.change_id, CHANGES.c.made_at)
    row = connection.execute(newest.order_by(CHANGES.c.change_id.desc()).limit(1)).one_or_none()
    return (row.change_id, row.made_at) if row else (0, 0)


def _later(clock: Callable[[], datetime], last: int) -> int:
    """The clock's time, or the last change's where the clock is a little behind it."""
    time = microseconds(clock())
    if time < last - _BEHIND / timedelta(microseconds=1):
        raise BadInput(
            f"The clock says {from_microseconds(time).isoformat()}, and the last change was made "
            f"at {from_microseconds(last).isoformat()}; history only goes forward: set the clock "
            "right."
        )
    return max(time, last)
