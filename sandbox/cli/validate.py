"""`risk-sandbox validate`: a bank's own portfolio."""

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandbox.cli import options, panel_options, report_options, verdict
from sandbox.cli.program import Word

if TYPE_CHECKING:
    from sandbox.experiment import StudyResults
    from sandbox.portfolio import Mapping, Portfolio
    from sandbox.report.edition import Edition


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
    metavar="FILE|NAME",
    help="YAML that says which column is what, or the name of one that comes along: taiwan.",
)
@click.option(
    "--target",
    metavar="COLUMN",
    help="In the place of a mapping: 1 default, 0 none, empty not observed.",
)
@click.option("--fit", is_flag=True, help="Train a boosted model and a scorecard, and judge them.")
@click.option(
    "--score",
    metavar="COLUMN",
    help="Judge the probabilities of default (0 to 1) in this column; no model is run.",
)
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="COLUMN",
    help="With --target: an attribute for tests of fairness; may be given again.",
)
@click.option("--date", metavar="COLUMN", help="With --target: the day of each decision.")
@click.option("--limit", metavar="COLUMN", help="With --target: the limit granted.")
@click.option(
    "--encoding",
    metavar="NAME",
    help="With --target: of a .csv that is not utf-8, such as gb18030.",
)
@click.option(
    "--name",
    callback=lambda _context, _option, said: _with_a_letter(said),
    help="What the study is called, so that tables of the same file name keep apart. [default: as "
    "the mapping or the file]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The report's file; its ending says the format. [default: in the store's reports]",
)
@panel_options.account_months
@report_options.written
@options.seed(what="Seed of the split into training and test accounts.")
@options.refits
@options.store
@options.isolation
@click.pass_context
def command(
    context: click.Context,
    file: Path,
    mapping: str | None,
    target: str | None,
    fit: bool,
    score: str | None,
    groups: tuple[str, ...],
    date: str | None,
    limit: str | None,
    encoding: str | None,
    name: str | None,
    panel: Path | None,
    panel_mapping: Path | None,
    definitions: Path | None,
    out: Path | None,
    formats: tuple[str, ...],
    language: str,
    signoff: Path | None,
    policy: Path | None,
    report_date: str | None,
    seed: int,
    refits: int,
    store: Path,
    isolation: str,
) -> None:
    """Validate on a bank's own accounts: models trained here, or scores the bank has.

    With --fit, a boosted challenger and a points scorecard learn from 70% of the accounts,
    inside sandboxes, and are judged on the other 30%. With --score, the scores in a column are
    judged as they are, on all accounts. With both, all are judged on the same 30%. Results go
    to MLflow and into a report; what needs a known truth is marked there as not evaluated.

    Without a mapping, --target and --score name the columns of a table of scores; no model runs,
    nothing goes to MLflow, and no network is needed.

    The mapping names the target and the features; a mistake in it is reported with its line.
    `use: monitor` keeps a protected attribute out of the models.

    With --panel, a table of account-months, the report has the portfolio's part too: vintages,
    roll matrices, five categories and stages, by the definitions of --definitions.

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
      risk-sandbox validate --portfolio scored.csv --target BAD --score PD --group SEX
      risk-sandbox validate --portfolio scored.csv --target BAD --score PD --panel months.csv
    """
    named = Columns(target, score, groups, date, limit, encoding)
    _refuse_half_said(mapping, named, fit)
    options.say_at_once(f"Reading {file} ...")
    from sandbox.report.edition import Edition
    from sandbox.report.formats import format_of

    # mistakes in small files and names are told before anything that takes long
    if out is not None and not formats:
        format_of(out)
    report_options.refuse_place(out)
    edition = Edition.from_files(formats, language, policy, signoff, report_date)
    report_options.say_policy(edition)
    book = panel_options.read(panel, panel_mapping, definitions)
    portfolio, said = _read(file, mapping, named, fit)
    portfolio = replace(portfolio, book=book, name=name or portfolio.name)
    _refuse_too_few(portfolio, file, seed if fit else None)
    if not fit:
        isolation = _unused(context, isolation)
    tracked = mapping is not None
    results = _judged(portfolio, said, fit, seed, refits, store, isolation, track=tracked)
    _report(results, edition, out, store, tracked=tracked)


