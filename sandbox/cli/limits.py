"""`risk-sandbox limits`: every limit model on every market, and what its decisions are worth."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox.cli import options, verdict
from sandbox.cli.program import Word

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.experiment.limits_job import LimitsJob

#: columns of the tables -> heading and number format
FIGURES = {
    "value": ("value, RMB", "{:,.0f}"),
    "regret": ("regret, RMB", "{:,.0f}"),
    "captured": ("of the oracle", "{:.0%}"),
    "regret_observable": ("to best", "{:,.0f}"),
    "approved": ("approved", "{:.0%}"),
    "defaults": ("defaults", "{:.1%}"),
    "losses": ("losses", "{:.1%}"),
    "pd_gap": ("PD gap", "{:+.1%}"),
    "seconds": ("seconds", "{:.0f}"),
}
EXPLAINED = (
    "Value and regret: expected profit a customer, and what an oracle earns more. To best: what "
    "the best policy on observed features earns more. Defaults: of the approved. Losses: written "
    "off, of what was drawn. PD gap: PD at the limits granted less the default rate that came of "
    "them. Seconds: a model on a market, sandbox included."
)
REVIEWED = (
    "boosted PD + reviews: the limits of boosted PD; every six months a decision process raises, "
    "cuts or freezes lines, and late ones are frozen at once. The oracle sets limits once and does "
    "not review. There is no PD gap, since the model gives no PD."
)
#: how many models there are, said before they are imported
MODELS = 8


@click.command(
    "limits", cls=Word, short_help="All limit models on all markets: one table of value and regret."
)
@click.option(
    "--scenario",
    metavar="NAME",
    default="all",
    show_default=True,
    help=f"One market, or all: {', '.join(options.SCENARIOS)}.",
)
@options.customers(15_000)
@options.months
@options.seeds(5, "worlds of each market")
@options.evaluation_seed
@click.option(
    "--replicas",
    type=options.Whole(1),
    default=128,
    show_default=True,
    help="Replicas of noise behind expected values; with fewer the oracle is weaker.",
)
@click.option(
    "--bound",
    type=options.Whole(0),
    default=0,
    show_default=True,
    help="Learn the best policy on observed features from so many customers of each market, and "
    "show regret against it as well; 100000 take half a minute a market, 0 leaves it out.",
)
@options.store
@options.jobs
@options.isolation
def command(
    scenario: str,
    customers: int,
    months: int,
    seeds: int | tuple[int, ...],
    seed: int,
    evaluation_seed: int | None,
    replicas: int,
    bound: int,
    store: Path,
    jobs: int,
    isolation: str,
) -> None:
    """Compare all limit models on all markets by what their decisions are truly worth.

    Eight models, from the rule matrix to the causal pair and to reviews of open lines, learn from
    each market's log in a sandbox and decide for other customers, whose expected profit at every
    limit is known. Every run goes to MLflow, the table to a file. What was interrupted goes on
    where it was when it is typed again.

    \b
    Example:
      risk-sandbox limits
      risk-sandbox limits --scenario travel --seeds 1 --customers 5000 --store trial/
    """
    chosen = options.seeds_from(seeds, seed)
    markets = () if scenario == "all" else (scenario,)
    if scenario == "all" or scenario in options.SCENARIOS:
        count = len(markets) or len(options.SCENARIOS)
        options.say_at_once(_trying(count, len(chosen), customers))
    from sandbox.experiment.limits_job import run_limits_job
    from sandbox.workspace import Workspace

    job = run_limits_job(
        markets=markets,
        customers=customers,
        months=months,
        seeds=chosen,
        replicas=replicas,
        bound=bound,
        workspace=Workspace(store),
        jobs=jobs,
        level=isolation,
        evaluation_seed=evaluation_seed,
        progress=sys.stderr.isatty(),
    )
    _show(
        job,
        f"{customers:,} customers × {months} months to learn from, as many others to judge on; "
        f"{len(chosen)} seed{'s' * (len(chosen) != 1)}, every model at isolation level "
        f"{isolation}.",
        store,
    )


def _trying(markets: int, seeds: int, customers: int) -> str:
    """What is about to happen.

    >>> _trying(9, 5, 10_000)
    'Trying 8 limit models on 9 markets, 5 worlds each of 10,000 customers ...'
    """
    return (
        f"Trying {MODELS} limit models on {markets} market{'s' * (markets != 1)}, {seeds} "
        f"world{'s' * (seeds != 1)} each of {customers:,} customer{'s' * (customers != 1)} ..."
    )


def _show(job: "LimitsJob", setting: str, store: Path) -> None:
    from sandbox.cli.tables import print_next, print_paragraph

    print_paragraph(setting)
    click.echo()
    if len(job.markets):
        for name, rows in job.markets.groupby("scenario", sort=False):
            _print(rows, f"Limit models on {str(name).replace('_', ' ')}")
            _say_no_lines(rows)
        if job.markets["scenario"].nunique() > 1:
            _print(job.overall, "Limit models on all markets, each with the same weight")
        print_paragraph(EXPLAINED)
        if job.markets["lines"].notna().any():
            print_paragraph(REVIEWED)
        click.echo()
        for sentence in _rivals(job.overall):
            print_paragraph(sentence)
        click.echo()
    click.echo(f"Table: {job.table}")
    place = verdict.in_store(store)
    steps = [(f"ui{place}", "compare the models in MLflow")]
    if job.results.cells and len(job.results.scenarios("limit")) == 1:
        steps.append((f'report "{job.results.study}"{place}', "report on the best of them"))
    print_next((), steps)
    verdict.refuse_failures((job.results,))


def _print(rows: "pd.DataFrame", title: str) -> None:
    from sandbox.cli.tables import print_table

    figures = {name: said for name, said in FIGURES.items() if name in rows}
    # said once above the tables, unless a model did not get through everywhere
    counts = ["seeds"] if rows["seeds"].nunique() > 1 else []
    lines = [
        [row["model"], *row[counts], *(_figure(row[c], form) for c, (_, form) in figures.items())]
        for _, row in rows.iterrows()
    ]
    headings = ["model", *counts, *(heading for heading, _ in figures.values())]
    print_table(headings, lines, title, figures=len(figures) + len(counts))


def _say_no_lines(rows: "pd.DataFrame") -> None:
    """Where a market has nothing to review, whose figures the reviewed row repeats."""
    from sandbox.cli.tables import print_paragraph

    for model in rows.loc[rows["lines"] == 0, "model"]:
        print_paragraph(f"Loans only, no lines to review: {model} is the same limits, left alone.")
        click.echo()


def _rivals(overall: "pd.DataFrame") -> list[str]:
    """The best model, and how far the others are behind it, paired."""
    best, *others = [row for _, row in overall.iterrows()]
    said = [
        f"{row['model']} {row['behind']:,.0f} ({row['behind_low']:,.0f} to "
        f"{row['behind_high']:,.0f})"
        for row in others
        if row["behind_low"] == row["behind_low"]
    ]
    first = f"Most valuable: {best['model']}, {best['captured']:.0%} of the oracle's value."
    if not said:
        return [first]
    return [f"{first} Against it, paired world by world with 95%: {', '.join(said)}."]


def _figure(value: float, form: str) -> str:
    return "–" if value != value else form.format(value)
