"""A list as a CSV file, in the columns that an import takes."""

import csv
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from sandbox.errors import BadInput
from sandbox.lists.clock import from_microseconds, microseconds
from sandbox.lists.entries import LISTS
from sandbox.lists.reading import in_force, last_known
from sandbox.lists.schema import ENTRIES
from sandbox.lists.store import ListStore
from sandbox.workspace import written_whole

#: what stands in the file, and the column of the store that it is
_COLUMNS = {
    "list": "list",
    "kind": "kind",
    "value": "given",
    "reason": "reason",
    "source": "source",
    "valid_from": "valid_from",
    "valid_until": "valid_until",
    "evidence": "evidence",
    "entry_id": "entry_id",
    "normalised": "value",
    "added_by": "added_by",
    "added_at": "added_at",
}
_TIMES = ("valid_from", "valid_until", "added_at")


def export_csv(
    store: ListStore,
    path: str | Path,
    when: datetime | None = None,
    lists: Collection[str] = LISTS,
) -> int:
    """Write the entries in force at `when` (None: now), as known then; how many.

    Values stand in the file as they were given: it is as personal as the store. The file appears
    whole or not at all, in UTF-8 with a byte order mark, and an import takes it as it is.
    """
    unknown = [name for name in lists if name not in LISTS]
    if unknown:
        raise BadInput(f"There is no list {unknown[0]!r}; there are {', '.join(LISTS)}.")
    moment = microseconds(store.now() if when is None else when)
    names = tuple(_COLUMNS.values())
    times = [i for i, name in enumerate(names) if name in _TIMES]
    count = 0
    with (
        written_whole(Path(path)) as partial,
        partial.open("w", encoding="utf-8-sig", newline="") as file,
        store.database.reading() as connection,
    ):
        known = last_known(connection, moment)
        asked = in_force(names, moment, known, ENTRIES.c.list.in_(tuple(lists)))
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for row in connection.execution_options(yield_per=10_000).execute(asked):
            cells = list(row)
            for i in times:
                cells[i] = "" if cells[i] is None else from_microseconds(cells[i]).isoformat()
            writer.writerow(cells)
            count += 1
    return count