@dataclass(frozen=True)
class Columns:
    """What was said of columns beside or in the place of a mapping."""

    target: str | None
    score: str | None
    groups: tuple[str, ...]
    date: str | None
    limit: str | None
    encoding: str | None


def _read(
    file: Path, mapping: str | None, named: Columns, fit: bool
) -> "tuple[Portfolio, Mapping]":
    """The portfolio and what was said of its columns."""
    from sandbox.portfolio import Mapping, Portfolio
    from sandbox.portfolio.by_columns import mapping_of_columns

    said: Mapping
    if mapping is not None:
        said = Mapping.from_file(mapping)
        said = said if named.score is None else said.with_score(named.score)
    else:
        said = mapping_of_columns(
            file,
            target=str(named.target),
            score=str(named.score),
            groups=named.groups,
            date=named.date,
            limit=named.limit,
            encoding=named.encoding or "utf-8",
        )
    if not fit and said.score is None:
        raise click.UsageError("Say --fit to train models, or --score COLUMN to judge scores")
    return Portfolio.from_file(file, said), said


def _with_a_letter(name: str | None) -> str | None:
    if name is not None and not re.sub(r"\W", "", name):
        raise click.BadParameter(f"{name!r} names nothing; use letters or digits.")
    return name


def _refuse_half_said(mapping: str | None, named: Columns, fit: bool) -> None:
    """UsageError unless there is a mapping, or the columns that stand in its place."""
    columns = {
        "--target": named.target,
        "--group": named.groups,
        "--date": named.date,
        "--limit": named.limit,
        "--encoding": named.encoding,
    }
    given = [option for option, value in columns.items() if value]
    if mapping is not None and given:
        raise click.UsageError(
            f"{given[0]} stands in the place of a mapping; say it in {mapping} instead"
        )
    if mapping is None and fit:
        raise click.UsageError("--fit trains on features; give a --mapping that names them")
    if mapping is None and not (named.target and named.score):
        raise click.UsageError(
            "Say --mapping, or --target COLUMN and --score COLUMN for a table of scores"
        )


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


def _judged(
    portfolio: "Portfolio",
    mapping: "Mapping",
    fit: bool,
    seed: int,
    refits: int,
    store: Path,
    isolation: str,
    *,
    track: bool,
) -> "StudyResults":
    from sandbox.experiment import Study
    from sandbox.workspace import Workspace

    return Study(
        f"{portfolio.name}, validation",
        worlds=[portfolio],
        models=_entrants(portfolio, mapping, fit),
        seeds=[seed],
        level=isolation,
        workspace=Workspace(store),
        refits=refits,
    ).run(progress=sys.stderr.isatty(), track=track)


def _report(
    results: "StudyResults", edition: "Edition", out: Path | None, store: Path, *, tracked: bool
) -> None:
    from sandbox.cli.tables import print_next

    verdict.show(results)
    if len(results.failed) == len(results.cells):
        verdict.refuse_failures([results])
    paths = results.reports(edition=edition, path=out, told=report_options.say_opinion)
    place = verdict.in_store(store)
    next_steps = [(f"ui{place}", "compare the models in MLflow")]
    if not tracked:
        next_steps = [(f'report "{results.study}"{place} --format all', "in every format")]
    print_next(paths, next_steps)
    verdict.refuse_failures([results])


def _entrants(portfolio: "Portfolio", mapping: "Mapping", fit: bool) -> list[Any]:
    """The bank's scores if it has any, and the models to train if asked for."""
    from sandbox.experiment.entrant import Entrant

    entrants: list[Any] = []
    if portfolio.scores is not None:
        entrants.append(Entrant.of_scores(f"bank's {mapping.score}", beside_models=fit))
    if fit:
        from sandbox.models.boosted_pd import BoostedPD
        from sandbox.models.scorecard import Scorecard

        entrants += [BoostedPD(), Scorecard(categories=portfolio.categories)]
    return entrants
