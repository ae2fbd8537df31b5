"""Tables of `risk-sandbox lists`."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandbox.cli.tables import fits, print_paragraph, print_table
from sandbox.lists.entries import Entry
from sandbox.lists.mistakes import masked

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.lists.importing import ImportReport

#: rows left out that are shown; the file has all of them
_SHOWN = 20
_MOMENT = timedelta(microseconds=1)
#: columns of sentences and names: in a narrow terminal they become lines of one column
_NOTES = ("reason", "source", "by", "why", "rows")


def show_import(done: "ImportReport", file: Path) -> None:
    """What became of the rows, and the first of those left out."""
    rows = f"{done.rows:,} row{'s' * (done.rows != 1)}"
    counts = _counted(done.accepted, done.refused, done.duplicates)
    end = "a dry run: nothing was added" if done.change_id is None else f"change {done.change_id}"
    print_paragraph(f"{file}: {rows} = {counts}; {end}.")
    if done.report is None:
        return
    click.echo()
    lines = done.lines[:_SHOWN]
    headings = ["row", "", "column", "what is wrong", "allowed", "what to do"]
    print_table(headings, lines, "Rows left out")
    first = "The first lines of them; all" if len(done.lines) > _SHOWN else "They"
    print_paragraph(f"{first} are in {done.report}; the number of a row is its line in the file.")


def show_counts(counts: "pd.DataFrame", lists: Sequence[str]) -> None:
    """How many entries are in force, a line a kind and a column a list."""
    counts = counts[counts["list"].isin(lists)]
    columns = (counts["list"].tolist(), counts["kind"].tolist(), counts["entries"].tolist())
    number = {(name, kind): count for name, kind, count in zip(*columns, strict=True)}
    kinds = list(dict.fromkeys(columns[1]))
    if not kinds:
        return
    rows = [[kind, *(f"{number.get((name, kind), 0):,}" for name in lists)] for kind in kinds]
    print_table(["kind", *lists], rows, "In force", figures=len(lists))


def show_entries(entries: Sequence[Entry], clear: bool) -> None:
    """Entries, one a line."""
    if not entries:
        click.echo("No entry is in force.")
        return
    rows = [
        [
            str(e.entry_id),
            e.list,
            e.kind,
            e.given if clear else masked(e.value),
            e.reason,
            e.source,
            e.added_by,
            _validity(e),
        ]
        for e in entries
    ]
    headings = ["entry", "list", "kind", "value", "reason", "source", "by", "in force"]
    _print_with_notes(headings, rows)


def entries_of(table: "pd.DataFrame") -> list[Entry]:
    """The entries of a table of `ListStore.as_of`."""
    end = table["valid_until"].notna()
    records: Iterable[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return [
        Entry(**record | ({} if has_end else {"valid_until": None}))
        for record, has_end in zip(records, end, strict=True)
    ]


def show_changes(changes: "pd.DataFrame") -> None:
    """Changes, one a line; of imports the file and its counts."""
    if changes.empty:
        click.echo("Nothing was changed so far.")
        return
    rows = []
    for change in changes.to_dict("records"):
        is_import = change["what"] == "import"
        what = f"import {change['file']}" if is_import else change["what"]
        numbers = (change[name] for name in ("accepted", "refused", "duplicates"))
        counts = _counted(*numbers) if is_import else ""
        rows.append([*_when(change), what, change["made_by"], change["why"], counts])
    _print_with_notes(["change", "UTC", "what", "by", "why", "rows"], rows)


def show_events(events: "pd.DataFrame", clear: bool) -> None:
    """What happened to entries, one a line."""
    if events.empty:
        click.echo("Nothing happened to it so far.")
        return
    rows = [
        [
            *_when(event),
            event["action"],
            str(event["entry_id"]),
            event["list"],
            event["kind"],
            event["given"] if clear else masked(event["value"]),
            event["made_by"],
            event["why"],
            event["reason"],
        ]
        for event in events.to_dict("records")
    ]
    headings = ["change", "UTC", "what", "entry", "list", "kind", "value", "by", "why", "reason"]
    _print_with_notes(headings, rows)


def _print_with_notes(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; where it does not fit, `_NOTES` stand in its last column, a line each by name."""
    if fits(headings, rows):
        print_table(headings, rows)
        return
    short = [i for i, name in enumerate(headings) if name not in _NOTES]
    long = [i for i, name in enumerate(headings) if name in _NOTES]
    lines = [
        [
            *(row[i] for i in short),
            "\n".join(f"{headings[i]}: {' '.join(row[i].split())}" for i in long if row[i]),
        ]
        for row in rows
    ]
    names = [headings[i] for i in long]
    print_table([*(headings[i] for i in short), ", ".join(names)], lines)


def _when(change: "dict[Hashable, Any]") -> tuple[str, str]:
    return str(change["change_id"]), f"{change['made_at']:%Y-%m-%d %H:%M}"


def _validity(entry: Entry) -> str:
    """Its first day and its last; an end at midnight is that of the day before."""
    start = f"{entry.valid_from:%Y-%m-%d}"
    if entry.valid_until is None:
        return f"from {start}"
    return f"{start} to {entry.valid_until - _MOMENT:%Y-%m-%d}"


def _counted(accepted: int, refused: int, duplicates: int) -> str:
    return (
        f"{accepted:,} accepted, {refused:,} refused, {duplicates:,} "
        f"duplicate{'s' * (duplicates != 1)}"
    )
