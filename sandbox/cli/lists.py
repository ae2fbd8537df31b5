"""`risk-sandbox lists`: black, grey and white lists and their history."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandbox.cli import options
from sandbox.cli.list_options import KINDS, LISTS, Moment, as_of, by, clear, store_url
from sandbox.cli.program import Word

if TYPE_CHECKING:
    from sandbox.lists import ListStore


class _Lists(click.Group):
    """Takes --debug before its words as well."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.params += [p for p in Word("").params if p.name == "debug"]


@click.group("lists", cls=_Lists, short_help="Black, grey and white lists with their history.")
def command() -> None:
    """Keep black, grey and white lists: import, look, add, withdraw, and see what was known when.

    An entry is an identifier (ID number, device, phone, address, account, merchant, name or
    customer) with a reason, a source, a validity and evidence. Nothing is ever deleted: the lists
    of any day can be seen as they were known on that day.

    \b
    Example:
      risk-sandbox lists import partners.csv --dry-run
      risk-sandbox lists import partners.csv --why "exchange of March"
      risk-sandbox lists show --as-of 2026-03-31
    """


@command.command("import", cls=Word, place="--store-url", short_help="Add the rows of a CSV file.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check all rows and write the report; add nothing.")
@click.option("--again", is_flag=True, help="Import a file that was imported before.")
@click.option("--encoding", default="utf-8", show_default=True, help="gb18030 for GBK files.")
@click.option("--list", "list_name", type=click.Choice(LISTS), help="For rows that do not say it.")
@click.option("--kind", type=click.Choice(KINDS), help="For rows that do not say it.")
@click.option("--reason", help="For rows that do not say it.")
@click.option("--source", help="For rows that do not say it.")
@click.option("--why", default="", help="Why the file is imported; kept in the history.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of the rows left out.  [default: NAME.left_out.csv beside the file]",
)
@by
@store_url
def import_command(
    file: Path,
    dry_run: bool,
    again: bool,
    encoding: str,
    list_name: str | None,
    kind: str | None,
    reason: str | None,
    source: str | None,
    why: str,
    report: Path | None,
    by: str,
    store_url: str,
) -> None:
    """Add the rows of a CSV file, all in one transaction: a crash leaves the lists as before.

    Its first line names the columns: list, kind, value and reason, and if need be source,
    valid_from, valid_until and evidence. Each row is accepted, refused, or a duplicate of an entry
    that stands; those left out are reported with their row, what is wrong and what to do.

    \b
    Example:
      risk-sandbox lists import phones.csv --list black --kind phone --reason "confirmed fraud"
    """
    options.say_at_once(f"Reading {file} ...")
    from sandbox.cli import list_tables
    from sandbox.lists import import_csv

    given = {"list": list_name, "kind": kind, "reason": reason, "source": source}
    defaults = {name: text for name, text in given.items() if text is not None}
    with _opened(store_url) as store:
        done = import_csv(
            store, file, by, why, encoding, dry_run, again, defaults, report, sys.stderr.isatty()
        )
    list_tables.show_import(done, file)


@command.command(cls=Word, place="--store-url", short_help="What is in force, now or at a time.")
@click.option("--list", "list_name", type=click.Choice(LISTS), help="Only this list.")
@click.option("--kind", type=click.Choice(KINDS), help="With --value: one identifier.")
@click.option("--value", help="With --kind: one identifier, written in any way.")
@click.option(
    "--newest", type=options.Whole(1), default=20, show_default=True, help="Entries to show."
)
@as_of
@clear
@store_url
def show(
    list_name: str | None,
    kind: str | None,
    value: str | None,
    newest: int,
    when: datetime | None,
    clear: bool,
    store_url: str,
) -> None:
    """Show how many entries are in force, and the newest of them or those of one identifier.

    Of a value only the last two characters are shown, unless --clear is said.

    \b
    Example:
      risk-sandbox lists show --kind phone --value "138 0013 8000" --as-of 2026-03-31
    """
    from sandbox.cli import list_tables

    if (kind is None) != (value is None):
        raise click.UsageError("An identifier is a --kind and a --value; say both or neither")
    with _opened(store_url) as store:
        if kind is not None and value is not None:
            found = [e for e in store.find(kind, value, when) if list_name in (None, e.list)]
            list_tables.show_entries(found, clear)
            return
        lists = LISTS if list_name is None else (list_name,)
        list_tables.show_counts(store.counts(when), lists)
        table = store.as_of(when, lists=lists, newest=newest)
        list_tables.show_entries(list_tables.entries_of(table), clear)


