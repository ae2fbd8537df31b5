"""`risk-sandbox generate`: a world's observed tables as files."""

import json
import math
import sys
from pathlib import Path
from typing import Any

import click

from sandbox.cli import options
from sandbox.cli.program import Word

#: as `data_generators.identity.LOCALES`; that module is not imported for --help
LOCALES = ("zh_CN", "en_US")
#: customers of a market that models are tried on in minutes; more are proposed to nobody
MOST_TRIED = 20_000


@click.command(
    "generate",
    cls=Word,
    place="OUT",
    short_help="A simulated market's observed tables, as Parquet.",
)
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@options.scenario
@options.customers(20_000, "Customers who apply.")
@click.option(
    "--months",
    type=options.Whole(1),
    default=24,
    show_default=True,
    help="Months of history.",
)
@options.seed()
@click.option(
    "--workers",
    type=options.Whole(1),
    default=1,
    show_default=True,
    help="Processes that write at the same time, for markets of 100,000 customers and more. "
    "The files are the same whatever their number.",
)
@click.option(
    "--as-of",
    type=options.Day(),
    help="Only what the bank could know by this day: days since the first one, which is 0. "
    "Applications arrive on days 0 to 365, accounts are then followed for --months. Without "
    "it, everything.",
)
@click.option(
    "--personal-data/--no-personal-data",
    default=True,
    show_default=True,
    help="Names, ID numbers, phones, addresses, employers in a table `identities`: made up, they "
    "belong to nobody. --no-personal-data leaves them out.",
)
@click.option(
    "--locale",
    type=click.Choice(LOCALES),
    default=LOCALES[0],
    show_default=True,
    help="Country and language of the personal data.",
)
@click.option(
    "--fund-flows/--no-fund-flows",
    default=False,
    show_default=True,
    help="Transfers that the bank sees (salary, spending, loans, laundering) in tables "
    "`transfers` and `transfer_labels`: some six rows a customer and month.",
)
@click.option(
    "--flow-months",
    type=options.Whole(1),
    default=12,
    show_default=True,
    help="Calendar months of fund flows, from the first day on.",
)
def command(
    out: Path,
    scenario: str,
    customers: int,
    months: int,
    seed: int,
    workers: int,
    as_of: float | None,
    personal_data: bool,
    locale: str,
    fund_flows: bool,
    flow_months: int,
) -> None:
    """Write what a bank would have seen of a simulated market, as Parquet tables, to OUT.

    The tables hold what was observed and nothing of the truth behind it: applications with
    their profiles, decisions, accounts, performance, confirmed frauds, and made-up personal
    data; `risk-sandbox schema` says what their columns mean. The same seed gives the same files.
    Where there are more than 65,536 customers, a table is a folder of files, which pandas, Dask
    and Spark read as one. OUT must be new or empty, and is written whole or not at all.

    \b
    Example:
      risk-sandbox generate --scenario online_rental --customers 5000 --seed 7 spring/
    """
    from data_generators import World, dataset, scenarios
    from sandbox.cli.tables import print_next

    world = World(scenarios.by_name(scenario), customers=customers, months=months, seed=seed)
    written = dataset.write(
        world,
        out,
        personal_data=personal_data,
        locale=locale,
        as_of=as_of,
        fund_flows=flow_months if fund_flows else None,
        workers=workers,
        progress=sys.stderr.isatty(),
    )
    manifest = json.loads((written / "manifest.json").read_text())
    click.echo(_told(written, manifest))
    print_next([], [_next(scenario, customers, months, seed)])


def _next(scenario: str, customers: int, months: int, seed: int) -> tuple[str, str]:
    """How to try models on the market that was written, and what that does.

    >>> _next("travel", 1_000_000, 24, 7)[0]
    'run --scenario travel --customers 20000 --months 24 --seeds 1 --seed 7'
    """
    market = "" if scenario == options.SCENARIOS[0] else f" --scenario {scenario}"
    # a smaller market is soon read, but too small for models to learn from
    if customers < 1_000 or months < 12:
        return f"run{market}", "try models"
    size = min(customers, MOST_TRIED)
    whose = "this market" if size == customers else f"its first {size:,} customers"
    same = f" --customers {size} --months {months} --seeds 1 --seed {seed}"
    return f"run{market}{same}", f"try models on {whose}"


def _told(written: Path, manifest: dict[str, Any]) -> str:
    """How many customers the tables hold, and from when to when."""
    customers, applied = manifest["customers"], manifest["rows"]["applications"]
    people = f"{customers:,} customer{'s' * (customers != 1)}"
    months = f"{manifest['months']} month{'s' * (manifest['months'] != 1)}"
    as_of, last = manifest["as_of"], manifest["last_known_day"]
    if as_of is None:
        return f"{written}: observed tables of {people} over {months}."
    if as_of >= last:
        return (
            f"{written}: observed tables of {people} over {months}; all is known by day "
            f"{math.ceil(last)}, so --as-of {as_of:g} leaves nothing out."
        )
    return f"{written}: observed tables as of day {as_of:g}: {applied:,} of {people} had applied."
