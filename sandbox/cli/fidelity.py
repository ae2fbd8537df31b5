"""`risk-sandbox fidelity`: a simulated market's own figures beside published ones."""

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from sandbox.cli import options
from sandbox.cli.program import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data_generators.fidelity import Line
    from data_generators.scenarios import Scenario


@click.command(
    "fidelity", cls=Word, short_help="A simulated market's figures beside published ones."
)
@click.option(
    "--scenario", default="online_rental", show_default=True, help="What is being financed."
)
@options.customers(40_000, "Customers who apply; with fewer, noise moves the figures.")
@options.seed()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv"]),
    default="table",
    show_default=True,
    help="A table to read, or comma-separated values for another program.",
)
@click.option(
    "--portfolio",
    type=click.Path(path_type=Path),
    help="A bank's own table of cards to calibrate the market to; needs --mapping.",
)
@click.option(
    "--mapping",
    metavar="FILE|NAME",
    help="What the columns of --portfolio are, or the name of one that comes along: taiwan.",
)
@click.pass_context
def command(
    context: click.Context,
    scenario: str,
    customers: int,
    seed: int,
    form: str,
    portfolio: Path | None,
    mapping: str | None,
) -> None:
    """Hold a simulated market against published figures, each with its source.

    Gates are figures with a band that the market must meet where the figure applies. Guides
    have a band, but their source is weaker. Shapes have none: how one group stands to the next
    is compared, or the two values are printed side by side. A figure that needs something the
    market does not have is listed with what is missing, never with a value.

    The incumbent decides on each application; accounts are followed for 30 months. The exit
    status is 0 when no gate that applies lies outside its band, and 1 otherwise.

    With --portfolio, a portfolio of cards is calibrated to 60% of the accounts of that table and
    held against the other 40%: published figures of cards, and three gates more. A model that
    learned from simulated accounts ranks real ones nearly as well as one that learned from real
    ones; simulated rows can hardly be told from real ones; and they are no nearer to the rows
    of the fit than real ones are. The mapping needs a panel: that names the statements.
    --customers is then the number of simulated accounts, otherwise as many as the table has.

    \b
    Example:
      risk-sandbox fidelity --scenario online_rental --seed 7
      risk-sandbox fidelity --portfolio data/taiwan_credit_default.csv.gz --mapping taiwan
    """
    if (portfolio is None) != (mapping is None):
        raise click.UsageError("--portfolio and --mapping go together; give both or neither")
    from data_generators import scenarios

    if portfolio is not None and mapping is not None:
        is_asked = context.get_parameter_source("customers") is ParameterSource.COMMANDLINE
        lines = _calibrated(
            portfolio,
            mapping,
            scenarios.by_name(scenario),
            customers if is_asked else None,
            seed,
            form,
        )
    else:
        lines = _simulated(scenarios.by_name(scenario), customers, seed, form)
    from data_generators.fidelity import gates_outside

    context.exit(1 if gates_outside(lines) else 0)


def _simulated(scenario: "Scenario", customers: int, seed: int, form: str) -> "Sequence[Line]":
    """The figures of a market of applicants, printed."""
    options.say_at_once("Measuring ...")
    from data_generators import World
    from data_generators.fidelity import Setting, compare, measured

    world = World(scenario, customers=customers, months=30, seed=seed)
    readings = measured(world, progress=sys.stderr.isatty())
    lines = compare(Setting(world.scenario), readings)
    if form == "csv":
        _print_csv(lines)
    else:
        from sandbox.cli.fidelity_tables import print_comparison

        people = f"{customers:,} customer{'s' * (customers != 1)}"
        market = world.scenario.title.split(":")[0]
        print_comparison(lines, f"{market}: {people}, 30 months, seed {seed}")
    return lines


def _calibrated(
    portfolio: Path,
    mapping: str,
    scenario: "Scenario",
    customers: int | None,
    seed: int,
    form: str,
) -> "Sequence[Line]":
    """The figures of cards calibrated to a bank's table, printed."""
    options.say_at_once(f"Calibrating to 60% of {portfolio}, some two minutes ...")
    from sandbox.cli import fidelity_portfolio as cards

    world, found = cards.held_against(portfolio, mapping, scenario, customers, seed)
    if form == "csv":
        _print_csv(found.lines)
    else:
        from sandbox.cli.fidelity_tables import print_comparison

        cards.print_more(found)
        print_comparison(found.lines, cards.title(world, portfolio))
    return found.lines


def _print_csv(lines: "Sequence[Line]") -> None:
    """A row a figure, numbers as they are; several of one figure are joined by " / "."""
    import csv

    columns = "id,quantity,published,band_low,band_high,unit,kind,world,standing,note,source"
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns.split(","))
    for line in lines:
        figure = line.figure
        writer.writerow(
            [
                figure.id,
                figure.quantity,
                _plain(figure.value),
                *(_end(figure.band, k) for k in (0, 1)),
                figure.unit,
                figure.kind,
                _plain(line.value),
                line.standing.value,
                line.note,
                figure.source,
            ]
        )


def _end(band: tuple[float, float] | None, k: int) -> object:
    """An end of a band; empty where there is none, or where it is open."""
    return "" if band is None or math.isinf(band[k]) else band[k]


def _plain(value: object) -> str:
    if value is None:
        return ""
    numbers = value if isinstance(value, tuple) else (value,)
    return " / ".join(f"{number:.4g}" for number in numbers)