@command.command(cls=Word, place="--store-url", short_help="Add one entry.")
@click.argument("list_name", metavar="LIST", type=click.Choice(LISTS))
@click.argument("kind", metavar="KIND", type=click.Choice(KINDS))
@click.argument("value")
@click.option("--reason", required=True, help="Why it is on the list.")
@click.option("--source", default="", help="Who reported it.")
@click.option("--valid-from", type=Moment(), help="In force from here on.  [default: now]")
@click.option("--valid-until", type=Moment(is_end=True), help="A day counts to its end.")
@click.option("--evidence", default="", help="JSON, an address or words that prove it.")
@click.option("--why", default="", help="Why it is added; kept in the history.")
@by
@store_url
def add(
    list_name: str,
    kind: str,
    value: str,
    reason: str,
    source: str,
    valid_from: datetime | None,
    valid_until: datetime | None,
    evidence: str,
    why: str,
    by: str,
    store_url: str,
) -> None:
    """Add one entry to LIST (black, grey or white). A VALUE of - is read from standard input.

    KIND is id_number, device, phone, address, account, merchant, name or customer.

    \b
    Example:
      risk-sandbox lists add black phone "138 0013 8000" --reason "confirmed fraud"
      risk-sandbox lists add grey device - --reason hub --valid-until 2026-12-31 < device.txt
    """
    from sandbox.lists import NewEntry
    from sandbox.lists.entries import described

    text = sys.stdin.readline().strip() if value == "-" else value
    new = NewEntry(list_name, kind, text, reason, source, valid_from, valid_until, evidence)
    with _opened(store_url) as store:
        click.echo(f"Added {described(store.add(new, by, why))}.")


@command.command(cls=Word, place="--store-url", short_help="Take entries off their lists.")
@click.argument("entry_ids", metavar="ENTRY...", type=options.Whole(1), nargs=-1, required=True)
@click.option("--why", required=True, help="Why they are withdrawn; kept in the history.")
@by
@store_url
def withdraw(entry_ids: tuple[int, ...], why: str, by: str, store_url: str) -> None:
    """Take entries off their lists from now on, all of them or none; their history stays.

    \b
    Example:
      risk-sandbox lists withdraw 17 18 --why "another person's number"
    """
    from sandbox.lists.entries import described

    with _opened(store_url) as store:
        store.withdraw_many(entry_ids, by, why)
        for number in dict.fromkeys(entry_ids):
            click.echo(f"Withdrew {described(store.entry(number))}.")


@command.command(cls=Word, place="FILE", short_help="Write what is in force to a CSV file.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--list", "list_name", type=click.Choice(LISTS), help="Only this list.")
@as_of
@store_url
def export(file: Path, list_name: str | None, when: datetime | None, store_url: str) -> None:
    """Write the entries in force to a CSV file that an import takes; values are in full.

    \b
    Example:
      risk-sandbox lists export black.csv --list black --as-of 2026-03-31
    """
    from sandbox.lists import export_csv

    with _opened(store_url) as store:
        count = export_csv(store, file, when, LISTS if list_name is None else (list_name,))
    click.echo(f"{file}: {count:,} entr{'y' if count == 1 else 'ies'}, with values in full.")


@command.command(cls=Word, place="--store-url", short_help="Who did what, when and why.")
@click.option("--entry", "entry_id", type=options.Whole(1), help="What happened to one entry.")
@click.option("--kind", type=click.Choice(KINDS), help="With --value: to one identifier.")
@click.option("--value", help="With --kind: to one identifier, on any list.")
@click.option("--newest", type=options.Whole(1), default=20, show_default=True, help="Lines.")
@clear
@store_url
def history(
    entry_id: int | None,
    kind: str | None,
    value: str | None,
    newest: int,
    clear: bool,
    store_url: str,
) -> None:
    """Show the changes to the lists, newest first; or all that happened to an entry or a value.

    \b
    Example:
      risk-sandbox lists history
      risk-sandbox lists history --entry 17
    """
    from sandbox.cli import list_tables

    with _opened(store_url) as store:
        if entry_id is None and kind is None and value is None:
            list_tables.show_changes(store.changes(newest))
            return
        if entry_id is not None:
            store.entry(entry_id)  # refuses a number that there is not
        list_tables.show_events(store.history(entry_id, kind, value, newest), clear)


def _opened(url: str) -> "ListStore":
    from sandbox.lists import ListStore

    return ListStore(url)
