"""What a store knows, and what it knew: queries over the history."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from sandbox.lists.clock import from_microseconds
from sandbox.lists.entries import COLUMNS, Entry
from sandbox.lists.schema import CHANGES, ENTRIES

if TYPE_CHECKING:
    import pandas as pd

#: columns of the table of history, before the entry's own
EVENT = ("change_id", "made_at", "made_by", "action", "why")
#: columns of the table of changes
CHANGE = tuple(c.name for c in CHANGES.columns)
_TIMES = ("valid_from", "valid_until", "added_at", "made_at")

_ADDED = CHANGES.alias("added")
_NEWER = ENTRIES.alias("newer")
_FIELDS: dict[str, Any] = {
    **{name: ENTRIES.c[name] for name in COLUMNS if name in ENTRIES.c},
    "added_by": _ADDED.c.made_by.label("added_by"),
    "added_at": _ADDED.c.made_at.label("added_at"),
}


def last_known(connection: sa.Connection, when: int) -> int:
    """The last change that had been made at `when`, microseconds; 0 before the first."""
    asked = sa.select(sa.func.max(CHANGES.c.change_id)).where(CHANGES.c.made_at <= when)
    return connection.execute(asked).scalar() or 0


def in_force(
    columns: Sequence[str], when: int, known: int, *also: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """Entries in force at `when`, microseconds, by what the changes up to `known` say."""
    return (
        _versions(columns, known, *also)
        .where(
            ENTRIES.c.action.in_(("add", "change")),
            ENTRIES.c.valid_from <= when,
            sa.or_(ENTRIES.c.valid_until.is_(None), ENTRIES.c.valid_until > when),
        )
        .order_by(ENTRIES.c.entry_id)
    )


def counts(when: int, known: int) -> sa.Select[Any]:
    """How many entries of each list and kind are in force."""
    group = (ENTRIES.c.list, ENTRIES.c.kind)
    found = in_force(("list", "kind"), when, known).order_by(None)
    return found.add_columns(sa.func.count().label("entries")).group_by(*group).order_by(*group)


def latest(connection: sa.Connection, entry_id: int) -> sa.RowMapping | None:
    """The newest version of an entry as it stands in `list_entries`; None if there is none."""
    asked = sa.select(ENTRIES).where(ENTRIES.c.entry_id == entry_id)
    newest = asked.order_by(ENTRIES.c.version.desc()).limit(1)
    return connection.execute(newest).mappings().one_or_none()


def entry(connection: sa.Connection, entry_id: int) -> Entry | None:
    """An entry after its newest change."""
    newest = ENTRIES.c.version.desc()
    asked = _with_adder(sa.select(*_FIELDS.values())).where(ENTRIES.c.entry_id == entry_id)
    row = connection.execute(asked.order_by(newest).limit(1)).one_or_none()
    return None if row is None else as_entry(row)


def as_entry(row: sa.Row[Any]) -> Entry:
    """An entry of a row with the columns of `Entry`, times in microseconds."""
    fields = dict(row._mapping)
    for name in ("valid_from", "added_at", "valid_until"):
        if fields[name] is not None:
            fields[name] = from_microseconds(fields[name])
    return Entry(**fields)


def events(limit: int | None, *also: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Versions of entries with the changes that made them, the newest first."""
    made = CHANGES.alias("made")
    change = [made.c.change_id, made.c.made_at, made.c.made_by, ENTRIES.c.action, made.c.why]
    asked = _with_adder(sa.select(*change, *_FIELDS.values())).where(*also)
    joined = asked.join(made, made.c.change_id == ENTRIES.c.change_id)
    return joined.order_by(made.c.change_id.desc(), ENTRIES.c.entry_id.desc()).limit(limit)


def changes(limit: int | None) -> sa.Select[Any]:
    """The changes, the newest first."""
    return sa.select(CHANGES).order_by(CHANGES.c.change_id.desc()).limit(limit)


def table(
    connection: sa.Connection, asked: sa.Select[Any], columns: Sequence[str]
) -> "pd.DataFrame":
    """The answer as a table; times in UTC, NaT where there is none."""
    import pandas as pd

    rows = connection.execute(asked).fetchall()
    data = dict(zip(columns, zip(*rows, strict=True), strict=True)) if rows else {}
    made: dict[str, pd.Series[Any]] = {}
    for name in columns:
        cells = data.get(name, ())
        if name in _TIMES:
            made[name] = (
                pd.Series(cells, dtype="Int64").astype("datetime64[us]").dt.tz_localize("UTC")
            )
        elif name in ("list", "kind", "action", "what"):
            made[name] = pd.Series(cells, dtype="str").astype("category")
        elif name in ("entry_id", "change_id", "entries"):
            made[name] = pd.Series(cells, dtype="int64")
        elif name in ("rows", "accepted", "refused", "duplicates"):
            made[name] = pd.Series(cells, dtype="Int64")
        else:
            made[name] = pd.Series(cells, dtype="str")
    return pd.DataFrame(made, columns=list(columns))


def _versions(columns: Sequence[str], known: int, *also: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The version of each entry that held after the change `known`."""
    asked = sa.select(*(_FIELDS[name] for name in columns))
    if {"added_by", "added_at"} & set(columns):
        asked = _with_adder(asked)
    superseded = sa.exists().where(
        _NEWER.c.entry_id == ENTRIES.c.entry_id,
        _NEWER.c.version == ENTRIES.c.version + 1,
        _NEWER.c.change_id <= known,
    )
    return asked.where(ENTRIES.c.change_id <= known, ~superseded, *also)


def _with_adder(asked: sa.Select[Any]) -> sa.Select[Any]:
    return asked.select_from(ENTRIES.join(_ADDED, _ADDED.c.change_id == ENTRIES.c.added_in))
