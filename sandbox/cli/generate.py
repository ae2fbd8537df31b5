"""`risk-sandbox generate`: a world's observed tables as files."""

import sys
from pathlib import Path

import click

from sandbox.cli.program import Word


@click.command(
    "generate",
    cls=Word,
    place="OUT",
    short_help="A simulated market's observed tables, as Parquet.",
)
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option(
    "--scenario", default="online_rental", show_default=True, help="What is being financed."
)
@click.option(
    "--customers",
    type=click.IntRange(min=1),
    metavar="N",
    default=20_000,
    show_default=True,
    help="Customers who apply.",
)
@click.option(
    "--months",
    type=click.IntRange(min=1),
    metavar="N",
    default=24,
    show_default=True,
    help="Months of history.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), metavar="N", default=7, show_default=True, help="Seed."
)
@click.option(
    "--as-of",
    type=click.FloatRange(min=0),
    metavar="MONTH",
    help="Only what the bank could know by then; without it, by the end.",
)
def command(
    out: Path, scenario: str, customers: int, months: int, seed: int, as_of: float | None
) -> None:
    """Write what a bank would have seen of a simulated market, as Parquet tables, to OUT.

    The tables hold what was observed and nothing of the truth behind it: applications with
    their profiles, decisions, performance, confirmed frauds. The same seed gives the same
    files. OUT must be new or empty, and is written whole or not at all.

    \b
    Example:
      risk-sandbox generate --scenario online_rental --customers 5000 --seed 7 spring/
    """
    from data_generators import World, dataset, scenarios

    world = World(scenarios.by_name(scenario), customers=customers, months=months, seed=seed)
    written = dataset.write(world, out, as_of=as_of, progress=sys.stderr.isatty())
    click.echo(f"{written}: observed tables of {customers:,} customers over {months} months.")
