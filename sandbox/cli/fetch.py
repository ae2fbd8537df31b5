"""`risk-sandbox fetch`: public portfolios to try things on."""

from pathlib import Path

import click

from sandbox.cli.program import Word


@click.command("fetch", cls=Word, place="--to", short_help="A public portfolio to try things on.")
@click.argument("name", metavar="NAME")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    default=Path("data"),
    show_default=True,
    help="Folder for the file.",
)
def command(name: str, to: Path) -> None:
    """Bring a public portfolio to a folder, check it, and name its licence.

    There is one so far: taiwan, 30,000 real card accounts of a bank in Taiwan in 2005. It
    comes from OpenML; without a network, the error says where to put the file by hand.

    \b
    Example:
      risk-sandbox fetch taiwan
      risk-sandbox validate --portfolio data/taiwan_credit_default.csv.gz --mapping taiwan --fit
    """
    from sandbox.portfolio.fetch import SOURCES, fetch

    target = fetch(name, to)
    source = SOURCES[name]
    click.echo(f"{target}: {source.rows:,} accounts, {source.defaults:,} of them in default.")
    click.echo(f"Source: {source.title}. Licence: {source.licence}.")
    click.echo(f"Next:\n  risk-sandbox validate --portfolio {target} --mapping {name} --fit")
