"""`risk-sandbox limits`: every limit model on every market, and what its decisions are worth."""

import sys
from typing import TYPE_CHECKING

import click

from sandbox.cli import options, verdict
from sandbox.cli.program import Word
from sandbox.cli.study_options import StudyOptions, any_market, study_options

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


_REPLICAS = click.option(
    "--replicas",
    type=options.Whole(1),
    default=128,
    show_default=True,
    help="Replicas of noise behind expected values; with fewer the oracle is weaker.",
)
_BOUND = click.option(
    "--bound",
    type=options.Whole(0),
    default=0,
    show_default=True,
    help="Learn the best policy on observed features from so many customers of each market, and "
    "show regret against it as well; 100000 take half a minute a market, 0 leaves it out.",
)


@click.command(
    "limits", cls=Word, short_help="All limit models on all markets: one table of value and regret."
)
@study_options(any_market, 15_000, 5, "worlds of each market", _REPLICAS, _BOUND)
def command(asked: StudyOptions, replicas: int, bound: int) -> None:
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
    if asked.is_known:
        options.say_at_once(asked.trying(f"{MODELS} limit models"))
    from sandbox.experiment.limits_job import run_limits_job

    job = run_limits_job(
        markets=asked.markets,
        customers=asked.customers,
        months=asked.months,
        seeds=asked.seeds,
        replicas=replicas,
        bound=bound,
        workspace=asked.workspace,
        jobs=asked.jobs,
        level=asked.isolation,
        evaluation_seed=asked.evaluation_seed,
        progress=sys.stderr.isatty(),
    )
    _show(job, asked)


def _show(job: "LimitsJob", asked: StudyOptions) -> None:
    from sandbox.cli.tables import print_models, print_paragraph

    print_paragraph(asked.setting(seeds=True))
    click.echo()
    if len(job.markets):
        for name, rows in job.markets.groupby("scenario", sort=False):
            print_models(rows, FIGURES, f"Limit models on {str(name).replace('_', ' ')}")
            _say_no_lines(rows)
        if job.markets["scenario"].nunique() > 1:
            print_models(
                job.overall, FIGURES, "Limit models on all markets, each with the same weight"
            )
        print_paragraph(EXPLAINED)
        if job.markets["lines"].notna().any():
            print_paragraph(REVIEWED)
        click.echo()
        for sentence in _rivals(job.overall):
            print_paragraph(sentence)
        click.echo()
    click.echo(f"Table: {job.table}")
    verdict.end(job.results, "limit", asked.store)


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
