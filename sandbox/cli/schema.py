"""`risk-sandbox schema`: the data dictionary."""

import difflib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from sandbox.cli.program import Word

if TYPE_CHECKING:
    from data_generators.schema import Table


@click.command("schema", cls=Word, short_help="What every table and column means: the dictionary.")
@click.argument("table", required=False, metavar="[TABLE]")
@click.option("--truth", is_flag=True, help="The tables of truth as well; no model sees them.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv"]),
    default="table",
    show_default=True,
    help="For people, or for other programs.",
)
def command(table: str | None, truth: bool, form: str) -> None:
    """Print the data dictionary: each table's columns with type, unit, source and meaning.

    The same words stand in the metadata of every Parquet file that `risk-sandbox generate`
    writes. Without TABLE, all observed tables; a table of truth is shown when it is named.

    \b
    Example:
      risk-sandbox schema accounts
      risk-sandbox schema --truth --format csv > dictionary.csv
    """
    from data_generators import schema
    from data_generators.identity import IDENTITIES

    observed = (*schema.OBSERVED, IDENTITIES, *schema.FUND_FLOWS)
    of_truth = (*schema.TRUTH, *schema.FUND_FLOWS_TRUTH)
    every = {t.name: t for t in (*observed, *of_truth)}
    if table is None:
        shown = [*observed, *(of_truth if truth else ())]
    elif table in every:
        shown = [every[table]]
    else:
        near = difflib.get_close_matches(table, every, cutoff=0.5)
        there_are = f"the nearest is {near[0]}" if near else f"there are {', '.join(every)}"
        raise click.UsageError(
            f"There is no table {table!r}; {there_are}", click.get_current_context()
        )
    if form == "csv":
        _print_csv(shown)
    else:
        _print_tables(shown)


def _print_csv(tables: Sequence["Table"]) -> None:
    import pandas as pd

    pd.concat([t.dictionary() for t in tables]).to_csv(sys.stdout, index=False)


def _print_tables(tables: Sequence["Table"]) -> None:
    from sandbox.cli.tables import print_table

    for table in tables:
        rows = [[c.name, c.dtype, c.unit or "–", c.source, c.meaning] for c in table.columns]
        title = f"{table.name} ({table.side}): {table.meaning}"
        print_table(["column", "dtype", "unit", "source", "meaning"], rows, title)
