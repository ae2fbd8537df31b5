"""Bulk import of a CSV file: one change, all or nothing, and a line for every row left out.

Rows are streamed; each is accepted, refused with all that is wrong with it, or a duplicate of an
entry that stands, and the three add up to the rows read. The lines on rows left out are written to
a CSV file beside the list *before* the change is committed: who finds the entries finds the
report. The file's SHA-256 goes into the history, and the same file is refused the next time unless
asked for.
"""

import csv
import hashlib
from array import array
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from sandbox.errors import BadInput
from sandbox.lists import changing
from sandbox.lists.changing import Change, Incoming
from sandbox.lists.clock import from_microseconds
from sandbox.lists.csv_rows import CsvRows, RawRow
from sandbox.lists.mistakes import DuplicateEntry, Mistake, masked
from sandbox.lists.row_checks import RowChecks
from sandbox.lists.schema import CHANGES
from sandbox.lists.store import ListStore
from sandbox.workspace import written_whole

if TYPE_CHECKING:
    import pandas as pd
    from tqdm.auto import tqdm

#: rows that go to the database together
BATCH = 10_000
#: lines on rows left out that are kept in memory; the file beside has all of them
KEPT = 1_000
#: columns of the report on rows left out
REPORT = ("row", "status", "column", "what is wrong", "allowed", "what to do")


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows of a file: `accepted + refused + duplicates == rows`."""

    #: rows under the header that are not blank
    rows: int
    accepted: int
    #: rows with at least one mistake
    refused: int
    #: rows whose value stands on their list already, from before or from a row above
    duplicates: int
    #: lines on the first rows left out, with the columns of `REPORT`
    lines: tuple[tuple[str, ...], ...] = field(repr=False)
    #: the CSV file of all lines on rows left out; None where none was
    report: Path | None
    #: the change in the history; None for a dry run
    change_id: int | None

    def table(self) -> "pd.DataFrame":
        """Lines on rows left out, the first `KEPT` of them, with the columns of `REPORT`."""
        import pandas as pd

        return pd.DataFrame(self.lines, columns=list(REPORT))


def import_csv(
    store: ListStore,
    path: str | Path,
    by: str,
    why: str = "",
    encoding: str = "utf-8",
    dry_run: bool = False,
    again: bool = False,
    defaults: Mapping[str, str] | None = None,
    report: str | Path | None = None,
    progress: bool = False,
) -> ImportReport:
    """Add the rows of a CSV file as one change.

    Columns: list, kind, value and reason, and if need be source, valid_from, valid_until (a day
    counts to its end; without a zone it is UTC) and evidence; `defaults` stand in for cells of
    list, kind, reason and source that are empty or missing. Lines on rows left out go to `report`,
    by default `<name>.left_out.csv` beside the file. A dry run does all of it and undoes the
    change. BadInput when the file cannot be read as a list at all, changes while it is read, or
    was imported before (`again` allows that).
    """
    path = Path(path)
    rows = CsvRows(path, encoding)
    digest = _digest(path)
    target = Path(report) if report else path.with_name(f"{path.stem}.left_out.csv")
    said: dict[str, Any] = {"made_by": by, "what": "import", "why": why}
    with ExitStack() as stack:
        lines = stack.enter_context(_Lines.to(target))
        change = changing.change(store.database, store.now, said, keep=lambda: not dry_run)
        under_way = stack.enter_context(change)
        if not again:
            _refuse_second_time(under_way.connection, path, digest)
        checks = RowChecks(path, rows.header, defaults or {}, under_way.moment)
        tally = _Tally(under_way, lines)
        with _bar(path, progress) as bar:
            for row in rows:
                tally.take(row, checks.read(row))
                bar.update(row.size)
        tally.flush()
        if _digest(path) != digest:
            raise BadInput(f"{path} changed while it was read; nothing was imported: try again.")
        said |= {"file": path.name, "digest": digest, **tally.counts}
        kept = lines.keep()
    number = None if dry_run else under_way.change_id
    return ImportReport(**tally.counts, lines=tuple(lines.first), report=kept, change_id=number)


class _Lines:
    """Lines on rows left out, on their way to a file that appears whole or not at all."""

    def __init__(self, target: Path, stack: ExitStack) -> None:
        self.target = target
        self.first: list[tuple[str, ...]] = []
        self._stack = stack
        self._writer: Any = None

    @classmethod
    @contextmanager
    def to(cls, target: Path) -> Iterator["_Lines"]:
        """Lines to `target`; an exception leaves it as it was."""
        with ExitStack() as stack:
            yield cls(target, stack)

    def write(self, line: tuple[str, ...]) -> None:
        """Add a line; the file begins with the first one."""
        if self._writer is None:
            partial = self._stack.enter_context(written_whole(self.target))
            # the mark lets Excel see that it is UTF-8
            file = partial.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._stack.enter_context(file))
            self._writer.writerow(REPORT)
        self._writer.writerow(line)
        if len(self.first) < KEPT:
            self.first.append(line)

    def keep(self) -> Path | None:
        """Put the file in its place; without lines, take away what an earlier import left."""
        if self._writer is None:
            self.target.unlink(missing_ok=True)
            return None
        self._stack.close()
        return self.target


class _Tally:
    """Counts of rows, and what waits to go to the database and into the report together."""

    def __init__(self, under_way: Change, lines: _Lines) -> None:
        self.counts = {"rows": 0, "accepted": 0, "refused": 0, "duplicates": 0}
        self._under_way, self._lines = under_way, lines
        self._first = under_way.next_entry
        #: row in the file of each accepted one
        self._row_of = array("q")
        self._batch: list[tuple[int, Incoming]] = []
        self._left_out: list[tuple[int, tuple[str, ...]]] = []

    def take(self, row: RawRow, found: Incoming | list[Mistake]) -> None:
        """Count a row, and keep what it holds until the next flush."""
        self.counts["rows"] += 1
        if isinstance(found, Incoming):
            self._batch.append((row.number, found))
        else:
            self.counts["refused"] += 1
            self._left_out += [(row.number, _line(row.number, "refused", m)) for m in found]
        if len(self._batch) >= BATCH or len(self._left_out) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Add what waits; write down what was left out, in the order of the rows."""
        expected = self._under_way.next_entry
        numbers = self._under_way.add([entry for _, entry in self._batch])
        for (row, entry), number in zip(self._batch, numbers, strict=True):
            if number == expected:
                expected += 1
                self._row_of.append(row)
                continue
            self.counts["duplicates"] += 1
            self._left_out.append((row, _line(row, "duplicate", self._duplicate(entry, number))))
        self.counts["accepted"] = len(self._row_of)
        self._left_out.sort(key=lambda numbered: numbered[0])
        for _, line in self._left_out:
            self._lines.write(line)
        self._batch.clear()
        self._left_out.clear()

    def _duplicate(self, entry: Incoming, number: int) -> Mistake:
        if number < self._first:
            return DuplicateEntry(number, entry.list, entry.kind, entry.value)
        above = self._row_of[number - self._first]
        return Mistake(
            "value",
            f"the {entry.kind} {masked(entry.value)} stands in row {above} on the {entry.list} "
            "list already",
            "one standing entry a list, kind and value",
            "leave one of the two rows out",
        )


def _line(row: int, status: str, mistake: Mistake) -> tuple[str, ...]:
    return (str(row), status, mistake.column, mistake.what, mistake.allowed, mistake.remedy)


def _refuse_second_time(connection: sa.Connection, path: Path, digest: str) -> None:
    asked = sa.select(CHANGES).where(CHANGES.c.digest == digest, CHANGES.c.accepted > 0)
    before = connection.execute(asked.order_by(CHANGES.c.change_id.desc()).limit(1)).one_or_none()
    if before is not None:
        on = from_microseconds(before.made_at)
        raise BadInput(
            f"{path} was imported already, on {on:%Y-%m-%d at %H:%M} UTC by {before.made_by} as "
            f"{before.file} ({before.accepted:,} of {before.rows:,} rows, change "
            f"{before.change_id}); say --again to import it once more."
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bar(path: Path, progress: bool) -> "tqdm[Any]":
    """Progress in bytes of the file, which need not be counted beforehand."""
    from tqdm.auto import tqdm

    size = path.stat().st_size
    return tqdm(
        total=size, desc=path.name, disable=not progress, leave=False, unit="B", unit_scale=True
    )
