"""`risk-sandbox validate`: a bank's own portfolio."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandbox.cli import options, verdict
from sandbox.cli.program import Word

if TYPE_CHECKING:
    from sandbox.portfolio import Mapping, Portfolio


@click.command("validate", cls=Word, short_help="Models or scores on a bank's own accounts.")
@click.option(
    "--portfolio",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    help="Table with one row an account: .csv, .csv.gz or .parquet.",
)
@click.option(
    "--mapping",
    required=True,
    metavar="FILE|NAME",
    help="YAML that says which column is what, or the name of one that comes along: taiwan.",
)
@click.option("--fit", is_flag=True, help="Train a boosted model and a scorecard, and judge them.")
@click.option(
    "--score",
    metavar="COLUMN",
    help="Judge the probabilities of default (0 to 1) in this column; no model is run.",
)
@options.seed(what="Seed of the split into training and test accounts.")
@options.store
@options.isolation
@click.pass_context
def command(
    context: click.Context,
    file: Path,
    mapping: str,
    fit: bool,
    score: str | None,
    seed: int,
    store: Path,
    isolation: str,
) -> None:
    """Validate on a bank's own accounts: models trained here, or scores the bank has.

    With --fit, a boosted challenger and a points scorecard learn from 70% of the accounts,
    inside sandboxes, and are judged on the other 30%. With --score, the scores in a column are
    judged as they are, on all accounts. With both, all are judged on the same 30%. Results go
    to MLflow and into a report; what needs a known truth is marked there as not evaluated.

    The mapping names the target and the features; a mistake in it is reported with its line.
    `use: monitor` keeps a protected attribute out of the models.

    \b
    A mapping:
      name: my cards
      currency: CNY
      target: {column: BAD_12M, positive: 1}
      id: ACCOUNT
      features:
        credit_limit: LIMIT
        region: {column: REGION, kind: category}
        age: {column: AGE, use: monitor}
      ignore: ["*"]

    \b
    Example:
      risk-sandbox fetch taiwan
      risk-sandbox validate --portfolio data/taiwan_credit_default.csv.gz --mapping taiwan --fit
    """
    options.say_at_once(f"Reading {file} ...")
    from sandbox.portfolio import Mapping, Portfolio

    said = Mapping.from_file(mapping)
    if score is not None:
        said = said.with_score(score)
    if not fit and said.score is None:
        raise click.UsageError("Say --fit to train models, or --score COLUMN to judge scores")
    portfolio = Portfolio.from_file(file, said)
    _refuse_too_few(portfolio, file, seed if fit else None)
    if not fit:
        isolation = _unused(context, isolation)
    _judge(portfolio, said, fit, seed, store, isolation)


def _refuse_too_few(portfolio: "Portfolio", file: Path, split_by: int | None) -> None:
    """BadInput where a report would only say that nothing could be evaluated."""
    import numpy as np

    from sandbox.errors import BadInput
    from sandbox.validation.policy import Policy

    policy = Policy.default()
    judged = (
        portfolio.target if split_by is None else portfolio.target[portfolio.split(split_by)[1]]
    )
    observed = judged[~np.isnan(judged)]
    bad = int(observed.sum())
    good = len(observed) - bad
    if len(observed) >= policy.minimum_rows and min(bad, good) >= policy.minimum_events:
        return
    part = "" if split_by is None else " in its test part of 30%"
    raise BadInput(
        f"{file} has {len(observed):,} account{'s' * (len(observed) != 1)} with an outcome{part}, "
        f"{bad:,} in default and {good:,} not; a judgement needs at least {policy.minimum_rows} "
        f"of them and {policy.minimum_events} of either kind: give a file of more accounts."
    )


def _unused(context: click.Context, isolation: str) -> str:
    """The default level, after a note where another was asked for in vain."""
    asked = context.get_parameter_source("isolation") is click.core.ParameterSource.COMMANDLINE
    if asked:
        click.echo(
            f"--isolation {isolation} was not used: no model runs when scores are judged as "
            "they are.",
            err=True,
        )
    return options.DEFAULT_LEVEL


def _judge(
    portfolio: "Portfolio", mapping: "Mapping", fit: bool, seed: int, store: Path, isolation: str
) -> None:
    from sandbox.cli.tables import print_next
    from sandbox.experiment import Study
    from sandbox.workspace import Workspace

    workspace = Workspace(store)
    results = Study(
        f"{portfolio.name}, validation",
        worlds=[portfolio],
        models=_entrants(portfolio, mapping, fit),
        seeds=[seed],
        level=isolation,
        workspace=workspace,
    ).run(progress=sys.stderr.isatty())
    verdict.show(results)
    if len(results.failed) == len(results.cells):
        verdict.refuse_failures([results])
    next_steps = [(f"ui{verdict.in_store(store)}", "compare the models in MLflow")]
    print_next([results.report()], next_steps)
    verdict.refuse_failures([results])


def _entrants(portfolio: "Portfolio", mapping: "Mapping", fit: bool) -> list[Any]:
    """The bank's scores if it has any, and the models to train if asked for."""
    from sandbox.experiment.entrant import Entrant

    entrants: list[Any] = []
    if portfolio.scores is not None:
        scores = Entrant(
            name=f"bank's {mapping.score}",
            family="bank",
            role="pd",
            outputs=("pd",),
            artefact=None,
            fitted_here=fit,
        )
        entrants.append(scores)
    if fit:
        from sandbox.models.boosted_pd import BoostedPD
        from sandbox.models.scorecard import Scorecard

        entrants += [BoostedPD(), Scorecard(categories=portfolio.categories)]
    return entrants
